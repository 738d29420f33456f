"""Tokens and rows that released servers wrote: every later one reads them.

A release adds its own, and changes no other's. With a server whose version has no file yet:
    KEYWARD_UPDATE_GOLDEN=1 python3 -m pytest tests/e2e/test_golden_tokens.py
"""
import json
import os
import pathlib

import pytest

from harness import rows
from harness.rpc import POOL
from harness.stubs import keys

GOLDEN = pathlib.Path(__file__).parent / "golden" / "tokens"
COLUMNS = ["user_id", "version", "kek_id", "wrap_format", "wrapped_key", "state", "created_at"]
CASES = [(scope, plaintext, data) for scope in ("alice", "žluťoučký-用户-🗝", None)
         for plaintext, data in ((b"sk-test-123", b""), (b"", b""), (b"\0\xff" * 20, b"row 7"))]


def scope_of(user_id):
    return POOL if user_id is None else user_id


def hexed(value):
    return {"hex": value.hex()} if isinstance(value, bytes) else value


def unhexed(value):
    return bytes.fromhex(value["hex"]) if isinstance(value, dict) else value


def sealed(client) -> list[dict]:
    tokens = []
    for user_id, plaintext, data in CASES:
        for token_format in (keys.TOKEN_FORMAT_V2, keys.TOKEN_FORMAT_V3):
            answer = client.encrypt(scope_of(user_id), plaintext, data, token_format)
            tokens.append({"user_id": user_id, "plaintext": plaintext.hex(), "associated_data": data.hex(),
                           "token": answer.token, "key_version": answer.key_version})
    return tokens


def write_golden(rig) -> None:
    """By a server of this version, before and after a new version of alice's key."""
    server = rig.start()
    client = rig.client(server)
    version, tokens = client.status().version, sealed(client)
    assert rig.end(server) == 0
    with rows.edit(rig.store) as database:
        rows.add_version(database, rig.kek, "alice", 2, os.urandom(32))
    server = rig.start()
    tokens += sealed(rig.client(server))
    assert rig.end(server) == 0
    with rows.edit(rig.store) as database:
        stored = database.execute(f"SELECT {', '.join(COLUMNS)} FROM user_keys").fetchall()
    golden = {"kek": rig.kek.hex(), "rows": [[hexed(value) for value in row] for row in stored], "tokens": tokens}
    path = GOLDEN / f"{version}.json"
    assert not path.exists(), "what a release wrote is not written anew"
    GOLDEN.mkdir(exist_ok=True)
    path.write_text(json.dumps(golden, indent=1, ensure_ascii=True) + "\n", "utf-8")


def restored(rig, golden):
    """A server of today with the release's rows."""
    kek = bytes.fromhex(golden["kek"])
    assert rig.end(rig.start(kek=kek)) == 0  # makes the schema
    with rows.edit(rig.store) as database:
        marks = ", ".join("?" * len(COLUMNS))
        database.executemany(f"INSERT INTO user_keys ({', '.join(COLUMNS)}) VALUES ({marks})",
                             [[unhexed(value) for value in row] for row in golden["rows"]])
    return rig.serve(kek=kek)


def test_this_release_has_its_tokens(rig):
    if os.environ.get("KEYWARD_UPDATE_GOLDEN"):
        write_golden(rig)
    version = rig.serve().status().version
    assert (GOLDEN / f"{version}.json").exists()


@pytest.mark.parametrize("release", sorted(path.stem for path in GOLDEN.glob("*.json")))
def test_every_token_of_a_release_opens(rig, release):
    golden = json.loads((GOLDEN / f"{release}.json").read_text("utf-8"))
    assert len(golden["tokens"]) >= 4
    client = restored(rig, golden)
    for case in golden["tokens"]:
        answer = client.decrypt(scope_of(case["user_id"]), case["token"], bytes.fromhex(case["associated_data"]))
        assert (answer.plaintext.hex(), answer.key_version) == (case["plaintext"], case["key_version"]), case
