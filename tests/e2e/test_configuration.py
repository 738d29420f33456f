"""Mistakes in the configuration end the start with status 78 and one line that names them."""
import os
import socket
import subprocess

import pytest

from harness import legacy, paths
from harness.certificates import Authority

BAD_FLAGS = {
    "an unknown flag": {"no_such_flag": "1"},
    "a malformed duration": {"drain_delay": "soon"},
    "a duration without a unit": {"cache_ttl": "10"},
    "a negative duration": {"drain_timeout": "-1s"},
    "a number that is none": {"cache_max_keys": "many"},
    "a negative number": {"cache_max_keys": "-1"},
    "no calls at all": {"max_in_flight": "0"},
    "an age that is none": {"rotate_after": "old"},
    "fewer messages than none": {"rotate_after_messages": "-1"},
    "a grace without a unit": {"delete_grace": "30"},
    "a switch that is none": {"reflection": "perhaps"},
    "an unknown log level": {"log_level": "loud"},
    "a store of an unknown kind": {"store": "mongo:/x"},
    "a store without a path": {"store": "sqlite:"},
    "a listener without a port": {"listen": "127.0.0.1"},
    "a port that is none": {"listen": "127.0.0.1:port"},
    "a port out of range": {"listen": "127.0.0.1:70000"},
    "a unix socket without a path": {"listen": "unix:"},
    "an insecure listener without a port": {"insecure_listen": "127.0.0.1"},
}


@pytest.mark.parametrize("flags", BAD_FLAGS.values(), ids=BAD_FLAGS.keys())
def test_a_bad_flag_is_named(rig, flags):
    line = rig.refuse(**flags)
    assert next(iter(flags)) in line


@pytest.mark.parametrize("flags", list(BAD_FLAGS.values())[1:], ids=list(BAD_FLAGS)[1:])
def test_a_bad_value_in_the_environment_is_named(rig, flags):
    (flag, value), = flags.items()
    line = rig.refuse(**{flag: None}, environment={f"KEYWARD_{flag.upper()}": value})
    assert flag in line.lower()


def test_an_argument_that_is_no_flag_is_named(rig):
    assert "stray" in rig.refuse(arguments=("stray",))


def test_a_flag_wins_over_the_environment(rig):
    environment = {"KEYWARD_STORE": f"sqlite:{rig.directory}/of-the-environment.db",
                   "KEYWARD_LISTEN": "nonsense", "KEYWARD_REFLECTION": "nonsense"}
    client = rig.serve(environment=environment, reflection=True)
    assert client.user_key("u").created
    assert rig.store.exists()
    assert not (rig.directory / "of-the-environment.db").exists()


def test_the_environment_alone_is_enough(rig):
    server = rig.start(listen=None, store=None, drain_delay=None, environment={
        "KEYWARD_LISTEN": "127.0.0.1:0", "KEYWARD_STORE": f"sqlite:{rig.store}",
        "KEYWARD_DRAIN_DELAY": "0s", "KEYWARD_POOL_KEY_SALT": "salt"})
    assert rig.client(server).user_key("u").created
    assert rig.store.exists()
    assert rig.end(server) == 0


def test_several_listeners_are_served(rig):
    path = f"unix:{rig.directory}/k.sock"
    server = rig.start(listen=["127.0.0.1:0", path, "127.0.0.1:0"])
    assert len(server.addresses) == 3 and len(set(server.addresses)) == 3
    tokens = {rig.client(address).encrypt("u", b"x").token for address in server.addresses}
    for address in server.addresses:
        for token in tokens:
            assert rig.client(address).decrypt("u", token).plaintext == b"x"


def test_a_port_that_is_taken_is_named(rig):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        assert address in rig.refuse(listen=address)


def test_two_servers_do_not_share_a_port(rig):
    address = rig.start().address
    assert address in rig.refuse(listen=address, store=f"sqlite:{rig.directory}/other.db")


def test_a_unix_socket_left_by_a_killed_server_is_no_obstacle(rig):
    path = f"unix:{rig.directory}/k.sock"
    rig.start(listen=path).kill()
    rig.start(listen=path)
    assert rig.client(path).user_key("u").created


