"""Stored keys that are not what they should be: refused one by one, while all others are served.

`keyward verify` finds the same ones in the file.
"""
import os

import pytest

from harness import cli, formats, rows
from harness.rpc import refused
from harness.stubs import keys
from harness.verification import verify

WRAPPED_BITS = (formats.NONCE + 32 + formats.TAG) * 8
SOUND = "sound"


def make(client, users: list[str]) -> dict[str, bytes]:
    """Few at once: newer gRPC refuses calls near the limit of a connection, and leaves it to clients to try again."""
    answers = {}
    for begin in range(0, len(users), 100):
        calls = [(user, client.begin("GetOrCreateUserKey", keys.GetOrCreateUserKeyRequest(user_id=user)))
                 for user in users[begin:begin + 100]]
        answers |= {user: keys.GetOrCreateUserKeyResponse.FromString(call.result()).key for user, call in calls}
    return answers


def made(rig, users: list[str]) -> dict[str, bytes]:
    """Keys made by a server that has ended since."""
    server = rig.start()
    result = make(rig.client(server), [*users, SOUND])
    assert rig.end(server) == 0
    return result


def is_corrupt(client, user: str) -> None:
    for call in (lambda: client.user_key(user), lambda: client.encrypt(user, b"x"),
                 lambda: client.decrypt(user, formats.token(bytes(32), b"x"))):
        with refused("DATA_LOSS", "STORED_KEY_CORRUPT"):
            call()


def found(rig, **keys_loaded) -> set[tuple]:
    """What verification finds, as user, version and reason."""
    return verify(rig.store, kek=rig.kek, **keys_loaded).found()


def are_corrupt(rig, users: list[str], versions: tuple[int, ...] = (1,), **options) -> None:
    """Neither a server nor verification takes the users' keys; all others are sound."""
    said = verify(rig.store, kek=rig.kek, previous=options.get("previous"))
    assert said.found() == {(user, version, "STORED_KEY_CORRUPT")
                            for user in users for version in versions}
    client = rig.serve(**options)
    for user in users:
        is_corrupt(client, user)


def test_rows_are_wrapped_as_the_formats_say(rig):
    key = made(rig, ["ünï"])["ünï"]
    with rows.edit(rig.store) as database:
        blob = rows.wrapped(database, "ünï")
        row = database.execute("SELECT kek_id, wrap_format, state, version FROM user_keys "
                               "WHERE user_id = 'ünï'").fetchone()
    assert len(blob) == WRAPPED_BITS // 8
    assert row == (formats.kek_id(rig.kek), formats.WRAP_FORMAT, rows.VERSION_ENABLED, 1)
    assert formats.unwrap(rig.kek, blob, 1, "ünï") == key


