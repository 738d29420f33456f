"""The store's rows, read and changed while no server has the file (columns as in docs/FORMATS.md)."""
import contextlib
import pathlib
import sqlite3
from typing import Iterator

from harness import formats

ACTIVE, DISABLED, DELETED, DESTROYED = 1, 2, 3, 4  # users.state
VERSION_ENABLED, VERSION_DISABLED, VERSION_DESTROYED = 1, 2, 3  # user_keys.state


@contextlib.contextmanager
def edit(path: pathlib.Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path)
    try:
        # A row that is broken on purpose may break the schema's own rules too.
        connection.execute("PRAGMA ignore_check_constraints = ON")
        with connection:
            yield connection
    finally:
        connection.close()


def wrapped(connection: sqlite3.Connection, user_id: str, version: int = 1) -> bytes:
    return connection.execute("SELECT wrapped_key FROM user_keys WHERE user_id = ? AND version = ?",
                              (user_id, version)).fetchone()[0]


def set_wrapped(connection: sqlite3.Connection, user_id: str, blob: bytes) -> None:
    changed = connection.execute("UPDATE user_keys SET wrapped_key = ? WHERE user_id = ?", (blob, user_id))
    assert changed.rowcount == 1


def set_user(connection: sqlite3.Connection, user_id: str, **columns: int) -> None:
    """Gives the user a row of one's own where there is none: that of an active user."""
    connection.execute("INSERT INTO users (user_id, primary_version, state) "
                       "SELECT user_id, max(version), ? FROM user_keys WHERE user_id = ? GROUP BY user_id "
                       "ON CONFLICT DO NOTHING", (ACTIVE, user_id))
    assignments = ", ".join(f"{name} = ?" for name in columns)
    changed = connection.execute(f"UPDATE users SET {assignments} WHERE user_id = ?",
                                 (*columns.values(), user_id))
    assert changed.rowcount == 1


def set_version(connection: sqlite3.Connection, user_id: str, version: int, /, **columns: object) -> None:
    assignments = ", ".join(f"{name} = ?" for name in columns)
    changed = connection.execute(
        f"UPDATE user_keys SET {assignments} WHERE user_id = ? AND version = ?",
        (*columns.values(), user_id, version))
    assert changed.rowcount == 1


def add_version(connection: sqlite3.Connection, kek: bytes, user_id: str, version: int, key: bytes) -> None:
    connection.execute(
        "INSERT INTO user_keys (user_id, version, kek_id, wrap_format, wrapped_key, state, created_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (user_id, version, formats.kek_id(kek), formats.WRAP_FORMAT,
         formats.wrap(kek, key, version, user_id), VERSION_ENABLED, 1_700_000_000_000_000))
