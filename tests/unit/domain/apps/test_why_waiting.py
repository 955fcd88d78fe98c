from dataclasses import replace

import pytest

from pitui.domain.apps.stall_reason import StallKind
from pitui.domain.apps.why_waiting import (
    ExecutorDeaths,
    driver_waits,
    dying,
    idle,
    too_many_cores,
    waits,
)
from pitui.domain.cluster import (
    Application,
    ApplicationState,
    Executor,
    MasterState,
    MasterView,
    Worker,
    WorkerState,
)
from pitui.domain.spark_driver import ClusterDriver, DriverState

APP = Application("app-1", "greedy", ApplicationState.WAITING, 0, 2048, 0.0, 30.0)
OTHER = Application("app-0", "pi", ApplicationState.RUNNING, 4, 400, 0.0, 90.0)
WORKER = Worker("w1", "h", 1, "", WorkerState.ALIVE, 4, 0, 768, 0, 0.0)
DRIVER = ClusterDriver("driver-1", DriverState.SUBMITTED, 1, 8192, 0.0)
EXECUTOR = Executor("0", "h", True, 4, 0, 0, 0, 0, 0, 0, 0, 0)


def why(app=APP, *workers, state=MasterState.ALIVE, others=()):
    return waits(app, MasterView("spark://h:1", state, workers, (app, *others)))


def test_a_running_application_does_not_wait():
    assert why(replace(APP, state=ApplicationState.RUNNING), WORKER) is None


def test_more_memory_than_any_worker_has():
    found = why(APP, WORKER)
    assert found.reason == "wants 2048 MiB per executor, the largest worker has 768 MiB"
    assert "--executor-memory 768m" in found.fix
    assert "spark.worker.memory" in found.fix


def test_a_worker_that_could_hold_no_executor_at_all():
    small = replace(WORKER, memory_mib=400)
    assert "466m and more (450m on boards of 2 GB and more)" in why(APP, small).fix
    assert "--executor-memory" not in why(APP, small).fix


def test_dead_workers_offer_nothing():
    big = replace(WORKER, memory_mib=8192, state=WorkerState.DEAD)
    assert "largest worker has 768 MiB" in why(APP, big, WORKER).reason
    nobody = why(APP, big)
    assert nobody.reason == "no worker is alive"
    assert "pitui start workers" in nobody.fix


def test_memory_in_use():
    app = replace(APP, memory_per_executor_mib=512)
    found = why(app, replace(WORKER, memory_used_mib=400), others=(OTHER,))
    assert found.reason == "wants 512 MiB per executor, at most 368 MiB are free"
    assert "pi (app-0)" in found.fix


def test_all_cores_in_use():
    app = replace(APP, memory_per_executor_mib=512)
    found = why(app, replace(WORKER, cores_used=4), others=(OTHER,))
    assert found.reason == "all 4 cores are in use"
    assert "spark.cores.max" in found.fix


def test_memory_here_and_cores_there():
    app = replace(APP, memory_per_executor_mib=512)
    workers = replace(WORKER, cores_used=4), replace(WORKER, id="w2", memory_used_mib=700)
    assert why(app, *workers).reason == "no worker has both 512 MiB and a core free"


def test_room_but_nothing_happens():
    app = replace(APP, memory_per_executor_mib=512)
    assert "--executor-cores" in why(app, WORKER).fix
    assert why(replace(app, duration_s=1.0), WORKER).reason == "just submitted"


def test_a_master_that_recovers():
    assert why(APP, WORKER, state=MasterState.RECOVERING).reason == "the master is RECOVERING"


def test_more_cores_than_any_worker_has():
    busy = replace(WORKER, cores_used=3)
    assert "largest worker has 4" in too_many_cores(8, [WORKER]).reason
    assert "at most 1 are free" in too_many_cores(2, [busy]).reason
    assert too_many_cores(4, [WORKER]) is None


@pytest.mark.parametrize(
    ("line", "reason", "fix", "kind"),
    [
        (
            "java.io.IOException: Failed to connect to nuc/127.0.1.1:41231",
            "cannot reach the driver at nuc/127.0.1.1:41231",
            "spark.driver.host",
            StallKind.DRIVER_UNREACHABLE,
        ),
        ("java.lang.OutOfMemoryError: Java heap space", "12 executors died", "--executor-memory",
         StallKind.EXECUTORS_DIE),
        ("Unrecognized VM option 'Nonsense'", "on pi2: Unrecognized VM option", "log",
         StallKind.EXECUTORS_DIE),
    ],
)  # fmt: skip
def test_executors_that_die_in_a_loop(line, reason, fix, kind):
    found = dying(ExecutorDeaths(12, "11", "pi2", line))
    assert reason in found.reason
    assert line in found.reason
    assert fix in found.fix
    assert (found.kind, found.executor) == (kind, "11")
    assert dying(ExecutorDeaths(1, "0", "pi2", line)) is None


def test_a_heap_that_spark_finds_too_small():
    line = (
        "org.apache.spark.SparkIllegalArgumentException: [INVALID_EXECUTOR_MEMORY.SYSTEM_MEMORY] "
        "Insufficient executor memory: System memory 456130560 must be at least 471859200."
    )
    found = dying(ExecutorDeaths(12, "11", "pi2", line, 450))
    assert found.reason.startswith("450 MiB leave a heap of 435 MiB, Spark needs 450 MiB: 12")
    assert "--executor-memory 466m" in found.fix
    nonsense = dying(ExecutorDeaths(12, "11", "pi2", line.replace("456130560", "000000000"), 450))
    assert "on pi2: org.apache.spark" in nonsense.reason


def test_executors_that_get_no_task():
    assert idle(None) is None
    assert idle(()) is None
    assert "spark.task.cpus" in idle((EXECUTOR,)).fix
    assert "starting" in idle((replace(EXECUTOR, cores=0),)).reason


def test_a_cluster_mode_driver_that_waits():
    def found(driver, *workers):
        return driver_waits(driver, MasterView("spark://h:1", MasterState.ALIVE, workers))

    assert "for the driver, the largest worker has 768 MiB" in found(DRIVER, WORKER).reason
    assert "--driver-memory 768m" in found(DRIVER, WORKER).fix
    assert "--driver-cores 4" in found(replace(DRIVER, cores=9), WORKER).fix
    assert found(DRIVER).reason == "no worker is alive"
    assert found(replace(DRIVER, worker="w1", state=DriverState.RUNNING), WORKER) is None
