"""script/server with the real server, and stand-ins for installing and building."""
import base64
import json
import os
import pathlib
import shutil
import signal
import stat
import subprocess

import pytest
from script_tree import REPOSITORY

BINARY = os.environ.get("KEYWARD_SERVER") or str(REPOSITORY / "build" / "dev" / "bin" / "keyward-server")


class Run:
    """script/server in `root`, started from another folder."""

    def __init__(self, root: pathlib.Path, *flags: str, **variables: str):
        environment = {"PATH": os.environ["PATH"], "KEYWARD_LISTEN": "127.0.0.1:0"} | variables
        self.lines: list[str] = []
        self._process = subprocess.Popen([str(root / "script" / "server"), *flags], env=environment,
                                         cwd="/", stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def read_until(self, text: str) -> str:
        for line in self._process.stderr:
            self.lines.append(line.rstrip("\n"))
            if text in line:
                return line
        raise AssertionError(f"no '{text}' in:\n" + "\n".join(self.lines))

    def stop(self) -> int:
        self._process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        self.lines += self._process.stderr.read().splitlines()
        return self._process.wait()

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._process.stderr.close()

    def events(self, name: str) -> list[dict]:
        found = [json.loads(line) for line in self.lines if line.startswith("{")]
        return [event for event in found if event.get("event") == name]


@pytest.fixture
def root(tmp_path):
    for name in ("server", "progress.sh"):
        (tmp_path / "script").mkdir(exist_ok=True)
        shutil.copy(REPOSITORY / "script" / name, tmp_path / "script" / name)
    for name in ("bootstrap", "build"):
        (tmp_path / "script" / name).write_text("#!/bin/sh\n")
        (tmp_path / "script" / name).chmod(0o755)
    (tmp_path / "build" / "release" / "bin").mkdir(parents=True)
    (tmp_path / "build" / "release" / "bin" / "keyward-server").symlink_to(BINARY)
    return tmp_path


@pytest.fixture
def start(root):
    runs = []

    def begin(*flags: str, **variables: str) -> Run:
        runs.append(Run(root, *flags, **variables))
        return runs[-1]

    yield begin
    for run in runs:
        run.close()


def mode(path: pathlib.Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_serves_with_a_kek_and_a_database_of_its_own_and_says_what_to_try(start, root):
    run = start()
    tried = run.read_until("keyward.v1.KeyService/Encrypt")
    address = run.events("listening")[0]["address"]
    assert address in tried
    assert any(f"keyward --address {address} status" in line for line in run.lines)
    assert run.stop() == 0
    assert mode(root / "var") == 0o700
    assert mode(root / "var" / "kek") == 0o600
    assert len(base64.urlsafe_b64decode((root / "var" / "kek").read_text())) == 32
    assert (root / "var" / "keys.db").exists()


def test_a_second_run_keeps_the_kek(start, root):
    for _ in range(2):
        run = start()
        run.read_until("grpcurl")
        kek = (root / "var" / "kek").read_text()
        assert run.stop() == 0
    assert (root / "var" / "kek").read_text() == kek


def test_the_environment_wins_over_the_defaults(start, root, tmp_path):
    kek = base64.b64encode(bytes(32)).decode()
    run = start(API_KEY_MASTER_KEY=kek, KEYWARD_STORE=f"sqlite:{tmp_path}/other.db",
                KEYWARD_LISTEN=f"unix:{tmp_path}/s")
    run.read_until(f"--address unix:{tmp_path}/s status")
    assert run.stop() == 0
    assert (tmp_path / "other.db").exists()
    assert not (root / "var").exists()
    assert all(kek not in line for line in run.lines)


def test_flags_go_to_the_server_and_its_status_comes_back(start):
    run = start("--no_such_flag=1")
    assert run.wait() not in (0, 1)
    assert any("no_such_flag" in line for line in run.lines)


def test_a_taken_database_ends_with_the_server_s_status_and_line(start, root):
    first = start()
    first.read_until("grpcurl")
    second = start()
    assert second.wait() == 78
    assert any("keys.db" in line for line in second.lines)
    assert first.stop() == 0


def test_a_lost_kek_is_not_replaced_silently(start, root):
    run = start()
    run.read_until("grpcurl")
    run.stop()
    (root / "var" / "kek").unlink()
    again = start()
    assert again.wait() == 1
    assert any("put it back" in line for line in again.lines)
    assert not (root / "var" / "kek").exists()
