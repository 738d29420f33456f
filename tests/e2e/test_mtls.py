"""TLS with client certificates: who is let in, and two crypto libraries in one process under load."""
import os

import grpc
import pytest

from harness.certificates import Authority, credentials
from harness.load import Load
from harness.rpc import Failure


@pytest.fixture(scope="module")
def authority(shared_rig):
    return Authority(shared_rig.directory, "ours")


@pytest.fixture(scope="module")
def tls(authority):
    server = authority.issue("server")
    return {"tls_cert": server.certificate, "tls_key": server.key, "tls_client_ca": authority.root}


@pytest.fixture(scope="module")
def server(shared_rig, tls):
    return shared_rig.start(**tls)


@pytest.fixture(scope="module")
def trusted(shared_rig, server, authority):
    return shared_rig.client(server, credentials(authority.root, authority.issue("backend")))


def shut_out(client) -> None:
    with pytest.raises(grpc.RpcError) as error:
        client.status()
    failure = Failure.of(error.value)
    assert (failure.code, failure.reason) == ("UNAVAILABLE", ""), failure


def test_a_client_with_a_certificate_of_the_authority_is_served(trusted):
    token = trusted.encrypt("tess", b"over TLS").token
    assert trusted.decrypt("tess", token).plaintext == b"over TLS"
    assert len(trusted.user_key("tess").key) == 32
    assert len(trusted.pool_key().key) == 32
    assert trusted.serving("") == "SERVING"


def test_a_client_without_a_certificate_is_shut_out(shared_rig, server, authority):
    shut_out(shared_rig.client(server, credentials(authority.root)))


def test_a_client_of_another_authority_is_shut_out(shared_rig, server, authority):
    other = Authority(shared_rig.directory, "theirs")
    shut_out(shared_rig.client(server, credentials(authority.root, other.issue("backend"))))


def test_a_client_without_tls_is_shut_out(shared_rig, server):
    shut_out(shared_rig.client(server))


def test_a_client_refuses_a_server_of_another_authority(shared_rig, server, authority):
    other = Authority(shared_rig.directory, "others")
    shut_out(shared_rig.client(server, credentials(other.root, authority.issue("careful"))))


def test_both_crypto_libraries_hold_under_load(shared_rig, server, authority):
    """gRPC's OpenSSL carries the connections while BoringSSL seals and opens, in the same process."""
    own = authority.issue("busy")
    clients = [shared_rig.client(server, credentials(authority.root, own)) for _ in range(6)]

    def work(worker: int) -> None:
        plaintext = os.urandom(1 + worker * 5000)
        user = f"busy-{worker}"
        token = clients[worker].encrypt(user, plaintext, b"data").token
        assert clients[worker].decrypt(user, token, b"data").plaintext == plaintext
        fresh = shared_rig.client(server, credentials(authority.root, own))
        assert fresh.decrypt(user, token, b"data").plaintext == plaintext
        fresh.close()

    load = Load(len(clients), work)
    load.wait_for_rounds(300)
    load.join()
    assert server.is_running()
