"""Asks for every user's key once, in large batches, so that all of them are cached."""
from servers import Credentials, open_channel
from user_ids import user_id

BATCH_ENCRYPT = "/keyward.v1.KeyService/BatchEncrypt"
BATCH = 1000
PATIENCE_SECONDS = 120


class TouchFailed(RuntimeError):
    pass


def touch_all(address: str, users: int, credentials: Credentials | None = None) -> None:
    with open_channel(address, credentials) as channel:
        call = channel.unary_unary(BATCH_ENCRYPT)  # bytes in, bytes out
        for first in range(0, users, BATCH):
            answer = call(_request(range(first, min(first + BATCH, users))), timeout=PATIENCE_SECONDS)
            _check(answer, min(BATCH, users - first))


def _request(indices: range) -> bytes:
    """BatchEncryptRequest of empty plaintexts, written by hand: a million messages take Python long."""
    items = (b"\x0a" + bytes([len(name)]) + name for name in (user_id(index).encode() for index in indices))
    return b"".join(b"\x0a" + bytes([len(item)]) + item for item in items)


def _check(answer: bytes, expected: int) -> None:
    """Each item is a BatchEncryptResult shorter than 128 bytes that holds a response."""
    at = found = 0
    while at < len(answer):
        if answer[at] != 0x0A or answer[at + 2] != 0x0A:
            raise TouchFailed("an item of BatchEncrypt failed")
        at += 2 + answer[at + 1]
        found += 1
    if found != expected:
        raise TouchFailed(f"{found} results for {expected} requests")
