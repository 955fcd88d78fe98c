"""The Doctor screen, and what is found without being asked for: rows, marks, keys."""

import asyncio
import time
from dataclasses import replace
from datetime import date

import pytest
from support.fake_services import FakeDoctor
from support.looks import LARGE, SMALL, Looks, screen_text
from support.plain_cluster import FULL, NOW, Still, shown, ui, until
from textual.pilot import Pilot

from pitui.doctor.doctor_report import KnownFinding
from pitui.doctor.finding import FindingLine, SkippedCheck, error, info, warning
from pitui.doctor.finding_fix import Fix
from pitui.doctor.registry import CHECKS
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import PituiError
from pitui.domain.logs.log_line import Level, LogLine
from pitui.provision.engine.provision_report import NodeReport, NodeResult, StepReport, StepState
from pitui.tui.base.dialogs.confirm import ConfirmScreen
from pitui.tui.doctor import doctor_state
from pitui.tui.doctor.doctor_screen import DoctorScreen
from pitui.tui.doctor.doctor_state import DoctorState
from pitui.tui.doctor.finding_lines import ShownFinding, finding_lines
from pitui.tui.doctor.finding_pane import FindingScreen
from pitui.tui.doctor.finding_rows import doctor_rows, doctor_title, finding_facts, no_findings
from pitui.tui.doctor.ignore_finding import IgnoreScreen, last_day
from pitui.tui.text.cells import Tone
from pitui.tui.text.header import header as header_parts


@pytest.fixture(autouse=True)
def _stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr(time, "time", lambda: NOW)


BIG = "its worker offers 1024 MiB, and its board has 906 MiB"


def known(finding, *, new: bool = False, ago: float = 3 * 86400, **more) -> KnownFinding:
    nodes = (finding.node,) if finding.node else ()
    return KnownFinding(finding, new=new, since=NOW - ago, nodes=nodes, **more)


def too_large(node: str):
    return error(
        BIG, "pitui provision {nodes} --only sizing", node=node, check="memory.worker-too-large",
        why="Spark fills it, and the board swaps until it freezes",
        several="their workers offer more memory than the boards have",
    )  # fmt: skip


VOLTAGE = error(
    "it gets too little voltage now", "give it a power supply of its own for its model (5.1 V)",
    node="pi2", check="power.undervoltage", why="It slows down, and cards lose data",
    detail="12 times in the kernel's log, the latest: `hwmon1: Undervoltage detected!`",
)  # fmt: skip
WAITS = warning(
    "greedy has waited for 1 min 1 s: wants 2048 MiB per executor", "pitui jobs app-0004",
    application="app-0004", check="app.waiting", why="Spark itself does not say why",
)  # fmt: skip
GAVE_UP = error(
    "its worker gave up", "pitui start pi1", node="pi1", check="spark.gave-up", why="x",
    fixed_by=Fix.starting("pi1"),
)  # fmt: skip
WIFI = info(
    "it is connected over Wi-Fi", "plug a cable in", node="pi1", check="network.wifi",
    why="Shuffles cross the air twice",
)  # fmt: skip
FOUND = (
    known(too_large("pi1")),
    known(too_large("pi6"), new=True),
    known(VOLTAGE, ago=7200),
    known(WAITS, new=True),
    known(WIFI),
    known(
        warning("its card is old", "replace it", node="pi2", check="disk.errors", why="x"),
        ignored="a new card is on order",
    ),
)
SKIPPED = tuple(
    SkippedCheck("no route to host", "pi3", check.id) for check in CHECKS if not check.passive
)


def services(*, found=FOUND, skipped=SKIPPED) -> Still:
    made = Still()
    made.doctor.found, made.doctor.skipped = found, skipped
    return made


def texts(state: DoctorState, first: tuple[str, str] = ("", "")) -> list[list[str]]:
    made = doctor_rows(state.report, first, NOW, {"app-0004": "greedy"})
    return [[cell.text for cell in row.cells] for row in made]


