"""A full disk and a file that cannot be written: refused for now, and nothing is lost."""
import errno
import pathlib
import sqlite3
import subprocess

import grpc
import pytest

from harness.rig import EX_CONFIG
from harness.rpc import Failure, check, refused


@pytest.fixture
def small_disk(rig):
    folder = rig.directory / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", folder],
                             capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"no small file system can be mounted: {mounted.stderr.strip()}")
    yield folder
    rig.close()
    subprocess.run(["umount", folder], check=True)


class Immutable:
    """Makes files refuse writes, those through open descriptors too (chattr +i)."""

    def __init__(self, folder: pathlib.Path):
        self._folder = folder

    def set(self, on: bool) -> bool:
        files = sorted(self._folder.glob("keys.db*"))
        done = subprocess.run(["chattr", "+i" if on else "-i", *files], capture_output=True)
        return done.returncode == 0

    def works(self) -> bool:
        """Not every file system knows it, nor heeds it for files that are open."""
        probe = self._folder / "keys.db.probe"
        with open(probe, "wb", buffering=0) as file:
            try:
                if not self.set(True):
                    return False
                file.write(b"x")
            except PermissionError:
                return True
            finally:
                self.set(False)
                probe.unlink()
        return False


@pytest.fixture
def immutable(rig):
    switch = Immutable(rig.directory)
    try:
        works = switch.works()
    except FileNotFoundError:
        works = False
    if not works:
        pytest.skip("files cannot be made immutable here (chattr, root and ext4 or the like)")
    yield switch
    switch.set(False)


def fill(folder: pathlib.Path) -> pathlib.Path:
    filler = folder / "filler"
    with open(filler, "wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError as error:
                assert error.errno == errno.ENOSPC
    return filler


class Known:
    """Users with keys and tokens, which must stay as they are whatever happens."""

    def __init__(self, client, count: int):
        self.keys = {f"known-{number}": b"" for number in range(count)}
        for user in self.keys:
            self.keys[user] = client.user_key(user).key
        self.tokens = {user: client.encrypt(user, user.encode()).token for user in self.keys}

    def hold(self, client) -> None:
        for user, key in self.keys.items():
            assert client.decrypt(user, self.tokens[user]).plaintext == user.encode()
            assert client.user_key(user).key == key


def create_until_refused(client) -> tuple[dict[str, bytes], str]:
    """Room that a file already has may be used up first."""
    made: dict[str, bytes] = {}
    for number in range(20_000):
        user = f"pressed-{number}"
        try:
            made[user] = client.user_key(user).key
        except grpc.RpcError as error:
            check(Failure.of(error), "UNAVAILABLE", "STORE_UNAVAILABLE")
            return made, user
    raise AssertionError("never refused")


def go_through_it(rig, break_, mend, **flags) -> None:
    # A small cache: most known users have to be read while nothing can be written.
    server = rig.start(cache_max_keys=4, **flags)
    client = rig.client(server)
    known = Known(client, 30)
    break_()
    made, refused_user = create_until_refused(client)
    for _ in range(3):
        with refused("UNAVAILABLE", "STORE_UNAVAILABLE"):
            client.user_key(refused_user)
        with refused("UNAVAILABLE", "STORE_UNAVAILABLE"):
            client.encrypt("another new one", b"x")
    known.hold(client)
    assert server.is_running()
    assert client.serving("") == "SERVING", "those whose keys are there are still served"
    mend()
    key = client.user_key(refused_user).key
    known.hold(client)
    assert rig.end(server) == 0

    client = rig.serve(**flags)
    known.hold(client)
    assert client.user_key(refused_user).key == key
    for user, made_key in made.items():
        assert client.user_key(user).key == made_key


def test_a_full_disk_loses_nothing(rig, small_disk):
    filler: list[pathlib.Path] = []
    go_through_it(rig, lambda: filler.append(fill(small_disk)), lambda: filler[0].unlink(),
                  store=f"sqlite:{small_disk}/keys.db")


def test_files_that_cannot_be_written_lose_nothing(rig, immutable):
    go_through_it(rig, lambda: immutable.set(True), lambda: immutable.set(False))


def test_a_kill_on_a_full_disk_loses_nothing(rig, small_disk):
    flags = {"store": f"sqlite:{small_disk}/keys.db"}
    server = rig.start(**flags)
    client = rig.client(server)
    known = Known(client, 10)
    filler = fill(small_disk)
    made, _ = create_until_refused(client)
    server.kill()
    filler.unlink()
    client = rig.serve(**flags)
    known.hold(client)
    for user, key in made.items():
        assert client.user_key(user).key == key


def test_a_start_on_a_full_disk_is_refused_or_serves_what_is_there(rig, small_disk):
    flags = {"store": f"sqlite:{small_disk}/keys.db"}
    server = rig.start(**flags)
    known = Known(rig.client(server), 10)
    assert rig.end(server) == 0
    filler = fill(small_disk)
    server = rig.launch(**flags)
    if server.came_up():
        known.hold(rig.client(server))
        server.kill()
    else:
        assert server.wait() == EX_CONFIG and len(server.plain_lines()) == 1, server.log()
    filler.unlink()
    known.hold(rig.serve(**flags))


def test_the_server_reads_a_store_that_someone_else_reads(rig):
    """A backup or an operator's look at the file does not stop the service."""
    client = rig.serve()
    known = Known(client, 5)
    reader = sqlite3.connect(f"file:{rig.store}?mode=ro", uri=True)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM user_keys").fetchone()[0] == 5
    assert client.user_key("meanwhile").created
    known.hold(client)
    reader.close()
