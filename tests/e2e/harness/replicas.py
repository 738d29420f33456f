"""Servers that share one PostgreSQL."""
from typing import Any

from harness import postgres, scrape
from harness.rig import Rig
from harness.rpc import Client
from harness.server import Server
from harness.waiting import until


def flags(rig: Rig, database: postgres.Database) -> dict[str, Any]:
    """What a server needs to use the database."""
    password = rig.directory / "database-password"
    if not password.exists():
        password.write_text(postgres.PASSWORD + "\n")
        password.chmod(0o600)
    return {"store": database.url(), "store_password_file": password}


def start(rig: Rig, database: postgres.Database, **options: Any) -> Server:
    return rig.start(**(flags(rig, database) | options))


class StandbyReader:
    """A server with nothing cached that reads from the standby, and its client."""

    def __init__(self, rig: Rig, database: postgres.Database, url: str):
        self.server = start(rig, database, store=url, store_read_from="standby",
                            metrics_listen="127.0.0.1:0")
        self.client = rig.client(self.server)

    def counted(self, result: str) -> int:
        return int(scrape.value(self.server, "keyward_store_standby_reads_total", result=result))

    def wait_until_it_reads_there(self, writer: Client) -> None:
        """By users of its own, each asked for once: what is cached is looked for nowhere."""
        users = iter(range(1_000_000))

        def answered() -> bool:
            user = f"waiting-{next(users)}"
            self.client.decrypt(user, writer.encrypt(user, b"x").token)
            return self.counted("answered") > 0

        until(answered, "answered by the standby")
