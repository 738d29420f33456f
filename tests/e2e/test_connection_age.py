"""A connection that has come of age is ended without a failed call."""
import pytest

from harness import wire
from harness.load import Load
from harness.waiting import until


def gone_away(server) -> bool:
    """Whether a connection opened now is told to go away, once that has come."""
    connection = wire.Connection(server.address)
    until(lambda: connection.frames.get(wire.GOAWAY) or connection.closed.is_set(), "GOAWAY")
    connection.close()
    return bool(connection.frames.get(wire.GOAWAY))


def test_clients_connect_anew_and_no_call_fails(rig):
    server = rig.start(max_connection_age="1s")
    # Without a retry policy: what gRPC sends again by itself is what never reached the server.
    client = rig.client(server, **{"grpc.enable_retries": 1})
    token = client.encrypt("alice", b"x").token

    def decrypt(_: int) -> None:
        assert client.decrypt("alice", token).plaintext == b"x"

    load = Load(4, decrypt)
    load.wait_for_rounds(1)
    for _ in range(3):
        assert gone_away(server)
    load.join()


@pytest.mark.parametrize("age", ["0", "8760h"])
def test_an_age_that_does_not_come(rig, age):
    """A year is more milliseconds than gRPC's argument holds."""
    server = rig.start(max_connection_age=age)
    client = rig.client(server)
    assert client.encrypt("alice", b"x").token
    assert rig.end(server) == 0
