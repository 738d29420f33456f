"""The worked example of docs/FORMATS.md, computed with Python's cryptography."""
import base64
import hashlib
import hmac
import pathlib
import re
import sqlite3

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FORMATS = (pathlib.Path(__file__).resolve().parents[2] / "docs" / "FORMATS.md").read_text()

KEK = bytes(range(0x00, 0x20))
KEY = bytes(range(0x20, 0x40))
NONCE = bytes(range(0x40, 0x4c))
KEK_ID = hmac.new(KEK, b"keyward/kek-id/1", "sha256").digest()[:8]
POOL_KEY = hashlib.pbkdf2_hmac("sha256", KEK, b"stargazer:api_key_pool", 100_000, 32)
WRAP_DATA = b"keyward/wrap/2\0" + KEK_ID + (1).to_bytes(8, "big") + b"alice"


def box(key: bytes, plaintext: bytes, data: bytes = b"") -> bytes:
    return NONCE + AESGCM(key).encrypt(NONCE, plaintext, data)


def token(key: bytes, data: bytes = b"") -> str:
    return "v2:" + base64.urlsafe_b64encode(box(key, b"sk-test-123", data)).decode()


def test_the_worked_example_is_what_the_formats_say():
    section = FORMATS.split("## A worked example")[1].split("\n## ")[0]
    values = re.findall(r"^\| (?!what|---).* \| `(.*)` \|$", section, re.MULTILINE)
    assert values == [
        base64.b64encode(KEK).decode(),
        KEK_ID.hex(),
        POOL_KEY.hex(),
        KEY.hex(),
        NONCE.hex(),
        WRAP_DATA.hex(),
        box(KEK, KEY, WRAP_DATA).hex(),
        box(KEK, KEY).hex(),
        token(KEY),
        token(KEY, b"orders"),
        token(POOL_KEY),
        hashlib.sha256(b"sk-test-123").hexdigest(),
    ]


def test_every_error_of_the_server_stands_in_the_table_and_no_other():
    errors = (pathlib.Path(__file__).resolve().parents[2] / "server/errors/errors.cc").read_text()
    in_code = set(re.findall(r'"([A-Z]+(?:_[A-Z]+)*)"', errors))
    in_table = set(re.findall(r"^\| `([A-Z_]+)` \|", FORMATS, re.MULTILINE))
    assert in_code == in_table


def test_the_schema_is_the_servers():
    """What all migrations together make of an empty database."""
    code = (pathlib.Path(__file__).resolve().parents[2] / "server/store/sqlite_schema.cc").read_text()
    migrations = "".join(re.findall(r'R"sql\((.*?)\)sql"', code, re.DOTALL))
    shown = re.search(r"```sql\n(.*?)```", FORMATS, re.DOTALL)[1]
    for table in ("users", "user_keys", "retired_keks", "notes"):
        columns = columns_of(migrations, table)
        assert columns and columns == columns_of(shown, table)


def columns_of(script: str, table: str) -> list[tuple]:
    """Name, type, whether it may be null, default and place in the key, by name."""
    with sqlite3.connect(":memory:") as database:
        database.executescript(script)
        return sorted(row[1:] for row in database.execute(f"PRAGMA table_info({table})"))
