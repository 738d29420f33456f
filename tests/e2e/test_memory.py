"""What a thief of a server's whole memory finds after it has worked."""
import os

import grpc
import pytest

from harness import batches, formats, memory, token_v3
from harness.admin import Admin
from harness.rpc import POOL
from harness.stubs import keys

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="to read another process' memory takes root"),
    pytest.mark.skipif("KEYWARD_ASAN" in os.environ, reason="a sanitizer keeps freed memory as it was"),
]

CALLS = 10_000
USERS = 50


class Worked:
    """A server that has served, and all that passed through it. Its client is connected and idle."""

    def __init__(self, rig):
        self.server = rig.start()
        self.client = rig.client(self.server)
        # Within each plaintext, so that no part of a message that stays behind goes unnoticed.
        self.marker = os.urandom(12).hex().encode()
        self.tokens = []
        self.keys = {rig.kek: "the KEK", formats.pool_key(rig.kek): "the pool's key"}
        for call in range(CALLS // 2):
            scope = POOL if call % 10 == 0 else f"user-{call % USERS}"
            plaintext = self.marker + b"-%d-" % call + self.marker
            token_format = keys.TOKEN_FORMAT_V3 if call % 2 else keys.TOKEN_FORMAT_V2
            self.tokens.append(self.client.encrypt(scope, plaintext, token_format=token_format).token)
            assert self.client.decrypt(scope, self.tokens[-1]).plaintext == plaintext
        with pytest.raises(grpc.RpcError):
            self.client.encrypt("user-1", self.marker * 50_000)  # 1.2 MB: read, and refused
        with pytest.raises(grpc.RpcError):
            self.client.decrypt("user-1", self.tokens[0])
        last, nonce = scope, token_v3.read(self.tokens[-1])[4:28]
        self._turn_over("user-7")
        for user in range(USERS):
            self.keys[self.client.user_key(f"user-{user}").key] = f"the key of user {user}"
        derived = {token_v3.sealing_key(key): f"what v3 derives from {name}" for key, name in self.keys.items()}
        self.keys |= derived
        sealing = token_v3.sealing_key(self.client.user_key(last).key)
        self.keys[token_v3.message_key(sealing, nonce)] = "the last message's key"

    def _turn_over(self, user: str) -> None:
        """Rewraps tokens under a new version, by themselves and in a batch."""
        plaintext = self.marker + b" of " + self.marker
        old = [self.client.encrypt(user, plaintext, token_format=token_format).token
               for token_format in (keys.TOKEN_FORMAT_V2, keys.TOKEN_FORMAT_V3) for _ in range(250)]
        Admin(self.client).RotateUserKey(user_id=user)
        fresh = [self.client.rewrap(user, token).token for token in old]
        results = batches.rewrap(self.client, [batches.to_rewrap(user, token) for token in old])
        assert all(each.response.changed for each in results)
        self.tokens += old + fresh + [each.response.token for each in results]
        self.keys[self.client.user_key(user, version=1).key] = f"the first key of {user}"

    @property
    def pid(self) -> int:
        return self.server.pid


@pytest.fixture(scope="module")
def worked(shared_rig):
    return Worked(shared_rig)


def test_what_is_there_would_be_found(worked):
    """Ids are no secret: they lie in the cache."""
    assert memory.find(worked.pid, {b"user-7": "an id"})


def test_no_plaintext_is_left(worked):
    assert memory.find(worked.pid, {worked.marker: "a plaintext"}) == {}


def test_no_token_is_left(worked):
    parts = {token[3:][at:at + 24].encode(): f"a token from its byte {at}"
             for token in worked.tokens[::49] for at in (0, 24, 48)}
    assert memory.find(worked.pid, parts) == {}


def test_no_key_is_left_outside_the_protected_region(worked):
    spellings = {}
    for key, name in worked.keys.items():
        spellings |= {key: name, key.hex().encode(): name, formats.kek_text(key).rstrip("=").encode(): name}
    found = memory.find(worked.pid, spellings)
    protected = ("secretmem", "keyward-secrets")
    outside = {name: [where for where in places if not any(word in where for word in protected)]
               for name, places in found.items()}
    assert {name: places for name, places in outside.items() if places} == {}


def test_keys_lie_where_not_even_root_reads(worked):
    """On a kernel with memfd_secret(2)."""
    secret = [each for each in memory.mappings(worked.pid) if "secretmem" in each.name]
    if not secret:
        pytest.skip("the kernel has no memfd_secret, or it is switched off")
    with open(f"/proc/{worked.pid}/mem", "rb", buffering=0) as content:
        for mapping in secret:
            content.seek(mapping.begin)
            with pytest.raises(OSError):
                content.read(64)
