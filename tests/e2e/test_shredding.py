"""Deleting, undeleting, purging and destroying: and that afterwards no file holds the wrapped key."""
import pathlib
import random
import sqlite3

import pytest

from harness import faults, legacy, rows, waiting
from harness.admin import Admin, state
from harness.faults import Faults, Rule
from harness.load import Load
from harness.rpc import killed_in, refused

# As long as no chance finds them, and short enough to be found where a page was cut.
PIECE = 16


def stop_and_read(rig, server, user: str) -> list[bytes]:
    """All that the store has of the user's wrapped keys."""
    assert rig.end(server) == 0
    with rows.edit(rig.store) as database:
        found = database.execute("SELECT wrapped_key FROM user_keys WHERE user_id = ?", (user,)).fetchall()
    return [bytes(row[0]) for row in found]


def pieces(wrapped: list[bytes]) -> list[bytes]:
    return [key[at:at + PIECE] for key in wrapped for at in range(0, len(key) - PIECE + 1, PIECE)]


def files_with(directory: pathlib.Path, wanted: list[bytes]) -> set[str]:
    contents = {path.name: path.read_bytes() for path in directory.iterdir() if path.is_file()}
    return {name for name, content in contents.items() if any(piece in content for piece in wanted)}


class Victim:
    """A user with three versions among others, and the wrapped keys as they stand in the file."""

    def __init__(self, rig, **flags):
        self.rig, self.flags = rig, flags
        server = rig.start(**flags)
        admin = Admin(rig.client(server))
        for number in range(40):
            admin.client.encrypt(f"other-{number}", b"x")
        self.token = admin.client.encrypt("victim", b"x").token
        if "legacy_db" not in flags:
            admin.RotateUserKey(user_id="victim")
            admin.RotateUserKey(user_id="victim")
        self.other = admin.client.encrypt("other-7", b"other").token
        self.wrapped = stop_and_read(rig, server, "victim")
        assert files_with(rig.directory, pieces(self.wrapped)) == {"keys.db"}

    def start(self, **flags):
        self.server = self.rig.start(**self.flags | flags)
        return Admin(self.rig.client(self.server))

    def is_gone(self) -> bool:
        return not files_with(self.rig.directory, pieces(self.wrapped))


def test_no_file_holds_a_destroyed_key_once_that_is_answered(rig):
    victim = Victim(rig)
    admin = victim.start()
    assert state(admin.destroy("victim")) == "DESTROYED"
    assert victim.is_gone()
    with refused("FAILED_PRECONDITION", "USER_KEY_DESTROYED"):
        admin.client.decrypt("victim", victim.token)
    assert admin.client.decrypt("other-7", victim.other).plaintext == b"other"


def test_it_holds_while_others_are_busy(rig):
    """Users are made, and keys are read, while the log is cut."""
    victim = Victim(rig)
    admin = victim.start()
    clients = [rig.client(victim.server) for _ in range(3)]

    def work(number: int) -> None:
        source = random.Random()
        clients[number].encrypt(f"new-{source.randrange(1 << 40)}", b"x")
        clients[number].encrypt(f"other-{source.randrange(40)}", b"x")

    load = Load(3, work)
    load.wait_for_rounds(20)
    admin.destroy("victim")
    assert victim.is_gone()
    load.join()
    assert victim.is_gone()


def test_the_python_modules_file_loses_its_row_too(rig):
    path = rig.directory / "legacy.db"
    legacy.connect(path).close()
    server = rig.start(legacy_db=path)
    admin = Admin(rig.client(server))
    admin.client.encrypt("victim", b"x")
    admin.client.encrypt("other", b"x")
    with sqlite3.connect(path) as module:
        theirs, = module.execute("SELECT encrypted_key FROM encryption_keys WHERE user_id = 'victim'").fetchone()
    module.close()
    ours = stop_and_read(rig, server, "victim")
    assert files_with(rig.directory, pieces([bytes(theirs)])) == {"legacy.db"}
    admin = Admin(rig.client(rig.start(legacy_db=path)))
    admin.destroy("victim")
    assert not files_with(rig.directory, pieces([*ours, bytes(theirs)]))
    with sqlite3.connect(path) as module:
        assert [row[0] for row in module.execute("SELECT user_id FROM encryption_keys")] == ["other"]
    module.close()


def test_beside_the_python_module_a_deleted_key_is_hidden_and_comes_back(rig):
    path = rig.directory / "legacy.db"
    legacy.connect(path).close()
    admin = Admin(rig.serve(legacy_db=path))
    token = admin.client.encrypt("u", b"x").token
    key = admin.client.user_key("u").key
    module = legacy.connect(path)
    assert legacy.read(module, rig.kek, "u") == key
    admin.DeleteUserKey(user_id="u")
    assert legacy.read(module, rig.kek, "u") is None
    admin.UndeleteUserKey(user_id="u")
    assert legacy.read(module, rig.kek, "u") == key
    assert admin.client.decrypt("u", token).plaintext == b"x"
    module.close()


