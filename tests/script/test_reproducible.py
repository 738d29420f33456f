"""The release build of the same sources in two folders: the same bytes.

What is built is server/crypto with BoringSSL in it, and the server's error texts: small, with both languages, an
assembler, `ld -r` and an archive in it. With KEYWARD_SOAK=1 it is server and command, whole: `script/soak builds`.
"""
import hashlib
import os
import pathlib
import shutil
import subprocess

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
NEEDED = ("CMakeLists.txt", "CMakePresets.json", "client/cli", "client/cpp", "cmake", "proto", "server", "script", "LICENSE")
WHOLE = bool(os.environ.get("KEYWARD_SOAK"))
TARGETS = ("keyward-server", "keyward") if WHOLE else ("keyward_crypto", "keyward_errors")


def built_in(folder: pathlib.Path) -> dict[str, str]:
    for name in NEEDED:
        source, copy = REPOSITORY / name, folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, copy) if source.is_dir() else shutil.copy(source, copy)
    environment = os.environ | {"CCACHE_DISABLE": "1"}
    done = subprocess.run([folder / "script" / "build", "release", *TARGETS], env=environment, capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    build = folder / "build" / "release"
    return {str(path.relative_to(build)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in [*(build / "server").rglob("*.[ao]"), *(build / "bin").glob("*")]}


def test_two_folders_give_the_same_bytes(tmp_path):
    if not (pathlib.Path(os.environ.get("KEYWARD_CACHE_DIR") or pathlib.Path.home() / ".cache" / "keyward") / "boringssl").is_dir():
        pytest.skip("BoringSSL's source is not there: script/bootstrap fetches it")
    one, other = built_in(tmp_path / "one"), built_in(tmp_path / "a" / "longer" / "path")
    assert len(one) > 2 and ("bin/keyward-server" in one) == WHOLE
    assert one == other
