"""Every typed error: by the real server where it can be brought to it, else by a script."""

import asyncio
import os
import pickle
import socket
import sqlite3

import grpc
import pytest
from scripted_server import ScriptedServer, details

import keyward
from keyward import AsyncClient, Options

Code = grpc.StatusCode


@pytest.fixture
def script():
    running = []

    def start(*failures, **options):
        running.append(ScriptedServer(*failures, **options))
        return running[-1]

    yield start
    for each in running:
        each.stop()


def check(raised, kind, code, reason):
    error = raised.value
    assert (type(error), error.code, error.reason) == (kind, code, reason)
    assert error.message and reason in str(error)


def test_a_bad_user_id_is_an_invalid_request(client):
    for user_id in ("", "x" * 257, "a\0b"):
        with pytest.raises(keyward.KeywardError) as raised:
            client.encrypt(b"x", user_id=user_id)
        check(raised, keyward.InvalidRequestError, Code.INVALID_ARGUMENT, "INVALID_REQUEST")


@pytest.mark.parametrize("token", ["", "v2:", "v2:!!!!", "v2:AAAA"])
def test_what_is_no_token_is_malformed(client, token):
    client.get_or_create_user_key("alice")
    with pytest.raises(keyward.KeywardError) as raised:
        client.decrypt(token, user_id="alice")
    check(raised, keyward.TokenMalformedError, Code.INVALID_ARGUMENT, "TOKEN_MALFORMED")


def test_another_users_token_does_not_open(client):
    token = client.encrypt(b"x", user_id="alice").token
    client.get_or_create_user_key("bob")
    with pytest.raises(keyward.KeywardError) as raised:
        client.decrypt(token, user_id="bob")
    check(raised, keyward.DecryptionFailedError, Code.INVALID_ARGUMENT, "DECRYPTION_FAILED")
    assert token not in str(raised.value)


def test_a_user_without_a_key_is_not_found(client):
    token = client.encrypt(b"x", user_id="alice").token
    with pytest.raises(keyward.KeywardError) as raised:
        client.decrypt(token, user_id="never-seen")
    check(raised, keyward.UserKeyNotFoundError, Code.NOT_FOUND, "USER_KEY_NOT_FOUND")


def test_without_a_master_key_encryption_is_disabled(connect, start_server, tmp_path):
    client = connect(start_server(None, tmp_path / "keys.db").address)
    assert not client.get_status().encryption_enabled
    calls = [
        lambda: client.encrypt(b"x", user_id="alice"),
        lambda: client.get_or_create_user_key("alice"),
        lambda: client.pool_key(),
    ]
    for call in calls:
        with pytest.raises(keyward.KeywardError) as raised:
            call()
        check(
            raised,
            keyward.EncryptionDisabledError,
            Code.FAILED_PRECONDITION,
            "ENCRYPTION_DISABLED",
        )


def test_a_key_under_another_master_key_is_not_loaded(connect, start_server, tmp_path):
    store = tmp_path / "keys.db"
    first = start_server(os.urandom(32), store)
    token = connect(first.address).encrypt(b"x", user_id="alice").token
    first.stop()
    client = connect(start_server(os.urandom(32), store).address)
    with pytest.raises(keyward.KeywardError) as raised:
        client.decrypt(token, user_id="alice")
    check(raised, keyward.KekNotLoadedError, Code.FAILED_PRECONDITION, "KEK_NOT_LOADED")


def test_a_tampered_stored_key_is_corrupt(connect, start_server, kek, tmp_path):
    store = tmp_path / "keys.db"
    first = start_server(kek, store)
    token = connect(first.address).encrypt(b"x", user_id="alice").token
    first.stop()
    flip_stored_key(store)
    client = connect(start_server(kek, store).address)
    with pytest.raises(keyward.KeywardError) as raised:
        client.decrypt(token, user_id="alice")
    check(raised, keyward.StoredKeyCorruptError, Code.DATA_LOSS, "STORED_KEY_CORRUPT")


def flip_stored_key(store):
    connection = sqlite3.connect(store)
    wrapped = bytearray(connection.execute("SELECT wrapped_key FROM user_keys").fetchone()[0])
    wrapped[20] ^= 1
    with connection:
        connection.execute("UPDATE user_keys SET wrapped_key = ?", (bytes(wrapped),))
    connection.close()


def test_an_unreachable_server_is_unavailable(connect):
    with socket.socket() as taken:
        # Bound but not listening: nobody else gets the port, and nobody answers there.
        taken.bind(("127.0.0.1", 0))
        client = connect("127.0.0.1:%d" % taken.getsockname()[1], max_attempts=1)
        with pytest.raises(keyward.KeywardError) as raised:
            client.get_status()
    check(raised, keyward.UnavailableError, Code.UNAVAILABLE, "")