async def looked(found=FOUND, skipped=SKIPPED) -> tuple[FakeDoctor, DoctorState]:
    service = FakeDoctor()
    service.found, service.skipped = found, skipped
    state = DoctorState(service)
    await state.look()
    return service, state


async def test_findings_by_severity_with_one_row_a_cause() -> None:
    _service, state = await looked()
    assert texts(state) == [
        ["✗ error", "pi1, pi6", "2 nodes: their workers offer more memory than the boards have",
         "new", "memory.worker-too-large"],
        ["✗ error", "pi2", VOLTAGE.title, "2 h", "power.undervoltage"],
        ["! warning", "greedy", WAITS.title, "new", "app.waiting"],
        ["· note", "pi1", WIFI.title, "3 d", "network.wifi"],
        ["– ignored", "pi2", "its card is old", "3 d", "disk.errors"],
        ["? skipped", "pi3", "no route to host", "–", f"{len(SKIPPED)} checks"],
    ]  # fmt: skip
    title = doctor_title(state.report, "", NOW - 130, NOW)
    assert title == f"Doctor: score 55, 2 errors, 1 warning, 1 note; {len(CHECKS)} checks 2 min ago"


async def test_one_cause_that_can_be_mended_on_some_nodes_only_is_two_rows() -> None:
    mended = [replace(too_large(n), fixed_by=Fix.restarting(n)) for n in ("pi1", "pi2")]
    left = [too_large(name) for name in ("pi3", "pi4")]
    _service, state = await looked(found=tuple(map(known, (*mended, *left))), skipped=())
    assert sorted(row[1] for row in texts(state)) == ["pi1, pi2", "pi3, pi4"]


async def test_a_run_that_was_begun_during_a_fix_does_not_judge_it() -> None:
    service, state = await looked(found=(known(GAVE_UP),), skipped=())
    service.go_on.clear()
    async with TaskGroup() as group:
        begun = group.create_task(state.look())
        await asyncio.sleep(0)
        assert state.running
        after = group.create_task(state.look_after([known(GAVE_UP)], ()))
        await asyncio.sleep(0)
        service.go_on.set()
    assert begun.done()
    assert after.result()
    assert [what for what, _ in service.asked] == ["run", "run", "run"]


@pytest.mark.parametrize(
    ("first", "wanted"),
    [(("pi2", ""), "power.undervoltage"), (("", "app-0004"), "app.waiting"),
     (("pi6", ""), "memory.worker-too-large"), (("nuc", ""), "memory.worker-too-large")],
)  # fmt: skip
async def test_what_concerns_a_node_or_an_application_is_first(
    first: tuple[str, str], wanted: str
) -> None:
    _service, state = await looked()
    rows = texts(state, first)
    assert rows[0][4] == wanted
    assert len(rows) == 6
    assert rows[4][0] == "– ignored"


async def test_details_say_all_of_it() -> None:
    _service, state = await looked()
    merged, voltage = state.report.findings[:2]
    facts = dict(finding_facts(voltage, {}))
    assert facts["Row"] == "power.undervoltage on pi2"
    assert "hwmon1: Undervoltage detected!" in facts["Details"]
    assert facts["Why it matters"] == VOLTAGE.why
    assert facts["Fix"] == VOLTAGE.fix
    facts = dict(finding_facts(merged, {}))
    assert facts["Fix"] == "pitui provision pi1 pi6 --only sizing"
    assert facts["Where"] == "pi1, pi6"
    assert f"pi6: {BIG}" in facts["Details"]


async def test_what_stands_is_shown_before_any_run_and_what_goes_is_dropped_after_one() -> None:
    service = FakeDoctor()
    service.standing = (known(VOLTAGE),)
    state = DoctorState(service)
    assert [row[4] for row in texts(state)] == ["power.undervoltage"]
    assert doctor_title(state.report, "", None, NOW) == "Doctor: 1 error by what is watched anyway"
    service.found = (known(VOLTAGE), known(WIFI))
    await state.look()
    assert [row[4] for row in texts(state)] == ["power.undervoltage", "network.wifi"]
    service.stand()
    assert [row[4] for row in texts(state)] == ["network.wifi"]
    service.stand(known(WAITS))
    assert [row[4] for row in texts(state)] == ["app.waiting", "network.wifi"]
    # What a run saw first keeps since when it is known.
    service.stand(known(VOLTAGE, new=True, ago=5))
    assert texts(state)[0][3] == "3 d"


