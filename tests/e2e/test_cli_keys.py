"""keyward key, kek, rewrap and backup, against the real server."""
import json
import os
import pathlib

import pytest

from harness import cli, formats, legacy
from harness.rig import Rig
from harness.rpc import refused


@pytest.fixture
def server(rig):
    """A server with alice's key."""
    backups = rig.directory / "backups"
    backups.mkdir(mode=0o700)
    started = rig.start(backup_dir=backups)
    rig.client(started).encrypt("alice", b"x")
    return started


def key(server, *arguments, **options):
    return cli.answer("key", *arguments, address=server.address, **options)


def test_get_shows_all_but_the_key(rig, server):
    said = key(server, "get", "--user", "alice")
    (version,) = said.pop("versions")
    assert said == {"user_id": "alice", "state": "ACTIVE", "primary_version": 1, "min_version": 0,
                    "etag": said["etag"]}
    assert (version["version"], version["state"], version["kek_id"]) == (
        1, "ENABLED", formats.kek_id(rig.kek).hex())
    text = cli.run("key", "get", "--user", "alice", address=server.address).stdout.splitlines()
    assert text[:2] == ["user_id: alice", "state: ACTIVE"]
    assert text[-2].split() == ["VERSION", "STATE", "CREATED", "KEK", "MESSAGES"]
    assert text[-1].split()[:2] == ["1", "ENABLED"]
    failed = cli.error("key", "get", "--user", "nobody", address=server.address, status=cli.NO)
    assert (failed["code"], failed["reason"]) == ("NOT_FOUND", "USER_KEY_NOT_FOUND")


def test_a_list_has_all_pages_and_filters(rig, server):
    client = rig.client(server)
    users = [f"user-{number}" for number in range(12)]
    for user in users:
        client.encrypt(user, b"x")
    key(server, "disable", "--user", "user-3")
    listed = cli.lines("key", "list", "--page-size", "5", address=server.address)
    assert [line["user_id"] for line in listed] == sorted(["alice", *users])
    listed = cli.lines("key", "list", "--filter", "state = DISABLED", address=server.address)
    assert [line["user_id"] for line in listed] == ["user-3"]
    text = cli.run("key", "list", address=server.address).stdout.splitlines()
    assert text[0].split()[:3] == ["USER", "STATE", "PRIMARY"]
    assert len(text) == 1 + 13 and len({line.index("ACTIVE") for line in text if "ACTIVE" in line}) == 1
    failed = cli.error("key", "list", "--filter", "nonsense", address=server.address, status=cli.NO)
    assert failed["reason"] == "INVALID_REQUEST"


def test_a_rotated_key_decrypts_old_and_new(rig, server):
    client = rig.client(server)
    old = client.encrypt("alice", b"secret").token
    said = key(server, "rotate", "--user", "alice", "--request-id", "first")
    assert said["primary_version"] == 2
    assert key(server, "rotate", "--user", "alice", "--request-id", "first")["primary_version"] == 2
    assert client.decrypt("alice", old).plaintext == b"secret"
    assert client.encrypt("alice", b"x").key_version == 2

    line = json.dumps({"id": 1, "user_id": "alice", "token": old})
    (rewrapped,) = cli.lines("rewrap", stdin=line, address=server.address)
    assert (rewrapped["id"], rewrapped["key_version"], rewrapped["changed"]) == (1, 2, True)
    key(server, "set-min-version", "--user", "alice", "--version", "2")
    with refused("FAILED_PRECONDITION", "VERSION_TOO_OLD"):
        client.decrypt("alice", old)
    assert client.decrypt("alice", rewrapped["token"]).plaintext == b"secret"
    key(server, "set-min-version", "--user", "alice", "--version", "0")
    assert client.decrypt("alice", old).plaintext == b"secret"


def test_a_key_is_disabled_enabled_deleted_and_undeleted(rig, server):
    client = rig.client(server)
    for action, state, reason in (("disable", "DISABLED", "USER_KEY_DISABLED"), ("enable", "ACTIVE", None),
                                  ("delete", "DELETED", "USER_KEY_DELETED"), ("undelete", "ACTIVE", None)):
        said = key(server, action, "--user", "alice")
        assert said["state"] == state
        assert ("purge_time" in said) == (state == "DELETED")
        if reason:
            with refused("FAILED_PRECONDITION", reason):
                client.encrypt("alice", b"x")
        else:
            client.encrypt("alice", b"x")
    assert key(server, "disable", "--user", "alice", "--version", "1")["versions"][0]["state"] == "DISABLED"
    assert key(server, "enable", "--user", "alice", "--version", "1")["versions"][0]["state"] == "ENABLED"


def test_an_etag_that_is_out_of_date_changes_nothing(rig, server):
    old = key(server, "get", "--user", "alice")["etag"]
    now = key(server, "rotate", "--user", "alice", "--etag", old)
    for action in (("disable",), ("delete",), ("rotate",), ("destroy", "--yes")):
        failed = cli.error("key", *action, "--user", "alice", "--etag", old, address=server.address,
                           status=cli.NO)
        assert failed["reason"] == "ETAG_MISMATCH"
    assert key(server, "get", "--user", "alice") == now


