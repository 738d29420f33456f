"""keyward restore, import and legacy finish, on databases that real servers and the Python module wrote."""
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import stat

import pytest

from harness import cli, formats, legacy, paths, rows
from harness.rpc import Client, refused

USERS = [f"user-{number:03}" for number in range(30)]


def tokens(client: Client, users: list[str] = USERS) -> dict[str, str]:
    return {user: client.encrypt(user, user.encode()).token for user in users}


def all_open(client: Client, sealed: dict[str, str]) -> None:
    for user, token in sealed.items():
        assert client.decrypt(user, token).plaintext == user.encode()


@pytest.fixture
def written(rig):
    """A server's database, moved away as a backup, and the tokens of its users."""
    server = rig.start()
    sealed = tokens(rig.client(server))
    assert rig.end(server) == 0
    backup = rig.directory / "backup" / "monday.db"
    backup.parent.mkdir()
    shutil.copy2(rig.store, backup)
    return backup, sealed


GOLDEN = paths.REPOSITORY / "tests" / "store" / "golden"
GOLDEN_KEK = bytes(range(32))


@pytest.mark.parametrize("schema", [1, 2])
def test_a_backup_of_an_earlier_release_is_restored_and_served(rig, schema):
    script = (GOLDEN / f"schema_{schema}.sql").read_text()
    backup = rig.directory / "old.db"
    connection = sqlite3.connect(backup)
    connection.executescript(script)
    connection.close()
    assert cli.lines("verify", backup, kek=GOLDEN_KEK)[-1]["verified"]
    cli.lines("restore", backup, "--store", rig.store, kek=GOLDEN_KEK)
    token = re.search(r"alice: (v2:\S+)", script).group(1)
    assert rig.serve(kek=GOLDEN_KEK).decrypt("alice", token).plaintext == b"sk-alice"


def files(folder: pathlib.Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.name.startswith("keys.db")}


def test_a_backup_is_restored_and_served(rig, written):
    backup, sealed = written
    rig.store.unlink()
    said = cli.lines("restore", backup, "--store", f"sqlite:{rig.store}", kek=rig.kek)
    assert [line.get("verified", line.get("restored")) for line in said] == [True, True]
    assert said[0]["users"] == len(USERS)
    assert said[1] == {"restored": True, "store": str(rig.store), "backup": str(backup)}
    assert stat.S_IMODE(rig.store.stat().st_mode) == 0o600
    assert files(rig.directory) == {"keys.db", "keys.db.lock"}
    all_open(rig.serve(), sealed)


def test_the_old_databases_log_goes_with_it(rig, written):
    backup, sealed = written
    server = rig.start()
    later = tokens(rig.client(server), ["made-later"])
    server.send(signal.SIGKILL)
    server.wait()
    assert (rig.directory / "keys.db-wal").stat().st_size > 0, "this shows nothing"
    done = cli.run("restore", backup, "--store", rig.store, "--yes", kek=rig.kek)
    assert done.returncode == 0, done
    assert done.stdout.splitlines()[-1] == f"restored: {rig.store}"
    assert files(rig.directory) == {"keys.db", "keys.db.lock"}
    client = rig.serve()
    all_open(client, sealed)
    with refused("NOT_FOUND", "USER_KEY_NOT_FOUND"):
        client.decrypt("made-later", later["made-later"])


def test_a_backup_is_what_its_log_says_too(rig):
    server = rig.start()
    sealed = tokens(rig.client(server))
    server.send(signal.SIGKILL)
    server.wait()
    backup = rig.directory / "backup"
    backup.mkdir()
    for name in ("keys.db", "keys.db-wal"):
        shutil.copy2(rig.directory / name, backup)
        (rig.directory / name).unlink()
    before = (backup / "keys.db").read_bytes()
    assert cli.run("restore", backup / "keys.db", "--store", rig.store, "--yes", kek=rig.kek).returncode == 0
    assert (backup / "keys.db").read_bytes() == before
    all_open(rig.serve(), sealed)


def test_a_database_that_is_there_is_replaced_only_where_that_is_meant(rig, written):
    backup, _ = written
    before = rig.store.read_bytes()
    restore = ("restore", backup, "--store", rig.store)
    assert cli.error(*restore, kek=rig.kek, status=cli.USAGE)["hint"] == "--yes goes on without asking"
    status, shown = cli.type_in("no", *restore, kek=rig.kek)
    assert status == cli.NO and "NOT_CONFIRMED" in shown
    assert rig.store.read_bytes() == before
    status, shown = cli.type_in(str(rig.store), *restore, kek=rig.kek)
    assert status == 0, shown
    assert f"Type the database's path, {rig.store}, to go on: " in shown
    assert f"restored: {rig.store}" in shown


