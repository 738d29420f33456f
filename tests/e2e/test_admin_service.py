"""KeyAdminService: lists, requests that break the rules, the audit log."""
import json

import pytest

from harness import formats
from harness.admin import METHODS, Admin
from harness.rpc import refused
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
