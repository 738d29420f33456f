"""BatchEncrypt and BatchDecrypt: many users' values in one call, each as if it had come alone."""
import os

import pytest

from harness import batches, formats
from harness.batches import alone, to_decrypt, to_encrypt, user_count
from harness.rpc import POOL, check, refused
from harness.stubs import keys

MAX_ITEMS, MAX_BYTES = 1000, 2 << 20
PLAINTEXT_LIMIT, DATA_LIMIT = 1 << 20, 64 << 10
GOOD_FORM = formats.token(bytes(32), b"under no key of the server")


def field(value: bytes, number: int = 1) -> bytes:
    """A length-delimited field, as it stands on the wire."""
    size, encoded = len(value), b""
    while size > 127:
        encoded, size = encoded + bytes([size & 127 | 128]), size >> 7
    return bytes([number << 3 | 2]) + encoded + bytes([size]) + value


def test_results_come_in_the_order_of_the_requests(client):
    scopes = [POOL if number % 5 == 0 else f"order-{number % 7}" for number in range(MAX_ITEMS)]
    texts = [b"value %d" % number for number in range(MAX_ITEMS)]
    sealed = batches.encrypt(client, [to_encrypt(*each) for each in zip(scopes, texts)])
    tokens = batches.tokens(sealed)
    assert len(set(tokens)) == MAX_ITEMS
    opened = batches.decrypt(client, [to_decrypt(*each) for each in zip(scopes, tokens)])
    assert batches.plaintexts(opened) == texts
    for scope, text, token in list(zip(scopes, texts, tokens))[::97]:
        assert client.decrypt(scope, token).plaintext == text


def test_an_answer_is_the_single_calls_answer(client, shared_rig):
    scopes = [POOL, "answer-1", POOL, "answer-2"]
    sealed = batches.encrypt(client, [to_encrypt(scope, b"x") for scope in scopes])
    kek_id = formats.kek_id(shared_rig.kek).hex()
    assert [(each.response.key_version, each.response.kek_id) for each in sealed] == [
        (0, kek_id), (1, ""), (0, kek_id), (1, "")]
    token = client.encrypt("answer-1", b"alone").token
    requests = [to_decrypt(POOL, sealed[0].response.token), to_decrypt("answer-1", token),
                to_decrypt("answer-1", "plain", allow_legacy_plaintext=True),
                to_decrypt("answer-2", sealed[3].response.token)]
    alone = [client.call("Decrypt", request) for request in requests]
    assert [each.response for each in batches.decrypt(client, requests)] == alone
    assert [each.legacy_plaintext for each in alone] == [False, False, True, False]


def test_tokens_open_with_the_users_keys_alone(client):
    users = [f"independent-{number}" for number in range(20)]
    requests = [to_encrypt(user, user.encode(), b"row") for user in users]
    tokens = batches.tokens(batches.encrypt(client, requests))
    for user, token in zip(users, tokens):
        assert formats.open_token(client.user_key(user).key, token, b"row") == user.encode()
    made = [formats.token(client.user_key(user).key, b"theirs") for user in users]
    opened = batches.decrypt(client, list(map(to_decrypt, users, made)))
    assert batches.plaintexts(opened) == [b"theirs"] * 20


def test_nonces_are_never_the_same(client):
    tokens = []
    for _ in range(5):
        tokens += batches.tokens(batches.encrypt(client, [to_encrypt("nonces", b"")] * MAX_ITEMS))
    assert len({token[:len(formats.PREFIX) + 16] for token in tokens}) == len(tokens)


def test_an_empty_batch_has_an_empty_answer(client):
    assert batches.encrypt(client, []) == batches.decrypt(client, []) == []


BAD_TO_ENCRYPT = {
    "no scope": to_encrypt(None, b"x"),
    "pool: false": keys.EncryptRequest(pool=False, plaintext=b"x"),
    "empty user": to_encrypt("", b"x"),
    "long user": to_encrypt("u" * 257, b"x"),
    "NUL in the user": to_encrypt("a\0b", b"x"),
    "long plaintext": to_encrypt("bad", bytes(PLAINTEXT_LIMIT + 1)),
    "long plaintext for the pool": to_encrypt(POOL, bytes(PLAINTEXT_LIMIT + 1)),
    "long associated data": to_encrypt("bad", b"x", bytes(DATA_LIMIT + 1)),
}
BAD_TO_DECRYPT = {
    "no scope": to_decrypt(None, GOOD_FORM),
    "empty user": to_decrypt("", GOOD_FORM),
    "long user": to_decrypt("u" * 257, GOOD_FORM),
    "long associated data": to_decrypt("known", GOOD_FORM, bytes(DATA_LIMIT + 1)),
    "empty token": to_decrypt("known", ""),
    "no base64": to_decrypt("known", "v2:!!!"),
    "stray bits": to_decrypt("known", GOOD_FORM[:-4] + "x_=="),
    "short token": to_decrypt("known", "v2:AAAA"),
    "a plaintext": to_decrypt("known", "sk-plain"),
    "malformed, though plaintext is allowed": to_decrypt("known", "v2:AAAA", allow_legacy_plaintext=True),
    "unknown user": to_decrypt("nobody", GOOD_FORM),
    "another key": to_decrypt("known", GOOD_FORM),
    "another key of the pool": to_decrypt(POOL, GOOD_FORM),
}


