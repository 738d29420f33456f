"""A primary that dies under load, with a synchronous standby that takes over."""
import time

import grpc
import pytest

from harness import replicas
from harness.new_users import NewUsers
from harness.postgres import postgres_server, synchronous_standby
from harness.rpc import Failure, refused
from harness.waiting import until


@pytest.fixture
def postgres():
    """One for each test, which may kill it."""
    with postgres_server() as server:
        yield server


@pytest.fixture
def standby(postgres):
    with synchronous_standby(postgres) as follower:
        yield follower


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


def test_what_a_standby_that_nobody_waited_for_lacks_is_not_served_from_caches(rig, postgres, database, standby):
    postgres.sql("ALTER SYSTEM SET synchronous_standby_names = ''")
    postgres.sql("SELECT pg_reload_conf()")
    client = rig.client(replicas.start(rig, database, store=database.url(postgres, standby)))
    kept = client.encrypt("alice", b"x").token
    until(lambda: standby.sql("SELECT count(*) FROM user_keys", database.name) == ["1"], "there too")
    standby.sql("ALTER SYSTEM SET primary_conninfo = ''")
    standby.sql("SELECT pg_reload_conf()")
    until(lambda: standby.sql("SELECT count(*) FROM pg_stat_wal_receiver") == ["0"], "cut off")
    lost = client.encrypt("bob", b"x").token
    postgres.kill()
    assert client.decrypt("bob", lost).plaintext == b"x"  # cached
    standby.promote()

    def is_forgotten() -> bool:
        try:
            client.decrypt("bob", lost)
        except grpc.RpcError as error:
            return error.code() == grpc.StatusCode.NOT_FOUND
        return False

    until(is_forgotten, "forgotten")
    assert client.decrypt("alice", kept).plaintext == b"x"


def test_reads_go_on_when_a_standby_dies_and_when_it_takes_over(rig, database, postgres, standby):
    writer = rig.client(replicas.start(rig, database))
    reader = replicas.StandbyReader(rig, database, database.url(postgres, standby))
    reader.wait_until_it_reads_there(writer)
    tokens = {f"user-{number}": writer.encrypt(f"user-{number}", b"x").token for number in range(20)}
    until(lambda: standby.has_all_of(postgres), "replayed")
    users = iter(tokens.items())
    standby.kill()
    for _ in range(5):
        user, token = next(users)
        assert reader.client.decrypt(user, token).plaintext == b"x"
    standby.start()
    reader.wait_until_it_reads_there(writer)
    until(lambda: standby.has_all_of(postgres), "replayed")
    postgres.kill()
    user, token = next(users)
    with refused("UNAVAILABLE", "STORE_UNAVAILABLE"):  # nobody knows whether it was disabled
        reader.client.decrypt(user, token)
    standby.promote()

    def served() -> bool:
        try:
            return reader.client.decrypt(user, token).plaintext == b"x"
        except grpc.RpcError as error:
            assert Failure.of(error).reason == "STORE_UNAVAILABLE"
            return False

    until(served, "served by what was the standby")
