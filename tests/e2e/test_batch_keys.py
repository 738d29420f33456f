"""The keys behind a batch: made in one commit, raced for, and in every state."""
import os

import pytest

from harness import batches, formats, legacy, rows, wal
from harness.batches import alone, to_decrypt, to_encrypt, user_count
from harness.load import Load, StopLoad
from harness.rpc import POOL


@pytest.fixture
def module(rig):
    """The Python module's database, with a write-ahead log of its own: its path, and a connection."""
    path = rig.directory / "legacy.db"
    connection = legacy.connect(path)
    connection.execute("PRAGMA journal_mode = wal")
    yield path, connection
    connection.close()


def test_a_new_user_who_comes_several_times_gets_one_key(rig):
    client = rig.serve()
    results = batches.encrypt(client, [to_encrypt(f"new-{number % 3}", b"x") for number in range(300)])
    for number, token in enumerate(batches.tokens(results)):
        assert formats.open_token(client.user_key(f"new-{number % 3}").key, token) == b"x"
    assert user_count(rig.store) == 3


def test_missing_users_keys_are_made_in_one_commit(rig):
    client = rig.serve()
    client.user_key("first of all")
    before = wal.commits(rig.store)
    assert before, "the log is there to look at"
    requests = [to_encrypt(f"new-{number}", b"x") for number in range(500)]
    tokens = batches.tokens(batches.encrypt(client, requests))
    made = wal.commits(rig.store) - before
    assert len(made) == 1, f"{len(made)} commits"
    assert user_count(rig.store) == 501
    batches.tokens(batches.encrypt(client, requests))
    assert wal.commits(rig.store) - before == made, "users who are there need no commit"
    assert formats.open_token(client.user_key("new-499").key, tokens[499]) == b"x"


def test_with_the_legacy_bridge_it_is_one_commit_in_either_file(rig, module):
    path, connection = module
    client = rig.serve(legacy_db=path)
    client.user_key("first of all")
    before, legacy_before = wal.commits(rig.store), wal.commits(path)
    assert before and legacy_before, "the logs are there to look at"
    users = [f"new-{number}" for number in range(500)]
    tokens = batches.tokens(batches.encrypt(client, [to_encrypt(user, user.encode()) for user in users]))
    assert len(wal.commits(rig.store) - before) == len(wal.commits(path) - legacy_before) == 1
    for user, token in zip(users, tokens):
        assert formats.open_token(legacy.read(connection, rig.kek, user), token) == user.encode()


def test_keys_that_the_module_made_meanwhile_are_those_users(rig, module):
    path, connection = module
    client = rig.serve(legacy_db=path)
    client.user_key("first of all")
    theirs = {user: legacy.get_or_create_user_key(connection, rig.kek, user)
              for user in (f"late-{number}" for number in range(20))}
    before = wal.commits(path)
    users = [*theirs, *(f"new-{number}" for number in range(20))]
    tokens = batches.tokens(batches.encrypt(client, [to_encrypt(user, b"x") for user in users]))
    for user, token in zip(users, tokens):
        key = legacy.read(connection, rig.kek, user)
        assert key == theirs.get(user, key)
        assert formats.open_token(key, token) == b"x"
    assert len(wal.commits(path) - before) == 1


def test_what_a_batch_made_outlives_a_crash(rig):
    server = rig.start()
    requests = [to_encrypt(f"new-{number}", b"x") for number in range(200)]
    tokens = batches.tokens(batches.encrypt(rig.client(server), requests))
    server.kill()
    opened = batches.decrypt(rig.serve(), [to_decrypt(f"new-{number}", token)
                                           for number, token in enumerate(tokens)])
    assert batches.plaintexts(opened) == [b"x"] * 200


