"""The report: one page that needs nothing else, says nothing as markup, and holds the charts."""

import csv
import io
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from support.benchmarks import LOCAL, ONE, RUNS, SLOWER, SORT, STOPPED, TWO, samples, tasks

from pitui.bench.report.charts import repeats_chart
from pitui.bench.report.csv_table import csv_table
from pitui.bench.report.markup import svg
from pitui.bench.report.page import ReportedRun, report_page
from pitui.bench.report.time_charts import gantt_chart, node_load_charts
from pitui.domain.apps.recorded_run import Repeat
from pitui.domain.errors import UsageError
from pitui.services.benchmarks.benchmark_report import write_report

VOID = {"meta", "br", "link", "img", "input", "hr"}


class Page(HTMLParser):
    """Reads a page strictly: every element that begins ends in its place."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(self.words)


def page(*reported: ReportedRun, baselines: tuple = (SORT,)) -> Page:
    return Page(report_page("shelf", reported, baselines, 1.8e9))


WHOLE = (
    ReportedRun(SORT, samples(), tasks()),
    ReportedRun(SLOWER, samples(SLOWER), (), "no event log of it is kept"),
    *(ReportedRun(run) for run in (TWO, ONE, STOPPED, LOCAL)),
)


def test_it_holds_what_the_screen_shows() -> None:
    found = page(*WHOLE)
    for words in (
        "Benchmarks of shelf",
        "6 runs",
        "Scaling of sort",
        "efficiency 95%",
        "Compared",
        "1.22x slower",
        "1.19 to 1.27",
        "too few repeats",
        "Bound by the disk: 46 %",
        "One more node like pi3",
        "pi2 (throttled)",
        "stage 2",
        "Tasks: no event log of it is kept",
        "stopped by the watchdog",
    ):
        assert words in found.text, words
    # Repeats, scaling; parts of four runs; three nodes of two runs; one Gantt.
    assert found.tags.count("svg") == 2 + 4 + 6 + 1


def test_it_needs_nothing_from_elsewhere() -> None:
    text = report_page("shelf", WHOLE, (), 1.8e9)
    found = Page(text)
    assert not {"script", "link", "img", "iframe", "object"} & {*found.tags}
    assert [v for n, v in found.attributes if n in ("src", "href") and not v.startswith("#")] == []
    assert "url(" not in text
    assert "@import" not in text
    for rule in ("@media print", "prefers-color-scheme: dark", "break-inside: avoid"):
        assert rule in text


@pytest.mark.parametrize("evil", ["<script>alert(1)</script>", '"><img src=x onerror=1>', "a & b",
                                  "\x1b[2Jgone", "]]>", "</style><b>"])  # fmt: skip
def test_every_text_is_escaped(evil: str) -> None:
    run = replace(
        SORT, id=evil, name=evil, error=evil, value=evil, parameters={evil: evil}, spark=evil,
        detail={evil: evil}, bound=replace(SORT.bound, by=evil, text=evil, parts={evil: 0.9}),
        what_if=replace(SORT.what_if, texts=[evil]),
    )  # fmt: skip
    bars = [replace(bar, node=evil, executor=evil) for bar in tasks()]
    loads = {evil: samples()["pi1"]}
    clean = report_page("shelf", [ReportedRun(SORT, {"pi1": loads[evil]}, tasks())], (), 1.8e9)
    text = report_page(
        evil, [ReportedRun(run, loads, bars), ReportedRun(run, {}, (), evil)], (run,), 1.8e9
    )
    found = Page(text)
    assert {*found.tags} <= {*Page(clean).tags, "p", "span"}
    assert "\x1b" not in text
    assert evil.replace("\x1b", "\u241b") in found.text


def test_a_run_alone_and_a_run_of_nothing() -> None:
    alone = page(ReportedRun(SORT), baselines=())
    assert "Compared" not in alone.text
    assert "1 run;" in alone.text
    nothing = page(ReportedRun(STOPPED), baselines=())
    assert "svg" not in nothing.tags


def test_drawings_are_whole_on_their_own() -> None:
    """A converter or a copied drawing has no style of the page."""
    drawn = [*node_load_charts(samples()), gantt_chart(tasks())]
    for one in drawn:
        assert one is not None
        again = ET.fromstring(ET.tostring(one))
        shapes = [e for e in again.iter() if e.get("class")]
        assert len(shapes) > 5
        assert [e.get("class") for e in shapes if not e.get("fill") and not e.get("stroke")] == []
    assert svg(1, 2, "x", ()).get("viewBox") == "0 0 1 2"


def test_bars_of_a_gantt_stand_where_their_tasks_ran() -> None:
    bars = tasks()
    chart = gantt_chart(bars)
    assert chart is not None
    drawn = [e for e in chart.iter("rect") if float(e.get("height", "0")) == 12]
    assert len(drawn) == len(bars)
    assert sum(e.get("class") == "failed" for e in drawn) == 1
    begin, end = min(b.begin for b in bars), max(b.end for b in bars)
    right = max(float(e.get("x", "0")) + float(e.get("width", "0")) for e in drawn)
    assert right == pytest.approx(900, abs=1)
    widest = max(float(e.get("width", "0")) for e in drawn)
    longest = max(b.end - b.begin for b in bars)
    assert widest == pytest.approx(750 * longest / (end - begin), abs=1)


def test_the_table_has_a_row_a_repeat() -> None:
    rows = list(csv.DictReader(io.StringIO(csv_table(RUNS))))
    own = [row for row in rows if row["run"] == SORT.id]
    assert [row["seconds"] for row in own] == ["58.1", "57.2", "59.9", "58.4", "57.7"]
    assert {row["bound_by"] for row in own} == {"disk"}
    assert own[0]["parameters"] == "size=400m path=/data/sort"
    (stopped,) = (row for row in rows if row["run"] == STOPPED.id)
    assert (stopped["state"], stopped["seconds"]) == ("cancelled", "")


def test_a_report_is_written_whole_over_an_older_one(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("old")
    assert write_report("new", target) == target
    assert target.read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_where_it_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        write_report("x", tmp_path)
    with pytest.raises(UsageError, match="No such file"):
        write_report("x", tmp_path / "missing" / "report.html")


def test_repeats_that_are_rounded_to_nothing_are_drawn_at_the_beginning() -> None:
    run = replace(SORT, repeats=(Repeat(0.0), Repeat(0.0)))
    chart = repeats_chart([run])
    assert chart is not None
    assert ET.tostring(chart).count(b"<circle") == 2


def test_of_a_run_that_was_stopped_only_what_is_known_is_said() -> None:
    stopped = page(ReportedRun(replace(STOPPED, local=True)), baselines=())
    assert "local on nuc" in stopped.text
    assert "?" not in stopped.text


def test_a_little_on_a_slow_link_is_not_nothing() -> None:
    series = [replace(one, received=100.0, sent=67.0) for one in samples()["pi1"]]
    assert "Network, at most 167 B/s" in page(ReportedRun(SORT, {"pi1": series})).text
