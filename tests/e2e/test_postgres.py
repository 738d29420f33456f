"""The server on a real PostgreSQL."""
import concurrent.futures
import shutil
import signal

import grpc
import pytest

from harness import cli, formats, replicas
from harness.admin import Admin
from harness.postgres import Database, Postgres, free_port, new_folder, program
from harness.rewriting import rewriting
from harness.rpc import POOL, Failure, refused
from harness.stubs import keys
from harness.waiting import until


def test_keys_are_kept_over_a_restart_and_wrapped_as_the_formats_say(rig, database):
    server = replicas.start(rig, database)
    client = rig.client(server)
    assert client.call("GetStatus", keys.GetStatusRequest()).store == "postgresql"
    key, token = client.user_key("alice").key, client.encrypt("alice", b"sk-test-123").token
    assert rig.end(server) == 0
    again = rig.client(replicas.start(rig, database))
    assert again.user_key("alice").key == key
    assert again.decrypt("alice", token).plaintext == b"sk-test-123"
    (row,) = database.sql("SELECT encode(kek_id, 'hex'), wrap_format, encode(wrapped_key, 'hex'), state "
                          f"FROM user_keys WHERE user_id = 'alice'")
    kek_id, wrap_format, wrapped, state = row.split("|")
    assert (kek_id, wrap_format, state) == (formats.kek_id(rig.kek).hex(), str(formats.WRAP_FORMAT), "1")
    assert formats.unwrap(rig.kek, bytes.fromhex(wrapped), 1, "alice") == key


