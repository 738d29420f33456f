"""bench/run.py against the real programs, in seconds: every name is in its report, and nothing stays behind."""
import json
import os
import pathlib
import signal
import subprocess
import sys

import pytest

import canned
import run
from test_report import FULL_NAMES, NAMES

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("KEYWARD_BIN") or REPOSITORY / "build" / "dev" / "bin")
PROGRAM = [sys.executable, "-B", str(REPOSITORY / "bench" / "run.py")]


def processes() -> set[str]:
    """Command lines of all that run below BIN, or are the Python server."""
    found = set()
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().decode().replace("\0", " ")
        except OSError:
            continue
        found.add(command)
    return found


def test_a_quick_run_measures_every_goal(tmp_path):
    document = tmp_path / "P.md"
    document.write_text((REPOSITORY / "docs" / "PERFORMANCE.md").read_text())
    out = tmp_path / "out"
    done = subprocess.run([*PROGRAM, "--quick", "--full", f"--bin={BIN}", f"--out={out}", f"--render={document}"],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads((out / "report.json").read_text())
    assert report["failed"] == []
    assert set(report["goals"]) == NAMES | FULL_NAMES
    assert all(value > 0 for value in report["goals"].values())
    assert report["command"] == "script/bench --full --quick"
    assert set(report["versions"]) == set(canned.VERSIONS)
    for name in NAMES | FULL_NAMES:
        assert name in done.stdout
        assert f"| `{name}` |" in document.read_text()
    assert sorted(path.name for path in out.iterdir()) == ["charts", "report.json"]
    assert len(list((out / "charts").iterdir())) == 4
    assert not [command for command in processes() if str(out) in command]


def test_what_cannot_be_measured_keeps_nothing_else_from_it(tmp_path):
    (tmp_path / "bin").mkdir()
    for name in ("keyward-server", "keyward-bench"):
        (tmp_path / "bin" / name).symlink_to(BIN / name)
    done = subprocess.run([*PROGRAM, "--quick", "--only", "seal", "idle", f"--bin={tmp_path / 'bin'}",
                           f"--out={tmp_path / 'out'}"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "cannot measure seal" in done.stderr and "keyward-microbench" in done.stderr
    assert "Traceback" not in done.stderr
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["failed"] == ["seal"]
    assert list(report["goals"]) == ["idle_first_call_ms"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing(tmp_path, number):
    process = subprocess.Popen([*PROGRAM, "--only", "calls", f"--bin={BIN}", f"--out={tmp_path / 'out'}"],
                               stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if "over concurrency" in line:
            break
    process.send_signal(number)
    said = process.stderr.read()
    assert process.wait() == 130, said
    assert "interrupted" in said
    assert list((tmp_path / "out").iterdir()) == []
    assert not [command for command in processes() if str(tmp_path) in command]


def test_an_interrupt_waits_until_a_process_is_on_record():
    told = """
import os, signal, interrupts
interrupts.install()
try:
    with interrupts.held():
        os.kill(os.getpid(), signal.SIGTERM)
        print("recorded")
except KeyboardInterrupt:
    os.kill(os.getpid(), signal.SIGINT)
    print("ended")
"""
    done = subprocess.run([sys.executable, "-B", "-c", told], cwd=REPOSITORY / "bench", capture_output=True, text=True,
                          check=True)
    assert done.stdout.split() == ["recorded", "ended"]


def test_a_report_can_be_drawn_again_without_measuring(tmp_path):
    report = tmp_path / "report.json"
    report.write_text(json.dumps(run.make_report(canned.measurements(), canned.MACHINE, canned.VERSIONS, "c", [])))
    done = subprocess.run([*PROGRAM, f"--from={report}", f"--charts-to={tmp_path / 'charts'}"],
                          capture_output=True, text=True, check=True)
    assert "encrypt_vs_ceiling" in done.stdout
    assert len(list((tmp_path / "charts").iterdir())) == 4
