"""The charts of docs/PERFORMANCE.md, drawn by gnuplot as SVG. The same report gives the same bytes."""
import dataclasses
import html
import math
import pathlib
import re
import statistics
import subprocess

from goals import Measurements, values

# Readable on white for colour-blind eyes too (Okabe and Ito's palette); each line carries its name besides.
COLOURS = {"ceiling": "#555555", "keyward": "#0072B2", "python": "#D55E00"}
PERCENTILES = (("p50", 50), ("p90", 90), ("p99", 99), ("p99.9", 99.9))
LABEL_HEIGHT = 0.06  # of the drawing, one line of text
NAMES = {"ceiling": "empty gRPC server", "keyward": "Keyward", "python": "Python, in a loop in one process"}


@dataclasses.dataclass(frozen=True)
class Line:
    target: str
    points: list[tuple[float, float]]


@dataclasses.dataclass(frozen=True)
class Chart:
    file: str
    title: str
    x_label: str
    y_label: str
    lines: list[Line]
    logarithmic: str  # "x", "xy" or ""
    ticks: tuple[tuple[str, float], ...] = ()


def charts(measured: Measurements) -> list[Chart]:
    """Those for which there are measurements."""
    makers = {"encrypt_sweep": _concurrency, "latency": _latency, "batch_sweep": _batches, "create_sweep": _writers}
    return [make(measured) for name, make in makers.items() if name in measured]


def draw(folder: pathlib.Path, measured: Measurements) -> dict[str, pathlib.Path]:
    """The files, by their titles."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = charts(measured)
    for chart in drawn:
        svg = subprocess.run(["gnuplot"], input=script(chart), capture_output=True, text=True, check=False)
        if svg.returncode or not svg.stdout:
            raise RuntimeError(f"gnuplot cannot draw {chart.file}: {svg.stderr.strip()}")
        (folder / chart.file).write_text(accessible(svg.stdout, chart))
    return {chart.title: folder / chart.file for chart in drawn}


def script(chart: Chart) -> str:
    """gnuplot's commands, the data in them."""
    lines = [
        'set terminal svg size 760,440 font "sans-serif,14" background "#ffffff" enhanced',
        "set encoding utf8", "set lmargin 11", "set rmargin 24", "set tmargin 3", "set border 3 lc rgb '#555555'",
        "set grid ytics lc rgb '#dddddd' lw 1", "set tics nomirror", "set decimalsign '.'", "unset key",
        f"set title {quoted(chart.title)} font ',16'", f"set xlabel {quoted(chart.x_label)}",
        f"set ylabel {quoted(chart.y_label)}", "set format y '%.0s%c'",
    ]
    if chart.logarithmic:
        lines.append(f"set logscale {chart.logarithmic}")
    steps = sorted({x for line in chart.lines for x, _ in line.points})
    low, high = y_range(chart)
    lines += [f"set xrange [{steps[0]!r}:{steps[-1]!r}]", f"set yrange [{low!r}:{high!r}]"]
    ticks = chart.ticks or tuple((f"{x:g}", x) for x in steps)
    lines.append("set xtics (" + ", ".join(f"{quoted(text)} {at!r}" for text, at in ticks) + ")")
    lines += _labels(chart, low, high)
    for number, line in enumerate(chart.lines):
        lines += [f"$data{number} << END", *(f"{x!r} {y!r}" for x, y in line.points), "END"]
    lines.append("plot " + ", ".join(
        f"$data{number} using 1:2 with linespoints lw 2.5 pt 7 ps 0.5 lc rgb '{COLOURS[line.target]}' notitle"
        for number, line in enumerate(chart.lines)))
    return "\n".join(lines) + "\n"


def accessible(svg: str, chart: Chart) -> str:
    """With a title and a description that a screen reader tells, in place of gnuplot's own."""
    told = "; ".join(f"{NAMES[line.target]}: " + ", ".join(f"{y:.4g} at {x:g}" for x, y in line.points)
                     for line in chart.lines)
    svg = re.sub(r"<title>.*?</title>", lambda _: f"<title>{html.escape(chart.title)}</title>", svg, count=1)
    return re.sub(r"<desc>.*?</desc>", lambda _: f"<desc>{html.escape(told)}</desc>", svg, count=1, flags=re.DOTALL)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def y_range(chart: Chart) -> tuple[float, float]:
    """From zero to a round number above all, or whole decades."""
    found = [y for line in chart.lines for _, y in line.points]
    if "y" in chart.logarithmic:
        return 10.0 ** math.floor(math.log10(min(found))), 10.0 ** math.ceil(math.log10(max(found)))
    decade = 10.0 ** math.floor(math.log10(max(found)))
    return 0.0, next(decade * step for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if decade * step >= max(found))


def _labels(chart: Chart, low: float, high: float) -> list[str]:
    """Each line's name beside its last point, moved up where the one below would touch it."""
    scale = math.log10 if "y" in chart.logarithmic else float
    bottom, above = (scale(low), scale(high)) if low else (0.0, high)
    lines, free = [], 0.0
    for line in sorted(chart.lines, key=lambda each: each.points[-1][1]):
        name = NAMES[line.target].replace(", ", ",\\n")
        height = max((scale(line.points[-1][1]) - bottom) / (above - bottom), free)
        free = height + LABEL_HEIGHT * (1 + name.count("\\n"))
        lines.append(f'set label "{name}" at graph 1.02,{height:.4f} left front '
                     f"textcolor rgb '{COLOURS[line.target]}'")
    return lines


def _swept(rounds: list[dict], targets: tuple[str, ...], at: str, figure: str) -> list[Line]:
    """Medians over the rounds at each value of what was swept."""
    lines = []
    for target in targets:
        steps = sorted({each[at] for each in rounds})
        points = [(step, statistics.median(values([each for each in rounds if each[at] == step], target, figure)))
                  for step in steps]
        lines.append(Line(target, points))
    return lines


def _concurrency(measured: Measurements) -> Chart:
    return Chart("throughput.svg", "Encrypt: throughput over concurrency", "calls in flight", "calls per second",
                 _swept(measured["encrypt_sweep"], ("ceiling", "keyward"), "in_flight", "calls_per_second"), "x")


def _latency(measured: Measurements) -> Chart:
    rounds = measured["latency"]
    lines = [Line(target, [(100 / (100 - percent), statistics.median(values(rounds, target, f"{name}_us")))
                           for name, percent in PERCENTILES]) for target in ("ceiling", "keyward")]
    ticks = tuple((name, 100 / (100 - percent)) for name, percent in PERCENTILES)
    return Chart("latency.svg", "Encrypt: latency at half of the ceiling’s peak rate",
                 "percentile of calls", "microseconds", lines, "xy", ticks)


def _batches(measured: Measurements) -> Chart:
    sweep = _swept(measured["batch_sweep"], ("keyward",), "batch_size", "values_per_second")
    if "batch_vs_python" in measured:
        loop = statistics.median(values(measured["batch_vs_python"], "python_loop", "values_per_second"))
        sweep.append(Line("python", [(x, loop) for x, _ in sweep[0].points]))
    return Chart("batches.svg", "BatchEncrypt: values per second over batch size", "values in a batch",
                 "values per second", sweep, "x")


def _writers(measured: Measurements) -> Chart:
    return Chart("creation.svg", "New users’ keys per second, each durable before it is answered",
                 "callers at once", "keys per second",
                 _swept(measured["create_sweep"], ("keyward",), "in_flight", "calls_per_second"), "x")