def test_replicas_that_race_for_new_users_end_with_one_key_each(rig, database):
    clients = [rig.client(replicas.start(rig, database)) for _ in range(3)]
    users = [f"user-{number}" for number in range(100)]
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        made = list(pool.map(lambda n: clients[n % 3].user_key(users[n // 12]), range(1200)))
    for number in range(100):
        of_one = made[12 * number:12 * number + 12]
        assert len({each.key for each in of_one}) == 1
        assert sum(each.created for each in of_one) == 1


@pytest.mark.parametrize("known, unknown", [(b"LISTEN keyward_changes", b"LISTEX keyward_changes"),
                                            (b"pg_notify", b"pg_notifx")], ids=["LISTEN", "pg_notify"])
def test_an_engine_without_notices_is_asked_for_changes(rig, database, known, unknown):
    with rewriting(database.server.port, known, unknown) as engine:
        url = database.url().replace(str(database.server.port), str(engine.port))
        first, second = (rig.client(replicas.start(rig, database, store=url)) for _ in range(2))
        token = second.encrypt("alice", b"x").token
        Admin(first).DisableUserKey(user_id="alice")

        def is_disabled() -> bool:
            try:
                second.decrypt("alice", token)
            except grpc.RpcError as error:
                return Failure.of(error).reason == "USER_KEY_DISABLED"
            return False

        until(is_disabled, "disabled")
        assert engine.rewritten > 0


def test_what_one_replica_does_to_a_key_reaches_the_others_cache(rig, database):
    first, second = (rig.client(replicas.start(rig, database)) for _ in range(2))
    admin, token = Admin(first), second.encrypt("alice", b"x").token

    def refusal() -> str:
        try:
            second.decrypt("alice", token)
        except grpc.RpcError as error:
            return Failure.of(error).reason
        return ""

    admin.DisableUserKey(user_id="alice")
    until(lambda: refusal() == "USER_KEY_DISABLED", "disabled")
    admin.EnableUserKey(user_id="alice")
    until(lambda: not refusal(), "enabled")
    admin.RotateUserKey(user_id="alice")
    until(lambda: second.encrypt("alice", b"x").key_version == 2, "rotated")
    admin.DeleteUserKey(user_id="alice")
    until(lambda: refusal() == "USER_KEY_DELETED", "deleted")
    admin.UndeleteUserKey(user_id="alice")
    until(lambda: not refusal(), "there again")
    admin.destroy("alice")
    until(lambda: refusal() == "USER_KEY_DESTROYED", "destroyed")
    assert database.sql("SELECT DISTINCT state, length(wrapped_key), length(kek_id) FROM user_keys "
                        f"WHERE user_id = 'alice'") == ["3|0|0"]


def test_while_the_database_is_away_cached_keys_serve_and_others_are_told_to_try_again(rig, database):
    client = rig.client(replicas.start(rig, database))
    token = client.encrypt("alice", b"x").token
    database.server.kill()
    try:
        assert client.decrypt("alice", token).plaintext == b"x"
        with refused("UNAVAILABLE", "STORE_UNAVAILABLE"):
            client.encrypt("bob", b"x")
    finally:
        database.server.start()

    def works() -> bool:
        try:
            return bool(client.encrypt("bob", b"x").token)
        except grpc.RpcError:
            return False

    until(works, "it works again, without a restart")


def test_operators_verbs_work(rig, database):
    server = replicas.start(rig, database)
    rig.client(server).encrypt("alice", b"x")
    assert cli.answer("key", "rotate", "--user", "alice", address=server.address)["primary_version"] == 2
    assert cli.answer("verify", "--online", address=server.address)["verified"]
    (listed,) = cli.lines("key", "list", "--filter", f"user_id = alice", address=server.address)
    assert listed["primary_version"] == 2
    (kek,) = cli.answer("kek", "status", address=server.address)["keks"]
    assert kek["current"]


def test_a_master_key_is_turned_over(rig, database):
    old, new = rig.kek, bytes(range(32))
    server = replicas.start(rig, database)
    tokens = {each: rig.client(server).encrypt(each, b"x").token for each in (f"user-{number}" for number in range(20))}
    assert rig.end(server) == 0
    server = replicas.start(rig, database, kek=new, previous=old)
    assert cli.answer("kek", "rewrap", address=server.address)["state"] == "DONE"
    retired = cli.run("kek", "retire", formats.kek_id(old).hex(), "--confirm-pool-rewrapped", "--yes",
                      address=server.address)
    assert retired.returncode == 0, retired
    assert rig.end(server) == 0
    client = rig.client(replicas.start(rig, database, kek=new))
    assert all(client.decrypt(each, token).plaintext == b"x" for each, token in tokens.items())
    assert "was retired at" in rig.refuse(**replicas.flags(rig, database), kek=old)


def test_a_replica_whose_current_master_key_another_one_retired_wraps_and_seals_nothing_more_under_it(rig, database):
    old, new = rig.kek, bytes(range(32))
    late = rig.client(replicas.start(rig, database, kek=old, previous=new))
    tokens = {scope: late.encrypt(scope, b"x").token for scope in ("alice", POOL)}
    turned = replicas.start(rig, database, kek=new, previous=old)
    assert cli.answer("kek", "rewrap", address=turned.address)["state"] == "DONE"
    retired = cli.run("kek", "retire", formats.kek_id(old).hex(), "--confirm-pool-rewrapped", "--yes",
                      address=turned.address)
    assert retired.returncode == 0, retired

    def refusal(scope) -> str:
        try:
            late.encrypt(scope, b"x")
        except grpc.RpcError as error:
            return Failure.of(error).reason
        return ""

    assert refusal("bob") == "ENCRYPTION_DISABLED"  # a new key, at once: the database knows
    until(lambda: refusal(POOL) == "ENCRYPTION_DISABLED", "nothing is sealed for the pool")
    assert not refusal("alice")  # her key is wrapped already, under the new one
    assert all(late.decrypt(scope, token).plaintext == b"x" for scope, token in tokens.items())
    client = rig.client(turned)
    assert client.decrypt("alice", late.encrypt("alice", b"y").token).plaintext == b"y"


@pytest.mark.parametrize("flags, says", [
    ({"store": "postgresql://keyward:secret-word@127.0.0.1/keyward"}, "--store: has a password in it"),
    ({"store": "postgresql://[bad"}, "--store: is not a URL"),
    ({"store": "postgresql://127.0.0.1/keyward?no_such_setting=secret-word"}, "--store: is not a URL"),
    ({"store": "mysql://secret-word"}, "--store: is of neither form"),
    ({"store": "postgresql:///x", "backup_dir": "/tmp"}, "--backup_dir: is for sqlite"),
    ({"store_password_file": "/none"}, "--store_password_file: is for postgresql://"),
    ({"store": "postgresql:///x", "store_password_file": "/none"}, "--store_password_file: /none cannot be read"),
    ({"store": "postgresql:///x", "store_wait": "soon"}, "--store_wait: 'soon' is not a duration"),
])
def test_what_makes_no_sense_ends_the_start(rig, flags, says):
    said = rig.refuse(**flags)
    assert says in said and "secret-word" not in said


def test_a_database_that_cannot_be_opened_ends_the_start(rig, database):
    flags = replicas.flags(rig, database) | {"store_wait": "0"}
    wrong = rig.directory / "wrong-password"
    wrong.write_text("a wrong word")
    said = rig.refuse(**(flags | {"store_password_file": wrong}))
    assert "password authentication failed" in said and "wrong word" not in said
    nowhere = Database(database.server, "nowhere")
    assert "does not exist" in rig.refuse(**(flags | {"store": nowhere.url()}))
    assert "cannot open the database" in rig.refuse(**(flags | {"store": "postgresql://keyward@127.0.0.1:1/x"}))


def test_probes_are_answered_while_a_database_is_waited_for(rig):
    program("initdb")
    folder = new_folder()
    late = Postgres(folder)
    try:
        flags = replicas.flags(rig, Database(late, "postgres"))
        server = rig.launch(**flags, store_wait="1h", health_listen="127.0.0.1:0")
        server.wait_for(lambda each: each.events("waiting_for_store"), "line for it")
        [probes] = [event["address"] for event in server.events("health_listening")]
        client = rig.client(probes)
        assert client.serving("liveness") == "SERVING"
        assert client.serving() == "NOT_SERVING" and not server.addresses
        late.make()
        server.wait_until_serving()
        assert client.serving() == "SERVING"
        assert rig.client(server).encrypt("alice", b"x").token
    finally:
        late.kill()
        shutil.rmtree(folder, ignore_errors=True)


def test_a_server_that_waits_for_a_database_stops_when_it_is_told_to(rig, database):
    flags = replicas.flags(rig, database) | {"store": f"postgresql://keyward@127.0.0.1:{free_port()}/x"}
    server = rig.launch(**flags, store_wait="1h", health_listen="127.0.0.1:0")
    server.wait_for(lambda each: each.events("waiting_for_store"), "line for it")
    server.send(signal.SIGTERM)
    assert server.wait() == 0
    assert server.events("stopped") and not server.plain_lines()


@pytest.mark.parametrize("options, sql, says", [
    ("", "CREATE TABLE users (name TEXT)", "a table users that is not Keyward's"),
    ("", "CREATE TABLE schema_version (version BIGINT PRIMARY KEY, name TEXT, applied_at BIGINT);"
         "INSERT INTO schema_version VALUES (99, 'x', 0)", "has schema 99"),
    ("ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0", "SELECT 1", "not encoded in UTF-8"),
])
def test_a_database_that_is_not_this_keywards_is_left_alone(rig, postgres, options, sql, says):
    database = postgres.new_database(options)
    database.sql(sql)
    tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
    before = database.sql(tables)
    assert says in rig.refuse(**replicas.flags(rig, database))
    assert database.sql(tables) == before


def test_servers_that_start_together_make_the_schema_once(rig, database):
    servers = [rig.launch(**replicas.flags(rig, database)) for _ in range(4)]
    for server in servers:
        server.wait_until_serving()
    assert database.sql("SELECT count(*) FROM schema_version") == ["1"]
