"""Live exchange with the independent reference: what one writes, the other reads."""
import json
import subprocess
import sys

import pytest

from harness import formats, paths
from harness.rpc import POOL

SECRETS = ["sk-exchange-1", "", "🔑 ✓", "x" * 3000]


@pytest.fixture(scope="module")
def reference():
    program = paths.require_shared_seed() / "reference.py"

    def run(*arguments: str) -> str:
        done = subprocess.run([sys.executable, program, *arguments], check=True, text=True,
                              stdout=subprocess.PIPE, timeout=paths.PATIENCE)
        return done.stdout.removesuffix("\n")

    return run


@pytest.fixture(scope="module")
def minted(reference, shared_rig):
    """A database that the reference wrote, with its users' keys."""
    path = str(shared_rig.directory / "legacy.db")
    lines = reference("db", path, formats.kek_text(shared_rig.kek), "25").splitlines()
    return {row["user_id"]: row["key"] for row in map(json.loads, lines)}


@pytest.fixture(scope="module")
def client(minted, shared_rig):
    return shared_rig.serve(legacy_db=shared_rig.directory / "legacy.db")


def test_keys_of_the_references_database_are_served(client, minted):
    assert len(minted) == 25
    for user, key in minted.items():
        assert client.user_key(user).key.hex() == key


@pytest.mark.parametrize("secret", SECRETS)
def test_the_reference_opens_what_keyward_seals(client, minted, reference, secret):
    user = "user-3"
    assert reference("open", minted[user], client.encrypt(user, secret.encode()).token) == secret


@pytest.mark.parametrize("secret", SECRETS)
def test_keyward_opens_what_the_reference_seals(client, minted, reference, secret):
    user = "user-4"
    assert client.decrypt(user, reference("token", minted[user], secret)).plaintext == secret.encode()


def test_the_pool_is_the_references(client, reference, shared_rig):
    pool = reference("pool", formats.kek_text(shared_rig.kek))
    assert client.pool_key().key.hex() == pool
    assert client.decrypt(POOL, reference("token", pool, "shared")).plaintext == b"shared"
    assert reference("open", pool, client.encrypt(POOL, b"shared").token) == "shared"


def test_hashes_are_the_references(client, reference):
    assert client.hash("sk-exchange") == reference("hash", "sk-exchange")


def test_the_reference_reads_the_keys_that_keyward_made(client, reference, shared_rig):
    path, kek = str(shared_rig.directory / "legacy.db"), formats.kek_text(shared_rig.kek)
    for user in ("made-by-keyward", "ключ", "it's \"quoted\""):
        answer = client.user_key(user)
        assert answer.created
        assert reference("dbread", path, kek, user) == answer.key.hex()
    token = client.encrypt("made-by-encrypt", b"first").token
    key = reference("dbread", path, kek, "made-by-encrypt")
    assert reference("open", key, token) == "first"
