"""bench/python_server.py and bench/python_loop.py: a fair opponent speaks the module's format and does its work."""
import base64
import importlib.util
import json
import os
import pathlib
import sqlite3
import subprocess
import sys

import grpc
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import python_formats
import python_loop
from keyward.v1 import key_service_pb2 as pb
from keyward.v1 import key_service_pb2_grpc as rpc

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
VECTORS = json.loads((REPOSITORY / "tests" / "vectors" / "vectors.json").read_text())
SEED = pathlib.Path(os.environ.get("KEYWARD_SHARED") or REPOSITORY.parent / "shared") / "seed"
PATIENCE = 60


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """The vectors' rows, as the Python module wrote them."""
    path = tmp_path_factory.mktemp("python") / "keys.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE encryption_keys "
                           "(user_id TEXT PRIMARY KEY, encrypted_key BLOB NOT NULL, created_at TEXT NOT NULL)")
        connection.executemany("INSERT INTO encryption_keys VALUES (?, ?, ?)",
                               [(row["user_id"], bytes.fromhex(row["encrypted_key"]), row["created_at"])
                                for row in VECTORS["legacy_rows"]])
    return path


@pytest.fixture(scope="module")
def stub(database):
    process = subprocess.Popen(
        [sys.executable, "-B", str(REPOSITORY / "bench" / "python_server.py"), f"--store={database}"],
        env=os.environ | {"API_KEY_MASTER_KEY": VECTORS["master_key"]}, stdout=subprocess.PIPE, text=True)
    try:
        address = json.loads(process.stdout.readline())["address"]
        with grpc.insecure_channel(address) as channel:
            yield rpc.KeyServiceStub(channel)
    finally:
        process.terminate()
        assert process.wait(timeout=PATIENCE) == 0


def code_of(call, request) -> grpc.StatusCode:
    with pytest.raises(grpc.RpcError) as failed:
        call(request, timeout=PATIENCE)
    return failed.value.code()


def test_opens_every_token_of_the_vectors(stub):
    for vector in VECTORS["tokens"] + VECTORS["unprefixed"] + VECTORS["unpadded"]:
        request = pb.DecryptRequest(user_id=vector["user_id"], token=vector["token"])
        assert stub.Decrypt(request, timeout=PATIENCE).plaintext.decode() == vector["plaintext"]


def test_seals_under_the_user_s_stored_key(stub):
    user = VECTORS["users"][1]
    token = stub.Encrypt(pb.EncryptRequest(user_id=user["user_id"], plaintext=b"sk-test"), timeout=PATIENCE).token
    box = base64.urlsafe_b64decode(token.removeprefix("v2:"))
    assert AESGCM(bytes.fromhex(user["key"])).decrypt(box[:12], box[12:], None) == b"sk-test"


def test_a_new_user_s_key_is_stored_before_it_is_used(stub, database):
    token = stub.Encrypt(pb.EncryptRequest(user_id="newcomer", plaintext=b"x"), timeout=PATIENCE).token
    with sqlite3.connect(database) as connection:
        wrapped, = connection.execute("SELECT encrypted_key FROM encryption_keys WHERE user_id = 'newcomer'").fetchone()
    master = AESGCM(python_formats.read_master_key(VECTORS["master_key"]))
    key = AESGCM(master.decrypt(wrapped[:12], wrapped[12:], None))
    assert python_formats.unseal(key, python_formats.read_token(token)) == b"x"


def test_callers_that_race_get_the_same_new_key(stub):
    request = pb.EncryptRequest(user_id="raced-for", plaintext=b"x")
    tokens = [future.result(timeout=PATIENCE).token
              for future in [stub.Encrypt.future(request, timeout=PATIENCE) for _ in range(50)]]
    for token in tokens:
        opened = stub.Decrypt(pb.DecryptRequest(user_id="raced-for", token=token), timeout=PATIENCE)
        assert opened.plaintext == b"x"


def test_refuses_what_is_no_token_and_who_has_no_key(stub):
    user = VECTORS["users"][0]["user_id"]
    token = VECTORS["tokens"][0]["token"]
    assert code_of(stub.Decrypt, pb.DecryptRequest(user_id=user, token="v2:%")) == grpc.StatusCode.INVALID_ARGUMENT
    assert code_of(stub.Decrypt, pb.DecryptRequest(user_id="nobody", token=token)) == grpc.StatusCode.NOT_FOUND
    assert code_of(stub.Decrypt, pb.DecryptRequest(user_id=user, token=token[:-4] + "AAA=")
                   ) == grpc.StatusCode.INVALID_ARGUMENT


@pytest.fixture
def reference():
    if not (SEED / "reference.py").is_file():
        pytest.skip("../shared/seed is absent (KEYWARD_SHARED names another place)")
    spec = importlib.util.spec_from_file_location("reference", SEED / "reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_loop_and_the_reference_read_each_other(reference):
    key = os.urandom(32)
    assert reference.open_token(key, python_formats.encrypt("sk-test-123", key)) == "sk-test-123"
    box = python_formats.read_token(reference.token(key, "sk-test-123"))
    assert python_formats.unseal(AESGCM(key), box) == b"sk-test-123"


def test_the_loop_does_the_reference_s_work(reference, monkeypatch):
    """Each makes one key object, draws one nonce and encodes once for each value."""
    done = {}

    def counted(name, function):
        def call(*arguments, **options):
            done[name] = done.get(name, 0) + 1
            return function(*arguments, **options)
        return call

    monkeypatch.setattr(os, "urandom", counted("nonce", os.urandom))
    monkeypatch.setattr(base64, "urlsafe_b64encode", counted("base64", base64.urlsafe_b64encode))
    work = []
    for module, encrypt in ((python_formats, lambda key: python_formats.encrypt("x" * 128, key)),
                            (reference, lambda key: reference.token(key, "x" * 128))):
        monkeypatch.setattr(module, "AESGCM", counted("key", AESGCM))
        key = bytes(32)
        done.clear()
        encrypt(key)
        work.append(dict(done))
    assert work[0] == work[1] == {"nonce": 1, "base64": 1, "key": 1}


def test_the_loop_prints_its_rounds():
    done = subprocess.run([sys.executable, "-B", python_loop.__file__, "--seconds=0.01", "--rounds=2"],
                          capture_output=True, text=True, check=True)
    values = json.loads(done.stdout)["values_per_second"]
    assert len(values) == 2 and min(values) > 0
