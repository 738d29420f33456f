"""What the figures depend on: the machine, and the versions of what runs on it."""
import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import time

import cryptography
import grpc

import postgres

ROOT = pathlib.Path(__file__).resolve().parents[1]
FSYNCS = 100
BORINGSSL_COMMITS = {"14.0.0+r45": "32b51305"}  # of Debian's source package


def describe(work: pathlib.Path) -> dict:
    """`work` is the folder in which databases are written."""
    return {
        "cpu": _first_match("/proc/cpuinfo", r"^model name\s*: (.+)$") or platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_bytes": int(_first_match("/proc/meminfo", r"^MemTotal:\s*(\d+) kB$")) * 1024,
        "kernel": platform.release(),
        "system": _first_match("/etc/os-release", r'^PRETTY_NAME="(.+)"$'),
        "filesystem": filesystem(work),
        "fsync_ms": round(fsync_seconds(work) * 1000, 3),
    }


def versions(build: pathlib.Path) -> dict:
    """`build` is the folder that CMake configured, for the compiler's name."""
    return {
        "grpc": _output("pkg-config", "--modversion", "grpc++"),
        "protobuf": _output("pkg-config", "--modversion", "protobuf"),
        "postgresql": _postgresql(),
        "sqlite": _output("pkg-config", "--modversion", "sqlite3"),
        "boringssl": _boringssl(),
        "compiler": _compiler(build),
        "python": platform.python_version(),
        "grpcio": grpc.__version__,
        "cryptography": cryptography.__version__,
    }


def commit() -> str:
    name = _output("git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD")
    if name == "unknown":
        return name
    changed = _output("git", "-C", str(ROOT), "status", "--porcelain", "--untracked-files=no")
    return name + (" with changes" if changed not in ("", "unknown") else "")


def filesystem(folder: pathlib.Path) -> str:
    """The type of the file system that holds the folder."""
    best = ("", "unknown")
    for line in pathlib.Path("/proc/self/mounts").read_text().splitlines():
        _, mount, kind = line.split()[:3]
        inside = folder.resolve().is_relative_to(mount)
        if inside and len(mount) >= len(best[0]):
            best = (mount, kind)
    return best[1]


def fsync_seconds(folder: pathlib.Path) -> float:
    """Median time to append 4 KiB to a file and have it durable."""
    path = folder / "fsync"
    times = []
    file = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        for _ in range(FSYNCS):
            start = time.perf_counter()
            os.write(file, bytes(4096))
            os.fdatasync(file)
            times.append(time.perf_counter() - start)
    finally:
        os.close(file)
        path.unlink()
    return statistics.median(times)


def free_bytes(folder: pathlib.Path) -> int:
    return shutil.disk_usage(folder).free


def _first_match(path: str, pattern: str) -> str:
    found = re.search(pattern, pathlib.Path(path).read_text(), re.MULTILINE)
    return found[1] if found else ""


def _output(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


def _postgresql() -> str:
    installed = postgres.program("postgres")
    return _output(str(installed), "--version").removeprefix("postgres (PostgreSQL) ") if installed else "not installed"


def _boringssl() -> str:
    tarball = (ROOT / "cmake" / "boringssl.sha256").read_text().split()[1]
    version = tarball.removeprefix("android-platform-external-boringssl_").removesuffix(".orig.tar.xz")
    return f"{BORINGSSL_COMMITS.get(version, 'unknown commit')} (Debian's {version})"


def _compiler(build: pathlib.Path) -> str:
    cache = build / "CMakeCache.txt"
    compiler = _first_match(str(cache), r"^CMAKE_CXX_COMPILER:\w+=(.+)$") if cache.is_file() else ""
    return _output(compiler, "--version").splitlines()[0] if compiler else "unknown"