async def test_states_without_rows() -> None:
    service = FakeDoctor()
    state = DoctorState(service)

    def words() -> str:
        lines = no_findings(
            state.report, running=state.running, error=state.error, ran=state.ran_at is not None
        )
        return " ".join(line.text for line in lines)

    assert "have not run yet. r runs them" in words()
    service.error = PituiError("it failed", "Try again.")
    await state.look()
    assert words() == "it failed Try again."
    service.error = None
    service.go_on.clear()
    async with TaskGroup() as group:
        group.create_task(state.look())
        while state.running != "asking the nodes: 3 of 4":
            await asyncio.sleep(0)
        assert "Esc stops them" in words()
        assert doctor_title(state.report, state.running, None, NOW).endswith("3 of 4 … (Esc stops)")
        service.go_on.set()
    assert words() == f"✓ All well: {len(CHECKS)} checks found nothing. r runs them again."
    assert state.report.score == 100


@pytest.mark.parametrize(
    ("text", "day"),
    [("", None), ("30d", date(2027, 2, 14)), ("1 day", date(2027, 1, 16)),
     ("2027-01-15", date(2027, 1, 15))],
)  # fmt: skip
def test_until_when(text: str, day: date | None) -> None:
    assert last_day(text, date(2027, 1, 15)) == day


@pytest.mark.parametrize("text", ["soon", "2027-01-14", "2027-13-01"])
def test_days_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=text):
        last_day(text, date(2027, 1, 15))


# -- the screen ----------------------------------------------------------------------------


def shown_checks(pilot: Pilot[None]) -> list[str]:
    screen = pilot.app.screen
    assert isinstance(screen, DoctorScreen)
    return [row.cells[4].text for row in screen.pane.table.model.visible]


async def opened(pilot: Pilot[None]) -> None:
    await pilot.press("8")
    await until(pilot, lambda: isinstance(pilot.app.screen, DoctorScreen))


async def test_the_checks_run_when_it_is_opened_first_and_stop_on_esc() -> None:
    made = services()
    made.doctor.go_on.clear()
    async with shown(made, size=(80, 24)) as pilot:
        await opened(pilot)
        screen = pilot.app.screen
        await until(pilot, lambda: "asking the nodes: 3 of 4" in screen.pane.title)
        await pilot.press("escape")
        await until(pilot, lambda: "by what is watched anyway" in screen.pane.title)
        assert pilot.app.screen is screen
        made.doctor.go_on.set()
        await pilot.press("r")
        await until(pilot, lambda: len(shown_checks(pilot)) == 6)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is pilot.app.main)
        # It is kept: opened again, nothing runs.
        await opened(pilot)
        await until(pilot, lambda: len(shown_checks(pilot)) == 6)
        assert [what for what, _ in made.doctor.asked] == ["run", "run"]


