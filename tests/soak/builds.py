"""The release build of the whole programs in two folders, without a compiler cache: the same bytes."""
import os
import pathlib
import subprocess
import sys

from harness.rig import Rig

FILE = pathlib.Path(__file__).resolve().parents[1] / "script" / "test_reproducible.py"


def builds(rig: Rig, rounds: int, seed: int) -> None:
    del rig, seed  # nothing is served, and nothing is left to chance
    for _ in range(rounds):
        done = subprocess.run([sys.executable, "-B", "-m", "pytest", "-q", "-rfEs", "-p", "no:cacheprovider", str(FILE)],
                              cwd=FILE.parent, env=os.environ | {"KEYWARD_SOAK": "1"}, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-6000:]
