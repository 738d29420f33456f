"""The Python module's formats, written as its callers would: v2 tokens and wrapped user keys."""
import base64
import binascii
import datetime
import os
import sqlite3

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PREFIX = "v2:"
NONCE_BYTES = 12
TAG_BYTES = 16
KEY_BYTES = 32

_SCHEMA = ("CREATE TABLE IF NOT EXISTS encryption_keys "
           "(user_id TEXT PRIMARY KEY, encrypted_key BLOB NOT NULL, created_at TEXT NOT NULL)")
INSERT = "INSERT OR IGNORE INTO encryption_keys VALUES (?, ?, ?)"
SELECT = "SELECT encrypted_key FROM encryption_keys WHERE user_id = ?"


class MalformedToken(ValueError):
    pass


def encrypt(plaintext: str, key: bytes) -> str:
    """A key object for each call and a nonce from the operating system, as the Python module does it."""
    nonce = os.urandom(NONCE_BYTES)
    return PREFIX + base64.urlsafe_b64encode(nonce + AESGCM(key).encrypt(nonce, plaintext.encode(), None)).decode()


def seal(cipher: AESGCM, plaintext: bytes, data: bytes | None = None) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plaintext, data)


def unseal(cipher: AESGCM, box: bytes, data: bytes | None = None) -> bytes:
    return cipher.decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], data)


def write_token(box: bytes) -> str:
    return PREFIX + base64.urlsafe_b64encode(box).decode()


def read_token(token: str) -> bytes:
    """Nonce, ciphertext and tag; prefix and padding are optional."""
    text = token.removeprefix(PREFIX).rstrip("=")
    try:
        box = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedToken("the token is not base64url") from error
    if len(box) < NONCE_BYTES + TAG_BYTES:
        raise MalformedToken("the token is shorter than a nonce and a tag")
    return box


def read_master_key(text: str) -> bytes:
    key = base64.b64decode(text.strip().translate(str.maketrans("-_", "+/")) + "==")
    if len(key) != KEY_BYTES:
        raise ValueError("the master key is not 32 bytes")
    return key


def open_database(path: str) -> sqlite3.Connection:
    """In WAL mode, a key durable once its commit returns: what the fastest safe settings of SQLite are."""
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, cached_statements=128)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(_SCHEMA)
    return connection


def new_row(user_id: str, master: AESGCM) -> tuple[str, bytes, str]:
    now = datetime.datetime.now(datetime.timezone.utc).isoformat()
    return user_id, seal(master, os.urandom(KEY_BYTES)), now
