"""The Python module's side: its table, and how it makes a user's key."""
import datetime
import os
import pathlib
import sqlite3

from harness import formats

SCHEMA = ("CREATE TABLE IF NOT EXISTS encryption_keys "
          "(user_id TEXT PRIMARY KEY, encrypted_key BLOB NOT NULL, created_at TEXT NOT NULL)")


def connect(path: pathlib.Path | str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=60)
    connection.execute(SCHEMA)
    return connection


def now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).isoformat()


def get_or_create_user_key(connection: sqlite3.Connection, kek: bytes, user_id: str) -> bytes:
    """As the module does it: the insert is ignored where a row is there; what is read back counts."""
    with connection:
        connection.execute("INSERT OR IGNORE INTO encryption_keys VALUES (?, ?, ?)",
                           (user_id, formats.seal(kek, os.urandom(32)), now()))
    return read(connection, kek, user_id)


def read(connection: sqlite3.Connection, kek: bytes, user_id: str) -> bytes | None:
    row = connection.execute("SELECT encrypted_key FROM encryption_keys WHERE user_id = ?",
                             (user_id,)).fetchone()
    return formats.unseal(kek, bytes(row[0])) if row else None


def write(path: pathlib.Path | str, rows: list[tuple[str, bytes, str]]) -> None:
    connection = connect(path)
    with connection:
        connection.executemany("INSERT INTO encryption_keys VALUES (?, ?, ?)", rows)
    connection.close()
