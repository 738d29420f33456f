"""What must not harm a serving server: bad bodies, large ones, a log nobody reads, a store that hangs."""
import json
import os
import pathlib
import subprocess

import grpc
import pytest

from harness import formats, legacy, paths
from harness.server import clean_environment
from harness.stubs import keys

MIB = 1024 * 1024
BAD_UTF8 = b"\x0a\x01\xff"


def test_every_line_of_the_log_is_json_whatever_comes(rig):
    server = rig.start()
    client = rig.client(server)
    encrypt = client.channel.unary_unary("/keyward.v1.KeyService/Encrypt")
    for body in BAD_UTF8, b"\xff" * 64, b"\x0a":
        with pytest.raises(grpc.RpcError):
            encrypt(body)
    client.close()
    assert server.stop() == 0
    assert server.plain_lines() == []
    assert all("event" in event for event in server.events())


def test_a_log_that_nobody_reads_ends_nothing(rig):
    process = subprocess.Popen(
        [paths.server(), "--listen=127.0.0.1:0", f"--store=sqlite:{rig.store}", "--drain_delay=0s"],
        env=clean_environment({"API_KEY_MASTER_KEY": formats.kek_text(rig.kek)}),
        stderr=subprocess.PIPE)
    try:
        events = {}
        while "serving" not in events:
            event = json.loads(process.stderr.readline())
            events[event["event"]] = event
        process.stderr.close()
        client = rig.client(events["listening"]["address"])
        with pytest.raises(grpc.RpcError):
            client.channel.unary_unary("/keyward.v1.KeyService/Encrypt")(BAD_UTF8)
        assert client.encrypt("u", b"x").token
        process.terminate()
        assert process.wait(timeout=paths.PATIENCE) == 0
    finally:
        process.kill()
        process.wait()


def test_a_call_that_hangs_in_the_store_does_not_hold_up_the_end(rig):
    path = rig.directory / "legacy.db"
    lock = legacy.connect(path)
    server = rig.start(legacy_db=path, drain_timeout="0s", max_in_flight=1)
    client = rig.client(server)
    lock.execute("BEGIN EXCLUSIVE")
    call = begin_and_wait_until_taken(client)
    assert server.stop() == 0, server.log()
    assert "all_calls_ended" in server.events("stopped")[0]
    with pytest.raises(grpc.RpcError):
        call.result()
    lock.rollback()
    lock.close()
    assert rig.serve(legacy_db=path).encrypt("new", b"x").token


def begin_and_wait_until_taken(client) -> grpc.Future:
    """A call that waits for the lock; being the one call that is let in, it keeps every other out.

    One refusal says little: an answered call counts until gRPC is done with it.
    """
    while True:
        call = client.begin("Encrypt", keys.EncryptRequest(user_id="new", plaintext=b"x"))
        refusals = 0
        while not call.done() and refusals < 20:
            try:
                client.status()
                refusals = 0
            except grpc.RpcError as error:
                assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
                refusals += 1
        if not call.done():
            return call


def test_a_locked_legacy_file_keeps_nobody_from_cached_keys(rig):
    path = rig.directory / "legacy.db"
    lock = legacy.connect(path)
    client = rig.serve(legacy_db=path)
    token = client.encrypt("known", b"x").token
    lock.execute("BEGIN EXCLUSIVE")
    waiting = [client.begin("Encrypt", keys.EncryptRequest(user_id=f"new {n}", plaintext=b"x"))
               for n in range(8)]
    assert client.decrypt("known", token).plaintext == b"x"
    lock.rollback()
    for call in waiting:
        call.exception()
    lock.close()


@pytest.mark.skipif("KEYWARD_ASAN" in os.environ, reason="a sanitizer keeps freed memory back")
def test_large_values_leave_no_memory_behind(rig):
    server = rig.start()
    client = rig.client(server)
    client.encrypt("u", b"x")
    before = resident_bytes(server)
    for _ in range(80):
        token = client.encrypt("u", bytes(MIB)).token
        client.decrypt("u", token)
    assert resident_bytes(server) - before < 64 * MIB


def resident_bytes(server) -> int:
    status = pathlib.Path(f"/proc/{server.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024


def test_a_compressed_message_is_refused_before_it_is_unpacked(rig):
    client = rig.serve()
    encrypt = client.channel.unary_unary("/keyward.v1.KeyService/Encrypt")
    request = keys.EncryptRequest(user_id="u", plaintext=bytes(MIB)).SerializeToString()
    with pytest.raises(grpc.RpcError) as error:
        encrypt(request, compression=grpc.Compression.Gzip)
    assert error.value.code() == grpc.StatusCode.UNIMPLEMENTED
