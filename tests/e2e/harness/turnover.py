"""The master key is turned over, on a database with users."""
import os
import random

from harness import rows, waiting
from harness.admin import Admin, RewrapProgress
from harness.rpc import POOL

USERS = 300


class Turnover:
    """A database made under an old master key, and a new one."""

    def __init__(self, rig, users: int = USERS):
        self.rig = rig
        self.old, self.new = rig.kek, os.urandom(32)
        server = rig.start()
        admin = Admin(rig.client(server))
        self.tokens = {f"user-{number}": admin.client.encrypt(f"user-{number}", b"x").token
                       for number in range(users)}
        admin.RotateUserKey(user_id="user-0")
        self.keys = users + 1
        self.pool = admin.client.encrypt(POOL, b"pool", b"ad").token
        assert rig.end(server) == 0

    def start(self, **options):
        self.server = self.rig.start(**{"kek": self.new, "previous": self.old} | options)
        return Admin(self.rig.client(self.server))

    def end(self):
        assert self.rig.end(self.server) == 0

    def all_open(self, client) -> None:
        for user, token in self.tokens.items():
            assert client.decrypt(user, token).plaintext == b"x", user

    def some_open(self, client, source: random.Random) -> None:
        for user in source.sample(list(self.tokens), 50):
            assert client.decrypt(user, self.tokens[user]).plaintext == b"x", user

    def keys_by_kek(self) -> dict[bytes, int]:
        """As the file has it, while no server does."""
        with rows.edit(self.rig.store) as database:
            return dict(database.execute("SELECT kek_id, count(*) FROM user_keys GROUP BY kek_id").fetchall())

    def wrapped_keys(self) -> list[bytes]:
        """As the file has them, while no server does."""
        with rows.edit(self.rig.store) as database:
            return [bytes(row[0]) for row in database.execute("SELECT wrapped_key FROM user_keys")]

    def files_with(self, wrapped: list[bytes]) -> set[str]:
        contents = {path.name: path.read_bytes() for path in self.rig.directory.glob("keys.db*")}
        return {name for name, content in contents.items() if any(key[12:28] in content for key in wrapped)}


def progress_state(progress) -> str:
    return RewrapProgress.State.Name(progress.state)


def wait_until_rewrapped(admin):
    def ended():
        rewrap = admin.GetKekStatus().rewrap
        return rewrap if progress_state(rewrap) not in ("RUNNING", "IDLE") else None

    rewrap = waiting.until(ended, "rewrapped")
    assert progress_state(rewrap) == "DONE", rewrap
    return rewrap


def rewrap_all(admin):
    assert progress_state(admin.RewrapUserKeys()) in ("RUNNING", "DONE")
    return wait_until_rewrapped(admin)
