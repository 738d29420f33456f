"""How long and how much is measured."""
import dataclasses

PLAINTEXT_BYTES = 128
# Protobuf messages of that plaintext: a token of 3 + 208 characters, or the plaintext; and the version.
ENCRYPT_RESPONSE_BYTES = 216
DECRYPT_RESPONSE_BYTES = 133


@dataclasses.dataclass(frozen=True)
class Settings:
    rounds: int = 5
    round_seconds: float = 1.5
    sweep_seconds: float = 0.7
    warmup_seconds: float = 0.4
    latency_rounds: int = 5
    latency_seconds: float = 3.0
    users: int = 100_000
    many_users: int = 1_000_000
    idle_calls: int = 20
    idle_interval: float = 1.05
    starts: int = 5
    in_flight: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64, 128, 256)
    batch_sizes: tuple[int, ...] = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
    create_in_flight: int = 256
    cold_in_flight: int = 64
    # Of a batch so many values are under way, in at least two and at most 16 calls.
    batch_values_in_flight: int = 4000
    # With --full alone.
    overload_seconds: float = 5.0
    overload_factor: int = 4
    large_users: int = 10_000_000
    small_users: int = 100_000



def batches_in_flight(settings: Settings, batch_size: int) -> int:
    return max(2, min(16, settings.batch_values_in_flight // batch_size))


# Enough to see that everything works; the figures mean nothing.
QUICK = Settings(rounds=1, round_seconds=0.2, sweep_seconds=0.1, warmup_seconds=0.05, latency_rounds=1,
                 latency_seconds=0.3, users=2000, many_users=4000, idle_calls=3, idle_interval=0.05, starts=1,
                 in_flight=(1, 16), batch_sizes=(1, 100), create_in_flight=32, overload_seconds=0.3,
                 large_users=6000, small_users=2000)