def test_a_backup_that_is_not_sound_replaces_nothing(rig, written):
    backup, _ = written
    with rows.edit(backup) as database:
        rows.set_wrapped(database, USERS[3], bytes(60))
    before = rig.store.read_bytes()
    said = cli.lines("restore", backup, "--store", rig.store, "--yes", kek=rig.kek, status=cli.NO)
    assert said[0]["user_id"] == USERS[3] and said[0]["reason"] == "STORED_KEY_CORRUPT"
    assert said[-1]["verified"] is False
    backup.write_bytes(backup.read_bytes()[:5000])
    assert cli.run("restore", backup, "--store", rig.store, "--yes", kek=rig.kek).returncode == cli.NO
    assert rig.store.read_bytes() == before
    assert files(rig.directory) == {"keys.db", "keys.db.lock"}


def test_a_database_that_a_server_has_open_is_not_replaced(rig, written):
    backup, sealed = written
    server = rig.start()
    failed = cli.error("restore", backup, "--store", rig.store, "--yes", kek=rig.kek, status=cli.IN_USE)
    assert failed["reason"] == "DATABASE_IN_USE" and f"{server.pid} (keyward-server)" in failed["message"]
    all_open(rig.client(server), sealed)
    elsewhere = rig.directory / "elsewhere.db"
    cli.error("restore", rig.store, "--store", elsewhere, kek=rig.kek, status=cli.IN_USE)
    assert not elsewhere.exists()


@pytest.mark.parametrize("arguments,says", [
    (("restore", "{none}", "--store", "{store}"), "there is no file"),
    (("restore", "{store}", "--store", "{store}"), "is the database itself"),
    (("restore", "{store}", "--store", "postgresql://x"), "only SQLite"),
    (("restore", "{store}"), "--store is required"),
    (("import", "{none}", "--store", "{store}"), "there is no such file"),
    (("import", "{store}", "--store", "{none}"), "Keyward's own database"),
    (("legacy", "finish", "--store", "{none}", "--legacy_db", "{store}"), "there is no file"),
    (("legacy", "finish", "--store", "{store}"), "--legacy_db is required"),
], ids=str)
def test_what_makes_no_sense_is_a_usage_error(rig, written, arguments, says):
    names = {"store": rig.store, "none": rig.directory / "none.db"}
    done = cli.run(*(each.format(**names) for each in arguments), kek=rig.kek)
    assert (done.returncode, done.stdout) == (cli.USAGE, "")
    assert says in done.stderr and len(done.stderr.splitlines()) == 1
    assert not names["none"].exists()


def test_no_master_key_is_a_usage_error(rig, written):
    for arguments in (("restore", written[0], "--store", rig.directory / "other.db"),
                      ("import", written[0], "--store", rig.store),
                      ("legacy", "finish", "--store", rig.store, "--legacy_db", written[0])):
        assert "master key" in cli.error(*arguments, status=cli.USAGE)["message"]
    failed = cli.error("import", written[0], "--store", rig.store, previous=rig.kek, status=cli.USAGE)
    assert "current master key" in failed["message"]


def module_database(path: pathlib.Path, kek: bytes, users: list[str]) -> dict[str, bytes]:
    connection = legacy.connect(path)
    made = {user: legacy.get_or_create_user_key(connection, kek, user) for user in users}
    connection.close()
    return made


def test_a_database_under_another_kek_is_imported(rig):
    theirs, database = os.urandom(32), rig.directory / "legacy.db"
    made = module_database(database, theirs, USERS)
    before = database.read_bytes()
    command = ("import", database, "--store", f"sqlite:{rig.store}")
    done = cli.run(*command, kek=rig.kek, previous=theirs)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "imported: 30\nalready_there: 0\ndestroyed: 0\nunreadable: 0\nconflicting: 0\n"
    assert database.read_bytes() == before
    assert cli.answer(*command, kek=rig.kek, previous=theirs) == {
        "imported": 0, "already_there": 30, "destroyed": 0, "unreadable": 0, "conflicting": 0}

    client = rig.serve()  # without the other KEK
    for user, key in made.items():
        assert client.user_key(user).key == key
        assert client.decrypt(user, formats.token(key, b"secret")).plaintext == b"secret"


