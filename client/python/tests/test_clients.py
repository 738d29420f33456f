"""Every verb of both clients, against the real server."""

import asyncio
import hashlib
import hmac
import inspect
from datetime import UTC, datetime, timedelta

import pytest

import keyward
from keyward import AsyncClient, Client


def test_a_sealed_value_opens_again(client):
    sealed = client.encrypt(b"sk-\x00\xff", user_id="alice")
    assert keyward.is_encrypted(sealed.token)
    assert (sealed.key_version, sealed.kek_id) == (1, "")
    opened = client.decrypt(sealed.token, user_id="alice")
    assert opened.plaintext == b"sk-\x00\xff"
    assert (opened.key_version, opened.legacy_plaintext, opened.stale) == (1, False, False)


def test_a_text_is_sealed_as_utf8(client):
    token = client.encrypt("schlüssel 🔑", user_id="alice").token
    assert client.decrypt(token, user_id="alice").plaintext == "schlüssel 🔑".encode()


def test_an_empty_plaintext_is_sealed(client):
    token = client.encrypt(b"", user_id="alice").token
    assert client.decrypt(token, user_id="alice").plaintext == b""


def test_the_pool_has_a_key_of_its_own(client, kek):
    kek_id = hmac.digest(kek, b"keyward/kek-id/1", "sha256")[:8].hex()
    sealed = client.encrypt(b"shared", pool=True)
    assert (sealed.key_version, sealed.kek_id) == (0, kek_id)
    opened = client.decrypt(sealed.token, pool=True)
    assert (opened.plaintext, opened.kek_id) == (b"shared", kek_id)
    expected = hashlib.pbkdf2_hmac("sha256", kek, b"stargazer:api_key_pool", 100_000, 32)
    pool_key = client.pool_key()
    assert (pool_key.key, pool_key.kek_id) == (expected, kek_id)


def test_associated_data_must_be_the_same_again(client):
    token = client.encrypt(b"x", user_id="alice", associated_data=b"row 7").token
    assert client.decrypt(token, user_id="alice", associated_data=b"row 7").plaintext == b"x"
    with pytest.raises(keyward.DecryptionFailedError):
        client.decrypt(token, user_id="alice", associated_data=b"row 8")


def test_legacy_plaintext_comes_back_unchanged_where_allowed(client):
    opened = client.decrypt("sk-plain", user_id="nobody", allow_legacy_plaintext=True)
    assert (opened.plaintext, opened.legacy_plaintext) == (b"sk-plain", True)


def test_a_users_key_is_made_once(connect, server, request):
    client = connect(server.address)
    user_id = f"once-{request.node.callspec.id}"
    made = client.get_or_create_user_key(user_id)
    again = client.get_or_create_user_key(user_id, version=1)
    assert (made.created, again.created) == (True, False)
    assert (len(made.key), made.version) == (32, 1)
    assert (again.key, again.version, again.create_time) == (made.key, 1, made.create_time)
    assert abs(datetime.now(UTC) - made.create_time) < timedelta(days=1)


def test_hash_api_key_agrees_with_the_local_one(client):
    assert client.hash_api_key("sk-test-123") == keyward.api_key_hash("sk-test-123")
    assert client.hash_api_key("") == hashlib.sha256(b"").hexdigest()


def test_get_status_tells_what_the_server_is(client, kek):
    status = client.get_status()
    assert status.encryption_enabled
    assert status.kek_id == hmac.digest(kek, b"keyward/kek-id/1", "sha256")[:8].hex()
    assert (status.store, bool(status.version)) == ("sqlite", True)
    assert status.limits == keyward.Limits(
        max_user_id_bytes=256,
        max_plaintext_bytes=1 << 20,
        max_associated_data_bytes=64 << 10,
        max_batch_items=1000,
        max_batch_bytes=2 << 20,
    )


def test_the_largest_plaintext_passes(client):
    plaintext = bytes(client.get_status().limits.max_plaintext_bytes)
    token = client.encrypt(plaintext, user_id="alice").token
    assert client.decrypt(token, user_id="alice").plaintext == plaintext


def test_a_scope_is_the_user_or_the_pool(client):
    for scope in ({}, {"user_id": "alice", "pool": True}):
        with pytest.raises(TypeError):
            client.encrypt(b"x", **scope)
        with pytest.raises(TypeError):
            client.decrypt("v2:", **scope)


def test_secrets_stay_out_of_repr(client):
    token = client.encrypt("repr-marker", user_id="alice").token
    assert "repr-marker" not in repr(client.decrypt(token, user_id="alice"))
    user_key, pool_key = client.get_or_create_user_key("alice"), client.pool_key()
    assert repr(user_key.key) not in repr(user_key)
    assert repr(pool_key.key) not in repr(pool_key)


def test_a_unix_socket_serves_too(connect, start_server, kek, tmp_path):
    address = f"unix:{tmp_path}/keyward.sock"
    start_server(kek, tmp_path / "keys.db", f"--listen={address}").address
    assert connect(address).get_status().encryption_enabled


def test_both_clients_have_the_same_verbs_with_the_same_parameters():
    verbs = [name for name in vars(Client) if not name.startswith("_") and name != "close"]
    assert len(verbs) == 10
    for verb in verbs:
        one, other = getattr(Client, verb), getattr(AsyncClient, verb)
        assert inspect.signature(one) == inspect.signature(other)
        assert one.__doc__ == other.__doc__
        assert inspect.iscoroutinefunction(other) and not inspect.iscoroutinefunction(one)


def test_the_sync_client_is_a_context_manager(server):
    with Client(server.address) as client:
        assert client.get_status().encryption_enabled
    with pytest.raises(ValueError):
        client.get_status()


def test_the_async_client_is_a_context_manager_and_runs_calls_at_once(server):
    async def seal_and_open() -> list[bytes]:
        async with AsyncClient(server.address) as client:
            sealed = await asyncio.gather(
                *(client.encrypt(b"%d" % n, user_id="alice") for n in range(50))
            )
            opened = await asyncio.gather(
                *(client.decrypt(each.token, user_id="alice") for each in sealed)
            )
            return [each.plaintext for each in opened]

    assert asyncio.run(seal_and_open()) == [b"%d" % n for n in range(50)]
