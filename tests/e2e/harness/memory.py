"""All memory of a process, as a thief with root's rights reads it."""
import re
from typing import Iterator

CHUNK = 1 << 20
OVERLAP = 4096  # longer than anything that is looked for


class Mapping:
    def __init__(self, line: str):
        begin, end, permissions, name = re.match(r"(\w+)-(\w+) (\S+) \S+ \S+ \d+\s*(.*)", line).groups()
        self.begin, self.end = int(begin, 16), int(end, 16)
        self.permissions, self.name = permissions, name

    def __str__(self) -> str:
        return f"{self.begin:x}-{self.end:x} {self.permissions} {self.name or 'heap or stack'}"


def mappings(pid: int) -> list[Mapping]:
    with open(f"/proc/{pid}/maps", encoding="utf-8") as lines:
        return [Mapping(line.rstrip("\n")) for line in lines]


def chunks(pid: int) -> Iterator[tuple[Mapping, bytes]]:
    """What can be read. Not the kernel's own pages, and not secret ones: to read these is an error."""
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for mapping in mappings(pid):
            if "r" not in mapping.permissions or mapping.name in ("[vvar]", "[vsyscall]"):
                continue
            for at in range(mapping.begin, mapping.end, CHUNK):
                try:
                    memory.seek(at)
                    yield mapping, memory.read(min(CHUNK + OVERLAP, mapping.end - at))
                except OSError:
                    break


def find(pid: int, needles: dict[bytes, str]) -> dict[str, list[str]]:
    """Where each needle's name turns up."""
    found: dict[str, list[str]] = {}
    for mapping, content in chunks(pid):
        if not content.strip(b"\0"):
            continue  # much of a process was never written to
        for needle, name in needles.items():
            if needle in content:
                found.setdefault(name, []).append(str(mapping))
    return found
