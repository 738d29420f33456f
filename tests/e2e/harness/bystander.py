"""Another client, while one attacks: a process of its own that measures how long its calls take.

Each call has its time, one every PACE seconds, and is measured from then, whether or not the one before has
ended: a server that stands still for long is seen by all the calls that were due meanwhile.

    python3 bystander.py ADDRESS PATH REQUEST     REQUEST in hex
    standard output: a line "ready" after the first answer; then, once standard input ends, one of JSON
    {"calls": N, "failed": N, "p50_ms": …, "p99_ms": …, "max_ms": …}
"""
import json
import pathlib
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness import wire  # noqa: E402

PACE = 0.002
GRPC_STATUS_OK = b"grpc-status\x010"


class Caller:
    """One call at a time on a connection of its own. As little Python as possible is in what it measures."""

    def __init__(self, address: str, path: str, request: bytes):
        self._path, self._request = path, request
        self._socket = wire.connect(address)
        self._socket.settimeout(60)
        self._socket.sendall(wire.PREFACE + wire.settings(HEADER_TABLE_SIZE=0)
                             + wire.frame(wire.WINDOW_UPDATE, 0, 0, b"\x7f\0\0\0"))
        self._stream = -1
        self._buffer = bytearray()

    def call(self) -> bool:
        """Whether the answer is OK."""
        self._stream += 2
        self._socket.sendall(
            wire.frame(wire.HEADERS, wire.END_HEADERS, self._stream, wire.request_fields(self._path))
            + wire.data(self._stream, wire.message(self._request)))
        while True:
            for kind, flags, _, payload in wire.take_frames(self._buffer):
                if kind in (wire.SETTINGS, wire.PING) and not flags & wire.ACK:
                    self._socket.sendall(
                        wire.frame(kind, wire.ACK, 0, payload if kind == wire.PING else b""))
                elif kind == wire.HEADERS and flags & wire.END_STREAM:
                    return GRPC_STATUS_OK in payload
                elif kind in (wire.RST_STREAM, wire.GOAWAY):
                    return False
            part = self._socket.recv(1 << 16)
            if not part:
                return False
            self._buffer += part


class Bystander:
    """The process, as the test sees it."""

    def __init__(self, address: str, path: str, request: bytes):
        self._process = subprocess.Popen([sys.executable, __file__, address, path, request.hex()],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout.readline() == "ready\n"

    def end(self) -> dict:
        out, _ = self._process.communicate()
        return json.loads(out)


def main() -> None:
    caller = Caller(sys.argv[1], sys.argv[2], bytes.fromhex(sys.argv[3]))
    stop = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
    failed, times = 0 if caller.call() else 1, []
    print("ready", flush=True)
    due = time.perf_counter()
    while not (times and stop.is_set()):
        time.sleep(max(0, due - time.perf_counter()))
        failed += not caller.call()
        times.append((time.perf_counter() - due) * 1000)
        due += PACE
    times.sort()
    at = lambda share: round(times[min(len(times) - 1, int(len(times) * share))], 3)  # noqa: E731
    print(json.dumps({"calls": len(times), "failed": failed, "p50_ms": at(.5), "p99_ms": at(.99),
                      "max_ms": at(1)}))


if __name__ == "__main__":
    main()
