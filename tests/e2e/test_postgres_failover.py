"""A primary that dies under load, with a synchronous standby that takes over."""
import shutil
import time

import grpc
import pytest

from harness import replicas
from harness.new_users import NewUsers
from harness.postgres import new_folder, postgres_server
from harness.rpc import refused
from harness.waiting import until


@pytest.fixture
def postgres():
    """One for each test, which may kill it."""
    with postgres_server() as server:
        yield server


@pytest.fixture
def standby(postgres):
    folder = new_folder()
    follower = postgres.standby(folder, "second")
    yield follower
    follower.kill()
    shutil.rmtree(folder, ignore_errors=True)


def test_no_acknowledged_key_is_lost_where_the_standby_takes_over(rig, postgres, database, standby):
    flags = replicas.flags(rig, database) | {"store": database.url(postgres, standby)}
    servers = [rig.start(**flags) for _ in range(2)]
    loads = [NewUsers(rig.client(server), f"load-{number}") for number, server in enumerate(servers)]
    until(lambda: all(len(load.tokens) > 100 for load in loads), "under load")
    postgres.kill()
    before = [len(load.tokens) for load in loads]
    standby.promote()
    promoted = time.monotonic()
    until(lambda: all(len(load.tokens) > count for load, count in zip(loads, before)), "served by the standby")
    print(f"served {time.monotonic() - promoted:.2f} s after the promotion")
    until(lambda: all(len(load.tokens) > count + 100 for load, count in zip(loads, before)), "under load again")
    acknowledged = {user: token for load in loads for user, token in load.stop().items()}
    fresh = rig.client(rig.start(**flags))  # with nothing cached
    for user, token in acknowledged.items():
        assert fresh.decrypt(user, token).plaintext == user.encode()


def test_nothing_is_acknowledged_that_the_standby_does_not_have(rig, postgres, database, standby):
    database.sql(f"ALTER DATABASE {database.name} SET synchronous_commit = local")
    client = rig.client(replicas.start(rig, database))
    token = client.encrypt("alice", b"x").token
    with standby.deaf():
        with refused("UNAVAILABLE", "STORE_UNAVAILABLE"):
            client.encrypt("bob", b"x")
        # It is in the primary's log by now, and must not be seen.
        with refused("UNAVAILABLE", "STORE_UNAVAILABLE"):
            client.encrypt("bob", b"x")
        assert client.decrypt("alice", token).plaintext == b"x"

    def works() -> bool:
        try:
            return bool(client.encrypt("bob", b"x").token)
        except grpc.RpcError:
            return False

    until(works, "it works again")
