"""Runs the `keyward` command as a person or a program does."""
import json
import os
import pty
import subprocess
from typing import Any

from harness import formats, paths
from harness.server import clean_environment

NO, USAGE, IN_USE = 1, 2, 78  # exit statuses


def environment(address: str | None = None, kek: bytes | None = None,
                previous: bytes | None = None) -> dict[str, str]:
    variables = {name: formats.kek_text(key)
                 for name, key in (("API_KEY_MASTER_KEY", kek), ("API_KEY_MASTER_KEY_PREVIOUS", previous))
                 if key is not None}
    if address is not None:
        variables["KEYWARD_ADDRESS"] = address
    return clean_environment(variables)


def run(*arguments: Any, stdin: str = "", **context: Any) -> subprocess.CompletedProcess:
    """`context`: what environment() takes."""
    return subprocess.run([paths.cli(), *map(str, arguments)], input=stdin, capture_output=True, text=True,
                          env=environment(**context), timeout=paths.PATIENCE)


def lines(*arguments: Any, status: int = 0, **context: Any) -> list[dict[str, Any]]:
    """What it says with --json; it must end with that status."""
    done = run(*arguments, "--json", **context)
    assert done.returncode == status, done
    return [json.loads(line) for line in done.stdout.splitlines()]


def answer(*arguments: Any, **context: Any) -> dict[str, Any]:
    """The same of a verb that says one thing."""
    (said,) = lines(*arguments, **context)
    return said


def error(*arguments: Any, status: int, **context: Any) -> dict[str, Any]:
    """Why it fails, as a program is told."""
    done = run(*arguments, "--json", **context)
    assert done.returncode == status, done
    return json.loads(done.stderr.splitlines()[-1])["error"]


def type_in(typed: str, *arguments: Any, **context: Any) -> tuple[int, str]:
    """Runs it on a terminal where that is typed; the exit status, and all that stood there."""
    ours, theirs = pty.openpty()
    with subprocess.Popen([paths.cli(), *map(str, arguments)], stdin=theirs, stdout=theirs, stderr=theirs,
                          env=environment(**context)) as process:
        os.close(theirs)
        os.write(ours, typed.encode() + b"\n")
        shown = b""
        try:
            while part := os.read(ours, 4096):
                shown += part
        except OSError:  # the other end is closed
            pass
        os.close(ours)
        return process.wait(timeout=paths.PATIENCE), shown.decode().replace("\r\n", "\n")