async def test_a_run_goes_on_while_the_screen_is_left_for_another() -> None:
    made = services()
    made.doctor.go_on.clear()
    async with shown(made, size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("8")
        await until(pilot, lambda: pilot.app.screen is pilot.app.main)
        made.doctor.go_on.set()
        await opened(pilot)
        await until(pilot, lambda: len(shown_checks(pilot)) == 6)
        assert [what for what, _ in made.doctor.asked] == ["run"]


async def test_opened_from_a_node_or_an_application_its_findings_are_first() -> None:
    async with shown(services(), size=(200, 50)) as pilot:
        await pilot.press("1", "j", "j")
        await opened(pilot)
        await until(pilot, lambda: len(shown_checks(pilot)) == 6)
        assert shown_checks(pilot)[0] == "power.undervoltage"
        await pilot.press("4", "j")
        await opened(pilot)
        await until(pilot, lambda: len(shown_checks(pilot)) == 6)
        assert shown_checks(pilot)[0] == "app.waiting"
        # Its run says more than the executors that it does not have.
        await pilot.press("l")
        await until(pilot, lambda: ("sources", ["master"]) in pilot.app.services.asked)


async def test_enter_shows_all_with_the_log_and_l_goes_there() -> None:
    made = services()
    async with shown(made, size=(80, 24)) as pilot:
        await opened(pilot)
        await until(pilot, lambda: len(shown_checks(pilot)) == 6)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, FindingScreen))
        pane = pilot.app.screen.pane

        def text() -> str:
            return "\n".join(line.text for line in pane._lines.lines)

        await until(pilot, lambda: "hello of pi6" in text())
        assert pane.title == "memory.worker-too-large on pi1, pi6"
        for words in ("Why it matters", "Spark fills it", "pitui provision pi1 pi6 --only sizing"):
            assert words in text()
        await pilot.press("l")
        await until(pilot, lambda: pilot.app.screen is pilot.app.main)
        assert ("sources", ["pi1", "pi6"]) in made.asked
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, FindingScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, DoctorScreen))


@pytest.mark.parametrize("keys", [("l",), ("enter", "l")])
async def test_l_opens_the_log_at_the_line_that_shows_it(keys: tuple[str, ...]) -> None:
    place = FindingLine((r"No space left", "hello of pi1"), ("pi1", "master"))
    full = error("a disk is full", "x", node="pi2", check="logs.known-error", log=place)
    made = services(found=(known(full),), skipped=())
    async with shown(made, size=(80, 24)) as pilot:
        await opened(pilot)
        await until(pilot, lambda: shown_checks(pilot) == ["logs.known-error"])
        await pilot.press(*keys)
        await until(pilot, lambda: pilot.app.screen is pilot.app.main)
        view = pilot.app.main.logs.view
        await until(pilot, lambda: view.viewport.cursor is not None)
        assert ("sources", ["pi1", "master"]) in made.asked
        assert view.store[view.viewport.cursor].text.endswith("hello of pi1")
        assert not view.viewport.following
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is not pilot.app.main)


async def test_l_on_several_nodes_with_one_cause_opens_the_logs_of_all() -> None:
    found = tuple(
        known(
            error(
                "gave up", "x", node=node, check="spark.gave-up", several="they gave up",
                log=FindingLine((f"hello of {node}",)),
            )
        )
        for node in ("pi1", "pi2")
    )  # fmt: skip
    made = services(found=found, skipped=())
    async with shown(made, size=(80, 24)) as pilot:
        await opened(pilot)
        await until(pilot, lambda: shown_checks(pilot) == ["spark.gave-up"])
        await pilot.press("l")
        await until(pilot, lambda: ("sources", ["pi1", "pi2"]) in made.asked)
        view = pilot.app.main.logs.view
        await until(pilot, lambda: view.viewport.cursor is not None)
        assert view.store[view.viewport.cursor].text.endswith("hello of pi1")


async def test_a_finding_that_is_open_follows_what_becomes_of_it() -> None:
    made = services(found=(), skipped=())
    made.doctor.standing = (known(VOLTAGE),)
    async with shown(made, size=(80, 24)) as pilot:
        await opened(pilot)
        await until(pilot, lambda: shown_checks(pilot) == ["power.undervoltage"])
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, FindingScreen))
        lines = pilot.app.screen.pane._lines
        made.doctor.stand(known(VOLTAGE, ignored="a weak supply", by_person=True))
        await until(pilot, lambda: "a weak supply" in "".join(line.text for line in lines.lines))
        made.doctor.stand()
        await until(pilot, lambda: lines.lines[0].text == "✓ gone  it is no longer found")
        await pilot.press("i")
        await until(pilot, lambda: "no finding" in str(pilot.app.screen.footer.render()))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, DoctorScreen))
        assert shown_checks(pilot) == []


