"""What can be told of a value without asking the server."""

import hashlib

ENCRYPTED_PREFIX = "v2:"


def is_encrypted(value: object) -> bool:
    """Whether `value` is a token by its prefix; it may still be one that does not open."""
    return isinstance(value, str) and value.startswith(ENCRYPTED_PREFIX)


def api_key_hash(api_key: str) -> str:
    """The look-up hash of an API key: SHA-256 in 64 lower-case hex digits."""
    return hashlib.sha256(api_key.encode()).hexdigest()