@pytest.mark.parametrize("bad", BAD_TO_ENCRYPT.values(), ids=BAD_TO_ENCRYPT.keys())
def test_a_bad_item_to_encrypt_fails_as_alone_and_spoils_no_other(client, bad):
    results = batches.encrypt(client, [to_encrypt("good", b"before"), bad, to_encrypt("good", b"after")])
    failed = batches.failure(results[1])
    assert (failed.code, failed.reason) == ("INVALID_ARGUMENT", "INVALID_REQUEST")
    assert batches.told(failed) == batches.told(alone(client, "Encrypt", bad))
    tokens = batches.tokens([results[0], results[2]])
    assert [client.decrypt("good", token).plaintext for token in tokens] == [b"before", b"after"]


@pytest.mark.parametrize("bad", BAD_TO_DECRYPT.values(), ids=BAD_TO_DECRYPT.keys())
def test_a_bad_item_to_decrypt_fails_as_alone_and_spoils_no_other(client, bad):
    token = client.encrypt("known", b"fine").token
    good = to_decrypt("known", token)
    results = batches.decrypt(client, [good, bad, good])
    failed = batches.failure(results[1])
    assert failed.domain == "keyward" and failed.reason
    assert batches.told(failed) == batches.told(alone(client, "Decrypt", bad))
    assert batches.plaintexts([results[0], results[2]]) == [b"fine"] * 2


def test_all_bad_items_at_once_keep_their_places(client):
    token = client.encrypt("known", b"fine").token
    requests = []
    for bad in BAD_TO_DECRYPT.values():
        requests += [bad, to_decrypt("known", token)]
    results = batches.decrypt(client, requests)
    assert batches.plaintexts(results[1::2]) == [b"fine"] * len(BAD_TO_DECRYPT)
    told = [batches.told(batches.failure(each)) for each in results[::2]]
    assert told == [batches.told(alone(client, "Decrypt", bad)) for bad in BAD_TO_DECRYPT.values()]


NO_MESSAGES = {"bad UTF-8": field(b"\xff") + field(b"x", 3), "cut UTF-8": field(b"a\xc3"),
               "cut off": b"\x0a\x05ab", "no message": b"\xff" * 11}


@pytest.mark.parametrize("raw", NO_MESSAGES.values(), ids=NO_MESSAGES.keys())
@pytest.mark.parametrize("name", ["Encrypt", "Decrypt"])
def test_an_item_that_cannot_be_parsed_fails_by_itself(client, name, raw):
    token = client.encrypt("parsed", b"fine").token
    good = to_encrypt("parsed", b"fine") if name == "Encrypt" else to_decrypt("parsed", token)
    whole = field(good.SerializeToString()) + field(raw) + field(good.SerializeToString())
    answer = client.method(f"Batch{name}")(whole)
    results = getattr(keys, f"Batch{name}Response").FromString(answer).results
    assert [each.WhichOneof("result") for each in results] == ["response", "status", "response"]
    failed = batches.failure(results[1])
    assert (failed.code, failed.reason) == ("INVALID_ARGUMENT", "INVALID_REQUEST")


@pytest.mark.parametrize("body", [b"\x0a", b"\x0a\x05ab", b"\xff" * 11, b"\x0b"])
def test_a_body_that_is_no_batch_is_refused(client, body):
    for name in ("BatchEncrypt", "BatchDecrypt"):
        with refused("INVALID_ARGUMENT", "INVALID_REQUEST"):
            client.method(name)(body)


def test_fields_that_the_server_does_not_know_are_ignored(client):
    item = to_encrypt("unknown-fields", b"x").SerializeToString() + field(b"from the future", 13)
    answer = client.method("BatchEncrypt")(field(b"of the future", 15) + field(item) + field(b"too", 14))
    results = keys.BatchEncryptResponse.FromString(answer).results
    assert client.decrypt("unknown-fields", batches.tokens(results)[0]).plaintext == b"x"


def test_an_item_that_is_the_empty_message_is_refused_by_itself(client):
    for results in (batches.encrypt(client, [keys.EncryptRequest()] * 3),
                    batches.decrypt(client, [keys.DecryptRequest()] * 3)):
        assert [batches.failure(each).reason for each in results] == ["INVALID_REQUEST"] * 3


