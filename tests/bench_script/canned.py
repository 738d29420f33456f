"""Measurements as a run leaves them, with figures that are easy to reckon with."""


def rate(calls: float) -> dict:
    return {"calls_per_second": calls, "values_per_second": calls, "cpu_us_per_call": 1e6 / calls,
            "resident_mib_after": 50.0, "resident_mib_peak": 52.0, "offered_per_second": 4 * calls}


def latency(factor: float) -> dict:
    return {"p50_us": 100 * factor, "p90_us": 200 * factor, "p99_us": 400 * factor, "p99.9_us": 900 * factor}


def values(per_second: float) -> dict:
    return {"values_per_second": per_second}


def measurements() -> dict:
    """Three rounds of Encrypt, of which the middle one was slow for everybody; one of the rest."""
    encrypt = [{"ceiling": rate(40_000 * speed), "callback": rate(20_000 * speed), "python": rate(2_000 * speed),
                "keyward": rate(38_000 * speed)} for speed in (1, 0.25, 1.5)]
    return {
        "encrypt": encrypt,
        "decrypt": [{"ceiling": rate(40_000), "keyward": rate(36_000)}],
        "encrypt_guarded": [{"ceiling": rate(40_000), "keyward": rate(38_000), "guarded": rate(19_000)}],
        "encrypt_unix": [{"ceiling": rate(50_000), "keyward": rate(50_000)}],
        "encrypt_mtls": [{"ceiling": rate(30_000), "keyward": rate(27_000)}],
        "mixed": [{"keyward": rate(35_000)}],
        "encrypt_sweep": [{"ceiling": rate(1000 * many), "keyward": rate(900 * many), "in_flight": many}
                          for many in (1, 4, 16)],
        "latency": [{"ceiling": latency(1), "keyward": latency(1.5)}],
        "idle": [{"ceiling": {"p90_us": 400}, "keyward": {"p90_us": 500}}],
        "batch_sweep": [{"keyward": values(1000 * size), "batch_size": size} for size in (1, 10, 100)],
        "batch_vs_python": [{"batch100": values(560_000), "batch1000": values(800_000), "python_loop": values(80_000)}],
        "batch_rates": [{name: values(500_000) for name in ("encrypt100", "encrypt1000", "decrypt100", "decrypt1000")}],
        "create": [{"ceiling": rate(40_000), "keyward": rate(20_000), "commit_each": {"calls_per_second": 2_500}}],
        "create_sweep": [{"keyward": rate(100 * many), "in_flight": many} for many in (1, 16, 256)],
        "cold": [{"ceiling": rate(40_000), "keyward": rate(18_000)}],
        "postgres_create": [{"ceiling": rate(40_000), "keyward": rate(14_000)}],
        "postgres_cold": [{"ceiling": rate(40_000), "keyward": rate(10_000)}],
        "postgres_warm": [{"sqlite": rate(40_000), "postgres": rate(39_000)}],
        "cached_keys": [{"keyward": {"bytes_per_key": 150.4321}}],
        "start": [{"keyward": {"seconds": seconds}} for seconds in (0.1, 0.3, 0.2)],
        "kek_rewrap": [{"keyward": {"seconds": 12.5}}],
        "seal": [{"token": {"nanoseconds": 500}, "boringssl": {"nanoseconds": 300}}],
        "overload_create": [{"peak": rate(20_000), "overloaded": rate(19_000)}],
        "overload_encrypt": [{"peak": rate(40_000), "overloaded": rate(34_000)}],
        "scale_read": [{"small": rate(20_000), "large": rate(15_000)}],
        "scale_create": [{"small": rate(20_000), "large": rate(12_000)}],
    }


MACHINE = {"cpu": "A processor", "cores": 2, "memory_bytes": 8 << 30, "kernel": "6.1", "system": "Debian",
           "filesystem": "ext4", "fsync_ms": 0.25}
VERSIONS = {name: "1" for name in ("grpc", "protobuf", "postgresql", "sqlite", "boringssl", "compiler", "python", "grpcio",
                                   "cryptography")}
