"""keyward verify, on databases that a real server wrote."""
import os
import pathlib
import shutil
import signal
import sqlite3

import pytest

from harness import batches, cli, formats, legacy, rows, verification
from harness.stubs import keys
from harness.verification import run, verify

USERS = [f"user-{number}" for number in range(20)]


def fill(rig, users: list[str] = USERS, **options):
    """A server that has made the users' keys, and runs."""
    server = rig.start(**options)
    batches.encrypt(rig.client(server), [batches.to_encrypt(user, b"x") for user in users])
    return server


def written(rig, users: list[str] = USERS) -> pathlib.Path:
    """A database with them, of a server that has ended."""
    assert rig.end(fill(rig, users)) == 0
    return rig.store


def contents(folder: pathlib.Path) -> dict[str, tuple[bytes, int]]:
    """All files of a database but for the lock's, and when they were written to."""
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns)
            for path in folder.iterdir() if path.name.startswith("keys.db") and path.suffix != ".lock"}


def test_a_database_of_a_server_is_sound(rig):
    store = written(rig)
    said = verify(store, kek=rig.kek)
    assert (said.status, said.faults, said.error) == (0, [], None)
    assert said.sum == {"verified": True, "users": 20, "versions": 20, "destroyed": 0, "faults": 0,
                        "keks": [{"kek_id": formats.kek_id(rig.kek).hex(), "versions": 20,
                                  "loaded": True, "current": True}]}
    done = run(f"sqlite:{store}", kek=rig.kek)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (f"OK: 20 users, 20 versions\n"
                           f"kek {formats.kek_id(rig.kek).hex()}: 20 versions, current\n")


def test_a_killed_servers_log_counts_and_nothing_is_changed(rig):
    server = fill(rig)
    server.send(signal.SIGKILL)
    server.wait()
    before = contents(rig.directory)
    assert before["keys.db-wal"][0], "all of it was in the database already: this shows nothing"
    assert verify(rig.store, kek=rig.kek).sum["users"] == 20
    assert contents(rig.directory) == before

    backup = rig.directory / "backup"
    backup.mkdir()
    for name in ("keys.db", "keys.db-wal"):
        shutil.copy2(rig.directory / name, backup)
    before = contents(backup)
    assert verify(backup / "keys.db", kek=rig.kek).sum["users"] == 20
    assert contents(backup) == before, "no -shm either"

    (backup / "keys.db-wal").unlink()
    before = contents(backup)
    said = verify(backup / "keys.db", kek=rig.kek)
    assert said.sum is None or said.sum["users"] < 20, "the log was part of the backup"
    assert contents(backup) == before


def test_a_running_server_has_the_database_to_itself(rig):
    server = fill(rig)
    done = run(rig.store, kek=rig.kek)
    assert done.returncode == 78
    assert len(done.stderr.splitlines()) == 1 and done.stdout == ""
    assert f"{server.pid} (keyward-server)" in done.stderr and "DATABASE_IN_USE" in done.stderr
    assert rig.end(server) == 0
    assert run(rig.store, kek=rig.kek).returncode == 0


def test_the_keks_are_those_that_the_server_would_load(rig):
    store = written(rig, ["old"])
    other = os.urandom(32)
    assert rig.end(fill(rig, ["new"], kek=other, previous=rig.kek)) == 0
    assert verify(store, kek=other, previous=rig.kek).status == 0

    said = verify(store, kek=other)
    assert said.status == 1
    assert said.found() == {("old", 1, "KEK_NOT_LOADED")}
    assert [(kek["kek_id"], kek["loaded"]) for kek in said.sum["keks"]] == sorted(
        [(formats.kek_id(rig.kek).hex(), False), (formats.kek_id(other).hex(), True)])
    assert "API_KEY_MASTER_KEY_PREVIOUS" in said.error["hint"]

    said = verify(store, kek=None, previous=other)
    assert said.found() == {("old", 1, "KEK_NOT_LOADED")}


def damage(rig, edit) -> verification.Verification:
    store = written(rig)
    with rows.edit(store) as database:
        edit(database)
    return verify(store, kek=rig.kek)


