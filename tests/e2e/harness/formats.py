"""The formats of the Python module and of Keyward's rows, written a second time, by `cryptography`."""
import base64
import hashlib
import hmac
import os
import struct

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PREFIX = "v2:"
POOL_SALT = b"stargazer:api_key_pool"
NONCE = 12
TAG = 16
WRAP_FORMAT = 2


def seal(key: bytes, plaintext: bytes, associated_data: bytes | None = None) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, associated_data)


def unseal(key: bytes, blob: bytes, associated_data: bytes | None = None) -> bytes:
    return AESGCM(key).decrypt(blob[:NONCE], blob[NONCE:], associated_data)


def token(key: bytes, plaintext: bytes, associated_data: bytes | None = None) -> str:
    return PREFIX + base64.urlsafe_b64encode(seal(key, plaintext, associated_data)).decode()


def open_token(key: bytes, text: str, associated_data: bytes | None = None) -> bytes:
    return unseal(key, base64.urlsafe_b64decode(text.removeprefix(PREFIX)), associated_data)


def pool_key(kek: bytes, salt: bytes = POOL_SALT) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", kek, salt, 100_000, 32)


def kek_id(kek: bytes) -> bytes:
    return hmac.digest(kek, b"keyward/kek-id/1", "sha256")[:8]


def kek_text(kek: bytes) -> str:
    return base64.b64encode(kek).decode()


def binding(kek: bytes, version: int, user_id: str) -> bytes:
    """The associated data of a wrapped key in format 2."""
    return (b"keyward/wrap/2\0" + kek_id(kek) + struct.pack(">Q", version) + user_id.encode())


def wrap(kek: bytes, key: bytes, version: int, user_id: str) -> bytes:
    return seal(kek, key, binding(kek, version, user_id))


def unwrap(kek: bytes, blob: bytes, version: int, user_id: str) -> bytes:
    return unseal(kek, blob, binding(kek, version, user_id))
