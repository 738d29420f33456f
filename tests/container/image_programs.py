"""Runs an image's programs without a container: by the dynamic loader and the libraries of the image's own root.

    image_programs.py IMAGE FOLDER

unpacks the image's root below FOLDER, writes scripts beside it that run its programs, and prints the variables by
which tests/e2e finds them. So the end-to-end tests judge what was built with another Debian's libraries.
"""
import os
import pathlib
import shlex
import subprocess
import sys

PROGRAMS = {"KEYWARD_SERVER": "keyward-server", "KEYWARD_CLI": "keyward"}


def _unpack(tool: str, image: str, root: pathlib.Path) -> None:
    root.mkdir(parents=True)
    made = subprocess.run([tool, "podman", "create", image, "-"], check=True, capture_output=True, text=True)
    container = made.stdout.split()[-1]
    try:
        with subprocess.Popen([tool, "podman", "export", container], stdout=subprocess.PIPE) as export:
            subprocess.run(["tar", "-x", "-C", root], stdin=export.stdout, check=True)
        assert export.returncode == 0, "podman export failed"
    finally:
        subprocess.run([tool, "podman", "rm", "--force", container], check=True, capture_output=True)


def _only(found, what: str) -> pathlib.Path:
    [one] = {each.resolve() for each in found} or {None}
    assert one is not None, f"no {what} in the image"
    return one


def programs(tool: str, image: str, folder: pathlib.Path) -> dict[str, str]:
    """The variables of tests/e2e for what is in that image."""
    root = folder / "root"
    _unpack(tool, image, root)
    loader = _only(root.glob("usr/lib/*/ld-linux-*.so.?"), "dynamic loader")
    libraries = _only((each.parent for each in root.glob("usr/lib/*/libc.so.6")), "C library")
    variables = {}
    for variable, name in PROGRAMS.items():
        program = _only((root / place / name for place in ("usr/bin", "src/build/release/bin")
                         if (root / place / name).is_file()), name)
        script = folder / name
        words = shlex.join(map(str, (loader, "--library-path", libraries, "--argv0", name, program)))
        script.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
        script.chmod(0o755)
        variables |= {variable: str(script), f"{variable}_FILE": str(program)}
    return variables


if __name__ == "__main__":
    for key, value in programs(os.environ["KEYWARD_CONTAINERS"], sys.argv[1], pathlib.Path(sys.argv[2])).items():
        print(f"{key}={value}")
