"""A PostgreSQL from Debian's package, for one run. What is committed is durable, as it is by default."""
import os
import pathlib
import pwd
import secrets
import shutil
import socket
import tempfile

from programs import run
from servers import Fleet, Server

USER, DATABASE = "keyward", "postgres"
# Debian keeps each version's programs in a folder of its own.
PROGRAMS = pathlib.Path("/usr/lib/postgresql")
# All else is PostgreSQL's default: fsync and synchronous_commit among them.
SETTINGS = {"max_connections": "100", "shared_buffers": "256MB"}
READY = "ready to accept connections"


def program(name: str) -> pathlib.Path | None:
    """The newest version's; None where none is installed."""
    return max(PROGRAMS.glob(f"*/bin/{name}"), default=None, key=lambda path: int(path.parts[-3].split(".")[0]))


class Postgres:
    """One that serves on a port of loopback until its fleet ends."""

    def __init__(self, fleet: Fleet):
        self._folder = _folder(fleet)
        self._port = _free_port()
        self._password = self._folder / "password"
        self._password.write_text(secrets.token_hex(16) + "\n")
        self._password.chmod(0o600)
        _give(self._folder)
        data = self._folder / "data"
        run(_as_its_user(program("initdb"), "-D", data, "-U", USER, "-A", "scram-sha-256", "-E", "UTF8",
                         "--locale=C.UTF-8", f"--pwfile={self._password}"))
        settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        self.server: Server = fleet.start("PostgreSQL", _as_its_user(
            program("postgres"), "-D", data, "-k", self._folder, "-p", self._port, "-h", "127.0.0.1", *settings))
        self.server.wait_for(lambda: any(READY in line for line in self.server.lines))

    @property
    def url(self) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self._port}/{DATABASE}"

    def password_flag(self) -> str:
        """Of keyward-server, and of `keyward store copy`."""
        return f"--store_password_file={self._password}"


def _folder(fleet: Fleet) -> pathlib.Path:
    """Where PostgreSQL's user may go, which the run's own folder need not be; gone when the fleet ends."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="keyward-bench-", dir="/var/tmp"))
    fleet.callback(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _give(folder: pathlib.Path) -> None:
    """To the user whom PostgreSQL runs as: it refuses to be root."""
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        for each in (folder, *folder.iterdir()):
            os.chown(each, user.pw_uid, user.pw_gid)


def _as_its_user(*command: object) -> list[str]:
    """Ends with this program too: a change of user undoes what the kernel was told before it."""
    change = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "setpriv", "--pdeathsig", "KILL"]
    return [*(change if os.geteuid() == 0 else []), *map(str, command)]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
