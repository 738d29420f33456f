"""System calls that fail, fall short, or are a process' last, under load: nothing acknowledged is lost.

script/soak runs a thousand of these rounds.
"""
import os
import random
import sqlite3

import grpc
import pytest

from harness import faults, legacy
from harness.fault_rounds import FaultRounds, is_there
from harness.faults import Faults, Rule
from harness.rpc import refused
from harness.troubles import TROUBLES

# Of how the pages that were not synced fare: badly.
BAD_LUCK = random.Random(0)
SEED = int(os.environ.get("KEYWARD_FAULT_SEED", "1"))
ROUNDS = 4


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
def test_nothing_is_lost(rig, trouble):
    if trouble.name == "failed allocations" and "KEYWARD_ASAN" in os.environ:
        pytest.skip("a sanitizer has a malloc of its own")
    rounds = FaultRounds(rig, SEED)
    for _ in range(ROUNDS):
        rounds.run(trouble)
    rounds.finish()
    assert rounds.ledger.codes["OK"] > 0
    assert rounds.hits[trouble.name] > 0 or not trouble.rules(random.Random(0))


class Disk:
    """A server whose disk can be made to fail, and whose power can be cut."""

    def __init__(self, rig):
        self._rig = rig
        self.faults = Faults(rig.directory)
        self.start()

    def start(self) -> None:
        self.faults.clear()
        self.server = self._rig.start(environment=self.faults.environment)
        self.client = self._rig.client(self.server)

    def cut_power(self) -> None:
        self.server.kill()
        self.faults.cut_power(BAD_LUCK, keep=0)
        self.start()


@pytest.fixture
def disk(rig):
    return Disk(rig)


def told_after_a_kill(disk) -> bytes | None:
    """The key of "new" as the next server tells it, without having written anything."""
    assert disk.server.wait() == -9
    disk.start()
    return disk.client.user_key("new").key if is_there(disk.client, "new") else None


def test_what_a_killed_server_had_not_synced_is_on_the_disk_before_it_is_told(disk):
    disk.faults.set(Rule(faults.SYNC, (faults.LOG,), effect=faults.KILL_BEFORE))
    with pytest.raises(grpc.RpcError):
        disk.client.user_key("new")
    told = told_after_a_kill(disk)
    assert told is not None, "the kernel keeps what a killed process wrote"
    disk.cut_power()
    assert disk.client.user_key("new").key == told


def test_what_a_failed_sync_lost_is_on_the_disk_before_it_is_told(disk):
    disk.faults.set(Rule(faults.SYNC, (faults.LOG,)))
    with refused("UNAVAILABLE", "STORE_UNAVAILABLE"):
        disk.client.user_key("new")
    disk.server.kill()
    told = told_after_a_kill(disk)
    assert told is not None, "the kernel takes it for written"
    disk.cut_power()
    assert disk.client.user_key("new").key == told


def test_a_server_whose_sync_failed_goes_on_with_what_is_on_the_disk(disk):
    known = disk.client.user_key("known").key
    disk.faults.set(Rule(faults.SYNC, (faults.LOG,)))
    for user in ("new", "newer", "new"):
        with refused("UNAVAILABLE", "STORE_UNAVAILABLE"):
            disk.client.user_key(user)
    assert disk.client.user_key("known").key == known
    disk.faults.clear()
    told = {user: disk.client.user_key(user).key for user in ("newest", "newer", "new")}
    disk.cut_power()
    for user, key in told.items():
        assert disk.client.user_key(user).key == key


def test_a_start_whose_log_cannot_be_made_durable_is_refused(rig, disk):
    disk.client.user_key("known")
    disk.server.kill()
    disk.faults.set(Rule(faults.SYNC, (faults.LOG,)))
    assert "cannot write" in rig.refuse(environment=disk.faults.environment)
    disk.start()
    assert not disk.client.user_key("known").created


def test_a_log_whose_name_is_not_on_the_disk_takes_no_keys(rig, disk):
    """SQLite itself passes over a folder that cannot be synced."""
    assert rig.end(disk.server) == 0
    disk.faults.set(Rule(faults.SYNC | faults.OPEN, (faults.FOLDER,)))
    assert "cannot sync the folder" in rig.refuse(environment=disk.faults.environment)


def test_a_store_that_somebody_else_keeps_busy_says_when_to_try_again(rig):
    client = rig.serve()
    known = client.user_key("known").key
    other = sqlite3.connect(rig.store, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with refused("UNAVAILABLE", "STORE_UNAVAILABLE"):
        client.user_key("new")
    assert client.user_key("known").key == known
    other.rollback()
    other.close()
    assert client.user_key("new").created


@pytest.mark.parametrize("calls", [faults.READ, faults.WRITE, faults.SYNC, faults.OPEN],
                         ids=["read", "write", "sync", "open"])
def test_a_broken_legacy_file_refuses_new_users_until_it_is_mended(rig, calls):
    legacy.connect(rig.directory / "legacy.db").close()
    plan = Faults(rig.directory)
    client = rig.serve(environment=plan.environment, legacy_db=rig.directory / "legacy.db")
    known = client.user_key("known").key
    plan.set(Rule(calls | faults.READ, (faults.LEGACY,)), Rule(calls, (faults.LEGACY_JOURNAL,)))
    for _ in range(2):
        with refused("UNAVAILABLE", "STORE_UNAVAILABLE"):
            client.user_key("new")
    assert client.user_key("known").key == known
    plan.clear()
    assert client.user_key("new").created
