"""Records what provisioning reports, for the UI's tests: `python -m tests.lab.record_provision`.

Three fresh machines at the speed of a Pi 3's Ethernet: a plan, a run in which the third loses its
power in the middle of the push, another run of that one, and a plan that finds nothing to do.
"""

import asyncio
import json
import re
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from pitui.config.load import load_config
from pitui.provision.engine.provision_report import NodeReport, StepReport
from pitui.remote.prompts import NonInteractive
from pitui.services.cluster import Cluster, open_cluster
from pitui.services.provisioning.provision import provisioning
from tests.lab import configuration
from tests.lab.archive import spark_archive
from tests.lab.kinds import Kind
from tests.lab.lab import Lab, down

FOLDER = Path(__file__).parents[1] / "captures" / "provision"
NAME = "record"
_OURS = re.compile(r"/[\w./-]*/labs/record\b")


class _Recorder:
    """Notes each report with its moment."""

    def __init__(self, seen: Callable[[StepReport], None] = lambda _: None) -> None:
        self._begun = time.monotonic()
        self._seen = seen
        self.events: list[dict[str, object]] = []

    def take(self, report: StepReport) -> None:
        moment = round(time.monotonic() - self._begun, 2)
        self.events.append({"at": moment, "step": msgspec.to_builtins(report)})
        self._seen(report)

    def save(self, name: str, reports: Sequence[NodeReport]) -> None:
        lines = [*self.events, *({"node": msgspec.to_builtins(report)} for report in reports)]
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (FOLDER / f"{name}.jsonl").write_text(_OURS.sub("/home/pi/lab", text))


async def _record(lab: Lab, config: Path) -> None:
    prompter = NonInteractive(trust_new=True)
    async with open_cluster(load_config(config), prompter) as cluster:
        await _one(cluster, prompter, "plan", _Recorder(), plan=True)
        await _one(cluster, prompter, "run", _Recorder(_power_cut(lab)))
        await asyncio.to_thread(lab.machines["pi3"].power_on)
        await _one(cluster, prompter, "again", _Recorder(), names=["pi3"])
        await _one(cluster, prompter, "nothing", _Recorder(), plan=True)


async def _one(
    cluster: Cluster, prompter: NonInteractive, name: str, recorder: _Recorder, **how: object
) -> None:
    work = provisioning(cluster, prompter, recorder.take, **how)  # type: ignore[arg-type]
    recorder.save(name, await work.run())


def _power_cut(lab: Lab) -> Callable[[StepReport], None]:
    def seen(report: StepReport) -> None:
        half = report.transfer is not None and report.transfer.done * 2 > report.transfer.total
        if report.node == "pi3" and half and lab.machines["pi3"].running:
            lab.machines["pi3"].power_off()

    return seen


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    lab = Lab.up(NAME, [Kind(memory_mib=2048)] * 3, lambda text: print(text, file=sys.stderr))
    try:
        for machine in lab.machines.values():
            machine.rate("94mbit")
        values = configuration.document(lab, spark_archive(slim=True))
        asyncio.run(_record(lab, configuration.write(lab.folder / "config.yaml", values)))
    finally:
        down(NAME)


if __name__ == "__main__":
    main()
