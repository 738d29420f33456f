"""Tokens of format v3: written and read by the server, and by a reader made after docs/FORMATS.md alone."""
import os
import subprocess

import pytest
from cryptography.exceptions import InvalidTag

from harness import batches, formats, legacy, paths, rows, token_v3
from harness.rpc import POOL, refused
from harness.stubs import keys

V2, V3 = keys.TOKEN_FORMAT_V2, keys.TOKEN_FORMAT_V3
SCOPES = pytest.mark.parametrize("scope", ["dora", POOL], ids=["user", "pool"])
PLAINTEXTS = [b"", b"x", b"sk-test-123", b"\0\xff" * 100, bytes(1 << 20)]


def key_and_owner(client, scope, version: int = 1):
    """What the reader opens that scope's tokens with."""
    if scope is POOL:
        pool = client.pool_key()
        return pool.key, token_v3.pool(bytes.fromhex(pool.kek_id))
    return client.user_key(scope, version=version).key, token_v3.user(scope, version)


@SCOPES
def test_the_reader_opens_what_the_server_seals(client, scope):
    for plaintext in PLAINTEXTS:
        for data in (b"", b"row 1"):
            sealed = client.encrypt(scope, plaintext, data, V3)
            assert token_v3.unseal(*key_and_owner(client, scope), sealed.token, data) == plaintext
            assert token_v3.version(sealed.token) == sealed.key_version == (0 if scope is POOL else 1)


@SCOPES
def test_the_server_opens_what_the_reader_seals(client, scope):
    key, owner = key_and_owner(client, scope)
    for plaintext in PLAINTEXTS:
        for data in (b"", b"row 1"):
            answer = client.decrypt(scope, token_v3.seal(key, owner, plaintext, data), data)
            assert (answer.plaintext, answer.key_version) == (plaintext, owner.version)
            assert not answer.stale and not answer.legacy_plaintext


@pytest.mark.parametrize("user", ["u" * 256, "žluťoučký-用户-🗝", "pool"])
def test_the_id_is_bound_byte_for_byte(client, user):
    token = client.encrypt(user, b"x", token_format=V3).token
    assert token_v3.unseal(*key_and_owner(client, user), token) == b"x"
    with pytest.raises(InvalidTag):
        token_v3.unseal(client.user_key(user).key, token_v3.user(user + "x"), token)


@SCOPES
def test_padding_may_be_missing_and_the_prefix_may_not(client, scope):
    token = client.encrypt(scope, b"fives", token_format=V3).token
    assert token.startswith("v3:") and token.endswith("=")
    assert client.decrypt(scope, token.rstrip("=")).plaintext == b"fives"
    for other in (token.removeprefix("v3:"), "v2:" + token.removeprefix("v3:")):
        with refused("INVALID_ARGUMENT", "DECRYPTION_FAILED"):
            client.decrypt(scope, other)


def test_what_is_no_token_is_malformed(client):
    token = client.encrypt("dora", b"", token_format=V3).token  # 44 bytes, one "=", two bits to spare
    last = token.rstrip("=")[-1]
    stray = token.rstrip("=")[:-1] + chr(ord(last) + 1)
    for text in ("v3:", "v3:AAAA", "v3:" + "A" * 58, "v3:" + token, "V3:" + token[3:], token + "=", token + " ",
                 stray, token[:-2]):
        with refused("INVALID_ARGUMENT", "TOKEN_MALFORMED"):
            client.decrypt("dora", text)
        with refused("INVALID_ARGUMENT", "TOKEN_MALFORMED"):
            client.decrypt("dora", text, allow_legacy_plaintext=text.startswith("v3:"))


def test_a_token_that_was_moved_or_changed_does_not_open_and_all_refusals_read_the_same(client):
    key, owner = key_and_owner(client, "dora")
    client.user_key("erik")
    token = token_v3.seal(key, owner, b"x", b"row 1")
    pool_key, pool = key_and_owner(client, POOL)
    attempts = [
        ("erik", token, b"row 1"), (POOL, token, b"row 1"), ("dora", token, b"row 2"), ("dora", token, b""),
        # Sealed by who has the key, but for somebody else.
        ("dora", token_v3.seal(key, token_v3.user("erik"), b"x"), b""),
        ("dora", token_v3.seal(key, token_v3.user("dora", 2), b"x"), b""),
        ("dora", token_v3.seal(key, token_v3.user("dora", 0), b"x"), b""),
        ("dora", token_v3.seal(key, pool, b"x"), b""),
        (POOL, token_v3.seal(pool_key, pool._replace(version=1), b"x"), b""),
        (POOL, token_v3.seal(pool_key, token_v3.pool(os.urandom(8)), b"x"), b""),
        (POOL, token_v3.seal(pool_key, token_v3.user("dora", 0), b"x"), b""),
    ]
    changed = token_v3.read(token)
    for place in range(len(changed)):
        other = changed[:place] + bytes([changed[place] ^ 1]) + changed[place + 1:]
        attempts.append(("dora", token_v3.write(other), b"row 1"))
    told = set()
    for scope, text, data in attempts:
        with refused("INVALID_ARGUMENT", "DECRYPTION_FAILED") as failures:
            client.decrypt(scope, text, data)
        told.add((failures[0].message, str(failures[0].metadata)))
    assert len(told) == 1
    assert client.decrypt("dora", token, b"row 1").plaintext == b"x"


