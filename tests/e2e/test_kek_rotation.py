"""Turning the master key over while all is served: rewrap, crash, retire."""
import os
import random
import threading

import pytest

from harness import faults, formats, legacy, rows, waiting
from harness.admin import Admin
from harness.faults import Faults, Rule
from harness.load import Load
from harness.rpc import POOL, killed_in, refused
from harness.turnover import USERS, Turnover, progress_state, rewrap_all, wait_until_rewrapped


@pytest.fixture
def turnover(rig):
    return Turnover(rig)


def test_both_master_keys_are_read_and_new_keys_are_under_the_new_one(turnover):
    admin = turnover.start()
    turnover.all_open(admin.client)
    admin.client.encrypt("newcomer", b"x")
    assert admin.RotateUserKey(user_id="user-1").primary_version == 2
    status = admin.GetKekStatus()
    assert [(kek.kek_id, kek.current, kek.loaded, kek.keys) for kek in status.keks] == [
        (formats.kek_id(turnover.new).hex(), True, True, 2),
        (formats.kek_id(turnover.old).hex(), False, True, turnover.keys)]
    assert progress_state(status.rewrap) == "IDLE"
    opened = admin.client.decrypt(POOL, turnover.pool, b"ad")
    assert (opened.plaintext, opened.stale) == (b"pool", True)
    assert opened.kek_id == formats.kek_id(turnover.old).hex()


def test_a_pool_token_is_rewrapped_under_the_new_master_key(turnover):
    client = turnover.start().client
    fresh = client.rewrap(POOL, turnover.pool, b"ad")
    assert (fresh.changed, fresh.key_version) == (True, 0)
    assert fresh.kek_id == formats.kek_id(turnover.new).hex()
    assert formats.open_token(formats.pool_key(turnover.new), fresh.token, b"ad") == b"pool"
    assert not client.decrypt(POOL, fresh.token, b"ad").stale
    assert not client.rewrap(POOL, fresh.token, b"ad").changed


def test_all_keys_are_rewrapped_and_the_old_master_key_can_go(turnover):
    admin = turnover.start()
    before = admin.client.user_key("user-5").key
    etag = admin.etag("user-5")
    rewrap = rewrap_all(admin)
    assert (rewrap.keys_rewrapped, rewrap.keys_failed, rewrap.keys_at_start) == (
        turnover.keys, 0, turnover.keys)
    assert rewrap.users_seen == USERS
    assert rewrap.kek_id == formats.kek_id(turnover.new).hex()
    assert rewrap.HasField("start_time") and rewrap.HasField("end_time")
    assert admin.kek(formats.kek_id(turnover.old)).keys == 0
    assert admin.etag("user-5") == etag
    turnover.end()
    assert turnover.keys_by_kek() == {formats.kek_id(turnover.new): turnover.keys}

    admin = turnover.start(previous=None)
    turnover.all_open(admin.client)
    assert admin.client.user_key("user-5").key == before


def test_it_goes_at_the_rate_that_was_asked_for(turnover):
    """A second request leaves the one that runs at its work."""
    admin = turnover.start()
    assert progress_state(admin.RewrapUserKeys(max_keys_per_second=1)) == "RUNNING"
    waiting.until(lambda: admin.GetKekStatus().rewrap.keys_rewrapped > 0, "begun")
    again = admin.RewrapUserKeys()
    assert progress_state(again) == "RUNNING" and again.keys_rewrapped < turnover.keys
    turnover.all_open(admin.client)
    turnover.end()  # in the midst of it


def test_what_a_restart_cut_off_goes_on_by_itself(turnover):
    admin = turnover.start()
    admin.RewrapUserKeys(max_keys_per_second=1)
    turnover.end()
    admin = turnover.start()
    waiting.until(lambda: progress_state(admin.GetKekStatus().rewrap) == "RUNNING", "gone on")
    turnover.server.kill()
    left = turnover.keys_by_kek()
    assert left[formats.kek_id(turnover.old)] > 0
    with rows.edit(turnover.rig.store) as database:  # as fast as it goes, from now on
        database.execute("UPDATE notes SET text = '0' WHERE name = 'kek_rewrap'")
    admin = turnover.start()
    wait_until_rewrapped(admin)
    turnover.all_open(admin.client)
    turnover.end()
    assert set(turnover.keys_by_kek()) == {formats.kek_id(turnover.new)}
    admin = turnover.start()
    assert progress_state(admin.GetKekStatus().rewrap) == "IDLE"


