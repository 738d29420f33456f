"""bench/postgres.py and its group: a PostgreSQL that keeps what it commits, leaves nothing, and may be absent."""
import os
import pathlib
import subprocess

import measure_postgres
import postgres
from servers import Fleet
from session import Session
from settings import QUICK

# Off, each makes commits cheaper than they are for anybody who needs his keys after a crash.
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


def password_file(database: postgres.Postgres) -> pathlib.Path:
    return pathlib.Path(database.password_flag().partition("=")[2])


def ask(database: postgres.Postgres, question: str) -> str:
    environment = os.environ | {"PGPASSWORD": password_file(database).read_text().strip()}
    return subprocess.run([postgres.program("psql"), "-X", "-A", "-t", "-c", question, database.url], env=environment,
                          capture_output=True, text=True, check=True).stdout.strip()


def test_what_it_commits_is_durable(tmp_path):
    with Fleet(tmp_path, tmp_path, {}) as fleet:
        database = postgres.Postgres(fleet)
        assert {name: ask(database, f"SHOW {name}") for name in DURABLE} == dict.fromkeys(DURABLE, "on")
        assert ask(database, "SHOW listen_addresses") == "127.0.0.1"


def test_nothing_of_it_is_left(tmp_path):
    with Fleet(tmp_path, tmp_path, {}) as fleet:
        database = postgres.Postgres(fleet)
        folder = password_file(database).parent
        assert folder.is_dir() and database.server.is_running()
    assert not folder.exists() and not database.server.is_running()


def test_where_it_is_not_installed_the_group_says_so_and_is_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(postgres, "PROGRAMS", tmp_path)
    said = []
    session = Session(tmp_path, tmp_path, QUICK, said.append)
    measure_postgres.postgres(session)
    assert said == ["left out: PostgreSQL is not installed"]
    assert session.measured == {}
