"""Nothing that passed through a whole run is found in its logs, errors or files."""
import base64
import os

import grpc
import pytest

from harness import formats, legacy
from harness.rpc import POOL, Failure

MARK = "MARKER"


def spellings(secret: bytes) -> set[bytes]:
    """How bytes may turn up: as they are, in hex, in either base64 at any of the three alignments."""
    found = {secret, secret.hex().encode(), secret.hex().upper().encode()}
    for shift in range(3):
        whole = base64.b64encode(bytes(shift) + secret)
        # The characters that no neighbouring byte has a part in.
        inner = whole[(shift * 8 + 5) // 6:len(whole) - 4]
        found |= {inner, inner.replace(b"+", b"-").replace(b"/", b"_")}
    return {spelling for spelling in found if len(spelling) >= 8}


def token_parts(token: str) -> set[bytes]:
    body = token.removeprefix(formats.PREFIX).encode()
    return {body[start:start + 24] for start in range(0, max(1, len(body) - 24), 24)}


class Run:
    """Servers that went through everything, at the most talkative log level, and what passed through them."""

    def __init__(self, rig):
        self.rig = rig
        self.previous = os.urandom(32)
        self.needles: set[bytes] = set()
        self.errors: list[bytes] = []
        self.logs: list[str] = []
        self.secret("the KEK", rig.kek)
        self.secret("the previous KEK", self.previous)
        self.secret("the pool's key", formats.pool_key(rig.kek))

    def secret(self, _what: str, value: bytes) -> bytes:
        self.needles |= spellings(value)
        return value

    def plaintext(self, name: str) -> bytes:
        return self.secret(name, f"{MARK}-{name}-{os.urandom(6).hex()}".encode())

    def token(self, text: str) -> str:
        self.needles |= token_parts(text)
        return text

    def failing(self, call) -> None:
        with pytest.raises(grpc.RpcError) as error:
            call()
        failure = Failure.of(error.value)
        self.errors.append(repr((failure, error.value.debug_error_string())).encode())
        self.errors += [value if isinstance(value, bytes) else value.encode()
                        for _, value in failure.trailers]

    def go(self) -> None:
        path = self.rig.directory / "legacy.db"
        connection = legacy.connect(path)
        for kek in (self.rig.kek, self.previous, os.urandom(32)):
            key = legacy.get_or_create_user_key(connection, kek, f"of-the-module-{kek[:2].hex()}")
            self.secret("a key of the module", key)
        connection.close()
        for _ in range(2):
            server = self.rig.start(legacy_db=path, previous=self.previous, log_level="debug")
            self.use(self.rig.client(server))
            self.logs.append(server.log())
            assert self.rig.end(server) == 0
            self.logs.append(server.log())
        server = self.rig.start(legacy_db=path, previous=self.previous, log_level="debug")
        self.use(self.rig.client(server))
        server.kill()  # the write-ahead log stays behind
        self.logs.append(server.log())

    def use(self, client) -> None:
        for number in range(20):
            user = f"user-{number}"
            self.secret("a user's key", client.user_key(user).key)
            for scope in (user, POOL):
                plaintext, data = self.plaintext("plaintext"), self.plaintext("data")
                token = self.token(client.encrypt(scope, plaintext, data).token)
                assert client.decrypt(scope, token, data).plaintext == plaintext
                self.failing(lambda: client.decrypt(scope, token, b"other data"))
                self.failing(lambda: client.decrypt(scope, token[:-8], data))
        self.misuse(client)

    def misuse(self, client) -> None:
        plaintext = self.plaintext("misused").decode()
        assert client.decrypt("u", plaintext, allow_legacy_plaintext=True).legacy_plaintext
        client.hash(self.plaintext("hashed").decode())
        self.failing(lambda: client.decrypt("user-0", self.plaintext("no token").decode()))
        self.failing(lambda: client.decrypt("user-0", "v2:" + self.plaintext("no token").decode()))
        self.failing(lambda: client.encrypt("", self.plaintext("nobody's")))
        self.failing(lambda: client.encrypt("user-0", self.plaintext("much") * 60_000))
        not_utf8 = self.plaintext("raw") + b"\xff\xff"
        self.failing(lambda: client.method("HashApiKey")(bytes([10, len(not_utf8)]) + not_utf8))
        self.failing(lambda: client.method("Encrypt")(b"\x1a\x7f" + self.plaintext("cut off")))
        for user in (self.rig.directory / "legacy.db").name, "nobody":
            self.failing(lambda: client.decrypt(user, self.token(formats.token(bytes(32), b"x"))))


@pytest.fixture(scope="module")
def finished(shared_rig):
    run = Run(shared_rig)
    run.go()
    return run


def leaks(run: Run, content: bytes) -> list[bytes]:
    return [needle for needle in run.needles if needle in content]


def test_the_run_had_enough_to_look_for(finished):
    assert len(finished.needles) > 1000
    assert len(finished.errors) > 200
    assert any("-wal" in path.name for path in finished.rig.directory.iterdir())


def test_the_search_finds_what_is_there(finished):
    key = os.urandom(32)
    for content in (key, base64.b64encode(b"z" + key), base64.urlsafe_b64encode(b"zz" + key),
                    key.hex().encode()):
        assert any(spelling in content for spelling in spellings(key))
    token = formats.token(key, b"something to seal")
    assert any(part in token.encode() for part in token_parts(token))


def test_logs_hold_nothing(finished):
    for log in finished.logs:
        assert not leaks(finished, log.encode())
        assert MARK not in log


def test_errors_hold_nothing(finished):
    content = b"\n".join(finished.errors)
    assert not leaks(finished, content)
    assert MARK.encode() not in content


def test_files_hold_nothing(finished):
    files = [path for path in finished.rig.directory.rglob("*") if path.is_file()]
    assert {"keys.db", "keys.db-wal", "legacy.db"} <= {path.name for path in files}
    for path in files:
        content = path.read_bytes()
        assert not leaks(finished, content), path
        assert MARK.encode() not in content, path


def test_the_process_shows_nothing_in_proc(shared_rig):
    server = shared_rig.start(store=f"sqlite:{shared_rig.directory}/shown.db")
    client = shared_rig.client(server)
    secrets = spellings(shared_rig.kek) | spellings(client.user_key("u").key)
    for name in ("cmdline", "environ", "comm", "status"):
        content = server.proc(name)
        assert not [secret for secret in secrets if secret in content], name