@pytest.mark.parametrize("reason,columns", [
    ("STORED_KEY_CORRUPT", {"wrapped_key": bytes(60)}),
    ("ROW_MALFORMED", {"wrapped_key": bytes(59)}),
    ("ROW_MALFORMED", {"wrap_format": 3}),
    ("ROW_MALFORMED", {"kek_id": b"short"}),
    ("KEK_NOT_LOADED", {"kek_id": bytes(8)}),
    ("STATE_UNKNOWN", {"state": 9}),
], ids=str)
def test_a_damaged_row_is_named(rig, reason, columns):
    said = damage(rig, lambda database: rows.set_version(database, "user-7", 1, **columns))
    assert (said.status, said.found()) == (1, {("user-7", 1, reason)})
    assert (said.sum["users"], said.sum["faults"], said.sum["verified"]) == (20, 1, False)
    assert said.error["reason"] == "VERIFICATION_FAILED" and f"1 {reason}" in said.error["message"]


def test_rows_that_do_not_fit_together_are_named(rig):
    def edit(database):
        rows.set_user(database, "user-1", primary_version=2)
        rows.set_user(database, "user-2", state=9)
        for user, state in (("ghost", rows.ACTIVE), ("gone", rows.DESTROYED), ("deleted", rows.DELETED)):
            database.execute("INSERT INTO users (user_id, primary_version, state) VALUES (?, 1, ?)",
                             (user, state))
        rows.set_version(database, "user-3", 1, state=rows.VERSION_DESTROYED, wrapped_key=b"")
        database.execute("UPDATE user_keys SET version = 1 << 40 WHERE user_id = 'user-4'")

    said = damage(rig, edit)
    assert said.found() == {("user-1", None, "PRIMARY_MISSING"), ("user-2", None, "STATE_UNKNOWN"),
                            ("ghost", None, "NO_VERSIONS"), ("user-4", 0, "ROW_MALFORMED")}
    assert (said.sum["users"], said.sum["versions"], said.sum["destroyed"]) == (23, 20, 1)


def test_what_no_user_id_finds_is_counted(rig):
    said = damage(rig, lambda database: database.execute(
        "UPDATE user_keys SET user_id = '' WHERE user_id = 'user-1'"))
    assert said.found() == {(None, None, "FILE_DAMAGED")}
    assert "of 20 rows with keys 19 are found" in said.faults[0]["message"]


def test_a_user_id_steers_no_terminal(rig):
    store = written(rig, ["sound"])
    with rows.edit(store) as database:
        rows.add_version(database, os.urandom(32), "\x1b[2J\u009bevil\n", 1, bytes(32))
    text = run(store, kek=rig.kek).stdout
    assert "KEK_NOT_LOADED" in text and "evil" in text
    assert not {"\x1b", "\u009b"} & set(text) and len(text.splitlines()) == 4


def test_text_is_cut_where_json_is_whole(rig):
    store = written(rig, [f"user-{number}" for number in range(150)])
    other = os.urandom(32)
    done = run(store, kek=other)
    assert sum("KEK_NOT_LOADED" in line for line in done.stdout.splitlines()) == 100
    assert "150 KEK_NOT_LOADED (50 not shown" in done.stderr
    assert len(verify(store, kek=other).faults) == 150


def used_bytes(store: pathlib.Path) -> list[int]:
    """Where the page with the keys holds something (https://www.sqlite.org/fileformat.html, section 1.6).

    A row's time of creation is left out: nothing covers it.
    """
    whole = store.read_bytes()
    size = int.from_bytes(whole[16:18], "big")
    with rows.edit(store) as database:
        root = database.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'user_keys'").fetchone()[0]
        blobs = [blob for blob, in database.execute("SELECT wrapped_key FROM user_keys")]
    page = whole[(root - 1) * size:root * size]
    assert page[0] == 10, "a leaf, so all rows are in it"
    cells = int.from_bytes(page[3:5], "big")
    content = int.from_bytes(page[5:7], "big")
    times = {page.index(blob) + len(blob) + byte for blob in blobs for byte in range(8)}
    used = {0, *range(3, 7), *range(8, 8 + 2 * cells), *range(content, size)} - times
    return [(root - 1) * size + place for place in sorted(used)]