def test_destroy_asks_on_a_terminal(rig, server):
    destroy = ("key", "destroy", "--user", "alice")
    assert cli.error(*destroy, address=server.address, status=cli.USAGE)["reason"] == "USAGE"
    status, shown = cli.type_in("alic", *destroy, address=server.address)
    assert status == cli.NO and "NOT_CONFIRMED" in shown
    assert key(server, "get", "--user", "alice")["state"] == "ACTIVE"
    status, shown = cli.type_in("alice", *destroy, address=server.address)
    assert status == 0, shown
    assert "user_id: alice\nstate: ACTIVE\n" in shown
    assert "Type the user's id, alice, to go on: " in shown and "state: DESTROYED" in shown
    with refused("FAILED_PRECONDITION", "USER_KEY_DESTROYED"):
        rig.client(server).encrypt("alice", b"x")


def test_destroy_goes_on_with_yes_and_rotate_brings_the_user_back(rig, server):
    said = key(server, "destroy", "--user", "alice", "--yes")
    assert (said["state"], said["versions"][0]["state"]) == ("DESTROYED", "DESTROYED")
    assert "kek_id" not in said["versions"][0]
    said = key(server, "rotate", "--user", "alice")
    assert (said["state"], said["primary_version"]) == ("ACTIVE", 2)


def test_a_master_key_is_turned_over(rig: Rig, server):
    client = rig.client(server)
    for number in range(20):
        client.encrypt(f"user-{number}", b"x")
    assert rig.end(server) == 0
    new = os.urandom(32)
    server = rig.start(kek=new, previous=rig.kek)
    old_id, new_id = formats.kek_id(rig.kek).hex(), formats.kek_id(new).hex()

    status = cli.answer("kek", "status", address=server.address)
    assert [(kek["kek_id"], kek["current"], kek["keys"]) for kek in status["keks"]] == [
        (new_id, True, 0), (old_id, False, 21)]
    retire = ("kek", "retire", old_id, "--confirm-pool-rewrapped", "--yes")
    assert cli.error(*retire, address=server.address, status=cli.NO)["reason"] == "KEK_IN_USE"

    said = cli.answer("kek", "rewrap", address=server.address)
    assert (said["state"], said["kek_id"], said["keys_rewrapped"], said["keys_failed"]) == ("DONE", new_id, 21, 0)
    text = cli.run("kek", "status", address=server.address).stdout.splitlines()
    assert text[0].split() == ["KEK", "CURRENT", "LOADED", "KEYS", "RETIRED"]
    assert text[1].split() == [new_id, "yes", "yes", "21"]
    assert text[-1].startswith("rewrap: DONE: 21 of 21 keys rewrapped")

    status, shown = cli.type_in("no", *retire[:-1], address=server.address)
    assert status == cli.NO and "NOT_CONFIRMED" in shown
    status, shown = cli.type_in(old_id, *retire[:-1], address=server.address)
    assert status == 0 and f"retired: {old_id}" in shown
    assert rig.end(server) == 0
    rig.refuse(kek=rig.kek, previous=new)


def test_no_wait_comes_back_at_once(rig, server):
    said = cli.answer("kek", "rewrap", "--no-wait", "--rate", "1", address=server.address)
    assert said["state"] in ("RUNNING", "DONE")


def test_a_backup_is_restored_and_decrypts(rig, server):
    client = rig.client(server)
    token = client.encrypt("alice", b"secret").token
    said = cli.answer("backup", "monday.db", address=server.address)
    backup = pathlib.Path(said["path"])
    assert (backup.name, said["users"], said["bytes"], said["faults"]) == (
        "monday.db", 1, backup.stat().st_size, [])
    client.encrypt("later", b"x")
    failed = cli.error("backup", "monday.db", address=server.address, status=cli.NO)
    assert failed["reason"], "there is one of that name"
    assert cli.run("backup", address=server.address).stdout.endswith("2 users\n")
    assert rig.end(server) == 0

    done = cli.run("restore", backup, "--store", f"sqlite:{rig.store}", "--yes", kek=rig.kek)
    assert done.returncode == 0, done
    client = rig.serve()
    assert client.decrypt("alice", token).plaintext == b"secret"
    with refused("NOT_FOUND", "USER_KEY_NOT_FOUND"):
        client.decrypt("later", token)


def test_what_the_python_module_could_not_follow_is_refused_with_a_way_out(rig):
    database = rig.directory / "legacy.db"
    legacy.connect(database).close()
    server = rig.start(legacy_db=database)
    rig.client(server).encrypt("alice", b"x")
    for arguments in (("key", "rotate", "--user", "alice"), ("kek", "rewrap")):
        failed = cli.error(*arguments, address=server.address, status=cli.NO)
        assert failed["reason"] == "LEGACY_SHARED" and "keyward legacy finish" in failed["hint"]


def test_a_server_that_is_not_there_is_a_refused_call(rig):
    for arguments in (("key", "get", "--user", "a"), ("kek", "status"), ("backup",)):
        failed = cli.error(*arguments, "--deadline", "2s", address=f"unix:{rig.directory}/none.sock",
                           status=cli.NO)
        assert failed["code"] == "UNAVAILABLE"
