"""profile: SPARK_HOME and PATH in interactive shells."""

from pitui.provision.conf_folder import block
from pitui.provision.files_step import FilesStep, Text
from pitui.provision.site import Site
from pitui.provision.spark_home import home_of
from pitui.remote.quoting import quote

_ON_PATH = (
    'case ":$PATH:" in *":$SPARK_HOME/bin:"*) ;; *) '
    'export PATH="$PATH:$SPARK_HOME/bin:$SPARK_HOME/sbin" ;; esac'
)


class ProfileStep(FilesStep):
    """Writes /etc/profile.d/spark.sh, or a block of ~/.profile where there is no root."""

    id = "profile"
    title = "SPARK_HOME and PATH"
    needs = ("spark",)

    async def texts(self, site: Site) -> list[Text]:
        """Return the file."""
        lines = [
            f"export SPARK_HOME={quote(await home_of(site))}",
            _ON_PATH,
        ]
        path = "/etc/profile.d/spark.sh"
        if not await site.may_root():
            path = f"{(await site.machine()).home}/.profile"
        return [await block(site, path, "profile", lines)]

    async def summary(self, site: Site) -> str:
        """Return Spark's home."""
        return f"SPARK_HOME is {await home_of(site)}"


STEP = ProfileStep()
