"""Stored keys that are not what they should be: refused one by one, while all others are served."""
import os

import pytest

from harness import formats, rows
from harness.rpc import refused
from harness.stubs import keys

WRAPPED_BITS = (formats.NONCE + 32 + formats.TAG) * 8
SOUND = "sound"


def make(client, users: list[str]) -> dict[str, bytes]:
    calls = [(user, client.begin("GetOrCreateUserKey", keys.GetOrCreateUserKeyRequest(user_id=user)))
             for user in users]
    return {user: keys.GetOrCreateUserKeyResponse.FromString(call.result()).key
            for user, call in calls}


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
    server = rig.start()
    client = rig.client(server)
    for user in users:
        with refused("DATA_LOSS", "STORED_KEY_CORRUPT"):
            client.user_key(user)
    is_corrupt(client, users[0])
    assert client.user_key(SOUND).key == before[SOUND]
    assert client.user_key("new after that").created
    assert rig.end(server) == 0

    flip()
    assert make(rig.serve(), list(before)) == before, "nothing was written over"


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
