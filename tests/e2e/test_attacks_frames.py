"""Frames that are legal one by one and ruinous in numbers, and some that are not legal at all."""
import os
import threading
import time
import zlib

import pytest

from harness import wire
from harness.paths import PATIENCE
from harness.siege import ENCRYPT, MIB, SOAK, Siege, besiege, wait_until
from harness.stubs import keys

SECONDS = 10 if SOAK else 1
# gRPC takes up to 16 MiB of a call's metadata until its SETTINGS are acknowledged, and reads on until the
# connection is cut.
HEADERS_MIB = 64
# Twenty such connections, one after another: a busy machine cuts each of them later.
METADATA_MIB = 512
SMALL = wire.message(keys.EncryptRequest(user_id="u", plaintext=b"x").SerializeToString())
LARGE = wire.message(keys.EncryptRequest(user_id="u", plaintext=os.urandom(MIB)).SerializeToString())
GZIP = (b"grpc-encoding", b"gzip")


@pytest.fixture
def server(rig):
    server = rig.start()
    client = rig.client(server)
    for _ in range(8):  # what such values leave behind in the allocator is no attack's growth
        client.encrypt("u", bytes(MIB))
    return server


def headers(stream: int, *more: tuple[bytes, bytes]) -> bytes:
    return wire.frame(wire.HEADERS, wire.END_HEADERS, stream, wire.request_fields(ENCRYPT, *more))


def header_block(stream: int, block: bytes) -> bytes:
    """In as many frames as it takes."""
    parts = [block[at:at + wire.MAX_FRAME] for at in range(0, len(block), wire.MAX_FRAME)]
    last = len(parts) - 1
    return b"".join(wire.frame(wire.CONTINUATION if number else wire.HEADERS,
                               wire.END_HEADERS if number == last else 0, stream, part)
                    for number, part in enumerate(parts))


def flood(server, opening: bytes, content: bytes, polite: bool, seconds: float = SECONDS) -> bool:
    """For so long, or until it is cut, and whether it was; the other client goes on for a while in any case."""
    start = time.monotonic()
    end = start + SECONDS
    attacker = wire.Connection(server.address, polite=polite)
    attacker.send(opening)
    while time.monotonic() < start + seconds and attacker.send(content):
        pass
    was_cut = attacker.closed.is_set()
    attacker.close()
    threading.Event().wait(max(0, end - time.monotonic()))
    return was_cut


both = pytest.mark.parametrize("polite", [True, False], ids=["acknowledged", "unacknowledged"])


@both
def test_header_frames_without_end_are_cut(server, polite):
    fields = b"".join(wire.field(b"x-%d" % n, b"v" * 100) for n in range(140))
    opening = wire.frame(wire.HEADERS, 0, 1, wire.request_fields(ENCRYPT))
    content = wire.frame(wire.CONTINUATION, 0, 1, fields)
    assert besiege(server, lambda: flood(server, opening, content, polite, PATIENCE), growth_mib=HEADERS_MIB)


@both
@pytest.mark.parametrize("content", [
    pytest.param(wire.frame(wire.PING, 0, 0, bytes(8)) * 1000, id="pings"),
    pytest.param(wire.settings() * 1000, id="settings"),
    pytest.param(wire.frame(wire.DATA, 0, 1) * 1000, id="empty data"),
    pytest.param(wire.frame(wire.WINDOW_UPDATE, 0, 1, b"\0\0\0\1") * 1000, id="window updates"),
])
def test_floods_of_frames_are_bounded(server, content, polite):
    besiege(server, lambda: flood(server, headers(1), content, polite), growth_mib=128)


@both
def test_huge_metadata_is_bounded(server, polite):
    block = wire.request_fields(ENCRYPT, *[(b"x-%d" % n, b"v" * 60_000) for n in range(16)])
    was_cut = 0
    with Siege(server, growth_mib=METADATA_MIB):
        for _ in range(20):
            attacker = wire.Connection(server.address, polite=polite)
            stream = 1
            while stream < 200 and attacker.send(header_block(stream, block)):
                stream += 2
            was_cut += attacker.closed.is_set()
            attacker.close()
    assert was_cut, "gRPC alone answers each call, and goes on reading"


