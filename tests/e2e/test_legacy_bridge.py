"""The Python module's database beside Keyward's own."""
import os
import sqlite3

import pytest

from harness import formats, legacy, rows
from harness.rpc import refused


@pytest.fixture
def path(rig):
    return rig.directory / "legacy.db"


@pytest.fixture
def connection(path):
    connection = legacy.connect(path)
    yield connection
    connection.close()


def module_makes(connection, kek: bytes, user: str) -> bytes:
    return legacy.get_or_create_user_key(connection, kek, user)


def row(connection, user: str):
    return connection.execute("SELECT encrypted_key, created_at FROM encryption_keys WHERE user_id = ?",
                              (user,)).fetchone()


def test_rows_are_imported_with_their_times_and_wrapped_anew(rig, path, connection):
    key = module_makes(connection, rig.kek, "u")
    with connection:
        connection.execute("UPDATE encryption_keys SET created_at = '2023-05-06T07:08:09.123456+02:00'")
    server = rig.start(legacy_db=path)
    answer = rig.client(server).user_key("u")
    assert (answer.key, answer.created) == (key, False)
    assert answer.create_time.ToJsonString() == "2023-05-06T05:08:09.123456Z"
    assert rig.end(server) == 0
    with rows.edit(rig.store) as database:
        assert formats.unwrap(rig.kek, rows.wrapped(database, "u"), 1, "u") == key
    assert rig.serve().user_key("u").key == key, "served without the bridge too"


@pytest.mark.parametrize("text", ["2023-05-06T07:08:09", "2023-05-06T07:08:09+00:00",
                                  "2023-05-06 07:08:09.5+00:00", "2023-05-06T07:08:09Z", "last spring", ""])
def test_a_row_is_imported_whatever_its_time_says(rig, path, connection, text):
    key = module_makes(connection, rig.kek, "u")
    with connection:
        connection.execute("UPDATE encryption_keys SET created_at = ?", (text,))
    assert rig.serve(legacy_db=path).user_key("u").key == key


def test_rows_under_a_previous_key_are_imported(rig, path, connection):
    old = os.urandom(32)
    keys = {user: module_makes(connection, kek, user) for user, kek in (("a", old), ("b", rig.kek))}
    client = rig.serve(legacy_db=path, previous=old)
    for user, key in keys.items():
        assert client.user_key(user).key == key


@pytest.mark.parametrize("blob", [formats.seal(bytes(32), bytes(32)), b"", bytes(27), bytes(60), bytes(61)],
                         ids=["of another KEK", "empty", "27 bytes", "zeros", "too long"])
def test_a_row_that_no_key_opens_stays_and_is_refused(rig, path, connection, blob):
    sound = module_makes(connection, rig.kek, "sound")
    with connection:
        connection.execute("INSERT INTO encryption_keys VALUES ('u', ?, ?)", (blob, legacy.now()))
    before = row(connection, "u")
    server = rig.start(legacy_db=path)
    client = rig.client(server)
    assert server.warnings(), "it is reported"
    for call in (lambda: client.user_key("u"), lambda: client.encrypt("u", b"x"),
                 lambda: client.decrypt("u", formats.token(bytes(32), b"x"))):
        with refused("DATA_LOSS", "STORED_KEY_CORRUPT"):
            call()
    assert client.user_key("sound").key == sound
    assert row(connection, "u") == before


def test_a_row_that_no_key_opened_is_served_once_its_key_is_loaded(rig, path, connection):
    old = os.urandom(32)
    key = module_makes(connection, old, "u")
    server = rig.start(legacy_db=path)
    with refused("DATA_LOSS", "STORED_KEY_CORRUPT"):
        rig.client(server).user_key("u")
    assert rig.end(server) == 0
    assert rig.serve(legacy_db=path, previous=old).user_key("u").key == key


def test_the_module_reads_the_keys_that_keyward_made(rig, path, connection):
    client = rig.serve(legacy_db=path)
    users = ["u", "ünï", "q'uo\"te", "x" * 256]
    for user in users:
        assert legacy.read(connection, rig.kek, user) is None
        answer = client.user_key(user)
        assert answer.created
        assert legacy.read(connection, rig.kek, user) == answer.key
        assert module_makes(connection, rig.kek, user) == answer.key
        blob, created_at = row(connection, user)
        assert len(blob) == 60 and created_at[10] == "T", "as datetime.isoformat() writes it"


