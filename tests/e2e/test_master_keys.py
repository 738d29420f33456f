"""Where the master keys come from, what happens without one, and turning one over."""
import base64
import os
import pathlib

import grpc
import pytest

from harness import formats
from harness.rpc import POOL, refused
from harness.rig import Rig

KEK = bytes(range(200, 232))  # its base64 has both characters in which the alphabets differ
UNUSABLE = {
    "none": None,
    "empty": "",
    "blanks": " \n ",
    "not base64": "this is no key!",
    "31 bytes": base64.b64encode(KEK[:31]).decode(),
    "33 bytes": base64.b64encode(KEK + b"!").decode(),
    "hex": KEK.hex(),
    "two keys": base64.b64encode(KEK).decode() * 2,
}
WRITTEN = {
    "standard alphabet": base64.b64encode(KEK).decode(),
    "url alphabet": base64.urlsafe_b64encode(KEK).decode(),
    "without padding": base64.b64encode(KEK).decode().rstrip("="),
    "url alphabet without padding": base64.urlsafe_b64encode(KEK).decode().rstrip("="),
    "line break at the end": base64.b64encode(KEK).decode() + "\n",
    "white space all over": " \t" + "\n".join(base64.b64encode(KEK).decode()) + "\r\n",
}


def variants(cases):
    return pytest.mark.parametrize("text", cases.values(), ids=cases.keys())


def key_file(rig: Rig, text: str, name: str = "kek") -> pathlib.Path:
    path = rig.directory / name
    path.write_text(text)
    path.chmod(0o600)
    return path


@variants(UNUSABLE)
def test_without_a_usable_key_the_server_runs_and_refuses_to_encrypt(rig, text):
    server = rig.start(kek=text)
    client = rig.client(server)
    assert len(server.warnings()) == 1, server.log()
    assert text is None or not text.strip() or text not in server.log()
    assert client.serving("") == client.serving("keyward.v1.KeyService") == "NOT_SERVING"
    assert client.serving("liveness") == "SERVING"
    status = client.status()
    assert (status.encryption_enabled, status.kek_id) == (False, "")
    assert status.limits.max_user_id_bytes == 256
    assert client.hash("k") == "8254c329a92850f6d539dd376f4816ee2764517da5e0235514af433164480d7a"
    for call in (lambda: client.user_key("u"), lambda: client.encrypt("u", b"x"), client.pool_key,
                 lambda: client.encrypt(POOL, b"x"), lambda: client.decrypt("u", "!!!"),
                 lambda: client.decrypt(POOL, formats.token(KEK, b"x"))):
        with refused("FAILED_PRECONDITION", "ENCRYPTION_DISABLED"):
            call()


def test_without_a_key_the_request_is_checked_first_and_plaintext_needs_none(rig):
    client = rig.serve(kek=None)
    with refused("INVALID_ARGUMENT", "INVALID_REQUEST"):
        client.encrypt("", b"x")
    with refused("INVALID_ARGUMENT", "INVALID_REQUEST"):
        client.decrypt(None, "!!!")
    answer = client.decrypt("u", "sk-plain", allow_legacy_plaintext=True)
    assert (answer.plaintext, answer.legacy_plaintext) == (b"sk-plain", True)
    with refused("FAILED_PRECONDITION", "ENCRYPTION_DISABLED"):
        client.decrypt("u", "v2:sk-plain", allow_legacy_plaintext=True)


def test_previous_keys_alone_do_not_enable_encryption(rig):
    client = rig.serve(kek=None, previous=KEK)
    assert not client.status().encryption_enabled
    with refused("FAILED_PRECONDITION", "ENCRYPTION_DISABLED"):
        client.encrypt("u", b"x")


@variants(UNUSABLE)
def test_an_unusable_key_ends_the_start_where_one_is_required(rig, text):
    line = rig.refuse(kek=text, require_master_key=True)
    assert "API_KEY_MASTER_KEY" in line
    assert text is None or not text.strip() or text not in line


@variants(WRITTEN)
def test_every_way_to_write_a_key_is_read(rig, text):
    expected = formats.kek_id(KEK).hex()
    assert rig.serve(kek=text).status().kek_id == expected
    path = key_file(rig, text)
    client = rig.serve(kek=None, environment={"API_KEY_MASTER_KEY_FILE": str(path)},
                       store=f"sqlite:{rig.directory}/2.db", require_master_key=True)
    assert client.status().kek_id == expected


def test_a_value_and_its_file_are_one_too_many(rig):
    path = str(key_file(rig, formats.kek_text(KEK)))
    for name in ("API_KEY_MASTER_KEY", "API_KEY_MASTER_KEY_PREVIOUS"):
        line = rig.refuse(environment={name: formats.kek_text(KEK), f"{name}_FILE": path},
                          kek=None if name == "API_KEY_MASTER_KEY" else rig.kek)
        assert name in line and formats.kek_text(KEK) not in line


