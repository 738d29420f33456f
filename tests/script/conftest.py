import pathlib
import shutil
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from script_tree import ScriptTree  # noqa: E402


@pytest.fixture
def tree():
    # Not pytest's own folder, which only its owner may enter: some tests run as another user.
    folder = pathlib.Path(tempfile.mkdtemp(prefix="keyward-script-"))
    folder.chmod(0o777)
    yield ScriptTree(folder)
    shutil.rmtree(folder, ignore_errors=True)