def test_a_key_that_the_module_makes_meanwhile_is_the_users(rig, path, connection):
    client = rig.serve(legacy_db=path)
    client.user_key("first of all")
    for number in range(20):
        user = f"meanwhile-{number}"
        key = module_makes(connection, rig.kek, user)
        token = formats.token(key, b"by the module")
        if number % 2:
            assert client.decrypt(user, token).plaintext == b"by the module"
        answer = client.user_key(user)
        assert (answer.key, answer.created) == (key, False)
        assert formats.open_token(key, client.encrypt(user, b"x").token) == b"x"


def test_decrypting_for_a_user_without_a_key_makes_none_there(rig, path, connection):
    client = rig.serve(legacy_db=path)
    with refused("NOT_FOUND", "USER_KEY_NOT_FOUND"):
        client.decrypt("nobody", formats.token(bytes(32), b"x"))
    assert row(connection, "nobody") is None


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_the_file_keeps_its_own_journal_mode(rig, path, connection, mode):
    connection.execute(f"PRAGMA journal_mode = {mode}")
    server = rig.start(legacy_db=path)
    assert rig.client(server).user_key("u").created
    assert rig.end(server) == 0
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == mode
    assert row(connection, "u")


def test_a_tombstone_here_beats_a_row_there(rig, path, connection):
    key = module_makes(connection, rig.kek, "u")
    server = rig.start(legacy_db=path)
    assert rig.client(server).user_key("u").key == key
    assert rig.end(server) == 0
    with rows.edit(rig.store) as database:
        rows.set_user(database, "u", state=rows.DESTROYED)
        database.execute("DELETE FROM user_keys WHERE user_id = 'u'")
    client = rig.serve(legacy_db=path)
    with refused("FAILED_PRECONDITION", "USER_KEY_DESTROYED"):
        client.user_key("u")


def test_a_file_that_the_module_has_locked_is_waited_for_or_refused_for_now(rig, path, connection):
    client = rig.serve(legacy_db=path)
    known, token = client.user_key("known").key, client.encrypt("known", b"x").token
    connection.execute("BEGIN EXCLUSIVE")
    with refused("UNAVAILABLE", "STORE_UNAVAILABLE"):
        client.user_key("new")
    assert client.decrypt("known", token).plaintext == b"x", "known users do not need the file"
    assert client.user_key("known").key == known
    connection.rollback()
    answer = client.user_key("new")
    assert answer.created
    assert legacy.read(connection, rig.kek, "new") == answer.key


def test_what_the_store_lacks_is_found_in_the_legacy_file_after_a_crash_in_between(rig, path, connection):
    """The row there comes first: a store that missed the second half takes it from there."""
    server = rig.start(legacy_db=path)
    key = rig.client(server).user_key("u").key
    assert rig.end(server) == 0
    with rows.edit(rig.store) as database:
        database.execute("DELETE FROM user_keys WHERE user_id = 'u'")
    answer = rig.serve(legacy_db=path).user_key("u")
    assert (answer.key, answer.created) == (key, False)


def test_degraded_mode_leaves_the_legacy_file_alone(rig, path, connection):
    key = module_makes(connection, rig.kek, "u")
    before = row(connection, "u")
    server = rig.start(legacy_db=path, kek=None)
    assert len(server.warnings()) == 1, server.log()
    with refused("FAILED_PRECONDITION", "ENCRYPTION_DISABLED"):
        rig.client(server).user_key("u")
    assert rig.end(server) == 0
    assert row(connection, "u") == before
    assert rig.serve(legacy_db=path).user_key("u").key == key


def test_a_store_that_ran_without_the_bridge_brings_its_keys_to_the_module(rig, path, connection):
    server = rig.start()
    key = rig.client(server).user_key("u").key
    assert rig.end(server) == 0
    client = rig.serve(legacy_db=path)
    assert legacy.read(connection, rig.kek, "u") == key
    assert client.user_key("u").key == key


def test_many_rows_are_imported(rig, path):
    stored = {f"user-{number}": os.urandom(32) for number in range(3000)}
    legacy.write(path, [(user, formats.seal(rig.kek, key), legacy.now()) for user, key in stored.items()])
    server = rig.start(legacy_db=path)
    client = rig.client(server)
    for user in list(stored)[::97]:
        assert client.user_key(user).key == stored[user]
    assert rig.end(server) == 0
    with sqlite3.connect(rig.store) as database:
        assert database.execute("SELECT count(*) FROM user_keys").fetchone()[0] == len(stored)
