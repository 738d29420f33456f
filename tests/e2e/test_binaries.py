"""What the built programs show to the dynamic linker: BoringSSL stays inside, and OpenSSL is not ours."""
import pathlib
import re
import subprocess

import pytest

from harness import paths

# Names that every libcrypto exports, and some that only BoringSSL has.
CRYPTO = re.compile(
    r"^_?(EVP|CRYPTO|AES|SHA\d+|HMAC|HKDF|RAND|BN|EC|ECDSA|RSA|DSA|ERR|OPENSSL|BORINGSSL|X509|ASN1|CBS|CBB"
    r"|PKCS\w*|PEM|BIO|OBJ|FIPS|CTR_DRBG|SSL)_|^(aes|gcm|sha\d+|bn|ChaCha20|poly1305)_|PKCS5_PBKDF2|bssl")
# BoringSSL asks for these where a program has an allocator of its own; unless one does, they stay unbound.
WEAK_HOOKS = {"OPENSSL_memory_alloc", "OPENSSL_memory_free", "OPENSSL_memory_get_size"}
PROGRAMS = {"server": paths.server_file, "cli": paths.cli_file}


def symbols(program: str, *options: str) -> list[str]:
    done = subprocess.run(["nm", *options, program], check=True, text=True, capture_output=True)
    return [line.split()[-1] for line in done.stdout.splitlines() if line.strip()]


@pytest.fixture(params=PROGRAMS)
def program(request):
    return PROGRAMS[request.param]()


def test_no_boringssl_symbol_is_exported(program):
    exported = symbols(program, "-D", "--defined-only")
    assert not [name for name in exported if CRYPTO.search(name.split("@")[0])]


def test_the_server_binds_nothing_of_openssl():
    """gRPC brings OpenSSL into the process; our own code must not have bound to it by the way."""
    undefined = symbols(paths.server_file(), "-D", "--undefined-only")
    assert len(undefined) > 100, "a program that links to no library at all would prove nothing"
    assert not [name for name in undefined if "@OPENSSL_" in name]
    assert not [name for name in undefined if CRYPTO.search(name.split("@")[0])
                and name not in WEAK_HOOKS]


def test_boringssl_is_local_to_the_object_that_it_was_joined_into(program):
    """The command hashes with OpenSSL too: neither may be taken for the other. OpenSSL has no C++ names."""
    assert not [name for name in symbols(program, "--extern-only", "--defined-only")
                if CRYPTO.search(name) and not name.startswith("_Z")]


def test_debians_shared_boringssl_is_not_linked(program):
    done = subprocess.run(["readelf", "-d", program], check=True, text=True, capture_output=True)
    assert "android" not in done.stdout and "boringssl" not in done.stdout


def test_the_server_holds_a_boringssl_of_its_own():
    local = symbols(paths.server_file())
    if not local:
        pytest.skip("the server is stripped")
    assert any(name.startswith("EVP_AEAD_CTX_") for name in local)


def test_the_pattern_knows_a_libcrypto_when_it_sees_one():
    done = subprocess.run(["ldd", paths.server_file()], check=True, text=True, capture_output=True)
    library = re.search(r"libcrypto\S* => (\S+)", done.stdout)
    if library is None:
        pytest.skip("gRPC here brings no shared libcrypto")
    exported = symbols(str(pathlib.Path(library[1]).resolve()), "-D", "--defined-only")
    assert sum(bool(CRYPTO.search(name.split("@")[0])) for name in exported) > 1000
