"""The sh that finds a node's folders of logs and of executors."""

from pitui.config.model import Node
from pitui.domain.spark_env import SPARK_ENV_SH
from pitui.remote.quoting import quote, quote_path

# A daemon's folders are what its own start script would use.
_FOLDERS = """
folder() {
  SPARK_HOME=$home; export SPARK_HOME
  path='printf "%s\\n" "${'"$1"':-$SPARK_HOME/'"$2"'}"'
  in_spark_env "$path" 2>/dev/null || eval "$path"
}
"""


def folders(node: Node) -> str:
    """Return the sh that defines `home` and `folder NAME DEFAULT`.

    `$(folder SPARK_LOG_DIR logs)` is where the daemons' logs are, `$(folder SPARK_WORKER_DIR work)`
    where the worker keeps its executors.
    """
    # What stands here can be seen in the list of processes: secrets have no place in it.
    said = {name: value for name, value in node.env.items() if name.endswith(("_DIR", "_HOME"))}
    exports = "".join(f"export {quote(f'{name}={value}')}\n" for name, value in said.items())
    return f"home={quote_path(node.spark_home)}\n{exports}{SPARK_ENV_SH}{_FOLDERS}"
