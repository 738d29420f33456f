"""Starts and ends the real server, and waits for what its log says."""
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import threading
from typing import Any, Callable

from harness import paths

Flags = dict[str, Any]


def command_line(flags: Flags) -> list[str]:
    """--name=value for each; a list repeats the flag, None leaves it out."""
    arguments = []
    for name, value in flags.items():
        values = value if isinstance(value, list) else [value]
        for each in values:
            if each is None:
                continue
            text = str(each).lower() if isinstance(each, bool) else str(each)
            arguments.append(f"--{name}={text}")
    return arguments


def clean_environment(extra: dict[str, str]) -> dict[str, str]:
    """Nothing of the caller's environment that could configure the server, but the sanitizers' options."""
    kept = {name: value for name, value in os.environ.items()
            if name in ("PATH", "LANG", "TMPDIR", "LD_LIBRARY_PATH") or name.endswith("SAN_OPTIONS")}
    return kept | extra


class Server:
    """One process of keyward-server. Its standard error is read all the time, by a thread."""

    def __init__(self, command: list[str], environment: dict[str, str], directory: pathlib.Path):
        self.lines: list[str] = []
        self._ended = False
        self._news = threading.Condition()
        self._process = subprocess.Popen(
            command, cwd=directory, env=clean_environment(environment),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def addresses(self) -> list[str]:
        return [event["address"] for event in self.events("listening")]

    @property
    def address(self) -> str:
        return self.addresses[0]

    def address_of(self, host: str) -> str:
        return next(address for address in self.addresses if address.startswith(host + ":"))

    def events(self, name: str | None = None) -> list[dict[str, Any]]:
        with self._news:
            lines = list(self.lines)
        found = [json.loads(line) for line in lines if line.startswith("{")]
        return [event for event in found if name is None or event.get("event") == name]

    def plain_lines(self) -> list[str]:
        """What is no log line, such as why a start was refused."""
        return [line for line in self.lines if not line.startswith("{")]

    def warnings(self) -> list[dict[str, Any]]:
        return [event for event in self.events() if event.get("level", "").startswith("warn")]

    def wait_for(self, condition: Callable[["Server"], Any], what: str) -> Any:
        """Waits until `condition` holds of the log so far; fails when the process ends before."""
        with self._news:
            self._news.wait_for(lambda: self._ended or condition(self), timeout=paths.PATIENCE)
            result = condition(self)
        if not result:
            raise AssertionError(f"no {what}; the server wrote:\n" + self.log())
        return result

    def wait_until_serving(self) -> None:
        self.wait_for(lambda server: server.events("serving"), "serving event")

    def came_up(self) -> bool:
        """Whether it came to serve, or ended before that."""
        with self._news:
            arrived = self._news.wait_for(lambda: self._ended or self.events("serving"),
                                          timeout=paths.PATIENCE)
            assert arrived, "neither serving nor ended:\n" + self.log()
            return bool(self.events("serving"))

    def proc(self, name: str) -> bytes:
        """What /proc shows of it; nothing where the kernel hides a process without core dumps from us."""
        try:
            return pathlib.Path(f"/proc/{self.pid}/{name}").read_bytes()
        except PermissionError:
            return b""

    def is_running(self) -> bool:
        return self._process.poll() is None

    def send(self, number: int) -> None:
        self._process.send_signal(number)

    def wait(self) -> int:
        """The exit status, once all of the log is read too."""
        status = self._process.wait(timeout=paths.PATIENCE)
        self._reader.join(timeout=paths.PATIENCE)
        return status

    def stop(self) -> int:
        self.send(signal.SIGTERM)
        return self.wait()

    def try_stop(self, seconds: float) -> None:
        """Asks it to end, and waits no longer than that."""
        self.send(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=seconds)

    def kill(self) -> None:
        if self.is_running():
            self._process.kill()
        self.wait()

    def log(self) -> str:
        with self._news:
            return "\n".join(self.lines)

    def _read(self) -> None:
        for raw in self._process.stderr:
            with self._news:
                self.lines.append(raw.decode("utf-8", "replace").rstrip("\n"))
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()
