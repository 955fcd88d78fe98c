"""What is wrong inside a real application, as `pitui doctor` finds it, while it is so."""

import os
import re
import signal
from pathlib import Path

import pytest
from spark.planted_apps import LIMIT, PlantedApps, of, places
from spark.test_executors import executor_pid
from support.looking import until_found

from pitui.doctor.finding import Finding
from pitui.doctor.severity import FindingSeverity
from pitui.services.apps.kill import kill_application
from pitui.services.doctor.gather_apps import gather_apps

pytestmark = [pytest.mark.spark, pytest.mark.ssh, pytest.mark.long, pytest.mark.timeout(600)]
ERROR, WARNING, INFO = FindingSeverity
FORGOTTEN, PAST = 1900.0, 3700.0
"""Seconds after which an application is forgotten, or is no longer told of."""
INSIDE = ("app.skew", "app.gc", "app.spill")

# It does a thing, then waits for the next file.
FAULTY = """
import os
import re
import time

from pyspark.sql import SparkSession, functions as F

spark = SparkSession.builder.getOrCreate()
sc = spark.sparkContext


def imports(_):
    import pitui_planted_module


def reads(_):
    return open("FOLDER/flights.csv").read()


def slow(index, rows):
    time.sleep(10 if index == 3 else 0.2)
    return rows


def attempt(name, work):
    sc.setJobDescription(name)
    try:
        work()
    except Exception as error:
        print("as wanted:", name, type(error).__name__, flush=True)


def reached(name):
    open(f"FOLDER/{name}-reached", "w").close()
    while not os.path.exists(f"FOLDER/{name}"):
        time.sleep(0.1)


numbers = sc.parallelize(range(4), 4)
attempt("module", lambda: numbers.map(imports).count())
attempt("file", lambda: numbers.map(reads).count())
attempt("skew", lambda: numbers.mapPartitionsWithIndex(slow).count())
collecting = F.expr("reflect('java.lang.System', 'gc')")
attempt("gc", lambda: spark.range(0, 64, 1, 4).select(collecting).collect())
# Its tasks spill, and wait as if it was for a slow card.
waits = F.expr("id % 10000 > 0 OR reflect('java.lang.Thread', 'sleep', 1000L) IS NULL")
ordered = spark.range(0, 100_000, 1, 2).repartition(2, "id").sortWithinPartitions("id")
attempt("spill", lambda: ordered.filter(waits).write.format("noop").mode("overwrite").save())
reached("heap")
# More than a heap of 512 MiB in one piece.
large = F.size(F.sequence(F.col("id"), F.col("id") + 100_000_000))
attempt("heap", lambda: spark.range(1, 2, 1, 1).select(large).collect())
reached("work")
attempt("work", lambda: numbers.map(lambda _: time.sleep(300)).count())
"""


async def test_what_is_wrong_inside_an_application(
    planted: PlantedApps, demo_cluster: Path
) -> None:
    text = FAULTY.replace("FOLDER", str(planted.folder))
    alone = ["--executor-memory", "512m", "--conf", "spark.task.maxFailures=1"]
    alone += ["--conf", "spark.shuffle.spill.numElementsForceSpillThreshold=20000"]
    app = await planted.submit("faulty", text, *alone)
    await reached(planted.folder, "heap")
    inputs = await a_module_and_a_file_that_are_missing(planted, app, demo_cluster.parent)
    assert not places(inputs, "app.exit-code")
    assert not places(inputs, "logs.known-error")
    for check in INSIDE:
        found = of(inputs, check)
        assert {one.application for one in found} == {app}, inputs
        assert {one.severity for one in found} <= {INFO, WARNING}
        assert all("faulty, stage " in one.title and one.fix for one in found)
    assert any("Task 3 on pi" in one.title for one in of(inputs, "app.skew")), inputs

    await executors_that_end(planted, app)
    await a_shell_that_nobody_uses(planted, app)

    await kill_application(planted.cluster, app)
    # For an hour it is worth a word what was wrong with it, but nothing to act on.
    checks = ("app", "logs")
    past = await planted.found(lambda seen: not any(one.severity is ERROR for one in seen), *checks)
    assert {one.severity for one in past if one.application == app} <= {INFO}
    evidence = (await planted.checked("app")).evidence
    assert evidence is not None
    gone = await gather_apps(planted.cluster, evidence.snapshot, evidence.now + PAST)
    assert app not in gone.apps


