"""Client for Keyward, the key-management service that encrypts under a key for each user.

    from keyward import Client

    with Client("127.0.0.1:50051") as client:
        token = client.encrypt(b"sk-test-123", user_id="alice").token
        assert client.decrypt(token, user_id="alice").plaintext == b"sk-test-123"

`AsyncClient` has the same verbs for asyncio; `AdminClient` and `AsyncAdminClient` are for
operators. Every failed call raises a `KeywardError`, which carries the server's reason.
`keyward.api_key_encryption` takes the place of the Python module that Keyward replaces.
"""

from keyward.admin import AdminClient
from keyward.admin_results import (
    BackedUp,
    Kek,
    KekStatus,
    KeyInfo,
    KeyVersion,
    RewrapProgress,
    StoreFault,
    Verified,
)
from keyward.aio import AsyncClient
from keyward.aio_admin import AsyncAdminClient
from keyward.batches import DecryptItem, EncryptItem, RewrapItem
from keyward.client import Client
from keyward.errors import (
    DeadlineExceededError,
    DecryptionFailedError,
    EncryptionDisabledError,
    EtagMismatchError,
    InvalidRequestError,
    KekInUseError,
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
from keyward.results import (
    Decrypted,
    Encrypted,
    Limits,
    PoolKey,
    Rewrapped,
    ServerStatus,
    UserKey,
)
from keyward.values import ENCRYPTED_PREFIX, api_key_hash, is_encrypted

__all__ = [
    "AdminClient",
    "AsyncAdminClient",
    "AsyncClient",
    "BackedUp",
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
    "EtagMismatchError",
    "InvalidRequestError",
    "Kek",
    "KekInUseError",
    "KekNotLoadedError",
    "KekStatus",
    "KeyInfo",
    "KeyVersion",
    "KeywardError",
    "LegacySharedError",
    "Limits",
    "Options",
    "OverloadedError",
    "PermissionDeniedError",
    "PoolKey",
    "RewrapItem",
    "RewrapProgress",
    "Rewrapped",
    "ServerStatus",
    "StoreFault",
    "StoredKeyCorruptError",
    "TokenMalformedError",
    "UnauthenticatedError",
    "UnavailableError",
    "UserKey",
    "UserKeyNotFoundError",
    "UserKeyUnusableError",
    "Verified",
    "api_key_hash",
    "is_encrypted",
]
