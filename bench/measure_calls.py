"""Single calls: throughput at saturation, latency at half of it, the first call after a pause."""
import statistics

from goals import values
from loads import Target, Targets
from servers import Fleet, make_credentials
from session import Session
from settings import DECRYPT_RESPONSE_BYTES, ENCRYPT_RESPONSE_BYTES

ENOUGH_OF_PEAK = 0.97  # from which on more calls in flight are no better
LATENCY_SHARE = 0.5    # of the ceiling's peak
POLICY = """
grants { principals: "spiffe://example.org/billing" permissions: [ENCRYPT, DECRYPT] users: "customer-*" }
grants { principals: "loopback" permissions: [ENCRYPT, DECRYPT] users: "*" }
"""
OPEN_LOOP_IN_FLIGHT = 2000  # so many that none is held back, but where a server stands still


def calls(session: Session) -> None:
    with session.fleet() as fleet:
        keyward = session.warm_keyward(fleet)
        ceiling = session.echo(fleet, ENCRYPT_RESPONSE_BYTES)
        _concurrency(session, {"ceiling": ceiling, "keyward": keyward})
        _encrypt(session, fleet, ceiling, keyward)
        session.step("Decrypt")
        empty = session.echo(fleet, DECRYPT_RESPONSE_BYTES)
        _saturate(session, "decrypt", {"ceiling": empty, "keyward": keyward}, "decrypt")
        session.step("mixed calls")
        _saturate(session, "mixed", {"keyward": keyward}, "mixed")
    guarded(session)
    unix(session)
    mutual_tls(session)


def guarded(session: Session) -> None:
    """With a policy that is asked, and a record of each call that is written before the answer."""
    session.step("Encrypt with a policy and an audit log")
    policy = session.work / "policy.textproto"
    policy.write_text(POLICY)
    with session.fleet() as fleet:
        targets = {"ceiling": session.echo(fleet, ENCRYPT_RESPONSE_BYTES), "keyward": session.warm_keyward(fleet),
                   "guarded": session.warm_keyward(fleet, f"--policy={policy}",
                                                   f"--audit_log={session.work / 'audit.log'}")}
        _saturate(session, "encrypt_guarded", targets, "encrypt")


def unix(session: Session) -> None:
    session.step("Encrypt over unix sockets")
    with session.fleet() as fleet:
        keyward = session.warm_keyward(fleet, listen=fleet.socket("keyward"))
        ceiling = session.echo(fleet, ENCRYPT_RESPONSE_BYTES, listen=fleet.socket("ceiling"))
        _saturate(session, "encrypt_unix", {"ceiling": ceiling, "keyward": keyward}, "encrypt")


def mutual_tls(session: Session) -> None:
    session.step("Encrypt over mutual TLS")
    with session.fleet() as fleet:
        credentials = make_credentials(session.work / "tls")
        keyward = session.warm_keyward(fleet, credentials=credentials)
        ceiling = session.echo(fleet, ENCRYPT_RESPONSE_BYTES, credentials=credentials)
        _saturate(session, "encrypt_mtls", {"ceiling": ceiling, "keyward": keyward}, "encrypt",
                  tls_ca=credentials.authority, tls_cert=credentials.certificate, tls_key=credentials.key)


def latency(session: Session) -> None:
    """At a fixed rate, counted from when a call was due."""
    session.step("latency at half of the ceiling's peak")
    settings = session.settings
    with session.fleet() as fleet:
        targets = {"ceiling": session.echo(fleet, ENCRYPT_RESPONSE_BYTES), "keyward": session.warm_keyward(fleet)}
        peak = session.run({"ceiling": targets["ceiling"]}, "encrypt", rounds=3, round_seconds=settings.sweep_seconds,
                           in_flight=session.in_flight)
        rate = LATENCY_SHARE * statistics.median(values(peak, "ceiling", "calls_per_second"))
        session.measured["latency"] = session.run(
            targets, "encrypt", rounds=settings.latency_rounds, round_seconds=settings.latency_seconds, rate=int(rate),
            in_flight=OPEN_LOOP_IN_FLIGHT)


def idle(session: Session) -> None:
    session.step("the first call after an idle second")
    settings = session.settings
    with session.fleet() as fleet:
        targets = {"ceiling": session.echo(fleet, ENCRYPT_RESPONSE_BYTES), "keyward": session.warm_keyward(fleet)}
        session.measured["idle"] = session.run(targets, "idle", idle_count=settings.idle_calls,
                                               idle_interval=settings.idle_interval)


def _concurrency(session: Session, targets: Targets) -> None:
    """Finds the number of calls in flight that saturates both, and keeps what it saw for the chart."""
    session.step("Encrypt over concurrency")
    swept = []
    for in_flight in session.settings.in_flight:
        rounds = session.run(targets, "encrypt", rounds=1, round_seconds=session.settings.sweep_seconds,
                             in_flight=in_flight)
        swept += [each | {"in_flight": in_flight} for each in rounds]
    session.measured["encrypt_sweep"] = swept
    session.in_flight = saturating(swept)


def saturating(swept: list[dict]) -> int:
    """The fewest calls in flight at which both have come close to the best they reach."""
    peaks = {name: max(values(swept, name, "calls_per_second")) for name in ("ceiling", "keyward")}
    enough = [each["in_flight"] for each in swept
              if all(each[name]["calls_per_second"] >= ENOUGH_OF_PEAK * peak for name, peak in peaks.items())]
    return min(enough, default=max(each["in_flight"] for each in swept))


def _encrypt(session: Session, fleet: Fleet, ceiling: Target, keyward: Target) -> None:
    session.step(f"Encrypt, {session.in_flight} calls in flight")
    python = fleet.python(session.new_database("python"), session.names_of_users())
    targets = {"ceiling": ceiling, "callback": session.echo(fleet, ENCRYPT_RESPONSE_BYTES, kind="callback"),
               "python": Target(python.address(), python), "keyward": keyward}
    _saturate(session, "encrypt", targets, "encrypt")


def _saturate(session: Session, name: str, targets: Targets, mode: str, **options) -> None:
    settings = session.settings
    session.measured[name] = session.run(targets, mode, rounds=settings.rounds, in_flight=session.in_flight,
                                         round_seconds=settings.round_seconds, **options)
