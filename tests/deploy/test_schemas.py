"""What deploy/ renders to, judged by Kubernetes' own schemas and its own Pod Security.

KEYWARD_KUBECTL_VALIDATE and KEYWARD_POD_SECURITY name the programs; .ci/run sets them where there are such.
"""
import re
import shutil

import pytest

import renderings
from renderings import CHART, KUBERNETES, Rendering, run, tool, yaml

# kubectl-validate knows no custom resources; test_certificates_* look at them.
FOREIGN = {"Certificate"}
VERSIONS = ["1.29", "1.30", "1.31"]


@pytest.fixture(params=renderings.RENDERINGS)
def text(request) -> str:
    return renderings.rendered(request.param)


def validate(folder, text: str, version: str):
    program = tool("KEYWARD_KUBECTL_VALIDATE")
    file = folder / "rendered.yaml"
    own = [each for each in Rendering(text).objects if each["kind"] not in FOREIGN]
    file.write_text(yaml.safe_dump_all(own))
    return run(program, "--version", version, file)


@pytest.mark.parametrize("version", VERSIONS)
def test_fits_the_schemas(tmp_path, text, version):
    done = validate(tmp_path, text, version)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("right, wrong", [("replicas: 1", "replicas: many"), ("serviceName:", "serviceNames:"),
                                          ("medium: Memory", "medium: [Memory]")])
def test_what_does_not_fit_is_found(tmp_path, right, wrong):
    text = renderings.rendered("helm-sqlite")
    assert right in text
    assert validate(tmp_path, text.replace(right, wrong), VERSIONS[0]).returncode != 0


def test_pods_are_restricted_by_kubernetes_own_rules(text):
    done = run(tool("KEYWARD_POD_SECURITY"), text=text)
    assert (done.returncode, done.stdout) == (0, "1 restricted\n"), done.stderr


@pytest.mark.parametrize("right, wrong", [("runAsNonRoot: true", "runAsNonRoot: false"), ("RuntimeDefault", "Unconfined"),
                                          ("allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true")])
def test_a_pod_that_is_not_restricted_is_found(right, wrong):
    text = renderings.rendered("helm-sqlite")
    assert right in text
    assert run(tool("KEYWARD_POD_SECURITY"), text=text.replace(right, wrong)).returncode != 0


def test_the_namespace_enforces_that():
    for name in ("kustomize-sqlite", "kustomize-postgres"):
        labels = Rendering(renderings.rendered(name)).one("Namespace")["metadata"]["labels"]
        assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


def test_helm_and_kustomize_run_the_same_server():
    for kind in ("sqlite", "postgres"):
        by_helm, by_hand = (Rendering(renderings.rendered(f"{tool_name}-{kind}")) for tool_name in ("helm", "kustomize"))
        one, other = by_helm.container, by_hand.container
        for key in ("args", "ports", "lifecycle", "startupProbe", "readinessProbe", "livenessProbe", "securityContext"):
            assert one[key] == other[key], key
        assert by_helm.pod["securityContext"] == by_hand.pod["securityContext"]
        assert set(by_helm.environment) == set(by_hand.environment)
        assert by_helm.mounts == by_hand.mounts
        sections = set(re.findall(r"^kind: (\w+)", by_helm.text, re.M))
        assert sections == set(re.findall(r"^kind: (\w+)", by_hand.text, re.M)) - {"Namespace"}


@pytest.mark.parametrize("options, words", [
    (("--set", "store.kind=postgresql"), "store.postgresql.url"),
    (("--set", "store.kind=redis"), "store.kind"),
    (("--set", "store.kind=postgresql", "--set", "store.postgresql.url=postgresql://keyward:word@db/keyward"), "url"),
    (("--set", "replicas=3"), "replicas"),
    (("--set", "drain.preStop=0"), "preStop"),
])
def test_the_chart_refuses_values_that_would_not_do(options, words):
    done = renderings.helm(*options)
    assert done.returncode != 0
    assert words in done.stderr.replace("/", "."), done.stderr


def test_certificates_name_the_service_and_a_spiffe_id():
    spec = Rendering(renderings.rendered("helm-cert-manager")).one("Certificate")["spec"]
    (component,) = yaml.safe_load_all((KUBERNETES / "components" / "cert-manager" / "certificate.yaml").read_text())
    assert spec == component["spec"]
    assert spec["secretName"] == "keyward-tls" and "keyward.keyward.svc" in spec["dnsNames"]
    assert spec["uris"] == ["spiffe://cluster.local/ns/keyward/sa/keyward"]


@pytest.mark.parametrize("overlay", ["sqlite-single", "postgres-ha"])
def test_components_fit_the_overlays(tmp_path, overlay):
    copy = tmp_path / "kubernetes"
    shutil.copytree(KUBERNETES, copy)
    kustomization = copy / "overlays" / overlay / "kustomization.yaml"
    for component in ("spiffe", "cert-manager"):
        kustomization.write_text(kustomization.read_text() + f"  - ../../components/{component}\n")
    made = Rendering(renderings.kustomize(kustomization.parent))
    assert made.one("Certificate")["metadata"]["namespace"] == "keyward"
    volume = made.volumes["tls"]
    assert set(volume) == {"name", "csi"}  # the Secret's place is taken
    chart = Rendering(renderings.rendered("helm-csi")).volumes["tls"]["csi"]
    assert set(volume["csi"]["volumeAttributes"]) == set(chart["volumeAttributes"])


def test_helm_lints_the_chart():
    done = run(tool("KEYWARD_HELM"), "lint", "--strict", "--kube-version", renderings.OLDEST, CHART)
    assert done.returncode == 0, done.stdout + done.stderr
