"""Rotation of users' keys: under load, asked for twice, by itself; what Decrypt and Rewrap say of old tokens."""
import math
import os
import random
import threading

import pytest

from harness import batches, formats, legacy, waiting
from harness.admin import Admin, state
from harness.batches import to_rewrap
from harness.load import Load
from harness.rpc import POOL, refused
from harness.stubs import keys

WORKERS = 4
ROTATIONS = 40


@pytest.fixture(scope="module")
def admin(client):
    return Admin(client)


def newest(admin, user: str) -> int:
    return admin.GetUserKey(user_id=user).primary_version


def test_no_call_fails_while_keys_are_rotated(rig):
    """Nor does a call that begins after a rotation was answered use the version before."""
    server = rig.start()
    admin = Admin(rig.client(server))
    users = [f"user-{number}" for number in range(5)]
    clients = [rig.client(server) for _ in range(WORKERS)]
    answered = dict.fromkeys(users, 1)
    tokens: list[tuple[str, bytes, str]] = []
    guard = threading.Lock()

    def work(number: int) -> None:
        source, client = random.Random(), clients[number]
        user, plaintext = source.choice(users), source.randbytes(30)
        at_least = answered[user]
        sealed = client.encrypt(user, plaintext, b"ad")
        assert sealed.key_version >= at_least
        assert client.decrypt(user, sealed.token, b"ad").plaintext == plaintext
        with guard:
            tokens.append((user, plaintext, sealed.token))
            old_user, old_plaintext, old_token = source.choice(tokens)
        assert client.decrypt(old_user, old_token, b"ad").plaintext == old_plaintext
        fresh = client.rewrap(old_user, old_token, b"ad")
        assert client.decrypt(old_user, fresh.token, b"ad").plaintext == old_plaintext

    load = Load(WORKERS, work)
    for number in range(ROTATIONS):
        user = users[number % len(users)]
        answered[user] = admin.RotateUserKey(user_id=user).primary_version if tokens_of(tokens, user) else 1
        load.wait_for_rounds(load.rounds() + WORKERS)
    load.join()
    assert max(answered.values()) > 5
    for user, plaintext, token in tokens:
        opened = clients[0].decrypt(user, token, b"ad")
        assert opened.plaintext == plaintext
        assert opened.stale == (opened.key_version != answered[user])


def tokens_of(tokens, user: str) -> bool:
    return any(each[0] == user for each in list(tokens))


def test_an_old_token_is_stale_until_it_is_rewrapped(admin):
    client = admin.client
    old = client.encrypt("stale", b"secret", b"row 7").token
    assert not client.decrypt("stale", old, b"row 7").stale
    admin.RotateUserKey(user_id="stale")
    assert client.decrypt("stale", old, b"row 7").stale
    fresh = client.rewrap("stale", old, b"row 7")
    assert (fresh.changed, fresh.key_version, fresh.kek_id) == (True, 2, "")
    opened = client.decrypt("stale", fresh.token, b"row 7")
    assert (opened.plaintext, opened.key_version, opened.stale) == (b"secret", 2, False)
    assert formats.open_token(client.user_key("stale").key, fresh.token, b"row 7") == b"secret"
    again = client.rewrap("stale", fresh.token, b"row 7")
    assert (again.changed, again.token, again.key_version) == (False, fresh.token, 2)


def test_what_decrypt_refuses_rewrap_refuses(admin):
    client = admin.client
    token = client.encrypt("strict", b"secret", b"ad").token
    for wrong in ((token, b"other"), (token, b""), (formats.token(bytes(32), b"x"), b"ad")):
        with refused("INVALID_ARGUMENT", "DECRYPTION_FAILED"):
            client.rewrap("strict", *wrong)
    with refused("INVALID_ARGUMENT", "DECRYPTION_FAILED"):
        client.rewrap(POOL, token, b"ad")
    with refused("INVALID_ARGUMENT", "TOKEN_MALFORMED"):
        client.rewrap("strict", "plain text, which Rewrap never takes")
    with refused("INVALID_ARGUMENT", "INVALID_REQUEST"):
        client.rewrap(None, token)


def test_a_batch_rewraps_each_token_by_itself(admin):
    client = admin.client
    users = [f"batch-{number}" for number in range(30)]
    old = [client.encrypt(user, user.encode(), b"ad").token for user in users]
    for user in users[::2]:
        admin.RotateUserKey(user_id=user)
    pool = client.encrypt(POOL, b"pool", b"ad").token
    results = batches.rewrap(client, [*(to_rewrap(*each, b"ad") for each in zip(users, old, strict=True)),
                                      to_rewrap(POOL, pool, b"ad"), to_rewrap("nobody", old[0], b"ad"),
                                      to_rewrap(users[0], old[0], b"other")])
    assert [each.response.changed for each in results[:31]] == [True, False] * 15 + [False]
    for user, result in zip(users, results, strict=False):
        assert client.decrypt(user, result.response.token, b"ad").plaintext == user.encode()
        assert not client.decrypt(user, result.response.token, b"ad").stale
    assert [batches.failure(each).reason for each in results[31:]] == ["USER_KEY_NOT_FOUND",
                                                                       "DECRYPTION_FAILED"]


