"""One seal, without a server: the micro-benchmark of a token beside that of BoringSSL alone."""
import json

from programs import run
from session import Session

# The second draws a nonce and seals under a key that is set up already; no base64, no allocation.
BENCHMARKS = {"BM_SealToken": "token", "BM_BareSeal": "boringssl"}


def seal(session: Session) -> None:
    session.step("seal, beside BoringSSL's own")
    command = [str(session.bin / "keyward-microbench"), "--benchmark_format=json",
               f"--benchmark_filter=^({'|'.join(BENCHMARKS)})$",
               f"--benchmark_repetitions={session.settings.rounds}", "--benchmark_enable_random_interleaving=true",
               f"--benchmark_min_time={session.settings.sweep_seconds / 2}"]
    session.measured["seal"] = rounds_of(json.loads(run(command)))


def rounds_of(printed: dict) -> list[dict]:
    """The n-th repetition of both is a round."""
    times = {target: [] for target in BENCHMARKS.values()}
    for run in printed["benchmarks"]:
        if run["run_type"] == "iteration" and run["time_unit"] == "ns":
            times[BENCHMARKS[run["name"]]].append(run["cpu_time"])
    return [{name: {"nanoseconds": time} for name, time in zip(times, together)} for together in zip(*times.values())]
