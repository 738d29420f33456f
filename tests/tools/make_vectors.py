#!/usr/bin/env python3
"""Writes vectors.json: data in the Python module's formats, for the tests of a clone without ../shared.

    make_vectors.py > tests/vectors/vectors.json

Everything is derived from fixed seeds, so that the same program always writes the same bytes. It uses the
`cryptography` package and nothing of Keyward.
"""
import base64
import hashlib
import json
import sys

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PREFIX = "v2:"
USERS = ["184467440737095516", "carol", "dave@example.net", "žluťoučký-用户-🗝", "b" * 256,
         "blanks and \"quotes\" 'y'", "slack:7", ".", "path/like/this", "UPPER", "upper"]
PLAINTEXTS = ["", "y", "sk-live-" + "Z9y8X7w6" * 5, "🔒 naïve café ✗", '{"refresh_token":"0//1h"}',
              "m" * 700, "one\ntwo\tthree\0four", "twelve bytes", "thirteen byte", "fourteen bytes"]


def derived(label: str, size: int) -> bytes:
    return hashlib.shake_256(b"keyward test vectors/" + label.encode()).digest(size)


def seal(key: bytes, plaintext: bytes, label: str) -> bytes:
    nonce = derived("nonce/" + label, 12)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, None)


def encode(blob: bytes) -> str:
    return PREFIX + base64.urlsafe_b64encode(blob).decode()


def flipped(blob: bytes, position: int) -> bytes:
    return blob[:position] + bytes([blob[position] ^ 1]) + blob[position + 1:]


def bad_tokens(user: str, other: str, blob: bytes) -> list[dict]:
    def case(why: str, token: str, error: str, user_id: str = user) -> dict:
        return {"why": why, "user_id": user_id, "token": token, "error": error}

    # The last character of 29 bytes has two bits to spare.
    spare = encode(blob[:29]).rstrip("=")
    nonzero = spare[:-1] + chr(ord(spare[-1]) + 1)
    return [
        case("nonce bit flipped", encode(flipped(blob, 0)), "DECRYPTION_FAILED"),
        case("ciphertext bit flipped", encode(flipped(blob, 12)), "DECRYPTION_FAILED"),
        case("tag bit flipped", encode(flipped(blob, len(blob) - 1)), "DECRYPTION_FAILED"),
        case("another user's token", encode(blob), "DECRYPTION_FAILED", other),
        case("truncated", encode(blob[:-3]), "DECRYPTION_FAILED"),
        case("28 other bytes", encode(derived("noise", 28)), "DECRYPTION_FAILED"),
        case("27 bytes", encode(derived("noise", 27)), "TOKEN_MALFORMED"),
        case("empty", "", "TOKEN_MALFORMED"),
        case("prefix alone", PREFIX, "TOKEN_MALFORMED"),
        case("not base64", PREFIX + "****" + encode(blob)[7:], "TOKEN_MALFORMED"),
        case("standard alphabet", PREFIX + "+/" * 20, "TOKEN_MALFORMED"),
        case("prefix in upper case", "V2:" + encode(blob)[3:], "TOKEN_MALFORMED"),
        case("prefix twice", PREFIX + encode(blob), "TOKEN_MALFORMED"),
        case("blank at the end", encode(blob) + " ", "TOKEN_MALFORMED"),
        case("line break at the end", encode(blob) + "\n", "TOKEN_MALFORMED"),
        case("padding in the middle", encode(blob)[:20] + "=" + encode(blob)[20:], "TOKEN_MALFORMED"),
        case("padding too long", encode(blob[:29]).rstrip("=") + "==", "TOKEN_MALFORMED"),
        case("non-zero trailing bits", nonzero, "TOKEN_MALFORMED"),
        case("a length that base64 cannot have", spare + "AA", "TOKEN_MALFORMED"),
    ]


def main() -> None:
    kek = derived("kek", 32)
    keys = {user: derived("key/" + user, 32) for user in USERS}
    pool = hashlib.pbkdf2_hmac("sha256", kek, b"stargazer:api_key_pool", 100_000, 32)
    tokens = [{"user_id": user, "plaintext": text,
               "token": encode(seal(keys[user], text.encode(), f"{user}/{text}"))}
              for user in USERS for text in PLAINTEXTS]
    first, sample = USERS[0], seal(keys[USERS[0]], b"of the bad tokens", "bad")
    json.dump({
        "master_key": base64.urlsafe_b64encode(kek).decode(),
        "pool_key": pool.hex(),
        "users": [{"user_id": user, "key": key.hex()} for user, key in keys.items()],
        "legacy_rows": [{"user_id": user, "encrypted_key": seal(kek, key, "row/" + user).hex(),
                         "created_at": f"2024-02-29T12:00:00.{number:06}+00:00"}
                        for number, (user, key) in enumerate(keys.items())],
        "tokens": tokens,
        "unprefixed": [t | {"token": t["token"].removeprefix(PREFIX)} for t in tokens[:len(PLAINTEXTS)]],
        "unpadded": [t | {"token": t["token"].rstrip("=")} for t in tokens[:len(PLAINTEXTS)]],
        "pool_tokens": [{"plaintext": text, "token": encode(seal(pool, text.encode(), "pool/" + text))}
                        for text in PLAINTEXTS],
        "bad_tokens": bad_tokens(first, USERS[1], sample),
        "hashes": [{"api_key": text, "sha256_hex": hashlib.sha256(text.encode()).hexdigest()}
                   for text in PLAINTEXTS],
    }, sys.stdout, indent=1, ensure_ascii=True)
    print()


if __name__ == "__main__":
    main()
