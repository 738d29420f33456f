"""More calls at once than the server was told to take: the rest is told so, at once."""
import queue

import grpc
import pytest

from harness import legacy
from harness.rpc import Failure, check, refused
from harness.stubs import keys


@pytest.fixture
def blocked(rig):
    """A server of two calls at once, and a lock by which new users' keys wait."""
    path = rig.directory / "legacy.db"
    connection = legacy.connect(path)
    client = rig.serve(legacy_db=path, max_in_flight=2)
    client.user_key("known")
    connection.execute("BEGIN EXCLUSIVE")
    yield client, connection
    connection.close()


def begin(client, number: int) -> grpc.Future:
    return client.begin("GetOrCreateUserKey", keys.GetOrCreateUserKeyRequest(user_id=f"u{number}"))


def test_those_beyond_the_limit_are_refused_and_those_within_are_answered(blocked):
    client, connection = blocked
    calls = [begin(client, number) for number in range(12)]
    refused_calls = wait_for_failures(calls, 10)
    for call in refused_calls:
        check(Failure.of(call.exception()), "RESOURCE_EXHAUSTED", "OVERLOADED")
    with refused("RESOURCE_EXHAUSTED", "OVERLOADED"):
        client.user_key("known")
    assert client.serving("liveness") == "SERVING", "a probe is never refused for being too many"
    connection.rollback()
    for call in set(calls) - set(refused_calls):
        assert len(keys.GetOrCreateUserKeyResponse.FromString(call.result()).key) == 32
    assert client.user_key("known").version == 1


def wait_for_failures(calls: list[grpc.Future], count: int) -> list[grpc.Future]:
    """The first `count` calls to end: those that wait for the lock cannot be among them."""
    ended: queue.Queue = queue.Queue()
    for call in calls:
        call.add_done_callback(ended.put)
    return [ended.get() for _ in range(count)]
