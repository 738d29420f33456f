"""Runs a program to its end. It never outlives this one, however this one ends."""
import contextlib
import os
import subprocess

import interrupts

# Before a command: the kernel ends it with the process that started it.
BOUND_TO_US = ("setpriv", "--pdeathsig", "KILL")


class ProgramFailed(RuntimeError):
    pass


def clean_environment() -> dict[str, str]:
    """Nothing in it that configures Keyward."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("KEYWARD_", "API_KEY_"))}


def end(process: subprocess.Popen) -> None:
    """At once, where it still runs; subprocess.run would not wait for it after Ctrl-C."""
    process.kill()
    process.wait()


def run(command: list[str], environment: dict[str, str] | None = None) -> str:
    """What it prints; ProgramFailed where its exit status is not 0."""
    with contextlib.ExitStack() as ended:
        with interrupts.held():
            process = subprocess.Popen([*BOUND_TO_US, *command], env=clean_environment() | (environment or {}),
                                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                       text=True)
            ended.callback(end, process)
        printed, complaint = process.communicate()
    if process.returncode:
        raise ProgramFailed(f"{' '.join(command)}\n{complaint.strip()}")
    return printed
