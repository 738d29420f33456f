"""script/image_sbom: what SPDX 2.3 asks for is there, for packages that are made here."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "script" / "image_sbom"
REQUIRED = {"name", "SPDXID", "downloadLocation"}

pytestmark = pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="dpkg-deb is not installed")


def deb(folder: pathlib.Path, name: str, version: str, source: str = "") -> pathlib.Path:
    control = folder / name / "DEBIAN" / "control"
    control.parent.mkdir(parents=True)
    control.write_text(f"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\n"
                       f"Description: nothing\n" + (f"Source: {source}\n" if source else ""))
    made = folder / f"{name}_{version}_all.deb"
    subprocess.run(["dpkg-deb", "--build", "--root-owner-group", folder / name, made], check=True, capture_output=True)
    return made


@pytest.fixture(scope="module")
def debs(tmp_path_factory) -> list[pathlib.Path]:
    folder = tmp_path_factory.mktemp("debs")
    return [deb(folder, "libgrpc++1.51t64", "1.51.1-6", "grpc"), deb(folder, "libc6", "2.41-12+deb13u1")]


def listing(tmp_path, debs) -> str:
    compiled_in = tmp_path / "compiled_in"
    compiled_in.write_text('boringssl 0123abcd some "tarball"\n')
    done = subprocess.run([SCRIPT, compiled_in, *debs], env=os.environ | {"SOURCE_DATE_EPOCH": "86400"},
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def document(tmp_path, debs) -> dict:
    return json.loads(listing(tmp_path, debs))


def test_has_what_a_document_needs(document):
    assert (document["spdxVersion"], document["dataLicense"]) == ("SPDX-2.3", "CC0-1.0")
    assert document["SPDXID"] == "SPDXRef-DOCUMENT"
    assert document["creationInfo"]["created"] == "1970-01-02T00:00:00Z"
    assert document["creationInfo"]["creators"][0].startswith("Tool: ")
    assert re.fullmatch(r"https://\S+-[0-9a-f]{64}", document["documentNamespace"])


def test_has_what_each_package_needs(document):
    packages = {each["name"]: each for each in document["packages"]}
    assert set(packages) == {"keyward", "boringssl", "libgrpc++1.51t64", "libc6"}
    for package in packages.values():
        assert REQUIRED <= set(package)
        assert re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", package["SPDXID"])
    assert packages["libc6"]["versionInfo"] == "2.41-12+deb13u1"
    assert packages["libc6"]["externalRefs"][0]["referenceLocator"] == "pkg:deb/debian/libc6@2.41-12%2Bdeb13u1?arch=all"
    assert packages["libgrpc++1.51t64"]["sourceInfo"].endswith(" grpc")
    assert len(packages["libc6"]["checksums"][0]["checksumValue"]) == 64


def test_every_package_is_tied_to_the_document(document):
    ids = {each["SPDXID"] for each in document["packages"]}
    relationships = document["relationships"]
    assert len(ids) == len(document["packages"]) == len(relationships)
    assert {each["relatedSpdxElement"] for each in relationships} == ids
    assert {each["relationshipType"] for each in relationships} == {"DESCRIBES", "CONTAINS", "DEPENDS_ON"}


def test_the_same_packages_give_the_same_text(tmp_path, debs):
    assert listing(tmp_path, debs) == listing(tmp_path, debs)
    one = json.loads(listing(tmp_path, debs[:1]))
    assert one["documentNamespace"] != json.loads(listing(tmp_path, debs))["documentNamespace"]