def test_a_user_without_a_key_is_not_found(client):
    token = client.encrypt("dora", b"x", token_format=V3).token
    with refused("NOT_FOUND", "USER_KEY_NOT_FOUND"):
        client.decrypt("nobody", token)


@pytest.mark.parametrize("flag,own", [(None, "v2"), ("v2", "v2"), ("v3", "v3")])
def test_the_servers_own_format_serves_calls_that_name_none(rig, flag, own):
    client = rig.serve(token_format=flag)
    assert client.status().token_format == {"v2": V2, "v3": V3}[own]
    for scope in ("dora", POOL):
        for token_format, prefix in ((0, own), (V2, "v2"), (V3, "v3")):
            token = client.encrypt(scope, b"x", token_format=token_format).token
            assert token.startswith(prefix + ":")
            assert client.decrypt(scope, token).plaintext == b"x"
    assert formats.open_token(client.user_key("dora").key,
                              client.encrypt("dora", b"x", token_format=V2).token) == b"x"


@pytest.mark.parametrize("number", [1, 4, 77, -1, 2**31 - 1])
def test_a_format_that_nobody_knows_is_refused(client, number):
    for scope in ("dora", POOL):
        with refused("INVALID_ARGUMENT", "INVALID_REQUEST"):
            client.encrypt(scope, b"x", token_format=number)


def test_each_item_of_a_batch_has_its_format(client):
    requests = [batches.to_encrypt("dora", b"a", token_format=V3), batches.to_encrypt("dora", b"b"),
                batches.to_encrypt(POOL, b"c", b"row", V3), batches.to_encrypt("batch-new", b"d", token_format=V3),
                batches.to_encrypt("dora", b"e", token_format=9)]
    results = batches.encrypt(client, requests)
    assert batches.failure(results.pop()).reason == "INVALID_REQUEST"
    tokens = batches.tokens(results)
    assert [token[:3] for token in tokens] == ["v3:", "v2:", "v3:", "v3:"]
    opened = batches.decrypt(client, [
        batches.to_decrypt("dora", tokens[0]), batches.to_decrypt("dora", tokens[1]),
        batches.to_decrypt(POOL, tokens[2], b"row"), batches.to_decrypt("batch-new", tokens[3])])
    assert batches.plaintexts(opened) == [b"a", b"b", b"c", b"d"]


def test_nonces_are_never_the_same(client):
    tokens = batches.tokens(batches.encrypt(
        client, [batches.to_encrypt("dora", b"same", token_format=V3)] * 500))
    tokens += [client.encrypt("dora", b"same", token_format=V3).token for _ in range(100)]
    assert len({token_v3.read(token)[4:28] for token in tokens}) == len(tokens)


@pytest.mark.parametrize("arguments,prefix", [([], "v2:"), (["--format", "v2"], "v2:"), (["--format", "v3"], "v3:")])
def test_the_command_asks_for_a_format(client, arguments, prefix):
    def run(*words, value: str) -> str:
        done = subprocess.run([paths.cli(), "--address", client.address, "--raw", *words], input=value,
                              capture_output=True, text=True, check=True, timeout=paths.PATIENCE)
        assert not done.stderr
        return done.stdout

    token = run("encrypt", "--user", "dora", *arguments, value="sk-test-123")
    assert token.startswith(prefix)
    assert run("decrypt", "--user", "dora", value=token) == "sk-test-123"
    assert run("is-encrypted", value=token) == "yes"


