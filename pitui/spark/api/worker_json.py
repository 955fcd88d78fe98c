"""A worker's own `/json/` answer, and the cluster-mode drivers that only its master lists."""

from collections.abc import Collection
from dataclasses import dataclass

import msgspec

from pitui.domain.errors import NotSparkError
from pitui.spark.json_reader import JsonRows, decode


@dataclass(frozen=True, slots=True)
class Placed:
    """An executor that a worker runs."""

    app_id: str
    app_name: str
    executor_id: str


class _Description(msgspec.Struct, frozen=True):
    name: str = ""


class _WorkerExecutorRow(msgspec.Struct):
    id: int | str
    appid: str
    appdesc: _Description = _Description()


class _WorkerReply(msgspec.Struct):
    # Each of them, and of the master's, may be missing; two tell whose answer it is.
    masterurl: str | None = None
    executors: list[_WorkerExecutorRow] | None = None
    finishedexecutors: list[object] | None = None


class _WorkerDriverRow(msgspec.Struct):
    id: str
    worker: str = ""  # "None" before it is placed


class _MasterAnswer(msgspec.Struct):
    url: str | None = None
    workers: list[object] | None = None
    activedrivers: list[_WorkerDriverRow] | None = None


def parse_worker(body: bytes) -> JsonRows[Placed]:
    """Return the executors that a worker runs now.

    Raises:
        NotSparkError: the body is not a Spark worker's JSON.
    """
    answer, lost = decode(body, _WorkerReply, "a Spark worker")
    _check_daemon("worker", (answer.masterurl, answer.executors, answer.finishedexecutors))
    rows = answer.executors or ()
    return JsonRows((Placed(row.appid, row.appdesc.name, str(row.id)) for row in rows), lost)


def drivers_on(body: bytes, worker_ids: Collection[str]) -> JsonRows[str]:
    """Return the ids of the cluster-mode drivers on some workers, from the master's `/json/`.

    Raises:
        NotSparkError: the body is not a Spark master's JSON.
    """
    answer, lost = decode(body, _MasterAnswer, "a Spark master")
    _check_daemon("master", (answer.url, answer.workers, answer.activedrivers))
    rows = answer.activedrivers or ()
    return JsonRows((row.id for row in rows if row.worker in worker_ids), lost)


def _check_daemon(daemon: str, marks: Collection[object]) -> None:
    if sum(mark is not None for mark in marks) < 2:
        raise NotSparkError(f"the answer is not from a Spark {daemon}")
