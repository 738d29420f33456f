"""Many values in one call: cut into batches that the server takes. No I/O."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import grpc

from keyward import calls
from keyward.calls import Call
from keyward.errors import KeywardError, from_status
from keyward.results import Decrypted, Encrypted, Rewrapped
from keyward.v1 import key_service_pb2 as pb

T = TypeVar("T")

#: What the server takes in one call.
MAX_BATCH_ITEMS = 1000
MAX_BATCH_BYTES = 2 << 20

# The tag and the length of an item within the batch.
_ITEM_OVERHEAD = 6


@dataclass(frozen=True)
class EncryptItem:
    """One of many values to encrypt; the fields are those of `Client.encrypt`."""

    plaintext: bytes | str = field(repr=False)
    user_id: str | None = None
    pool: bool = False
    associated_data: bytes = b""

    def __post_init__(self) -> None:
        calls.check_scope(self.user_id, self.pool)


@dataclass(frozen=True)
class DecryptItem:
    """One of many tokens to open; the fields are those of `Client.decrypt`."""

    token: str = field(repr=False)
    user_id: str | None = None
    pool: bool = False
    associated_data: bytes = b""
    allow_legacy_plaintext: bool = False

    def __post_init__(self) -> None:
        calls.check_scope(self.user_id, self.pool)


@dataclass(frozen=True)
class RewrapItem:
    """One of many tokens to rewrap; the fields are those of `Client.rewrap`."""

    token: str = field(repr=False)
    user_id: str | None = None
    pool: bool = False
    associated_data: bytes = b""

    def __post_init__(self) -> None:
        calls.check_scope(self.user_id, self.pool)


def encrypt_many(items: Iterable[EncryptItem]) -> Iterator[Call[list[Encrypted | KeywardError]]]:
    singles = (calls.encrypt(i.plaintext, i.user_id, i.pool, i.associated_data) for i in items)
    return _batches("BatchEncrypt", pb.BatchEncryptRequest, singles)


def decrypt_many(items: Iterable[DecryptItem]) -> Iterator[Call[list[Decrypted | KeywardError]]]:
    singles = (
        calls.decrypt(i.token, i.user_id, i.pool, i.associated_data, i.allow_legacy_plaintext)
        for i in items
    )
    return _batches("BatchDecrypt", pb.BatchDecryptRequest, singles)


def rewrap_many(items: Iterable[RewrapItem]) -> Iterator[Call[list[Rewrapped | KeywardError]]]:
    singles = (calls.rewrap(i.token, i.user_id, i.pool, i.associated_data) for i in items)
    return _batches("BatchRewrap", pb.BatchRewrapRequest, singles)


def failed(call: Call[Any], error: KeywardError) -> list[KeywardError]:
    """What a batch gives whose call failed as a whole."""
    return [error] * len(call.request.requests)


def _batches(
    method: str, make: Callable[..., Any], singles: Iterable[Call[T]]
) -> Iterator[Call[list[T | KeywardError]]]:
    batch: list[Call[T]] = []
    size = 0
    for single in singles:
        more = single.request.ByteSize() + _ITEM_OVERHEAD
        if batch and (len(batch) == MAX_BATCH_ITEMS or size + more > MAX_BATCH_BYTES):
            yield _batch(method, make, batch)
            batch, size = [], 0
        batch.append(single)
        size += more
    if batch:
        yield _batch(method, make, batch)


def _batch(
    method: str, make: Callable[..., Any], batch: list[Call[T]]
) -> Call[list[T | KeywardError]]:
    request = make(requests=[single.request for single in batch])
    return Call(method, request, partial(_read, batch))


def _read(batch: list[Call[T]], response: Any) -> list[T | KeywardError]:
    if len(response.results) != len(batch):
        message = f"the server answered {len(batch)} items with {len(response.results)} results"
        raise KeywardError(grpc.StatusCode.INTERNAL, "", message)
    return [
        single.read(result.response) if result.HasField("response") else from_status(result.status)
        for single, result in zip(batch, response.results, strict=True)
    ]
