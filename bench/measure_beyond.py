"""Overload, and ten million rows: what takes longer than the rest, and runs with --full alone."""

from measure_store import SMALL_CACHE, read_cold
from session import Session

# More than the server takes at once (--max_in_flight, 4096), on so many connections (two for each channel, of
# 256 calls) that they reach the server and do not wait in the client.
MANY_IN_FLIGHT = 6144
MANY_CHANNELS = 12


def overload(session: Session) -> None:
    _creations(session)
    _calls_in_flight(session)


def _creations(session: Session) -> None:
    """Offered at a fixed rate that is several times what the store bears."""
    settings = session.settings
    session.step(f"creations offered at {settings.overload_factor} times their peak")
    with session.fleet() as fleet:
        target = {"keyward": session.keyward(fleet, session.new_database("overload"))}
        rounds = []
        for _ in range(settings.rounds):
            peak = session.run(target, "create", rounds=1, round_seconds=settings.round_seconds,
                               in_flight=settings.create_in_flight)[0]["keyward"]
            rate = int(settings.overload_factor * peak["calls_per_second"])
            offered = session.run(target, "create", rounds=1, round_seconds=settings.overload_seconds, rate=rate,
                                  channels=MANY_CHANNELS, in_flight=MANY_IN_FLIGHT, allow_refusals=True)[0]["keyward"]
            rounds.append({"peak": peak, "overloaded": offered})
    session.measured["overload_create"] = rounds


def _calls_in_flight(session: Session) -> None:
    settings = session.settings
    session.step(f"Encrypt with {settings.overload_factor} times the calls in flight that saturate it")
    with session.fleet() as fleet:
        target = {"keyward": session.warm_keyward(fleet)}
        rounds = []
        for _ in range(settings.rounds):
            peak, offered = (session.run(target, "encrypt", rounds=1, in_flight=in_flight,
                                         channels=MANY_CHANNELS, round_seconds=settings.round_seconds)[0]["keyward"]
                             for in_flight in (session.in_flight, settings.overload_factor * session.in_flight))
            rounds.append({"peak": peak, "overloaded": offered})
    session.measured["overload_encrypt"] = rounds


def scale(session: Session) -> None:
    """The same reads and creations over many rows and over few, in turn."""
    settings = session.settings
    sizes = {"large": settings.large_users, "small": settings.small_users}
    for users in sizes.values():
        session.users(users)
    with session.fleet() as fleet:
        targets = {name: session.keyward(fleet, session.users(users), SMALL_CACHE)
                   for name, users in sizes.items()}
        session.step(f"cache misses among {sizes['large']} and {sizes['small']} rows")
        session.measured["scale_read"] = [
            {name: read_cold(session, {name: targets[name]}, users, rounds=1)[0][name] for name, users in sizes.items()}
            for _ in range(settings.rounds)]
        session.step(f"new users beside {sizes['large']} and {sizes['small']} rows")
        session.measured["scale_create"] = session.run(
            targets, "create", rounds=settings.rounds, round_seconds=settings.round_seconds,
            in_flight=settings.create_in_flight)
    session.forget(settings.large_users)
