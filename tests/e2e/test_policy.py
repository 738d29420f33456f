"""Who may do what, and how much of it, by the policy file."""
import os
import pathlib
import signal

import pytest

from harness import batches
from harness.batches import to_decrypt, to_encrypt
from harness.certificates import Authority, credentials
from harness.rpc import POOL, refused

BILLING = '''
grants { principals: "%s" permissions: [ENCRYPT, DECRYPT] users: "customer-*" pool: true }
grants { principals: "%s" permissions: EXPORT users: "customer-1" }
'''


def write(path: pathlib.Path, text: str) -> pathlib.Path:
    """As an operator should: whole, or not at all."""
    new = path.with_suffix(".new")
    new.write_text(text)
    os.replace(new, path)
    return path


def billing(principal: str) -> str:
    return BILLING % (principal, principal)


@pytest.fixture
def policy(rig):
    return write(rig.directory / "policy", billing("loopback"))


def denied():
    return refused("PERMISSION_DENIED", "PERMISSION_DENIED")


def test_what_is_granted_is_served_and_nothing_else(rig, policy):
    client = rig.serve(policy=policy)
    for scope in ("customer-1", POOL):
        token = client.encrypt(scope, b"x").token
        assert client.decrypt(scope, token).plaintext == b"x"
    assert len(client.user_key("customer-1").key) == 32
    for call in (lambda: client.encrypt("staff-1", b"x"), lambda: client.decrypt("staff-1", "v2:"),
                 lambda: client.user_key("customer-2"), lambda: client.user_key("staff-1"),
                 client.pool_key):
        with denied():
            call()
    with denied():
        client.decrypt("customer-1", "plain", allow_legacy_plaintext=True)
    assert client.status().encryption_enabled
    assert len(client.hash("k")) == 64


def test_a_denied_caller_learns_nothing_of_the_request(rig, policy):
    """Authorised before anything else is looked at."""
    client = rig.serve(policy=policy)
    for user in ("staff\0", "staff-" + "x" * 300):
        with denied():
            client.encrypt(user, b"x")
    with denied():
        client.encrypt("staff-1", b"x" * (1 << 20) + b"too long")
    with refused("INVALID_ARGUMENT", "INVALID_REQUEST"):
        client.encrypt("customer-" + "x" * 300, b"x")


def test_each_item_of_a_batch_is_judged_by_itself(rig, policy):
    client = rig.serve(policy=policy)
    users = ["customer-1", "staff-1", "customer-2", "staff-2"]
    results = batches.encrypt(client, [to_encrypt(user, b"x") for user in users])
    assert [each.WhichOneof("result") for each in results] == ["response", "status"] * 2
    assert batches.failure(results[1]).reason == "PERMISSION_DENIED"
    opened = batches.decrypt(client, [to_decrypt(user, results[0].response.token) for user in users[:2]])
    assert opened[0].response.plaintext == b"x"
    assert batches.failure(opened[1]).reason == "PERMISSION_DENIED"


def test_a_changed_file_is_taken_up_and_a_broken_one_is_not(rig, policy):
    server = rig.start(policy=policy)
    client = rig.client(server)
    with denied():
        client.encrypt("staff-1", b"x")
    write(policy, 'grants { principals: "loopback" permissions: ENCRYPT users: "staff-*" }')
    server.send(signal.SIGHUP)
    server.wait_for(lambda s: len(s.events("policy")) == 2, "second policy")
    client.encrypt("staff-1", b"x")
    with denied():
        client.encrypt("customer-1", b"x")
    write(policy, 'grants {\n  principals: "loopback" permisions: ENCRYPT users: "*" }')
    server.send(signal.SIGHUP)
    server.wait_for(lambda s: s.events("policy_refused"), "refusal")
    assert f"{policy}:2:" in server.events("policy_refused")[0]["message"], server.log()
    client.encrypt("staff-1", b"x")
    with denied():
        client.encrypt("customer-1", b"x")


def test_a_changed_file_is_noticed_without_a_signal(rig, policy):
    server = rig.start(policy=policy)
    write(policy, 'grants { principals: "loopback" permissions: ENCRYPT users: "staff-*" }')
    server.wait_for(lambda s: len(s.events("policy")) == 2, "second policy")
    rig.client(server).encrypt("staff-1", b"x")


def test_a_mistake_in_the_file_ends_the_start_and_names_its_place(rig, policy):
    write(policy, 'grants {\n  principals: "x"\n  permissions: ENCRYP users: "*" }')
    line = rig.refuse(policy=policy)
    assert "--policy" in line and f"{policy}:3:" in line, line
    assert "--policy" in rig.refuse(policy=rig.directory / "not there")


def test_without_a_policy_no_certificate_is_let_in_from_elsewhere(rig):
    authority = Authority(rig.directory, "ours")
    own = authority.issue("server")
    line = rig.refuse(listen="0.0.0.0:0", tls_cert=own.certificate, tls_key=own.key,
                      tls_client_ca=authority.root)
    assert "--policy" in line, line


def test_a_certificate_is_known_by_its_dns_name(rig):
    authority = Authority(rig.directory, "ours")
    own = authority.issue("server")
    flags = {"tls_cert": own.certificate, "tls_key": own.key, "tls_client_ca": authority.root}
    path = write(rig.directory / "policy", billing("dns:localhost"))
    server = rig.start(policy=path, **flags)
    client = rig.client(server, credentials(authority.root, authority.issue("backend")))
    client.encrypt("customer-1", b"x")
    with denied():
        client.encrypt("staff-1", b"x")
    assert rig.end(server) == 0
    # Its common name is no principal of a certificate that has a DNS name.
    write(path, billing("cn:backend"))
    server = rig.start(policy=path, **flags)
    with denied():
        rig.client(server, credentials(authority.root, authority.issue("backend2"))).encrypt("customer-1", b"x")


def test_each_unix_socket_is_a_principal_of_its_own(rig):
    one, two = rig.directory / "one.sock", rig.directory / "two.sock"
    path = write(rig.directory / "policy", billing(f"unix:{one}"))
    server = rig.start(policy=path, listen=f"unix:{one},unix:{two}")
    rig.client(f"unix:{one}").encrypt("customer-1", b"x")
    with denied():
        rig.client(f"unix:{two}").encrypt("customer-1", b"x")
    assert rig.end(server) == 0
    rig.serve(policy=path, listen=f"unix:{one}").encrypt("customer-1", b"x")


def test_a_caller_over_its_rate_is_told_when_to_come_again(rig, policy):
    write(policy, billing("loopback") + '''
        limits { principals: "loopback" calls_per_second: 0.01 burst: 3 }''')
    client = rig.serve(policy=policy)
    for _ in range(3):
        client.encrypt("customer-1", b"x")
    with refused("RESOURCE_EXHAUSTED", "RATE_LIMITED"):
        client.encrypt("customer-1", b"x")
    assert client.serving("") == "SERVING", "probes are not limited"


def test_a_batch_is_charged_by_its_items(rig, policy):
    write(policy, billing("loopback") + '''
        limits { principals: "loopback" calls_per_second: 0.01 burst: 3 }''')
    client = rig.serve(policy=policy)
    batches.encrypt(client, [to_encrypt("customer-1", b"x")] * 3)
    with refused("RESOURCE_EXHAUSTED", "RATE_LIMITED"):
        client.encrypt("customer-1", b"x")
