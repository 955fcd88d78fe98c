"""The Logs pane, driven by keys."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from support.fake_services import FakeLogs, FakeServices
from textual.pilot import Pilot

from pitui.config.load import load_config
from pitui.domain.errors import PituiError
from pitui.domain.logs.log_filter import LogFilter
from pitui.domain.logs.log_line import Level, LogLine, LogSource
from pitui.domain.snapshot import Snapshot
from pitui.spark.logs.line_filter import LineFilter
from pitui.spark.logs.line_parser import LineParser
from pitui.tui.app import PituiApp
from pitui.tui.base.ui_messages import ShowLogAt
from pitui.tui.logs.line_target import LineTarget, LineTargetSearch
from pitui.tui.logs.store import log_block, log_store
from pitui.tui.logs.store.block_filter import Folding
from pitui.tui.logs.store.log_store import LogStore
from pitui.tui.logs.view.line_text import LogDisplay, body, row_count, rows
from pitui.tui.logs.view.log_rows import LogRows
from pitui.tui.logs.view.log_view import LogView

CONFIG = """\
cluster: {master: nuc}
ui: {log_lines: 1000}
nodes:
  nuc: {host: local}
  pi1: {host: 127.0.0.11}
  pi2: {host: 127.0.0.12}
"""
SOURCES = [LogSource(tag, tag, "", tag) for tag in ("nuc", "pi1", "pi2")]


class LogLines(FakeLogs):
    """Logs that hold what the test puts into the queue."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[list[LogLine]] = asyncio.Queue()
        self.asked: list[list[str]] = []

    async def sources(self, snapshot: Snapshot, words: Sequence[str]) -> list[LogSource]:
        if "nope" in words:
            raise PituiError("unknown log 'nope'")
        self.asked.append(list(words))
        known = {source.id: source for source in SOURCES}
        return [known[word] for word in words if word in known] or SOURCES

    async def follow(
        self, sources: Sequence[LogSource], lines: int
    ) -> AsyncGenerator[list[LogLine], None]:
        while True:
            yield await self.queue.get()


class Lines(FakeServices):
    """Services of which only the logs are there."""

    def __init__(self) -> None:
        super().__init__()
        self.logs = lines = LogLines()
        self.queue, self.asked = lines.queue, lines.asked

    async def run(self, on_snapshot: object, on_runs: object) -> None:
        await asyncio.Event().wait()


class Screen:
    """The app under a pilot, with its logs in front."""

    def __init__(self, pilot: Pilot[None], app: PituiApp, services: Lines) -> None:
        self.pilot, self.app, self.services = pilot, app, services
        self.pane = app.main.logs
        self.parsers = {source.tag: LineParser(source.tag) for source in SOURCES}

    @property
    def view(self) -> LogView:
        return self.pane.view

    async def add(self, *texts: str, tag: str = "pi1") -> None:
        lines = self.parsers[tag].parse(list(texts))
        end = self.view.store.end + len(lines)
        self.services.queue.put_nowait(lines)
        async with asyncio.timeout(20):
            while self.view.store.end < end:
                await self.pilot.pause(0.01)
        await self.settled()

    async def settled(self) -> None:
        """Wait until everything that was added is drawn."""
        async with asyncio.timeout(20):
            while not self.view.layouter.settled or [
                one for one in self.pane.workers if one.group in ("find", "count", "copy")
            ]:
                await self.pilot.pause(0.01)
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settled()

    def shown(self) -> list[str]:
        height = self.view.size.height
        return [self.view.render_line(y).text.removeprefix(" ").rstrip() for y in range(height)]

    def at_cursor(self) -> str | None:
        cursor = self.view.viewport.cursor
        return None if cursor is None else self.view.store[cursor].text


@asynccontextmanager
async def opened(folder: Path, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Screen]:
    config = folder / "config.yaml"
    config.write_text(CONFIG)
    services = Lines()

    @asynccontextmanager
    async def backend(_config: object, _prompter: object) -> AsyncIterator[Lines]:
        yield services

    app = PituiApp(load_config(config), open_backend=backend, load=lambda: None)
    async with app.run_test(size=size) as pilot:
        async with asyncio.timeout(20):
            while not services.asked:
                await pilot.pause(0.01)
        await pilot.press("2")
        yield Screen(pilot, app, services)


