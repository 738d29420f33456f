"""Builds the image and runs it as deploy/ does: another user, a read-only root, no network.

Needs root and KEYWARD_CONTAINERS, a program with the verbs base, build, run and podman; .ci/run sets it where
there is one. KEYWARD_IMAGE names an image that is built already, such as localhost/keyward.
"""
import base64
import json
import os
import pathlib
import secrets
import re
import subprocess
import sys
import urllib.request

import pytest

import image_programs

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
USER = 65532
MOST_BYTES = 120_000_000
MEMORY = 128 << 20
CACHED = 100_000
TOOL = os.environ.get("KEYWARD_CONTAINERS", "")

pytestmark = pytest.mark.skipif(not TOOL or os.geteuid() != 0,
                                reason="KEYWARD_CONTAINERS names no container tool, or not root")


def tool(*arguments: str | pathlib.Path, check: bool = True, text: str | None = None) -> subprocess.CompletedProcess:
    done = subprocess.run([TOOL, *arguments], input=text, capture_output=True, text=True, check=False)
    if check:
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return done


@pytest.fixture(scope="module")
def image() -> str:
    if "KEYWARD_IMAGE" in os.environ:
        return os.environ["KEYWARD_IMAGE"]
    tool("base", "trixie")
    tool("build", REPOSITORY, "keyward-test", "--format", "docker")
    return "localhost/keyward-test"


@pytest.fixture(scope="module")
def config(image) -> dict:
    inspected = json.loads(tool("podman", "image", "inspect", image).stdout)[0]
    return inspected["Config"] | {"Healthcheck": inspected.get("Healthcheck")}


