"""keyward store copy, from SQLite to PostgreSQL and back."""
import sqlite3

import pytest

from harness import cli, formats, postgres, replicas, rows
from harness.admin import Admin
from harness.rpc import refused

NEW_KEK = bytes(range(32))


@pytest.fixture
def password(rig):
    path = rig.directory / "database-password"
    path.write_text(postgres.PASSWORD + "\n")
    return path


def copy(source: str, target: str, password, **options):
    return cli.lines("store", "copy", "--from", source, "--to", target, "--store_password_file", password, **options)


def lived(rig, **flags) -> dict[str, str]:
    """A store in which there is one of everything; tokens that open, by user."""
    old = rig.kek
    server = rig.start(**flags)
    client, admin = rig.client(server), Admin(rig.client(server))
    tokens = {user: client.encrypt(user, user.encode()).token for user in
              ("alice", "rotated", "disabled", "deleted", "destroyed", *(f"user-{n}" for n in range(1200)))}
    admin.RotateUserKey(user_id="rotated")
    admin.DisableUserKey(user_id="disabled")
    admin.DeleteUserKey(user_id="deleted")
    admin.destroy("destroyed")
    assert rig.end(server) == 0
    server = rig.start(**(flags | {"kek": NEW_KEK, "previous": old}))
    assert cli.answer("kek", "rewrap", address=server.address)["state"] == "DONE"
    retired = cli.run("kek", "retire", formats.kek_id(old).hex(), "--confirm-pool-rewrapped", "--yes",
                      address=server.address)
    assert retired.returncode == 0, retired
    assert rig.end(server) == 0
    rig.kek = NEW_KEK
    return {user: token for user, token in tokens.items() if user not in ("disabled", "deleted", "destroyed")}


def serves_the_same(rig, tokens: dict[str, str], **flags) -> None:
    server = rig.start(**flags)
    client = rig.client(server)
    for user, token in tokens.items():
        assert client.decrypt(user, token).plaintext == user.encode()
    assert client.encrypt("rotated", b"x").key_version == 2
    for user in ("disabled", "deleted", "destroyed"):
        with refused("FAILED_PRECONDITION", f"USER_KEY_{user.upper()}"):
            client.encrypt(user, b"x")
    assert Admin(client).UndeleteUserKey(user_id="deleted").user_id == "deleted"
    assert rig.end(server) == 0


def contents(path) -> list[list[tuple]]:
    connection = sqlite3.connect(path)
    try:
        return [connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
                for table in ("users", "user_keys", "retired_keks", "notes")]
    finally:
        connection.close()


def test_a_store_goes_to_postgres_and_back_and_is_the_same(rig, database, password):
    tokens = lived(rig)
    before = contents(rig.store)
    (said,) = copy(f"sqlite:{rig.store}", database.url(), password)
    assert said == {"complete": True, "users": 1205, "versions": 1206, "copied": 1205, "faults": 0}
    back = rig.directory / "back.db"
    assert copy(database.url(), f"sqlite:{back}", password)[-1]["copied"] == 1205
    assert contents(back) == before
    serves_the_same(rig, tokens, **replicas.flags(rig, database))
    serves_the_same(rig, tokens, store=f"sqlite:{back}")


def test_a_copy_that_broke_off_goes_on_and_one_that_is_done_changes_nothing(rig, database, password):
    lived(rig)
    assert copy(f"sqlite:{rig.store}", database.url(), password)[-1]["complete"]
    database.sql("DELETE FROM user_keys WHERE user_id > 'user-5'")
    database.sql("DELETE FROM users WHERE user_id = 'disabled'")
    again = copy(f"sqlite:{rig.store}", database.url(), password)[-1]
    assert again["complete"] and 400 < again["copied"] < 700
    assert copy(f"sqlite:{rig.store}", database.url(), password)[-1] == {
        "complete": True, "users": 1205, "versions": 1206, "copied": 0, "faults": 0}


def test_damaged_rows_and_other_peoples_keys_are_told_and_stop_no_other(rig, database, password):
    server = rig.start()
    for user in ("alice", "bad", "taken"):
        rig.client(server).encrypt(user, b"x")
    assert rig.end(server) == 0
    other = replicas.start(rig, database)
    rig.client(other).encrypt("taken", b"x")
    assert rig.end(other) == 0
    with rows.edit(rig.store) as edited:
        rows.set_wrapped(edited, "bad", bytes(7))
    said = copy(f"sqlite:{rig.store}", database.url(), password, status=cli.NO)
    assert said[:2] == [{"user_id": "bad", "reason": "ROW_MALFORMED"}, {"user_id": "taken", "reason": "ANOTHER_KEY"}]
    assert said[2] == {"complete": False, "users": 3, "versions": 3, "copied": 1, "faults": 2}


def test_what_was_changed_since_stays_and_no_destroyed_key_comes_back(rig, database, password):
    server = rig.start()
    for user in ("alice", "bob", "carol"):
        rig.client(server).encrypt(user, b"x")
    assert rig.end(server) == 0
    assert copy(f"sqlite:{rig.store}", database.url(), password)[-1]["complete"]
    other = replicas.start(rig, database)
    admin = Admin(rig.client(other))
    admin.destroy("alice")
    admin.DisableUserKey(user_id="bob")
    rig.client(other).encrypt("dora", b"x")
    assert rig.end(other) == 0
    said = copy(f"sqlite:{rig.store}", database.url(), password, status=cli.NO)
    assert said[:-1] == [{"user_id": "alice", "reason": "CHANGED_SINCE"}, {"user_id": "bob", "reason": "CHANGED_SINCE"},
                         {"user_id": "dora", "reason": "NOT_IN_SOURCE"}]
    assert said[-1]["copied"] == 0
    client = rig.client(replicas.start(rig, database))
    for user, state in (("alice", "DESTROYED"), ("bob", "DISABLED")):
        with refused("FAILED_PRECONDITION", f"USER_KEY_{state}"):
            client.encrypt(user, b"x")


def test_mistakes_are_one_line(rig, database, password):
    server = rig.start()
    for arguments, status, says in (
            ((f"sqlite:{rig.store}", database.url()), cli.IN_USE, "keyward-server"),
            (("sqlite:/none/such.db", database.url()), cli.USAGE, "/none/such.db"),
            (("postgresql://a:hidden@b/c", f"sqlite:{rig.directory}/x.db"), cli.USAGE, "has a password in it"),
            ((database.url().replace(str(database.server.port), "1"), f"sqlite:{rig.directory}/x.db"), cli.USAGE,
             "cannot open the database")):
        done = cli.run("store", "copy", "--from", arguments[0], "--to", arguments[1],
                       "--store_password_file", password)
        assert done.returncode == status and says in done.stderr and "hidden" not in done.stderr, done
        assert done.stderr.count("\n") == 1, done.stderr
    done = cli.run("store", "copy", "--from", database.url(), "--to", f"sqlite:{rig.directory}/x.db",
                   "--store_password_file", "/none")
    assert done.returncode == cli.USAGE and "--store_password_file: /none cannot be read" in done.stderr, done
    assert not (rig.directory / "x.db").exists()
    assert rig.end(server) == 0
