"""Draw docs/screenshot.svg from a running demonstration, while a benchmark runs on it.

.venv/bin/pitui demo --no-ui            # in one terminal; prints CONFIG
.venv/bin/python scripts/screenshot.py CONFIG
"""

import asyncio
import sys
from pathlib import Path

from pitui.config.load import load_config
from pitui.remote.prompts import NonInteractive
from pitui.services.cluster import open_cluster
from pitui.services.runs.runs import Runs
from pitui.tui.app import PituiApp

TARGET = Path(__file__).parent.parent / "docs" / "screenshot.svg"
SIZE = (160, 44)
LIMIT = 90


async def main(path: Path) -> None:
    """Start the benchmark, wait until its stage is half done, draw."""
    config = load_config(path)
    app = PituiApp(config)
    async with open_cluster(config, NonInteractive()) as cluster, app.run_test(size=SIZE) as pilot:
        await Runs(cluster).start_benchmark("pi", {"samples": "60000000", "partitions": "48"})
        async with asyncio.timeout(LIMIT):
            while not half_done(app):
                await pilot.pause(0.2)
        TARGET.write_text(app.export_screenshot(title="pitui"))


def half_done(app: PituiApp) -> bool:
    """Say whether the newest application is in the middle of its work."""
    found = app.main.snapshot.applications
    progress = found[0].progress if found else None
    return progress is not None and 0.55 < progress.fraction < 0.95


asyncio.run(main(Path(sys.argv[1])))
