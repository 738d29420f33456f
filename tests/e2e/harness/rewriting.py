"""A proxy on loopback that changes words in what clients send: a server that does not know them."""
import contextlib
import socket
import threading
from collections.abc import Iterator


class Rewriting:
    def __init__(self, port: int, old: bytes, new: bytes):
        assert len(old) == len(new)  # lengths are told in the protocol
        self.rewritten = 0
        self._old, self._new, self._to = old, new, port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._to))
                threading.Thread(target=self._pump, args=(client, server, True), daemon=True).start()
                threading.Thread(target=self._pump, args=(server, client, False), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, from_client: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                if from_client:
                    self.rewritten += data.count(self._old)
                    data = data.replace(self._old, self._new)
                sink.sendall(data)
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@contextlib.contextmanager
def rewriting(port: int, old: bytes, new: bytes) -> Iterator[Rewriting]:
    made = Rewriting(port, old, new)
    try:
        yield made
    finally:
        made.close()