def info(number: int, second: int = 0) -> str:
    return f"26/11/21 01:29:{second:02} INFO Worker: line {number}"


async def test_starts_with_master_and_workers_and_follows(tmp_path: Path) -> None:
    async with opened(tmp_path) as screen:
        assert screen.services.asked == [["master", "workers"]]
        assert screen.pane.title == "Logs: nuc, workers, following"
        assert "reading the last 500 lines of nuc, workers" in "".join(screen.shown())
        await screen.add(*(info(n) for n in range(100)))
        assert screen.shown()[-1].endswith("line 99")
        assert screen.shown()[-1].startswith("pi1 01:29:00 INFO")


async def test_scrolling_up_pauses_and_holds_the_place(tmp_path: Path) -> None:
    async with opened(tmp_path) as screen:
        await screen.add(*(info(n) for n in range(100)))
        await screen.press("k", "up")
        assert screen.at_cursor() == info(97)
        before = screen.shown()
        await screen.add(*(info(n) for n in range(100, 331)))
        assert screen.shown() == before
        assert screen.pane.title == "Logs: nuc, workers, paused, 231 new"
        await screen.press("G")
        assert screen.pane.title == "Logs: nuc, workers, following"
        assert screen.shown()[-1].endswith("line 330")


async def test_the_mouse_wheel_pauses_and_resumes(tmp_path: Path) -> None:
    async with opened(tmp_path) as screen:
        await screen.add(*(info(n) for n in range(100)))
        screen.view.scroll_to(y=10, animate=False)
        await screen.pilot.pause()
        assert not screen.view.viewport.following
        screen.view.scroll_to(y=screen.view.max_scroll_y, animate=False)
        await screen.pilot.pause()
        assert screen.view.viewport.following


async def test_the_oldest_lines_give_way_and_are_counted(tmp_path: Path) -> None:
    async with opened(tmp_path) as screen:
        await screen.add(*(info(n) for n in range(1500)))
        assert len(screen.view.store) == 1000
        assert screen.view.store.first == 500
        assert screen.pane.title == "Logs: nuc, workers, following, 500 older dropped"
        await screen.press("g")
        assert screen.at_cursor() == info(500)
        assert screen.shown()[0].endswith("line 500")


async def test_a_place_stays_while_older_lines_are_dropped(tmp_path: Path) -> None:
    async with opened(tmp_path) as screen:
        await screen.add(*(info(n) for n in range(1000)))
        await screen.press("pageup", "pageup")
        before = screen.shown()
        await screen.add(*(info(n) for n in range(1000, 1200)))
        assert screen.view.store.first == 200
        assert screen.shown() == before


async def test_a_burst_leaves_the_keyboard_usable(tmp_path: Path) -> None:
    """Keys are answered between the batches of 100,000 lines, and the newest lines are kept."""
    async with opened(tmp_path) as screen:
        batches = [
            screen.parsers["pi1"].parse([info(n) for n in range(begin, begin + 2000)])
            for begin in range(0, 100_000, 2000)
        ]
        for batch in batches[:5]:
            screen.services.queue.put_nowait(batch)
        async with asyncio.timeout(20):
            while screen.view.store.end == 0:
                await screen.pilot.pause(0.01)
        await screen.pilot.press("k")
        paused_at = screen.view.store.end
        assert not screen.view.viewport.following
        for batch in batches[5:]:
            screen.services.queue.put_nowait(batch)
        await screen.pilot.press("f", "9")
        assert screen.pane.filter_bar.value == "9"
        await screen.pilot.press("escape", "G")
        async with asyncio.timeout(30):
            while screen.view.store.end < 100_000:
                await screen.pilot.pause(0.01)
        await screen.settled()
        assert paused_at < 100_000
        assert screen.view.store.first == 99_000
        assert screen.shown()[-1].endswith("line 99999")


