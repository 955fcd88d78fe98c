"""conf: spark-env.sh, spark-defaults.conf, workers and logging, for this node."""

from collections.abc import Mapping

from pitui.config.nodes import env_text
from pitui.provision.addresses import address_of
from pitui.provision.conf_folder import block, conf_folder, spark_version
from pitui.provision.each import on_each
from pitui.provision.files_step import FilesStep, Text, read
from pitui.provision.javas import java_home
from pitui.provision.managed_block import block_lines, with_block
from pitui.provision.site import Site
from pitui.provision.spark_home import installed
from pitui.spark.conf_files import MARK, env_lines, log_files, numbers, workers_name
from pitui.spark.properties import property_lines

_EXECUTOR_LOGS = {
    "spark.executor.logs.rolling.strategy": "size",
    "spark.executor.logs.rolling.maxSize": "16777216",
    "spark.executor.logs.rolling.maxRetainedFiles": "5",
}


class ConfStep(FilesStep):
    """Writes Spark's conf files; what a person wrote beside our blocks stays."""

    id = "conf"
    title = "Spark's configuration"
    needs = ("spark",)
    disturbs = True

    async def texts(self, site: Site) -> list[Text]:
        """Return the conf files."""
        folder, version = await conf_folder(site), await spark_version(site)
        env = env_lines(version, await self._environment(site, version))
        texts = [
            await block(
                site,
                f"{folder}/spark-env.sh",
                "conf",
                env,
                mode=0o755,
                before="#!/usr/bin/env bash\n",
            ),
            await block(
                site,
                f"{folder}/spark-defaults.conf",
                "conf",
                await self._defaults(site, version),
            ),
            await block(site, f"{folder}/{workers_name(version)}", "workers", await _workers(site)),
        ]
        for name, text in log_files(version).items():
            old = await read(site, f"{folder}/{name}")
            own = old is not None and not old.startswith(MARK)
            texts.append(Text(f"{folder}/{name}", old, old if own and old else text))
        return texts

    async def owner(self, site: Site) -> str | None:
        """Return Spark's account."""
        return f"{await site.spark_user()}:"

    async def summary(self, site: Site) -> str:
        """Return the addresses that matter."""
        return f"this node is {await address_of(site.shelf, site.name)}"

    async def remove(self, site: Site, others: Mapping[str, Site]) -> str:
        """Take the node out of the others' lists of workers."""
        gone = await address_of(site.shelf, site.name)
        done = await on_each(others, lambda other: _without_worker(other, gone))
        return f"out of the workers file on {', '.join(done)}" if done else ""

    async def _environment(self, site: Site, version: str) -> dict[str, str]:
        config, node = site.shelf.config, site.node
        master = config.spark.master
        master_host = master.host or await address_of(site.shelf, site.shelf.master.name)
        values = {
            "SPARK_LOCAL_IP": await address_of(site.shelf, site.name),
            "SPARK_PUBLIC_DNS": await address_of(site.shelf, site.name),
            "SPARK_MASTER_HOST": master_host,
            "SPARK_MASTER_PORT": str(master.port),
            "SPARK_MASTER_WEBUI_PORT": str(master.webui_port),
            "SPARK_WORKER_WEBUI_PORT": str(node.worker_webui_port),
            "JAVA_HOME": await java_home(site, version),
        }
        return {name: value for name, value in values.items() if value} | node.env

    async def _defaults(self, site: Site, version: str) -> list[str]:
        spark = site.shelf.config.spark
        host = spark.master.host or await address_of(site.shelf, site.shelf.master.name)
        url = {"spark.master": f"spark://{host}:{spark.master.port}"} if host else {}
        # Without it neither master nor worker knows decommissioning, which came with 3.1.
        drains = {"spark.decommission.enabled": "true"} if numbers(version) >= (3, 1) else {}
        return property_lines(url | _EXECUTOR_LOGS | drains | env_text(spark.defaults))


async def _workers(site: Site) -> list[str]:
    workers = [name for name, node in site.shelf.nodes.items() if node.is_worker]
    return [found for name in workers if (found := await address_of(site.shelf, name))]


async def _without_worker(site: Site, gone: str | None) -> bool:
    """Take an address out of a node's list of workers; say whether it was there."""
    version = (await installed(site)).version
    if not version:
        return False
    path = f"{await conf_folder(site)}/{workers_name(version)}"
    old = await read(site, path) or ""
    lines = block_lines(old, "workers") or []
    if gone not in lines:
        return False
    new = with_block(old, "workers", [line for line in lines if line != gone])
    await site.write_file(path, new, root=await site.may_root())
    return True


STEP = ConfStep()
