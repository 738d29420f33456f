"""Reads from a hot standby: it tells what it has as the primary has it, and nothing else."""
import pytest

from harness import formats, replicas
from harness.admin import Admin
from harness.postgres import synchronous_standby
from harness.replicas import StandbyReader
from harness.rpc import refused
from harness.turnover import wait_until_rewrapped
from harness.waiting import until


@pytest.fixture(scope="module")
def standby(postgres):
    with synchronous_standby(postgres) as follower:
        yield follower


@pytest.fixture
def writer(rig, database):
    """A client of a server that reads from the primary."""
    return rig.client(replicas.start(rig, database))


@pytest.fixture
def reader(rig, database, postgres, standby, writer):
    made = StandbyReader(rig, database, database.url(postgres, standby))
    made.wait_until_it_reads_there(writer)
    return made


@pytest.fixture
def paused(standby):
    """The standby takes what the primary sends, so that commits go on, and shows nothing of it."""
    standby.sql("SELECT pg_wal_replay_pause()")
    until(lambda: standby.sql("SELECT pg_get_wal_replay_pause_state()") == ["paused"], "paused")
    yield
    standby.sql("SELECT pg_wal_replay_resume()")


def test_what_the_standby_has_it_answers(reader, writer, postgres, standby):
    tokens = {f"user-{number}": writer.encrypt(f"user-{number}", b"x").token for number in range(50)}
    until(lambda: standby.has_all_of(postgres), "replayed")
    answered, asked = reader.counted("answered"), reader.counted("asked_primary")
    for user, token in tokens.items():
        assert reader.client.decrypt(user, token).plaintext == b"x"
    assert (reader.counted("answered"), reader.counted("asked_primary")) == (answered + 50, asked)


def test_the_primary_decides_on_a_keys_state(rig, reader, writer, postgres, standby, request):
    admin = Admin(writer)
    tokens = {user: writer.encrypt(user, b"x").token for user in ("disabled", "deleted", "rotated", "destroyed")}
    until(lambda: standby.has_all_of(postgres), "replayed")
    request.getfixturevalue("paused")
    admin.DisableUserKey(user_id="disabled")
    admin.DeleteUserKey(user_id="deleted")
    admin.RotateUserKey(user_id="rotated")
    admin.destroy("destroyed")
    for user in ("disabled", "deleted", "destroyed"):
        with refused("FAILED_PRECONDITION", f"USER_KEY_{user.upper()}"):
            reader.client.decrypt(user, tokens[user])
    assert reader.client.encrypt("rotated", b"x").key_version == 2


def test_the_primary_decides_on_who_is_not_there(reader, writer, paused):
    token = writer.encrypt("new", b"x").token
    with refused("NOT_FOUND", "USER_KEY_NOT_FOUND"):
        reader.client.decrypt("nobody", token)
    asked = reader.counted("asked_primary")
    assert reader.client.decrypt("new", token).plaintext == b"x"
    assert reader.counted("asked_primary") == asked + 1


def test_a_key_that_was_wrapped_anew_is_not_read_under_its_old_master_key(rig, database, postgres, standby, request):
    old, new = rig.kek, bytes(32 * [7])
    token = rig.client(replicas.start(rig, database)).encrypt("alice", b"x").token
    until(lambda: standby.has_all_of(postgres), "replayed")
    request.getfixturevalue("paused")
    admin = Admin(rig.client(replicas.start(rig, database, kek=new, previous=old)))
    admin.RewrapUserKeys()
    wait_until_rewrapped(admin)
    admin.RetireKek(kek_id=formats.kek_id(old).hex(), confirm_pool_rewrapped=True)
    rig.kek = new
    reader = StandbyReader(rig, database, database.url(postgres, standby))  # without the old one
    until(lambda: standby.sql("SELECT 1 FROM pg_stat_activity WHERE application_name = 'keyward'"), "connected")
    assert reader.client.decrypt("alice", token).plaintext == b"x"


def test_without_a_standby_the_primary_answers(rig, database, postgres, writer):
    reader = StandbyReader(rig, database, database.url(postgres))
    token = writer.encrypt("alice", b"x").token
    assert reader.client.decrypt("alice", token).plaintext == b"x"
    assert (reader.counted("answered"), reader.counted("asked_primary")) == (0, 1)


def test_what_the_url_asks_of_a_primary_does_not_keep_it_from_a_standby(rig, database, postgres, standby, writer):
    url = database.url(postgres, standby) + "?target_session_attrs=read-write"
    StandbyReader(rig, database, url).wait_until_it_reads_there(writer)


@pytest.mark.parametrize("flags, says", [
    ({"store_read_from": "standby"}, "--store_read_from: standby is for postgresql://"),
    ({"store_read_from": "anywhere"}, "--store_read_from: takes primary or standby"),
])
def test_what_makes_no_sense_ends_the_start(rig, flags, says):
    assert says in rig.refuse(**flags)
