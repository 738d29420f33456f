"""What the verbs answer. Key bytes and plaintexts stay out of `repr`, and so out of logs."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Encrypted:
    """A sealed value."""

    token: str
    #: The user key's version; 0 for the pool.
    key_version: int
    #: For the pool: the master key behind it, 16 hex digits; else empty.
    kek_id: str


@dataclass(frozen=True)
class Decrypted:
    """An opened token."""

    plaintext: bytes = field(repr=False)
    #: The user key's version that opened the token; 0 for the pool.
    key_version: int
    #: For the pool: the master key behind it, 16 hex digits; else empty.
    kek_id: str
    #: The value was no token and came back unchanged.
    legacy_plaintext: bool
    #: Encrypting the plaintext again would use a newer key.
    stale: bool


@dataclass(frozen=True)
class Rewrapped:
    """A token under the newest key."""

    token: str
    #: The user key's version that the token is under now; 0 for the pool.
    key_version: int
    #: For the pool: the master key behind it, 16 hex digits; else empty.
    kek_id: str
    #: False where the token was new enough and came back as it is.
    changed: bool


@dataclass(frozen=True)
class UserKey:
    """A user's data key."""

    #: 32 bytes.
    key: bytes = field(repr=False)
    version: int
    #: This call made the key.
    created: bool
    #: In UTC.
    create_time: datetime


@dataclass(frozen=True)
class PoolKey:
    """The key for values that belong to no user."""

    #: 32 bytes.
    key: bytes = field(repr=False)
    #: The master key from which it was derived, 16 hex digits.
    kek_id: str


@dataclass(frozen=True)
class Limits:
    """What a request may hold at most."""

    max_user_id_bytes: int
    max_plaintext_bytes: int
    max_associated_data_bytes: int
    #: 0 for both: the server is an older one and takes no batches.
    max_batch_items: int = 0
    #: Of a whole batch request, as it stands on the wire.
    max_batch_bytes: int = 0


@dataclass(frozen=True)
class ServerStatus:
    """What the server is, and whether it can encrypt."""

    version: str
    #: False where the server has no usable master key.
    encryption_enabled: bool
    #: The current master key, 16 hex digits; empty where there is none.
    kek_id: str
    #: The kind of store, such as "sqlite".
    store: str
    limits: Limits
