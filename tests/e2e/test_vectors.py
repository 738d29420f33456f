"""Every known answer, through the real server with the Python module's database beside it."""
import collections

import pytest

from harness import formats, vectors
from harness.rpc import POOL, refused


@pytest.fixture(scope="module", params=["own", "shared"])
def known(request):
    return vectors.load(request.param)


@pytest.fixture(scope="module")
def client(known, shared_rig):
    known.write_database(shared_rig.directory / "legacy.db")
    shared_rig.store.unlink(missing_ok=True)
    return shared_rig.serve(kek=known["master_key"], legacy_db=shared_rig.directory / "legacy.db",
                            store=f"sqlite:{shared_rig.directory / known['pool_key'][:8]}.db")


def test_the_vectors_have_every_kind_of_case(known):
    for kind in ("users", "tokens", "unprefixed", "unpadded", "pool_tokens", "bad_tokens", "hashes"):
        assert known[kind], kind
    reasons = collections.Counter(case["error"] for case in known["bad_tokens"])
    assert set(reasons) == {"DECRYPTION_FAILED", "TOKEN_MALFORMED"}


def test_every_user_has_the_key_of_the_legacy_database(client, known):
    for user in known["users"]:
        answer = client.user_key(user["user_id"])
        assert answer.key.hex() == user["key"], user["user_id"]
        assert (answer.version, answer.created) == (1, False), user["user_id"]
        assert answer.create_time.seconds > 1_600_000_000, user["user_id"]


@pytest.mark.parametrize("kind", ["tokens", "unprefixed", "unpadded"])
def test_every_token_of_a_user_opens(client, known, kind):
    for case in known[kind]:
        answer = client.decrypt(case["user_id"], case["token"])
        assert answer.plaintext.decode() == case["plaintext"], case
        assert (answer.key_version, answer.kek_id) == (1, ""), case
        assert not answer.stale and not answer.legacy_plaintext, case


def test_every_pool_token_opens(client, known):
    for case in known["pool_tokens"]:
        answer = client.decrypt(POOL, case["token"])
        assert answer.plaintext.decode() == case["plaintext"], case
        assert (answer.key_version, answer.kek_id) == (0, formats.kek_id(known.kek).hex()), case
        assert not answer.stale and not answer.legacy_plaintext, case


def test_the_pool_key_is_the_one_derived_by_the_module(client, known):
    answer = client.pool_key()
    assert answer.key.hex() == known["pool_key"]
    assert answer.kek_id == formats.kek_id(known.kek).hex()


def test_every_hash_is_the_one_of_the_module(client, known):
    for case in known["hashes"]:
        assert client.hash(case["api_key"]) == case["sha256_hex"], case


def test_every_bad_token_is_refused_with_its_reason(client, known):
    for case in known["bad_tokens"]:
        with refused("INVALID_ARGUMENT", case["error"]) as failures:
            client.decrypt(case["user_id"], case["token"])
        assert not case["token"] or case["token"] not in failures[0].message, case


def test_all_failed_authentications_read_the_same(client, known):
    messages = set()
    for case in known["bad_tokens"]:
        if case["error"] == "DECRYPTION_FAILED":
            with refused("INVALID_ARGUMENT", "DECRYPTION_FAILED") as failures:
                client.decrypt(case["user_id"], case["token"])
            messages.add((failures[0].message, str(failures[0].metadata)))
    assert len(messages) == 1


def test_a_users_token_does_not_open_under_the_pool_nor_the_reverse(client, known):
    with refused("INVALID_ARGUMENT", "DECRYPTION_FAILED"):
        client.decrypt(POOL, known["tokens"][0]["token"])
    with refused("INVALID_ARGUMENT", "DECRYPTION_FAILED"):
        client.decrypt(known["users"][0]["user_id"], known["pool_tokens"][0]["token"])


def test_what_the_server_seals_opens_under_the_key_of_the_vectors(client, known):
    plaintexts = sorted({case["plaintext"] for case in known["tokens"]})
    for user in known["users"]:
        key = bytes.fromhex(user["key"])
        for plaintext in plaintexts[:3]:
            answer = client.encrypt(user["user_id"], plaintext.encode())
            assert formats.open_token(key, answer.token).decode() == plaintext
            assert (answer.key_version, answer.kek_id) == (1, "")
    answer = client.encrypt(POOL, b"for nobody")
    assert formats.open_token(bytes.fromhex(known["pool_key"]), answer.token) == b"for nobody"
    assert (answer.key_version, answer.kek_id) == (0, formats.kek_id(known.kek).hex())


def test_a_token_has_the_modules_form(client, known):
    user = known["users"][0]["user_id"]
    for size in range(0, 7):
        token = client.encrypt(user, b"p" * size).token
        body = token.removeprefix(formats.PREFIX)
        assert token.startswith(formats.PREFIX)
        assert len(body) % 4 == 0, "padded"
        assert not set(body) & set("+/"), "base64url"
    assert len({client.encrypt(user, b"same").token for _ in range(50)}) == 50, "random nonces"
