"""Floods of connections, and connections that never come to a call."""
import contextlib
import socket
import time

import pytest

from harness import wire
from harness.bystander import Caller
from harness.certificates import Authority, credentials
from harness.paths import PATIENCE
from harness.siege import SOAK, Siege

# What is promised after a flood, of a machine that does nothing else.
SERVING_AGAIN_SECONDS = 1.0 if SOAK else PATIENCE
# The server keeps 128 of its descriptors for itself.
FEW_DESCRIPTORS = 192


def few_descriptors(rig, **options):
    return rig.start(prefix=("prlimit", f"--nofile={FEW_DESCRIPTORS}:{FEW_DESCRIPTORS}"), **options)


def refusals(server, cause: str) -> list[dict]:
    return [event for event in server.events("connections_refused") if event["cause"] == cause]


class Flood:
    """Opens connections until the server has turned away `refused`, and keeps all that stay open."""

    def __init__(self, address: str, refused: int):
        self._open: list[socket.socket] = []
        turned_away = 0
        while turned_away < refused:
            try:
                connection = wire.connect(address)
                self._open.append(connection)
                connection.settimeout(0.002)  # whoever is turned away learns of it at once
                connection.sendall(wire.PREFACE)
                turned_away += connection.recv(1) == b""
            except TimeoutError:
                pass
            except OSError:
                turned_away += 1

    def end(self) -> None:
        for connection in self._open:
            connection.close()


def seconds_until_served(address: str) -> float:
    """By new connections, one after another: gRPC's own clients wait a second after one that fails."""
    start = time.monotonic()
    while True:
        with contextlib.suppress(OSError):
            if Caller(address, "/keyward.v1.KeyService/GetStatus", b"").call():
                return time.monotonic() - start


def test_a_flood_until_descriptors_are_out_is_survived(rig):
    server = few_descriptors(rig)
    with Siege(server, growth_mib=32):
        flood = Flood(server.address, refused=500)
        flood.end()
        assert seconds_until_served(server.address) < SERVING_AGAIN_SECONDS
    assert refusals(server, "max_connections") and len(refusals(server, "max_connections")) < 10
    assert rig.end(server) == 0


def test_a_server_with_too_few_descriptors_says_so(rig):
    assert "ulimit -n" in rig.refuse(prefix=("prlimit", "--nofile=100:100"))


def test_one_address_cannot_take_all_connections(rig, outside_address):
    server = rig.start(insecure_listen=f"{outside_address}:0", max_connections_per_address=20)
    address = server.address_of(outside_address)
    flood = Flood(address, refused=10)
    assert refusals(server, "max_connections_per_address")
    assert rig.client(server.address_of("127.0.0.1")).status().version
    flood.end()
    assert seconds_until_served(address) < SERVING_AGAIN_SECONDS


def test_loopback_has_no_limit_for_one_address(rig):
    server = rig.start(max_connections_per_address=1)
    clients = [rig.client(server) for _ in range(5)]
    assert all(client.status().version for client in clients)
    assert not refusals(server, "max_connections_per_address")


@pytest.fixture(scope="module")
def tls(shared_rig):
    authority = Authority(shared_rig.directory, "ours")
    own = authority.issue("server")
    server = shared_rig.start(tls_cert=own.certificate, tls_key=own.key, tls_client_ca=authority.root)
    return server, credentials(authority.root, authority.issue("client"))


def test_half_open_tls_handshakes_end(shared_rig, tls):
    server, own = tls
    client = shared_rig.client(server, own)
    silent = [wire.connect(server.address) for _ in range(200)]
    for connection in silent[::2]:
        connection.sendall(b"\x16\x03\x01\x02\x00")  # the beginning of a ClientHello
    assert client.status().version
    for connection in silent:
        connection.settimeout(60)
        assert connection.recv(1) == b""


def test_half_open_prefaces_end(rig):
    server = rig.start()
    client = rig.client(server)
    halves = [wire.connect(server.address) for _ in range(200)]
    for number, connection in enumerate(halves):
        connection.sendall(wire.PREFACE[:number % 25])
    assert client.status().version
    for connection in halves:
        connection.settimeout(60)
        while connection.recv(4096):
            pass
