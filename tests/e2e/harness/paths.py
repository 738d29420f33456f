"""Where the things under test are."""
import os
import pathlib

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
VECTORS = REPOSITORY / "tests" / "vectors"

# Sanitized programs are several times slower; nothing may time out because of that.
PATIENCE = 600 if os.environ.get("KEYWARD_ASAN") else 120

# Programs that count what of them runs, and write that down as they end by themselves.
COUNTING = bool(os.environ.get("KEYWARD_COVERAGE"))


def _binary(variable: str, name: str) -> str:
    path = os.environ.get(variable) or str(REPOSITORY / "build" / "dev" / "bin" / name)
    if not os.access(path, os.X_OK):
        pytest.fail(f"no {name} at {path}: build it, or name it in {variable}", pytrace=False)
    return path


def server() -> str:
    return _binary("KEYWARD_SERVER", "keyward-server")


def server_file() -> str:
    """The program itself, where KEYWARD_SERVER is a script that runs it in another root."""
    return os.environ.get("KEYWARD_SERVER_FILE") or server()


def cli_file() -> str:
    return os.environ.get("KEYWARD_CLI_FILE") or cli()


def cli() -> str:
    return _binary("KEYWARD_CLI", "keyward")


def shared_seed() -> pathlib.Path | None:
    """The independent reference's folder, which a clone of the repository alone does not have."""
    seed = pathlib.Path(os.environ.get("KEYWARD_SHARED") or REPOSITORY.parent / "shared") / "seed"
    return seed if (seed / "vectors.json").is_file() else None


def require_shared_seed() -> pathlib.Path:
    seed = shared_seed()
    if seed is None:
        pytest.skip("../shared/seed is absent (KEYWARD_SHARED names another place)")
    return seed
