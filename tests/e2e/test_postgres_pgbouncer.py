"""pgbouncer between the server and PostgreSQL."""
import shutil
import subprocess

import pytest

from harness import postgres as postgres_harness
from harness import replicas
from harness.postgres import PASSWORD, USER, as_server_user, free_port, new_folder
from harness.waiting import until


@pytest.fixture
def pooled(postgres, database):
    """The port of a pgbouncer before the database, which gives a client one session as long as it stays."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if not program:
        pytest.skip("pgbouncer is not installed")
    folder, port = new_folder(), free_port()
    (folder / "users").write_text(f'"{USER}" "{PASSWORD}"\n')
    (folder / "ini").write_text(
        f"[databases]\n{database.name} = host=127.0.0.1 port={postgres.port}\n[pgbouncer]\n"
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = scram-sha-256\n"
        f"auth_file = {folder / 'users'}\npool_mode = session\nignore_startup_parameters = extra_float_digits\n")
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen(as_server_user(program, "-q", folder / "ini"), stdout=log, stderr=log)
    until(lambda: subprocess.run([postgres_harness.program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)],
                                 check=False).returncode == 0, "pgbouncer")
    yield port
    process.kill()
    process.wait()
    shutil.rmtree(folder, ignore_errors=True)


def test_it_works_through_pgbouncer_with_a_session_for_each_client(rig, database, pooled):
    flags = replicas.flags(rig, database)
    flags["store"] = flags["store"].replace(f":{database.server.port}/", f":{pooled}/")
    client = rig.client(rig.start(**flags))
    tokens = {f"user-{number}": client.encrypt(f"user-{number}", b"x").token for number in range(50)}
    direct = rig.client(replicas.start(rig, database))
    assert all(direct.decrypt(user, token).plaintext == b"x" for user, token in tokens.items())
