"""SIGTERM: what is in flight is answered, what still comes is told to go elsewhere, and the status is 0."""
import signal

import grpc
import pytest

from harness.load import Load, StopLoad
from harness.rpc import Failure
from harness.stubs import keys
from harness.waiting import until

# What gRPC itself says of a call that never reached the server, since nobody listens any more.
NEVER_SENT = ("connect", "GOAWAY", "No route")


def sort_out(error: grpc.RpcError) -> str:
    failure = Failure.of(error)
    assert failure.code == "UNAVAILABLE", failure
    if failure.reason == "DRAINING":
        assert failure.retry_seconds is not None and failure.pushback_ms is not None, failure
        return "told"
    assert failure.reason == "" and any(word in failure.message for word in NEVER_SENT), failure
    return "refused"


@pytest.mark.parametrize("rounds", [1, 50, 400])
def test_no_call_in_flight_is_lost(rig, rounds):
    server = rig.start()
    clients = [rig.client(server) for _ in range(6)]
    answered: list[tuple[str, bytes, str]] = []

    def work(worker: int) -> None:
        client, count = clients[worker], len(answered)
        batch = [(f"{worker}-{count}-{n}", f"secret {n}".encode()) for n in range(8)]
        calls = [client.begin("Encrypt", keys.EncryptRequest(user_id=user, plaintext=plaintext))
                 for user, plaintext in batch]
        lost = 0
        for (user, plaintext), call in zip(batch, calls):
            try:
                token = keys.EncryptResponse.FromString(call.result()).token
                answered.append((user, plaintext, token))
            except grpc.RpcError as error:
                sort_out(error)
                lost += 1
        if lost:
            raise StopLoad

    load = Load(len(clients), work)
    load.wait_for_rounds(rounds)
    assert server.stop() == 0, server.log()
    load.join()
    assert len(answered) >= rounds * 8

    client = rig.serve()
    for user, plaintext, token in answered[-200:]:
        assert client.decrypt(user, token).plaintext == plaintext


def test_an_idle_server_ends_at_once_with_status_zero(rig):
    server = rig.start()
    rig.client(server).status()
    assert server.stop() == 0, server.log()


def test_a_server_that_nobody_called_ends_with_status_zero(rig):
    assert rig.start().stop() == 0


def test_idle_connections_do_not_hold_up_the_end(rig):
    """gRPC complains where a queue ends before its server: connections are then closed seconds late."""
    server = rig.start()
    clients = [rig.client(server) for _ in range(8)]
    for client in clients:
        client.status()
    assert server.stop() == 0
    assert not server.events("grpc"), server.log()


def test_open_streams_do_not_hold_up_the_end(rig):
    server = rig.start(drain_timeout="1s")
    client = rig.client(server)
    stream = client.channel.unary_stream("/grpc.health.v1.Health/Watch")(b"")
    assert next(stream)
    assert server.stop() == 0, server.log()
    with pytest.raises(grpc.RpcError):
        list(stream)


def test_a_second_sigterm_changes_nothing(rig):
    server = rig.start()
    server.send(signal.SIGTERM)
    server.send(signal.SIGTERM)
    assert server.wait() == 0, server.log()


def test_sigint_ends_the_server_like_sigterm(rig):
    server = rig.start()
    server.send(signal.SIGINT)
    assert server.wait() == 0, server.log()


@pytest.mark.parametrize("level, by, is_logged", [
    ("info", None, True), ("info", signal.SIGUSR2, False), ("warning", None, False), ("warning", signal.SIGUSR1, True)])
def test_signals_have_it_log_more_or_less(rig, level, by, is_logged):
    server = rig.launch(log_level=level, listen=f"unix:{rig.directory}/socket")
    until(lambda: (rig.directory / "socket").exists(), "listening")
    if by:
        server.send(by)  # of several that wait, the lowest number is taken first: before SIGTERM
    server.send(signal.SIGTERM)
    assert server.wait() == 0
    assert bool(server.events("stopped")) == is_logged, server.log()
