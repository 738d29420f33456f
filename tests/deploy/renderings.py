"""What kustomize and helm make of deploy/, and what is in it."""
import functools
import os
import pathlib
import subprocess
from typing import Any

import pytest

yaml = pytest.importorskip("yaml")

DEPLOY = pathlib.Path(__file__).resolve().parents[2] / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
CHART = DEPLOY / "helm" / "keyward"
DATABASE = "postgresql://keyward@db.internal/keyward?sslmode=verify-full&sslrootcert=/etc/keyward/database/ca.crt"
OLDEST = "1.29"  # Kubernetes' version
POSTGRESQL = ("--set-string", f"store.postgresql.url={DATABASE}", "--set", "store.kind=postgresql")


def tool(variable: str) -> str:
    """.ci/run sets the variables, where there is such a program."""
    if variable not in os.environ:
        pytest.skip(f"{variable} names no program")
    return os.environ[variable]


def run(*command: str | pathlib.Path, text: str | None = None) -> subprocess.CompletedProcess:
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False)


def kustomize(folder: pathlib.Path) -> str:
    done = run(tool("KEYWARD_KUSTOMIZE"), "build", folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def helm(*options: str) -> subprocess.CompletedProcess:
    return run(tool("KEYWARD_HELM"), "template", "keyward", CHART, "--namespace", "keyward", "--kube-version", OLDEST,
               *options)


def helm_text(*options: str) -> str:
    done = helm(*options)
    assert done.returncode == 0, done.stderr
    return done.stdout


RENDERINGS = {
    "kustomize-sqlite": lambda: kustomize(KUBERNETES / "overlays" / "sqlite-single"),
    "kustomize-postgres": lambda: kustomize(KUBERNETES / "overlays" / "postgres-ha"),
    "helm-sqlite": lambda: helm_text(),
    "helm-postgres": lambda: helm_text(*POSTGRESQL),
    "helm-cert-manager": lambda: helm_text("--set", "tls.source=certManager"),
    "helm-otlp": lambda: helm_text("--set-string", "otlp.endpoint=http://collector.monitoring:4317"),
    "helm-csi": lambda: helm_text(*POSTGRESQL, "--set", "tls.source=csi", "--set", "kek.previous=true"),
}


@functools.cache
def rendered(name: str) -> str:
    return RENDERINGS[name]()


class Rendering:
    """The objects of one rendering, by kind and name."""

    def __init__(self, text: str):
        self.text = text
        self.objects: list[dict[str, Any]] = [each for each in yaml.safe_load_all(text) if each]

    def all(self, kind: str) -> list[dict[str, Any]]:
        return [each for each in self.objects if each["kind"] == kind]

    def one(self, kind: str) -> dict[str, Any]:
        found = self.all(kind)
        assert len(found) == 1, f"{len(found)} of kind {kind}"
        return found[0]

    @property
    def replicated(self) -> bool:
        return bool(self.all("Deployment"))

    @property
    def workload(self) -> dict[str, Any]:
        (only,) = self.all("Deployment") + self.all("StatefulSet")
        return only

    @property
    def pod(self) -> dict[str, Any]:
        return self.workload["spec"]["template"]["spec"]

    @property
    def container(self) -> dict[str, Any]:
        (only,) = self.pod["containers"]
        return only

    @property
    def ports(self) -> dict[str, int]:
        return {port["name"]: port["containerPort"] for port in self.container["ports"]}

    @property
    def flags(self) -> dict[str, str]:
        return dict(each.removeprefix("--").split("=", 1) for each in self.container["args"])

    @property
    def environment(self) -> dict[str, str]:
        return {each["name"]: each["value"] for each in self.container["env"]}

    @property
    def mounts(self) -> dict[str, dict[str, Any]]:
        return {mount["name"]: mount for mount in self.container["volumeMounts"]}

    @property
    def volumes(self) -> dict[str, dict[str, Any]]:
        return {volume["name"]: volume for volume in self.pod["volumes"]}