@pytest.mark.parametrize(
    ("width", "shown_as"), [(80, "2 errors (8)"), (50, "2 errors"), (46, "2✗ 0!"), (44, "")]
)
def test_the_count_takes_no_room_from_anything_else(width: int, shown_as: str) -> None:
    texts = tuple((text, Tone.BAD) for text in ("2 errors (8)", "2 errors", "2✗ 0!"))
    plain, counted = (
        header_parts(
            FULL, NOW, (width, width), wide=False, read_only=False, found=found, news=("1 event",)
        )[0]
        for found in ((), texts)
    )
    words = ["".join(text for text, _ in part.spans) for part in counted]
    assert [word for word in words if "event" not in word and word not in dict(texts)] == [
        "".join(text for text, _ in part.spans) for part in plain if "event" not in str(part.spans)
    ]
    assert [word for word in words if word in dict(texts)] == ([shown_as] if shown_as else [])


def log(*entries: tuple[str, Level | None]) -> tuple[LogLine, ...]:
    return tuple(LogLine("pi2", text, level) for text, level in entries)


async def test_a_findings_log_shows_what_tells_of_trouble() -> None:
    _service, state = await looked()
    seen = ShownFinding(state.report.findings[1], {})

    def after_title(shown: ShownFinding) -> list[str]:
        lines = [line.text for line in finding_lines(shown, 80)]
        at = next(n for n, line in enumerate(lines) if line.startswith("Log"))
        return lines[at:]

    assert after_title(seen) == ["Log", "  asking …"]
    lines = log(("all is well", Level.INFO), ("lost it", Level.ERROR), ("so what", None))
    assert after_title(replace(seen, log=lines)) == [
        "Log  the last warnings and errors (l: all of it)", "  pi2  lost it",
    ]  # fmt: skip
    assert after_title(replace(seen, log=lines[::2])) == [
        "Log  no warning and no error; the last lines (l: all of it)",
        "  pi2  all is well", "  pi2  so what",
    ]  # fmt: skip
    assert after_title(replace(seen, log_problem="pi2 is away"))[1] == "  pi2 is away"


async def test_a_fix_shows_what_it_does_asks_and_is_checked_again() -> None:
    made = services(found=(*FOUND, known(GAVE_UP)))
    made.doctor.found_after = FOUND
    async with shown(made, size=(80, 24)) as pilot:
        await opened(pilot)
        await until(pilot, lambda: len(shown_checks(pilot)) == 7)
        # It comes first: it explains more than the others.
        assert shown_checks(pilot)[0] == "spark.gave-up"
        await pilot.press("j", "f")
        await until(pilot, lambda: "not for pitui to mend" in str(pilot.app.screen.footer.render()))
        await pilot.press("k", "f")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        assert "scroll" not in screen_text(pilot.app)
        text = " ".join(str(w.render()) for w in pilot.app.screen.query("Static"))
        assert "pi1: start the worker" in text
        assert "pi loses 1 executor of 2 on pi1." in text
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, DoctorScreen))
        assert [what for what, _ in made.doctor.asked] == ["run"]
        # What it is to be started from is found to be wrong, too: what was shown is done.
        made.doctor.outdated = {"pi1": ("service",)}
        await pilot.press("f")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        await pilot.press("y")
        await until(pilot, lambda: len(shown_checks(pilot)) == 6)
        targets = (("pi1", "service"), ("pi1", "worker"))
        assert made.doctor.asked[1:] == [("fix", targets), ("run", None)]
        await until(pilot, lambda: bool(pilot.app._notifications))
        assert [n.message for n in pilot.app._notifications] == ["spark.gave-up on pi1 is fixed"]