def test_a_deleted_key_comes_back_and_keeps_its_tokens(rig):
    victim = Victim(rig)
    admin = victim.start()
    admin.DeleteUserKey(user_id="victim")
    with refused("FAILED_PRECONDITION", "USER_KEY_DELETED"):
        admin.client.decrypt("victim", victim.token)
    admin.UndeleteUserKey(user_id="victim")
    assert admin.client.decrypt("victim", victim.token).plaintext == b"x"


def test_the_purge_destroys_what_was_deleted_once_its_time_has_come(rig):
    victim = Victim(rig)
    admin = victim.start(delete_grace="1ms")
    admin.DeleteUserKey(user_id="victim")
    waiting.until(lambda: state(admin.GetUserKey(user_id="victim")) == "DESTROYED", "purged")
    waiting.until(victim.is_gone, "erased")
    assert victim.server.wait_for(lambda server: server.events("purged"), "purged event")[0]["users"] == 1
    with refused("FAILED_PRECONDITION", "USER_KEY_DESTROYED"):
        admin.UndeleteUserKey(user_id="victim")


def test_the_purge_goes_by_the_clock_and_outlives_a_restart(rig):
    victim = Victim(rig)
    admin = victim.start(delete_grace="1h")
    for user in ("victim", "other-1", "other-2"):
        admin.DeleteUserKey(user_id=user)
    admin.UndeleteUserKey(user_id="other-1")
    assert rig.end(victim.server) == 0

    plan = Faults(rig.directory)
    plan.set_clock(2 * 3600)
    admin = victim.start(environment=plan.environment)
    for user in ("victim", "other-2"):
        waiting.until(lambda: state(admin.GetUserKey(user_id=user)) == "DESTROYED", "purged")
    waiting.until(victim.is_gone, "erased")
    assert state(admin.GetUserKey(user_id="other-1")) == "ACTIVE"


def test_a_deleted_key_is_kept_until_its_time_has_come(rig):
    victim = Victim(rig)
    admin = victim.start(delete_grace="1ms")
    admin.DeleteUserKey(user_id="other-1")
    assert rig.end(victim.server) == 0
    admin = victim.start(delete_grace="1h")
    admin.DeleteUserKey(user_id="victim")
    waiting.until(lambda: state(admin.GetUserKey(user_id="other-1")) == "DESTROYED", "purged")
    assert state(admin.GetUserKey(user_id="victim")) == "DELETED"
    assert admin.users(filter="state = DELETED")[0].user_id == "victim"


WRITING = faults.WRITE | faults.SYNC | faults.TRUNCATE


@pytest.mark.parametrize("effect", [faults.KILL_BEFORE, faults.KILL_HALFWAY, faults.KILL_AFTER],
                         ids=["before", "halfway", "after"])
def test_a_kill_at_each_step_leaves_the_key_whole_or_destroyed(rig, effect):
    """And to destroy it again leaves nothing of it."""
    victim = Victim(rig)
    copy = {path.name: path.read_bytes() for path in rig.directory.glob("keys.db*")}
    plan = Faults(rig.directory)
    step, killed = 0, True
    while killed:
        for path in rig.directory.glob("keys.db*"):
            path.unlink()
        for name, content in copy.items():
            (rig.directory / name).write_bytes(content)
        admin = victim.start(environment=plan.environment)
        etag = admin.etag("victim")
        plan.set(Rule(WRITING, effect=effect, skip=step, limit=1))
        killed = killed_in(lambda: admin.DestroyUserKey(user_id="victim", etag=etag))
        plan.clear()
        if killed:
            assert victim.server.wait() == -9
            admin = victim.start(environment=plan.environment)
            now = state(admin.GetUserKey(user_id="victim"))
            assert now in ("ACTIVE", "DESTROYED")
            if now == "ACTIVE":
                assert admin.client.decrypt("victim", victim.token).plaintext == b"x"
            admin.destroy("victim")
        assert victim.is_gone()
        assert admin.client.decrypt("other-7", victim.other).plaintext == b"other"
        victim.server.kill()
        step += 1
    assert step > 3, "the kills met nothing"


@pytest.mark.parametrize("effect", [faults.KILL_BEFORE, faults.KILL_AFTER], ids=["before", "after"])
def test_a_kill_at_each_step_of_a_rotation_is_made_good_by_the_retry(rig, effect):
    server = rig.start()
    token = rig.client(server).encrypt("u", b"x").token
    assert rig.end(server) == 0
    plan = Faults(rig.directory)
    step, killed, version = 0, True, 1
    while killed:
        server = rig.start(environment=plan.environment)
        admin = Admin(rig.client(server))
        plan.set(Rule(WRITING, effect=effect, skip=step, limit=1))
        killed = killed_in(lambda: admin.RotateUserKey(user_id="u", request_id=f"request {step}"))
        plan.clear()
        if killed:
            assert server.wait() == -9
            server = rig.start(environment=plan.environment)
            admin = Admin(rig.client(server))
        version += 1
        assert admin.RotateUserKey(user_id="u", request_id=f"request {step}").primary_version == version
        assert admin.client.decrypt("u", token).plaintext == b"x"
        assert rig.end(server) == 0
        step += 1
    assert step > 1, "the kills met nothing"