def test_every_single_bit_of_a_stored_key_counts(rig):
    users = [f"bit-{bit}" for bit in range(WRAPPED_BITS)]
    before = made(rig, users)

    def flip() -> None:
        with rows.edit(rig.store) as database:
            for bit, user in enumerate(users):
                blob = bytearray(rows.wrapped(database, user))
                blob[bit // 8] ^= 1 << bit % 8
                rows.set_wrapped(database, user, bytes(blob))

    flip()
    assert found(rig) == {(user, 1, "STORED_KEY_CORRUPT") for user in users}
    server = rig.start()
    client = rig.client(server)
    for user in users:
        is_corrupt(client, user)
    assert client.user_key(SOUND).key == before[SOUND]
    assert client.user_key("new after that").created
    assert rig.end(server) == 0

    flip()
    assert not found(rig)
    assert make(rig.serve(), list(before)) == before, "nothing was written over"


def bit_columns() -> dict[str, dict[str, object]]:
    """A user for each bit of the numbers in a row, and what its row then says in place of version 1."""
    columns: dict[str, dict[str, object]] = {}
    for bit in range(64):
        for name, value in (("version", 1), ("wrap_format", formats.WRAP_FORMAT)):
            flipped = value ^ 1 << bit
            columns[f"{name}-{bit}"] = {name: flipped - (1 << 64 if flipped >> 63 else 0)}
    return columns


def test_every_single_bit_of_a_rows_version_and_format_counts(rig):
    columns = bit_columns()
    made(rig, list(columns))
    with rows.edit(rig.store) as database:
        for user, changed in columns.items():
            rows.set_version(database, user, 1, **changed)
    assert {user for user, _, _ in found(rig)} == set(columns)
    client = rig.serve()
    for user in columns:
        is_corrupt(client, user)
    client.user_key(SOUND)


def test_every_single_bit_of_a_rows_kek_id_counts(rig):
    users = [f"bit-{bit}" for bit in range(64)]
    made(rig, users)
    with rows.edit(rig.store) as database:
        for bit, user in enumerate(users):
            kek_id = int.from_bytes(formats.kek_id(rig.kek), "big") ^ 1 << bit
            rows.set_version(database, user, 1, kek_id=kek_id.to_bytes(8, "big"))
    assert found(rig) == {(user, 1, "KEK_NOT_LOADED") for user in users}
    client = rig.serve()
    for user in users:
        with refused("FAILED_PRECONDITION", "KEK_NOT_LOADED"):
            client.user_key(user)
    client.user_key(SOUND)


def test_every_single_bit_of_a_rows_user_id_counts(rig):
    """But for the high bits: with one of them the id is no UTF-8, which no call can name."""
    user = "alice-7.é"
    near = []
    for bit in range(len(user.encode()) * 8):
        changed = bytearray(user.encode())
        changed[bit // 8] ^= 1 << bit % 8
        try:
            near.append(changed.decode())
        except UnicodeDecodeError:
            pass
    assert len(near) > 50
    made(rig, [user])
    with rows.edit(rig.store) as database:
        for other in near:
            database.execute("INSERT INTO user_keys SELECT ?, version, kek_id, wrap_format, wrapped_key, state, "
                             "created_at, messages FROM user_keys WHERE user_id = ?", (other, user))
    are_corrupt(rig, near)


def test_keys_that_changed_hands_are_refused(rig):
    """Each user has the next one's key."""
    users = [f"user-{number}" for number in range(10)]
    made(rig, users)
    with rows.edit(rig.store) as database:
        blobs = [rows.wrapped(database, user) for user in users]
        for user, blob in zip(users, [*blobs[1:], blobs[0]]):
            rows.set_wrapped(database, user, blob)
    are_corrupt(rig, users)


def two_versions(rig, user: str, second_kek: bytes | None = None) -> None:
    made(rig, [user])
    with rows.edit(rig.store) as database:
        rows.add_version(database, second_kek or rig.kek, user, 2, os.urandom(32))


def exchange(database, user: str, columns: str) -> None:
    """Between the user's first and second version."""
    values = {version: database.execute(
        f"SELECT {columns} FROM user_keys WHERE user_id = ? AND version = ?", (user, version)).fetchone()
        for version in (1, 2)}
    for version in (1, 2):
        rows.set_version(database, user, version,
                         **dict(zip(columns.split(", "), values[3 - version])))


def test_keys_moved_between_versions_are_refused(rig):
    two_versions(rig, "u")
    assert not found(rig)
    with rows.edit(rig.store) as database:
        exchange(database, "u", "wrapped_key")
    are_corrupt(rig, ["u"], versions=(1, 2))


@pytest.mark.parametrize("columns", ["wrapped_key", "kek_id", "kek_id, wrapped_key"])
def test_keys_moved_between_keks_are_refused(rig, columns):
    """Both are loaded; with both columns a row also moves to the other version."""
    other = os.urandom(32)
    two_versions(rig, "u", second_kek=other)
    assert not found(rig, previous=other)
    with rows.edit(rig.store) as database:
        exchange(database, "u", columns)
    are_corrupt(rig, ["u"], versions=(1, 2), previous=other)


def test_a_row_copied_from_one_user_to_another_is_refused(rig):
    before = made(rig, ["victim", "attacker"])
    with rows.edit(rig.store) as database:
        rows.set_wrapped(database, "victim", rows.wrapped(database, "attacker"))
    client = rig.serve()
    is_corrupt(client, "victim")
    assert client.user_key("attacker").key == before["attacker"]


def test_a_row_moved_to_another_user_is_refused(rig):
    made(rig, ["victim", "attacker"])
    with rows.edit(rig.store) as database:
        database.execute("DELETE FROM user_keys WHERE user_id = 'victim'")
        database.execute("UPDATE user_keys SET user_id = 'victim' WHERE user_id = 'attacker'")
    client = rig.serve()
    is_corrupt(client, "victim")
    # Of whoever has no row nothing is known: a user like any new one, under a new key.
    assert client.user_key("attacker").created


def test_a_row_under_another_version_is_refused(rig):
    made(rig, ["u"])
    with rows.edit(rig.store) as database:
        database.execute("UPDATE user_keys SET version = 2 WHERE user_id = 'u'")
        rows.set_user(database, "u", primary_version=2)
    is_corrupt(rig.serve(), "u")


def test_a_row_under_another_loaded_key_is_refused(rig):
    other = os.urandom(32)
    made(rig, ["u"])
    with rows.edit(rig.store) as database:
        rows.set_version(database, "u", 1, kek_id=formats.kek_id(other))
    is_corrupt(rig.serve(previous=other), "u")


def test_a_row_that_names_a_key_that_is_not_loaded_says_so(rig):
    made(rig, ["u"])
    with rows.edit(rig.store) as database:
        rows.set_version(database, "u", 1, kek_id=bytes(8))
    with refused("FAILED_PRECONDITION", "KEK_NOT_LOADED"):
        rig.serve().user_key("u")


@pytest.mark.parametrize("size", [0, 1, 27, 28, 59, 61, 5000])
def test_a_stored_key_of_the_wrong_size_is_refused(rig, size):
    before = made(rig, ["u"])
    with rows.edit(rig.store) as database:
        rows.set_wrapped(database, "u", (rows.wrapped(database, "u") * 100)[:size])
    client = rig.serve()
    is_corrupt(client, "u")
    assert client.user_key(SOUND).key == before[SOUND]


def test_a_shorter_data_key_that_was_wrapped_well_is_refused(rig):
    made(rig, ["u"])
    with rows.edit(rig.store) as database:
        rows.set_wrapped(database, "u", formats.wrap(rig.kek, os.urandom(16), 1, "u"))
    is_corrupt(rig.serve(), "u")


@pytest.mark.parametrize("columns", [{"wrap_format": 1}, {"wrap_format": 3}, {"kek_id": b"short"},
                                     {"state": 9}], ids=str)
def test_a_row_with_an_unknown_value_is_refused(rig, columns):
    made(rig, ["u"])
    with rows.edit(rig.store) as database:
        rows.set_version(database, "u", 1, **columns)
    is_corrupt(rig.serve(), "u")


def test_a_row_without_the_binding_is_never_served(rig):
    """The Python module's wrapping, put into Keyward's table, opens under the same KEK."""
    key = made(rig, ["u"])["u"]
    with rows.edit(rig.store) as database:
        rows.set_wrapped(database, "u", formats.seal(rig.kek, key))
    is_corrupt(rig.serve(), "u")


def test_a_database_from_the_future_is_refused_and_left_alone(rig):
    made(rig, [])
    with rows.edit(rig.store) as database:
        database.execute("INSERT INTO schema_version (version, name, applied_at) VALUES (99, 'x', 0)")
    before = rig.store.read_bytes()
    line = rig.refuse()
    assert "99" in line and str(rig.store) in line
    assert rig.store.read_bytes() == before


def test_a_user_whose_row_is_damaged_can_be_destroyed_and_come_back(rig):
    made(rig, ["alice"])
    with rows.edit(rig.store) as database:
        rows.set_wrapped(database, "alice", rows.wrapped(database, "alice")[:40])
    server = rig.start()
    is_corrupt(rig.client(server), "alice")
    (listed,) = cli.lines("key", "list", "--filter", "user_id = alice", address=server.address)
    said = cli.answer("key", "destroy", "--user", "alice", "--etag", listed["etag"], "--yes",
                      address=server.address)
    assert said["state"] == "DESTROYED"
    assert cli.answer("key", "rotate", "--user", "alice", address=server.address)["primary_version"] == 2
    client = rig.client(server)
    assert client.decrypt("alice", client.encrypt("alice", b"x").token).plaintext == b"x"
