"""Runs as one page: no script, nothing from elsewhere, readable in the dark and on paper."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pitui.bench.baseline import check_baseline
from pitui.bench.compare_runs import RunVerdict, compare_runs
from pitui.bench.report.charts import parts_chart, repeats_chart, scaling_chart
from pitui.bench.report.markup import Content, Element, element, to_html
from pitui.bench.report.time_charts import gantt_chart, node_load_charts
from pitui.bench.scaling import run_scaling
from pitui.domain.apps.gantt import TaskBar
from pitui.domain.apps.recorded_run import Run
from pitui.domain.bottleneck.node_sample import NodeSample, recorded_span
from pitui.domain.text.number_words import counted, took

_STYLE = Path(__file__).with_name("style.css")
_VERDICT_CLASS = {RunVerdict.FASTER: "good", RunVerdict.SLOWER: "bad"}
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ReportedRun:
    """A run with what was recorded beside it."""

    run: Run
    samples: Mapping[str, Sequence[NodeSample]] = field(default_factory=dict)
    tasks: Sequence[TaskBar] = ()
    tasks_problem: str = ""
    """Why its tasks could not be read."""


def report_page(
    cluster: str, runs: Sequence[ReportedRun], baselines: Sequence[Run], now: float
) -> str:
    """Return the page on runs of a cluster, the first of which the others are compared with."""
    title = f"Benchmarks of {cluster}"
    plain = [reported.run for reported in runs]
    made = datetime.fromtimestamp(now).astimezone().strftime("%Y-%m-%d %H:%M %Z")
    count = counted(len(runs), "run")
    body = element(
        "body",
        element("h1", title),
        element("p", f"{count}; written by pitui on {made}.", class_="dim"),
        *_overview_part(plain, baselines),
        *_scaling_part(plain),
        *_comparison_part(plain),
        *(_run_section(reported, baselines) for reported in runs),
    )
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        element("style", _STYLE.read_text("utf-8")),
    )
    return to_html(element("html", head, body, lang="en"))


def _overview_part(runs: Sequence[Run], baselines: Sequence[Run]) -> Iterable[Element]:
    heads = ("run", "benchmark", "with", "median", "spread", "workers", "bound by", "baseline")
    rows = [
        (
            _link_to_run(run),
            run.name,
            _given_parameters(run),
            _seconds_or_dash(run.median_seconds),
            _seconds_or_dash(run.spread_seconds),
            "local" if run.local else str(run.workers or "–"),
            f"{run.bound.by} {run.bound.share:.0%}" if run.bound else "–",
            _against_its_baseline(run, baselines),
        )
        for run in runs
    ]
    yield _html_table(heads, rows, right=(3, 4, 5))
    chart = repeats_chart(runs)
    if chart is not None:
        yield element("h3", "Repeats, and the median of each run")
        yield chart


def _against_its_baseline(run: Run, baselines: Sequence[Run]) -> Content:
    if any(run.id == baseline.id for baseline in baselines):
        return "is one"
    check = check_baseline(run, baselines)
    if check is None:
        return "–"
    words = f"{check.ratio:.2f}x"
    return element("span", f"{words} slower", class_="bad") if check.slower else words


def _scaling_part(runs: Sequence[Run]) -> Iterable[Element]:
    for name in dict.fromkeys(run.name for run in runs):
        points = run_scaling(run for run in runs if run.name == name)
        if points:
            yield element("h2", f"Scaling of {name}")
            yield scaling_chart(points)


def _comparison_part(runs: Sequence[Run]) -> Iterable[Element]:
    """Yield how the others are against the first of the same benchmark."""
    rows = []
    for name in dict.fromkeys(run.name for run in runs):
        first, *others = (run for run in runs if run.name == name)
        for found in (compare_runs(first, other) for other in others):
            verdict = element(
                "span", str(found.verdict), class_=_VERDICT_CLASS.get(found.verdict, "plain")
            )
            interval = f"{found.low:.2f} to {found.high:.2f}" if found.low and found.high else "–"
            ratio = "–" if found.ratio is None else f"{found.ratio:.2f}"
            differences = [f"{n}: {a or 'none'} → {b or 'none'}"
                           for n, (a, b) in found.differences.items()]  # fmt: skip
            why = "; ".join((*found.reasons, *differences))
            ids = _link_to_run(found.second), _link_to_run(first)
            rows.append((*ids, verdict, ratio, interval, why))
    if rows:
        yield element("h2", "Compared")
        heads = ("run", "with", "verdict", "ratio", "95 % interval", "why, and what differed")
        yield _html_table(heads, rows, right=(3, 4))


def _run_section(reported: ReportedRun, baselines: Sequence[Run]) -> Element:
    run = reported.run
    return element(
        "section",
        element("h2", f"{run.name}: {run.id}"),
        _run_facts_table(run, baselines),
        *_bound_part(run),
        *_node_loads_part(reported),
        *_gantt_part(reported),
        class_="run",
        id=run.id,
    )


def _place_parts(run: Run) -> Iterator[str]:
    """Yield what is known of where it ran: one that was stopped early did not say all."""
    if run.local:
        yield f"local on {run.node}"
    for number, word in (
        (None if run.local else run.workers, "worker"),
        (run.cores, "core"),
        (None if run.local else run.executors, "executor"),
    ):
        if number is not None:
            yield counted(number, word)
    if run.executor_memory_mib:
        yield f"{run.executor_memory_mib} MiB{'' if run.local else ' each'}"


def _run_facts_table(run: Run, baselines: Sequence[Run]) -> Element:
    check = check_baseline(run, baselines)
    began = datetime.fromtimestamp(run.started_at).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    repeats = ", ".join(f"{repeat.seconds:.2f}" for repeat in run.repeats)
    facts = (
        ("state", f"{run.state}{': ' + run.error if run.error else ''}"),
        ("started", began),
        ("with", _given_parameters(run)),
        ("median", _seconds_or_dash(run.median_seconds)),
        ("spread", _seconds_or_dash(run.spread_seconds)),
        ("repeats in s", f"{repeats}{', after a warm-up' if run.warm_up else ''}"),
        ("on", ", ".join(_place_parts(run))),
        ("data", "" if run.data_bytes is None else f"{run.data_bytes / _MIB:,.1f} MiB"),
        ("Spark", run.spark or ""),
        ("result", run.value or ""),
        *run.detail.items(),
        ("baseline", check.text if check else ""),
    )
    rows = [(name, words) for name, words in facts if words]
    return _html_table((), rows)


def _bound_part(run: Run) -> Iterable[Element]:
    if run.bound is None:
        return
    yield element("h3", "What bound it")
    yield element("p", run.bound.text)
    chart = parts_chart(run.bound.parts)
    if chart is not None:
        yield chart
    for words in run.what_if.texts if run.what_if else ():
        yield element("p", words)


def _node_loads_part(reported: ReportedRun) -> Iterable[Element]:
    span = recorded_span(reported.samples.values())
    if span is not None:
        yield element("h3", f"Nodes meanwhile: {took(span[1] - span[0])} from left to right")
        yield from node_load_charts(reported.samples)


def _gantt_part(reported: ReportedRun) -> Iterable[Element]:
    chart = gantt_chart(reported.tasks)
    if chart is not None:
        yield element("h3", "Tasks on cores")
        yield chart
    elif reported.tasks_problem:
        yield element("p", f"Tasks: {reported.tasks_problem}", class_="dim")


def _html_table(
    heads: Sequence[str], rows: Iterable[Sequence[Content]], right: Sequence[int] = ()
) -> Element:
    def line(tag: str, contents: Sequence[Content]) -> Element:
        return element("tr", *(
            element(tag, content, **({"class_": "right"} if index in right else {}))
            for index, content in enumerate(contents)
        ))  # fmt: skip

    head = [element("thead", line("th", heads))] if heads else []
    body = element("tbody", *(line("td", row) for row in rows))
    return element("div", element("table", *head, body), class_="scroll")


def _link_to_run(run: Run) -> Element:
    return element("a", run.id, href=f"#{run.id}")


def _given_parameters(run: Run) -> str:
    return " ".join(f"{name}={value}" for name, value in run.parameters.items() if value)


def _seconds_or_dash(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds:.2f} s"
