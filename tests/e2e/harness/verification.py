"""What `keyward verify` says of a database."""
import dataclasses
import json
import pathlib
import subprocess
from typing import Any

from harness import formats, paths
from harness.server import clean_environment


@dataclasses.dataclass
class Verification:
    status: int
    faults: list[dict[str, Any]]  # all but the sum
    sum: dict[str, Any] | None    # None where the database was not even read
    error: dict[str, Any] | None  # what standard error says

    def found(self) -> set[tuple[str | None, int | None, str]]:
        """The faults as user, version and reason."""
        return {(fault.get("user_id"), fault.get("version"), fault["reason"]) for fault in self.faults}


def run(path: pathlib.Path | str, *, kek: bytes | None, previous: bytes | None = None,
        arguments: tuple[str, ...] = ()) -> subprocess.CompletedProcess:
    environment = {name: formats.kek_text(key)
                   for name, key in (("API_KEY_MASTER_KEY", kek), ("API_KEY_MASTER_KEY_PREVIOUS", previous))
                   if key is not None}
    return subprocess.run([paths.cli(), "verify", str(path), *arguments], capture_output=True, text=True,
                          env=clean_environment(environment), timeout=paths.PATIENCE)


def verify(path: pathlib.Path | str, **keys: bytes | None) -> Verification:
    done = run(path, arguments=("--json",), **keys)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    errors = [json.loads(line) for line in done.stderr.splitlines()]
    error = next((line["error"] for line in errors if "error" in line), None)
    last = lines[-1] if lines and "verified" in lines[-1] else None
    return Verification(done.returncode, lines[:-1] if last else lines, last, error)
