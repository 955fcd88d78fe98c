"""What a table costs follows what is seen: rows out of sight are not made, values decide."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.looks import screen_lines
from support.plain_cluster import DONE, FULL, NOW, RUNNING, Still, metrics, pi, shown, worker
from textual.app import App, ComposeResult
from textual.strip import Strip

from pitui.domain.cluster import Application
from pitui.domain.snapshot import Snapshot
from pitui.tui.text.cells import Column, Row, cell
from pitui.tui.text.lazy_rows import Rows
from pitui.tui.widgets.row_model import RowModel
from pitui.tui.widgets.row_table import RowTable

pytestmark = pytest.mark.draws

HEIGHT = 12


class Counted:
    """Rows of words that note which of them were made."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def rows(self, words: Sequence[str]) -> Rows[str]:
        return Rows({str(n): word for n, word in enumerate(words)}, self._make)

    def _make(self, word: str) -> Row:
        self.made.append(word)
        return Row(word, (cell(word), cell("x")))


class Table(App[None]):
    CSS = "RowTable { height: 1fr; }"

    def compose(self) -> ComposeResult:
        self.table = RowTable([Column("a", "a"), Column("b", "b")])
        yield self.table


def numbered(count: int, suffix: str = "") -> list[str]:
    return [f"w{n}{suffix}" for n in range(count)]


async def test_an_update_makes_the_rows_in_sight_and_some_to_measure() -> None:
    counted = Counted()
    app = Table()
    async with app.run_test(size=(40, HEIGHT)) as pilot:
        app.table.show(counted.rows(numbered(10_000)))
        await pilot.pause()
        counted.made.clear()
        app.table.show(counted.rows(numbered(10_000, "!")))
        await pilot.pause()
        assert {f"w{n}!" for n in range(HEIGHT - 1)} <= {*counted.made}
        assert len(counted.made) < 100
        counted.made.clear()
        app.table.move_to(-1)
        await pilot.pause()
        assert "w9999!" in counted.made
        assert len(counted.made) <= HEIGHT


class NotedTable(RowTable):
    """A table that notes which of its lines were drawn."""

    def __init__(self) -> None:
        super().__init__([Column("a", "a"), Column("b", "b")])
        self.drawn: list[int] = []

    def render_line(self, y: int) -> Strip:
        self.drawn.append(y)
        return super().render_line(y)


class Noted(App[None]):
    CSS = "RowTable { height: 1fr; overflow-x: hidden; }"

    def compose(self) -> ComposeResult:
        self.table = NotedTable()
        yield self.table


async def test_a_cursor_that_moves_draws_the_row_it_left_and_the_one_it_is_on() -> None:
    app = Noted()
    async with app.run_test(size=(40, HEIGHT)) as pilot:
        table = app.table
        table.show([Row(word, (cell(word), cell("x"))) for word in numbered(100)])
        for start, step in ((0, 4), (50, -4)):  # where one has scrolled, too
            table.move_to(start)
            await pilot.pause()
            table.move_by(step)  # away from the edge: nothing scrolls
            await pilot.pause()
            table.drawn.clear()
            table.move_by(1)
            await pilot.pause()
            assert len(table.drawn) == 2
            assert bars(app) == [f"w{start + step + 1}"]
        table.move_to(-1)
        await pilot.pause()
        assert bars(app) == ["w99"]


def bars(app: App[None]) -> list[str]:
    """Return what stands on the rows that seem to be under the cursor."""
    return [line.split()[1] for line in screen_lines(app) if line.startswith("▌")]


async def test_columns_grow_to_what_comes_into_sight_and_to_every_row_in_the_end() -> None:
    words = numbered(500)
    words[300] = "a longer word"
    words[499] = "the longest word of all"
    counted = Counted()
    app = Table()
    async with app.run_test(size=(40, HEIGHT)) as pilot:

        def second() -> int:
            return app.table.render_line(1).text.index("x")

        app.table.show(counted.rows(words))
        await pilot.pause()
        narrow = second()
        app.table.move_to(300)
        await pilot.pause()
        assert second() > narrow
        app.table.move_to(0)
        await pilot.pause()
        middle = second()
        for _ in range(40):
            app.table.show(counted.rows(words))
        await pilot.pause()
        assert second() > middle


async def test_rows_that_a_scroll_shows_are_those_of_the_last_update() -> None:
    counted = Counted()
    app = Table()
    async with app.run_test(size=(40, HEIGHT)) as pilot:
        app.table.show(counted.rows(numbered(300)))
        app.table.show(counted.rows(numbered(300, "!")))
        app.table.move_to(200)
        await pilot.pause()
        lines = [app.table.render_line(y).text for y in range(1, HEIGHT)]
        assert all("!" in line for line in lines)


WORDS = st.lists(st.text("ab ", max_size=4), max_size=8)


@given(WORDS, WORDS, st.text("ab ", max_size=3), st.text("ab ", max_size=3))
def test_a_filter_shows_the_rows_that_hold_its_words(
    one: list[str], two: list[str], first: str, second: str
) -> None:
    model, counted = RowModel(), Counted()
    for words, text in ((one, first), (two, first), (two, second), (one, second)):
        model.set_filter(text)
        model.update(counted.rows(words))
        fits = [str(n) for n, w in enumerate(words) if all(x in f"{w} x" for x in text.split())]
        assert list(model.visible.keys) == fits


def test_a_filter_reads_again_only_what_is_different() -> None:
    model, counted = RowModel(), Counted()
    model.set_filter("w")
    model.update(counted.rows(numbered(500)))
    counted.made.clear()
    words = numbered(500)
    words[7] = "w, another"
    model.update(counted.rows(words))
    assert counted.made == ["w, another"]


def test_marks_and_the_cursor_make_no_row() -> None:
    model, counted = RowModel(), Counted()
    model.update(counted.rows(numbered(500)))
    model.mark_all()
    model.move_to(model.index_after(450))
    model.update(counted.rows(numbered(499)))
    assert len(model.chosen()) == 499
    assert model.place == 450
    assert counted.made == []


def large(turn: int) -> Snapshot:
    """Return a cluster of 300 nodes and 3,000 applications, each time with other figures."""
    nodes = tuple(
        pi(f"n{n:03}", on=worker(cores=(n + turn) % 5), load=metrics((n + turn) % 100, 50 + turn))
        for n in range(300)
    )
    ended = tuple(_ended(n, turn) for n in range(3000))
    return replace(FULL, nodes=nodes, applications=(RUNNING, *ended), master_at=NOW + turn)


def _ended(n: int, turn: int) -> Application:
    return replace(DONE, id=f"app-1{n:04}", submitted_at=NOW - 4000 - n, duration_s=60.0 + turn)


@pytest.mark.parametrize("keys", [(), ("4", "s"), ("4", "s", "s", "S")])
async def test_a_snapshot_in_which_all_is_different_makes_the_rows_in_sight(
    monkeypatch: pytest.MonkeyPatch, keys: tuple[str, ...]
) -> None:
    services = Still(large(0), ())
    made = 0
    init = Row.__init__

    def counting(row: Row, *given: object, **named: object) -> None:
        nonlocal made
        made += 1
        init(row, *given, **named)  # type: ignore[arg-type]

    async with shown(services, (200, 50)) as pilot:
        await pilot.press(*keys)
        monkeypatch.setattr(Row, "__init__", counting)
        for turn in (1, 2):
            made = 0
            services.publish(large(turn))
            await pilot.pause()
            assert pilot.app.main.snapshot.master_at == NOW + turn
            assert 0 < made < 300
