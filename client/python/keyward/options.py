"""How a client reaches its server."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import grpc

DEFAULT_ADDRESS = "127.0.0.1:50051"

# gRPC allows no more than five attempts.
_MAX_ATTEMPTS = 5


@dataclass(frozen=True)
class Options:
    """How a client reaches its server.

    Without any of the TLS files the connection is plain, which the server takes on loopback and
    unix sockets alone.
    """

    #: "host:port", or "unix:/path", or any other target of gRPC's, such as
    #: "dns:///keyward.keyward.svc:50051". Where it leads to several servers, calls go round those
    #: that can be reached.
    address: str = DEFAULT_ADDRESS
    #: PEM file with the authorities that vouch for the server; without it, the system's.
    tls_ca: str | os.PathLike[str] | None = None
    #: PEM files with the certificate, and its key, by which the server knows this client.
    tls_cert: str | os.PathLike[str] | None = None
    tls_key: str | os.PathLike[str] | None = None
    #: How long a call may take in all, retries included, in seconds.
    deadline: float = 5.0
    #: How often a call is tried in all, 1 to 5, while the server is unreachable, draining or
    #: overloaded. Every verb may be repeated safely. Where the server says how long to wait, gRPC
    #: keeps to that.
    max_attempts: int = 4

    def __post_init__(self) -> None:
        if self.deadline <= 0:
            raise ValueError("deadline must be above 0")
        if not 1 <= self.max_attempts <= _MAX_ATTEMPTS:
            raise ValueError(f"max_attempts must be 1 to {_MAX_ATTEMPTS}")
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("tls_cert and tls_key go together")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Options":
        """Reads KEYWARD_ADDRESS, KEYWARD_TLS_CA, KEYWARD_TLS_CERT and KEYWARD_TLS_KEY."""
        found = os.environ if environment is None else environment
        return cls(
            address=found.get("KEYWARD_ADDRESS") or DEFAULT_ADDRESS,
            tls_ca=found.get("KEYWARD_TLS_CA") or None,
            tls_cert=found.get("KEYWARD_TLS_CERT") or None,
            tls_key=found.get("KEYWARD_TLS_KEY") or None,
        )

    def credentials(self) -> grpc.ChannelCredentials | None:
        """Reads the TLS files; None for a plain connection. An unreadable file raises OSError."""
        if self.tls_ca is None and self.tls_cert is None:
            return None
        return grpc.ssl_channel_credentials(
            root_certificates=_read(self.tls_ca),
            private_key=_read(self.tls_key),
            certificate_chain=_read(self.tls_cert),
        )

    def channel_arguments(self) -> list[tuple[str, int | str]]:
        """The arguments for a gRPC channel, sync or async."""
        method: dict[str, object] = {
            "name": [
                {"service": "keyward.v1.KeyService"},
                {"service": "keyward.v1.KeyAdminService"},
            ]
        }
        if self.max_attempts > 1:
            method["retryPolicy"] = {
                "maxAttempts": self.max_attempts,
                "initialBackoff": "0.1s",
                "maxBackoff": "1s",
                "backoffMultiplier": 2,
                "retryableStatusCodes": ["UNAVAILABLE", "RESOURCE_EXHAUSTED"],
            }
        # The servers' health is not asked for: one without a master key, which has none, still
        # tells why it refuses.
        config = {"loadBalancingConfig": [{"round_robin": {}}], "methodConfig": [method]}
        return [("grpc.service_config", json.dumps(config))]


def _read(path: str | os.PathLike[str] | None) -> bytes | None:
    return None if path is None else Path(path).read_bytes()
