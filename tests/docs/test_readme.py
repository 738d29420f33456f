"""README.md's commands, run as they stand there, against the real server.

A block marked sh or python is run; what stands after "# →" must be in what it prints. "console" blocks start
servers or take secrets, and are left to readers. Blocks marked "sh grpcurl" run where KEYWARD_GRPCURL names it.
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
BIN = pathlib.Path(os.environ.get("KEYWARD_BIN") or REPOSITORY / "build" / "dev" / "bin")
BLOCKS = re.findall(r"^```(sh|sh grpcurl|python)\n(.*?)^```", (REPOSITORY / "README.md").read_text(),
                    re.MULTILINE | re.DOTALL)
# These change the machine, or need a release build: client/python's and client/cpp's own tests stand in for them.
LEFT_OUT = ("pip install", "cmake --install")


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("readme")
    kek = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    command = [BIN / "keyward-server", "--listen=127.0.0.1:0", f"--store=sqlite:{folder}/keys.db", "--drain_delay=0s"]
    with subprocess.Popen(command, env={"API_KEY_MASTER_KEY": kek}, stderr=subprocess.PIPE, text=True) as server:
        events = []
        for line in server.stderr:
            events.append(json.loads(line))
            if events[-1]["event"] == "serving":
                break
        yield next(event["address"] for event in events if event["event"] == "listening")
        server.terminate()
        server.stderr.read()


def environment(address: str) -> dict[str, str]:
    grpcurl = os.path.dirname(os.environ.get("KEYWARD_GRPCURL", ""))
    return os.environ | {
        "KEYWARD_ADDRESS": address,
        "PATH": os.pathsep.join(filter(None, [str(BIN), grpcurl, os.environ["PATH"]])),
        "PYTHONPATH": str(REPOSITORY / "client" / "python"),
    }


def run(kind: str, text: str, address: str) -> None:
    # The release build that the first line names may be an old one, or none.
    text = text.replace('"$PWD/build/release/bin:$PATH"', '"$PATH"').replace("127.0.0.1:50051", address)
    command = ["/usr/bin/python3", "-c", text] if kind == "python" else ["bash", "-euo", "pipefail", "-c", text]
    done = subprocess.run(command, cwd=REPOSITORY, env=environment(address), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for expected in re.findall(r"# → (.+)$", text, re.MULTILINE):
        assert expected in done.stdout


@pytest.mark.parametrize("kind,text", [block for block in BLOCKS if not block[1].startswith(LEFT_OUT)],
                         ids=lambda part: part.splitlines()[0][:40])
def test_a_block_does_what_it_says(kind, text, address):
    if kind == "sh grpcurl" and not os.environ.get("KEYWARD_GRPCURL"):
        pytest.skip("KEYWARD_GRPCURL names no grpcurl")
    run(kind, text, address)


def test_the_readme_has_the_blocks_that_this_looks_for():
    kinds = [kind for kind, _ in BLOCKS]
    assert kinds.count("sh") >= 5 and kinds.count("python") == 2 and kinds.count("sh grpcurl") == 1