def test_a_store_in_a_folder_that_is_missing_is_named(rig):
    path = f"{rig.directory}/missing/keys.db"
    assert path in rig.refuse(store=f"sqlite:{path}")


def test_a_line_break_in_a_value_breaks_no_line(rig):
    assert "no?such" in rig.refuse(store=f"sqlite:{rig.directory}/no\nsuch/keys.db")


def test_a_store_that_is_no_database_is_named(rig):
    rig.store.write_bytes(b"this is no database, and never was\n" * 100)
    before = rig.store.read_bytes()
    assert str(rig.store) in rig.refuse()
    assert rig.store.read_bytes() == before


def test_the_stores_files_are_its_owners_alone(rig):
    assert rig.serve().user_key("u").created
    files = list(rig.directory.glob("keys.db*"))
    assert {"keys.db", "keys.db-wal", "keys.db.lock"} <= {file.name for file in files}
    for file in files:
        assert file.stat().st_mode & 0o077 == 0, file


def test_a_store_in_use_is_refused_and_its_owner_named(rig):
    owner = rig.start()
    line = rig.refuse()
    assert str(rig.store) in line and str(owner.pid) in line
    assert rig.client(owner).user_key("u").created, "the owner goes on"
    owner.kill()
    assert rig.serve().user_key("u").version == 1, "a killed owner leaves no lock behind"


def test_a_legacy_file_given_as_the_store_is_refused_and_left_alone(rig):
    legacy.write(rig.store, [("u", bytes(60), legacy.now())])
    before = rig.store.read_bytes()
    line = rig.refuse()
    assert "--legacy_db" in line and str(rig.store) in line
    assert rig.store.read_bytes() == before


def test_a_legacy_file_that_is_missing_is_named(rig):
    for path in rig.directory / "missing/legacy.db", rig.directory / "mistyped.db":
        assert str(path) in rig.refuse(legacy_db=path)
        assert not path.exists()


def test_a_listener_beyond_loopback_needs_tls(rig):
    line = rig.refuse(listen="0.0.0.0:0")
    assert "0.0.0.0:0" in line and "insecure_listen" in line


@pytest.fixture(scope="module")
def certificate(shared_rig):
    authority = Authority(shared_rig.directory, "ours")
    own = authority.issue("server")
    return {"tls_cert": own.certificate, "tls_key": own.key, "tls_client_ca": authority.root}


@pytest.mark.parametrize("flag", ["tls_cert", "tls_key", "tls_client_ca"])
def test_a_tls_file_that_cannot_be_used_is_named(rig, certificate, flag):
    missing, garbage = rig.directory / "missing.pem", rig.directory / "garbage.pem"
    garbage.write_text("no PEM\n")
    assert str(missing) in rig.refuse(**certificate | {flag: missing})
    assert str(garbage) in rig.refuse(**certificate | {flag: garbage})


@pytest.mark.parametrize("left_out", ["tls_cert", "tls_key", "tls_client_ca"])
def test_half_a_tls_identity_is_refused(rig, certificate, left_out):
    assert left_out in rig.refuse(**certificate | {left_out: None})


def test_a_key_of_another_certificate_is_refused(rig, certificate):
    other = Authority(rig.directory, "theirs").issue("server")
    assert "tls_key" in rig.refuse(**certificate | {"tls_key": other.key})


def test_a_log_line_is_a_json_object(rig):
    server = rig.start(log_level="debug")
    rig.client(server).user_key("u")
    assert rig.end(server) == 0
    assert len(server.events()) == len(server.lines) > 1, server.log()


@pytest.mark.parametrize("flag,part", [("--help", "--listen"), ("--version", ".")])
def test_the_help_and_the_version_are_printed(flag, part):
    done = subprocess.run([paths.server(), flag], text=True, capture_output=True,
                          env={"PATH": os.environ["PATH"]}, timeout=paths.PATIENCE)
    assert part in done.stdout
