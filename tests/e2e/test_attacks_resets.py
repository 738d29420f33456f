"""Streams that are opened and reset at once (CVE-2023-44487), against each service."""
import threading
import time

import pytest

from harness import wire
from harness.siege import SANITIZED, SOAK, Siege, besiege, wait_until
from harness.stubs import health, keys, reflection

RESETS = 50_000
STREAMS_AT_ONCE = 256
# Long enough for the other client to make the calls that a percentile is taken of. The attacker is cut within
# some tens of milliseconds of it, so that in a longer time a hundredth of the calls would hide it.
SECONDS = 0.75
GROWTH_MIB = 32
P99_MS = 50
RETURNS = 100 if SOAK else 20
RETURNING_GROWTH_MIB = 256

ENCRYPT = keys.EncryptRequest(user_id="flood", plaintext=b"x").SerializeToString()
# With a sanitizer a hundred items take so long that fewer batches are worked off in a second than may be reset.
BATCH = keys.BatchEncryptRequest(requests=[
    keys.EncryptRequest(user_id="flood", plaintext=b"x")] * (5 if SANITIZED else 100)).SerializeToString()
LIST = reflection.ServerReflectionRequest(list_services="*").SerializeToString()
METHODS = {
    "/keyward.v1.KeyService/Encrypt": ENCRYPT,
    "/keyward.v1.KeyService/BatchEncrypt": BATCH,
    "/grpc.health.v1.Health/Check": health.HealthCheckRequest().SerializeToString(),
    "/grpc.health.v1.Health/Watch": health.HealthCheckRequest().SerializeToString(),
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo": LIST,
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo": LIST,
}


@pytest.fixture
def server(rig):
    return rig.start(reflection=True)


@pytest.mark.parametrize("polite", [True, False], ids=["acknowledged", "unacknowledged"])
@pytest.mark.parametrize("with_message", [False, True], ids=["headers", "requests"])
@pytest.mark.parametrize("path", METHODS, ids=lambda path: path.removeprefix("/").replace("/", "-"))
def test_rapid_resets_cost_little(server, path, with_message, polite):
    resets = requests_reset(path, METHODS[path] if with_message else None)

    def attack() -> None:
        end = time.monotonic() + SECONDS
        attacker = wire.Connection(server.address, polite=polite)
        attacker.send(resets)
        wait_until(lambda: is_fended_off(attacker), "cut")
        attacker.close()
        threading.Event().wait(max(0, end - time.monotonic()))  # the other client goes on

    besiege(server, attack, growth_mib=GROWTH_MIB, p99_ms=P99_MS)


@pytest.mark.parametrize("path", ["/keyward.v1.KeyService/Encrypt", "/grpc.health.v1.Health/Watch"])
def test_whoever_is_cut_for_resets_and_comes_back_is_cut_again(server, path):
    """Again and again, for which no bound on the other client's time is promised: see docs/THREAT_MODEL.md."""
    resets = requests_reset(path, None)
    with Siege(server, growth_mib=RETURNING_GROWTH_MIB):
        for _ in range(RETURNS):
            attacker = wire.Connection(server.address)
            attacker.send(resets)
            wait_until(lambda: is_fended_off(attacker), "cut")
            attacker.close()


def test_a_client_that_gives_up_its_calls_is_not_cut(server):
    """All of them, again and again; those that it does not give up are answered."""
    given_up, times = 100, 10
    client = wire.Connection(server.address)
    path, stream = "/keyward.v1.KeyService/Encrypt", 1
    for time_of in range(1, times + 1):
        opened = range(stream, stream + 2 * given_up, 2)
        stream = opened.stop + 2
        client.send(b"".join(headers(path, each) for each in opened)
                    + b"".join(wire.reset(each) for each in opened)
                    + headers(path, opened.stop) + wire.data(opened.stop, wire.message(ENCRYPT)))
        wait_until(lambda: client.frames.get(wire.HEADERS, 0) >= 2 * time_of or client.closed.is_set(), "an answer")
    assert not client.closed.is_set() and not server.events("connections_refused")
    client.close()


def is_fended_off(attacker: wire.Connection) -> bool:
    """Cut; or, by newer gRPC, refused call by call, but for those that it had room for."""
    refused = attacker.frames.get(wire.RST_STREAM, 0)
    return attacker.closed.is_set() or refused >= RESETS - STREAMS_AT_ONCE


def headers(path: str, stream: int) -> bytes:
    return wire.frame(wire.HEADERS, wire.END_HEADERS, stream, wire.request_fields(path))


def requests_reset(path: str, request: bytes | None) -> bytes:
    """As many calls as there are to be, each with its reset."""
    (fields, again), parts = wire.indexed(wire.request_list(path)), []
    for stream in range(1, 2 * RESETS, 2):
        parts.append(wire.frame(wire.HEADERS, wire.END_HEADERS, stream, fields))
        if request is not None:
            parts.append(wire.data(stream, wire.message(request)))
        parts.append(wire.reset(stream))
        fields = again
    return b"".join(parts)
