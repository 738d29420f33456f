"""KeyAdminService: lists, permissions, the audit log, verifying and backing up."""
import json
import os
import sqlite3
import stat

import pytest

from harness import formats, rows, verification, waiting
from harness.admin import METHODS, Admin
from harness.rpc import POOL, refused
from harness.stubs import admin as messages
from harness.stubs import reflection

USERS = 250


@pytest.fixture(scope="module")
def admin(client):
    """With many users, of whom some are not active."""
    made = Admin(client)
    for number in range(USERS):
        client.encrypt(f"acme-{number:03}", b"x")
    for name in ('quo"ted', "back\\slash", "star*", "sp ace", "übung"):
        client.encrypt(name, b"x")
    for number in range(0, 50, 10):
        made.DisableUserKey(user_id=f"acme-{number:03}")
    made.DeleteUserKey(user_id="acme-001")
    made.destroy("acme-002")
    return made


def ids(users) -> list[str]:
    return [user.user_id for user in users]


def everyone() -> list[str]:
    return sorted([f"acme-{number:03}" for number in range(USERS)]
                  + ['quo"ted', "back\\slash", "star*", "sp ace", "übung"], key=str.encode)


@pytest.mark.parametrize("page_size", [1, 7, 100, 255, 1000, 4_000_000_000])
def test_pages_hold_everyone_once_and_in_order(admin, page_size):
    found, token = [], ""
    while True:
        page = admin.ListUserKeys(page_size=page_size, page_token=token)
        assert len(page.user_keys) <= min(page_size, 1000)
        found += ids(page.user_keys)
        token = page.next_page_token
        if not token:
            break
    assert found == everyone()


def test_a_page_holds_a_hundred_unless_told(admin):
    page = admin.ListUserKeys()
    assert len(page.user_keys) == 100 and page.next_page_token
    assert page.user_keys[3] == admin.GetUserKey(user_id=page.user_keys[3].user_id)


@pytest.mark.parametrize("text,expected", [
    ("state = DISABLED", [f"acme-{number:03}" for number in range(0, 50, 10)]),
    ("state=DELETED", ["acme-001"]),
    ("state = DESTROYED", ["acme-002"]),
    ("user_id = acme-00*", [f"acme-{number:03}" for number in range(10)]),
    ("user_id = acme-00* AND state = DISABLED", ["acme-000"]),
    ("state = ACTIVE AND user_id = acme-01*", [f"acme-{number:03}" for number in range(11, 20)]),
    ("user_id = acme-007", ["acme-007"]),
    (r'user_id = "quo\"ted"', ['quo"ted']),
    (r'user_id = "back\\slash"', ["back\\slash"]),
    (r'user_id = "star\*"', ["star*"]),
    ('user_id = "sp ace"', ["sp ace"]),
    ('user_id = "sp a*"', ["sp ace"]),
    ("user_id = ü*", ["übung"]),
    ("user_id = nobody*", []),
    ("kek_id = 0000000000000000", []),
])
def test_a_filter_lists_those_who_match(admin, text, expected):
    assert ids(admin.users(filter=text, page_size=3)) == expected


def test_a_filter_by_master_key_lists_whoever_has_a_key_under_it(admin, shared_rig):
    kek_id = formats.kek_id(shared_rig.kek).hex()
    assert len(admin.users(filter=f"kek_id = {kek_id}")) == len(everyone()) - 1  # but the destroyed one


@pytest.mark.parametrize("text", ["state", "state =", "state = SLEEPING", "colour = red", "= x",
                                  "state = ACTIVE state = ACTIVE", "state = ACTIVE AND",
                                  "state = ACTIVE AND state = DELETED", "AND", 'user_id = "open',
                                  r'user_id = "\x"', "kek_id = 12", "kek_id = f37b81e55fd8570*"])
def test_a_filter_that_is_none_is_refused(admin, text):
    with refused("INVALID_ARGUMENT", "INVALID_REQUEST"):
        admin.ListUserKeys(filter=text)


