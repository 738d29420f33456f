"""Starts the real keyward-server, on a port of its own choosing."""

import base64
import json
import os
import signal
import subprocess
import threading
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
# Seconds, only against hanging: sanitized builds on busy machines stay far below.
PATIENCE = 120


def binary() -> Path:
    named = os.environ.get("KEYWARD_SERVER")
    built = [REPOSITORY / "build" / preset / "bin/keyward-server" for preset in ("dev", "release")]
    candidates = [Path(named)] if named else built
    for candidate in candidates:
        if os.access(candidate, os.X_OK):
            return candidate
    pytest.fail("no keyward-server: build it, or name it in KEYWARD_SERVER", pytrace=False)


class RealServer:
    """One process; `kek` of None starts it without a master key."""

    def __init__(self, kek: bytes | None, store: Path, *flags: str) -> None:
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("KEYWARD_", "API_KEY_MASTER_KEY"))
        }
        if kek is not None:
            environment["API_KEY_MASTER_KEY"] = base64.b64encode(kek).decode()
        listen = [] if any(f.startswith("--listen") for f in flags) else ["--listen=127.0.0.1:0"]
        self._process = subprocess.Popen(
            [binary(), f"--store=sqlite:{store}", "--drain_delay=0s", *listen, *flags],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        self._log: list[str] = []
        self._address: str | None = None
        self._told = threading.Event()
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()

    @property
    def address(self) -> str:
        self._told.wait(PATIENCE)
        if self._address is None:
            raise AssertionError("the server does not listen; it wrote:\n" + "".join(self._log))
        return self._address

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise
        self._reader.join(PATIENCE)
        self._process.stderr.close()

    def _read_log(self) -> None:
        for line in self._process.stderr:
            self._log.append(line)
            event = json.loads(line) if line.startswith("{") else {}
            if event.get("event") == "listening" and self._address is None:
                self._address = event["address"]
                self._told.set()
        self._told.set()
