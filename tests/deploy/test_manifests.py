"""deploy/: every file parses, the parts fit each other, and the server is locked in as promised."""
import pathlib

import pytest

yaml = pytest.importorskip("yaml")

DEPLOY = pathlib.Path(__file__).resolve().parents[2] / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
USER = 65532


def documents(path: pathlib.Path) -> list[dict]:
    return list(yaml.safe_load_all(path.read_text()))


def manifest(kind: str) -> dict:
    found = [each for path in KUBERNETES.glob("*.yaml") for each in documents(path) if each["kind"] == kind]
    assert len(found) == 1, f"{len(found)} of kind {kind}"
    return found[0]


def pod() -> dict:
    return manifest("StatefulSet")["spec"]["template"]["spec"]


def container() -> dict:
    (only,) = pod()["containers"]
    return only


def ports() -> dict[str, int]:
    return {port["name"]: port["containerPort"] for port in container()["ports"]}


@pytest.mark.parametrize("path", sorted(DEPLOY.rglob("*.yaml")), ids=lambda path: path.name)
def test_is_well_formed(path):
    assert all(isinstance(document, dict) for document in documents(path))


def test_kustomization_names_what_is_there():
    named = manifest("Kustomization")["resources"]
    there = {path.name for path in KUBERNETES.glob("*.yaml")}
    assert set(named) == there - {"kustomization.yaml", "secret.example.yaml"}


def test_the_pod_is_restricted():
    security, inside = pod()["securityContext"], container()["securityContext"]
    assert security["runAsNonRoot"] and security["runAsUser"] == security["fsGroup"] == USER
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}
    assert inside == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                      "capabilities": {"drop": ["ALL"]}}
    assert pod()["automountServiceAccountToken"] is False


def test_one_pod_owns_the_database():
    assert manifest("StatefulSet")["spec"]["replicas"] == 1
    (claim,) = manifest("StatefulSet")["spec"]["volumeClaimTemplates"]
    assert claim["spec"]["accessModes"] == ["ReadWriteOncePod"]


def test_pods_reach_the_tls_port_alone():
    arguments = container()["args"]
    assert f"--listen=0.0.0.0:{ports()['grpc']}" in arguments
    assert any(each.startswith("--tls_client_ca=") for each in arguments)
    policy = manifest("NetworkPolicy")["spec"]
    assert [port["port"] for rule in policy["ingress"] for port in rule["ports"]] == ["grpc"]
    assert [port["targetPort"] for port in manifest("Service")["spec"]["ports"]] == ["grpc"]


def test_probes_use_the_plain_port_and_names_the_server_knows():
    assert f"--insecure_listen=0.0.0.0:{ports()['probes']}" in container()["args"]
    services = {}
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        grpc = container()[probe]["grpc"]
        assert grpc["port"] == ports()["probes"]
        services[probe] = grpc.get("service", "")
    assert services == {"startupProbe": "liveness", "readinessProbe": "", "livenessProbe": "liveness"}


def test_every_mount_has_its_volume_and_every_file_its_mount():
    volumes = {volume["name"] for volume in pod()["volumes"]} | {"data"}
    mounts = {mount["name"]: mount["mountPath"] for mount in container()["volumeMounts"]}
    assert set(mounts) == volumes
    files = [each.split("=", 1)[1] for each in container()["args"] if each.startswith("--tls_")]
    files += [each["value"] for each in container()["env"] if each["name"].endswith("_FILE")]
    for file in files:
        assert any(file.startswith(path + "/") for path in mounts.values()), file


def test_secrets_are_those_the_example_shows():
    example = {each["metadata"]["name"]: set(each["stringData"])
               for each in documents(KUBERNETES / "secret.example.yaml")}
    used = {volume["secret"]["secretName"] for volume in pod()["volumes"] if "secret" in volume}
    assert used == set(example)
    assert example["keyward-tls"] == {"tls.crt", "tls.key", "ca.crt"}


def test_compose_opens_no_port_and_locks_the_services_in():
    compose = documents(DEPLOY / "compose.yaml")[0]
    for service in compose["services"].values():
        assert service["read_only"] and service["cap_drop"] == ["ALL"]
        assert service["network_mode"] == "none" and "ports" not in service
        for volume in service["volumes"]:
            assert volume.split(":")[0] in compose["volumes"]
    assert compose["services"]["keyward"]["secrets"] == list(compose["secrets"])


def test_the_image_and_the_manifests_agree_on_the_user():
    text = (DEPLOY.parent / "Dockerfile").read_text()
    assert f"USER {USER}:{USER}" in text
    for promise in ("--require_master_key", "HEALTHCHECK", "org.opencontainers.image.title"):
        assert promise in text
