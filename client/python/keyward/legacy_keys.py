"""The SQLite table in which the Python module before Keyward keeps the users' keys.

The server's --legacy_db works on the same file at the same time: whoever inserts a user's row first
has made that user's key.
"""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

from keyward.sealing import KEY_BYTES, seal, unseal

Database = str | os.PathLike[str] | sqlite3.Connection

_TABLE = (
    "CREATE TABLE IF NOT EXISTS encryption_keys "
    "(user_id TEXT PRIMARY KEY, encrypted_key BLOB NOT NULL, created_at TEXT NOT NULL)"
)
# How long to wait, in seconds, for another program's write to the file.
_BUSY_TIMEOUT = 30.0


def get_or_create(database: Database, user_id: str, master_key: bytes) -> bytes:
    """The user's key, made first where there is none.

    A connection given for `database` stays open, and its transaction is committed. Raises
    ValueError for a stored key of the wrong length, InvalidTag for one that `master_key` does not
    open, and sqlite3.Error.
    """
    if isinstance(database, sqlite3.Connection):
        return _get_or_create(database, user_id, master_key)
    with closing(sqlite3.connect(database, timeout=_BUSY_TIMEOUT)) as connection:
        return _get_or_create(connection, user_id, master_key)


def _get_or_create(connection: sqlite3.Connection, user_id: str, master_key: bytes) -> bytes:
    with connection:
        connection.execute(_TABLE)
    sealed = _find(connection, user_id)
    if sealed is None:
        _insert(connection, user_id, seal(master_key, os.urandom(KEY_BYTES)))
        # Another program may have come first: its row then stands.
        sealed = _find(connection, user_id)
    if sealed is None:
        raise sqlite3.DatabaseError("the user's row was deleted while it was being made")
    key = unseal(master_key, sealed)
    if len(key) != KEY_BYTES:
        raise ValueError("the stored key does not have 32 bytes")
    return key


def _find(connection: sqlite3.Connection, user_id: str) -> bytes | None:
    query = "SELECT encrypted_key FROM encryption_keys WHERE user_id = ?"
    row = connection.execute(query, (user_id,)).fetchone()
    # Indexing works under any row_factory that a caller's connection is likely to have.
    return None if row is None else bytes(row[0])


def _insert(connection: sqlite3.Connection, user_id: str, sealed: bytes) -> None:
    with connection:
        connection.execute(
            "INSERT OR IGNORE INTO encryption_keys VALUES (?, ?, ?)",
            (user_id, sealed, datetime.now(UTC).isoformat()),
        )
