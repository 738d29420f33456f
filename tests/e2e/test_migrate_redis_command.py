"""`keyward migrate redis` for the person who runs it: access to Redis, secrets, mistakes, what is shown."""
import contextlib
import os
import pty
import re
import subprocess

import pytest

from harness import migration, paths
from harness.certificates import Authority
from harness.migration import PRESET, migrate
from harness.redis import fields_end, redis_server
from harness.secrets_in_redis import STRINGS, fill_preset, fill_strings, opened


def documented_permissions(fields_end: bool) -> list[str]:
    text = " ".join((paths.REPOSITORY / "docs" / "MIGRATION.md").read_text().split())
    listed = re.search(r"An ACL user needs `([^`]*)`, to write also `([^`]*)`, since Redis 7.4 `([^`]*)`", text).groups()
    return " ".join(listed if fields_end else listed[:2]).split()


def test_what_the_documentation_permits_is_enough(client, redis, db):
    fill_preset(db)
    db.pipeline([("SELECT", 1), ("SET", "app:1:key", "sk-1"),
                 ("ACL", "SETUSER", "migrator", "on", ">pass", "~*", "-@all", *documented_permissions(fields_end(db)))])
    url = redis.url.replace("//", "//migrator:pass@")
    for database, rules, count in (("/0", PRESET, 8), ("/1", STRINGS, 1)):
        assert migration.apply(url + database, client.address, *rules).total["encrypted"] == count
        assert migrate(url + database, client.address, *rules, "--verify").total["opened"] == count
        assert migration.apply(url + database, client.address, *rules, "--rollback").total["decrypted"] == count


@pytest.mark.parametrize("user", ["default", "migrator"])
def test_a_password_comes_from_the_environment_or_a_file(client, redis, db, tmp_path, user):
    password = "hunter2 @/:%"
    db.call("ACL", "SETUSER", user, "on", "resetpass", ">" + password, "~*", "+@all")
    if user != "default":
        db.call("ACL", "SETUSER", "default", "off")
    url = redis.url.replace("//", f"//{user}@") if user != "default" else redis.url
    file = tmp_path / "password"
    file.write_text(password + "\n")
    for options, status in (({"environment": {"KEYWARD_REDIS_PASSWORD": password}}, 0),
                            ({"environment": {"KEYWARD_REDIS_PASSWORD_FILE": str(file)}}, 0),
                            ({"environment": {"KEYWARD_REDIS_PASSWORD": "wrong hunter2"}}, 1), ({}, 1)):
        done = migrate(url, client.address, *PRESET, **options)
        assert done.status == status, done.output
        assert "hunter2" not in done.output
        assert status == 0 or done.error["reason"] == "REDIS_REFUSED"


def test_a_database_and_a_unix_socket(client, redis, db):
    db.pipeline([("SELECT", 3), ("SET", "app:1:key", "sk-1"), ("SELECT", 0), ("SET", "app:1:key", "sk-0")])
    migration.apply(f"unix:{redis.socket_path}?db=3", client.address, *STRINGS)
    assert db.call("GET", "app:1:key") == b"sk-0"
    migration.apply(redis.url + "/0", client.address, *STRINGS)
    assert db.call("GET", "app:1:key").startswith(b"v2:")
    assert migrate(redis.url + "/99", client.address, *STRINGS).error["reason"] == "REDIS_REFUSED"


def test_tls_with_a_certificate_of_its_own_and_never_without_a_check(client, tmp_path_factory):
    directory = tmp_path_factory.mktemp("t")
    authority, stranger = Authority(directory, "ca"), Authority(directory, "stranger")
    own = authority.issue("migration")
    with redis_server(tmp_path_factory.mktemp("r"), tls=(authority, authority.issue("redis"))) as redis:
        db = redis.client()
        db.call("SET", "app:1:key", "sk-1")
        url = f"rediss://127.0.0.1:{redis.port}"
        certificate = ("--redis_cert", str(own.certificate), "--redis_key", str(own.key))
        trusting = ("--redis_ca", str(authority.root))
        assert migration.apply(url, client.address, *STRINGS, *trusting, *certificate).total["encrypted"] == 1
        for arguments in (certificate, trusting, ("--redis_ca", str(stranger.root), *certificate)):
            done = migrate(url, client.address, *STRINGS, *arguments)
            assert (done.status, done.error["reason"]) == (1, "REDIS_UNAVAILABLE"), done.output
        done = migrate(url, client.address, *STRINGS, "--redis_ca", str(directory / "absent"))
        assert (done.status, done.error["reason"]) == (2, "USAGE")