class Container:
    """The server in a container of its own, with the volumes that `folder` holds."""

    def __init__(self, image: str, folder: pathlib.Path, *arguments: str, options: tuple[str, ...] = ("--network=none",)):
        self.name = f"keyward-test-{secrets.token_hex(4)}"
        for volume in ("data", "run"):
            (folder / volume).mkdir(exist_ok=True)
            os.chown(folder / volume, USER, USER)
        tool("run", "--detach", "--name", self.name, "--read-only", "--read-only-tmpfs=false", "--cap-drop=ALL",
             "--security-opt=no-new-privileges", *options,
             "--volume", f"{folder}/data:/var/lib/keyward", "--volume", f"{folder}/run:/run/keyward",
             "--volume", f"{folder}/kek:/run/secrets/kek:ro",
             "--env", "API_KEY_MASTER_KEY_FILE=/run/secrets/kek", "--env", "KEYWARD_DRAIN_DELAY=0s",
             image, *arguments)

    def wait_until_serving(self) -> list[str]:
        """Its log until then."""
        with subprocess.Popen([TOOL, "podman", "logs", "--follow", self.name], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True) as logs:
            seen = []
            for line in logs.stdout:
                seen.append(line)
                if '"serving"' in line:
                    logs.terminate()
                    return seen
        raise AssertionError("not serving:\n" + "".join(seen))

    def run(self, *command: str, text: str | None = None, check: bool = True) -> subprocess.CompletedProcess:
        return tool("podman", "exec", "--interactive", self.name, *command, text=text, check=check)

    def stop(self) -> int:
        tool("podman", "stop", "--time", "60", self.name)
        return int(tool("podman", "inspect", "--format", "{{.State.ExitCode}}", self.name).stdout)

    def remove(self) -> None:
        tool("podman", "rm", "--force", self.name, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> pathlib.Path:
    made = tmp_path_factory.mktemp("container")
    kek = made / "kek"
    kek.write_bytes(base64.urlsafe_b64encode(secrets.token_bytes(32)))
    kek.chmod(0o400)
    os.chown(kek, USER, USER)
    return made


@pytest.fixture
def start(image, folder):
    started = []

    def begin(*arguments: str, **more) -> Container:
        started.append(Container(image, folder, *arguments, **more))
        started[-1].log = started[-1].wait_until_serving()
        return started[-1]

    yield begin
    for each in started:
        each.remove()


def test_says_what_it_is(config):
    assert config["User"] == f"{USER}:{USER}"
    assert config["Entrypoint"][0] == "/usr/bin/keyward-server"  # run by itself, not by a shell
    assert "--require_master_key" in config["Entrypoint"]
    assert config["Healthcheck"]["Test"][0] == "CMD"  # likewise
    assert config["Labels"]["org.opencontainers.image.licenses"] == "Apache-2.0"
    assert set(config["Volumes"]) == {"/var/lib/keyward", "/run/keyward"}


def test_is_small(image):
    assert json.loads(tool("podman", "image", "inspect", image).stdout)[0]["Size"] < MOST_BYTES


def test_has_no_shell_and_no_package_manager(start):
    container = start()
    for program in ("sh", "bash", "dash", "apt-get", "dpkg", "perl"):
        assert container.run(program, "-c", "true", check=False).returncode != 0, program
    assert container.run("sleep", "0").returncode == 0  # preStop
    container.stop()


def test_says_what_it_is_made_of(start):
    container = start()
    text = container.run("cat", "/usr/share/doc/keyward/sbom.spdx.json").stdout
    packages = {each["name"]: each for each in json.loads(text)["packages"]}
    assert {"keyward", "boringssl", "libcli11-dev", "nlohmann-json3-dev", "libc6", "libgrpc++1.51t64"} <= set(packages)
    for name, package in packages.items():
        if name.startswith("lib") and not name.endswith("-dev"):
            assert package["checksums"] and package["externalRefs"], name
            assert container.run("test", "-d", f"/usr/share/doc/{name}", check=False).returncode == 0, name
    container.stop()


def cached_keys(address: str) -> int:
    text = urllib.request.urlopen(f"http://{address}/metrics", timeout=30).read().decode()
    return int(float(re.search(r"^keyward_cache_entries (\S+)$", text, re.M)[1]))


def test_caches_a_hundred_thousand_keys_in_128_mib(start):
    container = start("--metrics_listen=127.0.0.1:0",
                      options=("--network=host", f"--memory={MEMORY}", f"--memory-swap={MEMORY}"))
    address = next(json.loads(line)["address"] for line in container.log if "metrics_listening" in line)
    lines = "".join(json.dumps({"user_id": f"user-{number}", "plaintext": "sk-test-123"}) + "\n" for number in range(CACHED))
    answers = container.run("keyward", "encrypt", "--batch", text=lines).stdout.splitlines()
    assert len(answers) == CACHED and cached_keys(address) >= CACHED
    state = json.loads(tool("podman", "inspect", container.name).stdout)[0]
    assert state["HostConfig"]["Memory"] == MEMORY and not state["State"]["OOMKilled"]
    tokens = "".join(json.dumps({"user_id": f"user-{n}", "token": json.loads(line)["token"]}) + "\n"
                     for n, line in enumerate(answers))
    assert len(container.run("keyward", "decrypt", "--batch", text=tokens).stdout.splitlines()) == CACHED
    assert container.stop() == 0


def test_exports_spans_to_a_collector(image, tmp_path):
    """Debian 13 has the library for it: the image's programs pass the tests that elsewhere are left out."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", REPOSITORY / "tests" / "e2e" / "test_otlp.py"],
        env=os.environ | image_programs.programs(TOOL, image, tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert re.search(r"\b1 skipped", done.stdout), done.stdout  # what is said where there is no such library


def test_serves_on_a_read_only_root_as_a_user_of_its_own(start):
    container = start()
    assert "encryption_enabled: true" in container.run("keyward", "status").stdout
    assert container.run("id", "-u").stdout.strip() == str(USER)
    for folder in ("/usr/bin", "/etc", "/tmp", "/run"):
        assert container.run("touch", f"{folder}/x", check=False).returncode != 0
    assert container.stop() == 0


def test_its_health_check_passes_also_with_the_server_s_tls_variables(start):
    container = start()
    tool("podman", "healthcheck", "run", container.name)
    probe = json.loads(tool("podman", "inspect", container.name).stdout)[0]["Config"]["Healthcheck"]["Test"][1:]
    tool("podman", "exec", "--env", "KEYWARD_TLS_CERT=a", "--env", "KEYWARD_TLS_KEY=b", container.name, *probe)
    container.stop()


def test_keys_outlive_the_container(start):
    first = start()
    token = first.run("keyward", "encrypt", "--user", "alice", text="sk-test-123").stdout
    assert first.stop() == 0
    second = start()
    assert second.run("keyward", "decrypt", "--user", "alice", text=token).stdout == "sk-test-123\n"
    second.stop()


@pytest.mark.parametrize("variables", [(), ("--env", "API_KEY_MASTER_KEY=not-a-key")])
def test_without_a_usable_key_it_ends_with_78(image, variables):
    done = tool("run", "--rm", "--read-only", "--network=none", *variables, image, check=False)
    assert done.returncode == 78, done.stdout + done.stderr


def test_a_plain_listener_for_others_has_to_be_asked_for(image, folder):
    kek = (folder / "kek").read_text()
    done = tool("run", "--rm", "--read-only", "--network=none", "--env", f"API_KEY_MASTER_KEY={kek}", image,
                "--listen=0.0.0.0:50051", check=False)
    assert done.returncode == 78
    assert "insecure_listen" in done.stderr + done.stdout
