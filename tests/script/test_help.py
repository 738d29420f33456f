"""Each script says what it does when asked, and does nothing else."""
import subprocess

import pytest
from script_tree import REPOSITORY

# Those that people run; the others run where there is nothing but themselves.
SCRIPTS = sorted(path.name for path in (REPOSITORY / "script").iterdir()
                 if path.is_file() and not path.suffix and "/progress.sh" in path.read_text("utf-8"))


@pytest.mark.parametrize("flag", ["--help", "-h"])
@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_tells_its_use(script, flag):
    asked = subprocess.run([str(REPOSITORY / "script" / script), flag], env={"PATH": "/usr/bin:/bin"},
                           capture_output=True, text=True, check=False)
    assert (asked.returncode, asked.stderr) == (0, "")
    assert f"  script/{script}" in asked.stdout
    assert "set -euo" not in asked.stdout and "#" not in asked.stdout