def test_malformed_binary_metadata_is_refused(server):
    with Siege(server, growth_mib=32):
        attacker = wire.Connection(server.address)
        for stream in range(1, 2000, 2):
            attacker.send(headers(stream, (b"x-bin", b"*no base64*")) + wire.data(stream, SMALL))
        attacker.close()


def test_readers_who_read_nothing_are_bounded(server):
    """By what the server takes at once, 256 MiB: gRPC holds an answer until the client makes room for it."""
    with Siege(server, growth_mib=512):
        attackers = [wire.Connection(server.address, preface=wire.PREFACE + wire.settings(
            INITIAL_WINDOW_SIZE=0)) for _ in range(4)]
        for attacker in attackers:
            for stream in range(1, 60, 2):
                attacker.send(headers(stream))
                assert attacker.send_within_windows(stream, LARGE)
    for attacker in attackers:
        attacker.close()


def test_writers_who_write_a_byte_at_a_time_cost_little(server):
    with Siege(server, growth_mib=32):
        attackers = [wire.Connection(server.address) for _ in range(50)]
        for attacker in attackers:
            attacker.send(headers(1))
        for byte in range(200):
            for attacker in attackers:
                attacker.send(wire.frame(wire.DATA, 0, 1, LARGE[byte:byte + 1]))
        for attacker in attackers:
            attacker.close()


def test_unfinished_messages_are_bounded(server):
    """All but the last byte of 4 MiB, on 20 streams of 2 connections."""
    body = wire.message(bytes(4 * MIB - 16))[:-1]
    with Siege(server, growth_mib=320):
        attackers = [wire.Connection(server.address) for _ in range(2)]
        for attacker in attackers:
            for stream in range(1, 40, 2):
                attacker.send(headers(stream))
                assert attacker.send_within_windows(stream, body, end=False)
    for attacker in attackers:
        attacker.close()


def test_data_beyond_the_window_is_not_kept(server):
    """Mostly it ends the connection. Where the call was answered before, each frame of it is refused.

    What grows is what the allocator has not given back: up to 195 MiB were seen, of 512 that were sent.
    """
    with Siege(server, growth_mib=256):
        attacker = wire.Connection(server.address)
        attacker.send(headers(1))
        for _ in range(512):
            if not attacker.send(wire.data(1, LARGE, end=False)):
                break
        attacker.close()


def test_many_tiny_messages_are_answered(server):
    count, burst = 100_000, 100  # a client must not have more than 256 open
    with Siege(server, growth_mib=128):
        attacker = wire.Connection(server.address, preface=wire.PREFACE + wire.settings(
            HEADER_TABLE_SIZE=0) + wire.frame(wire.WINDOW_UPDATE, 0, 0, b"\x7f\0\0\0"))
        for first in range(1, 2 * count, 2 * burst):
            wait_until(lambda: attacker.frames.get(wire.HEADERS, 0) >= first - 1 - 2 * burst
                       or attacker.closed.is_set(), "answers")
            attacker.send(b"".join(headers(stream) + wire.data(stream, SMALL)
                                   for stream in range(first, first + 2 * burst, 2)))
        wait_until(lambda: attacker.frames.get(wire.HEADERS, 0) >= 2 * count
                   or attacker.closed.is_set(), "all answers")
        assert not attacker.closed.is_set(), server.log()
        attacker.close()


def test_a_gzip_bomb_is_never_unpacked(server):
    """A gibibyte of zeroes is a mebibyte of gzip."""
    content = wire.message(bomb(), compressed=True)
    with Siege(server, growth_mib=32):
        for _ in range(10):
            attacker = wire.Connection(server.address)
            attacker.send(headers(1, GZIP) + wire.data(1, content))
            wait_until(lambda: attacker.frames.get(wire.HEADERS) or attacker.closed.is_set(), "refusal")
            attacker.close()


def bomb() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(bytes(MIB)) for _ in range(1024)) + packer.flush()