@pytest.mark.parametrize("effect", [faults.KILL_BEFORE, faults.KILL_HALFWAY, faults.KILL_AFTER],
                         ids=["before", "halfway", "after"])
def test_a_kill_at_any_step_loses_nothing_and_it_goes_on(rig, effect):
    """By itself, where it was answered that it had begun."""
    turnover = Turnover(rig, users=1100)  # three commits
    copy = rig.store.read_bytes()
    plan = Faults(rig.directory)
    source = random.Random(effect)
    step, killed = 0, True
    while killed:
        for path in rig.directory.glob("keys.db*"):
            path.unlink()
        rig.store.write_bytes(copy)
        admin = turnover.start(environment=plan.environment)
        plan.set(Rule(faults.WRITE | faults.SYNC, effect=effect, skip=step, limit=1))
        call = admin.begin("RewrapUserKeys")
        waiting.until(lambda: not turnover.server.is_running() or turnover.server.events("kek_rewrapped"),
                      "rewrapped or killed")
        killed = not turnover.server.is_running()
        plan.clear()
        if killed:
            assert turnover.server.wait() == -9
            admin = turnover.start()
            if call.exception() is not None:
                rewrap_all(admin)
            waiting.until(lambda: admin.kek(formats.kek_id(turnover.old)).keys == 0, "gone on")
        turnover.some_open(admin.client, source)
        turnover.server.kill()
        assert turnover.keys_by_kek() == {formats.kek_id(turnover.new): turnover.keys}
        step += source.randrange(1, 6)
    assert step > 10, "the kills met nothing"


def test_no_call_fails_while_keys_are_rewrapped(turnover):
    admin = turnover.start(cache_max_keys=20)  # most calls read the row
    clients = [turnover.rig.client(turnover.server) for _ in range(4)]
    made: list[tuple[str, str]] = []
    guard = threading.Lock()

    def work(number: int) -> None:
        source, client = random.Random(), clients[number]
        user = source.choice(list(turnover.tokens))
        assert client.decrypt(user, turnover.tokens[user]).plaintext == b"x"
        new = f"new-{source.randrange(1 << 40)}"
        token = client.encrypt(new, b"y").token
        with guard:
            made.append((new, token))
        if source.random() < 0.1:
            admin.RotateUserKey(user_id=user)

    load = Load(4, work)
    load.wait_for_rounds(20)
    rewrap_all(admin)
    load.wait_for_rounds(load.rounds() + 20)
    load.join()
    turnover.all_open(clients[0])
    for user, token in made:
        assert clients[0].decrypt(user, token).plaintext == b"y"
    assert admin.kek(formats.kek_id(turnover.old)).keys == 0


def test_keys_that_no_loaded_master_key_opens_are_told_and_the_rest_is_rewrapped(turnover):
    with rows.edit(turnover.rig.store) as database:
        rows.set_wrapped(database, "user-7", bytes(60))
    admin = turnover.start()
    admin.RewrapUserKeys()
    rewrap = waiting.until(lambda: (now := admin.GetKekStatus().rewrap).HasField("end_time") and now, "ended")
    assert (progress_state(rewrap), rewrap.keys_failed) == ("FAILED", 1)
    assert rewrap.keys_rewrapped == turnover.keys - 1
    with refused("FAILED_PRECONDITION", "KEK_IN_USE"):
        admin.RetireKek(kek_id=formats.kek_id(turnover.old).hex(), confirm_pool_rewrapped=True)


