"""A listener without TLS beyond loopback: only on request, with a warning, and without the key exports."""
import pytest

from harness.admin import Admin
from harness.rpc import POOL, refused


@pytest.fixture(scope="module")
def server(shared_rig, outside_address):
    return shared_rig.start(insecure_listen=f"{outside_address}:0")


@pytest.fixture(scope="module")
def outsider(shared_rig, server, outside_address):
    return shared_rig.client(server.address_of(outside_address))


@pytest.fixture(scope="module")
def insider(shared_rig, server):
    return shared_rig.client(server.address_of("127.0.0.1"))


def test_it_is_logged_as_a_warning(server, outsider, outside_address):
    assert any(outside_address in str(event) for event in server.warnings()), server.log()


def test_values_are_sealed_and_opened_for_anyone(outsider):
    for scope in ("open", POOL):
        token = outsider.encrypt(scope, b"x").token
        assert outsider.decrypt(scope, token).plaintext == b"x"
    assert outsider.status().encryption_enabled
    assert len(outsider.hash("k")) == 64
    assert outsider.serving("") == "SERVING"


def test_keys_are_handed_out_to_nobody(outsider, insider):
    with refused("PERMISSION_DENIED", "PERMISSION_DENIED"):
        outsider.user_key("open")
    with refused("PERMISSION_DENIED", "PERMISSION_DENIED"):
        outsider.user_key("never seen")
    with refused("PERMISSION_DENIED", "PERMISSION_DENIED"):
        outsider.pool_key()
    assert insider.user_key("never seen").created, "the refused call made no key"


def test_nobody_is_an_operator_there(outsider, insider):
    Admin(insider).GetUserKey(user_id="open")
    for verb in ("GetUserKey", "RotateUserKey", "DestroyUserKey"):
        with refused("PERMISSION_DENIED", "PERMISSION_DENIED"):
            getattr(Admin(outsider), verb)(user_id="open")
    with refused("PERMISSION_DENIED", "PERMISSION_DENIED"):
        Admin(outsider).ListUserKeys()


def test_permission_is_checked_before_the_request(outsider):
    with refused("PERMISSION_DENIED", "PERMISSION_DENIED"):
        outsider.user_key("")


def test_loopback_beside_it_still_gets_keys(insider):
    assert len(insider.user_key("near").key) == 32
    assert len(insider.pool_key().key) == 32


def test_a_unix_socket_beside_it_still_gets_keys(rig, outside_address):
    path = f"unix:{rig.directory}/k.sock"
    rig.start(listen=path, insecure_listen=f"{outside_address}:0")
    assert len(rig.client(path).user_key("near").key) == 32


def test_coming_over_loopback_changes_nothing(rig):
    """A proxy on the server's machine makes everybody's calls look local."""
    server = rig.start(listen=f"unix:{rig.directory}/k.sock", insecure_listen="127.0.0.1:0")
    client = rig.client(server.address_of("127.0.0.1"))
    assert client.encrypt("near", b"x").token
    with refused("PERMISSION_DENIED", "PERMISSION_DENIED"):
        client.user_key("near")
    with refused("PERMISSION_DENIED", "PERMISSION_DENIED"):
        client.pool_key()
