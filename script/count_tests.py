"""Prints how many tests of ctest's JUnit reports passed, counting what each program says it ran.

count_tests.py STAGE=REPORT…   A ctest entry is a program; GoogleTest and pytest tell in its output how many
tests were in it. A program that tells nothing counts as one. How the output of each that failed ends is repeated,
since a log that was cut may have lost it. Exit status 1 if any failed or none ran.
"""
import collections
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

GOOGLETEST = {
    "passed": re.compile(r"^\[  PASSED  \] (\d+) tests?\.", re.MULTILINE),
    "failed": re.compile(r"^\[  FAILED  \] (\d+) tests?, listed below", re.MULTILINE),
    "skipped": re.compile(r"^\[  SKIPPED \] (\d+) tests?, listed below", re.MULTILINE),
}
PYTEST_SUMMARY = re.compile(r"^=*\s*(?=\d+ (?:passed|failed|skipped|error)).* in [\d.]+s.*$", re.MULTILINE)
PYTEST = {
    "passed": re.compile(r"(\d+) passed"),
    "failed": re.compile(r"(\d+) (?:failed|errors?)"),
    "skipped": re.compile(r"(\d+) skipped"),
}
REPEATED_LINES = 40
PYTEST_SKIP = re.compile(r"^SKIPPED \[(\d+)\] \S+: (.+)$", re.MULTILINE)


def total(pattern: re.Pattern[str], text: str) -> int:
    return sum(int(number) for number in pattern.findall(text))


def count_program(testcase: ElementTree.Element) -> dict[str, int]:
    if testcase.get("status") in ("notrun", "disabled"):
        return {"passed": 0, "failed": 0, "skipped": 1}
    output = testcase.findtext("system-out") or ""
    summary = "\n".join(PYTEST_SUMMARY.findall(output))
    counts = {kind: total(GOOGLETEST[kind], output) + total(PYTEST[kind], summary) for kind in GOOGLETEST}
    if testcase.get("status") == "fail":
        counts["failed"] = max(counts["failed"], 1)  # a crash leaves no summary
    elif not any(counts.values()):
        counts["passed"] = 1
    return counts


def print_skip_reasons(testcases: list[ElementTree.Element]) -> None:
    reasons: collections.Counter[str] = collections.Counter()
    for testcase in testcases:
        for number, reason in PYTEST_SKIP.findall(testcase.findtext("system-out") or ""):
            reasons[reason] += int(number)
    for reason, number in reasons.items():
        print(f"left out, {number} tests: {reason}")


def print_failures(testcases: list[ElementTree.Element]) -> None:
    for testcase in testcases:
        if testcase.get("status") == "fail":
            lines = (testcase.findtext("system-out") or "").splitlines()[-REPEATED_LINES:]
            print(f"{testcase.get('name')} failed:", *lines, sep="\n  ")


def main(arguments: list[str]) -> int:
    totals = {"passed": 0, "failed": 0, "skipped": 0}
    for argument in arguments:
        stage, _, report = argument.partition("=")
        if not pathlib.Path(report).is_file():
            totals["failed"] += 1
            print(f"{stage}: it did not build, or its tests did not run")
            continue
        testcases = list(ElementTree.parse(report).iter("testcase"))
        print_failures(testcases)
        print_skip_reasons(testcases)
        counts = [count_program(testcase) for testcase in testcases]
        for kind in totals:
            totals[kind] += sum(each[kind] for each in counts)
    print("{passed} passed, {failed} failed, {skipped} skipped".format(**totals))
    return 1 if totals["failed"] or (arguments and not totals["passed"]) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
