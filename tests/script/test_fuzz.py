"""script/fuzz with stand-ins for installing, building and the fuzz targets."""
import os
import pathlib
import shutil
import subprocess

import pytest
from script_tree import REPOSITORY, complaint

# What libFuzzer prints, as far as the script reads it.
SOUND = """#!/bin/bash
echo "$*" >>"{calls}"
echo "#12	INITED cov: 100 ft: 120 corp: 9/90b"
echo "#99	NEW    cov: 107 ft: 140 corp: 11/99b"
echo "stat::number_of_executed_units: 4711"
echo "stat::average_exec_per_sec:     815"
"""
# Crashes, and can be made smaller where it is asked to.
CRASHING = """#!/bin/bash
echo "$*" >>"{calls}"
for argument; do
  case $argument in
    -minimize_crash=1) small=yes ;;
    -artifact_prefix=*) prefix=${{argument#*=}} ;;
    -exact_artifact_path=*) exact=${{argument#*=}} ;;
  esac
done
if [[ -n ${{small:-}} ]]; then printf boom >"$exact"; exit 1; fi
printf 'a long boom' >"${{prefix}}crash-0123"
echo "broken promise: it does not crash" >&2
echo "stat::number_of_executed_units: 3"
exit 77
"""


@pytest.fixture
def root(tmp_path):
    for name in ("fuzz", "progress.sh"):
        (tmp_path / "script").mkdir(exist_ok=True)
        shutil.copy(REPOSITORY / "script" / name, tmp_path / "script" / name)
    for name in ("bootstrap", "build"):
        (tmp_path / "script" / name).write_text(f'#!/bin/sh\necho "{name} $*" >>"{tmp_path}/calls"\n')
        (tmp_path / "script" / name).chmod(0o755)
    (tmp_path / "build" / "fuzz" / "bin").mkdir(parents=True)
    for name in ("policy", "token"):
        (tmp_path / "tests" / "fuzz" / "corpus" / name).mkdir(parents=True)
        (tmp_path / "tests" / "fuzz" / f"{name}_fuzz.cc").touch()
        target(tmp_path, name, SOUND)
    return tmp_path


def target(root: pathlib.Path, name: str, body: str) -> None:
    path = root / "build" / "fuzz" / "bin" / f"fuzz_{name}"
    path.write_text(body.format(calls=root / "calls"))
    path.chmod(0o755)


def fuzz(root: pathlib.Path, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([str(root / "script" / "fuzz"), *arguments], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, check=False)


def corpus(root: pathlib.Path, name: str) -> dict[str, str]:
    folder = root / "tests" / "fuzz" / "corpus" / name
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_runs_every_target_from_its_corpora_and_tells_how_it_went(root):
    result = fuzz(root, "1")
    assert result.returncode == 0, result.stderr
    rows = [line.split() for line in result.stdout.splitlines()]
    assert rows[1:] == [["policy", "4711", "815", "107", "+7"], ["token", "4711", "815", "107", "+7"]]
    calls = (root / "calls").read_text()
    assert "bootstrap fuzz\n" in calls
    assert "build fuzz fuzz_policy fuzz_token\n" in calls
    for name in ("policy", "token"):
        assert f"{root}/build/fuzz/grown/{name} {root}/tests/fuzz/corpus/{name}\n" in calls


def test_the_targets_share_the_minutes(root):
    fuzz(root, "1")
    seconds = min(60, 60 * os.cpu_count() // 2)
    assert f"-max_total_time={seconds} " in (root / "calls").read_text()


def test_only_what_is_named_runs(root):
    result = fuzz(root, "1", "token")
    assert "policy" not in result.stdout
    assert "build fuzz fuzz_token\n" in (root / "calls").read_text()


def test_a_crash_s_input_made_small_joins_the_corpus(root):
    target(root, "token", CRASHING)
    result = fuzz(root, "1")
    assert result.returncode == 1
    assert corpus(root, "token") == {"crash-0123": "boom"}
    assert corpus(root, "policy") == {}
    assert "tests/fuzz/corpus/token/crash-0123 joined the corpus" in result.stderr
    assert "broken promise: it does not crash" in result.stderr


def test_what_takes_too_long_joins_as_it_is(root):
    target(root, "token", CRASHING.replace("crash-0123", "timeout-0123"))
    assert fuzz(root, "1").returncode == 1
    assert corpus(root, "token") == {"timeout-0123": "a long boom"}


def test_a_target_that_does_not_start_is_a_failure(root):
    target(root, "token", "#!/bin/bash\nexit 127\n")
    result = fuzz(root, "1")
    assert result.returncode == 1
    assert "token did not run to its end" in result.stderr


@pytest.mark.parametrize("arguments, words", [((), "number of minutes"), (("0",), "number of minutes"),
                                              (("1", "tokens"), "no target 'tokens': it takes policy token")])
def test_what_makes_no_sense_is_told_in_one_line(root, arguments, words):
    assert words in complaint(fuzz(root, *arguments))
