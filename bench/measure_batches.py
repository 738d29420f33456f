"""Batches: values per second over batch size, and beside the Python module's own loop."""
import json
import pathlib
import sys

from loads import Target
from programs import run
from session import Session
from settings import PLAINTEXT_BYTES, batches_in_flight

LOOP = pathlib.Path(__file__).resolve().with_name("python_loop.py")
COMPARED = (100, 1000)


def batches(session: Session) -> None:
    with session.fleet() as fleet:
        keyward = session.warm_keyward(fleet)
        _sizes(session, keyward)
        _beside_python(session, keyward)
        _rates(session, keyward)


def _sizes(session: Session, keyward: Target) -> None:
    session.step("batches over their size")
    swept = []
    for size in session.settings.batch_sizes:
        rounds = _batch(session, keyward, "batch", size, 1, session.settings.sweep_seconds)
        swept += [each | {"batch_size": size} for each in rounds]
    session.measured["batch_sweep"] = swept


def _beside_python(session: Session, keyward: Target) -> None:
    """Each round has its own turn of the loop; nothing else runs beside either."""
    session.step("batches beside Python's loop in one process")
    settings = session.settings
    rounds = []
    for _ in range(settings.rounds):
        figures = {f"batch{size}": _batch(session, keyward, "batch", size, 1, settings.round_seconds)[0]["keyward"]
                   for size in COMPARED}
        rounds.append(figures | {"python_loop": {"values_per_second": _python_loop(settings.round_seconds)}})
    session.measured["batch_vs_python"] = rounds


def _rates(session: Session, keyward: Target) -> None:
    session.step("batches to decrypt")
    settings = session.settings
    rounds = []
    for _ in range(2):
        figures = {}
        for name, mode in (("encrypt", "batch"), ("decrypt", "batch_decrypt")):
            for size in COMPARED:
                figures[f"{name}{size}"] = _batch(session, keyward, mode, size, 1, settings.sweep_seconds)[0]["keyward"]
        rounds.append(figures)
    session.measured["batch_rates"] = rounds


def _batch(session: Session, keyward: Target, mode: str, size: int, rounds: int, seconds: float) -> list[dict]:
    return session.run({"keyward": keyward}, mode, batch_size=size, rounds=rounds, round_seconds=seconds,
                       in_flight=batches_in_flight(session.settings, size))


def _python_loop(seconds: float) -> float:
    command = [sys.executable, str(LOOP), f"--seconds={seconds}", "--rounds=1",
               f"--plaintext_bytes={PLAINTEXT_BYTES}"]
    return json.loads(run(command))["values_per_second"][0]