async def test_what_is_marked_is_copied_and_ignored_together() -> None:
    made = services()
    async with shown(made, size=(80, 24)) as pilot:
        await opened(pilot)
        await until(pilot, lambda: len(shown_checks(pilot)) == 6)
        model = pilot.app.screen.pane.table.model
        await pilot.press("space", "space", "y")
        await until(pilot, lambda: "copied 2 rows" in str(pilot.app.screen.footer.render()))
        assert "power.undervoltage" in pilot.app.clipboard
        await pilot.press("a")
        assert len(model.marks) == 6
        await pilot.press("a", "space", "i")
        await until(pilot, lambda: isinstance(pilot.app.screen, IgnoreScreen))


DIFF = "--- /opt/spark/conf/spark-env.sh\n+++ new\n-SPARK_WORKER_MEMORY=1024m\n" + "".join(
    f"+SPARK_LINE_{number}=1\n" for number in range(40)
)


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_the_question_shows_the_diffs_of_what_would_change(size: tuple[int, int]) -> None:
    fix = Fix.provisioning("sizing", on=["pi1"])
    made = services(found=(known(replace(too_large("pi1"), fixed_by=fix)),), skipped=())
    step = StepReport("pi1", "sizing", StepState.WOULD_CHANGE, "1 file", diff=DIFF)
    made.doctor.would_change = (NodeReport("pi1", NodeResult.WOULD_CHANGE, None, (step,)),)
    async with shown(made, size=size) as pilot:
        await opened(pilot)
        await until(pilot, lambda: shown_checks(pilot) == ["memory.worker-too-large"])
        await pilot.press("f")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        seen = screen_text(pilot.app)
        assert "pi1: sizing: 1 file" in seen
        assert "-SPARK_WORKER_MEMORY=1024m" in seen
        assert "+SPARK_LINE_39=1" not in seen
        # However long it is: the buttons are in sight, and the default is to do nothing.
        assert "Cancel" in seen
        assert "Space, K scroll" in seen
        for _page in range(6):
            await pilot.press("space")
        await until(pilot, lambda: "+SPARK_LINE_39=1" in screen_text(pilot.app))
        await pilot.press("K", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, DoctorScreen))
        assert [what for what, _ in made.doctor.asked] == ["run"]


async def test_nothing_is_asked_where_nothing_would_change() -> None:
    made = services(found=(known(GAVE_UP),), skipped=())
    made.doctor.nothing_to_fix = True
    async with shown(made, size=(80, 24)) as pilot:
        await opened(pilot)
        await until(pilot, lambda: shown_checks(pilot) == ["spark.gave-up"])
        await pilot.press("f")
        await until(pilot, lambda: "another cause" in str(pilot.app.screen.footer.render()))
        assert isinstance(pilot.app.screen, DoctorScreen)


async def test_ignoring_wants_a_reason_and_is_taken_back_by_the_same_key() -> None:
    made = services()
    async with shown(made, size=(80, 24)) as pilot:
        await opened(pilot)
        await until(pilot, lambda: len(shown_checks(pilot)) == 6)
        await pilot.press("i")
        await until(pilot, lambda: isinstance(pilot.app.screen, IgnoreScreen))
        await pilot.press("enter")
        complaint = pilot.app.screen.query_one("#complaint")
        assert "give a reason" in str(complaint.render())
        await pilot.press(*"cheap boards", "tab", *"30d", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, DoctorScreen))
        await until(pilot, lambda: made.doctor.asked[-1][0] == "ignore")
        found, reason, until_day = made.doctor.asked[-1][1]
        assert found == [("memory.worker-too-large", "pi1"), ("memory.worker-too-large", "pi6")]
        assert reason == "cheap boards"
        assert until_day > date(2026, 1, 1)
        table = pilot.app.screen.pane.table
        await until(pilot, lambda: shown_checks(pilot)[-3] == "memory.worker-too-large")
        assert table.model.visible[3].cells[0].text == "– ignored"
        await pilot.press("g", "j", "j", "j")
        await pilot.press("i")
        await until(pilot, lambda: made.doctor.asked[-1][0] == "stop_ignoring")
        await until(pilot, lambda: shown_checks(pilot)[0] == "memory.worker-too-large")
        await pilot.press("G", "k", "i")
        await until(pilot, lambda: "doctor.exclude" in str(pilot.app.screen.footer.render()))


