"""Streams that are opened and reset at once (CVE-2023-44487), against each service."""
import time

import pytest

from harness import wire
from harness.siege import SOAK, besiege
from harness.stubs import health, keys, reflection

RESETS = 50_000
# Long enough for the other client to make the calls that a percentile is taken of.
SECONDS = 10 if SOAK else 1
CHUNK = 500
GROWTH_MIB = 32
# gRPC hands its streams over before a message is there, so those that were reset already wait their turn. It
# is served to this machine alone, unless told otherwise.
REFLECTION_GROWTH_MIB = 256

ENCRYPT = keys.EncryptRequest(user_id="flood", plaintext=b"x").SerializeToString()
BATCH = keys.BatchEncryptRequest(requests=[
    keys.EncryptRequest(user_id="flood", plaintext=b"x")] * 100).SerializeToString()
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
        sent, end = 0, time.monotonic() + SECONDS
        # Whoever is cut comes back.
        while sent < RESETS or time.monotonic() < end:
            attacker = wire.Connection(server.address, polite=polite)
            for chunk in resets:
                if not attacker.send(chunk):
                    break
                sent += CHUNK
            attacker.close()

    growth_mib = REFLECTION_GROWTH_MIB if "reflection" in path else GROWTH_MIB
    besiege(server, attack, growth_mib=growth_mib, p99_ms=50)
    assert server.events("connections_refused")


def requests_reset(path: str, request: bytes | None) -> list[bytes]:
    """As many calls as there are to be, each with its reset, in chunks."""
    fields, chunks = wire.request_fields(path), []
    for first in range(0, RESETS, CHUNK):
        parts = []
        for stream in range(2 * first + 1, 2 * (first + CHUNK), 2):
            parts.append(wire.frame(wire.HEADERS, wire.END_HEADERS, stream, fields))
            if request is not None:
                parts.append(wire.data(stream, wire.message(request)))
            parts.append(wire.reset(stream))
        chunks.append(b"".join(parts))
    return chunks