def test_a_request_that_is_sent_again_rotates_once(rig):
    server = rig.start()
    admin = Admin(rig.client(server))
    admin.client.encrypt("u", b"x")
    first = admin.RotateUserKey(user_id="u", request_id="one", etag=admin.etag("u"))
    assert admin.RotateUserKey(user_id="u", request_id="one") == first
    assert rig.end(server) == 0
    admin = Admin(rig.serve())
    assert admin.RotateUserKey(user_id="u", request_id="one") == first
    assert admin.RotateUserKey(user_id="u", request_id="two").primary_version == 3
    assert admin.RotateUserKey(user_id="u").primary_version == 4
    assert admin.RotateUserKey(user_id="u").primary_version == 5
    with refused("INVALID_ARGUMENT", "INVALID_REQUEST"):
        admin.RotateUserKey(user_id="u", request_id="x" * 65)


def test_retries_that_race_rotate_once(admin):
    admin.client.encrypt("raced", b"x")
    calls = [admin.begin("RotateUserKey", user_id="raced", request_id="one") for _ in range(30)]
    assert len({call.result() for call in calls}) == 1
    assert newest(admin, "raced") == 2


def test_a_key_that_is_too_old_is_rotated_when_it_is_used(rig):
    server = rig.start()
    token = rig.client(server).encrypt("u", b"x").token
    assert rig.end(server) == 0

    admin = Admin(rig.serve(rotate_after="1ms"))
    assert admin.GetUserKey(user_id="u").rotation_due == "AGE"
    assert newest(admin, "u") == 1  # to look at it is no use of it
    assert admin.client.decrypt("u", token).plaintext == b"x"
    waiting.until(lambda: newest(admin, "u") > 1, "rotated")
    opened = admin.client.decrypt("u", token)
    assert opened.plaintext == b"x" and opened.stale


def test_a_key_is_left_alone_until_it_is_due(rig):
    server = rig.start()
    rig.client(server).encrypt("u", b"x")
    assert rig.end(server) == 0
    server = rig.start(rotate_after="1h")
    admin = Admin(rig.client(server))
    admin.client.encrypt("u", b"x")
    assert admin.GetUserKey(user_id="u").rotation_due == ""
    assert rig.end(server) == 0  # whatever was begun has ended
    assert newest(Admin(rig.serve()), "u") == 1


@pytest.mark.parametrize("prepare", ["DisableUserKey", "DeleteUserKey"])
def test_a_user_who_is_out_of_use_is_never_due(rig, prepare):
    server = rig.start()
    admin = Admin(rig.client(server))
    admin.client.encrypt("u", b"x")
    getattr(admin, prepare)(user_id="u")
    before = state(admin.GetUserKey(user_id="u"))
    assert rig.end(server) == 0
    server = rig.start(rotate_after="1ms")
    admin = Admin(rig.client(server))
    with refused("FAILED_PRECONDITION", f"USER_KEY_{before}"):
        admin.client.encrypt("u", b"x")
    assert admin.GetUserKey(user_id="u").rotation_due == ""
    assert rig.end(server) == 0
    assert newest(Admin(rig.serve()), "u") == 1


# Of a thousand messages each: so many that six deviations are less than half of them. A sanitized server seals a
# hundredth as fast.
BATCHES = 50 if "KEYWARD_ASAN" in os.environ else 1000


def encrypt_many(client, user: str, batches_: int) -> int:
    items = 1000
    request = keys.BatchEncryptRequest(
        requests=[batches.to_encrypt(user, b"x")] * items).SerializeToString()
    call = client.method("BatchEncrypt")
    for _ in range(batches_):
        call(request)
    return batches_ * items


def messages(admin, user: str) -> int:
    return sum(version.messages for version in admin.GetUserKey(user_id=user).versions)


def test_messages_are_counted_to_within_the_error_of_sampling(rig):
    server = rig.start(rotate_after_messages=0)
    client = rig.client(server)
    count = encrypt_many(client, "busy", BATCHES)
    for _ in range(20):
        batches.decrypt(client, [batches.to_decrypt("busy", client.encrypt("busy", b"x").token)] * 1000)
    encrypt_many(client, "idle", 1)
    assert rig.end(server) == 0  # what is counted is stored by then

    admin = Admin(rig.serve(rotate_after_messages=0))
    deviation = math.sqrt(count * 4095)
    assert abs(messages(admin, "busy") - count) < 6 * deviation
    assert messages(admin, "idle") <= 10 * 4096
    assert newest(admin, "busy") == 1


def test_a_key_that_has_sealed_too_many_messages_is_rotated(rig):
    """While it is in use, and no call fails for it."""
    admin = Admin(rig.serve(rotate_after_messages=20_000))

    def sealed_more_and_rotated() -> bool:
        encrypt_many(admin.client, "busy", 20)
        return newest(admin, "busy") > 1

    waiting.until(sealed_more_and_rotated, "rotated")


def test_beside_the_python_module_nothing_is_rotated(rig):
    """It knows of no versions."""
    path = rig.directory / "legacy.db"
    legacy.connect(path).close()
    server = rig.start(legacy_db=path)
    admin = Admin(rig.client(server))
    admin.client.encrypt("u", b"x")
    with refused("FAILED_PRECONDITION", "LEGACY_SHARED"):
        admin.RotateUserKey(user_id="u")
    assert rig.end(server) == 0
    server = rig.start(legacy_db=path, rotate_after="1ms")
    admin = Admin(rig.client(server))
    admin.client.encrypt("u", b"x")
    assert rig.end(server) == 0
    server = rig.start(legacy_db=path)
    assert newest(Admin(rig.client(server)), "u") == 1
