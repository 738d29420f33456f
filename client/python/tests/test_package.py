"""The package as a file: its generated code, and what its wheel holds."""

import importlib.util
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from real_server import REPOSITORY

PACKAGE = Path(__file__).resolve().parents[1]


def generator_is_here():
    tools = shutil.which("protoc") and shutil.which("grpc_python_plugin")
    if not (tools and Path("/usr/include/google/protobuf/timestamp.proto").is_file()):
        return False
    version = subprocess.run(["protoc", "--version"], capture_output=True, text=True, check=True)
    return "libprotoc 3.21." in version.stdout


@pytest.mark.skipif(
    not generator_is_here(),
    reason="no protobuf-compiler 3.21, protobuf-compiler-grpc and libprotobuf-dev",
)
def test_the_generated_code_is_what_the_protos_say(tmp_path):
    subprocess.run([REPOSITORY / "script/generate-python", tmp_path], check=True)
    generated, committed = tmp_path / "keyward/v1", PACKAGE / "keyward/v1"
    names = sorted(path.name for path in generated.iterdir())
    assert names == sorted(path.name for path in committed.glob("*.py*"))
    for name in names:
        assert (committed / name).read_text() == (generated / name).read_text(), (
            f"{name} is out of date: run script/generate-python"
        )


@pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("pip", "setuptools", "wheel")),
    reason="no pip, setuptools and wheel",
)
def test_the_wheel_holds_the_code_and_its_types(tmp_path):
    source = shutil.copytree(
        PACKAGE, tmp_path / "source", ignore=shutil.ignore_patterns("__pycache__", "build")
    )
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--wheel-dir", tmp_path, source]
    subprocess.run(command, check=True)
    (wheel,) = tmp_path.glob("keyward-*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    ours = {str(path.relative_to(PACKAGE)) for path in (PACKAGE / "keyward").rglob("*.py*")}
    expected = {name for name in ours if "__pycache__" not in name} | {"keyward/py.typed"}
    assert {name for name in held if name.startswith("keyward/")} == expected
