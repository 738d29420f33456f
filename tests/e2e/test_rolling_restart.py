"""Three replicas restarted one after another under load: no call of a client with deploy/'s service config fails."""
import contextlib
import json
import os
import pathlib
import threading

import grpc
import pytest

from harness import replicas
from harness.load import Load
from harness.stubs import keys
from harness.waiting import until

SERVICE_CONFIG = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "grpc-service-config.json"
USERS = 40
ENCRYPT, DECRYPT = "/keyward.v1.KeyService/Encrypt", "/keyward.v1.KeyService/Decrypt"


class Replica:
    """A server that comes back at its address, with an audit log of its own each time it runs."""

    def __init__(self, rig, database, number: int):
        self._rig, self._database, self._number, self._runs = rig, database, number, 0
        self._listen = "127.0.0.1:0"
        self.start()

    def start(self, **keks: bytes) -> None:
        self._runs += 1
        self.audit = self._rig.directory / f"audit-{self._number}-{self._runs}"
        self.server = replicas.start(self._rig, self._database, listen=self._listen, drain_delay="1s",
                                     audit_log=self.audit, **keks)
        self._listen = self.server.address

    @property
    def address(self) -> str:
        return self._listen

    def answers(self) -> bool:
        return self.audit.exists() and self.audit.stat().st_size > 0

    def restart(self, **keks: bytes) -> None:
        assert self.server.stop() == 0, self.server.log()
        self.start(**keks)
        until(self.answers, "a call to the replica that is back")


class Caller:
    """Clients with one channel to all replicas each. Every value that was encrypted is decrypted, by whichever."""

    def __init__(self, addresses: list[str], service_config: str):
        options = [("grpc.service_config", service_config), ("grpc.use_local_subchannel_pool", 1),
                   ("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 1000)]
        self.channels = [grpc.insecure_channel("ipv4:" + ",".join(addresses), options) for _ in range(4)]
        self._lock = threading.Lock()
        self.made = 0

    def work(self, worker: int) -> None:
        channel = self.channels[worker]
        with self._lock:
            self.made += 1
            number = self.made
        # Users of before, and now and then a new one.
        user = f"user-{number}" if number % 10 == 0 else f"user-{number % USERS}"
        plaintext = f"secret {number}".encode()
        request = keys.EncryptRequest(user_id=user, plaintext=plaintext)
        token = keys.EncryptResponse.FromString(channel.unary_unary(ENCRYPT)(request.SerializeToString())).token
        asked = keys.DecryptRequest(user_id=user, token=token).SerializeToString()
        assert keys.DecryptResponse.FromString(channel.unary_unary(DECRYPT)(asked)).plaintext == plaintext

    def close(self) -> None:
        for channel in self.channels:
            channel.close()


@pytest.fixture
def three(rig, database):
    return [Replica(rig, database, number) for number in range(3)]


@contextlib.contextmanager
def under_load(replicas_: list[Replica]):
    """Calls to all of them meanwhile; the block's end fails where one failed."""
    caller = Caller([replica.address for replica in replicas_], SERVICE_CONFIG.read_text())
    load = Load(len(caller.channels), caller.work)
    load.wait_for_rounds(50)
    assert all(replica.answers() for replica in replicas_)  # balanced
    yield
    load.wait_for_rounds(load.rounds() + 50)
    load.join()
    caller.close()


def test_no_call_fails_while_replicas_restart_one_after_another(three):
    with under_load(three):
        for replica in three:
            replica.restart()


def test_no_call_fails_while_replicas_take_up_a_new_master_key(rig, three):
    """First all of them can read it, then one after another writes with it: docs/OPERATIONS.md's runbook."""
    new = os.urandom(32)
    with under_load(three):
        for replica in three:
            replica.restart(kek=rig.kek, previous=new)
        for replica in three:
            replica.restart(kek=new, previous=rig.kek)


def test_the_service_config_is_one_that_grpc_takes():
    config = json.loads(SERVICE_CONFIG.read_text())
    assert config["loadBalancingConfig"] == [{"round_robin": {}}]
    (method,) = config["methodConfig"]
    assert set(method["retryPolicy"]["retryableStatusCodes"]) == {"UNAVAILABLE", "RESOURCE_EXHAUSTED"}
    assert method["retryPolicy"]["maxAttempts"] <= 5  # gRPC's own limit
