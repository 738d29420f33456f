"""`keyward migrate redis`: a live Redis' plaintext becomes tokens in place, and comes back."""
import contextlib
import hashlib
import json
import os
import pathlib
import pty
import random
import re
import signal
import subprocess
import threading

import pytest

from harness import formats, migration, paths
from harness.batches import user_count
from harness.certificates import Authority
from harness.migration import PRESET, migrate
from harness.redis import Redis, Watch, program
from harness.rpc import POOL

pytestmark = pytest.mark.skipif(program() is None, reason="there is no redis-server; script/bootstrap test installs it")

STRINGS = ("--rule", "string app:{user_id}:key")
PLAINTEXT_LIMIT = 1 << 20
# Values of 8000 bytes, for 50 users.
FILL = """for i = 1, ARGV[1] do redis.call('SET', 'app:' .. i % 50 .. ':' .. i, string.rep('x', 8000)) end"""


@pytest.fixture
def redis(tmp_path_factory):
    yield from _redis(tmp_path_factory)


def _redis(tmp_path_factory, **options):
    started = Redis(tmp_path_factory.mktemp("r"), **options)
    yield started
    started.close()


@pytest.fixture
def db(redis):
    return redis.client()


def sha256(text: bytes) -> bytes:
    return hashlib.sha256(text).hexdigest().encode()


def fill_preset(db) -> None:
    """What the Python bot keeps, and something beside it."""
    db.pipeline([
        ("HSET", "stargazer:user_api_keys:1", "openai", "sk-user-1", "raw", b"\x00\xff\r\n", "none", ""),
        ("HSET", "stargazer:user_api_keys:2", "openai", "sk-user-2"),
        ("HSET", "stargazer:user_llm:1:openai:main", "api_key", "sk-llm-1", "model", "gpt", "temperature", "0.7"),
        ("HSET", "stargazer:user_llm:2:x:a:b", "api_key", "sk-llm-2"),
        ("HSET", "stargazer:global_api_pool:openai", "sk-pool-1", "sk-pool-1",
         "sk-pool-2", '{"api_key": "sk-pool-2", "by": "\\u00fc"}'),
        ("HSET", "stargazer:channel_api_pool:-100:openai", "sk-channel", "sk-channel"),
        ("SET", "stargazer:other", "sk-not-named"),
        ("HSET", "unrelated:1", "api_key", "sk-not-named"),
        ("PEXPIREAT", "stargazer:user_api_keys:1", 4102444800123),
        ("PEXPIREAT", "stargazer:channel_api_pool:-100:openai", 4102444800456),
    ])


def fill_strings(db, count: int) -> dict[str, bytes]:
    values = {f"app:{number % 50}-{number}:key": b"sk-%d" % number for number in range(count)}
    db.pipeline([("SET", key, value) for key, value in values.items()])
    return values


def opened(client, key: bytes, value: bytes) -> bytes:
    """By another implementation, under the key of the user whom the Redis key names."""
    user = key.decode().split(":")[1]
    return formats.open_token(client.user_key(user).key, value.decode())


