"""What a server's metrics endpoint says."""
import re
import urllib.request
from typing import Any

from harness.server import Server

_SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')

Samples = dict[tuple[str, frozenset], float]


def address(server: Server) -> str:
    return server.wait_for(lambda each: each.events("metrics_listening"), "metrics")[0]["address"]


def text(server: Server) -> str:
    with urllib.request.urlopen(f"http://{address(server)}/metrics") as answer:
        return answer.read().decode()


def samples(server: Server) -> Samples:
    found = {}
    for line in text(server).splitlines():
        if not line.startswith("#"):
            name, labels, value = _SAMPLE.match(line).groups()
            found[name, frozenset(_LABEL.findall(labels or ""))] = float(value)
    return found


def value(server: Server, name: str, **labels: Any) -> float:
    """Of all series of that name with these labels, added up."""
    return sum(number for (each, its), number in samples(server).items()
               if each == name and set(labels.items()) <= its)


def names(server: Server) -> set[str]:
    """Of the families; without those of the endpoint itself."""
    return {line.split()[2] for line in text(server).splitlines()
            if line.startswith("# TYPE") and not line.startswith("# TYPE exposer_")}
