"""Programs that a test submits, and the applications that they become."""

from pathlib import Path

from spark.programs import write
from support.looking import until_found

from pitui.services.cluster import Cluster
from pitui.services.runs.detached_runs import Runs
from pitui.services.runs.submit import prepare

LIMIT = 120.0


async def submitted(cluster: Cluster, folder: Path, name: str, text: str, *options: str) -> str:
    """Start a program and return its application's id, once the master lists it.

    Others before it may have had the same name.
    """
    before = {app.id for app in (await cluster.spark_master.read()).applications}
    words = [*options, "--name", name, str(write(folder, name, text))]
    run = await Runs(cluster).submit(await prepare(cluster, words), name)

    async def listed() -> str | None:
        view = await cluster.spark_master.read()
        found = (app.id for app in view.applications if app.name == name and app.id not in before)
        return next(found, None)

    return await until_found(listed, f"{name} is listed; see {run.folder}", LIMIT)