def test_a_page_token_is_good_for_its_own_list_alone(admin):
    token = admin.ListUserKeys(filter="state = ACTIVE").next_page_token
    for bad in ({"page_token": token}, {"page_token": token, "filter": "state = DISABLED"},
                {"page_token": "!!!"}, {"page_token": "AAAA"}):
        with refused("INVALID_ARGUMENT", "INVALID_REQUEST"):
            admin.ListUserKeys(**bad)


def test_no_answer_holds_a_key():
    """Of all fields that answers may have, none is bytes."""
    def fields(message, seen):
        if message.full_name in seen:
            return
        seen.add(message.full_name)
        for field in message.fields:
            yield field
            if field.message_type:
                yield from fields(field.message_type, seen)

    for method in METHODS.values():
        assert not [field.full_name for field in fields(method.output_type, set())
                    if field.type == field.TYPE_BYTES]


@pytest.mark.parametrize("verb", [name for name, method in METHODS.items()
                                  if "user_id" in method.input_type.fields_by_name])
def test_a_user_id_that_breaks_the_rules_is_refused(admin, verb):
    for user in ("", "x" * 257, "nul\0"):
        with refused("INVALID_ARGUMENT", "INVALID_REQUEST"):
            getattr(admin, verb)(user_id=user)


def test_an_etag_that_is_too_long_is_refused(admin):
    with refused("INVALID_ARGUMENT", "INVALID_REQUEST"):
        admin.RotateUserKey(user_id="acme-009", etag="1" * 65)


POLICY = '''
grants { principals: "loopback" permissions: [%s] users: "%s" pool: true }
'''


def with_policy(rig, permissions: str, users: str, **flags) -> Admin:
    path = rig.directory / "policy"
    path.write_text(POLICY % (permissions, users))
    return Admin(rig.serve(policy=path, **flags))


def denied():
    return refused("PERMISSION_DENIED", "PERMISSION_DENIED")


PER_USER = [name for name, method in METHODS.items() if "user_id" in method.input_type.fields_by_name]
OF_ALL = [name for name in METHODS if name not in PER_USER]


def test_admin_on_some_users_is_admin_on_them_alone(rig):
    admin = with_policy(rig, "ADMIN, ENCRYPT", "mine-*")
    admin.client.encrypt("mine-1", b"x")
    assert admin.RotateUserKey(user_id="mine-1").primary_version == 2
    for verb in PER_USER:
        with denied():
            getattr(admin, verb)(user_id="theirs")
        with denied():
            getattr(admin, verb)(user_id="theirs" * 100)
    for verb in OF_ALL:
        with denied():
            getattr(admin, verb)()


def test_admin_on_every_user_is_needed_for_what_names_none(rig):
    admin = with_policy(rig, "ADMIN, ENCRYPT", "*")
    admin.client.encrypt("u", b"x")
    assert ids(admin.users()) == ["u"]
    assert admin.GetKekStatus().keks and admin.VerifyStore().users == 1


def test_no_other_permission_stands_for_admin(rig):
    admin = with_policy(rig, "ENCRYPT, DECRYPT, EXPORT, REWRAP, LEGACY_PLAINTEXT", "*")
    admin.client.encrypt("u", b"x")
    for verb in PER_USER:
        with denied():
            getattr(admin, verb)(user_id="u")
    for verb in OF_ALL:
        with denied():
            getattr(admin, verb)()


def test_rewrap_is_a_permission_of_its_own(rig):
    admin = with_policy(rig, "REWRAP", "*")
    token = formats.token(bytes(32), b"x")
    with refused("NOT_FOUND", "USER_KEY_NOT_FOUND"):
        admin.client.rewrap("u", token)
    for call in (lambda: admin.client.decrypt("u", token), lambda: admin.client.encrypt("u", b"x")):
        with denied():
            call()
    assert admin.client.rewrap(POOL, formats.token(formats.pool_key(rig.kek), b"x")).changed is False


def test_decrypt_and_encrypt_do_not_let_anybody_rewrap(rig):
    admin = with_policy(rig, "ENCRYPT, DECRYPT", "*")
    for scope in ("u", POOL):
        token = admin.client.encrypt(scope, b"x").token
        with denied():
            admin.client.rewrap(scope, token)


