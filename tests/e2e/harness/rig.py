"""What a test holds: a folder of its own, and the servers and clients it started there."""
import os
import pathlib
import signal
from typing import Any

from harness import formats, paths
from harness.rpc import Client
from harness.server import Flags, Server, command_line

EX_CONFIG = 78


class Rig:
    def __init__(self, directory: pathlib.Path):
        self.directory = directory
        self.kek = os.urandom(32)
        self._servers: list[Server] = []
        self._clients: list[Client] = []

    @property
    def store(self) -> pathlib.Path:
        return self.directory / "keys.db"

    def launch(self, *, kek: Any = "own", previous: Any = None,
               environment: dict[str, str] | None = None, arguments: tuple[str, ...] = (),
               prefix: tuple[str, ...] = (), **flags: Any) -> Server:
        """Starts a server and does not wait. `kek`: bytes, text as it is, or None for none."""
        variables = dict(environment or {})
        kek = self.kek if isinstance(kek, str) and kek == "own" else kek
        for name, value in (("API_KEY_MASTER_KEY", kek), ("API_KEY_MASTER_KEY_PREVIOUS", previous)):
            if value is not None:
                variables[name] = formats.kek_text(value) if isinstance(value, bytes) else value
        defaults: Flags = {"listen": "127.0.0.1:0", "store": f"sqlite:{self.store}",
                           "drain_delay": "0s"}
        command = [*prefix, paths.server(), *command_line(defaults | flags), *arguments]
        server = Server(command, variables, self.directory)
        self._servers.append(server)
        return server

    def start(self, **options: Any) -> Server:
        server = self.launch(**options)
        server.wait_until_serving()
        return server

    def refuse(self, **options: Any) -> str:
        """A start that must end with the status for mistakes in the configuration, and one line.

        What the log said before is no part of that line.
        """
        server = self.launch(**options)
        assert not server.came_up(), "it serves:\n" + server.log()
        status = server.wait()
        assert status == EX_CONFIG, f"exit status {status}:\n{server.log()}"
        assert len(server.plain_lines()) == 1, server.log()
        assert server.lines[-1] == server.plain_lines()[0], server.log()
        return server.lines[-1]

    def client(self, server: Server | str, credentials: Any = None, **options: Any) -> Client:
        address = server if isinstance(server, str) else server.address
        client = Client(address, credentials, list(options.items()))
        self._clients.append(client)
        return client

    def close_client(self, client: Client) -> None:
        """For one of very many."""
        client.close()
        self._clients.remove(client)

    def serve(self, **options: Any) -> Client:
        """A server with what it needs, and a client of it."""
        return self.client(self.start(**options))

    def end(self, server: Server) -> int:
        """Ends a server after its clients: gRPC waits seconds for connections whose client is idle."""
        for client in self._clients:
            if client.address in server.addresses:
                client.close()
        return server.stop()

    def close(self) -> None:
        for client in self._clients:
            client.close()
        for server in self._servers:
            if server.is_running():
                server.send(signal.SIGCONT)
                if paths.COUNTING:
                    server.try_stop(seconds=10)
            server.kill()
