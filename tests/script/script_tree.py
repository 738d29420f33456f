"""A copy of the scripts in a tree of their own, with stand-ins for the machine's package tools."""
import hashlib
import os
import pathlib
import shutil
import subprocess
import tarfile

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
TARBALL = "boringssl.orig.tar.xz"
TOOLS = ("bash", "env", "cat", "chmod", "cut", "dirname", "getent", "grep", "head", "id", "mkdir", "mktemp",
         "mv", "readlink", "rm", "sed", "sha256sum", "sort", "tail", "tar", "xz", "base64")
# What android-sources.cmake stands for in a tarball of the same shape as the real one.
CONTENT = {"android-sources.cmake": "# list", "err_data.c": "", "src/LICENSE": "", "src/crypto/a.c": "",
           "src/include/openssl/a.h": "", "src/third_party/fiat/a.h": "", "linux-x86_64/a.S": "",
           "linux-aarch64/a.S": "", "win-x86_64/a.asm": "", "crypto_test_data.cc": "", "src/ssl/a.c": ""}


class ScriptTree:
    def __init__(self, folder: pathlib.Path):
        self.root = folder / "tree"
        self.cache = folder / "cache"
        self.tools = folder / "tools"
        self.calls = folder / "calls"
        shutil.copytree(REPOSITORY / "script", self.root / "script")
        (self.root / "cmake").mkdir()
        self.tools.mkdir()
        for name in TOOLS:
            (self.tools / name).symlink_to(shutil.which(name))
        self.stand_in("dpkg-query", 'shift 3; for package; do echo "$package installed"; done')
        self.stand_in("apt-get", "exit 1")
        self.pin(self.make_tarball("# the pinned one"))

    def stand_in(self, tool: str, body: str) -> None:
        """A tool that records its calls and then runs `body`."""
        path = self.tools / tool
        path.write_text(f'#!/bin/bash\necho "{tool} $*" >>"{self.calls}"\n{body}\n')
        path.chmod(0o755)

    def make_tarball(self, marker: str) -> pathlib.Path:
        source = self.root.parent / "source" / "boringssl-1"
        for name, text in CONTENT.items():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_text(text + marker)
        path = self.root.parent / TARBALL
        with tarfile.open(path, "w:xz") as tarball:
            tarball.add(source, source.name)
        return path

    def pin(self, tarball: pathlib.Path) -> None:
        digest = hashlib.sha256(tarball.read_bytes()).hexdigest()
        (self.root / "cmake" / "boringssl.sha256").write_text(f"{digest}  {TARBALL}\n")

    def bootstrap(self, *sets: str, user: int | None = None, **variables: str) -> subprocess.CompletedProcess:
        environment = {"PATH": str(self.tools), "HOME": str(self.root.parent),
                       "KEYWARD_CACHE_DIR": str(self.cache), "LC_ALL": "C"} | variables
        return subprocess.run([str(self.tools / "bash"), str(self.root / "script" / "bootstrap"), *sets],
                              env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              user=user, check=False)

    def called(self) -> str:
        return self.calls.read_text() if self.calls.exists() else ""

    def cached(self) -> list[str]:
        folder = self.cache / "boringssl"
        return sorted(os.listdir(folder)) if folder.exists() else []


def complaint(result: subprocess.CompletedProcess) -> str:
    """The one line that a failed script ends with; stages ("[  3s] …") may stand before it."""
    lines = [line for line in result.stderr.splitlines() if not line.startswith("[")]
    assert result.returncode != 0
    assert result.stdout == ""
    assert len(lines) == 1, result.stderr
    return lines[0]
