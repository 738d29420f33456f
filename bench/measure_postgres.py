"""The same calls over a store on PostgreSQL, which has the same machine."""
from loads import Target, Targets
from measure_store import SMALL_CACHE, read_cold
from postgres import Postgres, program
from programs import run
from servers import Fleet
from session import Session, serving
from settings import DECRYPT_RESPONSE_BYTES, ENCRYPT_RESPONSE_BYTES
from touch import touch_all


def postgres(session: Session) -> None:
    if program("postgres") is None:
        session.step("left out: PostgreSQL is not installed")
        return
    _create(session)
    with session.fleet() as fleet:
        database = Postgres(fleet)
        _fill(session, fleet, database)
        _cold(session, database)
        _warm(session, database)


def _create(session: Session) -> None:
    settings = session.settings
    with session.fleet() as fleet:
        targets = {"ceiling": session.echo(fleet, ENCRYPT_RESPONSE_BYTES),
                   "keyward": _keyward(session, fleet, Postgres(fleet))}
        session.step(f"new users on PostgreSQL, {settings.create_in_flight} callers at once")
        session.measured["postgres_create"] = session.run(
            targets, "create", rounds=settings.rounds, round_seconds=settings.round_seconds,
            in_flight=settings.create_in_flight)


def _fill(session: Session, fleet: Fleet, database: Postgres) -> None:
    users = session.settings.users
    original = session.copy_of_users(users)
    session.step(f"copying {users} users' keys to PostgreSQL")
    run([str(session.bin / "keyward"), "store", "copy", f"--from=sqlite:{original}", f"--to={database.url}",
         database.password_flag()], fleet.master_key)


def _cold(session: Session, database: Postgres) -> None:
    users = session.settings.users
    session.step(f"cache misses among {users} rows on PostgreSQL")
    with session.fleet() as servers:
        targets = {"ceiling": session.echo(servers, DECRYPT_RESPONSE_BYTES),
                   "keyward": _keyward(session, servers, database, SMALL_CACHE)}
        session.measured["postgres_cold"] = read_cold(session, targets, users)


def _warm(session: Session, database: Postgres) -> None:
    settings = session.settings
    session.step("Encrypt with cached keys, over either store")
    with session.fleet() as servers:
        targets: Targets = {"sqlite": session.warm_keyward(servers), "postgres": _keyward(session, servers, database)}
        touch_all(targets["postgres"].address, settings.users)
        session.measured["postgres_warm"] = session.run(
            targets, "encrypt", rounds=settings.rounds, round_seconds=settings.round_seconds,
            in_flight=session.in_flight)


def _keyward(session: Session, fleet: Fleet, database: Postgres, *flags: str) -> Target:
    server = fleet.keyward_over([f"--store={database.url}", database.password_flag()], *flags)
    return serving(server, session.users(session.settings.users))
