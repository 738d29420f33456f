import asyncio
import importlib.util
import os
from pathlib import Path

import pytest
from real_server import REPOSITORY, RealServer

from keyward import AsyncClient, Client, Options, api_key_encryption


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    """Nothing of the caller's own configuration may reach a test."""
    for name in os.environ:
        if name.startswith(("API_KEY_MASTER_KEY", "KEYWARD_")) and name not in (
            "KEYWARD_SERVER",
            "KEYWARD_SHARED",
        ):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def kek():
    return os.urandom(32)


@pytest.fixture(scope="session")
def server(kek, tmp_path_factory):
    """One server for all tests that only add users of their own."""
    running = RealServer(kek, tmp_path_factory.mktemp("server") / "keys.db")
    yield running
    running.stop()


@pytest.fixture
def start_server():
    """Starts servers that end with the test."""
    running = []

    def start(*arguments):
        running.append(RealServer(*arguments))
        return running[-1]

    yield start
    for each in running:
        each.stop()


class OnLoop:
    """An `AsyncClient` whose verbs are run to their end, so that one test serves both clients."""

    def __init__(self, options):
        self._runner = asyncio.Runner()
        self._client = self._runner.run(self._make(options))

    async def _make(self, options):
        return AsyncClient(options)

    def __getattr__(self, verb):
        method = getattr(self._client, verb)
        return lambda *arguments, **named: self._runner.run(method(*arguments, **named))

    def end(self):
        self._runner.run(self._client.close())
        self._runner.close()


@pytest.fixture(params=["sync", "async"])
def connect(request):
    """Makes clients of either kind, from an address and options."""
    ends = []

    def make(address, **options):
        made = (Client if request.param == "sync" else OnLoop)(Options(address=address, **options))
        ends.append(made.close if request.param == "sync" else made.end)
        return made

    yield make
    for end in ends:
        end()


@pytest.fixture
def client(connect, server):
    return connect(server.address)


@pytest.fixture
def point_module_at(monkeypatch):
    """Gives the drop-in module a fresh client of the server at an address."""

    def point(address):
        monkeypatch.setenv("KEYWARD_ADDRESS", address)
        monkeypatch.setattr(api_key_encryption, "_shared", api_key_encryption._SharedClient())

    return point


@pytest.fixture(scope="session")
def seed_folder():
    seed = Path(os.environ.get("KEYWARD_SHARED") or REPOSITORY.parent / "shared") / "seed"
    if not (seed / "vectors.json").is_file():
        pytest.skip("../shared/seed is absent (KEYWARD_SHARED names another place)")
    return seed


@pytest.fixture(scope="session")
def reference(seed_folder):
    """The independent implementation of the formats, as a module."""
    spec = importlib.util.spec_from_file_location("reference", seed_folder / "reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