async def test_a_log_is_shown_at_the_line_that_explains(tmp_path: Path) -> None:
    async with opened(tmp_path) as screen:
        await screen.press("1")
        screen.app.main.post_message(ShowLogAt(["pi1"], ["no such thing", r"task 7\.0"]))
        async with asyncio.timeout(20):
            while screen.services.asked[-1] != ["pi1"]:
                await screen.pilot.pause(0.01)
        texts = [info(n) for n in range(300)]
        texts[50] = texts[99] = "26/11/21 01:29:00 ERROR Executor: Exception in task 7.0"
        await screen.add(*texts)
        assert screen.view.viewport.cursor == 99
        assert any(text.endswith("Exception in task 7.0") for text in screen.shown())
        assert screen.app.main.panes.focused_pane is screen.pane


@given(st.lists(st.sampled_from("abc"), max_size=20), st.integers(1, 7))
def test_a_goal_is_the_same_however_the_lines_come(texts: list[str], size: int) -> None:
    goal = LineTarget(("c", "b"))
    lines = [line(text) for text in texts]
    whole, pieces = LineTargetSearch(goal), LineTargetSearch(goal)
    whole.take(0, lines)
    for at in range(0, len(lines), size):
        pieces.take(at, lines[at : at + size])
    wanted = "c" if "c" in texts else "b"
    last = max((n for n, text in enumerate(texts) if text == wanted), default=None)
    assert whole.best == pieces.best == last


def test_of_several_goals_the_nearest_in_time_counts() -> None:
    lines = [LogLine("a", "x", Level.INFO, at) for at in (10.0, 20.0, 30.0)]
    lines.insert(2, LogLine("a", "\tx of 20"))
    for goal in (LineTarget(("x",), 21.0), LineTarget((), 21.0)):
        seeker = LineTargetSearch(goal)
        seeker.take(5, lines)
        assert seeker.best == 6


async def test_filter(tmp_path: Path) -> None:
    async with opened(tmp_path) as screen:
        await screen.add(*(info(n) for n in range(200)))
        await screen.press("f", *"line 1[57]", "enter")
        assert [text[-3:] for text in screen.shown() if text] == [
            " 15", " 17", *(str(n) for n in (*range(150, 160), *range(170, 180))),
        ][-screen.view.size.height :]  # fmt: skip
        await screen.add(info(300), info(157))
        assert [text for text in screen.shown() if text][-1].endswith("line 157")
        await screen.press("k", "escape")
        assert screen.view.rows.lines == 202
        assert screen.at_cursor() == info(179)
        assert any(text.endswith("line 179") for text in screen.shown())


async def test_search_goes_along_while_it_is_typed_and_on_with_n(tmp_path: Path) -> None:
    async with opened(tmp_path) as screen:
        await screen.add(*(info(n) for n in range(200)))
        await screen.press("slash", *"line 1[57]")
        assert screen.at_cursor() == info(179)
        assert screen.view.rows.lines == 200
        assert "22 lines" in str(screen.pane.search_bar._count.render())
        await screen.press("enter", "n")
        assert screen.at_cursor() == info(179)
        await screen.press("N", "N")
        assert screen.at_cursor() == info(177)
        await screen.press("n")
        assert screen.at_cursor() == info(178)
        await screen.press("escape")
        assert screen.view.drawing.search is None
        await screen.press("G", "slash", *"line 7", "escape")
        assert screen.view.viewport.following
        await screen.press("n")
        assert screen.view.viewport.following


