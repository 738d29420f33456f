"""Includes point one way: main, server, rpc, {keyring, auth, audit, telemetry}, {crypto, store}."""
import re

from harness import paths

SERVER = paths.REPOSITORY / "server"
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)
EVERYONES = {"errors", "sync", "text"}
ALLOWED = {
    "rpc": {"keyring", "auth", "audit", "net", "telemetry", "tls"},
    "keyring": {"crypto", "store"},
    "crypto": set(),
    "store": set(),
    "auth": set(),
    "audit": {"crypto", "telemetry"},
    "telemetry": set(),
    "net": {"telemetry"},
    "tls": {"crypto"},
    "errors": set(),
    "sync": set(),
    "text": set(),
}


def sources():
    """(folder, path, text); the folder is "" for the wiring directly under server/."""
    for path in sorted([*SERVER.rglob("*.h"), *SERVER.rglob("*.cc")]):
        parts = path.relative_to(SERVER).parts
        yield parts[0] if len(parts) > 1 else "", path, path.read_text("utf-8")


def includes():
    for folder, path, text in sources():
        for name in INCLUDE.findall(text):
            yield folder, path.relative_to(paths.REPOSITORY), name


def test_every_folder_has_its_rule():
    assert {folder for folder, _, _ in sources()} - {""} <= set(ALLOWED)


def test_includes_point_one_way():
    wrong = []
    for folder, path, name in includes():
        if not name.startswith("server/") or folder == "":
            continue
        target = name.split("/")[1] if name.count("/") > 1 else ""
        if target != folder and target not in ALLOWED[folder] | EVERYONES:
            wrong.append(f"{path} includes {name}")
    assert not wrong


def test_only_crypto_includes_boringssl():
    found = {folder for folder, _, name in includes() if name.startswith("openssl/")}
    assert found == {"crypto"}


def test_only_rpc_tls_and_the_wiring_know_grpc():
    knowing = {folder for folder, _, text in sources() if re.search(r"\bgrpc::", text)}
    including = {folder for folder, _, name in includes() if name.startswith(("grpc/", "grpcpp/"))}
    assert knowing | including <= {"rpc", "tls", ""}
    assert "rpc" in knowing


def test_only_the_store_includes_sqlite():
    assert {folder for folder, _, name in includes() if name == "sqlite3.h"} == {"store"}


def test_includes_are_written_from_the_repositorys_root():
    wrong = [f"{path} includes {name}" for _, path, name in includes()
             if name.startswith(".") or (paths.REPOSITORY / path).parent.joinpath(name).is_file()
             and "/" not in name]
    assert not wrong


# Of the store: what opens databases' files, in a server's place.
STORES = {f"server/store/{name}.h" for name in (
    "database_lock", "database_replacement", "frozen_database", "key_store", "legacy_database",
    "legacy_transcoder", "password_file", "postgres_store", "sqlite_store", "stored_row", "user_change")}


def test_clients_include_of_the_server_only_what_opens_its_files():
    """The command line checks policies, certificates, audit logs and databases without a server, restores
    and copies databases, and imports the Python module's."""
    client = paths.REPOSITORY / "client"
    wrong = []
    for path in [*client.rglob("*.h"), *client.rglob("*.cc")]:
        targets = {name.split("/")[1] for name in INCLUDE.findall(path.read_text("utf-8"))
                   if name.startswith("server/") and not (path.parent.name == "cli" and name in STORES)}
        allowed = {"auth", "audit", "crypto", "keyring", "master_key_source.h", "sync", "tls"} if path.parent.name == "cli" else set()
        wrong += [f"{path} includes of server: {target}" for target in targets - allowed]
    wrong += [str(path) for _, path, name in includes() if name.startswith(("client/", "keyward/client"))]
    assert not wrong
