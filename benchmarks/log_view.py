"""How fast the log view takes lines and finds them, against Textual's own widgets, in one run.

    python benchmarks/log_view.py [--lines 100000] [--more 1000000]

Each widget gets the same lines in batches of 1000 (RichLog and Log line by line cannot keep up and
get fewer). Meanwhile a probe wakes up every 5 ms: its longest delay is the longest freeze; and a
key is pressed again and again: the longest time until its action ran is the longest without an
answer. Other processes count in both; `cpu ms`, the longest turn of the event loop by the
processor's time, leaves them out. The machine's noise cancels out in the ratios only.
"""

import argparse
import asyncio
import gc
import resource
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator
from pathlib import Path
from typing import Any, Self

from textual.app import App, ComposeResult
from textual.events import Key
from textual.widget import Widget
from textual.widgets import Log, RichLog

from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.logs.log_filter import LogFilter
from pitui.domain.logs.log_line import LogLine
from pitui.spark.logs.line_parser import LineParser
from pitui.spark.logs.log_search import search_for
from pitui.tui.logs.view.line_text import LogDisplay
from pitui.tui.logs.view.log_find import find_all
from pitui.tui.logs.view.log_view import LogView
from pitui.tui.terminal.gc_tuning import tune_gc
from pitui.tui.terminal.style_files import style_paths
from pitui.tui.terminal.theme import OWN_THEME, theme_variables

BATCH = 1000
PROBE_S = 0.005
PIECE = 250
RING = 100_000
HEAD = f"{'freeze ms':>9}{'cpu ms':>8}{'key ms':>8}{'99 %':>8}"


def made(count: int) -> list[LogLine]:
    """Return lines as they come from a log; the collector of garbage leaves them alone."""
    lines = [line for batch in batches(count) for line in batch]
    tune_gc()
    return lines


def batches(count: int) -> Iterator[list[LogLine]]:
    """Yield lines in small batches that nobody else keeps."""
    parser = LineParser("pi1")
    for first in range(0, count, PIECE):
        yield parser.parse(texts(first, min(count, first + PIECE), count))


def texts(first: int, end: int, count: int) -> list[str]:
    return [
        f"26/11/21 01:{n // 60_000 % 60:02}:{n // 1000 % 60:02} INFO TaskSetManager: Finished task"
        f" {n}.0 in stage 7.0 (TID {n}) in 17209 ms on 127.0.0.13 (executor driver) ({n}/{count})"
        for n in range(first, end)
    ]


def resident_mib() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


class Bench(App[None]):
    CSS_PATH = [str(path) for path in style_paths()]  # noqa: RUF012
    BINDINGS = [("f5", "answer", "answer")]  # noqa: RUF012

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.register_theme(OWN_THEME)
        self.theme = OWN_THEME.name
        self.widget = widget
        self.answered = asyncio.Event()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return theme_variables(self.current_theme)

    def compose(self) -> ComposeResult:
        yield self.widget

    def action_answer(self) -> None:
        self.answered.set()


class Probe:
    """Measures for how long nothing else had its turn."""

    def __init__(self, app: Bench) -> None:
        self._app = app
        self.freeze = self.key = self.cpu = 0.0
        self.keys: list[float] = []

    async def __aenter__(self) -> Self:
        self._done = False
        self._group = TaskGroup()
        await self._group.__aenter__()
        self._group.create_task(self._look())
        self._group.create_task(self._press())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._done = True
        await self._group.__aexit__(None, None, None)

    async def _look(self) -> None:
        while not self._done:
            begin, used = time.perf_counter(), time.process_time()
            await asyncio.sleep(PROBE_S)
            self.freeze = max(self.freeze, time.perf_counter() - begin - PROBE_S)
            self.cpu = max(self.cpu, time.process_time() - used)

    async def _press(self) -> None:
        while not self._done:
            self._app.answered.clear()
            begin = time.perf_counter()
            self._app.post_message(Key("f5", None))
            await self._app.answered.wait()
            self.keys.append(time.perf_counter() - begin)
            await asyncio.sleep(0.02)

    def __str__(self) -> str:
        keys = sorted(self.keys)
        return (
            f"{self.freeze * 1000:9.1f}{self.cpu * 1000:8.1f}{keys[-1] * 1000:8.1f}"
            f"{keys[int(len(keys) * 0.99)] * 1000:8.1f}"
        )


