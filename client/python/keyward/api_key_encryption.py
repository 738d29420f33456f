"""Takes the place of the Python module `api_key_encryption`: a caller changes one import.

    from keyward.api_key_encryption import encrypt, get_or_create_user_key, resolve_master_key

    master_key = resolve_master_key()
    if master_key is not None:
        token = encrypt("sk-test-123", get_or_create_user_key("alice", master_key))

The master key stays on the server: `resolve_master_key` answers a handle in its place. The server
is the one that KEYWARD_ADDRESS names (127.0.0.1:50051 unless told), over TLS where KEYWARD_TLS_CA,
KEYWARD_TLS_CERT and KEYWARD_TLS_KEY name PEM files; they are read on first use. Functions that take
a master key also take its 32 bytes, and then work without a server, as they did before.

Under a server that forks its workers, only the workers may ask Keyward, for gRPC does not survive a
fork. A worker whose parent has asked gets a RuntimeError.

Functions that ask the server raise `keyward.KeywardError`; the rest raise ValueError and
cryptography.exceptions.InvalidTag.
"""

import hashlib
import logging
import os
import threading

from keyward import legacy_keys, sealing
from keyward.client import Client
from keyward.errors import KeywardError
from keyward.legacy_keys import Database
from keyward.options import Options
from keyward.values import ENCRYPTED_PREFIX, api_key_hash, is_encrypted

__all__ = [
    "ENCRYPTED_PREFIX",
    "MasterKey",
    "api_key_hash",
    "decrypt",
    "encrypt",
    "get_or_create_user_key",
    "get_pool_key",
    "is_encrypted",
    "resolve_master_key",
]

_POOL_KEY_SALT = b"stargazer:api_key_pool"
_POOL_KEY_ROUNDS = 100_000

_logger = logging.getLogger(__name__)


class MasterKey:
    """Stands for the server's master key, and holds nothing of it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<Keyward's master key>"


def resolve_master_key() -> MasterKey | None:
    """A handle where the server has encryption enabled, else None and a logged warning.

    None is also the answer where the server cannot be reached: like the function before it, this
    one does not raise. A caller that takes None for leave to store plaintext should see to it first
    that the server is there.
    """
    try:
        enabled = _shared.get().get_status().encryption_enabled
    except (KeywardError, OSError, ValueError) as error:
        _logger.warning("API key encryption is disabled: cannot ask Keyward: %s", error)
        return None
    if not enabled:
        _logger.warning("API key encryption is disabled: Keyward has no usable master key")
        return None
    return MasterKey()


def get_or_create_user_key(
    user_id: str, master_key: MasterKey | bytes, database: Database | None = None
) -> bytes:
    """The user's 32-byte key, made first where there is none; the same for all who ask at once.

    With a handle the server is asked, and `database` has no part in it. With real key bytes it is
    the SQLite file with the table `encryption_keys`, or an open connection to it; where it is not
    given, the file that KEYWARD_LEGACY_DB names.
    """
    if isinstance(master_key, MasterKey):
        return _shared.get().get_or_create_user_key(user_id).key
    key = _checked(master_key)
    database = database or os.environ.get("KEYWARD_LEGACY_DB")
    if not database:
        raise ValueError("with the bytes of a master key, a database is needed")
    return legacy_keys.get_or_create(database, user_id, key)


def get_pool_key(master_key: MasterKey | bytes) -> bytes:
    """The 32-byte key for values that belong to no user."""
    if isinstance(master_key, MasterKey):
        return _shared.get().pool_key().key
    return hashlib.pbkdf2_hmac(
        "sha256", _checked(master_key), _POOL_KEY_SALT, _POOL_KEY_ROUNDS, sealing.KEY_BYTES
    )


def encrypt(plaintext: str, key: bytes) -> str:
    """Seals a text under a user's or the pool's key. Raises ValueError unless that has 32 bytes."""
    return sealing.to_token(sealing.seal(key, plaintext.encode()))


def decrypt(ciphertext: str, key: bytes) -> str:
    """Opens what `encrypt` or the server made; its prefix and its padding are optional.

    Raises ValueError for a malformed token, or one of format v3, which only the server opens, and
    InvalidTag for one that the key does not open.
    """
    return sealing.unseal(key, sealing.from_token(ciphertext)).decode()


def _checked(master_key: bytes) -> bytes:
    if not isinstance(master_key, (bytes, bytearray, memoryview)):
        raise TypeError("master_key is what resolve_master_key() answered, or 32 bytes")
    if len(master_key) != sealing.KEY_BYTES:
        raise ValueError("a master key has 32 bytes")
    return bytes(master_key)


class _SharedClient:
    """One client for this process, made on first use."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._process = 0

    def get(self) -> Client:
        if self._client is not None and self._process != os.getpid():
            # gRPC does not survive a fork reliably: calls here would hang.
            raise RuntimeError("Keyward was used before this process was forked; use it only after")
        with self._lock:
            if self._client is None:
                self._process = os.getpid()
                self._client = Client(Options.from_environment())
            return self._client


_shared = _SharedClient()
