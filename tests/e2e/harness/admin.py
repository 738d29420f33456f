"""KeyAdminService over the wire: each verb by its name, with its request's fields."""
from typing import Any, Callable

from harness import paths
from harness.rpc import Client
from harness.stubs import admin as messages

SERVICE = "keyward.v1.KeyAdminService"
METHODS = messages.DESCRIPTOR.services_by_name["KeyAdminService"].methods_by_name
UserKey, UserKeyVersion = messages.UserKey, messages.UserKeyVersion
RewrapProgress = messages.RewrapProgress


class Admin:
    """`Admin(client).RotateUserKey(user_id="u")`."""

    def __init__(self, client: Client):
        self.client = client

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in METHODS:
            raise AttributeError(name)
        request = getattr(messages, METHODS[name].input_type.name)
        answer = getattr(messages, METHODS[name].output_type.name)
        call = self.client.method(name, SERVICE)
        return lambda **fields: answer.FromString(
            call(request(**fields).SerializeToString(), timeout=paths.PATIENCE))

    def begin(self, name: str, **fields: Any):
        request = getattr(messages, METHODS[name].input_type.name)
        return self.client.method(name, SERVICE).future(request(**fields).SerializeToString(),
                                                        timeout=paths.PATIENCE)

    def etag(self, user_id: str) -> str:
        return self.GetUserKey(user_id=user_id).etag

    def destroy(self, user_id: str):
        return self.DestroyUserKey(user_id=user_id, etag=self.etag(user_id))

    def users(self, **fields: Any) -> list[Any]:
        """All pages of a list."""
        found, token = [], ""
        while True:
            page = self.ListUserKeys(page_token=token, **fields)
            found += page.user_keys
            token = page.next_page_token
            if not token:
                return found

    def kek(self, kek_id: bytes):
        return next(kek for kek in self.GetKekStatus().keks if kek.kek_id == kek_id.hex())


def state(key: Any) -> str:
    return UserKey.State.Name(key.state)


def version_states(key: Any) -> dict[int, str]:
    return {each.version: UserKeyVersion.State.Name(each.state) for each in key.versions}
