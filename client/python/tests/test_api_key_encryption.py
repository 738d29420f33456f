"""The drop-in module: with a handle against the real server, with key bytes on its own."""

import base64
import hashlib
import logging
import os
import pickle
import socket
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

import keyward
from keyward import api_key_encryption as module
from keyward import sealing

LOGGER = "keyward.api_key_encryption"


@pytest.fixture
def handle(server, point_module_at):
    point_module_at(server.address)
    return module.resolve_master_key()


def warnings(caplog):
    return [r for r in caplog.records if r.name == LOGGER and r.levelno == logging.WARNING]


def test_it_has_the_names_of_the_old_module():
    names = (
        "ENCRYPTED_PREFIX api_key_hash decrypt encrypt get_or_create_user_key get_pool_key "
        "is_encrypted resolve_master_key"
    )
    for name in names.split():
        assert name in module.__all__ and hasattr(module, name)
    assert module.ENCRYPTED_PREFIX == "v2:"


def test_the_handle_is_opaque(handle, kek):
    assert handle is not None and handle
    with pytest.raises(TypeError):
        bytes(handle)
    assert not hasattr(handle, "__dict__")
    for secret in (kek.hex(), repr(kek), base64.b64encode(kek).decode()):
        assert secret not in repr(handle)
    assert isinstance(pickle.loads(pickle.dumps(handle)), module.MasterKey)


def test_a_users_key_comes_from_the_server(handle, server):
    key = module.get_or_create_user_key("drop-in", handle)
    assert module.get_or_create_user_key("drop-in", handle, "/nowhere/is/not/opened.db") == key
    with keyward.Client(server.address) as client:
        assert client.get_or_create_user_key("drop-in").key == key
        sealed_here = module.encrypt("sk-1", key)
        assert client.decrypt(sealed_here, user_id="drop-in").plaintext == b"sk-1"
        sealed_there = client.encrypt("sk-2", user_id="drop-in").token
        assert module.decrypt(sealed_there, key) == "sk-2"


def test_the_pools_key_comes_from_the_server(handle, server, kek):
    key = module.get_pool_key(handle)
    assert key == module.get_pool_key(kek)
    with keyward.Client(server.address) as client:
        assert module.decrypt(client.encrypt("sk", pool=True).token, key) == "sk"


def test_a_refusal_of_the_server_is_a_keyward_error(handle):
    with pytest.raises(keyward.InvalidRequestError):
        module.get_or_create_user_key("", handle)


def test_none_and_a_warning_where_the_server_has_no_master_key(
    start_server, point_module_at, tmp_path, caplog
):
    point_module_at(start_server(None, tmp_path / "keys.db").address)
    assert module.resolve_master_key() is None
    assert "no usable master key" in warnings(caplog)[0].getMessage()


def test_none_and_a_warning_where_the_server_is_unreachable(point_module_at, caplog):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        point_module_at("127.0.0.1:%d" % taken.getsockname()[1])
        assert module.resolve_master_key() is None
    assert "cannot ask Keyward" in warnings(caplog)[0].getMessage()


def test_none_and_a_warning_where_a_tls_file_is_missing(point_module_at, monkeypatch, caplog):
    monkeypatch.setenv("KEYWARD_TLS_CA", "/nowhere/ca.pem")
    point_module_at("127.0.0.1:1")
    assert module.resolve_master_key() is None
    assert len(warnings(caplog)) == 1


def test_workers_forked_before_first_use_are_served(server):
    script = """
import os, sys
from keyward import api_key_encryption as module
children = []
for _ in range(3):
    child = os.fork()
    if child == 0:
        handle = module.resolve_master_key()
        os._exit(0 if len(module.get_or_create_user_key("forked", handle)) == 32 else 1)
    children.append(child)
sys.exit(any([os.waitpid(child, 0)[1] for child in children]))
"""
    environment = {**os.environ, "KEYWARD_ADDRESS": server.address}
    root = Path(module.__file__).parents[1]
    command = [sys.executable, "-c", script]
    subprocess.run(command, env=environment, cwd=root, check=True, timeout=120)


def test_a_worker_forked_after_first_use_is_told_so(handle, monkeypatch):
    monkeypatch.setattr(os, "getpid", lambda: -1)
    with pytest.raises(RuntimeError, match="forked"):
        module.get_pool_key(handle)
    with pytest.raises(RuntimeError, match="forked"):
        module.resolve_master_key()


def test_key_bytes_work_on_the_old_table(tmp_path, kek):
    path = tmp_path / "legacy.db"
    key = module.get_or_create_user_key("alice", kek, path)
    assert len(key) == 32
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT user_id, encrypted_key FROM encryption_keys").fetchall()
    assert [user_id for user_id, _ in rows] == ["alice"]
    assert sealing.unseal(kek, rows[0][1]) == key
    assert module.get_or_create_user_key("alice", kek, connection) == key
    assert module.get_or_create_user_key("bob", kek, connection) != key
    connection.execute("SELECT 1")
    connection.close()


