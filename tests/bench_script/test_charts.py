"""The charts: all of them, the same bytes each time, and readable by more than eyes."""
import xml.etree.ElementTree as xml

import pytest

import canned
import charts

SVG = "{http://www.w3.org/2000/svg}"
FILES = ["throughput.svg", "latency.svg", "batches.svg", "creation.svg"]


def test_all_are_drawn(tmp_path):
    assert [path.name for path in charts.draw(tmp_path / "new", canned.measurements()).values()] == FILES


def test_the_same_measurements_give_the_same_bytes(tmp_path):
    first, second = (charts.draw(tmp_path / name, canned.measurements()).values() for name in "ab")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


@pytest.mark.parametrize("number", range(4))
def test_each_has_a_title_a_description_units_and_the_names_of_its_lines(tmp_path, number):
    chart = charts.charts(canned.measurements())[number]
    path = charts.draw(tmp_path, canned.measurements())[chart.title]
    drawing = xml.parse(path).getroot()
    assert drawing.find(f"{SVG}title").text == chart.title
    description = drawing.find(f"{SVG}desc").text
    written = " ".join(" ".join("".join(text.itertext()).split()) for text in drawing.iter(f"{SVG}text"))
    for line in chart.lines:
        assert charts.NAMES[line.target] in description
        assert charts.NAMES[line.target].split(",")[0] in written
    for words in (chart.title, chart.x_label, chart.y_label):
        assert words in written


def test_only_what_was_measured_is_drawn(tmp_path):
    some = {"latency": canned.measurements()["latency"]}
    assert [path.name for path in charts.draw(tmp_path, some).values()] == ["latency.svg"]
