"""script/coverage_table.py sums files up to folders, and judges those that it is told to."""
import json
import subprocess
import sys

from script_tree import REPOSITORY


def file(name: str, lines: tuple[int, int], branches: tuple[int, int] = (0, 0)) -> dict:
    return {"filename": name, "line_covered": lines[0], "line_total": lines[1],
            "branch_covered": branches[0], "branch_total": branches[1]}


def table(tmp_path, files: list[dict], *arguments: str) -> subprocess.CompletedProcess:
    summary = tmp_path / "coverage.json"
    summary.write_text(json.dumps({"files": files}))
    return subprocess.run([sys.executable, str(REPOSITORY / "script" / "coverage_table.py"), str(summary),
                           *arguments], capture_output=True, text=True, check=False)


FILES = [file("server/store/a.cc", (96, 100), (3, 4)), file("server/store/b.cc", (94, 100), (1, 4)),
         file("server/net/c.cc", (1, 100))]


def test_prints_folders_and_their_files(tmp_path):
    result = table(tmp_path, FILES, "95", "server/store")
    assert result.returncode == 0, result.stderr
    rows = [line.split() for line in result.stdout.splitlines()[1:]]
    assert ["server/store", "95.0", "%", "190/200", "50.0", "%", "4/8"] in rows
    assert ["a.cc", "96.0", "%", "96/100", "75.0", "%", "3/4"] in rows
    assert ["server/net", "1.0", "%", "1/100"] in rows


def test_a_judged_folder_below_the_goal_fails(tmp_path):
    result = table(tmp_path, FILES, "95.1", "server/store")
    assert result.returncode == 1
    assert "server/store: fewer than 95.1 % of its lines were run" in result.stdout


def test_a_judged_folder_without_any_line_fails(tmp_path):
    assert table(tmp_path, FILES, "95", "server/store", "server/crypto").returncode == 1