def test_the_preset_turns_the_bots_keys_into_tokens(client, shared_rig, redis, db):
    fill_preset(db)
    before = db.contents()
    done = migration.apply(redis, client.address, *PRESET)
    assert (done.total["encrypted"], done.total["empty"], done.total["values"]) == (8, 1, 9)
    assert db.contents().keys() == before.keys()
    assert {key: kept[2] for key, kept in db.contents().items()} == {key: kept[2] for key, kept in before.items()}

    own = {user: client.user_key(user).key for user in ("1", "2")}
    pool = formats.pool_key(shared_rig.kek)
    keys = db.hash("stargazer:user_api_keys:1")
    assert formats.open_token(own["1"], keys[b"openai"].decode()) == b"sk-user-1"
    assert formats.open_token(own["1"], keys[b"raw"].decode()) == b"\x00\xff\r\n"
    assert keys[b"none"] == b""
    model = db.hash("stargazer:user_llm:1:openai:main")
    assert formats.open_token(own["1"], model.pop(b"api_key").decode()) == b"sk-llm-1"
    assert model == {b"model": b"gpt", b"temperature": b"0.7"}
    assert formats.open_token(own["2"], db.hash("stargazer:user_llm:2:x:a:b")[b"api_key"].decode()) == b"sk-llm-2"

    shared = db.hash("stargazer:global_api_pool:openai")
    assert shared.keys() == {sha256(b"sk-pool-1"), sha256(b"sk-pool-2")}
    assert formats.open_token(pool, shared[sha256(b"sk-pool-1")].decode()) == b"sk-pool-1"
    document = json.loads(shared[sha256(b"sk-pool-2")])
    assert formats.open_token(pool, document.pop("api_key")) == b"sk-pool-2"
    assert document == {"by": "ü"}
    channel = db.hash("stargazer:channel_api_pool:-100:openai")
    assert formats.open_token(pool, channel[sha256(b"sk-channel")].decode()) == b"sk-channel"
    for key in (b"stargazer:other", b"unrelated:1"):
        assert db.contents()[key] == before[key]


def test_a_dry_run_writes_nothing_and_makes_no_keys(rig, redis, db):
    client = rig.serve()
    fill_preset(db)
    before = db.dumps()
    for arguments in (PRESET, (*PRESET, "--rollback"), (*PRESET, "--verify")):
        done = migrate(redis, client.address, *arguments)
        assert done.report["applied"] is False
        assert db.dumps() == before
    assert migrate(redis, client.address, *PRESET).total["to_encrypt"] == 8
    assert user_count(rig.store) == 0


def test_a_second_run_changes_nothing(client, redis, db):
    fill_preset(db)
    migration.apply(redis, client.address, *PRESET)
    before = db.dumps()
    done = migration.apply(redis, client.address, *PRESET)
    assert (done.total["encrypted"], done.total["already_encrypted"]) == (0, 8)
    assert db.dumps() == before


def test_a_rollback_gives_what_was_there(client, redis, db):
    fill_preset(db)
    before = db.contents()
    migration.apply(redis, client.address, *PRESET)
    assert migrate(redis, client.address, *PRESET, "--rollback").total["to_decrypt"] == 8
    done = migration.apply(redis, client.address, *PRESET, "--rollback")
    assert done.total["decrypted"] == 8
    assert db.contents() == before
    assert migration.apply(redis, client.address, *PRESET, "--rollback").total["decrypted"] == 0


def test_verify_finds_plaintext_and_tokens_that_do_not_open(client, redis, db):
    values = fill_strings(db, 20)
    done = migrate(redis, client.address, *STRINGS, "--verify")
    assert (done.status, done.total["plaintext"], done.error["reason"]) == (1, 20, "VERIFICATION_FAILED")
    migration.apply(redis, client.address, *STRINGS)
    done = migrate(redis, client.address, *STRINGS, "--verify")
    assert (done.status, done.total["opened"], done.total["plaintext"], done.error) == (0, 20, 0, None)

    of_another, no_token, _ = keys = list(values)[:3]
    db.pipeline([("SET", of_another, client.encrypt("someone-else", b"x").token),
                 ("SET", no_token, "v2:begins as a token does"), ("SET", keys[2], "sk-new")])
    assert migrate(redis, client.address, *STRINGS).total["already_encrypted"] == 19
    done = migrate(redis, client.address, *STRINGS, "--verify")
    assert (done.status, done.total["opened"], done.total["plaintext"]) == (1, 17, 1)
    assert done.failures == {"DECRYPTION_FAILED": 1, "TOKEN_MALFORMED": 1}
    assert done.report["failures"]["DECRYPTION_FAILED"]["keys"] == [of_another]


