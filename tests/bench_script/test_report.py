"""From measurements to goals, report, table and document."""
import json
import pathlib
import re

import pytest

import canned
import goals
import measure_calls
import measure_seal
import report
import run
from loads import rounds_of

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
NAMES = {"encrypt_vs_ceiling", "decrypt_vs_ceiling", "encrypt_vs_callback_echo", "encrypt_vs_ceiling_mtls",
         "p99_vs_ceiling", "idle_first_call_ms", "batch100_vs_python_inprocess", "batch1000_vs_python_inprocess",
         "encrypt_vs_python_server", "create_vs_ceiling", "create_vs_commit_each", "cold_vs_ceiling",
         "bytes_per_cached_key", "start_seconds_1m_keys", "kek_rewrap_seconds_1m", "seal_vs_boringssl",
         "postgres_create_vs_ceiling", "postgres_cold_vs_ceiling", "postgres_warm_vs_sqlite"}
FULL_NAMES = {"overload_goodput", "scale_10m_read", "scale_10m_create"}


@pytest.fixture
def made():
    return run.make_report(canned.measurements(), canned.MACHINE, canned.VERSIONS, "script/bench --full", [])


def test_every_goal_is_there_under_its_name_as_a_plain_number(made):
    assert set(made["goals"]) == NAMES | FULL_NAMES
    assert all(type(value) is float for value in made["goals"].values())


@pytest.mark.parametrize("name, value", [
    ("encrypt_vs_ceiling", 0.95), ("decrypt_vs_ceiling", 0.9), ("encrypt_vs_callback_echo", 1.9),
    ("encrypt_vs_python_server", 19), ("encrypt_vs_ceiling_mtls", 0.9), ("p99_vs_ceiling", 1.5),
    ("idle_first_call_ms", 0.5), ("batch100_vs_python_inprocess", 7), ("batch1000_vs_python_inprocess", 10),
    ("create_vs_ceiling", 0.5), ("create_vs_commit_each", 8), ("cold_vs_ceiling", 0.45),
    ("postgres_create_vs_ceiling", 0.35), ("postgres_cold_vs_ceiling", 0.25), ("postgres_warm_vs_sqlite", 0.975),
    ("bytes_per_cached_key", 150.4), ("start_seconds_1m_keys", 0.2), ("kek_rewrap_seconds_1m", 12.5), ("seal_vs_boringssl", 1.667),
    ("overload_goodput", 0.85), ("scale_10m_read", 0.75), ("scale_10m_create", 0.6)])
def test_each_goal_is_computed_from_its_measurement(made, name, value):
    assert made["goals"][name] == pytest.approx(value, abs=1e-9)


def test_a_ratio_is_taken_within_each_round_and_the_median_counts():
    rounds = [{"a": {"f": 10}, "b": {"f": 10}}, {"a": {"f": 1}, "b": {"f": 2}}, {"a": {"f": 90}, "b": {"f": 100}}]
    assert goals.ratio("m", "a", "b", "f")({"m": rounds}) == 0.9


def test_what_was_not_measured_is_left_out():
    some = {"idle": canned.measurements()["idle"]}
    assert goals.evaluate(some) == {"idle_first_call_ms": 0.5}


def test_a_goal_is_met_on_its_bound_and_missed_beyond_it():
    by_name = {goal.name: goal for goal in goals.GOALS}
    assert by_name["create_vs_ceiling"].met(0.5) and not by_name["create_vs_ceiling"].met(0.499)
    assert by_name["seal_vs_boringssl"].met(2) and not by_name["seal_vs_boringssl"].met(2.01)


def test_the_table_says_met_or_missed(made):
    lines = {line.split()[0]: line for line in report.table(made).splitlines()}
    assert lines["encrypt_vs_ceiling"].endswith("≥ 0.95  met")
    assert lines["cold_vs_ceiling"].endswith("≥ 0.5   MISSED")
    assert re.search(r" 38 000$", lines["encrypt_calls_per_second"])