@pytest.mark.parametrize("bit", [0, 7])
def test_a_changed_byte_of_the_page_with_the_keys_is_seen(rig, bit):
    """One byte in a few: of a key, an id, a header or the tree."""
    store = written(rig)
    used = used_bytes(store)
    assert len(used) > 20 * 80
    whole = store.read_bytes()
    for place in used[::97]:
        broken = bytearray(whole)
        broken[place] ^= 1 << bit
        store.write_bytes(bytes(broken))
        assert verify(store, kek=rig.kek).status == 1, place
    store.write_bytes(whole)
    assert verify(store, kek=rig.kek).status == 0


@pytest.mark.parametrize("size", [0, 50, 4096, 6000])
def test_a_file_that_was_cut_off_is_seen(rig, size):
    store = written(rig)
    store.write_bytes(store.read_bytes()[:size])
    before = contents(rig.directory)
    said = verify(store, kek=rig.kek)
    assert said.status == 1 and "FILE_DAMAGED" in str([said.faults, said.error])
    assert contents(rig.directory) == before


def refused(done, *words: str) -> None:
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1), done
    assert all(word in done.stderr for word in words), done.stderr


def test_what_is_no_database_of_ours_is_refused(rig):
    module = rig.directory / "module.db"
    legacy.write(module, [("u", formats.seal(rig.kek, bytes(32)), legacy.now())])
    before = module.read_bytes()
    refused(run(module, kek=rig.kek), "Python module's", "--legacy_db")
    assert module.read_bytes() == before

    other = rig.directory / "other.db"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE t (a)")
    database.close()
    refused(run(other, kek=rig.kek), "another program")

    missing = rig.directory / "missing.db"
    refused(run(missing, kek=rig.kek), "no file", str(missing))
    refused(run(rig.directory, kek=rig.kek), "no file")
    refused(run("postgresql://localhost/x", kek=rig.kek), "SQLite")
    assert not list(rig.directory.glob("missing*"))


def test_a_newer_schema_is_refused_and_left_alone(rig):
    store = written(rig)
    with rows.edit(store) as database:
        database.execute("INSERT INTO schema_version (version, name, applied_at) VALUES (99, 'x', 0)")
    before = store.read_bytes()
    refused(run(store, kek=rig.kek), "schema 99", "newer Keyward")
    assert store.read_bytes() == before


def test_without_a_master_key_nothing_is_said(rig):
    store = written(rig)
    refused(run(store, kek=None), "API_KEY_MASTER_KEY is not set")


def test_a_key_that_was_moved_back_is_sound_again(rig):
    """What verify finds can be repaired: nothing of it was changed."""
    store = written(rig)
    with rows.edit(store) as database:
        blob = rows.wrapped(database, "user-1")
        rows.set_wrapped(database, "user-1", rows.wrapped(database, "user-2"))
    assert verify(store, kek=rig.kek).found() == {("user-1", 1, "STORED_KEY_CORRUPT")}
    with rows.edit(store) as database:
        rows.set_wrapped(database, "user-1", blob)
    assert verify(store, kek=rig.kek).status == 0
    client = rig.serve()
    assert client.call("GetOrCreateUserKey", keys.GetOrCreateUserKeyRequest(user_id="user-1")).key


def test_a_server_verifies_its_own_store_while_it_serves(rig):
    store = written(rig)
    server = rig.start()
    assert cli.answer("verify", "--online", address=server.address) == {
        "verified": True, "users": 20, "keys": 20, "faults": []}
    assert rig.end(server) == 0
    with rows.edit(store) as database:
        rows.set_wrapped(database, "user-1", rows.wrapped(database, "user-2"))
    server = rig.start()
    said = cli.answer("verify", "--online", address=server.address, status=cli.NO)
    assert said["faults"] == [{"reason": "STORED_KEY_CORRUPT", "count": 1, "user_ids": ["user-1"]}]
    assert not said["verified"]
    done = cli.run("verify", "--online", address=server.address)
    assert done.returncode == cli.NO and "STORED_KEY_CORRUPT  1     user-1" in done.stdout
