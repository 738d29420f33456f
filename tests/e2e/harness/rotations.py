"""New certificates for a server under load: no call fails, and each new connection sees the newest."""
import os
import shutil
import signal
import socket
import ssl

from harness.certificates import Authority, Certificate, credentials
from harness.load import Load
from harness.rig import Rig

KEPT, FRESH = 2, 2  # callers on a connection that stands, and callers with a new one for each call


class Rotations:
    def __init__(self, rig: Rig):
        self._rig = rig
        self._authority = Authority(rig.directory, "authority")
        self._own = self._authority.issue("backend")
        self._files = Certificate(rig.directory / "tls.crt", rig.directory / "tls.key")
        self.count = 0
        self.calls = 0
        self._install("server-0")
        self._server = rig.start(tls_cert=self._files.certificate, tls_key=self._files.key,
                                 tls_client_ca=self._authority.root)
        self._kept = [self._connect() for _ in range(KEPT)]
        self._load = Load(KEPT + FRESH, self._call)

    def rotate(self) -> None:
        """Returns when the new certificate is shown, and calls have been made since."""
        self.count += 1
        name = f"server-{self.count}"
        self._install(name)
        self._server.send(signal.SIGHUP)
        self._server.wait_for(lambda server: self._reloads() >= self.count, f"reload {self.count}")
        assert self._shown() == name
        self._load.wait_for_rounds(self._load.rounds() + KEPT + FRESH)

    def finish(self) -> None:
        self.calls = self._load.rounds()
        self._load.join()
        assert self._rig.end(self._server) == 0, self._server.log()

    def _install(self, name: str) -> None:
        issued = self._authority.issue(name)
        for new, place in ((issued.certificate, self._files.certificate), (issued.key, self._files.key)):
            staged = place.with_suffix(".new")
            shutil.move(new, staged)
            staged.chmod(0o600)
            os.replace(staged, place)

    def _reloads(self) -> int:
        return sum('"event":"tls_reloaded"' in line for line in self._server.lines)

    def _shown(self) -> str:
        context = ssl.create_default_context(cafile=self._authority.root)
        context.load_cert_chain(self._own.certificate, self._own.key)
        context.set_alpn_protocols(["h2"])
        host, port = self._server.address.rsplit(":", 1)
        with socket.create_connection((host, int(port))) as plain:
            with context.wrap_socket(plain, server_hostname=host) as secure:
                return dict(pair for part in secure.getpeercert()["subject"] for pair in part)["commonName"]

    def _connect(self):
        return self._rig.client(self._server, credentials(self._authority.root, self._own))

    def _call(self, worker: int) -> None:
        """A failed call raises, and so ends the load."""
        if worker < KEPT:
            self._kept[worker].encrypt(f"user-{worker}", b"x")
            return
        fresh = self._connect()
        fresh.encrypt(f"user-{worker}", b"x")
        self._rig.close_client(fresh)
