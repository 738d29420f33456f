"""The client for asyncio."""

from collections.abc import Iterable
from typing import TypeVar

from keyward import batches, calls
from keyward.batches import DecryptItem, EncryptItem, RewrapItem
from keyward.connections import AsyncConnection
from keyward.errors import KeywardError
from keyward.options import DEFAULT_ADDRESS, Options
from keyward.results import Decrypted, Encrypted, PoolKey, Rewrapped, ServerStatus, UserKey
from keyward.v1.key_service_pb2_grpc import KeyServiceStub

T = TypeVar("T")


class AsyncClient(AsyncConnection):
    """A connection to a Keyward server, for one event loop.

    Make it where the loop runs. Every verb may raise `KeywardError`. It connects on the first call,
    and again by itself when the connection is lost.
    """

    def __init__(self, options: Options | str = DEFAULT_ADDRESS) -> None:
        """`options` may be an address alone."""
        super().__init__(options, KeyServiceStub)

    async def encrypt(
        self,
        plaintext: bytes | str,
        *,
        user_id: str | None = None,
        pool: bool = False,
        associated_data: bytes = b"",
    ) -> Encrypted:
        """Seals a plaintext under a user's key (made first where there is none) or the pool's.

        A str is sealed as UTF-8. `associated_data` is authenticated and not stored: `decrypt` needs
        the same bytes.
        """
        return await self._run(calls.encrypt(plaintext, user_id, pool, associated_data))

    async def decrypt(
        self,
        token: str,
        *,
        user_id: str | None = None,
        pool: bool = False,
        associated_data: bytes = b"",
        allow_legacy_plaintext: bool = False,
    ) -> Decrypted:
        """Opens a token that `encrypt`, or the Python module before Keyward, made.

        With `allow_legacy_plaintext` a value without a token's prefix comes back unchanged, as
        UTF-8.
        """
        return await self._run(
            calls.decrypt(token, user_id, pool, associated_data, allow_legacy_plaintext)
        )

    async def rewrap(
        self,
        token: str,
        *,
        user_id: str | None = None,
        pool: bool = False,
        associated_data: bytes = b"",
    ) -> Rewrapped:
        """Seals what a token holds anew, under the newest key; the plaintext stays in the server.

        A token that is new enough comes back as it is. It needs the permission to rewrap.
        """
        return await self._run(calls.rewrap(token, user_id, pool, associated_data))

    async def encrypt_many(self, items: Iterable[EncryptItem]) -> list[Encrypted | KeywardError]:
        """Encrypts any number of values, in as few calls as the server's limits allow.

        The answers stand in the order of the items: what `encrypt` would have returned, or the
        error that it would have raised. One item's error spoils no other; where a whole call fails,
        all of its items have that error.
        """
        return await self._run_many(batches.encrypt_many(items))

    async def decrypt_many(self, items: Iterable[DecryptItem]) -> list[Decrypted | KeywardError]:
        """Opens any number of tokens, as `encrypt_many` makes them."""
        return await self._run_many(batches.decrypt_many(items))

    async def rewrap_many(self, items: Iterable[RewrapItem]) -> list[Rewrapped | KeywardError]:
        """Rewraps any number of tokens, as `encrypt_many` makes them."""
        return await self._run_many(batches.rewrap_many(items))

    async def get_or_create_user_key(self, user_id: str, *, version: int = 0) -> UserKey:
        """The user's data key, made first where there is none; version 0 asks for the primary one.

        It needs the permission to export keys.
        """
        return await self._run(calls.get_or_create_user_key(user_id, version))

    async def pool_key(self) -> PoolKey:
        """The key for values that belong to no user. It needs the permission to export keys."""
        return await self._run(calls.pool_key())

    async def hash_api_key(self, api_key: str) -> str:
        """The look-up hash of an API key, by the server; `keyward.api_key_hash` needs none."""
        return await self._run(calls.hash_api_key(api_key))

    async def get_status(self) -> ServerStatus:
        """What the server is, and whether it can encrypt."""
        return await self._run(calls.get_status())

    async def _run_many(
        self, every: Iterable[calls.Call[list[T | KeywardError]]]
    ) -> list[T | KeywardError]:
        results: list[T | KeywardError] = []
        for call in every:
            try:
                results += await self._run(call)
            except KeywardError as error:
                results += batches.failed(call, error)
        return results
