"""Figures that have no goal and tell what the goals' ratios stand on."""
import dataclasses
import statistics
from typing import Callable

from goals import Measurements, median, ratio, significant


@dataclasses.dataclass(frozen=True)
class Figure:
    name: str
    what: str
    measurement: str
    compute: Callable[[Measurements], float]


def _rate(measurement: str, target: str, name: str, what: str) -> Figure:
    return Figure(name, what, measurement, median(measurement, target, "calls_per_second"))


def _values(target: str, what: str) -> Figure:
    return Figure(f"{target}_values_per_second", what, "batch_rates", median("batch_rates", target, "values_per_second"))


def _cpu(target: str, what: str) -> Figure:
    return Figure(f"{target}_cpu_us_per_call", what, "encrypt", median("encrypt", target, "cpu_us_per_call"))


def _growth(kind: str, what: str) -> Figure:
    """From the end of a peak round to the highest while overloaded, the last of the rounds."""
    def grown(measured: Measurements) -> float:
        last = measured[f"overload_{kind}"][-1]
        return last["overloaded"]["resident_mib_peak"] - last["peak"]["resident_mib_after"]
    return Figure(f"overload_{kind}_growth_mib", f"growth of memory under {what}, in MiB", f"overload_{kind}", grown)


FIGURES = (
    _rate("encrypt", "ceiling", "ceiling_calls_per_second", "the empty asynchronous server"),
    _rate("encrypt", "callback", "callback_calls_per_second", "the empty callback server"),
    _rate("encrypt", "python", "python_calls_per_second", "Encrypt of the Python gRPC server"),
    _rate("encrypt", "keyward", "encrypt_calls_per_second", "Encrypt"),
    _rate("decrypt", "keyward", "decrypt_calls_per_second", "Decrypt"),
    _rate("encrypt_mtls", "keyward", "encrypt_mtls_calls_per_second", "Encrypt over mutual TLS"),
    _rate("encrypt_unix", "keyward", "encrypt_unix_calls_per_second", "Encrypt over a unix socket"),
    Figure("encrypt_unix_vs_ceiling", "÷ the ceiling's, both over unix sockets", "encrypt_unix",
           ratio("encrypt_unix", "keyward", "ceiling")),
    _rate("encrypt_guarded", "guarded", "encrypt_guarded_calls_per_second", "Encrypt with a policy and an audit log"),
    Figure("encrypt_guarded_vs_plain", "÷ without them", "encrypt_guarded", ratio("encrypt_guarded", "guarded", "keyward")),
    Figure("encrypt_guarded_vs_ceiling", "÷ the ceiling's", "encrypt_guarded",
           ratio("encrypt_guarded", "guarded", "ceiling")),
    _rate("mixed", "keyward", "mixed_calls_per_second", "60 % Decrypt, 35 % Encrypt, 5 % new users"),
    _rate("create", "keyward", "create_keys_per_second", "Encrypt for new users, 256 in flight"),
    _rate("create", "commit_each", "commit_each_keys_per_second", "one commit for each key"),
    _rate("cold", "keyward", "cold_calls_per_second", "Decrypt, every key a cache miss"),
    _rate("postgres_create", "keyward", "postgres_create_keys_per_second",
          "Encrypt for new users on PostgreSQL, 256 in flight"),
    _rate("postgres_cold", "keyward", "postgres_cold_calls_per_second",
          "Decrypt on PostgreSQL, every key a cache miss"),
    _values("encrypt100", "BatchEncrypt of 100"),
    _values("encrypt1000", "BatchEncrypt of 1000"),
    _values("decrypt100", "BatchDecrypt of 100"),
    _values("decrypt1000", "BatchDecrypt of 1000"),
    Figure("python_loop_values_per_second", "the Python module's encrypt in a loop", "batch_vs_python",
           median("batch_vs_python", "python_loop", "values_per_second")),
    Figure("ceiling_p99_us", "the ceiling's p99 at half of its peak, in µs", "latency",
           median("latency", "ceiling", "p99_us")),
    Figure("encrypt_p99_us", "Encrypt's p99 at that rate, in µs", "latency", median("latency", "keyward", "p99_us")),
    _cpu("ceiling", "processor time of the empty server, in µs"),
    _cpu("keyward", "of keyward-server in Encrypt, in µs"),
    _cpu("python", "of the Python server, in µs"),
    Figure("overload_offered", "creations offered ÷ their peak rate", "overload_create",
           lambda measured: statistics.median(each["overloaded"]["offered_per_second"] / each["peak"]["calls_per_second"]
                                              for each in measured["overload_create"])),
    Figure("overload_refused_p99_us", "p99 of a refused creation, in µs; 0 where none was", "overload_create",
           lambda measured: statistics.median(each["overloaded"].get("refused_p99_us", 0)
                                              for each in measured["overload_create"])),
    _growth("create", "creations offered beyond their peak"),
    _growth("encrypt", "more calls in flight than saturate Encrypt"),
    Figure("resident_mib", "keyward-server's memory after it, 100 000 keys cached, in MiB", "encrypt",
           median("encrypt", "keyward", "resident_mib_after")),
)


def evaluate(measured: Measurements) -> dict[str, float]:
    return {figure.name: significant(figure.compute(measured))
            for figure in FIGURES if figure.measurement in measured}