async def reached(folder: Path, step: str) -> None:
    async def there() -> bool | None:
        return True if (folder / f"{step}-reached").exists() else None

    await until_found(there, f"the program waits for {step}", LIMIT)


async def a_module_and_a_file_that_are_missing(
    planted: PlantedApps, app: str, demo: Path
) -> list[Finding]:
    """Return all that was found at first."""
    module, file = "python.module-missing", "app.file-not-everywhere"

    def complete(seen: list[Finding]) -> bool:
        return all(of(seen, check) for check in (module, file, *INSIDE))

    first = await planted.found(complete, "app", "python", "logs")
    # The master's node runs no executor.
    assert places(first, module) == {("pi1", app), ("pi2", app)}
    assert all("no module pitui_planted_module" in one.title for one in of(first, module))
    (missing,) = of(first, file)
    assert (missing.severity, missing.application) == (INFO, app)
    assert str(planted.folder / "flights.csv") in missing.title

    modules = planted.folder / "modules"
    modules.mkdir()
    (modules / "pitui_planted_module.py").touch()
    (planted.folder / "flights.csv").touch()
    settings = {name: demo / f"nodes/{name}/spark/conf/spark-env.sh" for name in ("pi1", "pi2")}
    before = {name: path.read_text() for name, path in settings.items()}
    try:
        for name, left in (("pi1", {("pi2", app)}), ("pi2", set())):
            settings[name].write_text(f"{before[name]}export PYTHONPATH={modules}\n")
            # That its driver answered is known by what else was wrong.
            seen = await planted.found(
                lambda seen, left=left: bool(of(seen, "app.gc")) and places(seen, module) == left,
                "app",
                "python",
            )
            assert not places(seen, file)
    finally:
        for name, path in settings.items():
            path.write_text(before[name])
    return first


async def executors_that_end(planted: PlantedApps, app: str) -> None:
    """One is killed as the kernel kills, another has no room in its heap."""
    os.kill(executor_pid(app, "0"), signal.SIGKILL)
    (killed,) = await planted.found(lambda seen: len(seen) == 1, "app.exit-code")
    node = killed.title.partition(" on ")[2].partition(":")[0]
    assert (killed.severity, killed.application) == (WARNING, app)
    assert killed.title == (
        f"1 executor of faulty ended with code 137 on {node}: "
        "killed by SIGKILL: often the kernel, out of memory"
    )
    assert killed.log is not None
    assert killed.log.logs == (f"{app}/0", node)
    assert await planted.explains(killed)

    (planted.folder / "heap").touch()
    await reached(planted.folder, "work")
    checks = ("app.exit-code", "logs.known-error")

    def both(seen: list[Finding]) -> bool:
        return len(of(seen, checks[0])) > 1 and bool(of(seen, checks[1]))

    found = await planted.found(both, *checks)
    full = next(one for one in of(found, checks[0]) if "code 52" in one.title)
    node = full.title.partition(" on ")[2].partition(":")[0]
    assert "out of memory in the JVM" in full.title
    assert await planted.explains(full)
    said = [one for one in of(found, checks[1]) if "its heap is full" in one.title]
    assert [(one.node, one.application, one.severity) for one in said] == [(node, app, ERROR)]
    assert "OutOfMemoryError: Java heap space" in said[0].detail
    assert await planted.explains(said[0])


async def a_shell_that_nobody_uses(planted: PlantedApps, app: str) -> None:
    idle = "app.idle-holds-cores"
    evidence = (await planted.checked(idle)).evidence
    assert evidence is not None
    assert planted.later(evidence, 0.0, idle) == []
    (forgotten,) = planted.later(evidence, FORGOTTEN, idle)
    assert (forgotten.severity, forgotten.application) == (INFO, app)
    assert re.match(r"faulty has done nothing for 3\d min", forgotten.title), forgotten
    (planted.folder / "work").touch()

    async def works() -> bool | None:
        evidence = (await planted.checked(idle)).evidence
        assert evidence is not None
        inside = evidence.apps[app].record
        # Where its driver did not answer in time nothing is known.
        told = inside is not None and any(stage.stage.state.active for stage in inside.stages)
        return True if told and planted.later(evidence, FORGOTTEN, idle) == [] else None

    await until_found(works, "it is not forgotten any more", LIMIT)
