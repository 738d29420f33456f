"""A replica whose network no longer reaches the database, while another one's does."""
import grpc
import pytest

from harness import partition, replicas
from harness.admin import Admin
from harness.postgres import USER, postgres_server
from harness.rpc import Failure, refused
from harness.waiting import until


def reason(call, *arguments) -> str:
    """Why the call was refused; empty where it was answered."""
    try:
        call(*arguments)
    except grpc.RpcError as error:
        return Failure.of(error).reason
    return ""


@pytest.fixture
def network():
    with partition.network() as made:
        yield made


@pytest.fixture
def database(network):
    """On a PostgreSQL that the network reaches too."""
    with postgres_server() as server:
        server.kill()
        with open(server.data / "pg_hba.conf", "a", encoding="utf-8") as rules:
            rules.write(f"host all {USER} {network.host}/30 scram-sha-256\n")
        server.start(listen_addresses=f"127.0.0.1,{network.host}")
        yield server.new_database()


def start_inside(rig, database, network, cache_ttl: str):
    """A replica in the network; its callers reach it by a path in the file system."""
    url = database.url().replace("127.0.0.1", network.host)
    server = rig.start(**replicas.flags(rig, database) | {"store": url}, prefix=network.prefix,
                       listen=f"unix:{rig.directory}/inside.sock", cache_ttl=cache_ttl)
    return rig.client(server)


def test_a_replica_that_is_cut_off_serves_what_it_has_cached_until_that_is_too_old(rig, database, network):
    inside, outside = start_inside(rig, database, network, "20s"), rig.client(replicas.start(rig, database))
    outside.user_key("known")
    token = inside.encrypt("alice", b"x").token
    network.cut()
    assert inside.decrypt("alice", token).plaintext == b"x"
    with refused("UNAVAILABLE", "STORE_UNAVAILABLE"):
        inside.user_key("known")
    Admin(outside).DisableUserKey(user_id="alice")
    made = outside.encrypt("carol", b"made meanwhile").token
    until(lambda: reason(inside.decrypt, "alice", token) == "STORE_UNAVAILABLE", "too old to be served")
    network.heal()
    until(lambda: reason(inside.decrypt, "alice", token) == "USER_KEY_DISABLED", "with the others again")
    assert inside.decrypt("carol", made).plaintext == b"made meanwhile"
    until(lambda: not reason(inside.encrypt, "dora", b"x"), "able to write again")


def test_a_replica_that_was_cut_off_learns_what_it_missed_before_its_keys_are_too_old(rig, database, network):
    inside, outside = start_inside(rig, database, network, "24h"), rig.client(replicas.start(rig, database))
    token = inside.encrypt("alice", b"x").token
    network.cut()
    Admin(outside).DisableUserKey(user_id="alice")
    assert inside.decrypt("alice", token).plaintext == b"x"
    network.heal()
    until(lambda: reason(inside.decrypt, "alice", token) == "USER_KEY_DISABLED", "told of the change")
