"""A Redis with plaintext secrets in it, as `keyward migrate redis` finds them."""
import hashlib

from harness import formats

STRINGS = ("--rule", "string app:{user_id}:key")


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
