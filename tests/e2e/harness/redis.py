"""A real redis-server of a test's own, and a small client of it."""
import contextlib
import pathlib
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from harness import paths
from harness.certificates import Authority, Certificate


class RedisError(Exception):
    pass


class RedisClient:
    """Commands one at a time, or many; texts and bytes in, bytes out. Not thread-safe."""

    def __init__(self, connection: socket.socket):
        self._socket = connection
        self._file = connection.makefile("rb")

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def call(self, *arguments: Any) -> Any:
        return self.pipeline([arguments])[0]

    def pipeline(self, commands: list[tuple]) -> list[Any]:
        self.send(commands)
        return [self.read() for _ in commands]

    def send(self, commands: list[tuple]) -> None:
        self._socket.sendall(b"".join(map(_encode, commands)))

    def read(self) -> Any:
        line = self._file.readline()
        if not line:
            raise RedisError("the connection is closed")
        kind, rest = line[:1], line[1:-2]
        if kind == b"-":
            raise RedisError(rest.decode())
        if kind == b":":
            return int(rest)
        if kind == b"+":
            return rest
        if int(rest) < 0:
            return None
        if kind == b"*":
            return [self.read() for _ in range(int(rest))]
        return self._file.read(int(rest) + 2)[:-2]

    def hash(self, key: str) -> dict[bytes, bytes]:
        flat = self.call("HGETALL", key)
        return dict(zip(flat[::2], flat[1::2]))

    def keys(self) -> list[bytes]:
        return sorted(self.call("KEYS", "*"))

    def contents(self) -> dict[bytes, Any]:
        """Every key with its type, what it holds, and when it expires."""
        readers = {b"string": ("GET",), b"hash": ("HGETALL",), b"list": ("LRANGE", 0, -1)}
        found = {}
        for key in self.keys():
            kind = self.call("TYPE", key)
            verb, *rest = readers[kind]
            value = self.call(verb, key, *rest)
            if kind == b"hash":
                value = dict(zip(value[::2], value[1::2]))
            found[key] = (kind, value, self.call("PEXPIRETIME", key))
        return found

    def dumps(self) -> dict[bytes, tuple[bytes, int]]:
        """Every key as Redis would save it, and when it expires."""
        return {key: (self.call("DUMP", key), self.call("PEXPIRETIME", key)) for key in self.keys()}


def fields_end(db: RedisClient) -> bool:
    """Whether this Redis has times to live of single fields."""
    return db.call("COMMAND", "INFO", "HPEXPIRETIME") != [None]


def _encode(arguments: tuple) -> bytes:
    parts = [b"*%d\r\n" % len(arguments)]
    for each in arguments:
        value = each if isinstance(each, bytes) else str(each).encode()
        parts.append(b"$%d\r\n%s\r\n" % (len(value), value))
    return b"".join(parts)


class Redis:
    """One process of redis-server, which keeps nothing on the disk."""

    def __init__(self, directory: pathlib.Path, tls: tuple[Authority, Certificate] | None = None,
                 arguments: tuple[str, ...] = ()):
        self.directory = directory
        self.socket_path = directory / "redis.sock"
        self._clients: list[RedisClient] = []
        self._start(tls, arguments)

    def _start(self, tls: tuple[Authority, Certificate] | None, arguments: tuple[str, ...]) -> None:
        # Another process may take the free port first: then another one is tried.
        for _ in range(20):
            self.port = _free_port()
            listening = ["--port", str(self.port)]
            if tls:
                authority, own = tls
                listening = ["--port", "0", "--tls-port", str(self.port), "--tls-ca-cert-file", str(authority.root),
                             "--tls-cert-file", str(own.certificate), "--tls-key-file", str(own.key)]
            command = [shutil.which("redis-server"), *listening, "--bind", "127.0.0.1", "--unixsocket", str(self.socket_path),
                       "--save", "", "--appendonly", "no", "--dir", str(self.directory), *arguments]
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                            stderr=subprocess.STDOUT, text=True)
            if self._is_ready():
                # Nobody reads its log any more, and its pipe must not fill up.
                threading.Thread(target=self.process.stdout.read, daemon=True).start()
                return
        raise AssertionError("no redis-server came up")

    def _is_ready(self) -> bool:
        for line in self.process.stdout:
            if "eady to accept connections" in line:
                return True
        self.process.wait(timeout=paths.PATIENCE)
        return False

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def client(self) -> RedisClient:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(paths.PATIENCE)
        connection.connect(str(self.socket_path))
        self._clients.append(RedisClient(connection))
        return self._clients[-1]

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(timeout=paths.PATIENCE)

    def close(self) -> None:
        for client in self._clients:
            client.close()
        self.kill()


@contextlib.contextmanager
def redis_server(directory: pathlib.Path, **options) -> Iterator[Redis]:
    if shutil.which("redis-server") is None:
        pytest.skip("there is no redis-server; script/bootstrap test installs it")
    server = Redis(directory, **options)
    try:
        yield server
    finally:
        server.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Watch:
    """Sees the commands that a Redis gets."""

    def __init__(self, client: RedisClient):
        self._client = client
        assert client.call("MONITOR") == b"OK"

    def wait_for(self, verb: bytes) -> None:
        while b'"%s"' % verb not in self._client.read().upper():
            pass