def test_the_file_holds_all_that_is_told(made, tmp_path):
    report.write(tmp_path / "deep" / "report.json", made)
    read = json.loads((tmp_path / "deep" / "report.json").read_text())
    assert set(read) == {"goals", "figures", "machine", "versions", "command", "commit", "failed", "measurements"}
    assert len(read["measurements"]["encrypt"]) == 3


def test_rendering_replaces_the_section_alone_and_twice_is_once(made, tmp_path):
    document = tmp_path / "P.md"
    document.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    drawings = {"A chart": tmp_path / "charts" / "a.svg"}
    report.render(document, made, drawings)
    once = document.read_text()
    report.render(document, made, drawings)
    assert document.read_text() == once
    assert once.startswith(f"before\n{report.BEGIN}\n") and once.endswith(f"{report.END}\nafter\n")
    assert "\nold\n" not in once and "| `cold_vs_ceiling` |" in once and "**0.45, missed**" in once
    assert "`script/bench --full`" in once and "![A chart](charts/a.svg)" in once


def test_a_document_without_the_marks_is_refused(made, tmp_path):
    document = tmp_path / "P.md"
    document.write_text("text\n")
    with pytest.raises(ValueError, match="lacks the marks"):
        report.render(document, made, {})
    assert document.read_text() == "text\n"


def test_the_document_of_this_repository_has_the_marks(made, tmp_path):
    copy = tmp_path / "P.md"
    copy.write_text((REPOSITORY / "docs" / "PERFORMANCE.md").read_text())
    report.render(copy, made, {})
    for name in NAMES | FULL_NAMES:
        assert f"| `{name}` |" in copy.read_text()


def test_saturation_is_where_both_have_come_close_to_their_best():
    swept = [{"in_flight": many, "ceiling": {"calls_per_second": ceiling}, "keyward": {"calls_per_second": keyward}}
             for many, ceiling, keyward in ((1, 10, 9), (8, 98, 80), (32, 99, 95), (64, 100, 94), (128, 97, 96))]
    assert measure_calls.saturating(swept) == 32


def test_figures_of_a_load_come_round_for_round():
    def printed(calls: int) -> dict:
        return {"calls": calls, "values": calls, "seconds": 2, "calls_per_second": calls / 2, "values_per_second": 5,
                "missed": 0, "codes": {"OK": calls}, "latency_us": {"p50": 1, "p99_9": 7, "count": calls},
                "refused_latency_us": {"p99": 3, "count": 1}, "rss_kib": {"before": 1024, "after": 2048, "peak": 4096},
                "cpu_seconds": {"server": 1.1, "client": 1}}
    rounds = rounds_of({"targets": {"a": {"rounds": [printed(1000), printed(10)]},
                                    "b": {"rounds": [printed(4), printed(6)]}}})
    assert [(each["a"]["calls_per_second"], each["b"]["calls_per_second"]) for each in rounds] == [(500, 2), (5, 3)]
    assert rounds[0]["a"]["p99.9_us"] == 7
    assert rounds[0]["a"]["refused_p99_us"] == 3
    assert rounds[0]["a"]["resident_mib_after"] == 2
    assert rounds[0]["a"]["cpu_us_per_call"] == pytest.approx(1000)


def test_repetitions_of_the_micro_benchmarks_are_rounds():
    def run_of(name, kind, time):
        return {"name": name, "run_type": kind, "time_unit": "ns", "cpu_time": time}
    printed = {"benchmarks": [run_of("BM_BareSeal", "iteration", 10), run_of("BM_SealToken", "iteration", 18),
                              run_of("BM_SealToken", "iteration", 30), run_of("BM_BareSeal", "iteration", 20),
                              run_of("BM_BareSeal_mean", "aggregate", 15)]}
    assert measure_seal.rounds_of(printed) == [
        {"token": {"nanoseconds": 18}, "boringssl": {"nanoseconds": 10}},
        {"token": {"nanoseconds": 30}, "boringssl": {"nanoseconds": 20}}]
