import asyncio
import inspect
import os
from datetime import UTC, datetime, timedelta

import pytest

import keyward
from keyward import AdminClient, AsyncAdminClient, AsyncClient, Client


@pytest.fixture
def admin(server):
    with AdminClient(server.address) as made:
        yield made


def test_an_old_token_is_rewrapped(client, admin, request):
    user = request.node.name
    old = client.encrypt("secret", user_id=user, associated_data=b"row").token
    assert admin.rotate_user_key(user).primary_version == 2
    assert client.decrypt(old, user_id=user, associated_data=b"row").stale
    fresh = client.rewrap(old, user_id=user, associated_data=b"row")
    assert (fresh.key_version, fresh.kek_id, fresh.changed) == (2, "", True)
    opened = client.decrypt(fresh.token, user_id=user, associated_data=b"row")
    assert (opened.plaintext, opened.stale) == (b"secret", False)


def test_many_tokens_are_rewrapped_each_by_itself(client, admin, request):
    users = [f"{request.node.name}-{number}" for number in range(3)]
    tokens = [client.encrypt(user, user_id=user).token for user in users]
    admin.rotate_user_key(users[1])
    items = [
        keyward.RewrapItem(token, user_id=user)
        for token, user in zip(tokens, [*users[:2], users[0]], strict=True)
    ]
    same, fresh, wrong = client.rewrap_many(items)
    assert (same.changed, same.token, fresh.changed) == (False, tokens[0], True)
    assert isinstance(wrong, keyward.DecryptionFailedError)
    assert tokens[0] not in repr(items)


def test_the_life_of_a_key(admin, client, request):
    user = request.node.name
    with pytest.raises(keyward.UserKeyNotFoundError):
        admin.get_user_key(user)
    client.encrypt(b"x", user_id=user)
    key = admin.get_user_key(user)
    assert (key.user_id, key.state, key.primary_version, key.purge_time) == (user, "ACTIVE", 1, None)
    assert abs(datetime.now(UTC) - key.versions[0].create_time) < timedelta(days=1)
    assert admin.disable_user_key(user, version=1).versions[0].state == "DISABLED"
    assert admin.enable_user_key(user, version=1).versions[0].state == "ENABLED"
    assert admin.disable_user_key(user).state == "DISABLED"
    assert admin.enable_user_key(user).state == "ACTIVE"
    assert admin.set_minimum_version(user, 1).min_version == 1
    assert admin.delete_user_key(user).purge_time > datetime.now(UTC)
    with pytest.raises(keyward.UserKeyUnusableError):
        client.encrypt(b"x", user_id=user)
    undeleted = admin.undelete_user_key(user)
    with pytest.raises(keyward.EtagMismatchError):
        admin.destroy_user_key(user, etag=key.etag)
    assert admin.destroy_user_key(user, etag=undeleted.etag).state == "DESTROYED"


def test_a_rotation_has_a_request_id_of_its_own_unless_one_is_given(admin, client, request):
    user = request.node.name
    client.encrypt(b"x", user_id=user)
    assert [admin.rotate_user_key(user).primary_version for _ in range(2)] == [2, 3]
    assert {admin.rotate_user_key(user, request_id="one").primary_version for _ in range(2)} == {4}


def test_a_list_goes_over_all_pages(admin, client, request):
    prefix = request.node.name
    for number in range(7):
        client.encrypt(b"x", user_id=f"{prefix}-{number}")
    found = [key.user_id for key in admin.list_user_keys(filter=f"user_id = {prefix}*", page_size=3)]
    assert found == [f"{prefix}-{number}" for number in range(7)]


def test_the_master_keys_and_the_store(admin, client):
    client.encrypt(b"x", user_id="alice")
    current = admin.get_kek_status().keks[0]
    assert current.current and current.loaded and current.keys > 0 and current.retire_time is None
    progress = admin.rewrap_user_keys()
    assert progress.state in ("RUNNING", "DONE") and progress.kek_id == current.kek_id
    with pytest.raises(keyward.KekInUseError):
        admin.retire_kek(current.kek_id, confirm_pool_rewrapped=True)
    assert admin.retire_kek("0" * 16, confirm_pool_rewrapped=True).retire_time is not None
    found = admin.verify_store()
    assert found.users > 0 and found.faults == ()
    with pytest.raises(keyward.InvalidRequestError):
        admin.backup()


def test_a_backup_tells_where_it_is(start_server, tmp_path):
    server = start_server(os.urandom(32), tmp_path / "keys.db", f"--backup_dir={tmp_path}")
    with Client(server.address) as client, AdminClient(server.address) as admin:
        client.encrypt(b"x", user_id="alice")
        made = admin.backup("copy.db")
    assert (made.path, made.users, made.faults) == (str(tmp_path / "copy.db"), 1, ())
    assert made.bytes == (tmp_path / "copy.db").stat().st_size


def test_the_async_client_does_the_same(server):
    async def walk():
        async with AsyncClient(server.address) as client, AsyncAdminClient(server.address) as admin:
            await client.encrypt(b"x", user_id="async")
            rotated = await admin.rotate_user_key("async")
            listed = [key async for key in admin.list_user_keys(filter="user_id = async")]
            return rotated, listed

    rotated, listed = asyncio.run(walk())
    assert listed == [rotated] and rotated.primary_version == 2


def test_both_clients_have_the_same_verbs_with_the_same_parameters():
    verbs = [name for name in vars(AdminClient) if not name.startswith("_")]
    assert len(verbs) == 14
    for verb in verbs:
        one, other = getattr(AdminClient, verb), getattr(AsyncAdminClient, verb)
        assert inspect.signature(one).parameters == inspect.signature(other).parameters
        assert one.__doc__ == other.__doc__
