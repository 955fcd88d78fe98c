from dataclasses import replace

from pitui.domain.cluster import (
    Application,
    ApplicationState,
    MasterState,
    MasterView,
    Worker,
    WorkerState,
)
from pitui.domain.why import why_waiting

APP = Application("app-1", "greedy", ApplicationState.WAITING, 0, 2048, 0.0, 30.0)
WORKER = Worker("w1", "h", 1, "", WorkerState.ALIVE, 4, 0, 768, 0, 0.0)


def why(app=APP, *workers, state=MasterState.ALIVE):
    return why_waiting(app, MasterView("spark://h:1", state, workers))


def test_a_running_application_does_not_wait():
    assert why(replace(APP, state=ApplicationState.RUNNING), WORKER) is None


def test_more_memory_than_any_worker_has():
    assert why(APP, WORKER) == "wants 2048 MiB an executor, largest worker has 768 MiB"


def test_dead_workers_offer_nothing():
    big = replace(WORKER, memory_mib=8192, state=WorkerState.DEAD)
    assert "largest worker has 768 MiB" in (why(APP, big, WORKER) or "")
    assert why(APP, big) == "no worker is alive"


def test_memory_in_use():
    app = replace(APP, memory_per_executor_mib=512)
    assert why(app, replace(WORKER, memory_used_mib=400)) == (
        "wants 512 MiB an executor, at most 368 MiB are free"
    )


def test_all_cores_in_use():
    app = replace(APP, memory_per_executor_mib=512)
    assert why(app, replace(WORKER, cores_used=4)) == "all 4 cores are in use"


def test_room_but_nothing_happens():
    app = replace(APP, memory_per_executor_mib=512)
    assert "not reach the driver" in (why(app, WORKER) or "")
    assert why(replace(app, duration_s=1.0), WORKER) == "just submitted"


def test_a_master_that_recovers():
    assert why(APP, WORKER, state=MasterState.RECOVERING) == "the master is RECOVERING"
