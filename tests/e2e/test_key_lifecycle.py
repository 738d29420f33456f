"""Every state of a user's key times every verb: what each is answered."""
import pytest

from harness import batches, formats
from harness.admin import Admin, state, version_states
from harness.rpc import check, refused

CODES = {"NOT_FOUND": ("NOT_FOUND", "USER_KEY_NOT_FOUND"),
         "DISABLED": ("FAILED_PRECONDITION", "USER_KEY_DISABLED"),
         "DELETED": ("FAILED_PRECONDITION", "USER_KEY_DELETED"),
         "DESTROYED": ("FAILED_PRECONDITION", "USER_KEY_DESTROYED"),
         "TOO_OLD": ("FAILED_PRECONDITION", "VERSION_TOO_OLD"),
         "INVALID": ("INVALID_ARGUMENT", "INVALID_REQUEST")}

# A user has versions 1 and 2, and 2 is the primary one. In "primary" that one is disabled, in "older" version 1;
# in "minimum" version 1 is too old.
TABLE = """
                missing    active     disabled  primary    older      minimum    deleted  destroyed
Encrypt         ok         ok         DISABLED  DISABLED   ok         ok         DELETED  DESTROYED
Decrypt_new     NOT_FOUND  ok         DISABLED  DISABLED   ok         ok         DELETED  DESTROYED
Decrypt_old     NOT_FOUND  ok         DISABLED  ok         DISABLED   TOO_OLD    DELETED  DESTROYED
Rewrap_new      NOT_FOUND  ok         DISABLED  DISABLED   ok         ok         DELETED  DESTROYED
Rewrap_old      NOT_FOUND  ok         DISABLED  DISABLED   DISABLED   TOO_OLD    DELETED  DESTROYED
UserKey         ok         ok         DISABLED  DISABLED   ok         ok         DELETED  DESTROYED
UserKey_1       ok         ok         DISABLED  ok         DISABLED   TOO_OLD    DELETED  DESTROYED
UserKey_3       NOT_FOUND  NOT_FOUND  DISABLED  NOT_FOUND  NOT_FOUND  NOT_FOUND  DELETED  DESTROYED
Get             NOT_FOUND  ok         ok        ok         ok         ok         ok       ok
Rotate          NOT_FOUND  ok         ok        ok         ok         ok         DELETED  ok
Disable         NOT_FOUND  ok         ok        ok         ok         ok         DELETED  DESTROYED
Enable          NOT_FOUND  ok         ok        ok         ok         ok         DELETED  DESTROYED
Disable_1       NOT_FOUND  ok         ok        ok         ok         ok         DELETED  DESTROYED
Enable_1        NOT_FOUND  ok         ok        ok         ok         ok         DELETED  DESTROYED
Disable_3       NOT_FOUND  NOT_FOUND  NOT_FOUND NOT_FOUND  NOT_FOUND  NOT_FOUND  DELETED  DESTROYED
Minimum_2       NOT_FOUND  ok         ok        ok         ok         ok         DELETED  DESTROYED
Minimum_3       NOT_FOUND  INVALID    INVALID   INVALID    INVALID    INVALID    DELETED  DESTROYED
Delete          NOT_FOUND  ok         ok        ok         ok         ok         ok       DESTROYED
Undelete        NOT_FOUND  ok         ok        ok         ok         ok         ok       DESTROYED
Destroy         NOT_FOUND  ok         ok        ok         ok         ok         ok       ok
"""

PREPARE = {"missing": None, "active": lambda admin, user: None,
           "disabled": lambda admin, user: admin.DisableUserKey(user_id=user),
           "primary": lambda admin, user: admin.DisableUserKey(user_id=user, version=2),
           "older": lambda admin, user: admin.DisableUserKey(user_id=user, version=1),
           "minimum": lambda admin, user: admin.SetMinimumVersion(user_id=user, min_version=2),
           "deleted": lambda admin, user: admin.DeleteUserKey(user_id=user),
           "destroyed": lambda admin, user: admin.destroy(user)}


class User:
    """In that state, with tokens of both versions, and a server that had its key in the cache before."""

    def __init__(self, admin, name: str, prepare):
        self.admin, self.client, self.name = admin, admin.client, name
        self.old = self.new = formats.token(bytes(32), b"x")
        if prepare is None:
            return
        self.old = self.client.encrypt(name, b"x").token
        admin.RotateUserKey(user_id=name)
        self.new = self.client.encrypt(name, b"x").token
        prepare(admin, name)

    def etag(self) -> str:
        key = self.admin.users(filter=f'user_id = "{self.name}"')
        return key[0].etag if key else "1"


