"""HTTP/2 by hand (RFC 9113), for what no gRPC client would ever send."""
import contextlib
import socket
import ssl
import struct
import threading
from typing import Iterator

from harness.paths import PATIENCE

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
END_STREAM, ACK, END_HEADERS = 0x1, 0x1, 0x4
HEADER_TABLE_SIZE, MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE, MAX_HEADER_LIST_SIZE = 1, 3, 4, 6
CANCEL = 8
MAX_FRAME = 16384
INITIAL_WINDOW = 65535
FRAME_HEADER = 9


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return struct.pack(">BHBBI", len(payload) >> 16, len(payload) & 0xffff, kind, flags,
                       stream) + payload


def settings(**values: int) -> bytes:
    return frame(SETTINGS, 0, 0, b"".join(struct.pack(">HI", globals()[name], value)
                                          for name, value in values.items()))


SETTINGS_ACK = frame(SETTINGS, ACK, 0)


def reset(stream: int) -> bytes:
    return frame(RST_STREAM, 0, stream, struct.pack(">I", CANCEL))


def _length(value: int) -> bytes:
    """An HPACK integer of 7 bits' prefix (RFC 7541, section 5.1)."""
    if value < 127:
        return bytes([value])
    value, out = value - 127, bytearray([127])
    while value >= 128:
        out.append(value % 128 + 128)
        value //= 128
    return bytes(out + bytes([value]))


def field(name: bytes, value: bytes) -> bytes:
    """A literal header field, not indexed and not compressed."""
    return b"\0" + _length(len(name)) + name + _length(len(value)) + value


def indexed(fields: list[tuple[bytes, bytes]]) -> tuple[bytes, bytes]:
    """Fields as a connection has them first, and from then on: a byte each, by the dynamic table."""
    first = b"".join(b"\x40" + field(name, value)[1:] for name, value in fields)
    return first, bytes(0x80 | 61 + len(fields) - number for number in range(len(fields)))


def request_fields(path: str, *more: tuple[bytes, bytes]) -> bytes:
    return b"".join(field(name, value) for name, value in request_list(path, *more))


def request_list(path: str, *more: tuple[bytes, bytes]) -> list[tuple[bytes, bytes]]:
    return [(b":method", b"POST"), (b":scheme", b"http"), (b":path", path.encode()),
            (b":authority", b"keyward"), (b"te", b"trailers"),
            (b"content-type", b"application/grpc"), *more]


def message(body: bytes, compressed: bool = False) -> bytes:
    return struct.pack(">BI", compressed, len(body)) + body


def data(stream: int, body: bytes, end: bool = True) -> bytes:
    """In as many frames as it takes."""
    parts = [body[at:at + MAX_FRAME] for at in range(0, len(body), MAX_FRAME)] or [b""]
    return b"".join(frame(DATA, END_STREAM if end and number == len(parts) - 1 else 0, stream, part)
                    for number, part in enumerate(parts))


class Connection:
    """A connection whose client sends what it is told, and reads on a thread of its own.

    It acknowledges SETTINGS and answers pings only where `polite`.
    """

    def __init__(self, address: str, *, tls: ssl.SSLContext | None = None, polite: bool = True,
                 reading: bool = True, preface: bytes = PREFACE + settings()):
        self.frames: dict[int, int] = {}  # read so far, by kind
        self.bytes_read = 0
        self.closed = threading.Event()
        self._windows: dict[int, int] = {}  # what the server lets us send, by stream; 0: the connection
        self._news = threading.Condition()
        self._polite = polite
        self._sending = threading.Lock()
        self._socket = connect(address)
        if tls is not None:
            self._socket = tls.wrap_socket(self._socket)
        self.send(preface)
        if reading:
            threading.Thread(target=self._read, daemon=True).start()

    def send(self, content: bytes) -> bool:
        """False where the server has closed the connection."""
        try:
            with self._sending:
                self._socket.sendall(content)
            return True
        except OSError:
            self.closed.set()
            return False

    def send_within_windows(self, stream: int, body: bytes, end: bool = True) -> bool:
        """DATA as a well-behaved client sends it, waiting for windows."""
        at = 0
        while at < len(body):
            with self._news:
                if not self._news.wait_for(lambda: self.closed.is_set() or self._room(stream) > 0,
                                           timeout=PATIENCE):
                    return False
                size = min(self._room(stream), MAX_FRAME, len(body) - at)
                for each in 0, stream:
                    self._windows[each] = self._windows.get(each, INITIAL_WINDOW) - size
            last = at + size == len(body)
            if not self.send(frame(DATA, END_STREAM if end and last else 0, stream, body[at:at + size])):
                return False
            at += size
        return True

    def _room(self, stream: int) -> int:
        return min(self._windows.get(each, INITIAL_WINDOW) for each in (0, stream))

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _read(self) -> None:
        buffer = bytearray()
        while True:
            try:
                part = self._socket.recv(1 << 16)
            except OSError:
                part = b""
            if not part:
                self.closed.set()
                with self._news:
                    return self._news.notify_all()
            self.bytes_read += len(part)
            buffer += part
            for kind, flags, stream, payload in take_frames(buffer):
                self.frames[kind] = self.frames.get(kind, 0) + 1
                if kind == WINDOW_UPDATE:
                    with self._news:
                        granted = int.from_bytes(payload, "big")
                        self._windows[stream] = self._windows.get(stream, INITIAL_WINDOW) + granted
                        self._news.notify_all()
                if self._polite and kind in (SETTINGS, PING) and not flags & ACK:
                    self.send(frame(kind, ACK, 0, payload if kind == PING else b""))


def take_frames(buffer: bytearray) -> Iterator[tuple[int, int, int, bytes]]:
    while len(buffer) >= FRAME_HEADER:
        length = int.from_bytes(buffer[:3], "big")
        if len(buffer) < FRAME_HEADER + length:
            return
        kind, flags, stream = struct.unpack_from(">BBI", buffer, 3)
        payload = bytes(buffer[FRAME_HEADER:FRAME_HEADER + length])
        del buffer[:FRAME_HEADER + length]
        yield kind, flags, stream, payload


def connect(address: str) -> socket.socket:
    if address.startswith("unix:"):
        made = socket.socket(socket.AF_UNIX)
        made.connect(address.removeprefix("unix:"))
        return made
    host, port = address.rsplit(":", 1)
    made = socket.create_connection((host.strip("[]"), int(port)))
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made
