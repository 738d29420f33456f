"""KeyAdminService looks after the store: VerifyStore and Backup."""
import os
import sqlite3
import stat

import pytest

from harness import rows, verification, waiting
from harness.admin import Admin
from harness.damage import damaged, faults_of
from harness.rpc import refused
from harness.stubs import admin as messages


def test_a_sound_store_is_found_sound(rig):
    admin = Admin(rig.serve())
    for number in range(30):
        admin.client.encrypt(f"u{number}", b"x")
    admin.RotateUserKey(user_id="u1")
    admin.destroy("u2")
    found = admin.VerifyStore()
    assert (found.users, found.keys, list(found.faults)) == (30, 30, [])


def test_each_kind_of_damage_is_found_as_the_command_finds_it(rig):
    expected = damaged(rig)
    server = rig.start()
    admin = Admin(rig.client(server))
    answer = admin.VerifyStore()
    assert faults_of(answer) == expected
    assert answer.users == 7
    assert rig.end(server) == 0
    found = verification.verify(rig.store, kek=rig.kek).found()
    assert {(user, reason) for user, _, reason in found} == set(expected.items())


def test_at_most_ten_users_are_named(rig):
    server = rig.start()
    client = rig.client(server)
    for number in range(25):
        client.encrypt(f"u{number:02}", b"x")
    assert rig.end(server) == 0
    with rows.edit(rig.store) as database:
        database.execute("UPDATE user_keys SET wrapped_key = zeroblob(60)")
    fault, = Admin(rig.serve()).VerifyStore().faults
    assert (fault.count, list(fault.user_ids)) == (25, [f"u{number:02}" for number in range(10)])


@pytest.fixture
def backups(rig):
    folder = rig.directory / "backups"
    folder.mkdir()
    return folder


def test_a_backup_is_a_whole_database_that_serves(rig, backups):
    admin = Admin(rig.serve(backup_dir=backups))
    token = admin.client.encrypt("u", b"x").token
    made = admin.Backup(file_name="first.db")
    assert made.path == str(backups / "first.db") and made.users == 1 and not made.faults
    file = backups / "first.db"
    assert made.bytes == file.stat().st_size
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in backups.iterdir()] == ["first.db"]
    admin.client.encrypt("after", b"x")

    assert verification.verify(file, kek=rig.kek).status == 0
    restored = rig.serve(store=f"sqlite:{file}")
    assert restored.decrypt("u", token).plaintext == b"x"
    with refused("NOT_FOUND", "USER_KEY_NOT_FOUND"):
        restored.decrypt("after", token)


def test_a_backup_without_a_name_is_named_by_its_time(rig, backups):
    admin = Admin(rig.serve(backup_dir=backups))
    path = admin.Backup().path
    assert os.path.dirname(path) == str(backups)
    assert os.path.basename(path).startswith("keys-2") and path.endswith("Z.db")


@pytest.mark.parametrize("name", ["../keys.db", "/etc/passwd", "a/b", ".", "..", ".hidden", "new\nline",
                                  "x" * 201])
def test_a_backups_name_leads_nowhere_else(rig, backups, name):
    admin = Admin(rig.serve(backup_dir=backups))
    with refused("INVALID_ARGUMENT", "INVALID_REQUEST"):
        admin.Backup(file_name=name)
    assert not list(backups.iterdir())


def test_a_backup_never_takes_a_files_place(rig, backups):
    admin = Admin(rig.serve(backup_dir=backups))
    (backups / "there.db").write_text("mine")
    with refused("INVALID_ARGUMENT", "INVALID_REQUEST"):
        admin.Backup(file_name="there.db")
    assert (backups / "there.db").read_text() == "mine"


def test_without_a_folder_no_backup_is_made_and_the_flag_is_named(rig):
    admin = Admin(rig.serve())
    with refused("INVALID_ARGUMENT", "INVALID_REQUEST") as seen:
        admin.Backup()
    assert "--backup_dir" in seen[0].message


def test_a_folder_that_is_not_there_ends_the_start(rig):
    assert "backup_dir" in rig.refuse(backup_dir=rig.directory / "nowhere")


def test_a_folder_that_cannot_be_written_is_an_error_that_leaves_nothing(rig, backups):
    admin = Admin(rig.serve(backup_dir=backups))
    backups.rmdir()
    with refused("UNAVAILABLE", "STORE_UNAVAILABLE"):
        admin.Backup()
    backups.mkdir()
    assert admin.Backup().users == 0


def test_a_damaged_row_is_backed_up_and_told(rig, backups):
    expected = damaged(rig)
    admin = Admin(rig.serve(backup_dir=backups))
    assert faults_of(admin.Backup(file_name="b.db")) == expected
    with sqlite3.connect(backups / "b.db") as copy:
        assert copy.execute("SELECT count(*) FROM user_keys").fetchone() == (7,)
    copy.close()


def test_backups_and_writes_go_on_together(rig, backups):
    """One at a time: whoever comes meanwhile is told to try again."""
    server = rig.start(backup_dir=backups)
    admin = Admin(rig.client(server))
    for number in range(200):
        admin.client.encrypt(f"u{number}", b"x")
    calls = [admin.begin("Backup", file_name=f"{number}.db") for number in range(10)]
    for number in range(200, 300):
        admin.client.encrypt(f"u{number}", b"x")
    made = 0
    for number, call in enumerate(calls):
        if call.exception() is None:
            users = messages.BackupResponse.FromString(call.result()).users
            assert 200 <= users <= 300
            assert verification.verify(backups / f"{number}.db", kek=rig.kek).sum["users"] == users
            made += 1
        else:
            assert call.exception().code().name == "RESOURCE_EXHAUSTED"
            assert not (backups / f"{number}.db").exists()
    assert made >= 1
    waiting.until(lambda: not [path for path in backups.iterdir() if path.name.startswith(".")], "tidy")