class Rotated:
    """A user with two versions, added while no server had the file."""

    def __init__(self, rig):
        self.rig = rig
        server = rig.start()
        client = rig.client(server)
        self.keys = {1: client.user_key("u").key, 2: os.urandom(32)}
        assert rig.end(server) == 0
        with rows.edit(rig.store) as database:
            rows.add_version(database, rig.kek, "u", 2, self.keys[2])
            rows.set_user(database, "u", primary_version=2)

    def token(self, version: int, data: bytes = b"") -> str:
        return token_v3.seal(self.keys[version], token_v3.user("u", version), b"of %d" % version, data)

    def version(self, version: int, **columns):
        with rows.edit(self.rig.store) as database:
            rows.set_version(database, "u", version, **columns)


@pytest.fixture
def rotated(rig):
    return Rotated(rig)


def test_a_token_opens_under_the_version_that_it_names_and_no_other(rig, rotated):
    client = rig.serve()
    assert client.encrypt("u", b"x", token_format=V3).key_version == 2
    for version in (1, 2):
        answer = client.decrypt("u", rotated.token(version))
        assert (answer.plaintext, answer.key_version, answer.stale) == (
            b"of %d" % version, version, version == 1)
    swapped = token_v3.seal(rotated.keys[1], token_v3.user("u", 2), b"x")
    with refused("INVALID_ARGUMENT", "DECRYPTION_FAILED"):
        client.decrypt("u", swapped)


@pytest.mark.parametrize("columns,reason", [
    ({"state": rows.VERSION_DISABLED}, "USER_KEY_DISABLED"), (None, "VERSION_TOO_OLD")], ids=["disabled", "old"])
def test_a_withdrawn_version_says_so_only_where_the_token_would_open(rig, rotated, columns, reason):
    if columns:
        rotated.version(1, **columns)
    else:
        with rows.edit(rig.store) as database:
            rows.set_user(database, "u", min_version=2)
    client = rig.serve()
    with refused("FAILED_PRECONDITION", reason):
        client.decrypt("u", rotated.token(1))
    with refused("INVALID_ARGUMENT", "DECRYPTION_FAILED"):
        client.decrypt("u", rotated.token(1, b"other data"))
    assert client.decrypt("u", rotated.token(2)).plaintext == b"of 2"


def test_a_destroyed_version_opens_nothing(rig, rotated):
    rotated.version(1, state=rows.VERSION_DESTROYED, wrapped_key=b"")
    client = rig.serve()
    with refused("INVALID_ARGUMENT", "DECRYPTION_FAILED"):
        client.decrypt("u", rotated.token(1))
    assert client.decrypt("u", rotated.token(2)).plaintext == b"of 2"


def test_pool_tokens_open_after_the_master_key_turned_over(rig):
    server = rig.start()
    token = rig.client(server).encrypt(POOL, b"x", token_format=V3).token
    assert rig.end(server) == 0
    new = os.urandom(32)
    client = rig.serve(kek=new, previous=rig.kek)
    answer = client.decrypt(POOL, token)
    assert (answer.plaintext, answer.stale) == (b"x", True)
    assert answer.kek_id == formats.kek_id(rig.kek).hex()
    # Bound to the KEK by its id: the same pool key under another id does not open.
    forged = token_v3.seal(formats.pool_key(rig.kek), token_v3.pool(formats.kek_id(new)), b"x")
    with refused("INVALID_ARGUMENT", "DECRYPTION_FAILED"):
        client.decrypt(POOL, forged)


def test_beside_the_python_module_v3_is_refused_but_opens(rig):
    server = rig.start()
    client = rig.client(server)
    token = client.encrypt("dora", b"x", token_format=V3).token
    assert rig.end(server) == 0
    path = rig.directory / "legacy.db"
    connection = legacy.connect(path)
    client = rig.serve(legacy_db=path)
    for scope in ("dora", "new", POOL):
        with refused("FAILED_PRECONDITION", "LEGACY_SHARED"):
            client.encrypt(scope, b"x", token_format=V3)
    alone, = batches.encrypt(client, [batches.to_encrypt("dora", b"x", token_format=V3)])
    assert batches.failure(alone).reason == "LEGACY_SHARED"
    assert legacy.read(connection, rig.kek, "new") is None, "no key was made"
    assert client.encrypt("dora", b"x").token.startswith("v2:")
    assert client.decrypt("dora", token).plaintext == b"x"
    connection.close()


def test_without_a_master_key_v3_is_disabled_as_v2_is(rig):
    client = rig.serve(kek=None, token_format="v3")
    for token_format in (0, V2, V3):
        with refused("FAILED_PRECONDITION", "ENCRYPTION_DISABLED"):
            client.encrypt("u", b"x", token_format=token_format)
