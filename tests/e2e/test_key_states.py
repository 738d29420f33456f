"""Users and versions that are disabled, deleted, destroyed or too old; users with several versions."""
import os

import pytest

from harness import formats, rows
from harness.rpc import refused


class Past:
    """A user with a key and a token of it, made by a server that has ended since."""

    def __init__(self, rig):
        self.rig = rig
        server = rig.start()
        client = rig.client(server)
        self.key = client.user_key("u").key
        self.token = client.encrypt("u", b"old").token
        self.other = client.user_key("other").key
        assert rig.end(server) == 0

    def rotate(self) -> bytes:
        key = os.urandom(32)
        with rows.edit(self.rig.store) as database:
            rows.add_version(database, self.rig.kek, "u", 2, key)
            rows.set_user(database, "u", primary_version=2)
        return key

    def user(self, **columns):
        with rows.edit(self.rig.store) as database:
            rows.set_user(database, "u", **columns)

    def version(self, version: int, **columns):
        with rows.edit(self.rig.store) as database:
            rows.set_version(database, "u", version, **columns)


@pytest.fixture
def past(rig):
    return Past(rig)


@pytest.mark.parametrize("state,reason", [(rows.DISABLED, "USER_KEY_DISABLED"),
                                          (rows.DELETED, "USER_KEY_DELETED"),
                                          (rows.DESTROYED, "USER_KEY_DESTROYED")])
def test_a_user_that_is_not_active_is_refused_and_can_come_back(rig, past, state, reason):
    past.user(state=state)
    server = rig.start()
    client = rig.client(server)
    for call in (lambda: client.user_key("u"), lambda: client.encrypt("u", b"x"),
                 lambda: client.decrypt("u", past.token)):
        with refused("FAILED_PRECONDITION", reason):
            call()
    with refused("INVALID_ARGUMENT", "TOKEN_MALFORMED"):
        client.decrypt("u", "!!!")
    with refused("FAILED_PRECONDITION", reason):
        client.decrypt("u", formats.token(bytes(32), b"state before authentication"))
    assert client.user_key("other").key == past.other
    assert rig.end(server) == 0

    past.user(state=rows.ACTIVE)
    client = rig.serve()
    assert client.user_key("u").key == past.key
    assert client.decrypt("u", past.token).plaintext == b"old"


def test_a_tombstone_without_any_row_of_a_key_is_still_one(rig, past):
    with rows.edit(rig.store) as database:
        rows.set_user(database, "u", state=rows.DESTROYED)
        database.execute("DELETE FROM user_keys WHERE user_id = 'u'")
    client = rig.serve()
    with refused("FAILED_PRECONDITION", "USER_KEY_DESTROYED"):
        client.user_key("u")
    with refused("FAILED_PRECONDITION", "USER_KEY_DESTROYED"):
        client.encrypt("u", b"x")


def test_the_primary_version_seals_and_older_ones_still_open(rig, past):
    new = past.rotate()
    client = rig.serve()
    sealed = client.encrypt("u", b"new")
    assert sealed.key_version == 2
    assert formats.open_token(new, sealed.token) == b"new"
    answer = client.decrypt("u", sealed.token)
    assert (answer.plaintext, answer.key_version, answer.stale) == (b"new", 2, False)
    answer = client.decrypt("u", past.token)
    assert (answer.plaintext, answer.key_version, answer.stale) == (b"old", 1, True)


def test_each_version_can_be_asked_for(rig, past):
    new = past.rotate()
    client = rig.serve()
    for version, answered, key in ((0, 2, new), (2, 2, new), (1, 1, past.key)):
        answer = client.user_key("u", version=version)
        assert (answer.version, answer.key, answer.created) == (answered, key, False)
    with refused("NOT_FOUND", "USER_KEY_NOT_FOUND"):
        client.user_key("u", version=3)


def test_a_token_under_no_version_fails_authentication(rig, past):
    past.rotate()
    with refused("INVALID_ARGUMENT", "DECRYPTION_FAILED"):
        rig.serve().decrypt("u", formats.token(os.urandom(32), b"x"))


def test_no_other_version_stands_in_for_a_disabled_primary(rig, past):
    new = past.rotate()
    past.version(2, state=rows.VERSION_DISABLED)
    client = rig.serve()
    for call in (lambda: client.encrypt("u", b"x"), lambda: client.user_key("u"),
                 lambda: client.user_key("u", version=2)):
        with refused("FAILED_PRECONDITION", "USER_KEY_DISABLED"):
            call()
    assert client.decrypt("u", past.token).plaintext == b"old"
    assert client.user_key("u", version=1).key == past.key
    with refused("FAILED_PRECONDITION", "USER_KEY_DISABLED"):
        client.decrypt("u", formats.token(new, b"x"))


def test_a_disabled_older_version_no_longer_opens(rig, past):
    new = past.rotate()
    past.version(1, state=rows.VERSION_DISABLED)
    client = rig.serve()
    assert client.decrypt("u", formats.token(new, b"x")).plaintext == b"x"
    with refused("FAILED_PRECONDITION", "USER_KEY_DISABLED"):
        client.decrypt("u", past.token)


def test_a_destroyed_version_is_gone(rig, past):
    new = past.rotate()
    past.version(1, state=rows.VERSION_DESTROYED, wrapped_key=b"")
    client = rig.serve()
    assert client.decrypt("u", formats.token(new, b"x")).plaintext == b"x"
    with refused("FAILED_PRECONDITION", "USER_KEY_DESTROYED"):
        client.user_key("u", version=1)
    with refused("INVALID_ARGUMENT", "DECRYPTION_FAILED"):
        client.decrypt("u", past.token)


def test_a_version_below_the_minimum_is_too_old(rig, past):
    new = past.rotate()
    past.user(min_version=2)
    client = rig.serve()
    assert client.decrypt("u", formats.token(new, b"x")).plaintext == b"x"
    with refused("FAILED_PRECONDITION", "VERSION_TOO_OLD"):
        client.decrypt("u", past.token)
    with refused("FAILED_PRECONDITION", "VERSION_TOO_OLD"):
        client.user_key("u", version=1)


def test_versions_may_be_wrapped_under_different_master_keys(rig, past):
    other, new = os.urandom(32), os.urandom(32)
    with rows.edit(rig.store) as database:
        rows.add_version(database, other, "u", 2, new)
        rows.set_user(database, "u", primary_version=2)
    server = rig.start(previous=other)
    client = rig.client(server)
    assert client.user_key("u").key == new
    assert client.decrypt("u", past.token).plaintext == b"old"
    assert rig.end(server) == 0
    client = rig.serve()
    with refused("FAILED_PRECONDITION", "KEK_NOT_LOADED"):
        client.encrypt("u", b"x")
    assert client.decrypt("u", past.token).plaintext == b"old"
