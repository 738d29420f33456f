"""What the disk takes part in: new users' keys, cache misses, a million rows."""
import time

from loads import Targets
from servers import PATIENCE_SECONDS, check_health, open_channel, wait_until_serving
from session import MeasurementFailed, Session
from settings import DECRYPT_RESPONSE_BYTES, ENCRYPT_RESPONSE_BYTES
from touch import touch_all

SMALL_CACHE = "--cache_max_keys=1"
REWRAP_USER_KEYS = "/keyward.v1.KeyAdminService/RewrapUserKeys"
WARM_USERS = 1000  # touched before memory is looked at, so that threads and buffers are there


def create(session: Session) -> None:
    """New users' keys; each is durable before its call is answered."""
    settings = session.settings
    with session.fleet() as fleet:
        keyward = session.keyward(fleet, session.new_database("create"))
        ceiling = session.echo(fleet, ENCRYPT_RESPONSE_BYTES)
        session.step("new users over callers at once")
        swept = []
        for in_flight in settings.in_flight:
            rounds = session.run({"keyward": keyward}, "create", rounds=1, round_seconds=settings.sweep_seconds,
                                 in_flight=in_flight)
            swept += [each | {"in_flight": in_flight} for each in rounds]
        session.measured["create_sweep"] = swept
        _create_beside_others(session, {"ceiling": ceiling, "keyward": keyward})


def _create_beside_others(session: Session, targets: Targets) -> None:
    settings = session.settings
    session.step(f"new users, {settings.create_in_flight} callers at once, and one commit for each key")
    rounds = []
    for _ in range(settings.rounds):
        figures = session.run(targets, "create", rounds=1, round_seconds=settings.round_seconds,
                              in_flight=settings.create_in_flight)[0]
        rounds.append(figures | {"commit_each": {"calls_per_second": session.commit_each(settings.round_seconds)}})
    session.measured["create"] = rounds


def million(session: Session) -> None:
    session.users(session.settings.many_users)
    start(session)
    cached_keys(session)
    cold(session)


def start(session: Session) -> None:
    """From the start of the process to the first answer that says SERVING."""
    users = session.settings.many_users
    session.step(f"start with {users} rows")
    rounds = []
    for _ in range(session.settings.starts):
        with session.fleet() as fleet:
            began = time.monotonic()
            address = wait_until_serving(fleet.keyward(session.users(users)))
            check_health(address)
            rounds.append({"keyward": {"seconds": time.monotonic() - began}})
    session.measured["start"] = rounds


def cached_keys(session: Session) -> None:
    users = session.settings.many_users
    session.step(f"memory of {users} cached keys")
    with session.fleet() as fleet:
        server = fleet.keyward(session.users(users), f"--cache_max_keys={2 * users}", "--cache_ttl=24h")
        address = wait_until_serving(server)
        touch_all(address, min(WARM_USERS, users // 2))
        before = server.resident_bytes()
        touch_all(address, users)
        after = server.resident_bytes()
    session.measured["cached_keys"] = [{"keyward": {
        "resident_before": before, "resident_after": after, "bytes_per_key": (after - before) / users}}]


def rewrap(session: Session) -> None:
    """Every stored key under a new master key, from the call to the line that says so."""
    users = session.settings.many_users
    database = session.copy_of_users(users)
    session.step(f"rewrapping {users} keys under a new master key")
    with session.fleet_after_turnover() as fleet:
        server = fleet.keyward(database)
        with open_channel(wait_until_serving(server)) as channel:
            began = time.monotonic()
            channel.unary_unary(REWRAP_USER_KEYS)(b"", timeout=PATIENCE_SECONDS)
            done = server.wait_for(lambda: [each for each in server.events() if each["event"] == "kek_rewrapped"])
            seconds = time.monotonic() - began
    if done[0]["keys"] != users:
        raise MeasurementFailed(f"{done[0]['keys']} of {users} keys were rewrapped")
    session.measured["kek_rewrap"] = [{"keyward": {"seconds": seconds}}]


def cold(session: Session) -> None:
    users = session.settings.many_users
    session.step(f"cache misses among {users} rows")
    with session.fleet() as fleet:
        keyward = session.keyward(fleet, session.users(users), SMALL_CACHE)
        ceiling = session.echo(fleet, DECRYPT_RESPONSE_BYTES)
        session.measured["cold"] = read_cold(session, {"ceiling": ceiling, "keyward": keyward}, users)


def read_cold(session: Session, targets: Targets, users: int, rounds: int | None = None) -> list[dict]:
    settings = session.settings
    return session.run(targets, "cold", rounds=rounds or settings.rounds, round_seconds=settings.round_seconds,
                       users=users, in_flight=settings.cold_in_flight)
