"""What the operators' verbs answer. None holds a key."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class KeyVersion:
    """One version of a user's key."""

    version: int
    #: ENABLED, DISABLED or DESTROYED.
    state: str
    #: In UTC.
    create_time: datetime
    #: The master key that wraps it, 16 hex digits; empty where it is destroyed.
    kek_id: str
    #: About how many v2 tokens it has sealed.
    messages: int


@dataclass(frozen=True)
class KeyInfo:
    """What is known of a user's key, but the key."""

    user_id: str
    #: ACTIVE, DISABLED, DELETED or DESTROYED.
    state: str
    primary_version: int
    #: Versions below it do not decrypt; 0: none is too old.
    min_version: int
    #: Newest first.
    versions: tuple[KeyVersion, ...]
    etag: str
    #: When a deleted key is destroyed, in UTC; None where it is not deleted.
    purge_time: datetime | None
    #: Why the key should be rotated: AGE or MESSAGES; empty where it need not be.
    rotation_due: str


@dataclass(frozen=True)
class Kek:
    """A master key."""

    #: 16 hex digits.
    kek_id: str
    current: bool
    loaded: bool
    #: Stored keys that it wraps.
    keys: int
    #: In UTC; None where it is not retired.
    retire_time: datetime | None


@dataclass(frozen=True)
class RewrapProgress:
    """How far the rewrapping of all stored keys is."""

    #: IDLE, RUNNING, DONE or FAILED.
    state: str
    #: Under which they are wrapped, 16 hex digits.
    kek_id: str
    keys_at_start: int
    users_seen: int
    keys_rewrapped: int
    keys_failed: int
    start_time: datetime | None
    end_time: datetime | None
    #: Why it failed.
    error: str


@dataclass(frozen=True)
class KekStatus:
    """The master keys, the current one first."""

    keks: tuple[Kek, ...]
    rewrap: RewrapProgress


@dataclass(frozen=True)
class StoreFault:
    """One kind of damage to stored keys."""

    #: Such as STORED_KEY_CORRUPT.
    fault: str
    count: int
    #: The first ten.
    user_ids: tuple[str, ...]


@dataclass(frozen=True)
class Verified:
    """What was found in the store."""

    users: int
    keys: int
    faults: tuple[StoreFault, ...]


@dataclass(frozen=True)
class BackedUp:
    """A backup that was made, and verified."""

    #: On the server's machine.
    path: str
    bytes: int
    users: int
    #: What is wrong with keys in it, as in the store itself.
    faults: tuple[StoreFault, ...]