def test_each_call_is_recorded(rig):
    log = rig.directory / "audit.log"
    admin = Admin(rig.serve(audit_log=log))
    token = admin.client.encrypt("u", b"secret").token
    admin.GetUserKey(user_id="u")
    admin.RotateUserKey(user_id="u", request_id="one")
    admin.DisableUserKey(user_id="u", version=1)
    admin.EnableUserKey(user_id="u", version=1)
    admin.client.rewrap("u", token)
    with refused("ABORTED", "ETAG_MISMATCH"):
        admin.DeleteUserKey(user_id="u", etag="77")
    admin.destroy("u")
    admin.ListUserKeys()
    admin.GetKekStatus()
    with refused("INVALID_ARGUMENT", "INVALID_REQUEST"):
        admin.Backup()
    calls = [line for line in map(json.loads, log.read_text().splitlines()) if line["event"] == "call"]
    told = [(each["method"], each.get("user_id"), each.get("key_version"), each["code"], each.get("reason"))
            for each in calls]
    assert told == [("Encrypt", "u", 1, "OK", None), ("GetUserKey", "u", None, "OK", None),
                    ("RotateUserKey", "u", 2, "OK", None), ("DisableUserKey", "u", 1, "OK", None),
                    ("EnableUserKey", "u", 1, "OK", None), ("Rewrap", "u", 2, "OK", None),
                    ("DeleteUserKey", "u", None, "ABORTED", "ETAG_MISMATCH"),
                    ("GetUserKey", "u", None, "OK", None), ("DestroyUserKey", "u", None, "OK", None),
                    ("ListUserKeys", None, None, "OK", None), ("GetKekStatus", None, None, "OK", None),
                    ("Backup", None, None, "INVALID_ARGUMENT", "INVALID_REQUEST")]


def test_reflection_describes_the_service(client):
    call = client.channel.stream_stream(
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        reflection.ServerReflectionRequest.SerializeToString,
        reflection.ServerReflectionResponse.FromString)
    listed, described = call(iter([
        reflection.ServerReflectionRequest(list_services=""),
        reflection.ServerReflectionRequest(file_containing_symbol="keyward.v1.KeyAdminService")]))
    names = {service.name for service in listed.list_services_response.service}
    assert "keyward.v1.KeyAdminService" in names
    assert described.HasField("file_descriptor_response")


# Verifying.

def test_a_sound_store_is_found_sound(rig):
    admin = Admin(rig.serve())
    for number in range(30):
        admin.client.encrypt(f"u{number}", b"x")
    admin.RotateUserKey(user_id="u1")
    admin.destroy("u2")
    found = admin.VerifyStore()
    assert (found.users, found.keys, list(found.faults)) == (30, 30, [])


def damaged(rig) -> dict[str, str]:
    """A store with one row of each kind of damage; whom it hits."""
    other = os.urandom(32)
    server = rig.start()
    client = rig.client(server)
    for name in ("fine", "bits", "moved", "format", "state", "foreign", "headless"):
        client.encrypt(name, b"x")
    assert rig.end(server) == 0
    with rows.edit(rig.store) as database:
        rows.set_wrapped(database, "bits", bytes(60))
        rows.set_wrapped(database, "moved", rows.wrapped(database, "fine"))
        rows.set_version(database, "format", 1, wrap_format=9)
        rows.set_version(database, "state", 1, state=9)
        rows.set_version(database, "foreign", 1, kek_id=formats.kek_id(other))
        rows.set_user(database, "headless", primary_version=5)
    return {"bits": "STORED_KEY_CORRUPT", "moved": "STORED_KEY_CORRUPT", "format": "ROW_MALFORMED",
            "state": "STATE_UNKNOWN", "foreign": "KEK_NOT_LOADED", "headless": "PRIMARY_MISSING"}


def faults_of(answer) -> dict[str, str]:
    assert all(fault.count == len(fault.user_ids) for fault in answer.faults)
    return {user: fault.fault for fault in answer.faults for user in fault.user_ids}


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


# Backing up.

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
