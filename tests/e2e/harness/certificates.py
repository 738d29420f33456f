"""Certificate authorities and certificates for a test, made by the openssl command."""
import pathlib
import subprocess
from dataclasses import dataclass

import grpc


@dataclass
class Certificate:
    certificate: pathlib.Path
    key: pathlib.Path


class Authority:
    def __init__(self, directory: pathlib.Path, name: str):
        self._directory = directory / name
        self._directory.mkdir()
        self._name = name
        self._own = self._files("ca")
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                      "-nodes", "-days", "2", "-subj", f"/CN={name}",
                      "-keyout", self._own.key, "-out", self._own.certificate)

    @property
    def root(self) -> pathlib.Path:
        return self._own.certificate

    def issue(self, name: str) -> Certificate:
        """For 127.0.0.1, and good for either side of a connection."""
        files, request = self._files(name), self._directory / f"{name}.csr"
        extensions = self._directory / "extensions"
        extensions.write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n"
                              "extendedKeyUsage=serverAuth,clientAuth\n")
        self._openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                      "-nodes", "-subj", f"/CN={name}", "-keyout", files.key, "-out", request)
        self._openssl("x509", "-req", "-in", request, "-CA", self.root, "-CAkey", self._own.key,
                      "-CAcreateserial", "-days", "2", "-extfile", extensions,
                      "-out", files.certificate)
        return files

    def _files(self, name: str) -> Certificate:
        return Certificate(self._directory / f"{name}.crt", self._directory / f"{name}.key")

    @staticmethod
    def _openssl(*arguments) -> None:
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def credentials(root: pathlib.Path, own: Certificate | None = None) -> grpc.ChannelCredentials:
    if own is None:
        return grpc.ssl_channel_credentials(root.read_bytes())
    return grpc.ssl_channel_credentials(root.read_bytes(), own.key.read_bytes(),
                                        own.certificate.read_bytes())
