"""Waits for what the server does by itself: asks again until it is so."""
import time
from typing import Any, Callable

from harness import paths

_PAUSE = 0.02


def until(condition: Callable[[], Any], what: str) -> Any:
    """What `condition` answers, once that is true."""
    deadline = time.monotonic() + paths.PATIENCE
    while not (result := condition()):
        assert time.monotonic() < deadline, f"never {what}"
        time.sleep(_PAUSE)
    return result
