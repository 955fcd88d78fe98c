"""The conf folder of a node's Spark, and which Spark it is going to be."""

from pitui.domain.errors import NodeError, PituiError
from pitui.provision.archives import fetched_already, obtain
from pitui.provision.files_step import Text, read
from pitui.provision.managed_block import with_block, without_block
from pitui.provision.site import Site
from pitui.provision.spark_home import home_of, installed
from pitui.spark.properties import parse_properties


async def conf_folder(site: Site) -> str:
    """Return the path of a node's conf folder."""
    return f"{await home_of(site)}/conf"


async def spark_version(site: Site) -> str:
    """Return the Spark that is, or with a plan is going to be, on a node.

    Raises:
        PituiError: nobody can tell.
    """
    config = site.shelf.config
    found = (await installed(site)).version
    if found and not site.shelf.plan:
        return found
    if config.spark.version:
        return config.spark.version
    if config.spark.archive and fetched_already(config):
        archive = await site.shelf.once("archive", lambda: obtain(config, lambda _what, _how: None))
        return archive.version
    if found:
        return found
    raise PituiError("which Spark it is cannot be known before its archive is there")


async def properties(site: Site, *, without: str = "") -> dict[str, str]:
    """Return the settings of spark-defaults.conf, or those outside of one of our blocks.

    Raises:
        NodeError: Spark could not read the file either.
    """
    path = f"{await conf_folder(site)}/spark-defaults.conf"
    text = await read(site, path) or ""
    try:
        return parse_properties(without_block(text, without) if without else text)
    except ValueError as error:
        raise NodeError(site.name, f"{path}: {error}", "Spark would not read it.") from error


async def block(
    site: Site, path: str, name: str, lines: list[str], *, mode: int | None = None, before: str = ""
) -> Text:
    """Return a file with a managed block holding these lines; `before` starts a new file."""
    old = await read(site, path)
    new = with_block(before if old is None else old, name, lines)
    return Text(path, old, new, mode)