async def measure(
    widget: Widget,
    lines: Iterable[list[LogLine]],
    add: Callable[[Any, list[LogLine]], Any],
) -> tuple[float, Probe, float]:
    """Return seconds until everything was taken and drawn, the probe, MiB more."""
    app = Bench(widget)
    async with app.run_test(size=(120, 40)) as pilot:
        widget.focus()
        await pilot.pause()
        before = resident_mib()
        begin = time.perf_counter()
        async with Probe(app) as probe:
            for batch in lines:
                taking = add(widget, batch)
                if taking is not None:
                    await taking
                await asyncio.sleep(0)
            await pilot.pause()
        seconds = time.perf_counter() - begin
        after = resident_mib()
    return seconds, probe, after - before


async def search(count: int) -> None:
    """Search and filter many lines, and print how long that takes."""
    widget = LogView(count)
    app = Bench(widget)
    async with app.run_test(size=(120, 40)) as pilot:
        widget.focus()
        await pilot.pause()
        before = resident_mib()
        for batch in batches(count):
            await widget.take(batch)
        while not widget.layouter.settled:
            await pilot.pause(0.01)
        print(f"\n{count:,} lines kept: {resident_mib() - before:.0f} MiB")
        print(f"{'':36}{'found':>9}{'seconds':>9}{HEAD}")
        for title, words in (
            ("search, words", "(tid 99"),
            ("search, expression", r"task \d*999\.0 .*driver"),
        ):
            begin = time.perf_counter()
            async with Probe(app) as probe:
                found = await find_all(widget.rows, search_for(words), widget.store.first)
            print(f"{title:36}{len(found):9,}{time.perf_counter() - begin:9.2f}{probe}")
        for title, chosen in (
            ("filter, words", LogFilter(text="(TID 99")),
            ("filter, expression", LogFilter(text=r"task \d*999\.0 .*driver", regex=True)),
            ("filter, words, 2 lines around", LogFilter(text="(TID 99)", before=2, after=2)),
        ):
            begin = time.perf_counter()
            async with Probe(app) as probe:
                widget.set_filter(chosen)
                while not widget.layouter.settled:
                    await asyncio.sleep(0.002)
            print(f"{title:36}{widget.rows.lines:9,}{time.perf_counter() - begin:9.2f}{probe}")
        widget.set_filter(LogFilter())
        begin = time.perf_counter()
        async with Probe(app) as probe:
            widget.set_look(LogDisplay(wrap=True))
            while not widget.layouter.settled:
                await asyncio.sleep(0.002)
        print(f"{'wrap':36}{widget.rows.rows:9,}{time.perf_counter() - begin:9.2f}{probe}")
        begin = time.perf_counter()
        async with Probe(app) as probe:
            for number in range(0, count, max(1, count // 200)):
                widget.cursor.jump(number)
                await asyncio.sleep(0.01)
        print(f"{'200 jumps':36}{'':9}{time.perf_counter() - begin:9.2f}{probe}")


def add_view(view: LogView, lines: list[LogLine]) -> Coroutine[Any, Any, None]:
    return view.take(lines)


def add_log(log: Log, lines: list[LogLine]) -> None:
    log.write_lines(line.text for line in lines)


def add_log_one_by_one(log: Log, lines: list[LogLine]) -> None:
    for line in lines:
        log.write_line(line.text)


def add_rich(log: RichLog, lines: list[LogLine]) -> None:
    for line in lines:
        log.write(line.text)


def view() -> LogView:
    return LogView(RING)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--more", type=int, default=1_000_000)
    options = parser.parse_args()
    lines = made(options.lines)
    slow = lines[: max(BATCH, options.lines // 20)]
    cases: list[tuple[str, Widget, list[LogLine], Callable[[Any, list[LogLine]], Any]]] = [
        ("pitui LogView", view(), lines, add_view),
        ("Log.write_lines", Log(max_lines=RING), lines, add_log),
        ("Log.write_line", Log(max_lines=RING), slow, add_log_one_by_one),
        ("RichLog.write", RichLog(max_lines=RING), slow, add_rich),
    ]
    print(f"{'':22}{'lines':>9}{'lines/s':>12}{HEAD}{'MiB':>7}{'pitui is':>12}")
    own = 0.0
    for name, widget, given, add in cases:
        cut = [given[at : at + BATCH] for at in range(0, len(given), BATCH)]
        seconds, probe, mib = await measure(widget, cut, add)
        rate = len(given) / seconds
        own = own or rate
        ratio = f"{own / rate:,.1f} x" if rate != own else ""
        print(f"{name:22}{len(given):9,}{rate:12,.0f}{probe}{mib:7.0f}{ratio:>12}")
    del lines, slow, cases, given, cut
    gc.unfreeze()
    gc.collect()
    tune_gc()
    seconds, probe, mib = await measure(view(), batches(options.more), add_view)
    rate = options.more / seconds
    print(f"{'burst, parsed too':22}{options.more:9,}{rate:12,.0f}{probe}{mib:7.0f}")
    await search(options.more)


if __name__ == "__main__":
    asyncio.run(main())
