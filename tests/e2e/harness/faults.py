"""Makes the server's system calls fail: the plan of tests/faults/plan.h, which the running server reads."""
import ctypes
import errno
import mmap
import os
import pathlib
import random
import shutil
import subprocess
from dataclasses import dataclass

from harness import paths

# The files that the server may be hit on, by the end of their path, and their numbers in the plan.
NAMES = ["keys.db", "keys.db-wal", "keys.db-shm", "keys.db-journal", "audit.log", "legacy.db",
         "legacy.db-journal"]
DATABASE, LOG, INDEX, JOURNAL, AUDIT, LEGACY, LEGACY_JOURNAL = range(len(NAMES))
FOLDER = len(NAMES)  # the folder that holds them
STORE = (DATABASE, LOG, INDEX, JOURNAL)

OPEN, READ, WRITE, SYNC, TRUNCATE, UNLINK, ALLOCATE = (1 << number for number in range(7))
FAIL, SHORT, KILL_BEFORE, KILL_HALFWAY, KILL_AFTER = range(1, 6)
ALWAYS = 1_000_000

_RULES, _FILES, _NAME_SIZE, _IMAGES, _PAGE = 4, 8, 64, 2, 4096
_PAGES = 1 << 18


class _Rule(ctypes.Structure):
    _fields_ = [("calls", ctypes.c_uint32), ("files", ctypes.c_uint32), ("error", ctypes.c_int32),
                ("effect", ctypes.c_uint32), ("skip", ctypes.c_uint64), ("limit", ctypes.c_uint64),
                ("per_million", ctypes.c_uint64), ("seen", ctypes.c_uint64), ("hit", ctypes.c_uint64)]


class _Plan(ctypes.Structure):
    _fields_ = [("seed", ctypes.c_uint64), ("clock_offset_ns", ctypes.c_int64),
                ("names", (ctypes.c_char * _NAME_SIZE) * _FILES), ("disk", ctypes.c_char * 256),
                ("rules", _Rule * _RULES), ("dirty", (ctypes.c_uint8 * (_PAGES // 8)) * _IMAGES)]


@dataclass(frozen=True)
class Rule:
    """Of the calls on those files, `skip` pass, then `per_million` are hit by chance, `limit` at most."""
    calls: int
    files: tuple[int, ...] = STORE
    error: int = errno.EIO
    effect: int = FAIL
    skip: int = 0
    limit: int = 1 << 62
    per_million: int = ALWAYS


class Faults:
    """A plan for the servers of one rig, which are started with `environment`."""

    def __init__(self, directory: pathlib.Path, seed: int = 1):
        self._directory = directory
        self._path = directory / "faults"
        self._path.write_bytes(bytes(ctypes.sizeof(_Plan)))
        with open(self._path, "r+b") as file:
            self._plan = _Plan.from_buffer(mmap.mmap(file.fileno(), ctypes.sizeof(_Plan)))
        self._plan.seed = seed
        for number, name in enumerate([*NAMES, directory.name]):
            self._plan.names[number].value = name.encode()
        self._images = directory / "disk"
        self._images.mkdir()
        self._plan.disk = str(self._images).encode()

    @property
    def environment(self) -> dict[str, str]:
        return {"LD_PRELOAD": " ".join([*_sanitizer(), library()]), "KEYWARD_FAULTS": str(self._path)}

    def set(self, *rules: Rule) -> None:
        self.clear()
        for slot in self._plan.rules:
            slot.seen = slot.hit = 0
        for slot, rule in zip(self._plan.rules, rules, strict=False):
            slot.files = sum(1 << number for number in rule.files)
            slot.error, slot.effect = rule.error, rule.effect
            slot.skip, slot.limit, slot.per_million = rule.skip, rule.limit, rule.per_million
            slot.calls = rule.calls

    def clear(self) -> None:
        for slot in self._plan.rules:
            slot.calls = 0
        self._plan.clock_offset_ns = 0

    def hits(self) -> int:
        return sum(slot.hit for slot in self._plan.rules)

    def set_clock(self, seconds: int) -> None:
        """How far the time of day is off."""
        self._plan.clock_offset_ns = seconds * 1_000_000_000

    def cut_power(self, source: random.Random, keep: float | None = None) -> None:
        """After the server's end: the files become what the disk holds.

        Of the pages that were written and not synced, each is on it with the chance `keep`.
        """
        keep = source.choice([0, 0.5, 1]) if keep is None else keep
        for number in range(_IMAGES):
            image, path = self._images / str(number), self._directory / NAMES[number]
            if path.exists():
                self._write_back(number, path, image, lambda: source.random() < keep)
            if image.exists():
                shutil.copyfile(image, path)
            else:
                path.unlink(missing_ok=True)
        (self._directory / NAMES[INDEX]).unlink(missing_ok=True)

    def _write_back(self, number: int, path: pathlib.Path, image: pathlib.Path, is_kept) -> None:
        dirty = self._plan.dirty[number]
        content = path.read_bytes()
        with open(os.open(image, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            for byte in (index for index, bits in enumerate(bytes(dirty)) if bits):
                for page in (byte * 8 + bit for bit in range(8) if dirty[byte] >> bit & 1):
                    if is_kept():
                        file.seek(page * _PAGE)
                        file.write(content[page * _PAGE:(page + 1) * _PAGE])
        ctypes.memset(dirty, 0, ctypes.sizeof(dirty))


def library() -> str:
    path = pathlib.Path(paths.server()).parent / "libkeyward_faults.so"
    assert path.exists(), f"no {path}: build keyward_faults"
    return str(path)


def _sanitizer() -> list[str]:
    """Its runtime has to be the first library of a process."""
    if "KEYWARD_ASAN" not in os.environ:
        return []
    found = subprocess.run(["g++", "-print-file-name=libasan.so"], check=True, capture_output=True,
                           text=True).stdout.strip()
    return [os.path.realpath(found)]
