"""What the documents point at is there, and OPERATIONS.md has every flag with its default."""
import os
import pathlib
import re
import subprocess

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("KEYWARD_BIN") or REPOSITORY / "build" / "dev" / "bin")
DOCUMENTS = [REPOSITORY / "README.md", REPOSITORY / "SECURITY.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]


def anchors(document: pathlib.Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document):
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        file = document.parent / path if path else document
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_that_are_named_are_there(document):
    for name in re.findall(r"`((?:server|client|tests|cmake|script|deploy|proto|docs)/[\w./-]*)`", document.read_text()):
        assert (REPOSITORY / name).exists(), name


def test_operations_has_every_flag_and_its_default():
    shown = subprocess.run([BIN / "keyward-server", "--help"], capture_output=True, text=True, check=True).stdout
    rows = [row for row in (REPOSITORY / "docs/OPERATIONS.md").read_text().splitlines() if row.startswith("| `--")]
    flags = re.findall(r"^  --(\w+)(?: \w+=?(\S*))?.*\(Env:(\w+)\)", shown, re.MULTILINE)
    assert len(flags) >= 15
    for name, default, variable in flags:
        row = next((row for row in rows if f"`--{name}`" in row), None)
        assert row is not None, name
        assert f"`{variable}`" in row
        assert default.strip("[]").removesuffix(" ...") in row, (name, default)
