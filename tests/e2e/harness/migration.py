"""Runs of `keyward migrate redis`."""
import dataclasses
import json
import subprocess
from typing import Any

from harness import paths
from harness.redis import Redis
from harness.server import clean_environment

PRESET = ("--preset", "stargazer")


@dataclasses.dataclass
class Migration:
    status: int
    report: dict[str, Any] | None  # None where it did not come to that
    error: dict[str, Any] | None
    output: str                    # all that was written, for a look for secrets

    @property
    def total(self) -> dict[str, int]:
        return self.report["total"]

    @property
    def failures(self) -> dict[str, int]:
        return {reason: seen["count"] for reason, seen in self.report["failures"].items()}


def command(redis: Redis | str, address: str, *arguments: str) -> list[str]:
    url = redis if isinstance(redis, str) else redis.url
    return [paths.cli(), "--address", address, "--deadline", "60s", "--json", "migrate", "redis", "--redis", url,
            *arguments]


def start(redis: Redis | str, address: str, *arguments: str,
          environment: dict[str, str] | None = None) -> subprocess.Popen:
    return subprocess.Popen(command(redis, address, *arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, env=clean_environment(environment or {}))


def finish(process: subprocess.Popen) -> Migration:
    stdout, stderr = process.communicate(timeout=paths.PATIENCE)
    errors = [json.loads(line) for line in stderr.splitlines()]
    assert len(errors) <= 1, stderr
    return Migration(process.returncode, json.loads(stdout) if stdout else None,
                     errors[0]["error"] if errors else None, stdout + stderr)


def migrate(redis: Redis | str, address: str, *arguments: str,
            environment: dict[str, str] | None = None) -> Migration:
    return finish(start(redis, address, *arguments, environment=environment))


def apply(redis: Redis | str, address: str, *arguments: str) -> Migration:
    """A run that must do all there is to do."""
    done = migrate(redis, address, *arguments, "--apply")
    assert done.status == 0, done.output
    return done