def test_strings_of_a_document_change_and_nothing_around_them(client, redis, db):
    ascii_document = b'{ "keys" : [ {"secret": "sk-\\u00e9\\n"}, 1.50 ],\n "b": "two", "b.c": null}'
    unicode_document = '{"keys":[{"secret":"sk-é😀"}],"b":"ü"}'.encode()
    db.pipeline([("SET", "doc:1", ascii_document), ("HSET", "doc:h:2", "d", unicode_document, "e", "{}"),
                 ("SET", "doc:3", "no JSON")])
    rules = ("--rule", "string doc:{user_id} json=/keys/0/secret json=b",
             "--rule", "hash doc:h:{user_id} field=d field=absent json=keys.0.secret")
    before = db.contents()
    done = migrate(redis, client.address, *rules, "--apply")
    assert (done.status, done.total["encrypted"], done.failures) == (1, 3, {"NOT_JSON": 1})

    text = db.call("GET", "doc:1")
    token = json.loads(text)["keys"][0]["secret"]
    assert opened(client, b"doc:1", token.encode()) == "sk-é\n".encode()
    assert text.replace(token.encode(), b"A").replace(json.loads(text)["b"].encode(), b"B") == (
        b'{ "keys" : [ {"secret": "A"}, 1.50 ],\n "b": "B", "b.c": null}')
    assert migrate(redis, client.address, *rules, "--rollback", "--apply").total["decrypted"] == 3
    assert db.contents() == before


def test_rules_come_from_a_file_too(client, redis, db, tmp_path):
    db.pipeline([("SET", "a b:1", "sk-1"), ("SET", "shared:x", "sk-2")])
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps({"rules": [{"type": "string", "pattern": "a b:{user_id}"},
                                           {"type": "string", "pattern": "shared:*", "scope": "pool"}]}))
    assert migration.apply(redis, client.address, "--rules", str(rules)).total["encrypted"] == 2
    assert client.decrypt("1", db.call("GET", "a b:1").decode()).plaintext == b"sk-1"
    assert client.decrypt(POOL, db.call("GET", "shared:x").decode()).plaintext == b"sk-2"


def test_nothing_that_is_written_meanwhile_is_lost(client, redis, db):
    keys = list(fill_strings(db, 4000))
    db.pipeline([("PEXPIREAT", key, 4102444800000) for key in keys])
    last: dict[str, bytes] = {}
    ended = threading.Event()

    def keep_writing() -> None:
        writer, chance = redis.client(), random.Random(1)
        for number in range(200_000):
            if ended.is_set():
                break
            key = chance.choice(keys)
            last[key] = b"sk-new-%d" % number
            writer.call("SET", key, last[key], "KEEPTTL")

    thread = threading.Thread(target=keep_writing)
    thread.start()
    runs = [migrate(redis, client.address, *STRINGS, "--apply") for _ in range(3)]
    ended.set()
    thread.join()
    assert all(run.report["complete"] for run in runs)
    expected = {key: last.get(key, b"sk-%d" % number) for number, key in enumerate(keys)}
    for key, value in zip(keys, db.pipeline([("GET", key) for key in keys])):
        if value.startswith(b"v2:"):
            value = client.decrypt(key.split(":")[1], value.decode()).plaintext
        assert value == expected[key]

    migration.apply(redis, client.address, *STRINGS)
    assert migrate(redis, client.address, *STRINGS, "--verify").total["opened"] == len(keys)
    assert set(db.pipeline([("PEXPIRETIME", key) for key in keys])) == {4102444800000}


