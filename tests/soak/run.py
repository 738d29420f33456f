#!/usr/bin/env python3
"""Runs the server under faults, kills, power cuts, certificate changes and attacks for long, and counts what is lost.

    run.py [PART…] [--rounds N] [--seed N]      parts: faults, certificates, races, changes, failovers, attacks,
                                                builds; all of them unless told

script/soak builds first. Exit status 1 at the first breach, whose seed, round and folder are printed.
"""
import argparse
import collections
import pathlib
import random
import shutil
import sys
import tempfile
import traceback

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from attacks import attacks  # noqa: E402
from builds import builds  # noqa: E402
from harness.fault_rounds import FaultRounds  # noqa: E402
from harness.rig import Rig  # noqa: E402
from harness.rotations import Rotations  # noqa: E402
from harness.stored_proof import prove_audit_log, prove_database  # noqa: E402
from harness.troubles import TROUBLES  # noqa: E402
from progress import Progress, say  # noqa: E402
from replicas import changes, failovers, races  # noqa: E402


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


# Each with its rounds unless told.
PARTS = {"faults": (faults, 1000), "certificates": (certificates, 1000), "races": (races, 1000), "changes": (changes, 50),
         "failovers": (failovers, 20), "attacks": (attacks, 1), "builds": (builds, 1)}


def run_part(name: str, rounds: int | None, seed: int) -> bool:
    part, usual = PARTS[name]
    rounds = usual if rounds is None else rounds
    say(f"{name}: {rounds} rounds, seed {seed}")
    directory = pathlib.Path(tempfile.mkdtemp(prefix="keyward-soak-"))
    directory.chmod(0o755)
    rig = Rig(directory)
    try:
        part(rig, rounds, seed)
    except pytest.skip.Exception as why:
        say(f"{name}: skipped: {why}")
        return True
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
    parser.add_argument("--rounds", type=int, default=None, help="of each part; each has its own number unless told")
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
