"""`keyward` over several replicas: calls go round those that can be reached. The libraries' own tests say more."""
import json

from harness import cli, replicas
from harness.waiting import until

LINES = 10_000  # ten calls, four at a time


def answered(log) -> int:
    """Calls that a replica has recorded."""
    return sum(json.loads(line)["event"] == "call" for line in log.read_text("utf-8").splitlines())


def encrypt_many(addresses: list[str]) -> int:
    """How many of the lines were sealed."""
    lines = "".join(json.dumps({"user_id": f"user-{number % 7}", "plaintext": "x"}) + "\n"
                    for number in range(LINES))
    done = cli.run("encrypt", "--batch", stdin=lines, address="ipv4:" + ",".join(addresses))
    assert done.returncode == 0, done.stderr
    return sum("token" in json.loads(line) for line in done.stdout.splitlines())


def test_calls_go_round_all_replicas_and_past_one_that_is_gone(rig, database):
    logs = [rig.directory / f"audit-{number}" for number in range(3)]
    servers = [replicas.start(rig, database, audit_log=log) for log in logs]
    addresses = [server.address for server in servers]

    def all_were_asked() -> bool:
        """The first calls go to whichever replica is connected first."""
        assert encrypt_many(addresses) == LINES
        return all(answered(log) for log in logs)

    until(all_were_asked, "each replica answered")
    servers[1].kill()
    assert encrypt_many(addresses) == LINES
