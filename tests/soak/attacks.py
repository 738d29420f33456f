"""The attacks of tests/e2e, in their longer forms, with the other clients' times judged: on a machine that does nothing else."""
import json
import os
import pathlib
import subprocess
import sys
from typing import Iterator

from harness.rig import Rig
from progress import say

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "e2e"


def attacks(rig: Rig, rounds: int, seed: int) -> None:
    del rig, seed  # each test has a server of its own, and nothing is left to chance
    files = sorted(FOLDER.glob("test_attacks_*.py"))
    for number in range(1, rounds + 1):
        done = subprocess.run(
            [sys.executable, "-B", "-m", "pytest", "-q", "-s", "-rfEs", "-p", "no:cacheprovider", *map(str, files)],
            cwd=FOLDER, env=os.environ | {"KEYWARD_SOAK": "1"}, capture_output=True, text=True)
        told = list(figures(done.stdout))
        say(f"  round {number}: {len(told)} attacks; another client's p99, ms: "
            f"{highest(told, 'p99_ms')} in the worst; growth, MiB: {highest(told, 'growth_mib')}")
        assert done.returncode == 0, done.stdout[-6000:]


def figures(printed: str) -> Iterator[dict]:
    """What each siege printed at its end; pytest's dots may stand before it."""
    for line in printed.splitlines():
        at = line.find('{"calls"')
        if at >= 0:
            yield json.loads(line[at:])


def highest(told: list[dict], name: str) -> float | None:
    return max((each[name] for each in told), default=None)
