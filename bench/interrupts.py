"""SIGINT and SIGTERM end a run as KeyboardInterrupt, but never between a process' start and its record."""
import contextlib
import signal

_state = {"holders": 0, "due": False, "raised": False}


def install() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _handle)


@contextlib.contextmanager
def held():
    """One that comes meanwhile is raised at the end."""
    _state["holders"] += 1
    try:
        yield
    finally:
        _state["holders"] -= 1
    if _state["due"] and not _state["holders"]:
        _raise()


def _handle(*_: object) -> None:
    if _state["raised"]:
        return  # everything is ending already
    if _state["holders"]:
        _state["due"] = True
    else:
        _raise()


def _raise() -> None:
    _state.update(due=False, raised=True)
    raise KeyboardInterrupt
