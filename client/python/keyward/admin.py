"""The operators' client for threads."""

from collections.abc import Iterator

from keyward import admin_calls as calls
from keyward.admin_results import (
    BackedUp,
    Kek,
    KekStatus,
    KeyInfo,
    RewrapProgress,
    Verified,
)
from keyward.connections import Connection
from keyward.options import DEFAULT_ADDRESS, Options
from keyward.v1.key_admin_service_pb2_grpc import KeyAdminServiceStub

#: Seconds for what looks through all of the store.
LONG = 3600.0


class AdminClient(Connection):
    """The life of users' keys, and of the master keys that wrap them; see `Client`.

    Every verb needs the permission `admin`: on the user that it names, else on every user. Where an
    `etag` is given, and is not the key's, it raises `EtagMismatchError`.
    """

    def __init__(self, options: Options | str = DEFAULT_ADDRESS) -> None:
        """`options` may be an address alone."""
        super().__init__(options, KeyAdminServiceStub)

    def get_user_key(self, user_id: str) -> KeyInfo:
        """What is stored of a user's key."""
        return self._run(calls.get_user_key(user_id))

    def list_user_keys(self, *, filter: str = "", page_size: int = 0) -> Iterator[KeyInfo]:
        """All users in the byte order of their ids, read page by page.

        `filter`: conditions joined by AND, such as `state = DISABLED AND user_id = "acme-*"`.
        """
        token = ""
        while True:
            keys, token = self._run(calls.list_user_keys(filter, page_size, token))
            yield from keys
            if not token:
                return

    def rotate_user_key(
        self, user_id: str, *, request_id: str | None = None, etag: str = ""
    ) -> KeyInfo:
        """Makes a new version the primary one; older ones still decrypt.

        A call with the request id of the latest rotation rotates no more; None makes one up.
        """
        return self._run(calls.rotate_user_key(user_id, request_id, etag))

    def disable_user_key(self, user_id: str, *, version: int = 0, etag: str = "") -> KeyInfo:
        """Refuses to use a user's key, or one version of it (0: all), until it is enabled again."""
        return self._run(calls.disable_user_key(user_id, version, etag))

    def enable_user_key(self, user_id: str, *, version: int = 0, etag: str = "") -> KeyInfo:
        """Undoes `disable_user_key`."""
        return self._run(calls.enable_user_key(user_id, version, etag))

    def set_minimum_version(self, user_id: str, min_version: int, *, etag: str = "") -> KeyInfo:
        """Versions below it no longer decrypt; 0: none is too old."""
        return self._run(calls.set_minimum_version(user_id, min_version, etag))

    def delete_user_key(self, user_id: str, *, etag: str = "") -> KeyInfo:
        """Refuses to use a user's key at once, and destroys it at `purge_time`."""
        return self._run(calls.delete_user_key(user_id, etag))

    def undelete_user_key(self, user_id: str, *, etag: str = "") -> KeyInfo:
        """Undoes `delete_user_key` while its `purge_time` has not come."""
        return self._run(calls.undelete_user_key(user_id, etag))

    def destroy_user_key(self, user_id: str, *, etag: str) -> KeyInfo:
        """Erases a user's key at once and for good, and with it all that is sealed under it."""
        return self._run(calls.destroy_user_key(user_id, etag))

    def get_kek_status(self) -> KekStatus:
        """The master keys that are loaded, retired or still needed, and how far rewrapping is."""
        return self._run(calls.get_kek_status())

    def rewrap_user_keys(self, *, max_keys_per_second: int = 0) -> RewrapProgress:
        """Starts to wrap every stored key under the current master key, in the background.

        0: as fast as it goes. One that runs goes on as it is.
        """
        return self._run(calls.rewrap_user_keys(max_keys_per_second))

    def retire_kek(self, kek_id: str, *, confirm_pool_rewrapped: bool) -> Kek:
        """Notes that a master key is never to be used again; refused while a key needs it.

        That no pool token is under it any longer, which the server cannot see, is to be confirmed.
        """
        return self._run(calls.retire_kek(kek_id, confirm_pool_rewrapped))

    def verify_store(self, *, deadline: float = LONG) -> Verified:
        """Opens every stored key, and tells of those that do not open."""
        return self._run(calls.verify_store(deadline))

    def backup(self, file_name: str = "", *, deadline: float = LONG) -> BackedUp:
        """Copies the store to a new file in the server's --backup_dir, and verifies the copy."""
        return self._run(calls.backup(file_name, deadline))
