"""AES-256-GCM and the form of a token, as the server has them (docs/FORMATS.md). No I/O.

A sealed value is nonce (12 bytes), ciphertext, tag (16 bytes); a token is the prefix and that in
base64url.
"""

import base64
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keyward.values import ENCRYPTED_PREFIX

KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16


def seal(key: bytes, plaintext: bytes) -> bytes:
    """Seals under a fresh random nonce. Raises ValueError unless the key has 32 bytes."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _cipher(key).encrypt(nonce, plaintext, None)


def unseal(key: bytes, sealed: bytes) -> bytes:
    """Raises ValueError for what is too short, and InvalidTag where authentication fails."""
    if len(sealed) < _NONCE_BYTES + _TAG_BYTES:
        raise ValueError("shorter than a nonce and a tag")
    return _cipher(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)


def to_token(sealed: bytes) -> str:
    return ENCRYPTED_PREFIX + base64.urlsafe_b64encode(sealed).decode()


def from_token(token: str) -> bytes:
    """The prefix and the padding are optional; ValueError for anything else that is malformed."""
    text = token.removeprefix(ENCRYPTED_PREFIX)
    padded = text + "=" * (-len(text) % 4)
    sealed = base64.b64decode(padded, altchars=b"-_", validate=True)
    # b64decode also takes "+", "/", wrong padding and stray trailing bits: encoding again shows it.
    canonical = base64.urlsafe_b64encode(sealed).decode()
    if text not in (canonical, canonical.rstrip("=")):
        raise ValueError("not base64url")
    return sealed


def _cipher(key: bytes) -> AESGCM:
    if len(key) != KEY_BYTES:
        raise ValueError("a key has 32 bytes")
    return AESGCM(key)
