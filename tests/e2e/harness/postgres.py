"""A real PostgreSQL of a test's own, from Debian's package, on a free loopback port."""
import contextlib
import dataclasses
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest

from harness.waiting import until

# Debian keeps each version's programs in a folder.
_VERSIONS = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
USER, PASSWORD = "keyward", "a word that no log may have"
SETTINGS = {"fsync": "off", "max_connections": "200", "wal_level": "replica", "max_wal_senders": "4"}


def program(name: str) -> str:
    if not _VERSIONS:
        pytest.skip("PostgreSQL is not installed")
    return str(_VERSIONS[-1].parent / name)


def as_server_user(*command: Any) -> list[str]:
    """The command, run as PostgreSQL's own user: it refuses to be root.

    Not by subprocess' `user`, which forks with what gRPC has registered to run then, and that may wait for ever.
    """
    change = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    return [*change, *map(str, command)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Postgres:
    """One server, in a folder that is there."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.data = folder / "data"
        self.port = free_port()
        self._databases = 0
        self._process: subprocess.Popen | None = None
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(folder, user.pw_uid, user.pw_gid)

    def make(self) -> None:
        words = self.folder / "words"
        words.write_text(PASSWORD + "\n")
        words.chmod(0o644)
        self.run("initdb", "-D", self.data, "-U", USER, "-A", "scram-sha-256", f"--pwfile={words}", "-E", "UTF8",
                 "--locale=C.UTF-8", "--no-sync")
        self.start()

    def run(self, name: str, *arguments: Any, **options: Any) -> str:
        done = subprocess.run(as_server_user(program(name), *arguments), capture_output=True, text=True,
                              cwd=self.folder, env=self.environment(), **options)
        assert done.returncode == 0, done
        return done.stdout

    def environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "PGPASSWORD": PASSWORD, "LC_ALL": "C.UTF-8"}

    def start(self, **settings: str) -> None:
        options = [part for name, value in (SETTINGS | settings).items() for part in ("-c", f"{name}={value}")]
        with open(self.folder / "log", "ab") as log:
            self._process = subprocess.Popen(
                as_server_user(program("postgres"), "-D", self.data, "-k", self.folder, "-p", self.port,
                               "-h", "127.0.0.1", *options),
                stdout=log, stderr=log, cwd=self.folder)
        until(self.is_ready, "PostgreSQL")

    def is_ready(self) -> bool:
        assert self._process and self._process.poll() is None, (self.folder / "log").read_text()
        return subprocess.run([program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)],
                              check=False).returncode == 0

    def kill(self) -> None:
        """At once, as a crash would, with all its children."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
            self._process = None

    @contextlib.contextmanager
    def deaf(self) -> Iterator[None]:
        """Meanwhile a standby takes nothing, and the primary is not told."""
        (receiver,) = self.sql("SELECT pid FROM pg_stat_wal_receiver")
        os.kill(int(receiver), signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(int(receiver), signal.SIGCONT)

    def new_database(self, options: str = "") -> "Database":
        self._databases += 1
        name = f"database_{self._databases}"
        self.sql(f"CREATE DATABASE {name} {options}")
        return Database(self, name)

    def sql(self, text: str, database: str = "postgres") -> list[str]:
        """Its rows, columns with a | between them."""
        return self.run("psql", "-X", "-q", "-A", "-t", "-h", "127.0.0.1", "-p", self.port, "-U", USER,
                        "-v", "ON_ERROR_STOP=1", "-c", text, database).splitlines()

    def standby(self, folder: pathlib.Path, name: str, port: int | None = None) -> "Postgres":
        """Another server that follows this one, and that commits wait for."""
        follower = Postgres(folder)
        follower.port = port or follower.port
        self.run("pg_basebackup", "-h", "127.0.0.1", "-p", self.port, "-U", USER, "-D", follower.data, "-R",
                 "--no-sync", "-c", "fast")
        with open(follower.data / "postgresql.auto.conf", "a", encoding="utf-8") as settings:
            settings.write(f"primary_conninfo = 'host=127.0.0.1 port={self.port} user={USER} "
                           f"password=''{PASSWORD}'' application_name={name}'\n")
        follower.start()
        self.sql(f"ALTER SYSTEM SET synchronous_standby_names = '{name}'")
        self.sql("SELECT pg_reload_conf()")
        until(lambda: self.sql("SELECT sync_state FROM pg_stat_replication") == ["sync"], "a synchronous standby")
        return follower

    def has_all_of(self, primary: "Postgres") -> bool:
        """Whether this standby shows all that was written there."""
        (written,) = primary.sql("SELECT pg_current_wal_lsn()")
        return self.sql(f"SELECT pg_last_wal_replay_lsn() >= '{written}'") == ["t"]

    def promote(self) -> None:
        self.sql("SELECT pg_promote()")


@dataclasses.dataclass
class Database:
    server: Postgres
    name: str

    def url(self, *servers: Postgres) -> str:
        """On this server, or on whichever of several can be written to."""
        hosts = ",".join(f"127.0.0.1:{each.port}" for each in servers or (self.server,))
        return f"postgresql://{USER}@{hosts}/{self.name}"

    def sql(self, text: str) -> list[str]:
        return self.server.sql(text, self.name)


def new_folder() -> pathlib.Path:
    folder = pathlib.Path(tempfile.mkdtemp(prefix="keyward-pg-"))
    folder.chmod(0o755)
    return folder


@contextlib.contextmanager
def postgres_server() -> Iterator[Postgres]:
    program("initdb")
    folder = new_folder()
    server = Postgres(folder)
    try:
        server.make()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def synchronous_standby(primary: Postgres) -> Iterator[Postgres]:
    folder = new_folder()
    follower = primary.standby(folder, "second")
    try:
        yield follower
    finally:
        follower.kill()
        shutil.rmtree(folder, ignore_errors=True)
