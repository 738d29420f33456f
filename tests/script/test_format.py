"""Our C++ is as script/format leaves it. Versions of clang-format differ, so Debian 12's is the one that counts."""
import re
import subprocess

import pytest

from script_tree import REPOSITORY

VERSION = 14


def test_the_tree_is_formatted():
    told = subprocess.run(["clang-format", "--version"], capture_output=True, text=True, check=True).stdout
    if int(re.search(r"version (\d+)", told)[1]) != VERSION:
        pytest.skip(f"this is not clang-format {VERSION}: {told.strip()}")
    checked = subprocess.run([REPOSITORY / "script" / "format", "--check"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
