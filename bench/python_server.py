#!/usr/bin/env python3
"""What a user would write instead of Keyward: a grpc.aio server over the Python module's formats.

    API_KEY_MASTER_KEY=… python_server.py --listen 127.0.0.1:0 --store keys.db [--users FILE]

Encrypt and Decrypt of keyward.v1.KeyService for user keys: one event loop, every key cached ready for
use, a thread for the database, concurrent misses of one user sharing one load. --users FILE (one id a
line) gives all of them a key first. It reads the whole table into the cache before it serves, prints one
line, {"address": …}, and ends on SIGTERM.
"""
import argparse
import asyncio
import concurrent.futures
import json
import os
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "client" / "python"))

import grpc  # noqa: E402
import grpc.aio  # noqa: E402
from cryptography.exceptions import InvalidTag  # noqa: E402
from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: E402

import python_formats as formats  # noqa: E402
from keyward.v1 import key_service_pb2 as pb  # noqa: E402
from keyward.v1 import key_service_pb2_grpc as rpc  # noqa: E402


class Keys:
    """Users' keys: a dictionary in front of SQLite, which one thread of its own reads and writes."""

    def __init__(self, path: str, master: AESGCM):
        self._master = master
        self._database = formats.open_database(path)
        self._thread = concurrent.futures.ThreadPoolExecutor(max_workers=1)
        self._loading: dict[str, asyncio.Future] = {}
        self.cached: dict[str, AESGCM] = {}

    def create_all(self, users: list[str]) -> None:
        with self._database:
            self._database.execute("BEGIN IMMEDIATE")
            self._database.executemany(formats.INSERT, (formats.new_row(user, self._master) for user in users))

    def cache_all(self) -> None:
        for user, wrapped in self._database.execute("SELECT user_id, encrypted_key FROM encryption_keys"):
            self.cached[user] = self._unwrap(wrapped)

    async def load(self, user: str, create: bool) -> AESGCM | None:
        """The key of a user who is not cached; None where there is none and none is to be made."""
        pending = self._loading.get(user) if create else None
        if pending is None:
            pending = asyncio.get_running_loop().run_in_executor(self._thread, self._read, user, create)
            if create:
                self._loading[user] = pending
                pending.add_done_callback(lambda _: self._loading.pop(user, None))
        key = await pending
        if key is not None:
            self.cached[user] = key
        return key

    def _read(self, user: str, create: bool) -> AESGCM | None:
        row = self._database.execute(formats.SELECT, (user,)).fetchone()
        if row is None and create:
            self._database.execute(formats.INSERT, formats.new_row(user, self._master))
            row = self._database.execute(formats.SELECT, (user,)).fetchone()
        return self._unwrap(row[0]) if row else None

    def _unwrap(self, wrapped: bytes) -> AESGCM:
        return AESGCM(formats.unseal(self._master, wrapped))


class KeyService(rpc.KeyServiceServicer):
    def __init__(self, keys: Keys):
        self._keys = keys

    async def Encrypt(self, request, context):
        if not request.user_id:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "user_id is empty")
        key = self._keys.cached.get(request.user_id) or await self._keys.load(request.user_id, create=True)
        box = formats.seal(key, request.plaintext, request.associated_data)
        return pb.EncryptResponse(token=formats.write_token(box), key_version=1)

    async def Decrypt(self, request, context):
        try:
            box = formats.read_token(request.token)
        except formats.MalformedToken as error:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        key = self._keys.cached.get(request.user_id) or await self._keys.load(request.user_id, create=False)
        if key is None:
            await context.abort(grpc.StatusCode.NOT_FOUND, "the user has no key")
        try:
            plaintext = formats.unseal(key, box, request.associated_data)
        except InvalidTag:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "decryption failed")
        return pb.DecryptResponse(plaintext=plaintext, key_version=1)


async def serve(listen: str, keys: Keys) -> None:
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    rpc.add_KeyServiceServicer_to_server(KeyService(keys), server)
    port = server.add_insecure_port(listen)
    await server.start()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    address = listen if listen.startswith("unix:") else f"{listen.rpartition(':')[0]}:{port}"
    print(json.dumps({"address": address}), flush=True)
    await ended.wait()
    await server.stop(grace=0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--listen", default="127.0.0.1:0")
    parser.add_argument("--store", required=True, help="the database's file")
    parser.add_argument("--users", help="a file of user ids, one a line, who all get a key first")
    options = parser.parse_args()
    keys = Keys(options.store, AESGCM(formats.read_master_key(os.environ["API_KEY_MASTER_KEY"])))
    if options.users:
        keys.create_all(pathlib.Path(options.users).read_text().split())
    keys.cache_all()
    asyncio.run(serve(options.listen, keys))


if __name__ == "__main__":
    main()
