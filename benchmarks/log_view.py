"""How fast the log view takes lines, against Textual's own widgets, in one run.

    python benchmarks/log_view.py [--lines 100000] [--more 1000000]

Each widget gets the same lines in batches of 1000 (RichLog and Log line by line cannot keep up and
get fewer) while a probe wakes up every 5 ms: its longest delay is the longest freeze, the time for
which no key would be answered. The machine's noise cancels out in the ratios only.
"""

import argparse
import asyncio
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.app import App, ComposeResult
from textual.widget import Widget
from textual.widgets import Log, RichLog

from pitui.domain.log_line import LogLine
from pitui.spark.log_lines import LineParser
from pitui.tui.style_files import style_paths
from pitui.tui.theme import OWN_THEME, theme_variables
from pitui.tui.widgets.log_view import LogView

BATCH = 1000
PROBE_S = 0.005
RING = 100_000


def made(count: int) -> list[LogLine]:
    texts = [
        f"26/11/21 01:{n // 60_000 % 60:02}:{n // 1000 % 60:02} INFO TaskSetManager: Finished task"
        f" {n}.0 in stage 7.0 (TID {n}) in 17209 ms on 127.0.0.13 (executor driver) ({n}/{count})"
        for n in range(count)
    ]
    return LineParser("pi1").parse(texts)


def resident_mib() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


class Bench(App[None]):
    CSS_PATH = [str(path) for path in style_paths()]  # noqa: RUF012

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.register_theme(OWN_THEME)
        self.theme = OWN_THEME.name
        self.widget = widget

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return theme_variables(self.current_theme)

    def compose(self) -> ComposeResult:
        yield self.widget


async def measure(
    widget: Widget, lines: list[LogLine], add: Callable[[Any, list[LogLine]], None]
) -> tuple[float, float, float]:
    """Return seconds until everything was taken and drawn, longest freeze, MiB more."""
    freeze = 0.0
    done = False

    async def probe() -> None:
        nonlocal freeze
        while not done:
            begin = time.perf_counter()
            await asyncio.sleep(PROBE_S)
            freeze = max(freeze, time.perf_counter() - begin - PROBE_S)

    app = Bench(widget)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        before = resident_mib()
        begin = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            group.create_task(probe())
            for at in range(0, len(lines), BATCH):
                add(widget, lines[at : at + BATCH])
                await asyncio.sleep(0)
            await pilot.pause()
            done = True
        seconds = time.perf_counter() - begin
        after = resident_mib()
    return seconds, freeze, after - before


def add_view(view: LogView, lines: list[LogLine]) -> None:
    view.add(lines)


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
    cases: list[tuple[str, Widget, list[LogLine], Callable[[Any, list[LogLine]], None]]] = [
        ("pitui LogView", view(), lines, add_view),
        ("Log.write_lines", Log(max_lines=RING), lines, add_log),
        ("Log.write_line", Log(max_lines=RING), slow, add_log_one_by_one),
        ("RichLog.write", RichLog(max_lines=RING), slow, add_rich),
    ]
    print(f"{'':22}{'lines':>9}{'lines/s':>12}{'freeze ms':>11}{'MiB':>7}{'pitui is':>12}")
    own = 0.0
    for name, widget, given, add in cases:
        seconds, freeze, mib = await measure(widget, given, add)
        rate = len(given) / seconds
        own = own or rate
        ratio = f"{own / rate:,.1f} x" if rate != own else ""
        print(f"{name:22}{len(given):9,}{rate:12,.0f}{freeze * 1000:11.1f}{mib:7.0f}{ratio:>12}")
    del lines
    more = made(options.more)
    seconds, freeze, mib = await measure(view(), more, add_view)
    print(
        f"{'pitui LogView, burst':22}{len(more):9,}{len(more) / seconds:12,.0f}"
        f"{freeze * 1000:11.1f}{mib:7.0f}"
    )


if __name__ == "__main__":
    asyncio.run(main())