async def test_filter_by_level_source_inverse_and_context(tmp_path: Path) -> None:
    async with opened(tmp_path) as screen:
        await screen.add(*(info(n) for n in range(50)))
        await screen.add(
            "26/11/21 01:29:30 ERROR Worker: lost",
            "java.io.IOException: gone",
            "\tat org.Foo(A.java:1)",
        )
        await screen.add(*(info(n) for n in range(50, 60)), tag="pi2")
        await screen.press("L", "L")
        assert [text[-3:] for text in screen.shown() if text] == ["ost", "one", ":1)"]
        await screen.press("C")
        assert [text[-3:] for text in screen.shown() if text] == [" 48", " 49", "ost", "one", ":1)"]
        await screen.press("escape", "f", *"line", "enter", "I")
        assert screen.view.rows.lines == 3
        await screen.press("escape", "G", "k", "o")
        assert screen.view.rows.lines == 10
        assert "only pi2" in str(screen.pane.filter_bar._count.render())
        await screen.press("c")
        assert screen.app.clipboard == "pitui logs nuc pi1 pi2 --source=pi2"
        await screen.press("o")
        assert screen.view.rows.lines == 63


async def test_an_invalid_expression_is_taken_as_words(tmp_path: Path) -> None:
    async with opened(tmp_path) as screen:
        await screen.add("one (two", "three")
        await screen.press("f", *"(TWO".lower())
        assert screen.view.rows.lines == 1


async def test_an_expression_without_end_is_given_up(tmp_path: Path) -> None:
    async with opened(tmp_path) as screen:
        await screen.add(*("a" * 60 + "!" for _ in range(30)), "aa")
        await screen.press("f", *"(a|aa)+$", "enter")
        assert screen.view.rows.search.given_up
        assert screen.view.rows.done
        assert "too slow" in str(screen.pane.filter_bar._count.render())
        await screen.press("escape", "/", *"(a|aa)+$", "enter")
        assert "too slow" in str(screen.pane.search_bar._count.render())


async def test_errors(tmp_path: Path) -> None:
    async with opened(tmp_path) as screen:
        texts = [info(n) for n in range(100)]
        texts[20] = "26/11/21 01:29:00 ERROR Worker: first"
        texts[21] = "\tat org.Foo"
        texts[60] = "26/11/21 01:29:00 FATAL Worker: second"
        await screen.add(*texts)
        await screen.press("E")
        assert screen.at_cursor() == texts[60]
        await screen.press("E")
        assert screen.at_cursor() == texts[20]
        await screen.press("E")
        assert screen.at_cursor() == texts[20]
        await screen.press("e")
        assert screen.at_cursor() == texts[60]
        assert screen.view.store.level(21) is Level.ERROR


async def test_wrap_shows_all_of_a_long_line(tmp_path: Path) -> None:
    async with opened(tmp_path, size=(80, 24)) as screen:
        await screen.add(info(1) + " " + "x" * 200 + "END", info(2))
        assert not any("END" in text for text in screen.shown())
        await screen.press("w")
        lines = [text for text in screen.shown() if text]
        assert lines[-2].endswith("END")
        assert lines[-1].endswith("line 2")
        assert screen.view.rows.rows == len(lines) > 3
        await screen.press("w", *"llllllllllll")
        assert any("END" in text for text in screen.shown())
        assert screen.shown()[0].startswith("pi1 01:29:00")


async def test_times(tmp_path: Path) -> None:
    async with opened(tmp_path) as screen:
        await screen.add(info(1), "\tat continued", info(2, 3))
        assert screen.shown()[:2] == [
            "pi1 01:29:00 INFO Worker: line 1",
            "pi1              at continued",
        ]
        await screen.press("t")
        assert screen.shown()[0] == "pi1    +0.000s INFO Worker: line 1"
        assert screen.shown()[2] == "pi1    +3.000s INFO Worker: line 2"
        await screen.press("k", "j", "m")
        assert screen.shown()[0] == "pi1    -3.000s INFO Worker: line 1"
        await screen.press("t")
        assert screen.shown()[0] == "pi1 26/11/21 01:29:00 INFO Worker: line 1"
        await screen.press("t")
        assert screen.shown()[0] == "pi1 INFO Worker: line 1"


async def test_copy(tmp_path: Path) -> None:
    async with opened(tmp_path) as screen:
        await screen.add(info(1), "\x1b[31m\u202ered\x1b[0m", info(3))
        await screen.press("y")
        assert screen.app.clipboard == info(3)
        await screen.press("k", "y")
        assert screen.app.clipboard == "<202E>red"