def test_a_silent_server_exceeds_the_deadline(connect, script):
    client = connect(script(silent=True).address, deadline=0.2)
    with pytest.raises(keyward.KeywardError) as raised:
        client.get_status()
    check(raised, keyward.DeadlineExceededError, Code.DEADLINE_EXCEEDED, "")


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [
        (Code.FAILED_PRECONDITION, "USER_KEY_DISABLED", keyward.UserKeyUnusableError),
        (Code.FAILED_PRECONDITION, "USER_KEY_DELETED", keyward.UserKeyUnusableError),
        (Code.FAILED_PRECONDITION, "USER_KEY_DESTROYED", keyward.UserKeyUnusableError),
        (Code.FAILED_PRECONDITION, "VERSION_TOO_OLD", keyward.UserKeyUnusableError),
        (Code.FAILED_PRECONDITION, "LEGACY_SHARED", keyward.LegacySharedError),
        (Code.UNAUTHENTICATED, "UNAUTHENTICATED", keyward.UnauthenticatedError),
        (Code.PERMISSION_DENIED, "PERMISSION_DENIED", keyward.PermissionDeniedError),
        (Code.UNAVAILABLE, "AUDIT_UNAVAILABLE", keyward.UnavailableError),
        (Code.ABORTED, "A_REASON_OF_LATER_SERVERS", keyward.KeywardError),
    ],
)
def test_a_reason_has_its_class(connect, script, code, reason, kind):
    client = connect(script((code, "told so", details(reason))).address, max_attempts=1)
    with pytest.raises(keyward.KeywardError) as raised:
        client.get_status()
    check(raised, kind, code, reason)
    assert (raised.value.message, raised.value.retry_after) == ("told so", None)


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [
        (Code.UNAVAILABLE, "STORE_UNAVAILABLE", keyward.UnavailableError),
        (Code.UNAVAILABLE, "DRAINING", keyward.UnavailableError),
        (Code.RESOURCE_EXHAUSTED, "OVERLOADED", keyward.OverloadedError),
        (Code.RESOURCE_EXHAUSTED, "RATE_LIMITED", keyward.OverloadedError),
    ],
)
def test_retry_info_tells_when_to_try_again(connect, script, code, reason, kind):
    failure = (code, "later", details(reason, retry_after=1.5))
    client = connect(script(failure).address, max_attempts=1)
    with pytest.raises(keyward.KeywardError) as raised:
        client.get_status()
    check(raised, kind, code, reason)
    assert raised.value.retry_after == 1.5


@pytest.mark.parametrize(
    "trailers",
    [(), (("grpc-status-details-bin", b"\xff\xff"),), details("ELSEWHERE", domain="proxy.example")],
)
def test_details_that_are_not_ours_leave_code_and_message(connect, script, trailers):
    client = connect(script((Code.PERMISSION_DENIED, "by a proxy", trailers)).address)
    with pytest.raises(keyward.KeywardError) as raised:
        client.get_status()
    check(raised, keyward.PermissionDeniedError, Code.PERMISSION_DENIED, "")
    assert raised.value.message == "by a proxy"


def test_a_passing_failure_is_retried(connect, script):
    passing = [
        (Code.UNAVAILABLE, "later", details("DRAINING", retry_after=0.01)),
        (Code.RESOURCE_EXHAUSTED, "later", details("OVERLOADED", retry_after=0.01)),
    ]
    server = script(*passing)
    assert connect(server.address).get_status().version == "scripted"
    assert server.calls == 3


def test_retries_end_at_max_attempts(connect, script):
    failure = (Code.UNAVAILABLE, "later", details("DRAINING", retry_after=0.01))
    server = script(*[failure] * 5)
    with pytest.raises(keyward.UnavailableError):
        connect(server.address, max_attempts=3).get_status()
    assert server.calls == 3


def test_one_attempt_is_no_retry(connect, script):
    server = script((Code.UNAVAILABLE, "later", details("DRAINING", retry_after=0.01)))
    with pytest.raises(keyward.UnavailableError):
        connect(server.address, max_attempts=1).get_status()
    assert server.calls == 1


def test_other_failures_are_not_retried(connect, script):
    server = script((Code.DATA_LOSS, "broken", details("STORED_KEY_CORRUPT")))
    with pytest.raises(keyward.StoredKeyCorruptError):
        connect(server.address).get_status()
    assert server.calls == 1


def test_cancelling_an_async_call_is_no_keyward_error(script):
    async def cancel():
        async with AsyncClient(script(silent=True).address) as client:
            call = asyncio.create_task(client.get_status())
            await asyncio.sleep(0)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call

    asyncio.run(cancel())


def test_an_error_survives_pickling():
    error = keyward.UnavailableError(Code.UNAVAILABLE, "DRAINING", "later", 1.5)
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is keyward.UnavailableError
    assert (copy.code, copy.reason, copy.message, copy.retry_after) == (
        Code.UNAVAILABLE,
        "DRAINING",
        "later",
        1.5,
    )


@pytest.mark.parametrize(
    "options",
    [{"deadline": 0}, {"max_attempts": 0}, {"max_attempts": 6}, {"tls_cert": "only.pem"}],
)
def test_options_that_make_no_sense_are_refused(options):
    with pytest.raises(ValueError):
        Options(**options)


def test_options_come_from_the_environment():
    assert Options.from_environment({}) == Options(address="127.0.0.1:50051")
    variables = {
        "KEYWARD_ADDRESS": "unix:/run/keyward.sock",
        "KEYWARD_TLS_CA": "ca.pem",
        "KEYWARD_TLS_CERT": "cert.pem",
        "KEYWARD_TLS_KEY": "key.pem",
    }
    assert Options.from_environment(variables) == Options(
        address="unix:/run/keyward.sock", tls_ca="ca.pem", tls_cert="cert.pem", tls_key="key.pem"
    )


def test_an_error_tells_what_the_servers_logs_know_the_call_by(client):
    with pytest.raises(keyward.KeywardError) as raised:
        client.encrypt(b"x", user_id="")
    assert len(raised.value.request_id) == 32
    assert pickle.loads(pickle.dumps(raised.value)).request_id == raised.value.request_id