def test_users_who_are_there_already_stay(rig, written):
    _, sealed = written
    theirs, database = os.urandom(32), rig.directory / "legacy.db"
    made = module_database(database, theirs, [USERS[0], "new"])
    said = cli.lines("import", database, "--store", rig.store, kek=rig.kek, previous=theirs, status=cli.NO)
    assert said == [{"user_id": USERS[0], "reason": "ANOTHER_KEY"},
                    {"imported": 1, "already_there": 0, "destroyed": 0, "unreadable": 0, "conflicting": 1}]
    client = rig.serve()
    all_open(client, sealed)
    assert client.user_key("new").key == made["new"]


def test_keys_under_no_loaded_kek_are_told_and_stop_no_other(rig):
    database = rig.directory / "legacy.db"
    module_database(database, rig.kek, ["good"])
    module_database(database, os.urandom(32), ["bad\x1b[2J"])
    done = cli.run("import", database, "--store", rig.store, kek=rig.kek)
    assert done.returncode == cli.NO
    assert done.stdout.splitlines()[0] == 'user "bad\\u001b[2J": STORED_KEY_CORRUPT'
    assert "imported: 1\n" in done.stdout and "NOT_ALL_IMPORTED" in done.stderr
    rig.serve().user_key("good")


def test_a_store_that_a_server_has_open_is_left_alone(rig):
    server = rig.start()
    database = rig.directory / "legacy.db"
    module_database(database, rig.kek, ["alice"])
    for arguments in (("import", database, "--store", rig.store),
                      ("legacy", "finish", "--store", rig.store, "--legacy_db", database)):
        assert str(server.pid) in cli.error(*arguments, kek=rig.kek, status=cli.IN_USE)["message"]


def finish(rig, database: pathlib.Path, **options):
    return cli.lines("legacy", "finish", "--store", rig.store, "--legacy_db", database, kek=rig.kek, **options)


def test_the_bridge_may_go_once_every_key_is_in_the_store(rig):
    database = rig.directory / "legacy.db"
    made = module_database(database, rig.kek, USERS)
    server = rig.start(legacy_db=database)
    rig.client(server).user_key("ours")
    assert rig.end(server) == 0
    before = database.read_bytes(), rig.store.read_bytes()
    assert finish(rig, database) == [{"finished": True, "same_key": 31, "destroyed": 0, "not_in_store": 0,
                                      "unreadable": 0, "conflicting": 0}]
    done = cli.run("legacy", "finish", "--store", rig.store, "--legacy_db", database, kek=rig.kek)
    assert done.stdout.startswith("finished: the server may start without --legacy_db\nsame_key: 31\n")
    assert (database.read_bytes(), rig.store.read_bytes()) == before

    client = rig.serve()
    assert all(client.user_key(user).key == key for user, key in made.items())


def test_the_bridge_may_not_go_while_keys_are_missing(rig, written):
    database = rig.directory / "legacy.db"
    module_database(database, rig.kek, ["aaa", USERS[1], "zzz"])
    module_database(database, os.urandom(32), [USERS[2]])
    said = finish(rig, database, status=cli.NO)
    assert [(line["user_id"], line["reason"]) for line in said[:-1]] == [
        ("aaa", "NOT_IN_STORE"), (USERS[1], "ANOTHER_KEY"), (USERS[2], "STORED_KEY_CORRUPT"),
        ("zzz", "NOT_IN_STORE")]
    assert said[-1] == {"finished": False, "same_key": 0, "destroyed": 0, "not_in_store": 2,
                        "unreadable": 1, "conflicting": 1}
    failed = cli.error("legacy", "finish", "--store", rig.store, "--legacy_db", database, kek=rig.kek,
                       status=cli.NO)
    assert failed["reason"] == "NOT_FINISHED"


def test_a_tombstone_beats_a_row(rig, written):
    database = rig.directory / "legacy.db"
    module_database(database, rig.kek, [USERS[5]])
    with rows.edit(rig.store) as store:
        rows.set_user(store, USERS[5], state=rows.DESTROYED)
        rows.set_version(store, USERS[5], 1, state=rows.VERSION_DESTROYED, wrapped_key=b"")
    assert finish(rig, database)[-1]["destroyed"] == 1
    assert cli.answer("import", database, "--store", rig.store, kek=rig.kek)["destroyed"] == 1


def test_another_programs_file_is_no_legacy_database(rig, written):
    other = rig.directory / "other.db"
    legacy.connect(other).execute("DROP TABLE encryption_keys").connection.close()
    before = other.read_bytes()
    failed = cli.error("import", other, "--store", rig.store, kek=rig.kek, status=cli.USAGE)
    assert "encryption_keys" in failed["message"]
    assert other.read_bytes() == before
