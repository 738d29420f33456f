"""Runs `keyward-bench load` and hands back its figures, round for round."""
import dataclasses
import json
import pathlib

from programs import run
from servers import Server
from settings import PLAINTEXT_BYTES

ECHO_METHOD = "/keyward.bench.v1.Echo/Call"
SETTLE_SECONDS = 0.2  # of each round are not counted, but the server's processor time in them is


@dataclasses.dataclass(frozen=True)
class Target:
    address: str
    server: Server | None = None  # whose memory and processor time are told
    echo: bool = False
    tokens: pathlib.Path | None = None

    def text(self, name: str) -> str:
        options = [f"{name}={self.address}"]
        if self.server:
            options.append(f"pid={self.server.pid}")
        if self.echo:
            options.append(f"method={ECHO_METHOD}")
        if self.tokens:
            options.append(f"tokens={self.tokens}")
        return ",".join(options)


Targets = dict[str, Target]


class Loads:
    def __init__(self, bin_folder: pathlib.Path):
        self._program = str(bin_folder / "keyward-bench")

    def run(self, targets: Targets, mode: str, **options) -> list[dict]:
        """One dictionary for each round: {target: {"calls_per_second": …, "p99_us": …}}.

        The options are those of the command; keys are cached before, so that it need not ask for them.
        """
        command = [self._program, "load", f"--mode={mode}", "--json=-", "--no_sweep",
                   f"--plaintext_bytes={PLAINTEXT_BYTES}"]
        command += [f"--target={target.text(name)}" for name, target in targets.items()]
        command += [f"--{name}" if value is True else f"--{name}={value}" for name, value in options.items()]
        return rounds_of(json.loads(run(command)))


def rounds_of(printed: dict) -> list[dict]:
    """What the command printed by target, by round."""
    by_target = {name: [figures_of(each) for each in target["rounds"]] for name, target in printed["targets"].items()}
    return [dict(zip(by_target, together)) for together in zip(*by_target.values())]


def figures_of(printed: dict) -> dict:
    figures = {name: printed[name] for name in ("calls", "seconds", "calls_per_second", "values_per_second", "missed")}
    figures["codes"] = printed["codes"]
    offered = sum(printed["codes"].values()) + printed["missed"]  # a call that could not be sent was due all the same
    figures["offered_per_second"] = offered / printed["seconds"]
    for prefix, latency in (("", printed["latency_us"]), ("refused_", printed.get("refused_latency_us", {}))):
        figures |= {f"{prefix}{name.replace('_', '.')}_us": value for name, value in latency.items() if name != "count"}
    if printed["rss_kib"]["peak"]:
        counted = printed["calls"] * (1 + SETTLE_SECONDS / printed["seconds"])
        figures |= {f"resident_mib_{when}": round(kib / 1024, 1) for when, kib in printed["rss_kib"].items()}
        figures["cpu_us_per_call"] = 1e6 * printed["cpu_seconds"]["server"] / counted if counted else None
    return figures
