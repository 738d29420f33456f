"""The formats, against known answers: the repository's own, and those of ../shared if it is there.

The latter, and reference.py beside them, are an independent implementation's.
"""

import base64
import json
import shutil
import sqlite3
from contextlib import closing

import pytest
from cryptography.exceptions import InvalidTag
from real_server import REPOSITORY

import keyward
from keyward import Client
from keyward import api_key_encryption as module


@pytest.fixture(scope="module", params=["own", "shared"])
def folder(request):
    if request.param == "own":
        return REPOSITORY / "tests/vectors"
    return request.getfixturevalue("seed_folder")


@pytest.fixture(scope="module")
def vectors(folder):
    return json.loads((folder / "vectors.json").read_text())


@pytest.fixture(scope="module")
def master_key(vectors):
    return base64.urlsafe_b64decode(vectors["master_key"])


@pytest.fixture(scope="module")
def keys(vectors):
    return {user["user_id"]: bytes.fromhex(user["key"]) for user in vectors["users"]}


@pytest.fixture
def legacy_db(folder, vectors, tmp_path):
    """A copy of the Python module's database that goes with the vectors."""
    path = tmp_path / "legacy.db"
    if "legacy_rows" not in vectors:
        return shutil.copy(folder / "legacy_keys.db", path)
    rows = [
        (row["user_id"], bytes.fromhex(row["encrypted_key"]), row["created_at"])
        for row in vectors["legacy_rows"]
    ]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "CREATE TABLE encryption_keys "
            "(user_id TEXT PRIMARY KEY, encrypted_key BLOB NOT NULL, created_at TEXT NOT NULL)"
        )
        connection.executemany("INSERT INTO encryption_keys VALUES (?, ?, ?)", rows)
    return path


@pytest.fixture
def seeded(start_server, master_key, legacy_db, tmp_path):
    """A server over a copy of the Python module's database."""
    return start_server(master_key, tmp_path / "keys.db", f"--legacy_db={legacy_db}")


def every_token(vectors):
    return vectors["tokens"] + vectors["unprefixed"] + vectors["unpadded"]


def test_the_vectors_are_all_there(vectors):
    lists = ["users", "tokens", "unprefixed", "unpadded", "pool_tokens", "bad_tokens", "hashes"]
    own, shared = [11, 110, 10, 10, 10, 19, 10], [49, 84, 4, 8, 7, 11, 7]
    counts = [len(vectors[name]) for name in lists]
    assert counts == (own if "legacy_rows" in vectors else shared)


def test_every_users_key_comes_out_of_the_old_database(keys, master_key, legacy_db):
    for user_id, key in keys.items():
        assert module.get_or_create_user_key(user_id, master_key, legacy_db) == key


def test_every_token_opens_locally(vectors, keys):
    for token in every_token(vectors):
        assert module.decrypt(token["token"], keys[token["user_id"]]) == token["plaintext"]


def test_every_pool_token_opens_locally(vectors, master_key):
    key = module.get_pool_key(master_key)
    assert key.hex() == vectors["pool_key"]
    for token in vectors["pool_tokens"]:
        assert module.decrypt(token["token"], key) == token["plaintext"]


def test_every_bad_token_is_refused_locally(vectors, keys):
    raised = {"TOKEN_MALFORMED": ValueError, "DECRYPTION_FAILED": InvalidTag}
    for bad in vectors["bad_tokens"]:
        with pytest.raises(raised[bad["error"]]):
            module.decrypt(bad["token"], keys[bad["user_id"]])


def test_every_hash_agrees(vectors):
    for each in vectors["hashes"]:
        assert module.api_key_hash(each["api_key"]) == each["sha256_hex"]


def test_every_vector_passes_through_the_server(vectors, keys, seeded, connect):
    client = connect(seeded.address)
    for user_id, key in keys.items():
        made = client.get_or_create_user_key(user_id)
        assert (made.key, made.created) == (key, False)
    for token in every_token(vectors):
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


def test_the_reference_and_the_module_read_each_other(reference, kek, tmp_path):
    key = module.get_pool_key(kek)
    assert reference.pool_key(kek) == key
    assert reference.open_token(key, module.encrypt("🔑 sk", key)) == "🔑 sk"
    assert module.decrypt(reference.token(key, "🔑 sk"), key) == "🔑 sk"
    path = str(tmp_path / "reference.db")
    written = reference.write_database(path, kek, ["alice"])
    assert module.get_or_create_user_key("alice", kek, path) == written["alice"]
    made = module.get_or_create_user_key("bob", kek, path)
    assert reference.read_database(path, kek, "bob") == made
