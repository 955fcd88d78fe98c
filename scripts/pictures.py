"""Draw the pictures of README and docs: a demonstration at work, and a recorded provisioning.

.venv/bin/python scripts/pictures.py

Starts a demonstration with a home of its own, and ends it. Provisioning needs fresh machines: its
pictures play what the tests recorded on the lab's (tests/captures/provision).
"""

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support.demo import DemoProcess, clean_environment  # noqa: E402
from support.plain_cluster import Still, shown, until  # noqa: E402
from support.provision import Recorded, halfway  # noqa: E402
from textual.pilot import Pilot  # noqa: E402

from pitui.config.load import load_config  # noqa: E402
from pitui.remote.prompts import NonInteractive  # noqa: E402
from pitui.services.benchmarks.benchmark_run import (  # noqa: E402
    BenchmarkRequest,
    BenchmarkRunner,
)
from pitui.services.cluster import open_cluster  # noqa: E402
from pitui.services.runs.detached_runs import Runs  # noqa: E402
from pitui.tui.app import PituiApp  # noqa: E402

SIZE = (120, 36)
LIMIT = 120.0
SETTLE = 3.0
"""Seconds after which what a screen asked for has come, and figures have moved."""


CELL = 12.2
"""Width of a character in Rich's pictures."""
FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
BLANK = re.compile(r"<text [^>]*>(?:&#160;)+</text>")
INDENTED = re.compile(
    r'x="(?P<x>[\d.]+)" (?P<y>y="[\d.]+") textLength="(?P<length>[\d.]+)"'
    r"(?P<rest>[^>]*>)(?P<blanks>(?:&#160;)+)"
)


def draw(pilot: Pilot[None], name: str) -> None:
    """Write a picture of the screen as it is."""
    svg = pilot.app.export_screenshot(title="pitui")
    (ROOT / "docs" / f"{name}.svg").write_text(plain(svg), encoding="utf-8")


def plain(svg: str) -> str:
    """Return a picture that needs no font of the web, and that every renderer draws alike.

    Some leave out blanks at the beginning of a text: the text starts behind them instead.
    """
    svg = BLANK.sub("", FONTS.sub("", svg))
    svg = re.sub(r"terminal-\d+", "t", svg).replace("Fira Code, monospace", "monospace")
    return INDENTED.sub(behind_blanks, svg)


def behind_blanks(found: re.Match[str]) -> str:
    """Return the beginning of a text that starts behind its blanks."""
    width = found["blanks"].count(";") * CELL
    x, length = float(found["x"]) + width, float(found["length"]) - width
    return f'x="{x:.1f}" {found["y"]} textLength="{length:.1f}"{found["rest"]}'


async def at_work(path: Path) -> None:
    """Draw a demonstration while a benchmark runs on it."""
    config = load_config(path)
    async with open_cluster(config, NonInteractive()) as cluster:
        runner = BenchmarkRunner(cluster, Runs(cluster), print)
        app = PituiApp(config)
        async with app.run_test(size=SIZE) as pilot:
            await runner.start(BenchmarkRequest("pi", [("samples", "2000000")]))
            await until(pilot, lambda: ended(app, 1), LIMIT)
            long = [("samples", "400000000"), ("partitions", "96")]
            await runner.start(BenchmarkRequest("pi", long, warm_up=False))
            await until(pilot, lambda: share(app) > 0.3, LIMIT)
            await picture(pilot, "overview")
            await picture(pilot, "logs", "2", "z", back=("z", "1"))
            await picture(pilot, "node", "j", "enter", back=("escape",))
            await picture(pilot, "stages", "4", "g", "enter", "enter", back=("escape", "escape"))
            await picture(pilot, "benchmark", "b", back=("escape",))
            await picture(pilot, "help", "1", "question_mark")


async def picture(pilot: Pilot[None], name: str, *keys: str, back: tuple[str, ...] = ()) -> None:
    """Press keys, wait until the screen has settled, draw it, and go back."""
    for key in keys:
        await pilot.press(key)
        await pilot.pause(0.5)
    await pilot.pause(SETTLE)
    draw(pilot, name)
    for key in back:
        await pilot.press(key)
        await pilot.pause(0.2)


def share(app: PituiApp) -> float:
    """Return how much of the newest application's work is done."""
    found = app.main.snapshot.applications
    return found[0].progress.fraction if found and found[0].progress else 0.0


def ended(app: PituiApp, count: int) -> bool:
    """Say whether so many applications have ended, and none runs."""
    found = app.main.snapshot.applications
    return len(found) >= count and not any(each.state.active for each in found)


async def provisioning() -> None:
    """Draw a plan and the board of four nodes."""
    await recorded("plan", Recorded(), (), ("j", "j"))
    holding = Recorded(hold=halfway)
    await recorded(
        "board", holding, ("enter",), (), lambda: bool(holding.playing and held(holding))
    )


async def recorded(
    name: str,
    service: Recorded,
    keys: tuple[str, ...],
    after: tuple[str, ...],
    ready: Callable[[], bool] = lambda: True,
) -> None:
    """Play a recording on the nodes of a shelf, up to a moment, and draw it."""
    async with shown(Still(provision_service=service), SIZE) as pilot:
        await pilot.press("j", "space", "space", "space", "p")
        await pilot.pause(1)
        await pilot.press(*keys)
        await until(pilot, ready)
        await pilot.press(*after)
        await pilot.pause(1)
        draw(pilot, name)


def held(service: Recorded) -> bool:
    """Say whether a recording is at the moment where it waits."""
    return service.playing is not None and service.playing.held.is_set()


def main() -> None:
    """Draw everything."""
    if sys.argv[1:] == ["provisioning"]:
        asyncio.run(provisioning())
        return
    with tempfile.TemporaryDirectory() as home:
        environment = clean_environment(Path(home))
        os.environ.clear()
        os.environ.update(environment)
        demo = DemoProcess("--nodes", "3", environment=environment)
        try:
            asyncio.run(at_work(demo.wait_ready()))
        finally:
            demo.end()
    asyncio.run(provisioning())


main()
