"""A demonstration cluster from its start to its end."""

import asyncio
import getpass
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pitui.config.load import load_config
from pitui.demo import running_demos
from pitui.demo.cluster_plan import MARKER, Plan, plan_file, save_plan
from pitui.demo.folders import make_node_folders
from pitui.demo.java import find_java
from pitui.demo.ports import Taken, choose_nodes
from pitui.demo.processes import end_all
from pitui.demo.requirements import check_folder_name, check_memory, find_spark
from pitui.domain.errors import PituiError, UsageError
from pitui.domain.node_outcome import Outcome
from pitui.remote.prompts import NonInteractive
from pitui.services.audit import Audit
from pitui.services.cluster import open_cluster
from pitui.services.daemons.daemon_control import start, targets_for


def start_spark(plan: Plan) -> None:
    """Start the master and all workers, and wait until the master lists the workers as alive.

    Raises:
        PituiError: some did not come up; says which and why.
    """
    asyncio.run(_start_daemons(plan))


async def _start_daemons(plan: Plan) -> None:
    async with open_cluster(load_config(plan.config), NonInteractive()) as opened:
        cluster = replace(opened, audit=Audit(opened.audit.cluster, plan.path / "audit.jsonl"))
        outcomes = await start(cluster, targets_for(cluster, ["all"]), _ignore_outcome)
    failed = [outcome for outcome in outcomes if not outcome.state.good]
    if failed:
        why = "; ".join(f"{one.node}: {one.detail} {one.advice}".strip() for one in failed)
        raise PituiError(f"the demo did not start: {why}")


def _ignore_outcome(outcome: Outcome) -> None:
    """Take no notice: what matters is how each ended."""


Say = Callable[[str], None]
"""Takes a line about what happens now."""


@contextmanager
def demo_cluster(workers: int, folder: Path | None, say: Say) -> Iterator[Plan]:
    """Bring a cluster up, hand it out, and leave nothing behind.

    Without `folder` a temporary one is used and removed in the end.

    Raises:
        PituiError: something that it needs is missing, or it did not come up.
    """
    spark, java = find_spark(), find_java()
    check_memory(workers)
    record, plan = _claim_demo(workers, folder, spark, java)
    entry = _entry(plan, temporary=folder is None)
    try:
        make_node_folders(plan)
        say(f"starting {workers} nodes, a master and {workers} workers in {plan.folder}")
        # What this process starts on the master's node is the demonstration's too.
        os.environ[MARKER] = plan.folder
        with _ssh_servers(plan):
            start_spark(plan)
            yield plan
            say("stopping the demo")
    finally:
        running_demos.remove_demo(entry)
        record.remove()


def _claim_demo(
    workers: int, folder: Path | None, spark: Path, java: Path
) -> tuple[running_demos.Record, Plan]:
    """Clean up after dead demonstrations, choose ports, and note down what is ours."""
    with running_demos.alone():
        taken = running_demos.clean_up_dead()
        path = _make_demo_folder(folder)
        running_demos.claim(path)
        end_all(path)
        plan = _plan(path, workers, taken, spark, java)
        record = running_demos.new_record()
        record.write(_entry(plan, temporary=folder is None))
        save_plan(plan)
    return record, plan


def _plan(path: Path, workers: int, taken: Taken, spark: Path, java: Path) -> Plan:
    master, nodes = choose_nodes(workers, taken)
    return Plan(
        folder=str(path),
        user=getpass.getuser(),
        java_home=str(java),
        python=sys.executable,
        spark=str(spark),
        master=master,
        workers=nodes,
    )


def _entry(plan: Plan, *, temporary: bool) -> running_demos.LedgerEntry:
    ports = [port for node in plan.nodes for port in sorted(node.ports)]
    return running_demos.LedgerEntry(folder=plan.folder, temporary=temporary, ports=ports)


def _make_demo_folder(folder: Path | None) -> Path:
    if folder is None:
        check_folder_name(Path(tempfile.gettempdir()).resolve())
        return Path(tempfile.mkdtemp(prefix=running_demos.PREFIX)).resolve()
    path = folder.expanduser().resolve()
    check_folder_name(path)
    if path.exists() and not path.is_dir():
        raise UsageError(f"{path} is not a folder")
    if path.exists() and any(path.iterdir()) and not plan_file(path).exists():
        raise UsageError(f"the folder {path} is not empty", "Choose an empty --dir.")
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise UsageError(f"cannot create the folder {path}: {error.strerror}") from error
    return path


@contextmanager
def _ssh_servers(plan: Plan) -> Iterator[None]:
    """Run the SSH servers in a process of their own, which ends with this one."""
    reading, lifeline = os.pipe()
    command = [
        sys.executable,
        "-m",
        "pitui.demo.ssh_servers",
        plan.folder,
        "--lifeline",
        str(reading),
    ]
    server = subprocess.Popen(
        command,
        pass_fds=[reading],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=(plan.path / "ssh.log").open("wb"),
        text=True,
        start_new_session=True,
    )
    os.close(reading)
    try:
        with server:
            if server.stdout is None or server.stdout.readline().strip() != "ready":
                log = (plan.path / "ssh.log").read_text(errors="replace").strip()
                raise PituiError(f"the nodes' SSH servers did not start: {log}")
            try:
                yield
            finally:
                os.close(lifeline)
                lifeline = -1
    finally:
        if lifeline >= 0:
            os.close(lifeline)
