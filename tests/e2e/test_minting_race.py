"""The Python module and Keyward make keys for the same users, on the same file, at the same time."""
import pathlib
import random
import subprocess
import sys
import threading

import grpc

from harness import formats, legacy, paths
from harness.load import Load, StopLoad
from harness.rpc import Failure

USERS = [f"minted-{number}" for number in range(400)]
MINT = pathlib.Path(__file__).parent / "harness" / "mint.py"


class Module:
    """A process of the module's kind, which makes the keys of the users that it is given."""

    def __init__(self, path: pathlib.Path, kek: bytes):
        self.answers: list[tuple[str, bytes]] = []
        self._given: set[str] = set()
        self._lock = threading.Lock()
        self._process = subprocess.Popen([sys.executable, MINT, path], text=True,
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._write(formats.kek_text(kek))

    def give(self, user: str) -> None:
        with self._lock:
            if user not in self._given:
                self._given.add(user)
                self._write(user)

    def finish(self) -> None:
        self._process.stdin.close()
        assert self._process.wait(paths.PATIENCE) == 0
        self._reader.join(paths.PATIENCE)

    def end(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def _write(self, line: str) -> None:
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def _read(self) -> None:
        for line in self._process.stdout:
            user, key = line.split()
            self.answers.append((user, bytes.fromhex(key)))


class Asker:
    """Has a user's key made by the module and by Keyward at once. Survives that the server goes."""

    def __init__(self, seed: int, modules: list[Module]):
        self.client = None
        self.answers: list[tuple[str, bytes, bool]] = []
        self._modules = modules
        self._todo = random.Random(seed).sample(USERS, len(USERS))

    def ask_for_the_next(self) -> None:
        if not self._todo:
            raise StopLoad
        user = self._todo[-1]
        for module in self._modules:
            module.give(user)
        try:
            answer = self.client.user_key(user)
        except grpc.RpcError as error:
            failure = Failure.of(error)
            assert failure.code == "UNAVAILABLE", failure
            if failure.reason == "STORE_UNAVAILABLE":
                return  # the module had the file; the same user is asked for again
            raise StopLoad
        self.answers.append((self._todo.pop(), answer.key, answer.created))


def run(rig, askers: list[Asker], rounds: int | None):
    """One life of the server; None: until every asker has all its answers."""
    server = rig.start(legacy_db=rig.directory / "legacy.db")
    for asker in askers:
        asker.client = rig.client(server)
    load = Load(len(askers), lambda number: askers[number].ask_for_the_next())
    if rounds is None:
        load.wait_until_idle()
    else:
        load.wait_for_rounds(rounds)
        server.kill()
    load.join()
    return server


def test_each_user_has_one_key_on_both_sides(rig):
    path = rig.directory / "legacy.db"
    legacy.connect(path).close()
    modules = [Module(path, rig.kek) for _ in range(2)]
    askers = [Asker(seed, modules) for seed in range(6)]
    try:
        run(rig, askers, rounds=60)
        run(rig, askers, rounds=60)
        last = run(rig, askers, rounds=None)
        for module in modules:
            module.finish()
    finally:
        for module in modules:
            module.end()
    assert rig.end(last) == 0

    connection = legacy.connect(path)
    kept = {user: legacy.read(connection, rig.kek, user) for user in USERS}
    connection.close()
    for module in modules:
        assert len(module.answers) == len(USERS)
        assert all(kept[user] == key for user, key in module.answers)
    for asker in askers:
        assert len(asker.answers) == len(USERS)
        assert all(kept[user] == key for user, key, _ in asker.answers)
    made_here = sum(created for asker in askers for _, _, created in asker.answers)
    assert 0 < made_here < len(USERS), "both sides made some of the keys"

    client = rig.serve()  # without the bridge: the store by itself has the same keys
    assert all(client.user_key(user).key == key for user, key in kept.items())
