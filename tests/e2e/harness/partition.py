"""A network of a process's own, with one cable to this machine that can be pulled out."""
import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator

import pytest

PROGRAM = shutil.which("ip") or shutil.which("ip", path="/usr/sbin:/sbin")


def _ip(*arguments: str) -> None:
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OSError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")


class Network:
    """Addresses are from a range for measurements (RFC 2544), another one for each process that tests."""

    def __init__(self):
        number = os.getpid() % (1 << 14)
        self.name = f"kw{number}"
        self._here, self._there = f"{self.name}h", f"{self.name}n"
        prefix = f"198.{18 + number // 8192}.{number // 64 % 128}.{4 * (number % 64)}"
        base, last = prefix.rsplit(".", 1)
        self.host = f"{base}.{int(last) + 1}"
        self._inside = f"{base}.{int(last) + 2}"

    @property
    def prefix(self) -> tuple[str, ...]:
        """Runs a command in it."""
        return PROGRAM, "netns", "exec", self.name

    def make(self) -> None:
        _ip("netns", "add", self.name)
        _ip("link", "add", self._here, "type", "veth", "peer", "name", self._there, "netns", self.name)
        _ip("addr", "add", f"{self.host}/30", "dev", self._here)
        _ip("-n", self.name, "addr", "add", f"{self._inside}/30", "dev", self._there)
        _ip("-n", self.name, "link", "set", self._there, "up")
        self.heal()

    def cut(self) -> None:
        """What is sent from now on arrives nowhere, and nobody is told."""
        _ip("link", "set", self._here, "down")

    def heal(self) -> None:
        _ip("link", "set", self._here, "up")

    def remove(self) -> None:
        for arguments in (("link", "del", self._here), ("netns", "del", self.name)):
            with contextlib.suppress(OSError):
                _ip(*arguments)


@contextlib.contextmanager
def network() -> Iterator[Network]:
    if PROGRAM is None:
        pytest.skip("iproute2 is not installed")
    made = Network()
    try:
        try:
            made.make()
        except OSError as error:
            pytest.skip(f"no network namespace can be made: {error}")
        yield made
    finally:
        made.remove()
