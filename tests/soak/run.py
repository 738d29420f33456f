#!/usr/bin/env python3
"""Runs the server under faults, kills, power cuts and certificate changes for long, and counts what is lost.

    run.py [PART…] [--rounds N] [--seed N]      parts: faults, certificates; all of them unless told

script/soak builds first. Exit status 1 at the first breach, whose seed, round and folder are printed.
"""
import argparse
import collections
import os
import pathlib
import random
import shutil
import sys
import tempfile
import time
import traceback

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from harness.fault_rounds import FaultRounds  # noqa: E402
from harness.rig import Rig  # noqa: E402
from harness.rotations import Rotations  # noqa: E402
from harness.stored_proof import prove_audit_log, prove_database  # noqa: E402
from harness.troubles import TROUBLES  # noqa: E402

STARTED = int(os.environ.get("KEYWARD_STARTED", time.time()))
PROGRESS_SECONDS = 15


def say(line: str) -> None:
    print(f"[{int(time.time()) - STARTED:4d}s] {line}", flush=True)


class Progress:
    """A line now and then."""

    def __init__(self, rounds: int):
        self._rounds = rounds
        self._next = 0.0

    def tell(self, done: int, what: str) -> None:
        if time.monotonic() >= self._next or done == self._rounds:
            self._next = time.monotonic() + PROGRESS_SECONDS
            say(f"  {done} of {self._rounds}: {what}")


def faults(rig: Rig, rounds: int, seed: int) -> None:
    run = FaultRounds(rig, seed)
    progress = Progress(rounds)
    source = random.Random(seed)
    counts: collections.Counter[str] = collections.Counter()
    crashes = 0
    try:
        while run.rounds < rounds:
            trouble = source.choice(TROUBLES)
            counts[trouble.name] += 1
            run.run(trouble)
            progress.tell(run.rounds, f"{len(run.ledger.keys)} keys, {len(run.ledger.tokens)} tokens acknowledged")
        say("  looking for every key and token")
        run.finish()
        prove_database(rig, run.ledger.keys)
        prove_audit_log(rig)
    except BaseException:
        crashes = int(run.server_ended() and not trouble.kills)
        say(f"BREACH in round {run.rounds}, '{trouble.name}', after {counts[trouble.name]} of its kind")
        raise
    finally:
        for name, count in sorted(counts.items()):
            say(f"  {count:5d} × {name}: {run.hits[name]} calls hit")
        say(f"  rounds {run.rounds}, kills {run.kills}, power cuts {run.power_cuts}, crashes {crashes}")
        say("  answers: " + ", ".join(f"{name} {count}" for name, count in run.ledger.codes.most_common()))
    say(f"  acknowledged: {len(run.ledger.keys)} keys, {len(run.ledger.tokens)} tokens; lost 0, doubled 0")


def certificates(rig: Rig, rounds: int, seed: int) -> None:
    del seed  # nothing is left to chance
    run = Rotations(rig)
    progress = Progress(rounds)
    while run.count < rounds:
        run.rotate()
        progress.tell(run.count, "rotations")
    run.finish()
    say(f"  rotations {run.count}, calls {run.calls}, failed 0")


PARTS = {"faults": faults, "certificates": certificates}


def run_part(name: str, rounds: int, seed: int) -> bool:
    say(f"{name}: {rounds} rounds, seed {seed}")
    directory = pathlib.Path(tempfile.mkdtemp(prefix="keyward-soak-"))
    directory.chmod(0o755)
    rig = Rig(directory)
    try:
        PARTS[name](rig, rounds, seed)
    except Exception:  # whatever it is, it is told, and the next part is run
        traceback.print_exc()
        say(f"{name}: FAILED; again: script/soak {name} --rounds {rounds} --seed {seed}; its files: {directory}")
        return False
    finally:
        rig.close()
    shutil.rmtree(directory, ignore_errors=True)
    say(f"{name}: held")
    return True


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/soak", description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help="of " + ", ".join(PARTS))
    parser.add_argument("--rounds", type=int, default=1000, help="of each part")
    parser.add_argument("--seed", type=int, default=None, help="a random one unless told")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.parts) - set(PARTS):
        parser.error(f"no part '{min(unknown)}': it takes " + ", ".join(PARTS))
    return chosen


def main() -> int:
    chosen = parse(sys.argv[1:])
    seed = random.SystemRandom().randrange(1 << 31) if chosen.seed is None else chosen.seed
    held = [run_part(name, chosen.rounds, seed) for name in chosen.parts or PARTS]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
