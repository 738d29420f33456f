"""grpcurl against the real server, by reflection alone: what the README shows.

KEYWARD_GRPCURL names the program; .ci/run sets it where there is one.
"""
import base64
import json
import os
import pathlib
import re
import secrets
import subprocess

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
GRPCURL = os.environ.get("KEYWARD_GRPCURL", "")
SERVER = os.environ.get("KEYWARD_SERVER") or str(REPOSITORY / "build" / "dev" / "bin" / "keyward-server")
SERVICE = "keyward.v1.KeyService"

pytestmark = pytest.mark.skipif(not GRPCURL, reason="KEYWARD_GRPCURL names no grpcurl")


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("grpcurl")
    kek = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    command = [SERVER, "--listen=127.0.0.1:0", f"--store=sqlite:{folder}/keys.db", "--drain_delay=0s"]
    with subprocess.Popen(command, env={"API_KEY_MASTER_KEY": kek}, stderr=subprocess.PIPE, text=True) as server:
        events = []
        for line in server.stderr:
            events.append(json.loads(line))
            if events[-1].get("event") == "serving":
                break
        yield next(event["address"] for event in events if event.get("event") == "listening")
        server.terminate()
        server.stderr.read()


def grpcurl(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([GRPCURL, "-plaintext", *arguments], capture_output=True, text=True, check=False)


def call(address: str, method: str, request: dict) -> dict:
    done = grpcurl("-d", json.dumps(request), address, f"{SERVICE}/{method}")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_lists_the_services(address):
    services = grpcurl(address, "list").stdout.split()
    assert SERVICE in services
    assert "grpc.health.v1.Health" in services
    assert "grpc.reflection.v1alpha.ServerReflection" in services


def test_describes_a_message(address):
    text = grpcurl(address, "describe", "keyward.v1.EncryptRequest").stdout
    assert "bytes plaintext" in text and "oneof scope" in text


def test_encrypts_and_decrypts(address):
    plaintext = base64.b64encode(b"sk-test-123").decode()
    token = call(address, "Encrypt", {"user_id": "alice", "plaintext": plaintext})["token"]
    assert call(address, "Decrypt", {"user_id": "alice", "token": token})["plaintext"] == plaintext


def test_an_error_carries_its_reason(address):
    done = grpcurl("-d", json.dumps({"user_id": "bob", "token": "v2:" + "A" * 40}), address, f"{SERVICE}/Decrypt")
    assert "Code: NotFound" in done.stderr
    assert "google.rpc.ErrorInfo" in done.stderr
    raw = re.search(r'"@value": "([^"]*)"', done.stderr)  # how grpcurl shows a type it does not know
    assert "USER_KEY_NOT_FOUND" in (base64.b64decode(raw[1]).decode() if raw else done.stderr)
