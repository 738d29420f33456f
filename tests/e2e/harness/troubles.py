"""What can go wrong under a server, each as the rules that a round of faults sets."""
import errno
import random
from dataclasses import dataclass
from typing import Callable

from harness import faults
from harness.faults import Rule

Rules = Callable[[random.Random], list[Rule]]


@dataclass(frozen=True)
class Trouble:
    name: str
    rules: Rules
    clock: Callable[[random.Random], int] = lambda source: 0
    kills: bool = False     # the rules end the server, or a signal in their place does
    at_the_end: bool = False  # the rules hold while the server drains
    at_the_start: bool = False  # after a kill, while the next server starts: it may fail to


def sometimes(source: random.Random) -> int:
    return source.choice([20_000, 200_000, faults.ALWAYS])


def later(source: random.Random) -> int:
    return source.choice([0, 0, 1, 2, 5, 20])


def _failing(calls: int, *errors: int, files=faults.STORE) -> Rules:
    return lambda source: [Rule(calls, files, source.choice(errors), skip=later(source),
                                per_million=sometimes(source))]


def _full_disk(source: random.Random) -> list[Rule]:
    """What is written is written in part, then nothing is."""
    return [Rule(faults.WRITE, faults.STORE, effect=faults.SHORT, skip=later(source), limit=1),
            Rule(faults.WRITE, faults.STORE, errno.ENOSPC)]


def _no_descriptors(source: random.Random) -> list[Rule]:
    """Errors make the server open its files anew, and then it cannot."""
    return [Rule(faults.READ | faults.SYNC, per_million=50_000),
            Rule(faults.OPEN, (*faults.STORE, faults.FOLDER), source.choice([errno.EMFILE, errno.ENFILE]),
                 per_million=source.choice([500_000, faults.ALWAYS]))]


def _no_index(source: random.Random) -> list[Rule]:
    """SQLite would open it for reading alone, where it cannot for writing, and all connections share it."""
    del source
    return [Rule(faults.SYNC, per_million=50_000),
            Rule(faults.OPEN, (faults.INDEX,), errno.EMFILE, per_million=500_000)]


def _failing_folder(source: random.Random) -> list[Rule]:
    """It is synced when the log is opened anew, which a failing write brings about."""
    return [Rule(faults.WRITE, (faults.LOG,), per_million=50_000),
            Rule(faults.SYNC, (faults.FOLDER,), per_million=source.choice([500_000, faults.ALWAYS]))]


def _interrupted(source: random.Random) -> list[Rule]:
    files = (faults.DATABASE, faults.LOG, faults.AUDIT)
    return [Rule(faults.READ | faults.WRITE, files, errno.EINTR, per_million=300_000),
            Rule(faults.READ | faults.WRITE, files, effect=faults.SHORT, per_million=300_000)]


def _kill_at_a_step(source: random.Random) -> list[Rule]:
    """A commit writes the log and syncs it; a start reads, and the first one makes the files."""
    call = source.choice([faults.WRITE, faults.WRITE, faults.SYNC, faults.SYNC, faults.OPEN])
    effects = [faults.KILL_BEFORE, faults.KILL_AFTER] + [faults.KILL_HALFWAY] * (call == faults.WRITE)
    return [Rule(call, effect=source.choice(effects), skip=source.randrange(12), limit=1)]


def _kill_at_the_end(source: random.Random) -> list[Rule]:
    """An end copies the log into the database, syncs that, and removes the log."""
    call = source.choice([faults.WRITE, faults.SYNC, faults.TRUNCATE, faults.UNLINK])
    effects = [faults.KILL_BEFORE, faults.KILL_AFTER] + [faults.KILL_HALFWAY] * (call == faults.WRITE)
    skip = source.randrange(6) if call == faults.WRITE else source.randrange(2)
    return [Rule(call, effect=source.choice(effects), skip=skip, limit=1)]


def _lost_syncs_then_kill(source: random.Random) -> list[Rule]:
    """The kernel takes what a failed sync left for clean: nothing but a new write saves it."""
    return [Rule(faults.SYNC, limit=source.randrange(1, 4)),
            Rule(faults.SYNC, effect=faults.KILL_BEFORE, skip=source.randrange(3), limit=1)]


def _broken_start(source: random.Random) -> list[Rule]:
    """A start checks the files, writes the log that a killed server left again, and recovers from it."""
    call = source.choice([faults.OPEN, faults.READ, faults.WRITE, faults.SYNC])
    effect = source.choice([faults.FAIL, faults.KILL_BEFORE, faults.KILL_AFTER])
    return [Rule(call, (*faults.STORE, faults.FOLDER), effect=effect, skip=source.randrange(8),
                 limit=source.choice([1, 1 << 62]))]


_DAY = 86_400

TROUBLES = [
    Trouble("none", lambda source: []),
    Trouble("failing writes", _failing(faults.WRITE, errno.EIO, errno.EDQUOT)),
    Trouble("failing reads", _failing(faults.READ, errno.EIO)),
    Trouble("failing syncs", _failing(faults.SYNC, errno.EIO, errno.ENOSPC)),
    Trouble("a failing sync of the folder", _failing_folder),
    Trouble("a full disk", _full_disk),
    Trouble("short and interrupted calls", _interrupted),
    Trouble("no descriptors", _no_descriptors),
    Trouble("no descriptor for the index", _no_index),
    Trouble("failed allocations", lambda source: [
        Rule(faults.ALLOCATE, per_million=source.choice([10_000, 200_000]))]),
    Trouble("an audit log that cannot be written", _failing(
        faults.WRITE | faults.SYNC, errno.EIO, errno.ENOSPC, files=(faults.AUDIT,))),
    Trouble("a clock that jumps", lambda source: [], clock=lambda source: source.choice(
        [-3650 * _DAY, -_DAY, -60, 60, _DAY, 3650 * _DAY])),
    Trouble("kill -9", lambda source: [], kills=True),
    Trouble("kill -9 at a step of a commit", _kill_at_a_step, kills=True),
    Trouble("kill -9 as it ends", _kill_at_the_end, kills=True, at_the_end=True),
    Trouble("failing syncs, then kill -9", _lost_syncs_then_kill, kills=True),
    Trouble("a start that fails or is killed", _broken_start, kills=True, at_the_start=True),
]