# -- marks ---------------------------------------------------------------------------------


def cell_of(pilot: Pilot[None], pane: str, key: str, index: int) -> str:
    return getattr(pilot.app.main, pane).table.model.rows.row(key).cells[index].text


def header(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.header._lines[0].render())


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_what_stands_is_a_mark_and_a_count_and_moves_nothing(size: tuple[int, int]) -> None:
    made = Still()

    def places(pilot: Pilot[None]) -> list[object]:
        main = pilot.app.main
        return [(p.index, p.x) for t in (main.nodes, main.jobs) for p in t.table.columns.places]

    async with shown(made, size=size) as pilot:
        if size == (80, 24):
            await pilot.press("4", "1")
            await pilot.pause()
        before = places(pilot)
        made.doctor.stand(
            known(VOLTAGE), known(too_large("pi2")), known(WAITS), known(WIFI),
            known(too_large("pi6"), ignored="known"),
        )  # fmt: skip
        await until(pilot, lambda: cell_of(pilot, "nodes", "pi2", 0) == "pi2 ✗")
        assert cell_of(pilot, "nodes", "pi1", 0) == "pi1  "
        assert cell_of(pilot, "nodes", "pi6", 0) == "pi6  "
        assert cell_of(pilot, "jobs", "app:app-0004", 0) == "◌ waiting !"
        assert "2 errors, 1 warning (8)" in header(pilot)
        assert pilot.app.main.nodes.summary("pi2")[0].text == f"pi2: {VOLTAGE.title} (8 says more)"
        assert places(pilot) == before
        await pilot.press("6")
        await until(pilot, lambda: pilot.app.screen is not pilot.app.main)
        await until(pilot, lambda: "2 errors, 1 warning (8)" in header(pilot))
        await pilot.press("6")
        made.doctor.stand()
        await until(pilot, lambda: cell_of(pilot, "nodes", "pi2", 0) == "pi2  ")
        assert "error" not in header(pilot)
        assert places(pilot) == before


async def test_marks_are_drawn_only_where_they_differ() -> None:
    made = Still()
    async with shown(made) as pilot:
        main = pilot.app.main
        made.doctor.stand(known(VOLTAGE))
        await until(pilot, lambda: main.marks.nodes == {"pi2": VOLTAGE})
        rows = main.nodes.table.model.rows
        made.doctor.stand(known(VOLTAGE, ago=5), known(WIFI, ignored="known"))
        await pilot.pause()
        assert main.nodes.table.model.rows is rows


# -- pictures ------------------------------------------------------------------------------


def open_doctor(made: Still):
    async def run(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: pilot.app.started)
        await until(pilot, lambda: pilot.app.main.snapshot is made.snapshot)
        await opened(pilot)
        await until(pilot, lambda: len(shown_checks(pilot)) == len(FOUND))

    return run


def open_finding(made: Still):
    async def run(pilot: Pilot[None]) -> None:
        await open_doctor(made)(pilot)
        await pilot.press("j", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, FindingScreen))
        await until(pilot, lambda: bool(pilot.app.screen.pane._shown.log))

    return run


def test_a_finding(looks: Looks) -> None:
    made = services()
    looks(ui(made), open_finding(made), rows=(SMALL,), picture=LARGE)


def test_full(looks: Looks, monkeypatch: pytest.MonkeyPatch) -> None:
    # The picture is the same however many checks there are.
    found = {one.finding.check for one in FOUND}
    monkeypatch.setattr(doctor_state, "CHECKS", tuple(c for c in CHECKS if c.id in found))
    made = services(skipped=SKIPPED[:3])
    made.doctor.standing = (known(VOLTAGE), known(WAITS))
    looks(ui(made), open_doctor(made), rows=(SMALL,), picture=LARGE)
