"""What a long run says of itself."""
import os
import time

STARTED = int(os.environ.get("KEYWARD_STARTED", time.time()))
PROGRESS_SECONDS = 15


def say(line: str) -> None:
    print(f"[{int(time.time()) - STARTED:4d}s] {line}", flush=True)


class Progress:
    """A line now and then."""

    def __init__(self, rounds: int):
        self._rounds = rounds
        self._next = 0.0

    def tell(self, done: int, what: str) -> None:
        if time.monotonic() >= self._next or done == self._rounds:
            self._next = time.monotonic() + PROGRESS_SECONDS
            say(f"  {done} of {self._rounds}: {what}")


def figures(seconds: list[float]) -> str:
    """Of times that were measured."""
    ordered = sorted(seconds)
    return (f"median {1000 * ordered[len(ordered) // 2]:.0f} ms, "
            f"99 % {1000 * ordered[99 * (len(ordered) - 1) // 100]:.0f} ms, most {1000 * ordered[-1]:.0f} ms")
