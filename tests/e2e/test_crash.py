"""kill -9 under a load that makes keys and encrypts: what was ever answered holds ever after.

KEYWARD_CRASH_ROUNDS asks for more rounds than the usual 30.
"""
import os
import random
import sqlite3

import grpc
import pytest

from harness import legacy
from harness.load import Load, StopLoad
from harness.rpc import Failure
from harness.stubs import keys

ROUNDS = int(os.environ.get("KEYWARD_CRASH_ROUNDS", "30"))
WORKERS = 6


class Answers:
    """All that any server has answered so far."""

    def __init__(self):
        self.keys: dict[str, bytes] = {}
        self.tokens: list[tuple[str, bytes, str]] = []
        self._held = (0, 0)

    def all_hold(self, client) -> None:
        self._hold(client, (0, 0))

    def new_ones_hold(self, client) -> None:
        self._hold(client, self._held)
        self._held = (len(self.tokens), len(self.keys))

    def _hold(self, client, since: tuple[int, int]) -> None:
        for user, plaintext, token in self.tokens[since[0]:]:
            assert client.decrypt(user, token).plaintext == plaintext, user
        for user, key in list(self.keys.items())[since[1]:]:
            assert client.user_key(user).key == key, user


def worker(client, answers: Answers, round_: int, number: int, random_: random.Random) -> None:
    """Half of the users are new, and each is asked for by several workers at once."""
    user = f"{round_}-{random_.randrange(150)}" if random_.random() < 0.5 else f"old-{number}"
    plaintext = random_.randbytes(random_.randrange(200))
    try:
        token = client.encrypt(user, plaintext).token
        answers.tokens.append((user, plaintext, token))
        if random_.random() < 0.3:
            key = client.user_key(user).key
            assert answers.keys.setdefault(user, key) == key, user
    except grpc.RpcError as error:
        failure = Failure.of(error)
        assert (failure.code, failure.reason) == ("UNAVAILABLE", ""), failure
        raise StopLoad


@pytest.mark.parametrize("bridge", [False, True], ids=["alone", "beside a legacy file"])
def test_what_was_answered_outlives_every_crash(rig, bridge):
    flags = {}
    if bridge:
        legacy.connect(rig.directory / "legacy.db").close()
        flags["legacy_db"] = rig.directory / "legacy.db"
    answers = Answers()
    for round_ in range(ROUNDS if not bridge else max(1, ROUNDS // 3)):
        server = rig.start(**flags)
        answers.new_ones_hold(rig.client(server))
        before = len(answers.tokens)
        clients = [rig.client(server) for _ in range(WORKERS)]
        sources = [random.Random(f"{round_}/{number}") for number in range(WORKERS)]
        load = Load(WORKERS, lambda n: worker(clients[n], answers, round_, n, sources[n]))
        load.wait_for_rounds(random.Random(round_).randrange(5, 150))
        server.kill()
        load.join()
        assert len(answers.tokens) > before
    answers.all_hold(rig.serve(**flags))


def test_nothing_is_answered_before_it_is_stored(rig):
    """While somebody else's lock keeps the commit from happening, no answer comes; a crash then shows why."""
    server = rig.start()
    client = rig.client(server)
    client.user_key("known")
    blocker = sqlite3.connect(rig.store, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    calls = [client.begin("GetOrCreateUserKey", keys.GetOrCreateUserKeyRequest(user_id="a")),
             client.begin("Encrypt", keys.EncryptRequest(user_id="b", plaintext=b"x")),
             client.begin("GetOrCreateUserKey", keys.GetOrCreateUserKeyRequest(user_id="b"))]
    for _ in range(50):
        client.encrypt("known", b"others are served meanwhile")
    assert not any(call.done() for call in calls)
    server.kill()
    blocker.close()
    for call in calls:
        assert Failure.of(call.exception()).code == "UNAVAILABLE"
    client = rig.serve()
    assert client.user_key("a").created and client.user_key("b").created
