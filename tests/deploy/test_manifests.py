"""deploy/: every file parses, the parts fit each other, and the server is locked in as promised.

The renderings need kustomize and helm: KEYWARD_KUSTOMIZE and KEYWARD_HELM, which .ci/run sets.
"""
import pathlib
import re

import pytest

import renderings
from renderings import CHART, DEPLOY, KUBERNETES, Rendering, yaml

USER = 65532


@pytest.fixture(params=renderings.RENDERINGS)
def made(request) -> Rendering:
    return Rendering(renderings.rendered(request.param))


def documents(path: pathlib.Path) -> list[dict]:
    return list(yaml.safe_load_all(path.read_text()))


def seconds(text: str) -> int:
    return int(re.fullmatch(r"(\d+)s?", text)[1])


@pytest.mark.parametrize("path", sorted(set(DEPLOY.rglob("*.yaml")) - set(CHART.glob("templates/*"))),
                         ids=lambda path: str(path.relative_to(DEPLOY)))
def test_is_well_formed(path):
    assert all(isinstance(document, dict) for document in documents(path))


def test_every_file_is_in_a_kustomization():
    for path in KUBERNETES.rglob("kustomization.yaml"):
        (content,) = documents(path)
        named = {each for each in content.get("resources", []) if not each.startswith("..")}
        named |= {patch["path"] for patch in content.get("patches", [])}
        assert named == {each.name for each in path.parent.glob("*.yaml")} - {"kustomization.yaml"}, path


def test_the_pod_is_restricted(made):
    security, inside = made.pod["securityContext"], made.container["securityContext"]
    assert security["runAsNonRoot"] and security["runAsUser"] == security["fsGroup"] == USER
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}
    assert inside == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                      "capabilities": {"drop": ["ALL"]}}


def test_the_pod_has_an_account_without_a_token(made):
    account = made.one("ServiceAccount")
    assert account["automountServiceAccountToken"] is False
    assert made.pod["serviceAccountName"] == account["metadata"]["name"]
    assert made.pod["automountServiceAccountToken"] is False
    assert not any("projected" in volume for volume in made.volumes.values())


def test_secrets_are_files_that_the_server_s_group_alone_may_read(made):
    used = [volume["secret"] for volume in made.volumes.values() if "secret" in volume]
    assert used and all(each["defaultMode"] == 0o440 for each in used)
    assert made.volumes["kek"]["secret"]["secretName"] == "keyward-kek"
    assert made.environment["API_KEY_MASTER_KEY_FILE"].startswith(made.mounts["kek"]["mountPath"] + "/")
    assert "valueFrom" not in str(made.container["env"])  # /proc shows variables
    assert all(mount.get("readOnly") for name, mount in made.mounts.items() if name not in ("data", "run"))


def test_secrets_are_those_the_example_shows(made):
    example = {each["metadata"]["name"]: set(each["stringData"])
               for each in documents(KUBERNETES / "secret.example.yaml")}
    used = {volume["secret"]["secretName"] for volume in made.volumes.values() if "secret" in volume}
    assert used <= set(example)
    assert example["keyward-tls"] == {"tls.crt", "tls.key", "ca.crt"}
    assert ("keyward-database" in used) == made.replicated


def test_one_pod_owns_a_database_in_a_file(made):
    if made.replicated:
        return
    assert made.workload["spec"]["replicas"] == 1
    (claim,) = made.workload["spec"]["volumeClaimTemplates"]
    assert claim["spec"]["accessModes"] == ["ReadWriteOncePod"]
    assert made.environment["KEYWARD_STORE"].startswith("sqlite:" + made.mounts["data"]["mountPath"] + "/")
    assert not made.all("HorizontalPodAutoscaler") and not made.all("PodDisruptionBudget")


