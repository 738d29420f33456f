"""script/count_tests.py counts tests, not programs, and hides no failure."""
import subprocess
import sys
from xml.sax.saxutils import escape

import pytest
from script_tree import REPOSITORY

GOOGLETEST = "[==========] 5 tests from 1 test suite ran.\n[  PASSED  ] 5 tests.\n"
GOOGLETEST_FAILED = ("[  PASSED  ] 3 tests.\n[  SKIPPED ] 1 test, listed below:\n[  SKIPPED ] A.B\n"
                     "[  FAILED  ] 2 tests, listed below:\n[  FAILED  ] A.C\n[  FAILED  ] A.D\n")
PYTEST = "....s\nSKIPPED [1] a.py:3: ../shared is absent\n4 passed, 1 skipped in 2.31s\n"
PYTEST_FAILED = "FAILED a.py::test_x - AssertionError: 9 passed\n1 failed, 2 passed, 1 error in 0.12s\n"


def count(tmp_path, *programs: tuple[str, str]) -> tuple[int, str]:
    cases = "".join(f'<testcase name="t" status="{status}"><system-out>{escape(output)}</system-out></testcase>'
                    for status, output in programs)
    report = tmp_path / "tests.xml"
    report.write_text(f"<testsuite>{cases}</testsuite>")
    return run(f"dev={report}")


def printed(tmp_path, status: str, output: str) -> str:
    report = tmp_path / "tests.xml"
    report.write_text(f'<testsuite><testcase name="e2e_x" status="{status}"><system-out>{escape(output)}</system-out>'
                      "</testcase></testsuite>")
    command = [sys.executable, str(REPOSITORY / "script" / "count_tests.py"), f"dev={report}"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def run(*arguments: str) -> tuple[int, str]:
    result = subprocess.run([sys.executable, str(REPOSITORY / "script" / "count_tests.py"), *arguments],
                            capture_output=True, text=True, check=False)
    return result.returncode, result.stdout.splitlines()[-1]


def test_says_why_tests_were_left_out(tmp_path):
    assert "left out, 1 tests: ../shared is absent" in printed(tmp_path, "run", PYTEST)


def test_repeats_how_the_output_of_a_failure_ends(tmp_path):
    text = printed(tmp_path, "fail", "early line\n" * 100 + PYTEST_FAILED)
    assert "e2e_x failed:\n  early line\n" in text and "  FAILED a.py::test_x - AssertionError: 9 passed\n" in text
    assert text.count("early line") < 100
    assert "failed:" not in printed(tmp_path, "run", PYTEST)


@pytest.mark.parametrize("program, status, line", [
    (("run", GOOGLETEST), 0, "5 passed, 0 failed, 0 skipped"),
    (("run", "no summary"), 0, "1 passed, 0 failed, 0 skipped"),
    (("run", PYTEST), 0, "4 passed, 0 failed, 1 skipped"),
    (("run", "5 skipped in 0.01s\n"), 1, "0 passed, 0 failed, 5 skipped"),
    (("fail", GOOGLETEST_FAILED), 1, "3 passed, 2 failed, 1 skipped"),
    (("fail", PYTEST_FAILED), 1, "2 passed, 2 failed, 0 skipped"),
    (("fail", GOOGLETEST + "then a sanitizer's report"), 1, "5 passed, 1 failed, 0 skipped"),
    (("fail", ""), 1, "0 passed, 1 failed, 0 skipped"),
    (("notrun", ""), 1, "0 passed, 0 failed, 1 skipped"),
])
def test_a_program_counts_as_what_it_says(tmp_path, program, status, line):
    assert count(tmp_path, program) == (status, line)


def test_programs_add_up(tmp_path):
    assert count(tmp_path, ("run", GOOGLETEST), ("run", PYTEST)) == (0, "9 passed, 0 failed, 1 skipped")


def test_a_stage_without_a_report_is_a_failure(tmp_path):
    assert run(f"asan={tmp_path}/none.xml") == (1, "0 passed, 1 failed, 0 skipped")
