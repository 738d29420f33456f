"""Tokens of format v3, written a second time after docs/FORMATS.md alone, by `cryptography`."""
import base64
import os
import struct
from typing import NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PREFIX = "v3:"
LABEL = b"keyward/v3"
NONCE = 24


class Owner(NamedTuple):
    """Whose key seals a token."""
    kind: int
    version: int
    id: bytes


def user(user_id: str, version: int = 1) -> Owner:
    return Owner(1, version, user_id.encode())


def pool(kek_id: bytes) -> Owner:
    return Owner(2, 0, kek_id)


def seal(data_key: bytes, owner: Owner, plaintext: bytes, associated_data: bytes = b"",
         nonce: bytes | None = None) -> str:
    nonce = nonce or os.urandom(NONCE)
    sealed = AESGCM(message_key(sealing_key(data_key), nonce)).encrypt(
        nonce[12:], plaintext, bound(owner, associated_data))
    return write(struct.pack(">I", owner.version) + nonce + sealed)


def unseal(data_key: bytes, owner: Owner, token: str, associated_data: bytes = b"") -> bytes:
    """Raises InvalidTag where the token is not that owner's or was changed."""
    data = read(token)
    nonce, sealed = data[4:4 + NONCE], data[4 + NONCE:]
    owner = owner._replace(version=version(token))
    return AESGCM(message_key(sealing_key(data_key), nonce)).decrypt(
        nonce[12:], sealed, bound(owner, associated_data))


def version(token: str) -> int:
    return struct.unpack(">I", read(token)[:4])[0]


def read(token: str) -> bytes:
    assert token.startswith(PREFIX)
    return base64.urlsafe_b64decode(token.removeprefix(PREFIX))


def write(data: bytes) -> str:
    return PREFIX + base64.urlsafe_b64encode(data).decode()


def bound(owner: Owner, associated_data: bytes) -> bytes:
    """AES-GCM's own associated data."""
    return (LABEL + bytes([0, owner.kind]) + struct.pack(">II", owner.version, len(owner.id)) + owner.id
            + associated_data)


def sealing_key(data_key: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=LABEL).derive(data_key)


def message_key(key: bytes, nonce: bytes) -> bytes:
    """XAES-256-GCM's key for one message."""
    aes = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    doubled = int.from_bytes(aes.update(bytes(16)), "big") << 1
    if doubled >> 128:
        doubled ^= 1 << 128 | 0x87
    blocks = (bytes([0, counter]) + b"X\0" + nonce[:12] for counter in (1, 2))
    return b"".join(aes.update((int.from_bytes(block, "big") ^ doubled).to_bytes(16, "big"))
                    for block in blocks)
