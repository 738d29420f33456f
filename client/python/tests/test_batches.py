"""Many values in few calls, by both clients."""

import grpc
import pytest
from scripted_server import ScriptedServer, details

import keyward
from keyward import DecryptItem, EncryptItem, KeywardError


@pytest.fixture
def script():
    running = []

    def start(*failures):
        running.append(ScriptedServer(*failures))
        return running[-1]

    yield start
    for each in running:
        each.stop()


def test_what_a_batch_seals_a_batch_opens_in_order(client):
    sealed = client.encrypt_many(
        [
            EncryptItem("schlüssel", user_id="alice"),
            EncryptItem(b"\x00\xff", pool=True, associated_data=b"row"),
            EncryptItem(b"", user_id="bob"),
        ]
    )
    opened = client.decrypt_many(
        [
            DecryptItem(sealed[0].token, user_id="alice"),
            DecryptItem(sealed[1].token, pool=True, associated_data=b"row"),
            DecryptItem(sealed[2].token, user_id="bob"),
            DecryptItem("sk-plain", user_id="bob", allow_legacy_plaintext=True),
        ]
    )
    plaintexts = ["schlüssel".encode(), b"\x00\xff", b"", b"sk-plain"]
    assert [each.plaintext for each in opened] == plaintexts
    assert opened[3].legacy_plaintext
    assert opened[1].kek_id == client.get_status().kek_id


def test_each_item_has_its_token_format(client):
    v3 = keyward.TokenFormat.V3
    items = [EncryptItem("a", pool=True), EncryptItem("b", pool=True, token_format=v3)]
    sealed = client.encrypt_many(items)
    assert [each.token[:3] for each in sealed] == ["v2:", "v3:"]
    opened = client.decrypt_many(DecryptItem(each.token, pool=True) for each in sealed)
    assert [each.plaintext for each in opened] == [b"a", b"b"]


def test_an_item_fails_by_itself_with_its_typed_error(client):
    token = client.encrypt(b"x", user_id="alice").token
    opened = client.decrypt_many(
        [
            DecryptItem(token, user_id="never-seen"),
            DecryptItem(token, user_id="alice"),
            DecryptItem("v2:!!", user_id="alice"),
            DecryptItem(token, user_id="alice", associated_data=b"other"),
            DecryptItem(token, user_id=""),
        ]
    )
    assert [type(each) for each in opened] == [
        keyward.UserKeyNotFoundError,
        keyward.Decrypted,
        keyward.TokenMalformedError,
        keyward.DecryptionFailedError,
        keyward.InvalidRequestError,
    ]
    assert (opened[0].code, opened[0].reason) == (grpc.StatusCode.NOT_FOUND, "USER_KEY_NOT_FOUND")


def test_any_number_of_values_is_cut_into_what_the_server_takes(client):
    items = [EncryptItem(b"%d" % n, user_id=f"many-{n % 7}") for n in range(2300)]
    sealed = client.encrypt_many(iter(items))
    opened = client.decrypt_many(
        DecryptItem(each.token, user_id=item.user_id)
        for each, item in zip(sealed, items, strict=True)
    )
    assert [each.plaintext for each in opened] == [item.plaintext for item in items]


def test_large_values_go_in_smaller_calls(client):
    sealed = client.encrypt_many([EncryptItem(bytes(1 << 20), pool=True)] * 5)
    opened = client.decrypt_many([DecryptItem(each.token, pool=True) for each in sealed])
    assert [each.plaintext for each in opened] == [bytes(1 << 20)] * 5


def test_batches_keep_to_both_limits(connect, script):
    server = script()
    client = connect(server.address)
    client.encrypt_many(EncryptItem(b"x", pool=True) for _ in range(2001))
    assert server.batches == [1000, 1000, 1]
    server.batches.clear()
    client.encrypt_many([EncryptItem(bytes(900_000), pool=True)] * 5)
    assert server.batches == [2, 2, 1]


def test_no_values_are_no_call(connect, script):
    server = script()
    client = connect(server.address)
    assert client.encrypt_many([]) == client.decrypt_many([]) == []
    assert server.batches == []


def test_an_items_error_has_its_retry_delay(connect, script):
    items = [EncryptItem(each, pool=True) for each in ("good", "bad", "nothing")]
    answers = connect(script().address).encrypt_many(items)
    assert answers[0].token == "good"
    assert type(answers[1]) is keyward.UnavailableError
    assert (answers[1].reason, answers[1].message) == ("STORE_UNAVAILABLE", "busy")
    assert answers[1].retry_after == 1.5
    assert (type(answers[2]), answers[2].code) == (KeywardError, grpc.StatusCode.INTERNAL)


def test_where_a_call_fails_its_items_fail_and_no_others(connect, script):
    server = script((grpc.StatusCode.PERMISSION_DENIED, "no", details("PERMISSION_DENIED")))
    answers = connect(server.address).encrypt_many([EncryptItem("x", pool=True)] * 1500)
    assert all(isinstance(each, keyward.PermissionDeniedError) for each in answers[:1000])
    assert [each.token for each in answers[1000:]] == ["x"] * 500


def test_a_passing_failure_is_retried(connect, script):
    server = script((grpc.StatusCode.UNAVAILABLE, "later", details("DRAINING", retry_after=0.01)))
    assert connect(server.address).encrypt_many([EncryptItem("x", pool=True)])[0].token == "x"


def test_too_few_results_are_an_error_of_the_whole_call(connect, script):
    answers = connect(script().address).encrypt_many(
        [EncryptItem("good", pool=True), EncryptItem("short", pool=True)]
    )
    assert [each.code for each in answers] == [grpc.StatusCode.INTERNAL] * 2


def test_an_items_scope_is_the_user_or_the_pool():
    for scope in ({}, {"user_id": "alice", "pool": True}):
        with pytest.raises(TypeError):
            EncryptItem(b"x", **scope)
        with pytest.raises(TypeError):
            DecryptItem("v2:", **scope)


def test_secrets_stay_out_of_an_items_repr():
    assert "repr-marker" not in repr(EncryptItem("repr-marker", pool=True))
    assert "repr-marker" not in repr(DecryptItem("repr-marker", pool=True))
