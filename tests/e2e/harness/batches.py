"""Batches over the wire, and the failures of their items."""
import pathlib
import sqlite3
from typing import Any

import grpc
import pytest

from harness.rpc import Client, Failure, scoped
from harness.stubs import details, keys


def to_encrypt(scope: Any, plaintext: bytes, associated_data: bytes = b""):
    return keys.EncryptRequest(plaintext=plaintext, associated_data=associated_data, **scoped(scope))


def to_decrypt(scope: Any, token: str, associated_data: bytes = b"",
               allow_legacy_plaintext: bool = False):
    return keys.DecryptRequest(token=token, associated_data=associated_data,
                               allow_legacy_plaintext=allow_legacy_plaintext, **scoped(scope))


def to_rewrap(scope: Any, token: str, associated_data: bytes = b""):
    return keys.RewrapRequest(token=token, associated_data=associated_data, **scoped(scope))


def encrypt(client: Client, requests: list) -> list:
    return list(client.call("BatchEncrypt", keys.BatchEncryptRequest(requests=requests)).results)


def decrypt(client: Client, requests: list) -> list:
    return list(client.call("BatchDecrypt", keys.BatchDecryptRequest(requests=requests)).results)


def rewrap(client: Client, requests: list) -> list:
    return list(client.call("BatchRewrap", keys.BatchRewrapRequest(requests=requests)).results)


def tokens(results: list) -> list[str]:
    assert all(each.HasField("response") for each in results), results
    return [each.response.token for each in results]


def plaintexts(results: list) -> list[bytes]:
    assert all(each.HasField("response") for each in results), results
    return [each.response.plaintext for each in results]


def failure(result) -> Failure:
    """What went wrong with an item, told as that of a call."""
    assert result.WhichOneof("result") == "status", result
    codes = {code.value[0]: code.name for code in grpc.StatusCode}
    failed = Failure(codes[result.status.code], result.status.message)
    for entry in result.status.details:
        if entry.type_url == "type.googleapis.com/google.rpc.ErrorInfo":
            info = details.ErrorInfo.FromString(entry.value)
            failed.reason, failed.domain, failed.metadata = info.reason, info.domain, dict(info.metadata)
        elif entry.type_url == "type.googleapis.com/google.rpc.RetryInfo":
            delay = details.RetryInfo.FromString(entry.value).retry_delay
            failed.retry_seconds = delay.seconds + delay.nanos / 1e9
    return failed


def alone(client: Client, name: str, request) -> Failure:
    """How a request fails that comes as a call of its own."""
    with pytest.raises(grpc.RpcError) as error:
        client.call(name, request)
    return Failure.of(error.value)


def told(failed: Failure) -> tuple:
    """What a failure says, but for the trailers that a batch's item cannot have."""
    return (failed.code, failed.message, failed.reason, failed.domain, failed.metadata,
            failed.retry_seconds)


def user_count(store: pathlib.Path) -> int:
    """Users in a store, which a server may have open."""
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as database:
        return database.execute("SELECT count(DISTINCT user_id) FROM user_keys").fetchone()[0]
