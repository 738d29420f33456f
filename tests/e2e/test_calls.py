"""What the calls mean: versions, associated data, values that may still be plaintext."""
import datetime

import pytest

from harness import formats
from harness.rpc import POOL, refused

GOOD_FORM = formats.token(bytes(32), b"under no key of the server")
SCOPES = pytest.mark.parametrize("scope", ["dora", POOL], ids=["user", "pool"])


def test_a_key_is_made_once_and_stays(client):
    before = datetime.datetime.now(datetime.timezone.utc)
    first = client.user_key("anna")
    after = datetime.datetime.now(datetime.timezone.utc)
    second = client.user_key("anna")
    assert (first.created, second.created) == (True, False)
    assert len(first.key) == 32 and first.key == second.key
    assert first.version == second.version == 1
    made = first.create_time.ToDatetime(datetime.timezone.utc)
    slack = datetime.timedelta(seconds=1)
    assert before - slack <= made <= after + slack
    assert second.create_time == first.create_time


def test_users_whose_ids_differ_in_anything_have_different_keys(client):
    users = ["Eve", "eve", "eve ", " eve", "e\u0301ve", "\u00e9ve", "eve\n", "eve%00"]
    assert len({client.user_key(user).key for user in users}) == len(users)


def test_a_version_that_exists_can_be_asked_for(client):
    assert client.user_key("ferd", version=1).key == client.user_key("ferd").key


def test_a_version_that_does_not_exist_is_refused(client):
    client.user_key("gina")
    for user in ("gina", "gina-without-a-key"):
        for version in (2, 77, 2**32 - 1):
            with refused("NOT_FOUND", "USER_KEY_NOT_FOUND"):
                client.user_key(user, version=version)
    assert client.user_key("gina-without-a-key").created, "asking for a later version made none"


@SCOPES
def test_what_was_sealed_opens(client, scope):
    for plaintext in (b"", b"x", b"\0\xff" * 100, bytes(100_000)):
        answer = client.decrypt(scope, client.encrypt(scope, plaintext).token)
        assert answer.plaintext == plaintext
        assert not answer.stale and not answer.legacy_plaintext


@SCOPES
def test_the_same_associated_data_is_needed(client, scope):
    token = client.encrypt(scope, b"x", b"row 1").token
    assert client.decrypt(scope, token, b"row 1").plaintext == b"x"
    for other in (b"", b"row 2", b"row 1\0"):
        with refused("INVALID_ARGUMENT", "DECRYPTION_FAILED"):
            client.decrypt(scope, token, other)
    with refused("INVALID_ARGUMENT", "DECRYPTION_FAILED"):
        client.decrypt(scope, client.encrypt(scope, b"x").token, b"row 1")


def test_associated_data_goes_into_the_seal_as_it_is(client):
    key = client.user_key("hugo").key
    token = client.encrypt("hugo", b"x", b"as it is").token
    assert formats.open_token(key, token, b"as it is") == b"x"
    assert client.decrypt("hugo", formats.token(key, b"y", b"here"), b"here").plaintext == b"y"


@pytest.mark.parametrize("value", ["sk-plain", "", "not base64 !", "v1:x", "V2:x", "v2", "🔑", "x" * 5000,
                                   GOOD_FORM.removeprefix("v2:")])
def test_a_value_without_a_prefix_may_come_back_unchanged(client, value):
    for scope in ("nobody-yet", POOL):
        answer = client.decrypt(scope, value, allow_legacy_plaintext=True)
        assert answer.plaintext == value.encode()
        assert answer.legacy_plaintext
        assert (answer.key_version, answer.kek_id, answer.stale) == (0, "", False)


def test_a_value_with_a_prefix_never_falls_back_to_plaintext(client):
    client.user_key("ida")
    with refused("INVALID_ARGUMENT", "TOKEN_MALFORMED"):
        client.decrypt("ida", "v2:not a token", allow_legacy_plaintext=True)
    with refused("INVALID_ARGUMENT", "TOKEN_MALFORMED"):
        client.decrypt("ida", "v2:", allow_legacy_plaintext=True)
    with refused("INVALID_ARGUMENT", "DECRYPTION_FAILED"):
        client.decrypt("ida", GOOD_FORM, allow_legacy_plaintext=True)
    with refused("NOT_FOUND", "USER_KEY_NOT_FOUND"):
        client.decrypt("nobody-yet", GOOD_FORM, allow_legacy_plaintext=True)
    with refused("INVALID_ARGUMENT", "TOKEN_MALFORMED"):
        client.decrypt("ida", "v3:AAAA", allow_legacy_plaintext=True)


def test_a_prefixed_token_opens_where_plaintext_is_allowed_too(client):
    answer = client.decrypt("ida", client.encrypt("ida", b"x").token, allow_legacy_plaintext=True)
    assert (answer.plaintext, answer.legacy_plaintext) == (b"x", False)


def test_status_tells_what_the_server_is(client, shared_rig):
    status = client.status()
    assert status.encryption_enabled
    assert status.kek_id == formats.kek_id(shared_rig.kek).hex()
    assert status.store == "sqlite"
    assert status.version.count(".") == 2


def test_a_pool_salt_of_ones_own_is_used(rig):
    client = rig.serve(pool_key_salt="another:salt")
    assert client.pool_key().key == formats.pool_key(rig.kek, b"another:salt")
