"""Rounds of trouble under load: what was acknowledged must hold through all of them."""
import collections
import random
import signal

import grpc

from harness import formats
from harness.faults import Faults
from harness.ledger import Callers, Ledger
from harness.load import Load
from harness.rig import EX_CONFIG, Rig
from harness.rpc import Client, Failure
from harness.server import Server
from harness.troubles import Trouble

WORKERS = 6
# Of the right form, and nobody's.
SOME_TOKEN = formats.token(bytes(32), b"")
# Few: most calls are on keys that have to be read from the store.
CACHED_KEYS = 16
# How many calls may still be told to try again when the trouble is over.
REFUSALS_AFTERWARDS = 1
KILLED = -signal.SIGKILL


def is_there(client: Client, user: str) -> bool:
    """Asked in a way that makes no key, and so has the server write nothing."""
    try:
        client.decrypt(user, SOME_TOKEN)
    except grpc.RpcError as error:
        reason = Failure.of(error).reason
        assert reason in ("DECRYPTION_FAILED", "USER_KEY_NOT_FOUND"), error
        return reason == "DECRYPTION_FAILED"
    raise AssertionError("a token of nobody was opened")


class FaultRounds:
    """One database, and the servers that follow one another on it."""

    def __init__(self, rig: Rig, seed: int):
        self._rig = rig
        self._seed = seed
        self._server: Server | None = None
        self._users: list[str] = []
        self.faults = Faults(rig.directory, seed)
        self.ledger = Ledger()
        self.rounds = 0
        self.kills = self.power_cuts = 0
        self.hits: collections.Counter[str] = collections.Counter()

    def run(self, trouble: Trouble) -> None:
        self.rounds += 1
        source = random.Random(f"{self._seed}/{self.rounds}")
        server = self._serve()
        self._load(server, trouble, source)
        if trouble.at_the_start:
            self._start_badly(server, trouble, source)
        elif trouble.kills:
            self._end_by_kill(server, trouble, source)
        else:
            self._recover(server, source)
            self._end(server, source)
        self.hits[trouble.name] += self.faults.hits()

    def server_ended(self) -> bool:
        """For who has seen a breach."""
        return self._server is not None and not self._server.is_running()

    def finish(self) -> None:
        """All that was ever acknowledged is there; the last server ends well."""
        server = self._serve()
        self.ledger.all_hold(self._rig.client(server))
        assert self._rig.end(server) == 0, server.log()

    def _serve(self) -> Server:
        self.faults.clear()
        if self._server is None:
            self._server = self._launch()
            self._server.wait_until_serving()
        return self._server

    def _launch(self) -> Server:
        return self._rig.launch(
            environment=self.faults.environment, audit_log=self._rig.directory / "audit.log",
            audit_sync=self.rounds % 2 == 0, cache_max_keys=CACHED_KEYS)

    def _load(self, server: Server, trouble: Trouble, source: random.Random) -> None:
        clients = [self._rig.client(server) for _ in range(WORKERS)]
        callers = Callers(self.ledger, clients, f"{self._seed}-{self.rounds}", may_die=trouble.kills)
        self.ledger.some_hold(clients[0], source, 5)
        if not trouble.at_the_end and not trouble.at_the_start:
            self._break(trouble, source)
        self._users = callers.users
        load = Load(WORKERS, callers.work)
        load.wait_for_rounds_or_end(source.randrange(20, 150))
        if trouble.kills and not trouble.at_the_end:
            server.kill()
        load.join()
        for client in clients:
            self._rig.close_client(client)

    def _break(self, trouble: Trouble, source: random.Random) -> None:
        self.faults.set(*trouble.rules(source))
        self.faults.set_clock(trouble.clock(source))

    def _recover(self, server: Server, source: random.Random) -> None:
        """It serves as before as soon as the trouble is over, and has lost nothing."""
        self.faults.clear()
        assert server.is_running(), f"the server crashed, status {server.wait()}:\n{server.log()}"
        client = self._rig.client(server)
        self._create_again(client, f"{self._seed}-{self.rounds}-afterwards")
        self.ledger.new_ones_hold(client)
        self.ledger.some_hold(client, source, 10)
        self._rig.close_client(client)

    def _create_again(self, client: Client, user: str) -> None:
        """The first call may be the one that finds out that a connection is of no use."""
        for _ in range(REFUSALS_AFTERWARDS):
            try:
                return self.ledger.note_key(user, client.user_key(user).key)
            except grpc.RpcError as error:
                self.ledger.note_failure(error)
        self.ledger.note_key(user, client.user_key(user).key)

    def _start_badly(self, server: Server, trouble: Trouble, source: random.Random) -> None:
        """The load has ended with the server; the next one serves, is killed, or refuses to serve."""
        assert server.wait() == KILLED, server.log()
        self.kills += 1
        self._server = None
        self._break(trouble, source)
        server = self._launch()
        if server.came_up():
            self._kill(server)
        else:
            status = server.wait()
            self.kills += status == KILLED
            assert status in (KILLED, EX_CONFIG), server.log()
        self.faults.clear()
        if source.random() < 0.4:
            self._cut_power(source)
        else:
            self._read_back(source)

    def _end_by_kill(self, server: Server, trouble: Trouble, source: random.Random) -> None:
        if trouble.at_the_end:
            self._break(trouble, source)
            server.send(signal.SIGTERM)
        status = server.wait()
        assert status in ({KILLED, 0} if trouble.at_the_end else {KILLED}), server.log()
        self.kills += status == KILLED
        self._server = None
        if source.random() < 0.3:
            self._cut_power(source)
        else:
            self._read_back(source)

    def _read_back(self, source: random.Random) -> None:
        """What the next server finds may never have been synced. Once it has told it, that must hold too."""
        server = self._serve()
        client = self._rig.client(server)
        for user in filter(lambda user: is_there(client, user), self._users):
            self.ledger.note_key(user, client.user_key(user).key)
        self.ledger.new_ones_hold(client)
        self._rig.close_client(client)
        if source.random() < 0.5:
            self._kill(server)
            self._cut_power(source)

    def _end(self, server: Server, source: random.Random) -> None:
        choice = source.choice(["go on", "go on", "end", "kill", "power cut"])
        if choice == "go on":
            return
        if choice == "end":
            self._server = None
            assert self._rig.end(server) == 0, server.log()
            return
        self._kill(server)
        if choice == "power cut":
            self._cut_power(source)

    def _kill(self, server: Server) -> None:
        server.kill()
        self.kills += 1
        self._server = None

    def _cut_power(self, source: random.Random) -> None:
        self.power_cuts += 1
        self.faults.cut_power(source)
