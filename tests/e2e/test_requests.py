"""What a request may hold, and the order in which the checks answer."""
import os

import grpc
import pytest

from harness import formats
from harness.rpc import POOL, Failure, refused
from harness.stubs import keys

USER_LIMIT, PLAINTEXT_LIMIT, DATA_LIMIT = 256, 1 << 20, 64 << 10
GOOD_FORM = formats.token(bytes(32), b"under no key of the server")
BAD_USERS = {"empty": "", "NUL": "a\0b", "NUL alone": "\0", "one byte too long": "u" * 257,
             "too long in bytes, not characters": "ü" * 129}


def bad_request():
    return refused("INVALID_ARGUMENT", "INVALID_REQUEST")


def field(number: int, value: bytes) -> bytes:
    """A length-delimited field, as it stands on the wire."""
    size, encoded = len(value), b""
    while size > 127:
        encoded, size = encoded + bytes([size & 127 | 128]), size >> 7
    return bytes([number << 3 | 2]) + encoded + bytes([size]) + value


@pytest.mark.parametrize("user", BAD_USERS.values(), ids=BAD_USERS.keys())
def test_a_user_id_out_of_bounds_is_refused(client, user):
    for call in (lambda: client.user_key(user), lambda: client.encrypt(user, b"x"),
                 lambda: client.decrypt(user, GOOD_FORM)):
        with bad_request():
            call()


@pytest.mark.parametrize("raw", [b"\xff", b"a\xc3", b"\xed\xa0\x80", b"\xc0\x80", b"\xf5\x80\x80\x80"])
def test_a_user_id_that_is_not_utf8_is_refused(client, raw):
    for name in ("GetOrCreateUserKey", "Encrypt", "Decrypt"):
        with bad_request():
            client.method(name)(field(1, raw))


def test_an_api_key_that_is_not_utf8_is_refused(client):
    with bad_request():
        client.method("HashApiKey")(field(1, b"sk-\xff\xfe"))


@pytest.mark.parametrize("name,request_", [
    ("Encrypt", keys.EncryptRequest(plaintext=b"x")),
    ("Encrypt", keys.EncryptRequest(plaintext=b"x", pool=False)),
    ("Decrypt", keys.DecryptRequest(token=GOOD_FORM)),
    ("Decrypt", keys.DecryptRequest(token=GOOD_FORM, pool=False)),
    ("Decrypt", keys.DecryptRequest(token="plain", allow_legacy_plaintext=True)),
])
def test_a_scope_that_is_not_set_is_refused(client, name, request_):
    with bad_request():
        client.call(name, request_)


def test_the_exact_limits_are_accepted(client):
    for user in ("u" * USER_LIMIT, "ü" * (USER_LIMIT // 2), "a"):
        assert client.user_key(user).version == 1
    plaintext, data = os.urandom(PLAINTEXT_LIMIT), os.urandom(DATA_LIMIT)
    for scope in ("limits", POOL):
        token = client.encrypt(scope, plaintext, data).token
        assert client.decrypt(scope, token, data).plaintext == plaintext
    assert len(client.hash("k" * PLAINTEXT_LIMIT)) == 64


def test_one_byte_over_a_limit_is_refused(client):
    with bad_request():
        client.encrypt("limits", bytes(PLAINTEXT_LIMIT + 1))
    with bad_request():
        client.encrypt(POOL, bytes(PLAINTEXT_LIMIT + 1))
    with bad_request():
        client.encrypt("limits", b"x", bytes(DATA_LIMIT + 1))
    with bad_request():
        client.decrypt("limits", GOOD_FORM, bytes(DATA_LIMIT + 1))
    with bad_request():
        client.hash("k" * (PLAINTEXT_LIMIT + 1))


def test_status_tells_the_limits(client):
    limits = client.status().limits
    assert limits.max_user_id_bytes == USER_LIMIT
    assert limits.max_plaintext_bytes == PLAINTEXT_LIMIT
    assert limits.max_associated_data_bytes == DATA_LIMIT


def test_a_message_far_over_every_limit_is_refused_and_the_server_stays(client):
    with pytest.raises(grpc.RpcError) as error:
        client.encrypt("limits", bytes(64 << 20))
    assert Failure.of(error.value).code in ("INVALID_ARGUMENT", "RESOURCE_EXHAUSTED")
    assert client.encrypt("limits", b"x").token


def test_a_token_longer_than_any_that_encrypt_makes_is_refused(client):
    client.encrypt("limits", b"x")
    with pytest.raises(grpc.RpcError) as error:
        client.decrypt("limits", formats.PREFIX + "A" * (2 << 20))
    failure = Failure.of(error.value)
    assert failure.code == "INVALID_ARGUMENT"
    assert failure.reason in ("INVALID_REQUEST", "TOKEN_MALFORMED", "DECRYPTION_FAILED")


@pytest.mark.parametrize("body", [b"\x0a", b"\x0a\x05ab", b"\xff" * 11, b"\x0b", b"\x07\x01"])
def test_a_body_that_is_no_message_is_refused_and_the_server_stays(client, body):
    for name in ("GetOrCreateUserKey", "Encrypt", "Decrypt", "PoolKey", "HashApiKey", "GetStatus"):
        with bad_request():
            client.method(name)(body)
    assert client.status().encryption_enabled


def test_fields_that_the_server_does_not_know_are_ignored(client):
    assert client.method("GetStatus")(field(15, b"from the future"))


def test_a_method_that_does_not_exist_is_unimplemented(client):
    for service, name in (("keyward.v1.KeyService", "Nothing"), ("keyward.v1.Nothing", "Encrypt"),
                          ("keyward.v1.KeyAdminService", "Nothing")):
        with pytest.raises(grpc.RpcError) as error:
            client.method(name, service)(b"")
        assert error.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_a_failed_call_does_not_make_a_key(client):
    with bad_request():
        client.encrypt("never-made", bytes(PLAINTEXT_LIMIT + 1))
    with refused("NOT_FOUND", "USER_KEY_NOT_FOUND"):
        client.decrypt("never-made", GOOD_FORM)
    with refused("NOT_FOUND", "USER_KEY_NOT_FOUND"):
        client.decrypt("never-made", GOOD_FORM)


def test_the_first_check_that_fails_answers(client):
    """Request, then token form, then key state, then authentication."""
    with bad_request():
        client.decrypt("", "!!!")
    with bad_request():
        client.decrypt("nobody", "!!!", bytes(DATA_LIMIT + 1))
    with refused("INVALID_ARGUMENT", "TOKEN_MALFORMED"):
        client.decrypt("nobody", "!!!")
    with refused("NOT_FOUND", "USER_KEY_NOT_FOUND"):
        client.decrypt("nobody", GOOD_FORM)
    client.encrypt("somebody", b"x")
    with refused("INVALID_ARGUMENT", "DECRYPTION_FAILED"):
        client.decrypt("somebody", GOOD_FORM)
