"""What an attack costs: the server's memory, and the calls of another client meanwhile."""
import concurrent.futures
import json
import os
import pathlib
import time
from typing import Any, Callable

from harness import paths
from harness.bystander import Bystander
from harness.server import Server
from harness.stubs import keys

MIB = 1024 * 1024
# Longer and larger forms of the same tests, for script/soak: only there, on a machine that does nothing else, are times
# judged.
SOAK = os.environ.get("KEYWARD_SOAK") == "1"
SANITIZED = "KEYWARD_ASAN" in os.environ
# Of whoever attacks: the attacker shares the machine with those whom it attacks, in these tests alone.
ATTACKERS_NICENESS = 10
# Of the other client's calls, unless an attack's test says less. What was seen is in docs/THREAT_MODEL.md; of an attack
# that is not stopped it is seconds.
P99_MS = 500
ENCRYPT = "/keyward.v1.KeyService/Encrypt"


def memory(server: Server, what: str = "VmRSS") -> int:
    """Bytes; VmHWM is the most there ever was."""
    status = pathlib.Path(f"/proc/{server.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith(what + ":"))
    return int(line.split()[1]) * 1024


def processor_seconds(server: Server) -> float:
    fields = pathlib.Path(f"/proc/{server.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Siege:
    """A scope in which the server is attacked while another client calls Encrypt with a cached key.

    At its end each of that client's calls must have been answered, and memory be within its bound.
    """

    def __init__(self, server: Server, growth_mib: int):
        self._server = server
        self._growth_mib = growth_mib
        self.figures: dict[str, Any] = {}

    def __enter__(self) -> "Siege":
        request = keys.EncryptRequest(user_id="bystander", plaintext=b"sk-test-123")
        self._bystander = Bystander(self._server.address, ENCRYPT, request.SerializeToString())
        self._before = memory(self._server)
        self._processor = processor_seconds(self._server)
        self._start = time.monotonic()
        return self

    def __exit__(self, kind, value, trace) -> None:
        seconds = time.monotonic() - self._start
        self.figures = self._bystander.end() | {
            "seconds": round(seconds, 2),
            "growth_mib": round((memory(self._server, "VmHWM") - self._before) / MIB, 1),
            "cores": round((processor_seconds(self._server) - self._processor) / seconds, 2)}
        print(json.dumps(self.figures))
        if kind is None:
            self._check()

    def _check(self) -> None:
        assert self._server.is_running(), self._server.log()
        assert self.figures["failed"] == 0 and self.figures["calls"] > 0, self.figures
        # A sanitizer keeps freed memory back.
        if not SANITIZED:
            assert self.figures["growth_mib"] <= self._growth_mib, self.figures


def besiege(server: Server, attack: Callable[[], Any], *, growth_mib: int, p99_ms: float = P99_MS) -> Any:
    """An attack under which the other client's calls stay quick."""
    with Siege(server, growth_mib) as siege:
        with concurrent.futures.ThreadPoolExecutor(
                1, initializer=lambda: os.nice(ATTACKERS_NICENESS)) as attacker:
            result = attacker.submit(attack).result()
    assert not SOAK or siege.figures["p99_ms"] < p99_ms, siege.figures
    return result


def wait_until(condition, what: str) -> None:
    """Polls for what cannot be waited for, such as a server's closing a connection that nobody reads."""
    deadline = time.monotonic() + paths.PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"never came: {what}"
        time.sleep(0.01)
