"""The sh that finds a node's folders of logs and of executors."""

from pitui.config.model import Node
from pitui.remote.quoting import quote, quote_path

# A daemon's folders are what its own start script would use: spark-env.sh is bash where there is
# one, may print, and must not see SPARK_ENV_LOADED.
_FOLDERS = """
folder() {
  shell=$(command -v bash || command -v sh)
  SPARK_HOME=$home "$shell" -c '
    export SPARK_HOME; unset SPARK_ENV_LOADED
    env=${SPARK_CONF_DIR:-$SPARK_HOME/conf}/spark-env.sh
    if [ -r "$env" ]; then . "$env" >/dev/null 2>&1; fi
    printf "%s\\n" "${'"$1"':-$SPARK_HOME/'"$2"'}"' </dev/null 2>/dev/null
}
"""


def folders(node: Node) -> str:
    """Return the sh that defines `home` and `folder NAME DEFAULT`.

    `$(folder SPARK_LOG_DIR logs)` is where the daemons' logs are, `$(folder SPARK_WORKER_DIR work)`
    where the worker keeps its executors.
    """
    exports = "".join(f"export {quote(f'{key}={value}')}\n" for key, value in node.env.items())
    return f"home={quote_path(node.spark_home)}\n{exports}{_FOLDERS}"