VERBS = {
    "Encrypt": lambda u: u.client.encrypt(u.name, b"x"),
    "Decrypt_new": lambda u: u.client.decrypt(u.name, u.new),
    "Decrypt_old": lambda u: u.client.decrypt(u.name, u.old),
    "Rewrap_new": lambda u: u.client.rewrap(u.name, u.new),
    "Rewrap_old": lambda u: u.client.rewrap(u.name, u.old),
    "UserKey": lambda u: u.client.user_key(u.name),
    "UserKey_1": lambda u: u.client.user_key(u.name, version=1),
    "UserKey_3": lambda u: u.client.user_key(u.name, version=3),
    "Get": lambda u: u.admin.GetUserKey(user_id=u.name),
    "Rotate": lambda u: u.admin.RotateUserKey(user_id=u.name),
    "Disable": lambda u: u.admin.DisableUserKey(user_id=u.name),
    "Enable": lambda u: u.admin.EnableUserKey(user_id=u.name),
    "Disable_1": lambda u: u.admin.DisableUserKey(user_id=u.name, version=1),
    "Enable_1": lambda u: u.admin.EnableUserKey(user_id=u.name, version=1),
    "Disable_3": lambda u: u.admin.DisableUserKey(user_id=u.name, version=3),
    "Minimum_2": lambda u: u.admin.SetMinimumVersion(user_id=u.name, min_version=2),
    "Minimum_3": lambda u: u.admin.SetMinimumVersion(user_id=u.name, min_version=3),
    "Delete": lambda u: u.admin.DeleteUserKey(user_id=u.name),
    "Undelete": lambda u: u.admin.UndeleteUserKey(user_id=u.name),
    "Destroy": lambda u: u.admin.DestroyUserKey(user_id=u.name, etag=u.etag()),
}

IN_A_BATCH = {
    "Encrypt": lambda u: batches.encrypt(u.client, [batches.to_encrypt(u.name, b"x")]),
    "Decrypt_new": lambda u: batches.decrypt(u.client, [batches.to_decrypt(u.name, u.new)]),
    "Decrypt_old": lambda u: batches.decrypt(u.client, [batches.to_decrypt(u.name, u.old)]),
    "Rewrap_new": lambda u: batches.rewrap(u.client, [batches.to_rewrap(u.name, u.new)]),
    "Rewrap_old": lambda u: batches.rewrap(u.client, [batches.to_rewrap(u.name, u.old)]),
}


def cells() -> list[tuple[str, str, str]]:
    head, *lines = TABLE.strip().splitlines()
    return [(verb, column, expected) for verb, *row in map(str.split, lines)
            for column, expected in zip(head.split(), row, strict=True)]


@pytest.fixture(scope="module")
def admin(client):
    return Admin(client)


def test_the_table_has_every_verb_and_state():
    assert {verb for verb, _, _ in cells()} == set(VERBS)
    assert {column for _, column, _ in cells()} == set(PREPARE)


@pytest.mark.parametrize("verb,before,expected", cells())
def test_what_a_verb_is_answered(admin, verb, before, expected):
    user = User(admin, f"{verb} {before}", PREPARE[before])
    if expected == "ok":
        VERBS[verb](user)
    else:
        with refused(*CODES[expected]):
            VERBS[verb](user)


@pytest.mark.parametrize("verb,before,expected", [cell for cell in cells() if cell[0] in IN_A_BATCH])
def test_a_batch_answers_alike(admin, verb, before, expected):
    user = User(admin, f"batch {verb} {before}", PREPARE[before])
    result, = IN_A_BATCH[verb](user)
    if expected == "ok":
        assert result.HasField("response"), result
    else:
        check(batches.failure(result), *CODES[expected])


