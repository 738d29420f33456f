"""Starts the servers that are measured, waits for the line that says where they listen, and ends them."""
import base64
import contextlib
import dataclasses
import json
import os
import pathlib
import secrets
import signal
import subprocess
import sys
import threading
from typing import Callable

import grpc

import interrupts
from programs import BOUND_TO_US, clean_environment, run

HERE = pathlib.Path(__file__).resolve().parent
PATIENCE_SECONDS = 120
HEALTH_CHECK = "/grpc.health.v1.Health/Check"
HEALTH_SERVING = b"\x08\x01"
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


class ServerFailed(RuntimeError):
    pass


@dataclasses.dataclass(frozen=True)
class Credentials:
    """PEM files: one authority, and a certificate of it for each side."""
    authority: pathlib.Path
    certificate: pathlib.Path
    key: pathlib.Path

    def flags(self) -> list[str]:
        return [f"--tls_cert={self.certificate}", f"--tls_key={self.key}", f"--tls_client_ca={self.authority}"]


class Server:
    """One process. A thread reads all that it prints; it ends with this program in any case."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str]):
        self.name = name
        self.lines: list[str] = []
        self._ended = False
        self._news = threading.Condition()
        self._process = subprocess.Popen(
            [*BOUND_TO_US, *command], env=clean_environment() | environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def events(self) -> list[dict]:
        with self._news:
            lines = list(self.lines)
        return [json.loads(line) for line in lines if line.startswith("{")]

    def address(self, of_event: str | None = None) -> str:
        """Waits for the line that tells it."""
        def told(event: dict) -> bool:
            return "address" in event and of_event in (None, event.get("event"))
        return self.wait_for(lambda: next((event["address"] for event in self.events() if told(event)), None))

    def wait_for(self, look: Callable[[], object]) -> object:
        with self._news:
            self._news.wait_for(lambda: self._ended or look(), timeout=PATIENCE_SECONDS)
            found = look()
        if not found:
            self.stop()
            raise ServerFailed(f"{self.name} does not serve; it wrote:\n" + "\n".join(self.lines[-20:]))
        return found

    def resident_bytes(self) -> int:
        fields = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(fields.split("VmRSS:")[1].split()[0]) * 1024

    def cpu_seconds(self) -> float:
        """User and system time of all threads so far."""
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS

    def is_running(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        if self.is_running():
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()

    def _read(self) -> None:
        for raw in self._process.stdout:
            with self._news:
                self.lines.append(raw.decode("utf-8", "replace").rstrip("\n"))
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()


class Fleet(contextlib.ExitStack):
    """Every server of a run; leaving it ends them all."""

    def __init__(self, bin_folder: pathlib.Path, work: pathlib.Path, master_key: dict[str, str]):
        super().__init__()
        self.bin = bin_folder
        self.work = work
        self.master_key = master_key

    @staticmethod
    def new_master_key() -> dict[str, str]:
        """As the environment's variable, for servers of one run."""
        return {"API_KEY_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode()}

    def echo(self, kind: str, response_bytes: int, listen: str = "127.0.0.1:0",
             credentials: Credentials | None = None) -> Server:
        command = [str(self.bin / "keyward-bench"), "serve", f"--kind={kind}", f"--listen={listen}",
                   f"--response_bytes={response_bytes}", *(credentials.flags() if credentials else [])]
        return self.start(f"the empty server ({kind})", command)

    def keyward(self, database: pathlib.Path, *flags: str, **options) -> Server:
        return self.keyward_over([f"--store=sqlite:{database}"], *flags, **options)

    def keyward_over(self, store: list[str], *flags: str, listen: str = "127.0.0.1:0",
                     credentials: Credentials | None = None) -> Server:
        """Listens from the moment it answers; call wait_until_serving before the first call."""
        command = [str(self.bin / "keyward-server"), f"--listen={listen}", *store, "--drain_delay=0s", *flags,
                   *(credentials.flags() if credentials else [])]
        return self.start("keyward-server", command, self.master_key)

    def python(self, database: pathlib.Path, users: pathlib.Path) -> Server:
        command = [sys.executable, str(HERE / "python_server.py"), f"--store={database}", f"--users={users}"]
        return self.start("the Python server", command, self.master_key)

    def socket(self, name: str) -> str:
        return f"unix:{self.work}/{name}.sock"

    def start(self, name: str, command: list[str], environment: dict[str, str] | None = None) -> Server:
        with interrupts.held():
            server = Server(name, command, environment or {})
            self.callback(server.stop)
        return server


def wait_until_serving(server: Server) -> str:
    """Of keyward-server: its address, once it has said that it serves."""
    address = server.address("listening")
    server.wait_for(lambda: any(event.get("event") == "serving" for event in server.events()))
    return address


def open_channel(address: str, credentials: Credentials | None = None) -> grpc.Channel:
    if credentials is None:
        return grpc.insecure_channel(address)
    files = (credentials.authority, credentials.key, credentials.certificate)
    return grpc.secure_channel(address, grpc.ssl_channel_credentials(*(file.read_bytes() for file in files)))


def check_health(address: str) -> None:
    with open_channel(address) as channel:
        answer = channel.unary_unary(HEALTH_CHECK)(b"", timeout=PATIENCE_SECONDS, wait_for_ready=True)
    if answer != HEALTH_SERVING:
        raise ServerFailed("the server answers, but its health is not SERVING")


def make_credentials(folder: pathlib.Path) -> Credentials:
    """An authority and one certificate, good for both sides of a connection to 127.0.0.1."""
    folder.mkdir(mode=0o700)
    made = Credentials(folder / "ca.crt", folder / "bench.crt", folder / "bench.key")
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    extensions = folder / "extensions"
    extensions.write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth,clientAuth\n")
    _openssl("req", "-x509", *new_key, "-days", "2", "-subj", "/CN=bench CA", "-keyout", folder / "ca.key",
             "-out", made.authority)
    _openssl("req", "-new", *new_key, "-subj", "/CN=bench", "-keyout", made.key, "-out", folder / "bench.csr")
    _openssl("x509", "-req", "-in", folder / "bench.csr", "-CA", made.authority, "-CAkey", folder / "ca.key",
             "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", made.certificate)
    return made


def _openssl(*arguments: object) -> None:
    run(["openssl", *map(str, arguments)])
