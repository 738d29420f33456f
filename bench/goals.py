"""The goals: how each is computed from the measurements, and what it should be.

A measurement is a list of rounds, and a round holds the figures of every target that took its turn in it
({"ceiling": {"calls_per_second": …}, "keyward": {…}}). A ratio is taken within each round, so that a slow
spell of the machine meets both sides, and the median of the rounds counts.
"""
import dataclasses
import statistics
from typing import Callable

Measurements = dict[str, list[dict]]


def ratios(rounds: list[dict], over: str, under: str, figure: str) -> list[float]:
    return [each[over][figure] / each[under][figure] for each in rounds]


def values(rounds: list[dict], target: str, figure: str) -> list[float]:
    return [each[target][figure] for each in rounds]


def ratio(measurement: str, over: str, under: str, figure: str = "calls_per_second") -> Callable:
    return lambda measured: statistics.median(ratios(measured[measurement], over, under, figure))


def median(measurement: str, target: str, figure: str) -> Callable:
    return lambda measured: statistics.median(values(measured[measurement], target, figure))


def at_full_size(measurement: str, figure: str = "calls_per_second") -> Callable:
    return ratio(measurement, "large", "small", figure)


def _overload_goodput(measured: Measurements) -> float:
    return min(statistics.median(ratios(measured[each], "overloaded", "peak", "calls_per_second"))
               for each in ("overload_create", "overload_encrypt"))


@dataclasses.dataclass(frozen=True)
class Goal:
    name: str
    what: str
    sign: str  # "≥" or "≤"
    bound: float
    needs: tuple[str, ...]
    compute: Callable[[Measurements], float]
    full: bool = False  # measured with --full alone

    def met(self, value: float) -> bool:
        return value >= self.bound if self.sign == "≥" else value <= self.bound

    def bound_text(self) -> str:
        return f"{self.sign} {self.bound:g}"


def _goal(name: str, what: str, bound: str, needs: str, compute: Callable, full: bool = False) -> Goal:
    sign, number = bound.split()
    return Goal(name, what, sign, float(number), tuple(needs.split()), compute, full)


GOALS = (
    _goal("encrypt_vs_ceiling", "Encrypt, calls per second at saturation ÷ the ceiling's", "≥ 0.95",
          "encrypt", ratio("encrypt", "keyward", "ceiling")),
    _goal("decrypt_vs_ceiling", "Decrypt, likewise", "≥ 0.95",
          "decrypt", ratio("decrypt", "keyward", "ceiling")),
    _goal("encrypt_vs_callback_echo", "Encrypt ÷ the empty callback server's", "≥ 0.80",
          "encrypt", ratio("encrypt", "keyward", "callback")),
    _goal("encrypt_vs_ceiling_mtls", "Encrypt ÷ the ceiling's, both over mutual TLS", "≥ 0.90",
          "encrypt_mtls", ratio("encrypt_mtls", "keyward", "ceiling")),
    _goal("p99_vs_ceiling", "p99 at half of the ceiling's peak ÷ the ceiling's p99 there", "≤ 1.25",
          "latency", ratio("latency", "keyward", "ceiling", "p99_us")),
    _goal("idle_first_call_ms", "p90 of one call every 1.05 s, in ms", "≤ 3",
          "idle", lambda measured: statistics.median(values(measured["idle"], "keyward", "p90_us")) / 1000),
    _goal("batch100_vs_python_inprocess", "values per second in batches of 100 ÷ Python's loop", "≥ 6",
          "batch_vs_python", ratio("batch_vs_python", "batch100", "python_loop", "values_per_second")),
    _goal("batch1000_vs_python_inprocess", "likewise, in batches of 1000", "≥ 10",
          "batch_vs_python", ratio("batch_vs_python", "batch1000", "python_loop", "values_per_second")),
    _goal("encrypt_vs_python_server", "Encrypt ÷ the Python gRPC server's", "≥ 6",
          "encrypt", ratio("encrypt", "keyward", "python")),
    _goal("create_vs_ceiling", "new users' keys per second, durable, ÷ the ceiling's calls", "≥ 0.50",
          "create", ratio("create", "keyward", "ceiling")),
    _goal("create_vs_commit_each", "new users' keys per second ÷ one commit for each key", "≥ 3",
          "create", ratio("create", "keyward", "commit_each")),
    _goal("cold_vs_ceiling", "Decrypt, every key a cache miss among 1 000 000 rows, ÷ the ceiling's", "≥ 0.50",
          "cold", ratio("cold", "keyward", "ceiling")),
    _goal("postgres_create_vs_ceiling", "new users' keys per second on PostgreSQL, 256 in flight, ÷ the ceiling's calls",
          "≥ 0.30", "postgres_create", ratio("postgres_create", "keyward", "ceiling")),
    _goal("postgres_cold_vs_ceiling", "Decrypt, every key a cache miss among 100 000 rows on PostgreSQL, ÷ the ceiling's",
          "≥ 0.30", "postgres_cold", ratio("postgres_cold", "keyward", "ceiling")),
    _goal("postgres_warm_vs_sqlite", "Encrypt with cached keys, the store on PostgreSQL ÷ the store on SQLite", "≥ 0.95",
          "postgres_warm", ratio("postgres_warm", "postgres", "sqlite")),
    _goal("bytes_per_cached_key", "resident growth ÷ 1 000 000 cached keys, in bytes", "≤ 200",
          "cached_keys", median("cached_keys", "keyward", "bytes_per_key")),
    _goal("start_seconds_1m_keys", "start to SERVING with 1 000 000 rows, in seconds", "≤ 0.5",
          "start", median("start", "keyward", "seconds")),
    _goal("kek_rewrap_seconds_1m", "1 000 000 stored keys wrapped under a new master key, in seconds", "≤ 60",
          "kek_rewrap", median("kek_rewrap", "keyward", "seconds")),
    _goal("seal_vs_boringssl", "time to seal 128 bytes into a token ÷ BoringSSL's bare seal", "≤ 2",
          "seal", ratio("seal", "token", "boringssl", "nanoseconds")),
    _goal("overload_goodput", "answered beyond saturation ÷ the peak: the smaller of creations offered at 4 × "
          "their peak rate, and 4 × the Encrypt calls in flight", "≥ 0.80",
          "overload_create overload_encrypt", _overload_goodput, full=True),
    _goal("scale_10m_read", "Decrypt with every key a miss, 10 000 000 rows ÷ 100 000 rows", "≥ 0.70",
          "scale_read", at_full_size("scale_read"), full=True),
    _goal("scale_10m_create", "new users' keys per second, 10 000 000 rows ÷ 100 000 rows", "≥ 0.70",
          "scale_create", at_full_size("scale_create"), full=True),
)


def evaluate(measured: Measurements) -> dict[str, float]:
    """What could be computed, by name; a goal whose measurement was left out is left out."""
    return {goal.name: significant(goal.compute(measured))
            for goal in GOALS if all(need in measured for need in goal.needs)}


def significant(value: float) -> float:
    """Four significant digits: more would be noise."""
    return float(f"{value:.4g}")
