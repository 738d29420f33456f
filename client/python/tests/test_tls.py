"""Both clients over mutual TLS with the real server."""

import datetime
import ipaddress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

import keyward


class Authority:
    """Signs certificates into a folder, as PEM files."""

    def __init__(self, folder):
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("trial authority")
        basic = x509.BasicConstraints(ca=True, path_length=0)
        builder = self._builder("trial authority", self._key.public_key())
        self._certificate = builder.add_extension(basic, critical=True).sign(
            self._key, hashes.SHA256()
        )
        self.path = self._write("ca.pem", self._certificate)

    def issue(self, name):
        """The paths of a certificate for `name` and 127.0.0.1, and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        builder = self._builder(name, key.public_key()).add_extension(
            x509.SubjectAlternativeName(names), critical=False
        )
        certificate = self._write(f"{name}.pem", builder.sign(self._key, hashes.SHA256()))
        key_path = self._folder / f"{name}.key"
        key_path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        key_path.chmod(0o600)
        return certificate, key_path

    def _builder(self, name, public_key):
        now = datetime.datetime.now(datetime.timezone.utc)
        return (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(self._name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
        )

    def _write(self, file_name, certificate):
        path = self._folder / file_name
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return path


def _name(common_name):
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def address(authority, start_server, kek, tmp_path):
    certificate, key = authority.issue("server")
    flags = [f"--tls_cert={certificate}", f"--tls_key={key}", f"--tls_client_ca={authority.path}"]
    return start_server(kek, tmp_path / "keys.db", *flags).address


def test_a_client_with_a_certificate_is_served(connect, authority, address):
    certificate, key = authority.issue("client")
    client = connect(address, tls_ca=authority.path, tls_cert=certificate, tls_key=key)
    token = client.encrypt(b"over TLS", user_id="alice").token
    assert client.decrypt(token, user_id="alice").plaintext == b"over TLS"


def test_a_client_without_a_certificate_is_not_served(connect, authority, address):
    with pytest.raises(keyward.KeywardError):
        connect(address, tls_ca=authority.path, max_attempts=1).get_status()


def test_a_plain_client_is_not_served(connect, address):
    with pytest.raises(keyward.KeywardError):
        connect(address, max_attempts=1).get_status()


def test_a_server_of_another_authority_is_not_trusted(connect, authority, address, tmp_path):
    certificate, key = authority.issue("client")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    other = Authority(elsewhere).path
    client = connect(address, tls_ca=other, tls_cert=certificate, tls_key=key, max_attempts=1)
    with pytest.raises(keyward.UnavailableError):
        client.get_status()


def test_an_unreadable_file_is_an_os_error(connect, tmp_path):
    with pytest.raises(OSError):
        connect("127.0.0.1:1", tls_ca=tmp_path / "missing.pem")
