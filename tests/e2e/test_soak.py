"""What script/soak runs, for a few rounds."""
import subprocess
import sys

import pytest

from harness import paths

RUN = paths.REPOSITORY / "tests" / "soak" / "run.py"


def soak(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-B", RUN, *arguments], capture_output=True, text=True)


def test_a_few_rounds_of_each_part_hold():
    """But of attacks, whose tests run by themselves and whose times hang on what else the machine does."""
    done = soak("faults", "certificates", "races", "changes", "failovers", "--rounds", "3", "--seed", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    for words in ("faults: held", "rounds 3,", "lost 0, doubled 0", "certificates: held", "rotations 3,"):
        assert words in done.stdout
    if "races: skipped" in done.stdout:
        pytest.skip("PostgreSQL is not installed")
    for words in ("3000 races", "users with two keys: 0", "races: held", "changes: held", "3 failovers", "failovers: held"):
        assert words in done.stdout


def test_attacks_are_told_with_their_figures(monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k BatchEncrypt-headers-acknowledged")
    done = soak("attacks", "--rounds", "1")
    assert "attacks: 1 rounds" in done.stdout and "round 1: 1 attacks; another client's p99, ms: " in done.stdout, done
    assert ("attacks: held" in done.stdout) == (done.returncode == 0)


def test_an_unknown_part_is_named():
    done = soak("flood")
    assert done.returncode == 2 and "no part 'flood'" in done.stderr