def test_replicas_stay_three_or_more_and_apart(made):
    if not made.replicated:
        return
    spec = made.workload["spec"]
    assert "replicas" not in spec  # an apply would undo what the autoscaler did
    scaler, budget = made.one("HorizontalPodAutoscaler")["spec"], made.one("PodDisruptionBudget")["spec"]
    assert scaler["scaleTargetRef"]["name"] == made.workload["metadata"]["name"]
    assert scaler["minReplicas"] == 3 < scaler["maxReplicas"]
    assert scaler["metrics"][0]["resource"]["name"] == "cpu"
    assert "cpu" in made.container["resources"]["requests"]  # of which it takes its share
    assert budget["maxUnavailable"] == 1 and budget["selector"] == spec["selector"]
    assert spec["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    spread = {each["topologyKey"]: each for each in made.pod["topologySpreadConstraints"]}
    assert set(spread) == {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}
    assert all(each["labelSelector"] == spec["selector"] for each in spread.values())


def test_the_database_s_address_has_no_password_and_checks_who_answers(made):
    if made.replicated:
        url = made.environment["KEYWARD_STORE"]
        assert re.match(r"postgresql://[^:@/]+@", url) and "sslmode=verify-full" in url
        assert made.environment["KEYWARD_STORE_PASSWORD_FILE"].startswith(made.mounts["database"]["mountPath"])


def test_pods_are_selected_by_labels_that_they_have(made):
    labels = made.workload["spec"]["template"]["metadata"]["labels"].items()
    assert made.workload["spec"]["selector"]["matchLabels"].items() <= labels
    assert made.one("Service")["spec"]["selector"].items() <= labels
    for policy in made.all("NetworkPolicy"):
        assert policy["spec"]["podSelector"].get("matchLabels", {}).items() <= labels


def test_pods_reach_the_tls_port_and_the_metrics_alone(made):
    assert made.flags["listen"] == f"0.0.0.0:{made.ports['grpc']}"
    assert "tls_client_ca" in made.flags and "policy" in made.flags
    policies = [policy["spec"] for policy in made.all("NetworkPolicy")]
    assert {kind for policy in policies for kind in policy["policyTypes"]} == {"Ingress", "Egress"}
    open_in = [port["port"] for policy in policies for rule in policy.get("ingress", []) for port in rule["ports"]]
    open_out = {port["port"] for policy in policies for rule in policy.get("egress", []) for port in rule["ports"]}
    assert open_in == ["grpc", "metrics"]
    away = ({5432} if made.replicated else set()) | ({4317} if "otlp_endpoint" in made.flags else set())
    assert open_out == (away | {53} if away else set())
    assert all(rule["from"] for policy in policies for rule in policy.get("ingress", []))


def test_clients_see_every_pod(made):
    service = made.one("Service")["spec"]
    assert service["clusterIP"] == "None" and not service.get("publishNotReadyAddresses")
    assert [port["targetPort"] for port in service["ports"]] == ["grpc"]


def test_probes_use_the_plain_port_and_names_the_server_knows(made):
    assert made.flags["health_listen"] == f"0.0.0.0:{made.ports['probes']}"
    assert "insecure_listen" not in made.flags
    services = {}
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        grpc = made.container[probe]["grpc"]
        assert grpc["port"] == made.ports["probes"]
        services[probe] = grpc.get("service", "")
    assert services == {"startupProbe": "liveness", "readinessProbe": "", "livenessProbe": "liveness"}


def test_replicas_wait_for_their_database_and_are_not_restarted(made):
    if made.replicated:
        assert seconds(made.environment["KEYWARD_STORE_WAIT"].replace("h", "")) * 3600 > 3600
        assert made.container["startupProbe"]["grpc"]["service"] == "liveness"  # which is said while it waits


def test_a_pod_is_given_the_time_that_its_end_takes(made):
    command, pause = made.container["lifecycle"]["preStop"]["exec"]["command"]
    delay, limit = (seconds(made.flags[name]) for name in ("drain_delay", "drain_timeout"))
    assert command == "sleep" and seconds(pause) > 0 and delay > 0
    assert made.pod["terminationGracePeriodSeconds"] > seconds(pause) + delay + limit + 3
    readiness = made.container["readinessProbe"]
    assert readiness["periodSeconds"] * readiness["failureThreshold"] <= delay


def test_every_mount_has_its_volume_and_every_file_its_mount(made):
    claims = {each["metadata"]["name"] for each in made.workload["spec"].get("volumeClaimTemplates", [])}
    assert set(made.mounts) == set(made.volumes) | claims
    files = [value for name, value in made.flags.items() if name.startswith("tls_") or name == "policy"]
    files += [value for name, value in made.environment.items() if name.endswith("_FILE")]
    for file in files:
        assert any(file.startswith(mount["mountPath"] + "/") for mount in made.mounts.values()), file


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
