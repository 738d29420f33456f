"""`keyward migrate redis`: what becomes of the values of a live Redis, and how they come back."""
import json
import os

import pytest

from harness import formats, migration
from harness.batches import user_count
from harness.migration import PRESET, migrate
from harness.redis import fields_end
from harness.rpc import POOL
from harness.secrets_in_redis import STRINGS, fill_preset, fill_strings, opened, sha256

PLAINTEXT_LIMIT = 1 << 20


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