async def test_what_a_log_holds_is_shown_not_obeyed(tmp_path: Path) -> None:
    async with opened(tmp_path) as screen:
        hostile = [
            "\x1b]0;title\x07 \x1b[2J", "[bold]markup[/bold] [link=x]", "日本語のログ",
            "e\u0301 a\u200db",
            "tab\tbed", "x" * 65_000, "\u202egnp.exe", "line\u2028separator", "",
        ]  # fmt: skip
        for wrap in (False, True):
            await screen.add(*hostile)
            for text in screen.shown():
                assert "\x1b" not in text
                assert "\x07" not in text
            assert any("[bold]markup[/bold]" in text for text in screen.shown()) or wrap
            assert all(
                screen.view.render_line(y).cell_length <= screen.view.size.width
                for y in range(screen.view.size.height)
            )
            await screen.press("k", "k", "k", "l", "h", "w", "G")


async def test_other_logs_replace_those_before(tmp_path: Path) -> None:
    async with opened(tmp_path) as screen:
        await screen.add(info(1))
        await screen.press("1", "j", "l")
        async with asyncio.timeout(20):
            while screen.pane.title != "Logs: pi1, following":
                await screen.pilot.pause(0.01)
        assert screen.services.asked[-1] == ["pi1"]
        assert len(screen.view.store) == 0
        await screen.add(info(2))
        assert screen.shown()[0] == "01:29:00 INFO Worker: line 2"


async def test_notes_are_told_apart(tmp_path: Path) -> None:
    async with opened(tmp_path) as screen:
        screen.services.queue.put_nowait(
            [LogLine("pi1", "pi1: connection refused", Level.ERROR, None, note=True)]
        )
        await screen.add(info(1))
        assert screen.shown()[0] == "pi1          ── pi1: connection refused"


def line(text: str, tag: str = "a") -> LogLine:
    return LogLine(tag, text)


HEAD, PART = LogLine("b", "a", Level.INFO, 1.0), LogLine("b", "b")
NOTED = LogLine("b", "gone", note=True)
FRAMES = [
    "java.io.IOException: a",
    "\tat a.b.C.d(C.java:1)",
    "Caused by: b",
    "Traceback (most recent call last):",
    '  File "a.py", line 1, in b',
    "    b()",
    "ValueError: a",
]
LINES = st.builds(
    LogLine,
    st.sampled_from(["a", "b", "c"]),
    st.text("ab\t日é", max_size=30) | st.sampled_from(FRAMES),
    st.sampled_from([None, None, Level.INFO, Level.ERROR]),
    st.sampled_from([None, 1.0, 70.0, 9000.0]),
    st.sampled_from([False] * 9 + [True]),
)


@given(
    st.lists(st.lists(LINES, max_size=12), max_size=12),
    st.integers(1, 9),
    st.builds(
        LogFilter,
        sources=st.sampled_from([(), ("a",), ("a", "c")]),
        level=st.sampled_from([None, None, Level.WARN]),
        text=st.sampled_from(["", "a", "b+"]),
        regex=st.booleans(),
        inverse=st.booleans(),
        before=st.sampled_from([0, 0, 2]),
        after=st.sampled_from([0, 1]),
    ),
    st.builds(Folding, st.booleans(), st.booleans()),
    st.booleans(),
    st.integers(3, 12),
)
def test_rows_agree_with_a_layout_from_scratch(
    batches, limit, chosen, folding, wrap, width
) -> None:
    """Whatever comes and goes, the rows are those of the lines that are left."""
    store = LogStore(limit)
    kept = LogRows(store)
    kept.reset(LogDisplay(wrap=wrap), width, chosen)
    kept.fold(folding)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log_block, "BLOCK_LINES", 4)
        patch.setattr(log_store, "BLOCK_LINES", 4)
        for batch in batches:
            store.add(batch)
            while not kept.scan(0):
                pass
            fresh = LogRows(store)
            fresh.reset(LogDisplay(wrap=wrap), width, chosen)
            fresh.fold(folding)
            while not fresh.scan(1):
                pass
            assert (kept.lines, kept.rows) == (fresh.lines, fresh.rows)
            numbers = [kept.number(index) for index in range(kept.lines)]
            assert numbers == [fresh.number(index) for index in range(fresh.lines)]
            assert [kept.index(number) for number in numbers] == list(range(kept.lines))
            for row in range(kept.rows):
                index, part = kept.at_row(row)
                assert kept.row(index) + part == row
    every = [line for batch in batches for line in batch]
    assert store.end == len(every)
    for tag, count, dropped in store.counts():
        own = [line.text for line in every if line.source == tag]
        assert count == min(limit, len(own))
        assert dropped == len(own) - count
        numbers = [n for n in range(store.end) if n in store and store[n].source == tag]
        assert [store[n].text for n in numbers] == own[len(own) - count :]
        assert [every[n].text for n in numbers] == own[len(own) - count :]


