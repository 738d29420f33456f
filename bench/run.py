#!/usr/bin/env python3
"""Measures everything, prints one table, writes report.json and the charts. script/bench builds first.

    run.py [--full] [--quick] [--only GROUP…] [--bin FOLDER] [--out FOLDER] [--charts-to FOLDER] [--render DOCUMENT]
    run.py --from REPORT [--charts-to FOLDER] [--render DOCUMENT]      draws and writes again, measures nothing

Exit status 0 even where a goal is missed; 1 where something could not be measured.
"""
import argparse
import json
import os
import pathlib
import shutil
import sys
import tempfile
import time

import grpc

import charts
import figures
import goals
import interrupts
import machine
import report
from measure_batches import batches
from measure_beyond import overload, scale
from measure_calls import calls, idle, latency
from measure_postgres import postgres
from measure_seal import seal
from measure_store import create, million, rewrap
from programs import ProgramFailed
from servers import ServerFailed
from session import MeasurementFailed, Session
from settings import QUICK, Settings
from touch import TouchFailed

ROOT = pathlib.Path(__file__).resolve().parents[1]
GROUPS = {"calls": calls, "latency": latency, "idle": idle, "batches": batches, "create": create, "million": million,
          "postgres": postgres, "kek": rewrap, "seal": seal}
FULL_GROUPS = {"overload": overload, "scale": scale}
FAILURES = (MeasurementFailed, ServerFailed, ProgramFailed, TouchFailed, grpc.RpcError, OSError)


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="overload and ten million rows too")
    parser.add_argument("--quick", action="store_true", help="shows in seconds that all works; figures mean nothing")
    parser.add_argument("--only", nargs="+", choices=[*GROUPS, *FULL_GROUPS], metavar="GROUP",
                        help="of " + ", ".join([*GROUPS, *FULL_GROUPS]))
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build" / "bench" / "bin", help="the programs")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "build" / "bench", help="for the report")
    parser.add_argument("--charts-to", type=pathlib.Path, help="draws the charts there too")
    parser.add_argument("--render", type=pathlib.Path, metavar="DOCUMENT", help="writes the tables into it")
    parser.add_argument("--from", dest="source", type=pathlib.Path, metavar="REPORT", help="measures nothing")
    return parser.parse_args(arguments)


class Progress:
    """A line for each step, with the time since the start (of the script that started this, where one did)."""

    def __init__(self):
        self._start = int(os.environ.get("KEYWARD_STARTED") or time.time())

    def __call__(self, text: str) -> None:
        print(f"[{time.time() - self._start:4.0f}s] {text}", file=sys.stderr, flush=True)


def chosen(options: argparse.Namespace) -> list[str]:
    return options.only or [*GROUPS, *(FULL_GROUPS if options.full else {})]


def measure(options: argparse.Namespace, progress: Progress) -> dict:
    options.out.mkdir(parents=True, exist_ok=True)
    work = pathlib.Path(tempfile.mkdtemp(prefix="run-", dir=options.out))
    try:
        progress(f"measuring in {work}, {machine.free_bytes(work) >> 30} GiB free: {' '.join(chosen(options))}")
        settings = QUICK if options.quick else Settings()
        about = machine.describe(work)
        session = Session(options.bin, work, settings, progress)
        failed = [name for name in chosen(options) if not succeeds(name, session)]
        return make_report(session.measured, about, machine.versions(options.bin.parent), command_of(options), failed)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def succeeds(name: str, session: Session) -> bool:
    """A group that fails keeps no other from being measured."""
    try:
        (GROUPS | FULL_GROUPS)[name](session)
    except FAILURES as error:
        print(f"bench: cannot measure {name}: {error}", file=sys.stderr, flush=True)
        return False
    return True


def make_report(measured: goals.Measurements, about: dict, versions: dict, command: str, failed: list[str]) -> dict:
    return {"goals": goals.evaluate(measured), "figures": figures.evaluate(measured), "machine": about,
            "versions": versions, "command": command, "commit": machine.commit(), "failed": failed,
            "measurements": measured}


def command_of(options: argparse.Namespace) -> str:
    words = ["script/bench", *(f"--{name}" for name in ("full", "quick") if getattr(options, name))]
    return " ".join(words + (["--only", *options.only] if options.only else []))


def publish(made: dict, options: argparse.Namespace) -> None:
    drawings = charts.draw(options.charts_to or options.out / "charts", made["measurements"])
    if options.render:
        report.render(options.render, made, drawings)
    print(report.table(made))


def main(arguments: list[str]) -> int:
    options, progress = parse(arguments), Progress()
    interrupts.install()
    if options.source:
        publish(json.loads(options.source.read_text()), options)
        return 0
    try:
        made = measure(options, progress)
    except KeyboardInterrupt:
        print("bench: interrupted; every server it started has ended", file=sys.stderr)
        return 130
    report.write(options.out / "report.json", made)
    publish(made, options)
    progress(f"wrote {options.out / 'report.json'}")
    if made["failed"]:
        print(f"bench: could not measure {' '.join(made['failed'])}: see above", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