def test_a_master_key_is_retired_once_nothing_needs_it(turnover):
    admin = turnover.start()
    old, new = (formats.kek_id(key).hex() for key in (turnover.old, turnover.new))
    with refused("FAILED_PRECONDITION", "KEK_IN_USE"):
        admin.RetireKek(kek_id=new, confirm_pool_rewrapped=True)
    with refused("FAILED_PRECONDITION", "KEK_IN_USE"):
        admin.RetireKek(kek_id=old, confirm_pool_rewrapped=True)
    rewrap_all(admin)
    with refused("FAILED_PRECONDITION", "KEK_IN_USE"):
        admin.RetireKek(kek_id=old)
    for nonsense in ("", "xyz", old[:-1], old + "0"):
        with refused("INVALID_ARGUMENT", "INVALID_REQUEST"):
            admin.RetireKek(kek_id=nonsense, confirm_pool_rewrapped=True)
    retired = admin.RetireKek(kek_id=old, confirm_pool_rewrapped=True).kek
    assert retired.kek_id == old and retired.HasField("retire_time")
    again = admin.RetireKek(kek_id=old, confirm_pool_rewrapped=True).kek
    assert again.retire_time == retired.retire_time
    turnover.end()

    line = turnover.rig.refuse(kek=turnover.old)
    assert old in line and "retired" in line
    turnover.rig.refuse(kek=turnover.old, previous=turnover.new)
    admin = turnover.start()
    assert [event["kek_id"] for event in turnover.server.events("retired_master_key")] == [old]
    turnover.all_open(admin.client)
    assert admin.kek(formats.kek_id(turnover.old)).retire_time == retired.retire_time


def test_no_file_holds_what_a_retired_master_key_wrapped(turnover):
    wrapped = turnover.wrapped_keys()
    admin = turnover.start()
    rewrap_all(admin)
    admin.RetireKek(kek_id=formats.kek_id(turnover.old).hex(), confirm_pool_rewrapped=True)
    assert not turnover.files_with(wrapped)


@pytest.mark.parametrize("effect", [faults.KILL_BEFORE, faults.KILL_HALFWAY, faults.KILL_AFTER],
                         ids=["before", "halfway", "after"])
def test_a_kill_at_each_step_leaves_a_master_key_retired_or_not(rig, effect):
    """And to retire it again leaves nothing of what it wrapped."""
    turnover = Turnover(rig, users=20)
    wrapped = turnover.wrapped_keys()
    rewrap_all(turnover.start())
    turnover.server.kill()  # an end would tidy up
    assert turnover.files_with(wrapped)
    copy = {path: path.read_bytes() for path in rig.directory.glob("keys.db*")}
    retire = {"kek_id": formats.kek_id(turnover.old).hex(), "confirm_pool_rewrapped": True}
    plan = Faults(rig.directory)
    step, killed = 0, True
    while killed:
        for path in rig.directory.glob("keys.db*"):
            path.unlink()
        for path, content in copy.items():
            path.write_bytes(content)
        admin = turnover.start(environment=plan.environment)
        plan.set(Rule(faults.WRITE | faults.SYNC | faults.TRUNCATE, effect=effect, skip=step, limit=1))
        killed = killed_in(lambda: admin.RetireKek(**retire))
        plan.clear()
        if killed:
            assert turnover.server.wait() == -9
            admin = turnover.start()
            found = admin.kek(formats.kek_id(turnover.old))
            since = found.retire_time if found.HasField("retire_time") else None
            again = admin.RetireKek(**retire).kek.retire_time
            assert since is None or again == since
        assert not turnover.files_with(wrapped)
        turnover.all_open(admin.client)
        turnover.server.kill()
        step += 1
    assert step > 3, "the kills met nothing"
    assert "retired" in rig.refuse(kek=turnover.old)


def test_beside_the_python_module_the_master_key_stays(rig):
    path = rig.directory / "legacy.db"
    legacy.connect(path).close()
    admin = Admin(rig.serve(legacy_db=path, previous=os.urandom(32)))
    admin.client.encrypt("u", b"x")
    with refused("FAILED_PRECONDITION", "LEGACY_SHARED"):
        admin.RewrapUserKeys()
    with refused("FAILED_PRECONDITION", "LEGACY_SHARED"):
        admin.RetireKek(kek_id="0" * 16, confirm_pool_rewrapped=True)
    assert admin.GetKekStatus().keks[0].keys == 1
