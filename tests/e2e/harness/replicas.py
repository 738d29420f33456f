"""Servers that share one PostgreSQL."""
from typing import Any

from harness import postgres
from harness.rig import Rig
from harness.server import Server


def flags(rig: Rig, database: postgres.Database) -> dict[str, Any]:
    """What a server needs to use the database."""
    password = rig.directory / "database-password"
    if not password.exists():
        password.write_text(postgres.PASSWORD + "\n")
        password.chmod(0o600)
    return {"store": database.url(), "store_password_file": password}


def start(rig: Rig, database: postgres.Database, **options: Any) -> Server:
    return rig.start(**(flags(rig, database) | options))
