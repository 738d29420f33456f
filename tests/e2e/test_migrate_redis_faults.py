"""`keyward migrate redis` while others write, and where it is killed, or what it needs dies."""
import os
import pathlib
import random
import re
import signal
import threading

import pytest

from harness import migration, paths
from harness.migration import PRESET, migrate
from harness.redis import Watch
from harness.secrets_in_redis import STRINGS, fill_preset, fill_strings, opened

# Values of 8000 bytes, for 50 users.
FILL = """for i = 1, ARGV[1] do redis.call('SET', 'app:' .. i % 50 .. ':' .. i, string.rep('x', 8000)) end"""


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