def change_while_the_server_is_held(server, redis, db) -> migration.Migration:
    """The values change after they were read, and before the server answers what it was sent."""
    db.pipeline([("FLUSHALL",), ("SET", "app:1:key", "sk-old"), ("SET", "app:2:key", "sk-2"), ("SET", "app:3:key", "sk-3"),
                 ("HSET", "h:4", "a", "sk-a", "b", "sk-b"), ("HSET", "p:x", "sk-p", "sk-p", "sk-q", "sk-q")])
    watch = Watch(redis.client())
    rules = (*STRINGS, "--rule", "hash h:{user_id}", "--rule", "pool_hash p:*")
    process = migration.start(redis, server.address, *rules, "--apply")
    watch.wait_for(b"SCRIPT")  # it has asked for the server's status, and sends no value yet
    server.send(signal.SIGSTOP)
    watch.wait_for(b"HSCAN")
    watch.wait_for(b"HSCAN")
    db.pipeline([("SET", "app:1:key", "sk-new"), ("DEL", "app:2:key"), ("LPUSH", "app:2:key", "a list"),
                 ("HSET", "h:4", "b", "sk-b-new"), ("HDEL", "p:x", "sk-p")])
    server.send(signal.SIGCONT)
    return migration.finish(process)


def test_a_value_that_changes_between_reading_and_writing_stays(rig, redis, db):
    server = rig.start()
    client = rig.client(server)
    for _ in range(10):
        done = change_while_the_server_is_held(server, redis, db)
        if done.total["encrypted"] == 1:
            break  # the server was held in time
    assert (done.status, done.total["changed_meanwhile"], done.total["encrypted"]) == (1, 6, 1)
    assert done.error["reason"] == "MIGRATION_INCOMPLETE"
    assert db.call("GET", "app:1:key") == b"sk-new"
    assert db.call("LRANGE", "app:2:key", 0, -1) == [b"a list"]
    assert opened(client, b"app:3:key", db.call("GET", "app:3:key")) == b"sk-3"
    assert db.hash("h:4") == {b"a": b"sk-a", b"b": b"sk-b-new"}, "all of a hash, or nothing"
    assert db.hash("p:x") == {b"sk-q": b"sk-q"}


def test_fields_keep_their_own_times_to_live(client, redis, db):
    if not fields_end(db):
        pytest.skip("this Redis is older than 7.4")
    db.pipeline([("HSET", "h:1", "a", "sk-a", "b", "sk-b"), ("HPEXPIREAT", "h:1", 4102444800123, "FIELDS", 1, "a"),
                 ("HSET", "p:1", "sk-p", "sk-p"), ("HPEXPIREAT", "p:1", 4102444800456, "FIELDS", 1, "sk-p")])
    rules = ("--rule", "hash h:{user_id}", "--rule", "pool_hash p:*")
    for mode, name in (((), sha256(b"sk-p")), (("--rollback",), b"sk-p")):
        migration.apply(redis, client.address, *rules, *mode)
        assert db.call("HPEXPIRETIME", "h:1", "FIELDS", 2, "a", "b") == [4102444800123, -1]
        assert db.call("HPEXPIRETIME", "p:1", "FIELDS", 1, name) == [4102444800456]


def test_a_run_that_is_killed_is_gone_on_with(client, redis, db):
    values = fill_strings(db, 20_000)
    watch = Watch(redis.client())
    process = migration.start(redis, client.address, *STRINGS, "--apply")
    watch.wait_for(b"EVALSHA")
    process.kill()
    process.communicate(timeout=paths.PATIENCE)
    encrypted = sum(value.startswith(b"v2:") for value in db.pipeline([("GET", key) for key in values]))
    assert 0 < encrypted < len(values)

    done = migration.apply(redis, client.address, *STRINGS)
    assert done.total["already_encrypted"] == encrypted
    assert done.total["encrypted"] == len(values) - encrypted
    assert migrate(redis, client.address, *STRINGS, "--verify").total["opened"] == len(values)


def test_a_redis_that_dies_ends_the_run_with_one_line(client, redis, db):
    fill_strings(db, 20_000)
    watch = Watch(redis.client())
    process = migration.start(redis, client.address, *STRINGS, "--apply")
    watch.wait_for(b"EVALSHA")
    redis.kill()
    done = migration.finish(process)
    assert (done.status, done.error["reason"]) == (1, "REDIS_UNAVAILABLE")
    assert done.report["complete"] is False
    assert "run it again" in done.error["hint"]