def test_the_answer_is_what_is_stored_now(admin):
    admin.client.encrypt("walk", b"x")
    first = admin.GetUserKey(user_id="walk")
    assert (state(first), first.primary_version, version_states(first)) == ("ACTIVE", 1, {1: "ENABLED"})
    rotated = admin.RotateUserKey(user_id="walk")
    assert (rotated.primary_version, version_states(rotated)) == (2, {2: "ENABLED", 1: "ENABLED"})
    disabled = admin.DisableUserKey(user_id="walk", version=1)
    assert version_states(disabled) == {2: "ENABLED", 1: "DISABLED"}
    assert state(admin.DisableUserKey(user_id="walk")) == "DISABLED"
    deleted = admin.DeleteUserKey(user_id="walk")
    assert state(deleted) == "DELETED" and deleted.HasField("purge_time")
    undeleted = admin.UndeleteUserKey(user_id="walk")
    assert state(undeleted) == "DISABLED" and not undeleted.HasField("purge_time")
    assert version_states(undeleted) == {2: "ENABLED", 1: "DISABLED"}
    assert state(admin.EnableUserKey(user_id="walk")) == "ACTIVE"
    assert admin.SetMinimumVersion(user_id="walk", min_version=2).min_version == 2
    assert admin.SetMinimumVersion(user_id="walk", min_version=0).min_version == 0
    destroyed = admin.destroy("walk")
    assert state(destroyed) == "DESTROYED"
    assert version_states(destroyed) == {2: "DESTROYED", 1: "DESTROYED"}
    assert not any(version.kek_id for version in destroyed.versions)
    back = admin.RotateUserKey(user_id="walk")
    assert (state(back), back.primary_version) == ("ACTIVE", 3)
    assert version_states(back) == {3: "ENABLED", 2: "DESTROYED", 1: "DESTROYED"}
    assert admin.GetUserKey(user_id="walk") == back


def test_each_change_has_an_etag_of_its_own_and_what_changes_nothing_has_not(admin):
    admin.client.encrypt("etags", b"x")
    seen = [admin.etag("etags")]
    for verb in ("RotateUserKey", "DisableUserKey", "EnableUserKey", "DeleteUserKey", "UndeleteUserKey"):
        etag = getattr(admin, verb)(user_id="etags").etag
        assert etag not in seen
        if verb != "RotateUserKey":
            assert getattr(admin, verb)(user_id="etags").etag == etag
        seen.append(etag)


@pytest.mark.parametrize("verb,more", [
    ("RotateUserKey", {}), ("DisableUserKey", {}), ("DisableUserKey", {"version": 1}),
    ("EnableUserKey", {}), ("SetMinimumVersion", {"min_version": 1}), ("DeleteUserKey", {}),
    ("UndeleteUserKey", {}), ("DestroyUserKey", {})])
def test_an_etag_that_is_out_of_date_is_refused_and_the_right_one_is_taken(admin, verb, more):
    name = f"{verb} {more}"
    admin.client.encrypt(name, b"x")
    old = admin.etag(name)
    new = admin.RotateUserKey(user_id=name).etag
    with refused("ABORTED", "ETAG_MISMATCH"):
        getattr(admin, verb)(user_id=name, etag=old, **more)
    assert admin.etag(name) == new
    getattr(admin, verb)(user_id=name, etag=new, **more)


def test_destroying_asks_for_the_etag(admin):
    admin.client.encrypt("careful", b"x")
    with refused("INVALID_ARGUMENT", "INVALID_REQUEST"):
        admin.DestroyUserKey(user_id="careful")
    assert admin.client.user_key("careful").version == 1


def test_the_last_versions_tokens_are_gone_when_a_destroyed_user_comes_back(admin):
    client = admin.client
    token = client.encrypt("phoenix", b"x").token
    admin.destroy("phoenix")
    admin.RotateUserKey(user_id="phoenix")
    assert client.encrypt("phoenix", b"y").key_version == 2
    with refused("INVALID_ARGUMENT", "DECRYPTION_FAILED"):
        client.decrypt("phoenix", token)


def test_without_a_master_key_no_verb_is_served(rig):
    admin = Admin(rig.serve(kek=None))
    for verb in ("GetUserKey", "RotateUserKey", "DeleteUserKey"):
        with refused("FAILED_PRECONDITION", "ENCRYPTION_DISABLED"):
            getattr(admin, verb)(user_id="u")
    for verb in ("ListUserKeys", "GetKekStatus", "RewrapUserKeys", "VerifyStore", "Backup"):
        with refused("FAILED_PRECONDITION", "ENCRYPTION_DISABLED"):
            getattr(admin, verb)()
    with refused("FAILED_PRECONDITION", "ENCRYPTION_DISABLED"):
        admin.client.rewrap("u", formats.token(bytes(32), b"x"))