def test_the_limits_are_told_and_a_batch_at_them_is_served(client):
    limits = client.status().limits
    assert (limits.max_batch_items, limits.max_batch_bytes) == (MAX_ITEMS, MAX_BYTES)
    largest = [to_encrypt("largest", bytes(PLAINTEXT_LIMIT)), to_encrypt("largest", b"")]
    room = MAX_BYTES - keys.BatchEncryptRequest(requests=largest).ByteSize()
    largest[1].plaintext = bytes(room - 6)  # the lengths of item and field grow by three bytes each
    request = keys.BatchEncryptRequest(requests=largest)
    assert MAX_BYTES - 8 <= request.ByteSize() <= MAX_BYTES
    tokens = batches.tokens(client.call("BatchEncrypt", request).results)
    opened = [batches.decrypt(client, [to_decrypt("largest", token)]) for token in tokens]
    assert [batches.plaintexts(each) for each in opened] == [[each.plaintext] for each in largest]


def test_a_batch_over_its_limits_is_refused_whole_and_makes_no_key(rig):
    client = rig.serve()
    many = [to_encrypt(f"many-{number}", b"x") for number in range(MAX_ITEMS + 1)]
    large = [to_encrypt(f"large-{number}", bytes(700_000)) for number in range(3)]
    for requests in (many, large):
        with refused("INVALID_ARGUMENT", "INVALID_REQUEST"):
            batches.encrypt(client, requests)
    with refused("INVALID_ARGUMENT", "INVALID_REQUEST"):
        batches.decrypt(client, [to_decrypt(POOL, GOOD_FORM)] * (MAX_ITEMS + 1))
    with refused("INVALID_ARGUMENT", "INVALID_REQUEST"):
        batches.decrypt(client, [to_decrypt(POOL, "A" * 700_000)] * 3)
    assert user_count(rig.store) == 0
    batches.tokens(batches.encrypt(client, many[:MAX_ITEMS]))
    assert user_count(rig.store) == MAX_ITEMS


def test_a_bad_item_and_one_that_only_reads_make_no_key(rig):
    client = rig.serve()
    batches.encrypt(client, [to_encrypt("never-made", bytes(PLAINTEXT_LIMIT + 1))])
    results = batches.decrypt(client, [to_decrypt("never-made", GOOD_FORM)] * 3)
    assert [batches.failure(each).reason for each in results] == ["USER_KEY_NOT_FOUND"] * 3
    assert user_count(rig.store) == 0


def test_without_a_master_key_each_item_says_so(rig):
    client = rig.serve(kek=None)
    for requests, name in (([to_encrypt("u", b"x"), to_encrypt(POOL, b"x")], "Encrypt"),
                           ([to_decrypt("u", GOOD_FORM), to_decrypt(POOL, GOOD_FORM)], "Decrypt")):
        results = (batches.encrypt if name == "Encrypt" else batches.decrypt)(client, requests)
        for result, request in zip(results, requests):
            failed = batches.failure(result)
            assert (failed.code, failed.reason) == ("FAILED_PRECONDITION", "ENCRYPTION_DISABLED")
            assert batches.told(failed) == batches.told(alone(client, name, request))
    results = batches.decrypt(client, [to_decrypt("u", "plain", allow_legacy_plaintext=True),
                                       to_decrypt("u", GOOD_FORM)])
    assert results[0].response.legacy_plaintext
    assert batches.failure(results[1]).reason == "ENCRYPTION_DISABLED"


def test_no_log_and_no_error_holds_a_secret(rig):
    server = rig.start(log_level="debug")
    client = rig.client(server)
    marker = b"MARKER-" + os.urandom(8).hex().encode()
    requests = [to_encrypt("u", marker + b"-%d" % number, marker) for number in range(50)]
    tokens = batches.tokens(batches.encrypt(client, requests + [])[:50])
    bad = [to_encrypt("", marker), to_encrypt("u", marker * 60_000), to_encrypt(None, marker, marker)]
    errors = batches.encrypt(client, bad)
    errors += batches.decrypt(client, [to_decrypt("u", token, b"other") for token in tokens])
    errors += batches.decrypt(client, [to_decrypt("u", marker.decode()), to_decrypt("nobody", tokens[0])])
    client.method("BatchEncrypt")(field(field(b"\xff" + marker)))
    assert all(batches.failure(each).reason for each in errors)
    assert rig.end(server) == 0
    for content in [server.log().encode(), *(each.SerializeToString() for each in errors)]:
        assert marker not in content
        assert not [token for token in tokens if token[3:40].encode() in content]


def test_check_agrees_with_the_contract(client):
    """The table of errors: code and reason go together in an item as in a call."""
    client.encrypt("contract", b"x")
    cases = {("INVALID_ARGUMENT", "INVALID_REQUEST"): to_decrypt(None, GOOD_FORM),
             ("INVALID_ARGUMENT", "TOKEN_MALFORMED"): to_decrypt("contract", "v2:"),
             ("INVALID_ARGUMENT", "DECRYPTION_FAILED"): to_decrypt("contract", GOOD_FORM),
             ("NOT_FOUND", "USER_KEY_NOT_FOUND"): to_decrypt("contract-nobody", GOOD_FORM)}
    for expected, result in zip(cases, batches.decrypt(client, list(cases.values()))):
        check(batches.failure(result), *expected)