def test_a_server_that_dies_ends_the_run_with_one_line(rig, redis, db):
    server = rig.start()
    values = fill_strings(db, 20_000)
    watch = Watch(redis.client())
    process = migration.start(redis, server.address, *STRINGS, "--apply")
    watch.wait_for(b"EVALSHA")
    server.kill()
    done = migration.finish(process)
    assert (done.status, done.error["reason"]) == (1, "UNAVAILABLE")
    assert done.report["complete"] is False
    encrypted = sum(value.startswith(b"v2:") for value in db.pipeline([("GET", key) for key in values]))
    assert encrypted == done.total["encrypted"] > 0


def test_a_redis_or_a_server_that_is_not_there_is_told_at_once(client, redis, db):
    fill_preset(db)
    before = db.dumps()
    done = migrate(redis, f"unix:{redis.directory}/nothing", *PRESET, "--apply")
    assert (done.status, done.report, done.error["reason"]) == (1, None, "UNAVAILABLE")
    assert db.dumps() == before
    done = migrate(f"unix:{redis.directory}/nothing", client.address, *PRESET, "--apply")
    assert (done.status, done.report, done.error["reason"]) == (1, None, "REDIS_UNAVAILABLE")


def test_a_server_without_a_master_key_is_told_at_once(rig, redis, db):
    client = rig.serve(kek=None)
    fill_preset(db)
    done = migrate(redis, client.address, *PRESET, "--apply")
    assert (done.status, done.report, done.error["reason"]) == (1, None, "ENCRYPTION_DISABLED")


def test_a_redis_that_takes_no_writes_ends_the_run(client, redis, db):
    fill_preset(db)
    db.call("REPLICAOF", "127.0.0.1", 1)
    done = migrate(redis, client.address, *PRESET, "--apply")
    assert (done.status, done.error["reason"]) == (1, "REDIS_REFUSED")
    assert "READONLY" in done.error["message"]


def test_what_cannot_be_migrated_is_counted_by_reason_and_named_by_key(client, redis, db):
    too_long = "u" * 257
    db.pipeline([
        ("SET", "app:good:key", "sk-good"), ("LPUSH", "app:list:key", "sk-list"),
        ("SET", b"app:\xff:key", "sk-bytes"), ("SET", b"app:a\x00b:key", "sk-nul"), ("SET", f"app:{too_long}:key", "x"),
        ("SET", "app:large:key", b"x" * (PLAINTEXT_LIMIT + 1)), ("SET", "app:larger:key", b"x" * (2 * PLAINTEXT_LIMIT)),
        ("SET", "app:largest-that-fits:key", b"\xff" * PLAINTEXT_LIMIT),
        ("SET", "app:a:b:key", "sk-of-no-user"),
    ])
    done = migrate(redis, client.address, *STRINGS, "--apply")
    assert (done.status, done.total["encrypted"]) == (1, 2)
    assert done.failures == {"WRONG_TYPE": 1, "INVALID_USER_ID": 3, "TOO_LARGE": 2}
    assert done.report["failures"]["WRONG_TYPE"]["keys"] == ["app:list:key"]
    assert done.report["passed_over"] == {"count": 1, "keys": ["app:a:b:key"]}
    token = db.call("GET", "app:largest-that-fits:key")
    assert opened(client, b"app:largest-that-fits:key", token) == b"\xff" * PLAINTEXT_LIMIT
    done = migrate(redis, client.address, *STRINGS, "--rollback", "--apply")
    assert done.total["decrypted"] == 2
    assert db.call("GET", "app:largest-that-fits:key") == b"\xff" * PLAINTEXT_LIMIT


