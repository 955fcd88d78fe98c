"""Tables: cursor, marks and scroll stay with their rows; only what differs is drawn anew."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.plain_cluster import FULL, NODES, NOW, Still, metrics, pi, shown, worker
from textual.geometry import Region

from pitui.tui.text.cells import Column, Row, cell
from pitui.tui.text.column_fit import GAP, fit
from pitui.tui.text.number_format import uptime
from pitui.tui.widgets.row_model import RowModel


def rows(*keys: str) -> list[Row]:
    return [Row(key, (cell(key),)) for key in keys]


def test_cursor_stays_on_its_row_when_rows_are_inserted_above() -> None:
    model = RowModel()
    model.update(rows("b", "c", "d"))
    model.move_to(1)
    model.update(rows("a", "b", "x", "c", "d"))
    assert (model.cursor, model.place) == ("c", 3)


def test_cursor_is_on_no_row_when_its_row_goes_away() -> None:
    model = RowModel()
    model.update(rows("a", "b", "c"))
    model.move_to(1)
    model.update(rows("a", "c"))
    assert model.cursor is None
    assert model.chosen() == []
    model.move_to(model.index_after(1))
    assert model.cursor == "c"


def test_a_row_that_comes_back_does_not_take_the_cursor_from_where_the_user_put_it() -> None:
    model = RowModel()
    model.update(rows("a", "b", "c"))
    model.move_to(1)
    model.update(rows("a", "c"))
    model.move_to(0)
    model.update(rows("a", "b", "c"))
    assert model.cursor == "a"


def test_marks_follow_their_keys_and_go_with_their_rows() -> None:
    model = RowModel()
    model.update(rows("a", "b", "c"))
    model.toggle_mark()
    model.move_to(2)
    model.toggle_mark()
    model.update(rows("c", "x", "a"))
    assert model.chosen() == ["c", "a"]
    model.update(rows("x", "a"))
    assert model.chosen() == ["a"]


def test_cursor_and_marks_follow_a_row_to_its_new_key() -> None:
    model = RowModel()
    model.update(rows("app:1", "app:2"))
    model.move_to(1)
    model.toggle_mark()
    model.update([Row("run:9", (cell("x"),), alias="app:2"), *rows("app:1")])
    assert model.cursor == "run:9"
    assert model.marks == {"run:9"}


KEYS = st.lists(st.sampled_from("abcdefgh"), unique=True)


@given(st.lists(KEYS, min_size=1), st.integers(0, 7))
def test_a_refresh_never_moves_the_cursor_to_another_row(steps: list[list[str]], at: int) -> None:
    model = RowModel()
    model.update(rows("a", "b", "c", "d", "e", "f", "g", "h"))
    model.move_to(at)
    key = model.cursor
    for keys in steps:
        model.update(rows(*keys))
        assert model.cursor in (key, None) or key is None
        key = model.cursor


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(59, "59 s"), (3599, "59 min"), (24_401, "6:46 h"), (86_399, "23:59 h"), (277_000, "3 d 4 h")],
)
def test_an_uptime_does_not_tick(seconds: int, words: str) -> None:
    assert uptime(seconds) == words


def test_columns_give_way_by_rank_and_never_overlap() -> None:
    columns = [
        Column("a", "a", least=4), Column("b", "b", rank=2), Column("c", "c", rank=1),
        Column("w", "what", least=10, grows=True),
    ]  # fmt: skip
    for room in range(20, 80):
        places = fit(columns, [6, 8, 8, 30], room, 3)
        assert places[0].index == 0
        assert all(one.end + GAP == two.x for one, two in pairwise(places))
        assert places[-1].end <= room
        ids = {columns[p.index].id for p in places}
        assert "b" not in ids or "c" in ids


def test_columns_that_must_stay_shrink_where_there_is_no_room() -> None:
    columns = [Column("a", "a", least=4), Column("b", "b", least=6)]
    assert fit(columns, [20, 20], 24)[-1].end <= 24


async def test_the_node_under_the_cursor_is_the_same_after_a_refresh() -> None:
    services = Still()
    async with shown(services) as pilot:
        await pilot.press("j", "j")
        table = pilot.app.main.nodes.table
        assert table.cursor == "pi2"
        services.publish(replace(FULL, nodes=(pi("pi0"), *NODES)))
        await pilot.pause()
        assert table.cursor == "pi2"
        assert table.model.place == 3


async def test_a_refresh_keeps_the_cursors_line_on_the_screen_when_the_table_is_scrolled() -> None:
    many = tuple(pi(f"n{i:03}") for i in range(100))
    services = Still(replace(FULL, nodes=many))
    async with shown(services, (80, 24)) as pilot:
        table = pilot.app.main.nodes.table
        table.move_to(60)
        await pilot.pause()
        line = table.model.place - table.scroll_offset.y
        more = tuple(pi(f"a{i:03}") for i in range(7))
        services.publish(replace(FULL, nodes=(*more, *many)))
        await pilot.pause()
        assert table.cursor == "n060"
        assert table.model.place - table.scroll_offset.y == line


async def test_only_cells_that_differ_are_drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    services = Still()
    async with shown(services) as pilot:
        table = pilot.app.main.nodes.table
        drawn: list[Region] = []
        monkeypatch.setattr(table, "refresh", lambda *regions, **_: drawn.extend(regions))
        services.publish(replace(FULL, master_at=NOW + 1))
        await pilot.pause()
        assert drawn == []
        hotter = replace(NODES[1], metrics=metrics(91, 62))
        services.publish(replace(FULL, nodes=(NODES[0], hotter, *NODES[2:])))
        await pilot.pause()
        assert [(r.y, r.height, r.width) for r in drawn] == [(2, 1, 3)]


async def test_filter_is_shown_and_cleared_by_escape() -> None:
    async with shown(None, (80, 24)) as pilot:
        await pilot.press("slash", "d", "e", "a", "d")
        pane = pilot.app.main.nodes
        assert [row.key for row in pane.table.model.visible] == ["pi3"]
        assert pane.cursor == "pi3"
        await pilot.press("enter")
        assert pane.filter_bar.display
        assert pilot.app.focused is pane.table
        await pilot.press("escape")
        assert len(pane.table.model.visible) == len(NODES)
        assert not pane.filter_bar.display
        assert pane.cursor == "pi3"


async def test_space_marks_and_goes_on_and_escape_unmarks() -> None:
    async with shown(None, (80, 24)) as pilot:
        await pilot.press("space", "space")
        table = pilot.app.main.nodes.table
        assert (table.model.marks, table.cursor) == ({"nuc", "pi1"}, "pi2")
        await pilot.press("a")
        assert len(table.model.marks) == len(NODES)
        await pilot.press("escape")
        assert table.model.marks == set()


async def test_moving_keys() -> None:
    async with shown(None, (80, 24)) as pilot:
        table = pilot.app.main.nodes.table
        for key, place in [("G", 6), ("k", 5), ("g", 0), ("down", 1), ("end", 6), ("j", 6),
                           ("home", 0), ("up", 0), ("pagedown", 6), ("pageup", 0)]:  # fmt: skip
            await pilot.press(key)
            assert table.model.place == place, key


async def test_names_from_outside_are_shown_and_never_obeyed() -> None:
    evil = replace(pi("x1"), name="[b]x[/] \x1b[2J\nend")
    async with shown(Still(replace(FULL, nodes=(evil,))), (120, 30)) as pilot:
        await pilot.pause()
        line = pilot.app.main.nodes.table.render_line(1).text
        assert "[b]x[/] ␛[2J end" in line
        assert "\x1b" not in line


async def test_wide_characters_keep_the_columns_aligned() -> None:
    nodes = (replace(pi("pi1", on=worker()), name="日本の机"), pi("pi2", on=worker()))
    async with shown(Still(replace(FULL, nodes=nodes)), (120, 30)) as pilot:
        table = pilot.app.main.nodes.table
        strips = [table.render_line(y) for y in (1, 2)]
        assert {strip.cell_length for strip in strips} == {table.size.width}
        assert len({strip.crop(11, 15).text for strip in strips}) == 1
