"""Client for Keyward, the key-management service that encrypts under a key for each user.

    from keyward import Client

    with Client("127.0.0.1:50051") as client:
        token = client.encrypt(b"sk-test-123", user_id="alice").token
        assert client.decrypt(token, user_id="alice").plaintext == b"sk-test-123"

`AsyncClient` has the same verbs for asyncio. Every failed call raises a `KeywardError`, which
carries the server's reason. `keyward.api_key_encryption` takes the place of the Python module that
Keyward replaces.
"""

from keyward.aio import AsyncClient
from keyward.batches import DecryptItem, EncryptItem
from keyward.client import Client
from keyward.errors import (
    DeadlineExceededError,
    DecryptionFailedError,
    EncryptionDisabledError,
    InvalidRequestError,
    KekNotLoadedError,
    KeywardError,
    LegacySharedError,
    OverloadedError,
    PermissionDeniedError,
    StoredKeyCorruptError,
    TokenMalformedError,
    UnauthenticatedError,
    UnavailableError,
    UserKeyNotFoundError,
    UserKeyUnusableError,
)
from keyward.options import DEFAULT_ADDRESS, Options
from keyward.results import Decrypted, Encrypted, Limits, PoolKey, ServerStatus, UserKey
from keyward.values import ENCRYPTED_PREFIX, TokenFormat, api_key_hash, is_encrypted

__all__ = [
    "AsyncClient",
    "Client",
    "DEFAULT_ADDRESS",
    "DeadlineExceededError",
    "DecryptItem",
    "Decrypted",
    "DecryptionFailedError",
    "ENCRYPTED_PREFIX",
    "EncryptItem",
    "Encrypted",
    "EncryptionDisabledError",
    "InvalidRequestError",
    "KekNotLoadedError",
    "KeywardError",
    "LegacySharedError",
    "Limits",
    "Options",
    "OverloadedError",
    "PermissionDeniedError",
    "PoolKey",
    "ServerStatus",
    "StoredKeyCorruptError",
    "TokenFormat",
    "TokenMalformedError",
    "UnauthenticatedError",
    "UnavailableError",
    "UserKey",
    "UserKeyNotFoundError",
    "UserKeyUnusableError",
    "api_key_hash",
    "is_encrypted",
]
