"""The formats, against data and code that are not ours: ../shared/seed."""

import base64
import shutil

import pytest
from cryptography.exceptions import InvalidTag

import keyward
from keyward import Client
from keyward import api_key_encryption as module


@pytest.fixture(scope="module")
def master_key(vectors):
    return base64.b64decode(vectors["master_key"])


@pytest.fixture(scope="module")
def keys(vectors):
    return {user["user_id"]: bytes.fromhex(user["key"]) for user in vectors["users"]}


@pytest.fixture
def legacy_db(seed_folder, tmp_path):
    return shutil.copy(seed_folder / "legacy_keys.db", tmp_path / "legacy.db")


@pytest.fixture
def seeded(start_server, master_key, legacy_db, tmp_path):
    """A server over a copy of the Python module's database."""
    return start_server(master_key, tmp_path / "keys.db", f"--legacy_db={legacy_db}")


def test_every_users_key_comes_out_of_the_old_database(keys, master_key, legacy_db):
    assert len(keys) == 49
    for user_id, key in keys.items():
        assert module.get_or_create_user_key(user_id, master_key, legacy_db) == key


def test_every_token_opens_locally(vectors, keys):
    tokens = vectors["tokens"] + vectors["unprefixed"] + vectors["unpadded"]
    assert len(tokens) == 96
    for token in tokens:
        assert module.decrypt(token["token"], keys[token["user_id"]]) == token["plaintext"]


def test_every_pool_token_opens_locally(vectors, master_key):
    key = module.get_pool_key(master_key)
    assert key.hex() == vectors["pool_key"]
    assert len(vectors["pool_tokens"]) == 7
    for token in vectors["pool_tokens"]:
        assert module.decrypt(token["token"], key) == token["plaintext"]


def test_every_bad_token_is_refused_locally(vectors, keys):
    raised = {"TOKEN_MALFORMED": ValueError, "DECRYPTION_FAILED": InvalidTag}
    assert len(vectors["bad_tokens"]) == 11
    for bad in vectors["bad_tokens"]:
        with pytest.raises(raised[bad["error"]]):
            module.decrypt(bad["token"], keys[bad["user_id"]])


def test_every_hash_agrees(vectors):
    assert len(vectors["hashes"]) == 7
    for each in vectors["hashes"]:
        assert module.api_key_hash(each["api_key"]) == each["sha256_hex"]


def test_every_vector_passes_through_the_server(vectors, keys, seeded, connect):
    client = connect(seeded.address)
    for user_id, key in keys.items():
        made = client.get_or_create_user_key(user_id)
        assert (made.key, made.created) == (key, False)
    for token in vectors["tokens"] + vectors["unprefixed"] + vectors["unpadded"]:
        opened = client.decrypt(token["token"], user_id=token["user_id"])
        assert opened.plaintext.decode() == token["plaintext"]
    for token in vectors["pool_tokens"]:
        assert client.decrypt(token["token"], pool=True).plaintext.decode() == token["plaintext"]
    for bad in vectors["bad_tokens"]:
        with pytest.raises(keyward.KeywardError) as raised:
            client.decrypt(bad["token"], user_id=bad["user_id"])
        assert raised.value.reason == bad["error"], bad["why"]
    for each in vectors["hashes"]:
        assert client.hash_api_key(each["api_key"]) == each["sha256_hex"]


def test_the_module_with_a_handle_reads_the_old_users_tokens(
    vectors, keys, seeded, point_module_at
):
    point_module_at(seeded.address)
    handle = module.resolve_master_key()
    assert handle is not None
    assert module.get_pool_key(handle).hex() == vectors["pool_key"]
    for token in vectors["tokens"]:
        key = module.get_or_create_user_key(token["user_id"], handle)
        assert key == keys[token["user_id"]]
        assert module.decrypt(token["token"], key) == token["plaintext"]


def test_key_bytes_and_the_server_make_one_key_a_user_on_one_file(
    master_key, legacy_db, seeded
):
    with Client(seeded.address) as client:
        for n in range(10):
            mine, yours = f"local-first-{n}", f"server-first-{n}"
            key = module.get_or_create_user_key(mine, master_key, legacy_db)
            assert client.get_or_create_user_key(mine).key == key
            key = client.get_or_create_user_key(yours).key
            assert module.get_or_create_user_key(yours, master_key, legacy_db) == key


def test_the_reference_and_the_module_read_each_other(reference, master_key, tmp_path):
    key = module.get_pool_key(master_key)
    assert reference.pool_key(master_key) == key
    assert reference.open_token(key, module.encrypt("🔑 sk", key)) == "🔑 sk"
    assert module.decrypt(reference.token(key, "🔑 sk"), key) == "🔑 sk"
    path = str(tmp_path / "reference.db")
    written = reference.write_database(path, master_key, ["alice"])
    assert module.get_or_create_user_key("alice", master_key, path) == written["alice"]
    made = module.get_or_create_user_key("bob", master_key, path)
    assert reference.read_database(path, master_key, "bob") == made
