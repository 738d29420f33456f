"""Calls to the server, and failures as code, reason and retry advice taken from the trailers."""
import contextlib
import dataclasses
from typing import Any, Callable, Iterator

import grpc

from harness import paths
from harness.stubs import details, health, health_grpc, keys

DOMAIN = "keyward"
SERVICE = "keyward.v1.KeyService"
# What a failure with one of these reasons promises: when to try again, in both of gRPC's notations.
RETRYABLE = {"STORE_UNAVAILABLE", "DRAINING", "OVERLOADED", "RATE_LIMITED", "AUDIT_UNAVAILABLE"}

OPTIONS = [
    ("grpc.use_local_subchannel_pool", 1),  # a connection of its own for every client
    ("grpc.enable_retries", 0),             # the tests look at each answer themselves
    ("grpc.enable_http_proxy", 0),
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
]


@dataclasses.dataclass
class Failure:
    code: str
    message: str
    reason: str = ""
    domain: str = ""
    metadata: dict[str, str] = dataclasses.field(default_factory=dict)
    retry_seconds: float | None = None
    pushback_ms: int | None = None
    trailers: tuple = ()

    @classmethod
    def of(cls, error: grpc.RpcError) -> "Failure":
        trailers = tuple(error.trailing_metadata() or ())
        failure = cls(error.code().name, error.details() or "", trailers=trailers)
        for key, value in trailers:
            if key == "grpc-retry-pushback-ms":
                failure.pushback_ms = int(value)
            elif key == "grpc-status-details-bin":
                failure._read_details(value, error)
        return failure

    def _read_details(self, value: bytes, error: grpc.RpcError) -> None:
        status = details.StatusDetails.FromString(value)
        assert status.code == error.code().value[0], "the details tell another code"
        for entry in status.details:
            if entry.type_url == "type.googleapis.com/google.rpc.ErrorInfo":
                info = details.ErrorInfo.FromString(entry.value)
                self.reason, self.domain = info.reason, info.domain
                self.metadata = dict(info.metadata)
            elif entry.type_url == "type.googleapis.com/google.rpc.RetryInfo":
                delay = details.RetryInfo.FromString(entry.value).retry_delay
                self.retry_seconds = delay.seconds + delay.nanos / 1e9


def check(failure: Failure, code: str, reason: str) -> None:
    assert (failure.code, failure.reason) == (code, reason), failure
    assert failure.domain == DOMAIN, failure
    assert failure.message, failure
    advised = failure.retry_seconds is not None and failure.pushback_ms is not None
    silent = failure.retry_seconds is None and failure.pushback_ms is None
    assert advised if reason in RETRYABLE else silent, failure


@contextlib.contextmanager
def refused(code: str, reason: str) -> Iterator[list[Failure]]:
    """The block's call must fail so; the failure is in the list that is given."""
    seen: list[Failure] = []
    try:
        yield seen
    except grpc.RpcError as error:
        seen.append(Failure.of(error))
        check(seen[0], code, reason)
        return
    raise AssertionError(f"answered, where {code}/{reason} was due")


class Client:
    """A connection of its own to one address. Thread-safe."""

    def __init__(self, address: str, credentials: grpc.ChannelCredentials | None = None,
                 options: list[tuple[str, Any]] = ()):
        self.address = address
        options = list((dict(OPTIONS) | dict(options)).items())
        self.channel = (grpc.secure_channel(address, credentials, options) if credentials
                        else grpc.insecure_channel(address, options))
        self.health = health_grpc.HealthStub(self.channel)

    def close(self) -> None:
        self.channel.close()

    def method(self, name: str, service: str = SERVICE):
        """A call of bytes to bytes."""
        return self.channel.unary_unary(f"/{service}/{name}")

    def call(self, name: str, request: Any, timeout: float = paths.PATIENCE):
        answer = self.method(name)(request.SerializeToString(), timeout=timeout)
        return getattr(keys, name + "Response").FromString(answer)

    def begin(self, name: str, request: Any) -> grpc.Future:
        return self.method(name).future(request.SerializeToString(), timeout=paths.PATIENCE)

    def user_key(self, user_id: str, version: int = 0):
        return self.call("GetOrCreateUserKey",
                         keys.GetOrCreateUserKeyRequest(user_id=user_id, version=version))

    def encrypt(self, scope: Any, plaintext: bytes, associated_data: bytes = b"", token_format: int = 0):
        return self.call("Encrypt", keys.EncryptRequest(
            plaintext=plaintext, associated_data=associated_data, token_format=token_format,
            **scoped(scope)))

    def decrypt(self, scope: Any, token: str, associated_data: bytes = b"",
                allow_legacy_plaintext: bool = False):
        return self.call("Decrypt", keys.DecryptRequest(
            token=token, associated_data=associated_data,
            allow_legacy_plaintext=allow_legacy_plaintext, **scoped(scope)))

    def rewrap(self, scope: Any, token: str, associated_data: bytes = b""):
        return self.call("Rewrap", keys.RewrapRequest(
            token=token, associated_data=associated_data, **scoped(scope)))

    def pool_key(self):
        return self.call("PoolKey", keys.PoolKeyRequest())

    def hash(self, api_key: str) -> str:
        return self.call("HashApiKey", keys.HashApiKeyRequest(api_key=api_key)).sha256_hex

    def status(self):
        return self.call("GetStatus", keys.GetStatusRequest())

    def serving(self, name: str = "") -> str:
        answer = self.health.Check(health.HealthCheckRequest(service=name), timeout=paths.PATIENCE)
        return health.HealthCheckResponse.ServingStatus.Name(answer.status)


class _Pool:
    def __repr__(self) -> str:
        return "POOL"


POOL = _Pool()


def scoped(scope: Any) -> dict[str, Any]:
    """A user id, POOL, or None for no scope at all."""
    if scope is None:
        return {}
    return {"pool": True} if scope is POOL else {"user_id": scope}


def killed_in(call: Callable[[], object]) -> bool:
    """Whether the server died before it answered."""
    try:
        call()
        return False
    except grpc.RpcError as error:
        assert (Failure.of(error).code, Failure.of(error).reason) == ("UNAVAILABLE", ""), Failure.of(error)
        return True