@given(st.lists(LINES, max_size=40), st.integers(1, 40), st.booleans(), st.booleans())
@example([HEAD, PART, HEAD, HEAD], 3, False, True)
@example([HEAD, PART, HEAD], 2, False, True)
@example([HEAD, NOTED, NOTED, HEAD], 2, False, True)
def test_what_is_folded_stands_behind_a_line_that_is_shown(
    lines: list[LogLine], limit: int, traces: bool, repeats: bool
) -> None:
    """Every line that is kept is shown, or counted beside one that is."""
    store = LogStore(limit)
    rows = LogRows(store)
    rows.fold(Folding(traces, repeats))
    for at in range(0, len(lines), 7):
        store.add(lines[at : at + 7])
        while not rows.scan(1):
            pass
        shown = {rows.number(index) for index in range(rows.lines)}
        for tag in store.sources:
            own = [n for n in range(store.end) if n in store and store[n].source == tag]
            assert not own or own[0] in shown
        for counts, bit, unlike, folded in (
            (store.entries.traces, log_block.TRACE, log_block.LEAD, traces),
            (store.entries.repeats, log_block.REPEAT, log_block.PART, repeats),
        ):
            assert all(head in store and count > 0 for head, count in counts.items())
            if folded and not (traces and repeats):
                assert all(head in shown for head in counts)
            marks = [store.mark(n) for n in range(store.end) if n in store]
            counted = sum(mark & (bit | unlike) == bit for mark in marks)
            assert sum(counts.values()) == counted


@given(
    st.lists(st.lists(LINES, max_size=12), max_size=8),
    st.builds(
        LogFilter,
        sources=st.sampled_from([(), ("a",)]),
        level=st.sampled_from([None, Level.WARN]),
        text=st.sampled_from(["", "a", "b"]),
        inverse=st.booleans(),
        before=st.integers(0, 3),
        after=st.integers(0, 3),
    ),
)
def test_the_screen_shows_what_the_command_line_prints(batches, chosen) -> None:
    """A filter means the same in both."""
    store = LogStore(1000)
    rows = LogRows(store)
    rows.reset(LogDisplay(), 80, chosen)
    every = [line for batch in batches for line in batch]
    for batch in batches:
        store.add(batch)
        while not rows.scan(1):
            pass
    printed = LineFilter(chosen).of(every)
    shown = [every[rows.number(index)] for index in range(rows.lines)]
    assert sorted(map(str, shown)) == sorted(map(str, printed))


@given(st.text(max_size=60), st.integers(2, 20))
def test_rows_hold_the_whole_text_within_the_width(text, width) -> None:
    shown = body(line(text), LogDisplay())
    parts = [shown[begin:end] for begin, end in rows(shown, width)]
    assert "".join(parts) == shown
    assert len(parts) == row_count(shown, width)
    assert all(cell_len(part) <= width for part in parts)


@pytest.mark.parametrize("limit", [5, 1000])
def test_a_few_huge_lines_give_way_before_memory_does(limit: int) -> None:
    store = LogStore(limit)
    store.add([line("x" * 60_000) for _ in range(20)])
    assert len(store) < 20
    assert store.end == 20
