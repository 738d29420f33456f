"""The errors of failed calls.

`KeywardError.reason` is the server's own word (such as "USER_KEY_NOT_FOUND") and never changes its
meaning; the classes below are for `except` clauses. No error holds a plaintext, a key or a token.
"""

from typing import Any

import grpc
from google.protobuf.message import DecodeError

from keyward.v1 import status_details_pb2

_DOMAIN = "keyward"
_DETAILS_TRAILER = "grpc-status-details-bin"
_REQUEST_ID_TRAILER = "x-request-id"


class KeywardError(Exception):
    """A call that failed."""

    def __init__(
        self,
        code: grpc.StatusCode,
        reason: str,
        message: str,
        retry_after: float | None = None,
        request_id: str = "",
    ) -> None:
        super().__init__(code, reason, message, retry_after, request_id)
        #: The canonical code.
        self.code = code
        #: The server's reason; empty where the call failed before the server could give one.
        self.reason = reason
        self.message = message
        #: Seconds after which the server asks to try again; None where it does not.
        self.retry_after = retry_after
        #: What the server's logs know the call by; empty where it did not answer, and for an item
        #: of a batch.
        self.request_id = request_id

    def __str__(self) -> str:
        return f"{self.reason or self.code.name}: {self.message}"


class InvalidRequestError(KeywardError):
    """A field is missing or too long."""


class TokenMalformedError(KeywardError):
    """The value is no token."""


class DecryptionFailedError(KeywardError):
    """The token does not open: another user's, other associated data, or tampered with."""


class UserKeyNotFoundError(KeywardError):
    """The user has no key."""


class UserKeyUnusableError(KeywardError):
    """The key is disabled, deleted or destroyed, or its version too old; `reason` says which."""


class EncryptionDisabledError(KeywardError):
    """The server has no usable master key."""


class KekNotLoadedError(KeywardError):
    """The user's key is wrapped under a master key that the server does not have."""


class StoredKeyCorruptError(KeywardError):
    """The user's stored key fails authentication."""


class EtagMismatchError(KeywardError):
    """The user's key was changed since its etag was read."""


class KekInUseError(KeywardError):
    """The master key is still needed."""


class LegacySharedError(KeywardError):
    """It would leave the Python module behind, which shares the server's legacy database."""


class UnavailableError(KeywardError):
    """The server, its store or its audit log cannot serve now; trying again later may help."""


class OverloadedError(KeywardError):
    """Too much in flight, or over the caller's rate; try again after `retry_after`."""


class DeadlineExceededError(KeywardError):
    """No answer within the deadline; the server may have done the work all the same."""


class UnauthenticatedError(KeywardError):
    """No credentials, or unknown ones."""


class PermissionDeniedError(KeywardError):
    """The caller is not granted this."""


_BY_REASON: dict[str, type[KeywardError]] = {
    "INVALID_REQUEST": InvalidRequestError,
    "TOKEN_MALFORMED": TokenMalformedError,
    "DECRYPTION_FAILED": DecryptionFailedError,
    "USER_KEY_NOT_FOUND": UserKeyNotFoundError,
    "USER_KEY_DISABLED": UserKeyUnusableError,
    "USER_KEY_DELETED": UserKeyUnusableError,
    "USER_KEY_DESTROYED": UserKeyUnusableError,
    "VERSION_TOO_OLD": UserKeyUnusableError,
    "ENCRYPTION_DISABLED": EncryptionDisabledError,
    "KEK_NOT_LOADED": KekNotLoadedError,
    "STORED_KEY_CORRUPT": StoredKeyCorruptError,
    "ETAG_MISMATCH": EtagMismatchError,
    "KEK_IN_USE": KekInUseError,
    "LEGACY_SHARED": LegacySharedError,
}

# For the codes that say enough alone: their reasons differ in what an operator does, not a caller,
# and a connection that breaks gives no reason.
_BY_CODE: dict[grpc.StatusCode, type[KeywardError]] = {
    grpc.StatusCode.UNAVAILABLE: UnavailableError,
    grpc.StatusCode.RESOURCE_EXHAUSTED: OverloadedError,
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineExceededError,
    grpc.StatusCode.UNAUTHENTICATED: UnauthenticatedError,
    grpc.StatusCode.PERMISSION_DENIED: PermissionDeniedError,
}


_BY_NUMBER: dict[int, grpc.StatusCode] = {code.value[0]: code for code in grpc.StatusCode}


def from_rpc_error(error: grpc.RpcError) -> KeywardError:
    """The typed error of a call that failed on a sync or an async channel."""
    trailers: Any = error.trailing_metadata() or ()
    reason, retry_after = _read_trailers(trailers)
    request_id = next((value for key, value in trailers if key == _REQUEST_ID_TRAILER), "")
    return _typed(error.code(), reason, error.details() or "", retry_after, request_id)


def from_status(status: status_details_pb2.StatusDetails) -> KeywardError:
    """The typed error of an item of a batch: what its call alone would have raised."""
    # An item must have a response or an error.
    code = _BY_NUMBER.get(status.code or grpc.StatusCode.INTERNAL.value[0])
    reason, retry_after = _read_details(status)
    return _typed(code or grpc.StatusCode.UNKNOWN, reason, status.message, retry_after)


def _typed(
    code: grpc.StatusCode,
    reason: str,
    message: str,
    retry_after: float | None,
    request_id: str = "",
) -> KeywardError:
    kind = _BY_REASON.get(reason) or _BY_CODE.get(code) or KeywardError
    return kind(code, reason, message, retry_after, request_id)


def _read_trailers(trailers: Any) -> tuple[str, float | None]:
    for key, value in trailers:
        if key != _DETAILS_TRAILER:
            continue
        try:
            return _read_details(status_details_pb2.StatusDetails.FromString(value))
        except DecodeError:
            # Not our server's trailer; the code and the message still stand.
            continue
    return "", None


def _read_details(status: status_details_pb2.StatusDetails) -> tuple[str, float | None]:
    reason, retry_after = "", None
    for detail in status.details:
        if detail.type_url.endswith("/google.rpc.ErrorInfo"):
            info = status_details_pb2.ErrorInfo.FromString(detail.value)
            reason = info.reason if info.domain == _DOMAIN else reason
        elif detail.type_url.endswith("/google.rpc.RetryInfo"):
            delay = status_details_pb2.RetryInfo.FromString(detail.value).retry_delay
            retry_after = delay.seconds + delay.nanos / 1e9
    return reason, retry_after
