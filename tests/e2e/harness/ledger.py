"""All that servers have acknowledged, and a load that adds to it."""
import collections
import random
import threading

import grpc

from harness.load import StopLoad
from harness.rpc import Failure, check

# What a call may fail with while something is broken.
TROUBLED = {"STORE_UNAVAILABLE", "AUDIT_UNAVAILABLE"}
# The connection was lost: right where the server was killed, and nowhere else.
GONE = "UNAVAILABLE without a reason"


class Ledger:
    """Keys and tokens as they were answered. Every one of them must hold ever after. Thread-safe."""

    def __init__(self):
        self.keys: dict[str, bytes] = {}
        self.tokens: list[tuple[str, bytes, str]] = []
        self.codes: collections.Counter[str] = collections.Counter()
        self._lock = threading.Lock()
        self._checked = 0

    def note_key(self, user: str, key: bytes) -> None:
        with self._lock:
            self.codes["OK"] += 1
            assert self.keys.setdefault(user, key) == key, f"{user} has two keys"

    def note_token(self, user: str, plaintext: bytes, token: str) -> None:
        with self._lock:
            self.codes["OK"] += 1
            self.tokens.append((user, plaintext, token))

    def note_failure(self, error: grpc.RpcError) -> str:
        failure = Failure.of(error)
        if (failure.code, failure.reason) == ("UNAVAILABLE", ""):
            name = GONE
        else:
            assert failure.reason in TROUBLED, failure
            check(failure, "UNAVAILABLE", failure.reason)
            name = failure.reason
        with self._lock:
            self.codes[name] += 1
        return name

    def new_ones_hold(self, client) -> None:
        """Those since the last time."""
        tokens, self._checked = self.tokens[self._checked:], len(self.tokens)
        self._hold(client, tokens, {user for user, *_ in tokens})

    def some_hold(self, client, source: random.Random, count: int) -> None:
        tokens = source.sample(self.tokens, min(count, len(self.tokens)))
        self._hold(client, tokens, set(source.sample(sorted(self.keys), min(count, len(self.keys)))))

    def all_hold(self, client) -> None:
        self._hold(client, self.tokens, set(self.keys))

    def _hold(self, client, tokens, users) -> None:
        for user, plaintext, token in tokens:
            assert client.decrypt(user, token).plaintext == plaintext, f"{user}'s token is lost"
        for user in users & self.keys.keys():
            assert client.user_key(user).key == self.keys[user], f"{user}'s key is lost"


class Callers:
    """What a load's workers do: half of the users are new, and are asked for by several at once."""

    def __init__(self, ledger: Ledger, clients: list, name: str, *, may_die: bool):
        self._ledger = ledger
        self._clients = clients
        self._may_die = may_die
        self._sources = [random.Random(f"{name}/{number}") for number in range(len(clients))]
        self.users = [f"{name}-{number}" for number in range(40)]

    def work(self, number: int) -> None:
        client, source = self._clients[number], self._sources[number]
        user = source.choice(self.users)
        try:
            chance = source.random()
            if chance < 0.4:
                self._ledger.note_key(user, client.user_key(user).key)
            elif chance < 0.8 or not self._ledger.tokens:
                plaintext = source.randbytes(source.randrange(100))
                self._ledger.note_token(user, plaintext, client.encrypt(user, plaintext).token)
            else:
                user, plaintext, token = source.choice(self._ledger.tokens)
                assert client.decrypt(user, token).plaintext == plaintext, f"{user}'s token is lost"
        except grpc.RpcError as error:
            if self._ledger.note_failure(error) == GONE:
                assert self._may_die, f"the server is gone: {error}"
                raise StopLoad
