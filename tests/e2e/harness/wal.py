"""What a SQLite write-ahead log says of commits (https://www.sqlite.org/fileformat.html, section 4.1)."""
import pathlib
import struct

HEADER, FRAME_HEADER = 32, 24


def commits(database: pathlib.Path) -> set[tuple[bytes, int]]:
    """The frames that end a transaction, as the log's salt and their number.

    What is new in a later set was committed in between, as long as the log began anew at most once.
    """
    path = database.with_name(database.name + "-wal")
    data = path.read_bytes() if path.exists() else b""
    if len(data) < HEADER:
        return set()
    frame = FRAME_HEADER + struct.unpack_from(">I", data, 8)[0]
    salt, found = data[16:24], set()
    for number, start in enumerate(range(HEADER, len(data) - frame + 1, frame)):
        _, pages_after_commit = struct.unpack_from(">II", data, start)
        # Frames of another salt are left over from before the log began anew.
        if pages_after_commit and data[start + 8:start + 16] == salt:
            found.add((salt, number))
    return found