def test_a_key_with_two_possible_users_is_refused(client, redis, db):
    db.pipeline([("SET", "a:k:one:k:two:k:z", "sk-1"), ("SET", "a:k:one:k:z", "sk-2")])
    done = migrate(redis, client.address, "--rule", "string *:k:{user_id}:k:*", "--apply")
    assert (done.status, done.total["encrypted"]) == (1, 1)
    assert done.report["failures"]["AMBIGUOUS_USER"]["keys"] == ["a:k:one:k:two:k:z"]
    assert db.call("GET", "a:k:one:k:two:k:z") == b"sk-1"


def test_pool_names_that_would_be_lost_or_overwritten_stay(client, redis, db):
    db.pipeline([("HSET", "p:1", "sk-only-here", "1"), ("HSET", "p:2", "sk-half", client.encrypt(POOL, b"sk-half").token),
                 ("HSET", "p:3", "sk-twice", "sk-twice", sha256(b"sk-twice"), "v2:already")])
    before = db.contents()
    done = migrate(redis, client.address, "--rule", "pool_hash p:{n}", "--apply")
    assert (done.status, done.total["encrypted"]) == (1, 0)
    assert done.failures == {"KEY_NOT_IN_VALUE": 1, "NAME_IS_PLAINTEXT": 1, "FIELD_EXISTS": 1}
    assert db.contents() == before
    assert "sk-" not in done.output


def test_a_huge_hash_goes_in_pieces(client, redis, db):
    fields = {b"f%d" % number: b"sk-%d" % number for number in range(5000)}
    fields |= {b"long-%d" % number: os.urandom(700_000) for number in range(5)}
    db.pipeline([("HSET", "h:1", field, value) for field, value in fields.items()])
    rule = ("--rule", "hash h:{user_id}")
    assert migration.apply(redis, client.address, *rule).total["encrypted"] == len(fields)
    sealed = db.hash("h:1")
    assert sealed.keys() == fields.keys()
    assert all(value.startswith(b"v2:") for value in sealed.values())
    assert migrate(redis, client.address, *rule, "--verify").total["opened"] == len(fields)
    migration.apply(redis, client.address, *rule, "--rollback")
    assert db.hash("h:1") == fields


def test_scripts_that_are_flushed_are_sent_again(client, redis, db):
    values = fill_strings(db, 5000)
    ended = threading.Event()

    def keep_flushing() -> None:
        flusher = redis.client()
        while not ended.is_set():
            flusher.call("SCRIPT", "FLUSH")

    thread = threading.Thread(target=keep_flushing)
    thread.start()
    try:
        assert migration.apply(redis, client.address, *STRINGS).total["encrypted"] == len(values)
    finally:
        ended.set()
        thread.join()


@pytest.mark.skipif("KEYWARD_ASAN" in os.environ, reason="a sanitizer keeps freed memory")
def test_memory_does_not_grow_with_the_number_of_keys(client, redis, db):
    def peak(count: int) -> int:
        db.call("FLUSHALL")
        db.call("EVAL", FILL, 0, count)
        process = migration.start(redis, client.address, "--rule", "string app:{user_id}:*", "--apply")
        most = 0
        while process.poll() is None:
            found = re.search(r"VmHWM:\s*(\d+) kB", pathlib.Path(f"/proc/{process.pid}/status").read_text())
            most = max(most, int(found[1]) if found else 0)
        assert migration.finish(process).status == 0
        return most

    few, many = peak(2_000), peak(14_000)
    assert many < few + (48 << 10), "KiB; there were 96 MB more of values"


def fields_end(db) -> bool:
    """Whether this Redis has times to live of single fields."""
    return db.call("COMMAND", "INFO", "HPEXPIRETIME") != [None]


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
    for redis in _redis(tmp_path_factory, tls=(authority, authority.issue("redis"))):
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
    for redis in _redis(tmp_path_factory, arguments=("--rename-command", "EVALSHA", "")):
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
