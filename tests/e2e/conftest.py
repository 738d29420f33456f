"""Fixtures of the tests against the real binaries."""
import pathlib
import shutil
import sys
import tempfile
import zlib

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from harness import outside  # noqa: E402
from harness import postgres as postgres_harness  # noqa: E402
from harness import redis as redis_harness  # noqa: E402
from harness.rig import Rig  # noqa: E402


def _rig():
    # Not pytest's own folder: the path of a unix socket has room for 107 bytes.
    directory = pathlib.Path(tempfile.mkdtemp(prefix="keyward-"))
    directory.chmod(0o755)
    rig = Rig(directory)
    yield rig
    rig.close()
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def rig():
    yield from _rig()


@pytest.fixture(scope="module")
def shared_rig():
    yield from _rig()


@pytest.fixture(scope="module")
def client(shared_rig):
    """One server for a file's tests that leave nothing behind which another would trip over."""
    return shared_rig.serve()


@pytest.fixture
def redis(tmp_path_factory):
    with redis_harness.redis_server(tmp_path_factory.mktemp("r")) as server:
        yield server


@pytest.fixture
def db(redis):
    return redis.client()


@pytest.fixture(scope="module")
def postgres():
    """A server for a file's tests, which leave it running."""
    with postgres_harness.postgres_server() as server:
        yield server


@pytest.fixture
def database(postgres):
    return postgres.new_database()


@pytest.fixture(scope="module")
def outside_address(request):
    """An address that is not loopback's; each file has its own, since files run side by side."""
    number = 1 + zlib.crc32(request.node.name.encode()) % 250
    try:
        with outside.address(f"kw{number}", f"198.51.100.{number}") as text:
            yield text
    except OSError as error:
        pytest.skip(f"no further address can be given to loopback: {error}")
