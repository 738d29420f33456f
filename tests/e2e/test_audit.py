"""The audit log of a running server: what it tells, and that no call is answered without it."""
import hashlib
import hmac
import json
import os
import pathlib
import signal
import stat

import grpc
import pytest

from harness import batches, formats
from harness.batches import to_encrypt
from harness.rpc import POOL, refused


def lines(path: pathlib.Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def calls(path: pathlib.Path) -> list[dict]:
    return [line for line in lines(path) if line["event"] == "call"]


def key(kek: bytes, label: str) -> bytes:
    return hmac.new(kek, label.encode(), hashlib.sha256).digest()


def check_chain(kek: bytes, *paths: pathlib.Path) -> int:
    """The seals of all lines, in order; how many there are."""
    previous, seq = "", 0
    for path in paths:
        for line in path.read_bytes().splitlines():
            content, separator, rest = line.rpartition(b',"mac"')
            assert separator
            mac = json.loads(b"{" + separator[1:] + rest)["mac"]
            expected = hmac.new(key(kek, "keyward/audit/1"), previous.encode() + content, hashlib.sha256)
            assert mac == expected.hexdigest(), line
            seq += 1
            told = json.loads(line)
            assert told["seq"] == seq and told["kek_id"] == formats.kek_id(kek).hex()
            previous = mac
    return seq


@pytest.fixture
def log(rig):
    return rig.directory / "audit.log"


def test_every_call_is_recorded_before_it_is_answered(rig, log):
    client = rig.serve(audit_log=log)
    token = client.encrypt("alice", b"a plaintext").token
    assert [each["method"] for each in calls(log)] == ["Encrypt"]
    client.decrypt("alice", token)
    client.encrypt(POOL, b"x")
    client.user_key("alice")
    client.pool_key()
    client.hash("an api key")
    with refused("NOT_FOUND", "USER_KEY_NOT_FOUND"):
        client.decrypt("nobody", token)
    with refused("INVALID_ARGUMENT", "INVALID_REQUEST"):
        client.encrypt("x" * 300, b"x")
    told = calls(log)
    assert [each["method"] for each in told] == [
        "Encrypt", "Decrypt", "Encrypt", "GetOrCreateUserKey", "PoolKey", "HashApiKey", "Decrypt", "Encrypt"]
    assert [each["code"] for each in told] == ["OK"] * 6 + ["NOT_FOUND", "INVALID_ARGUMENT"]
    assert [each.get("reason") for each in told[6:]] == ["USER_KEY_NOT_FOUND", "INVALID_REQUEST"]
    assert [each.get("scope") for each in told[:6]] == ["user", "user", "pool", "user", "pool", None]
    assert (told[0]["user_id"], told[0]["key_version"]) == ("alice", 1)
    assert all(each["principal"] == "loopback" and each["peer"].startswith("ipv4:127.0.0.1:")
               for each in told)
    assert all(each["latency_us"] >= 0 for each in told)
    assert check_chain(rig.kek, log) == len(lines(log))


def test_each_item_of_a_batch_is_recorded(rig, log):
    client = rig.serve(audit_log=log)
    batches.encrypt(client, [to_encrypt("a", b"x"), to_encrypt("", b"x"), to_encrypt(POOL, b"x")])
    told = calls(log)
    assert [(each["item"], each["code"], each.get("user_id")) for each in told] == [
        (0, "OK", "a"), (1, "INVALID_ARGUMENT", ""), (2, "OK", None)]
    assert {each["method"] for each in told} == {"BatchEncrypt"}


def test_what_was_denied_is_recorded(rig, log):
    policy = rig.directory / "policy"
    policy.write_text('grants { principals: "loopback" permissions: ENCRYPT users: "a" }')
    client = rig.serve(audit_log=log, policy=policy)
    with refused("PERMISSION_DENIED", "PERMISSION_DENIED"):
        client.user_key("a")
    assert [(each["method"], each["user_id"], each["reason"]) for each in calls(log)] == [
        ("GetOrCreateUserKey", "a", "PERMISSION_DENIED")]


def test_a_restart_and_a_kill_continue_the_chain(rig, log):
    for end in ("stop", "kill", "stop"):
        server = rig.start(audit_log=log)
        rig.client(server).encrypt("alice", b"x")
        if end == "stop":
            assert rig.end(server) == 0
        else:
            server.kill()
    assert len(calls(log)) == 3
    assert check_chain(rig.kek, log) == len(lines(log))


def test_users_may_be_told_by_a_keyed_hash(rig, log):
    client = rig.serve(audit_log=log, audit_user_ids="hmac")
    client.encrypt("alice", b"x")
    told = calls(log)[0]
    assert "user_id" not in told
    expected = hmac.new(key(rig.kek, "keyward/audit-user/1"), b"alice", hashlib.sha256).hexdigest()[:32]
    assert told["user_hmac"] == expected
    assert "alice" not in log.read_text()


def test_a_hangup_begins_a_new_file_and_the_chain_goes_on(rig, log):
    server = rig.start(audit_log=log)
    client = rig.client(server)
    client.encrypt("alice", b"x")
    moved = log.with_suffix(".1")
    os.rename(log, moved)
    server.send(signal.SIGHUP)
    while not log.exists() or not calls(log):
        client.encrypt("bob", b"x")
    assert check_chain(rig.kek, moved, log) == len(lines(moved)) + len(lines(log))


def test_a_full_log_is_renamed_and_begun_anew(rig, log):
    client = rig.serve(audit_log=log, audit_max_bytes=2000)
    for _ in range(30):
        client.encrypt("alice", b"x")
    files = sorted((path for path in rig.directory.glob("audit.log.*") if ".lock" not in path.name),
                   key=lambda path: int(path.name.rpartition(".")[2])) + [log]
    assert len(files) > 2
    assert sum(len(calls(path)) for path in files) == 30
    check_chain(rig.kek, *files)


def test_only_its_owner_may_read_it(rig, log):
    rig.serve(audit_log=log)
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_two_servers_never_write_one_file(rig, log):
    rig.start(audit_log=log)
    line = rig.refuse(audit_log=log, store=f"sqlite:{rig.directory}/other.db")
    assert str(log) in line, line


def test_without_a_key_to_seal_it_there_is_none(rig, log):
    assert "--audit_log" in rig.refuse(audit_log=log, kek=None)


def test_a_log_that_was_tampered_with_is_not_continued(rig, log):
    server = rig.start(audit_log=log)
    rig.client(server).encrypt("alice", b"x")
    assert rig.end(server) == 0
    log.write_text(log.read_text().replace("alice", "alicf"))
    assert str(log) in rig.refuse(audit_log=log)


@pytest.mark.skipif("KEYWARD_ASAN" in os.environ, reason="a sanitizer's own output is limited too")
@pytest.mark.parametrize("on_failure", ["refuse", "count"])
def test_what_cannot_be_recorded_is_not_answered_unless_told_so(rig, log, on_failure):
    """RLIMIT_FSIZE stands for a full disk: writing beyond it fails. The store keeps well below."""
    limit = 700_000
    log.touch(mode=0o600)
    server = rig.start(audit_log=log, audit_on_failure=on_failure, audit_max_bytes=0,
                       prefix=("prlimit", f"--fsize={limit}"))
    client = rig.client(server)
    client.encrypt("alice", b"x")
    answered, reasons = 0, set()
    for _ in range(4):
        request = [to_encrypt("alice", b"x")] * 1000
        try:
            batches.encrypt(client, request)
            answered += 1
        except grpc.RpcError as error:
            reasons.add(error.details())
    if on_failure == "count":
        assert answered == 4
    else:
        assert 0 < answered < 4 and reasons, server.log()
        with refused("UNAVAILABLE", "AUDIT_UNAVAILABLE"):
            batches.encrypt(client, [to_encrypt("alice", b"x")] * 1000)
    assert server.is_running()
