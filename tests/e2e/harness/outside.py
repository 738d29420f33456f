"""An address of this machine that is not loopback's, yet can be reached from here alone."""
import contextlib
import fcntl
import socket
import struct
from typing import Iterator

SIOCSIFFLAGS, SIOCSIFADDR, SIOCSIFNETMASK = 0x8914, 0x8916, 0x891C
IFF_UP = 1


def _set(alias: bytes, request: int, address: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        name = struct.pack("16sHH4s8x", alias, socket.AF_INET, 0, socket.inet_aton(address))
        fcntl.ioctl(control, request, name)


@contextlib.contextmanager
def address(alias: str, text: str) -> Iterator[str]:
    """Gives loopback a further address, from a range kept for documentation (RFC 5737)."""
    name = f"lo:{alias}".encode()
    _set(name, SIOCSIFADDR, text)
    try:
        _set(name, SIOCSIFNETMASK, "255.255.255.255")
        yield text
    finally:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
            with contextlib.suppress(OSError):
                fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", name, 0))