def test_batches_and_calls_that_race_for_new_users_agree(rig):
    client = rig.serve()
    seen: list[list[str]] = [[] for _ in range(6)]

    def work(worker: int) -> None:
        if len(seen[worker]) == 60:
            raise StopLoad
        users = [f"race-{len(seen[worker])}-{number}" for number in range(10)]
        if worker < 4:
            token = batches.tokens(batches.encrypt(client, [to_encrypt(user, b"x") for user in users]))[0]
        else:
            token = client.encrypt(users[0], b"x").token
        seen[worker].append(token)

    load = Load(6, work)
    load.wait_until_idle()
    load.join()
    for round_ in range(60):
        key = client.user_key(f"race-{round_}-0").key
        assert {formats.open_token(key, tokens[round_]) for tokens in seen} == {b"x"}
    assert user_count(rig.store) == 600


def test_users_in_every_state_are_answered_as_alone(rig):
    other = os.urandom(32)
    states = {"disabled": {"state": rows.DISABLED}, "deleted": {"state": rows.DELETED},
              "destroyed": {"state": rows.DESTROYED}, "too-old": {"min_version": 2, "primary_version": 2}}
    server = rig.start()
    users = [*states, "corrupt", "foreign", "active"]
    results = batches.encrypt(rig.client(server), [to_encrypt(user, b"x") for user in users])
    tokens = dict(zip(users, batches.tokens(results)))
    assert rig.end(server) == 0
    with rows.edit(rig.store) as database:
        rows.add_version(database, rig.kek, "too-old", 2, os.urandom(32))
        for user, columns in states.items():
            rows.set_user(database, user, **columns)
        rows.set_wrapped(database, "corrupt", os.urandom(60))
        rows.add_version(database, other, "foreign", 2, os.urandom(32))
        rows.set_user(database, "foreign", primary_version=2)
    client = rig.serve()
    reasons = {"disabled": "USER_KEY_DISABLED", "deleted": "USER_KEY_DELETED",
               "destroyed": "USER_KEY_DESTROYED", "too-old": "VERSION_TOO_OLD",
               "corrupt": "STORED_KEY_CORRUPT"}
    for _ in range(2):  # from the store, and from the cache
        opened = dict(zip(users, batches.decrypt(client, [to_decrypt(*each) for each in tokens.items()])))
        assert opened["active"].response.plaintext == opened["foreign"].response.plaintext == b"x"
        for user, reason in reasons.items():
            failed = batches.failure(opened[user])
            assert failed.reason == reason
            single = alone(client, "Decrypt", to_decrypt(user, tokens[user]))
            assert batches.told(failed) == batches.told(single)
    sealed = dict(zip(users, batches.encrypt(client, [to_encrypt(user, b"y") for user in users])))
    assert batches.failure(sealed["foreign"]).reason == "KEK_NOT_LOADED"
    assert sealed["active"].HasField("response") and sealed["too-old"].response.key_version == 2
    for user in ("disabled", "deleted", "destroyed", "corrupt", "foreign"):
        told = batches.told(alone(client, "Encrypt", to_encrypt(user, b"y")))
        assert batches.told(batches.failure(sealed[user])) == told


def test_a_store_that_is_busy_fails_the_new_users_and_serves_the_known(rig):
    path = rig.directory / "legacy.db"
    connection = legacy.connect(path)
    client = rig.serve(legacy_db=path)
    token = client.encrypt("known", b"x").token
    connection.execute("BEGIN EXCLUSIVE")
    results = batches.encrypt(client, [to_encrypt(scope, b"y") for scope in ("known", "new", POOL)])
    failed = batches.failure(results[1])
    assert (failed.code, failed.reason) == ("UNAVAILABLE", "STORE_UNAVAILABLE")
    assert failed.retry_seconds, "an item has its retry advice too"
    assert results[0].HasField("response") and results[2].HasField("response")
    assert batches.plaintexts(batches.decrypt(client, [to_decrypt("known", token)])) == [b"x"]
    connection.rollback()
    connection.close()
    batches.tokens(batches.encrypt(client, [to_encrypt("new", b"y")]))
