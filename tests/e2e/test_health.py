"""The standard health service: names, Check and Watch."""
import signal

import grpc
import pytest

from harness.rpc import SERVICE
from harness.stubs import health

Status = health.HealthCheckResponse.ServingStatus


def watch(client, name: str):
    return client.health.Watch(health.HealthCheckRequest(service=name))


def following(stream) -> str:
    return Status.Name(next(stream).status)


@pytest.mark.parametrize("name", ["", SERVICE, "liveness"])
def test_every_name_is_serving_when_all_is_up(client, name):
    assert client.serving(name) == "SERVING"


@pytest.mark.parametrize("name", ["nobody", "keyward.v1", "Liveness", "x" * 5000])
def test_an_unknown_name_is_not_found(client, name):
    with pytest.raises(grpc.RpcError) as error:
        client.serving(name)
    assert error.value.code() == grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize("name,status", [("", "SERVING"), (SERVICE, "SERVING"),
                                         ("liveness", "SERVING"), ("nobody", "SERVICE_UNKNOWN")])
def test_a_watch_tells_the_status_at_once_and_stays_open(client, name, status):
    stream = watch(client, name)
    assert following(stream) == status
    assert stream.is_active()
    stream.cancel()
    assert client.serving("") == "SERVING", "a watch that was cancelled leaves the server alone"


def test_many_watches_do_not_keep_calls_from_being_served(client):
    streams = [watch(client, "") for _ in range(50)]
    for stream in streams:
        assert following(stream) == "SERVING"
    assert client.encrypt("under-watch", b"x").token
    for stream in streams:
        stream.cancel()
    assert client.encrypt("under-watch", b"x").token


def test_a_watch_follows_the_drain_while_calls_are_still_served(rig):
    server = rig.start(drain_delay="600s")
    client = rig.client(server)
    streams = {name: watch(client, name) for name in ("", SERVICE, "liveness")}
    assert {following(stream) for stream in streams.values()} == {"SERVING"}
    server.send(signal.SIGTERM)
    assert following(streams[""]) == "NOT_SERVING"
    assert following(streams[SERVICE]) == "NOT_SERVING"
    assert client.serving("") == client.serving(SERVICE) == "NOT_SERVING"
    assert client.serving("liveness") == "SERVING"
    assert client.encrypt("while-draining", b"x").token
    late = rig.client(server)
    assert late.encrypt("a new connection", b"x").token
    assert server.is_running()


def test_degraded_mode_is_told_to_a_watch(rig):
    client = rig.serve(kek=None)
    assert following(watch(client, "")) == "NOT_SERVING"
    assert following(watch(client, "liveness")) == "SERVING"
