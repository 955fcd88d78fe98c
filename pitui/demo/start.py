"""Starting the demonstration's Spark daemons."""

import json
import subprocess
import time
import urllib.request

from pitui.demo.plan import DemoNode, Plan
from pitui.domain.errors import PituiError

_LIMIT = 60.0
_PAUSE = 0.2


def start_spark(plan: Plan) -> None:
    """Start the master and all workers, and wait until the master lists the workers as alive.

    Raises:
        PituiError: they did not come up in time.
    """
    for node in plan.nodes:
        with (plan.spark_home(node) / "logs" / "start.log").open("w") as log:
            subprocess.Popen(
                _command(plan, node),
                env=plan.environment(node),
                cwd=plan.home(node),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
    limit = time.monotonic() + _LIMIT
    while _alive(plan.master) < len(plan.workers):
        if time.monotonic() > limit:
            raise PituiError("the workers did not come up", f"See {plan.path}/nodes/*/spark/logs.")
        time.sleep(_PAUSE)


def _command(plan: Plan, node: DemoNode) -> list[str]:
    script = str(plan.spark_home(node) / "sbin" / "spark-daemon.sh")
    master = plan.master
    if node is master:
        name = "org.apache.spark.deploy.master.Master"
        rest = ["--host", master.address, "--port", str(master.spark_port)]
        return [script, "start", name, "1", *rest, "--webui-port", str(master.webui_port)]
    name = "org.apache.spark.deploy.worker.Worker"
    rest = ["--host", node.address, "--webui-port", str(node.webui_port)]
    return [script, "start", name, "1", *rest, f"spark://{master.address}:{master.spark_port}"]


def _alive(master: DemoNode) -> int:
    url = f"http://{master.address}:{master.webui_port}/json/"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=2) as answer:
            return int(json.load(answer)["aliveworkers"])
    except OSError:
        return 0
