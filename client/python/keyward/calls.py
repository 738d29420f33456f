"""The calls of both clients: each verb's request, and how its response is read. No I/O."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Generic, TypeVar

from keyward.results import (
    Decrypted,
    Encrypted,
    Limits,
    PoolKey,
    Rewrapped,
    ServerStatus,
    UserKey,
)
from keyward.v1 import key_service_pb2 as pb

T = TypeVar("T")


@dataclass(frozen=True, repr=False)
class Call(Generic[T]):
    """One call: the stub's method, what it is sent, and what its response becomes."""

    method: str
    request: Any
    read: Callable[[Any], T]
    #: In seconds; None: the client's.
    deadline: float | None = None


def encrypt(
    plaintext: bytes | str, user_id: str | None, pool: bool, associated_data: bytes
) -> Call[Encrypted]:
    request = pb.EncryptRequest(
        plaintext=plaintext.encode() if isinstance(plaintext, str) else plaintext,
        associated_data=associated_data,
        **_scope(user_id, pool),
    )
    return Call("Encrypt", request, _read_encrypted)


def decrypt(
    token: str,
    user_id: str | None,
    pool: bool,
    associated_data: bytes,
    allow_legacy_plaintext: bool,
) -> Call[Decrypted]:
    request = pb.DecryptRequest(
        token=token,
        associated_data=associated_data,
        allow_legacy_plaintext=allow_legacy_plaintext,
        **_scope(user_id, pool),
    )
    return Call("Decrypt", request, _read_decrypted)


def rewrap(
    token: str, user_id: str | None, pool: bool, associated_data: bytes
) -> Call[Rewrapped]:
    request = pb.RewrapRequest(
        token=token, associated_data=associated_data, **_scope(user_id, pool)
    )
    return Call("Rewrap", request, _read_rewrapped)


def get_or_create_user_key(user_id: str, version: int) -> Call[UserKey]:
    request = pb.GetOrCreateUserKeyRequest(user_id=user_id, version=version)
    return Call("GetOrCreateUserKey", request, _read_user_key)


def pool_key() -> Call[PoolKey]:
    return Call("PoolKey", pb.PoolKeyRequest(), lambda r: PoolKey(key=r.key, kek_id=r.kek_id))


def hash_api_key(api_key: str) -> Call[str]:
    return Call("HashApiKey", pb.HashApiKeyRequest(api_key=api_key), lambda r: str(r.sha256_hex))


def get_status() -> Call[ServerStatus]:
    return Call("GetStatus", pb.GetStatusRequest(), _read_status)


def check_scope(user_id: str | None, pool: bool) -> None:
    if (user_id is not None) == pool:
        raise TypeError("give either user_id or pool=True")


def _scope(user_id: str | None, pool: bool) -> dict[str, Any]:
    check_scope(user_id, pool)
    return {"pool": True} if pool else {"user_id": user_id}


def _read_encrypted(response: pb.EncryptResponse) -> Encrypted:
    return Encrypted(
        token=response.token, key_version=response.key_version, kek_id=response.kek_id
    )


def _read_decrypted(response: pb.DecryptResponse) -> Decrypted:
    return Decrypted(
        plaintext=response.plaintext,
        key_version=response.key_version,
        kek_id=response.kek_id,
        legacy_plaintext=response.legacy_plaintext,
        stale=response.stale,
    )


def _read_rewrapped(response: pb.RewrapResponse) -> Rewrapped:
    return Rewrapped(
        token=response.token,
        key_version=response.key_version,
        kek_id=response.kek_id,
        changed=response.changed,
    )


def _read_user_key(response: pb.GetOrCreateUserKeyResponse) -> UserKey:
    return UserKey(
        key=response.key,
        version=response.version,
        created=response.created,
        create_time=response.create_time.ToDatetime(tzinfo=UTC),
    )


def _read_status(response: pb.GetStatusResponse) -> ServerStatus:
    return ServerStatus(
        version=response.version,
        encryption_enabled=response.encryption_enabled,
        kek_id=response.kek_id,
        store=response.store,
        limits=Limits(
            max_user_id_bytes=response.limits.max_user_id_bytes,
            max_plaintext_bytes=response.limits.max_plaintext_bytes,
            max_associated_data_bytes=response.limits.max_associated_data_bytes,
            max_batch_items=response.limits.max_batch_items,
            max_batch_bytes=response.limits.max_batch_bytes,
        ),
    )