def test_no_secret_is_in_what_it_writes(client, redis, db):
    db.pipeline([("SET", "app:1:key", "MARKER-1"), ("HSET", "p:1", "MARKER-2", "1", "MARKER-3", "MARKER-3"),
                 ("SET", "doc:1", '{"a": "MARKER-4'), ("ACL", "SETUSER", "reader", "on", "nopass", "~*", "+@read", "+ping")])
    rules = (*STRINGS, "--rule", "pool_hash p:*", "--rule", "string doc:{user_id} json=a")
    url = redis.url.replace("//", "//reader:MARKER-5@")
    for mode in ((), ("--apply",), ("--verify",), ("--rollback",)):
        for redis_url in (url, redis.url):
            done = migrate(redis_url, client.address, *rules, *mode)
            assert done.status == 1
            assert "MARKER" not in done.output


def test_no_secret_is_in_what_redis_repeats_of_a_command(client, tmp_path_factory):
    with redis_server(tmp_path_factory.mktemp("r"), arguments=("--rename-command", "EVALSHA", "")) as redis:
        redis.client().call("SET", "app:1:key", "MARKER")
        done = migrate(redis, client.address, *STRINGS, "--apply")
        assert (done.status, done.error["reason"]) == (1, "REDIS_REFUSED")
        assert "unknown command" in done.error["message"]
        assert "MARKER" not in done.output


def test_the_rules_in_the_documentation_are_rules(client, redis, tmp_path):
    text = (paths.REPOSITORY / "docs" / "MIGRATION.md").read_text()
    rules = [part for rule in re.findall("--rule '([^']+)'", text) for part in ("--rule", rule)]
    file = tmp_path / "rules.json"
    file.write_text(re.search(r'^    \{"rules": .*?\]\}$', text, re.MULTILINE | re.DOTALL)[0])
    done = migrate(redis, client.address, *rules, "--rules", str(file))
    assert done.status == 0, done.output
    assert len(done.report["rules"]) == 7 + 4


MISTAKES = {
    "no rules": (),
    "a bad pattern": ("--rule", "string app:{user_id"),
    "two users": ("--rule", "string {user_id}:{user_id}"),
    "no user": ("--rule", "string app:*"),
    "an unknown type": ("--rule", "set app:{user_id}"),
    "a bad path": ("--rule", "string app:{user_id} json=a..b"),
    "an unknown preset": ("--preset", "nebula"),
    "a missing rules file": ("--rules", "/nonexistent/rules.json"),
    "a rules file that is no JSON": ("--rules", "/dev/null"),
    "verify and apply": (*STRINGS, "--verify", "--apply"),
    "verify and rollback": (*STRINGS, "--verify", "--rollback"),
    "a certificate without its key": (*STRINGS, "--redis_cert", "x"),
    "an authority without TLS": (*STRINGS, "--redis_ca", "x"),
    "an empty password file": (*STRINGS, "--redis_password_file", "/dev/null"),
}


@pytest.mark.parametrize("arguments", MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_one_line_and_status_2(client, redis, arguments):
    done = migrate(redis, client.address, *arguments)
    assert (done.status, done.report, done.error["reason"]) == (2, None, "USAGE"), done.output


@pytest.mark.parametrize("url", ["http://127.0.0.1", "redis://127.0.0.1:port", "unix:relative"])
def test_an_address_that_is_none_is_a_mistake(client, url):
    assert migrate(url, client.address, *STRINGS).status == 2


def test_people_get_a_table(client, redis, db):
    db.pipeline([("SET", "app:1:key", "sk-1"), ("LPUSH", "app:a\x1b[31m:key", "x")])
    command = [part for part in migration.command(redis, client.address, *STRINGS) if part != "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=paths.PATIENCE)
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["rule", "keys", "values", "to", "encrypt", "already", "encrypted", "empty", "changed",
                                "meanwhile", "failed"]
    assert lines[1].split() == ["string", "app:{user_id}:key", "2", "1", "1", "0", "0", "0", "1"]
    assert lines[2].startswith("WRONG_TYPE: 1")
    assert lines[-1] == "Dry run: nothing was written; --apply writes."
    assert "\x1b" not in done.stdout
    assert len(done.stderr.splitlines()) == 1


def test_a_terminal_shows_how_far_it_is(client, redis, db):
    fill_strings(db, 3000)
    terminal, its_end = pty.openpty()
    with subprocess.Popen(migration.command(redis, client.address, *STRINGS, "--apply"), stdout=subprocess.DEVNULL,
                          stderr=its_end, stdin=subprocess.DEVNULL) as process:
        os.close(its_end)
        shown = b""
        with contextlib.suppress(OSError):  # the terminal's other end is closed
            while some := os.read(terminal, 4096):
                shown += some
    os.close(terminal)
    assert process.returncode == 0
    assert b"3000 values, " in shown
