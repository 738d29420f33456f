"""Prints gcovr's summary as a table, each folder and each of its files, and judges some of the folders.

coverage_table.py SUMMARY.json PERCENT FOLDER…   Exit status 1 where fewer than PERCENT of the lines of one of
the FOLDERs were run, or it has none.
"""
import collections
import json
import pathlib
import sys
import typing

Counts = collections.Counter[str]
FIELDS = ("line_covered", "line_total", "branch_covered", "branch_total")


def share(counts: Counts, kind: str) -> str:
    covered, total = counts[f"{kind}_covered"], counts[f"{kind}_total"]
    return f"{percent(counts, kind):6.1f} % {covered:5d}/{total:<5d}" if total else " " * 20


def percent(counts: Counts, kind: str) -> float:
    return 100 * counts[f"{kind}_covered"] / counts[f"{kind}_total"] if counts[f"{kind}_total"] else 0.0


def row(name: str, counts: Counts) -> str:
    return f"{name:44} {share(counts, 'line')} {share(counts, 'branch')}".rstrip()


def by_folder(files: list[dict[str, typing.Any]]) -> dict[str, dict[str, Counts]]:
    folders: dict[str, dict[str, Counts]] = collections.defaultdict(dict)
    for each in files:
        path = pathlib.PurePosixPath(each["filename"])
        folders[str(path.parent)][path.name] = Counts({field: each[field] for field in FIELDS})
    return dict(sorted(folders.items()))


def main(summary: str, goal: str, *judged: str) -> int:
    folders = by_folder(json.loads(pathlib.Path(summary).read_text(encoding="utf-8"))["files"])
    totals = {folder: sum(files.values(), Counts()) for folder, files in folders.items()}
    print(f"{'':44} {'lines':>8} {'branches':>23}")
    for folder, files in folders.items():
        print(row(folder, totals[folder]))
        for name, counts in sorted(files.items()):
            print(row(f"  {name}", counts))
    below = [folder for folder in judged if percent(totals.get(folder, Counts()), "line") < float(goal)]
    for folder in judged:
        print(row(folder, totals.get(folder, Counts())))
    for folder in below:
        print(f"{folder}: fewer than {goal} % of its lines were run")
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
