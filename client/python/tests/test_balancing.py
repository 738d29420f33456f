"""A client of several servers: calls go round, and one server's end fails none."""

import pytest
from scripted_server import ScriptedServer

# More than a client can make before it is connected to all servers.
MANY_CALLS = 20_000


@pytest.fixture
def two():
    servers = [ScriptedServer(), ScriptedServer()]
    yield servers
    for each in servers:
        each.stop()


def target(servers):
    return "ipv4:" + ",".join(each.address for each in servers)


def call_until_all_have_answered(client, servers):
    for _ in range(MANY_CALLS):
        if all(each.calls for each in servers):
            return
        client.get_status()
    raise AssertionError(f"calls by server: {[each.calls for each in servers]}")


@pytest.mark.parametrize("max_attempts", [1, 4])
def test_calls_go_round_all_servers(connect, two, max_attempts):
    client = connect(target(two), deadline=60, max_attempts=max_attempts)
    call_until_all_have_answered(client, two)


def test_a_server_that_ends_fails_no_call(connect, two):
    client = connect(target(two), deadline=60)
    call_until_all_have_answered(client, two)
    two[0].stop()
    for _ in range(100):
        assert client.get_status().version == "scripted"
