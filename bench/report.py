"""The report: one JSON file, one table on the terminal, one section of docs/PERFORMANCE.md."""
import json
import os
import pathlib

from figures import FIGURES
from goals import GOALS

BEGIN = "<!-- written by bench/run.py --render: begin -->"
END = "<!-- written by bench/run.py --render: end -->"
VERSION_NAMES = {"grpc": "gRPC", "protobuf": "Protobuf", "postgresql": "PostgreSQL", "sqlite": "SQLite", "boringssl": "BoringSSL",
                 "compiler": "", "python": "Python", "grpcio": "grpcio", "cryptography": "cryptography"}


def write(path: pathlib.Path, report: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")


def rows(report: dict) -> list[tuple[str, str, str, str]]:
    """Name, value, goal, and whether it was met; figures without a goal stand after the goals."""
    found = []
    for goal in GOALS:
        value = report["goals"].get(goal.name)
        if value is not None:
            found.append((goal.name, number(value), goal.bound_text(), "met" if goal.met(value) else "MISSED"))
    found += [(name, number(value), "", "") for name, value in report["figures"].items()]
    return found


def table(report: dict) -> str:
    lines = [("name", "value", "goal", ""), *rows(report)]
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    return "\n".join(f"{name:<{widths[0]}}  {value:>{widths[1]}}  {goal:<{widths[2]}}  {verdict}".rstrip()
                     for name, value, goal, verdict in lines)


def number(value: float) -> str:
    """Up to four significant digits, thousands apart."""
    if abs(value) >= 1000:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.4g}"


def markdown(report: dict, drawings: dict[str, str]) -> str:
    """The section's text, without the marks around it; the drawings' links by their titles."""
    goals = [f"| `{goal.name}` | {goal.what} | {goal.bound_text()} | {_verdict(goal, report['goals'])} |"
             for goal in GOALS]
    figures = [f"| `{figure.name}` | {figure.what} | {number(report['figures'][figure.name])} |"
               for figure in FIGURES if figure.name in report["figures"]]
    return "\n".join([
        f"Printed by `{report['command']}` at commit `{report['commit']}`, on {_machine(report['machine'])}. "
        f"{_versions(report['versions'])}.", "",
        "| name | what | goal | measured |", "| --- | --- | --- | --- |", *goals, "",
        "What the ratios stand on; calls, keys or values per second unless said:", "",
        "| name | what | measured |", "| --- | --- | ---: |", *figures,
        *(f"\n![{title}]({link})" for title, link in drawings.items())])


def render(document: pathlib.Path, report: dict, drawings: dict[str, pathlib.Path]) -> None:
    """Puts the section in place of the one between the marks, with the drawings, by their titles."""
    text = document.read_text()
    before, mark, rest = text.partition(BEGIN)
    _, other_mark, after = rest.partition(END)
    if not mark or not other_mark:
        raise ValueError(f"{document} lacks the marks of the section to write:\n{BEGIN}\n{END}")
    links = {title: os.path.relpath(path, document.parent) for title, path in drawings.items()}
    document.write_text(f"{before}{BEGIN}\n{markdown(report, links)}\n{END}{after}")


def _verdict(goal, values: dict[str, float]) -> str:
    value = values.get(goal.name)
    if value is None:
        return "not in this run"
    return number(value) if goal.met(value) else f"**{number(value)}, missed**"


def _machine(machine: dict) -> str:
    memory = round(machine["memory_bytes"] / 2**30)
    return (f"{machine['cpu']}, {machine['cores']} cores, {memory} GiB, {machine['system']}, "
            f"Linux {machine['kernel']}, {machine['filesystem']} (4 KiB made durable in {machine['fsync_ms']:.2g} ms)")


def _versions(versions: dict) -> str:
    return ", ".join(f"{VERSION_NAMES[name]} {version}".strip() for name, version in versions.items())
