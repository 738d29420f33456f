"""The real server, started with what deploy/ renders: its flags, variables, files and their modes, as its user.

Where this does not run as root the user is the tests' own. Renderings need kustomize and helm, see tests/deploy.
"""
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "deploy"))

import renderings  # noqa: E402
from harness import formats, otlp, replicas  # noqa: E402
from harness.certificates import Authority, credentials  # noqa: E402
from harness.stubs import health, health_grpc  # noqa: E402

import grpc  # noqa: E402

USER = 65532
AS_POD = ("setpriv", f"--reuid={USER}", f"--regid={USER}", f"--groups={USER}", "--no-new-privs",
          "--bounding-set=-all", "--inh-caps=-all") if os.geteuid() == 0 else ()


class Pod:
    """A pod's volumes as folders, with modes and owners as the kubelet gives them."""

    def __init__(self, rig, made: renderings.Rendering):
        self.rig, self.made = rig, made
        self.root = rig.directory / "pod"
        for mount in made.mounts.values():
            self.path(mount["mountPath"]).mkdir(parents=True)
        self._fill()
        self._own()

    def path(self, inside: str) -> pathlib.Path:
        return self.root / inside.lstrip("/")

    def _fill(self) -> None:
        authority = Authority(self.rig.directory, "authority")
        server, self.caller, self.authority = authority.issue("server"), authority.issue("caller"), authority
        files = {"kek/master-key": formats.kek_text(self.rig.kek).encode(), "tls/tls.crt": server.certificate.read_bytes(),
                 "tls/tls.key": server.key.read_bytes(), "tls/ca.crt": authority.root.read_bytes(),
                 "kek/previous-master-keys": formats.kek_text(os.urandom(32)).encode()}
        for name, content in files.items():
            path = self.path("/etc/keyward") / name
            path.write_bytes(content)
            path.chmod(self.made.volumes[name.split("/", maxsplit=1)[0]].get("secret", {}).get("defaultMode", 0o440))
        policy = self.made.one("ConfigMap")["data"]["policy.textproto"]
        self.path("/etc/keyward/policy/policy.textproto").write_text(policy)

    def _own(self) -> None:
        writable = {self.path(self.made.mounts[name]["mountPath"]) for name in ("data", "run") if name in self.made.mounts}
        for path in [self.root, *self.root.rglob("*")]:
            if os.geteuid() == 0:
                os.chown(path, 0, USER)
            if path.is_dir():
                path.chmod(0o2775 if path in writable else 0o755)

    def moved(self, value: str) -> str:
        """The same, with the pod's folders where they are here, and any port."""
        for mount in self.made.mounts.values():
            value = value.replace(mount["mountPath"], str(self.path(mount["mountPath"])))
        return "127.0.0.1:0" if value.startswith("0.0.0.0:") else value

    def start(self, store: dict[str, str]):
        variables = {name: self.moved(value) for name, value in self.made.environment.items()} | store
        flags = {name: self.moved(value) for name, value in self.made.flags.items()}
        server = self.rig.launch(kek=None, prefix=AS_POD, environment=variables, **({"store": None} | flags | {"drain_delay": "0s"}))
        server.wait_until_serving()
        return server


def database_of(made, pod: Pod, request) -> dict[str, str]:
    if not made.replicated:
        return {}
    database = request.getfixturevalue("database")
    known = replicas.flags(pod.rig, database)
    password = pod.path("/etc/keyward/database/password")
    shutil.copy(known["store_password_file"], password)
    password.chmod(made.volumes["database"]["secret"]["defaultMode"])
    if os.geteuid() == 0:
        os.chown(password, 0, USER)
    return {"KEYWARD_STORE": database.url()}


@pytest.mark.parametrize("name", renderings.RENDERINGS)
def test_serves_as_it_is_deployed(rig, name, request):
    made = renderings.Rendering(renderings.rendered(name))
    if "otlp_endpoint" in made.flags and not otlp.is_built_in():
        pytest.skip("built without OpenTelemetry's library")
    pod = Pod(rig, made)
    if AS_POD and subprocess.run([*AS_POD, "test", "-x", os.environ.get("KEYWARD_SERVER", "/")], check=False).returncode:
        pytest.skip("another user may not run the server where it was built")
    server = pod.start(database_of(made, pod, request))

    client = rig.client(server, credentials(pod.authority.root, pod.caller))
    token = client.encrypt("alice", b"sk-test-123").token
    assert client.decrypt("alice", token).plaintext == b"sk-test-123"

    (probes,) = server.events("health_listening")
    with grpc.insecure_channel(probes["address"]) as channel:
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            service = made.container[probe]["grpc"].get("service", "")
            answer = health_grpc.HealthStub(channel).Check(health.HealthCheckRequest(service=service))
            assert answer.status == health.HealthCheckResponse.SERVING
    assert server.events("metrics_listening")
    assert not [event for event in server.warnings() if event["event"] not in ("memory_not_locked", "tls_expiry")], server.log()
    assert rig.end(server) == 0, server.log()
