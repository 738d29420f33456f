"""Parts of the soak in which servers share one PostgreSQL: races for new users, changes that caches follow, failovers."""
import collections
import concurrent.futures
import contextlib
import random
import shutil
import time
from collections.abc import Callable, Iterator

import grpc
from harness import batches
from harness import replicas as shared
from harness.admin import Admin
from harness.new_users import NewUsers
from harness.postgres import Database, Postgres, new_folder, postgres_server
from harness.rig import Rig
from harness.rpc import Client, Failure
from harness.waiting import until
from progress import Progress, figures, say

REPLICAS = 3
# In one call: as many as a batch takes.
RACES_IN_ROUND = 1000
ROUNDS_AT_ONCE = 3


def race(clients: list[Client], number: int, seed: int) -> None:
    """All replicas make keys for the same new users at once, in orders of their own, then open one another's tokens."""
    users = [f"raced-{number}-{each}" for each in range(RACES_IN_ROUND)]
    orders = [random.Random(f"{seed}-{number}-{place}").sample(users, len(users)) for place in range(len(clients))]
    with concurrent.futures.ThreadPoolExecutor(len(clients)) as pool:
        def make(client: Client, order: list[str]) -> dict[str, str]:
            sealed = batches.encrypt(client, [batches.to_encrypt(user, user.encode()) for user in order])
            return dict(zip(order, batches.tokens(sealed)))

        def open_all(client: Client, tokens: dict[str, str]) -> None:
            opened = batches.decrypt(client, [batches.to_decrypt(user, tokens[user]) for user in users])
            assert batches.plaintexts(opened) == [user.encode() for user in users]

        made = list(pool.map(make, clients, orders))
        list(pool.map(open_all, clients, made[1:] + made[:1]))


def races(rig: Rig, rounds: int, seed: int) -> None:
    with postgres_server() as server:
        database = server.new_database()
        clients = [rig.client(shared.start(rig, database)) for _ in range(REPLICAS)]
        progress, began = Progress(rounds), time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(ROUNDS_AT_ONCE) as pool:
            done = pool.map(lambda number: race(clients, number, seed), range(rounds))
            for number, _ in enumerate(done, 1):
                progress.tell(number, f"{number * RACES_IN_ROUND} races")
        count = rounds * RACES_IN_ROUND
        say(f"  {count} races between {REPLICAS} replicas, in {time.monotonic() - began:.0f} s")
        assert database.sql("SELECT count(*), count(DISTINCT user_id), count(DISTINCT wrapped_key) FROM user_keys "
                            "WHERE version = 1") == [f"{count}|{count}|{count}"]
    say("  users with two keys: 0")


def verbs(admin: Admin) -> Iterator[tuple[str, Callable[[], object], str, int]]:
    """What an operator does to a user's key one after the other, and what a replica answers after that: why it
    refuses, and else under which version it seals."""
    user = {"user_id": "followed"}
    version = admin.GetUserKey(**user).primary_version
    yield "disable", lambda: admin.DisableUserKey(**user), "USER_KEY_DISABLED", 0
    yield "enable", lambda: admin.EnableUserKey(**user), "", version
    yield "rotate", lambda: admin.RotateUserKey(**user), "", version + 1
    yield "delete", lambda: admin.DeleteUserKey(**user), "USER_KEY_DELETED", 0
    yield "undelete", lambda: admin.UndeleteUserKey(**user), "", version + 1
    yield "destroy", lambda: admin.destroy("followed"), "USER_KEY_DESTROYED", 0
    yield "bring back", lambda: admin.RotateUserKey(**user), "", version + 2


def answer(client: Client) -> tuple[str, int]:
    try:
        return "", client.encrypt("followed", b"x").key_version
    except grpc.RpcError as error:
        return Failure.of(error).reason, 0


def changes(rig: Rig, rounds: int, seed: int) -> None:
    del seed  # nothing is left to chance
    with postgres_server() as server:
        database = server.new_database()
        clients = [rig.client(shared.start(rig, database)) for _ in range(REPLICAS)]
        clients[0].encrypt("followed", b"x")
        times: dict[str, list[float]] = collections.defaultdict(list)
        progress = Progress(rounds)
        for number in range(1, rounds + 1):
            for name, change, reason, version in verbs(Admin(clients[0])):
                for client in clients:
                    answer(client)  # so that it is cached
                change()
                changed = time.monotonic()
                for client in clients[1:]:
                    while answer(client) != (reason, version):
                        assert time.monotonic() < changed + 60, f"{name} never seen"
                    times[name].append(time.monotonic() - changed)
            progress.tell(number, "times each verb")
        for name, seconds in times.items():
            say(f"  {name:10}: seen by another replica after {figures(seconds)}")


@contextlib.contextmanager
def pair() -> Iterator[list[Postgres]]:
    """A primary, and a standby that commits wait for."""
    with postgres_server() as first:
        servers = [first]
        try:
            servers.append(first.standby(new_folder(), "standby"))
            yield servers
        finally:
            for server in servers:
                server.kill()
                shutil.rmtree(server.folder, ignore_errors=True)


def take_over(servers: list[Postgres], loads: list[NewUsers]) -> float:
    """Kills the primary under load, promotes the standby, and makes a new one in the old primary's place. Seconds from
    the promotion until all are served."""
    until(lambda: all(load.running_well() for load in loads), "under load")
    old, new = servers
    old.kill()
    counts = [len(load.tokens) for load in loads]
    new.promote()
    promoted = time.monotonic()
    until(lambda: all(len(load.tokens) > count for load, count in zip(loads, counts)), "served by the standby")
    seconds = time.monotonic() - promoted
    shutil.rmtree(old.folder, ignore_errors=True)
    servers[:] = [new, new.standby(new_folder(), "standby", port=old.port)]
    return seconds


def failovers(rig: Rig, rounds: int, seed: int) -> None:
    del seed  # nothing is left to chance
    progress, seconds = Progress(rounds), []
    with pair() as servers:
        database: Database = servers[0].new_database()
        flags = shared.flags(rig, database) | {"store": database.url(*servers)}
        loads = [NewUsers(rig.client(rig.start(**flags)), f"load-{number}") for number in range(REPLICAS)]
        for number in range(1, rounds + 1):
            seconds.append(take_over(servers, loads))
            progress.tell(number, f"served {seconds[-1]:.2f} s after the promotion")
        acknowledged = {user: token for load in loads for user, token in load.stop().items()}
        fresh = rig.client(rig.start(**flags))  # with nothing cached
        for user, token in acknowledged.items():
            assert fresh.decrypt(user, token).plaintext == user.encode()
    say(f"  {rounds} failovers: {figures(seconds)} from the promotion until all {REPLICAS} replicas served")
    say(f"  acknowledged: {len(acknowledged)} keys and tokens; lost 0")
