"""What can be told of a value without asking the server."""

import enum
import hashlib

ENCRYPTED_PREFIX = "v2:"


class TokenFormat(enum.Enum):
    """How a value is sealed and written; a server reads both."""

    #: AES-256-GCM, the Python module's: at most 2**32 values a key.
    V2 = "v2"
    #: XAES-256-GCM: any number of values, bound to the user, or the pool, and to the key's version.
    V3 = "v3"


_PREFIXES = tuple(f"{each.value}:" for each in TokenFormat)


def is_encrypted(value: object) -> bool:
    """Whether `value` is a token by its prefix; it may still be one that does not open."""
    return isinstance(value, str) and value.startswith(_PREFIXES)


def api_key_hash(api_key: str) -> str:
    """The look-up hash of an API key: SHA-256 in 64 lower-case hex digits."""
    return hashlib.sha256(api_key.encode()).hexdigest()