def test_key_bytes_take_the_database_from_the_environment(tmp_path, kek, monkeypatch):
    path = str(tmp_path / "legacy.db")
    key = module.get_or_create_user_key("alice", kek, path)
    with pytest.raises(ValueError):
        module.get_or_create_user_key("alice", kek)
    monkeypatch.setenv("KEYWARD_LEGACY_DB", path)
    assert module.get_or_create_user_key("alice", kek) == key


def test_racing_callers_get_one_key(tmp_path, kek):
    path = tmp_path / "legacy.db"
    start = threading.Barrier(8)

    def ask(_):
        keys = []
        for n in range(10):
            start.wait()
            keys.append(module.get_or_create_user_key(f"user-{n}", kek, path))
        return keys

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, range(8)))
    assert all(keys == answers[0] for keys in answers)
    assert len(set(answers[0])) == 10


def test_a_stored_key_of_another_master_key_is_an_invalid_tag(tmp_path, kek):
    path = tmp_path / "legacy.db"
    module.get_or_create_user_key("alice", kek, path)
    with pytest.raises(InvalidTag):
        module.get_or_create_user_key("alice", os.urandom(32), path)


def test_a_stored_key_of_the_wrong_length_is_a_value_error(tmp_path, kek):
    connection = sqlite3.connect(tmp_path / "legacy.db")
    module.get_or_create_user_key("alice", kek, connection)
    for stored in (b"short", sealing.seal(kek, b"16 bytes of key!")):
        with connection:
            connection.execute("UPDATE encryption_keys SET encrypted_key = ?", (stored,))
        with pytest.raises(ValueError):
            module.get_or_create_user_key("alice", kek, connection)
    connection.close()


@pytest.mark.parametrize("length", [0, 31, 33])
def test_master_key_bytes_of_another_length_are_refused(tmp_path, length):
    with pytest.raises(ValueError):
        module.get_or_create_user_key("alice", bytes(length), tmp_path / "legacy.db")
    with pytest.raises(ValueError):
        module.get_pool_key(bytes(length))


def test_no_master_key_is_a_type_error(tmp_path):
    for nothing in (None, "a text"):
        with pytest.raises(TypeError):
            module.get_or_create_user_key("alice", nothing, tmp_path / "legacy.db")
        with pytest.raises(TypeError):
            module.get_pool_key(nothing)


@pytest.mark.parametrize("plaintext", ["", "x", "sk-test-123", "🔑 ünïcødé ✓", "l" * 5000])
def test_a_text_opens_again_with_and_without_prefix_and_padding(plaintext):
    key = os.urandom(32)
    token = module.encrypt(plaintext, key)
    assert module.is_encrypted(token) and token != module.encrypt(plaintext, key)
    bare = token.removeprefix("v2:")
    for form in (token, bare, token.rstrip("="), bare.rstrip("=")):
        assert module.decrypt(form, key) == plaintext


def test_a_malformed_token_is_a_value_error():
    key = bytes(32)
    token = module.encrypt("x", key)
    assert token.endswith("=") and not token.endswith("==")
    stray_bit = token[:-2] + chr(ord(token[-2]) + 1) + "="
    malformed = ["", "v2:", "v2:v2:" + token, "v3:" + token[3:], token + "=", token + "A"]
    malformed += ["v2:AAAA", stray_bit, " " + token, token + "\n"]
    malformed += ["v2:" + "+/" * 20, "v2:" + "é" * 40]
    for value in malformed:
        with pytest.raises(ValueError):
            module.decrypt(value, key)


def test_a_tampered_token_and_another_key_are_an_invalid_tag():
    key = os.urandom(32)
    token = module.encrypt("sk-test-123", key)
    tampered = token[:10] + ("A" if token[10] != "A" else "B") + token[11:]
    with pytest.raises(InvalidTag):
        module.decrypt(tampered, key)
    with pytest.raises(InvalidTag):
        module.decrypt(token, os.urandom(32))


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_key_of_another_length_is_a_value_error(length):
    with pytest.raises(ValueError):
        module.encrypt("x", bytes(length))
    with pytest.raises(ValueError):
        module.decrypt(module.encrypt("x", bytes(32)), bytes(length))


def test_values_without_io():
    assert module.is_encrypted("v2:anything") and not module.is_encrypted("sk-plain")
    assert module.is_encrypted("v3:anything") and not module.is_encrypted("v4:anything")
    assert not module.is_encrypted("") and not module.is_encrypted(None)
    assert module.api_key_hash("sk-1") == hashlib.sha256(b"sk-1").hexdigest()