@pytest.mark.parametrize("text", ["nonsense!", formats.kek_text(KEK[:31]),
                                  formats.kek_text(KEK) + ",nonsense!", formats.kek_text(KEK + KEK)])
def test_malformed_previous_keys_end_the_start(rig, text):
    line = rig.refuse(previous=text)
    assert "API_KEY_MASTER_KEY_PREVIOUS" in line and text not in line
    path = str(key_file(rig, text))
    line = rig.refuse(environment={"API_KEY_MASTER_KEY_PREVIOUS_FILE": path})
    assert "API_KEY_MASTER_KEY_PREVIOUS_FILE" in line and text not in line


def test_a_file_that_cannot_be_read_is_named(rig):
    missing = str(rig.directory / "missing")
    assert missing in rig.refuse(environment={"API_KEY_MASTER_KEY_PREVIOUS_FILE": missing})
    line = rig.refuse(kek=None, require_master_key=True,
                      environment={"API_KEY_MASTER_KEY_FILE": missing})
    assert missing in line


def test_the_keys_are_wiped_from_the_environment(rig):
    previous = os.urandom(32)
    path = key_file(rig, formats.kek_text(KEK))
    server = rig.start(kek=KEK, environment={
        "API_KEY_MASTER_KEY_PREVIOUS": formats.kek_text(previous) + " " + formats.kek_text(KEK)})
    block = server.proc("environ")
    for key in (KEK, previous):
        text = formats.kek_text(key).encode()
        for part in (text[:12], text[12:24], text[24:]):
            assert part not in block
    assert rig.client(server).status().kek_id == formats.kek_id(KEK).hex()
    assert path.read_text() == formats.kek_text(KEK), "a key's file is left alone"


def turn_over(rig: Rig, old: bytes, new: bytes):
    """A user's key and tokens under `old`, then a server whose current key is `new`."""
    server = rig.start(kek=old)
    client = rig.client(server)
    made = (client.user_key("old").key, client.encrypt("old", b"x").token,
            client.encrypt(POOL, b"p").token)
    assert rig.end(server) == 0
    return made


def test_a_row_whose_key_is_not_loaded_is_refused_and_served_again_once_it_is(rig):
    old, new = os.urandom(32), os.urandom(32)
    key, token, pool_token = turn_over(rig, old, new)

    server = rig.start(kek=new)
    client = rig.client(server)
    for call in (lambda: client.user_key("old"), lambda: client.encrypt("old", b"x"),
                 lambda: client.decrypt("old", token)):
        with refused("FAILED_PRECONDITION", "KEK_NOT_LOADED") as failures:
            call()
        assert formats.kek_id(old).hex() in str((failures[0].message, failures[0].metadata))
    with refused("INVALID_ARGUMENT", "DECRYPTION_FAILED"):
        client.decrypt(POOL, pool_token)
    fresh = client.user_key("new").key
    assert rig.end(server) == 0

    for previous in (old, f" {formats.kek_text(os.urandom(32))},{formats.kek_text(old)}\n"):
        server = rig.start(kek=new, previous=previous)
        client = rig.client(server)
        assert client.user_key("old").key == key and client.user_key("new").key == fresh
        answer = client.decrypt("old", token)
        assert (answer.plaintext, answer.stale) == (b"x", False)
        answer = client.decrypt(POOL, pool_token)
        assert (answer.plaintext, answer.stale) == (b"p", True)
        assert answer.kek_id == formats.kek_id(old).hex()
        answer = client.decrypt(POOL, client.encrypt(POOL, b"q").token)
        assert (answer.stale, answer.kek_id) == (False, formats.kek_id(new).hex())
        assert rig.end(server) == 0


def test_a_key_about_to_come_can_be_read_before_it_is_current(rig):
    old, new = os.urandom(32), os.urandom(32)
    turn_over(rig, old, new)
    server = rig.start(kek=new, previous=old)
    key = rig.client(server).user_key("made under the new one").key
    assert rig.end(server) == 0
    client = rig.serve(kek=old, previous=new)
    assert client.user_key("made under the new one").key == key


def test_degraded_mode_leaves_the_stored_keys_alone(rig):
    key, token, _ = turn_over(rig, KEK, KEK)
    server = rig.start(kek=None)
    with pytest.raises(grpc.RpcError):
        rig.client(server).decrypt("old", token)
    assert rig.end(server) == 0
    client = rig.serve(kek=KEK)
    assert client.user_key("old").key == key
    assert client.decrypt("old", token).plaintext == b"x"
