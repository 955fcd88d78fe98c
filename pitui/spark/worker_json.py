"""A worker's own `/json/` answer, and the cluster-mode drivers that only its master lists."""

from collections.abc import Collection
from dataclasses import dataclass

import msgspec

from pitui.spark.answers import decode


@dataclass(frozen=True, slots=True)
class Placed:
    """An executor that a worker runs."""

    app_id: str
    app_name: str
    executor_id: str


class _Description(msgspec.Struct, frozen=True):
    name: str = ""


class _ExecutorRow(msgspec.Struct):
    id: int | str
    appid: str
    appdesc: _Description = _Description()


class _Answer(msgspec.Struct):
    id: str
    masterurl: str  # tells a worker's answer from others'
    executors: list[_ExecutorRow] = []


class _DriverRow(msgspec.Struct):
    id: str
    worker: str = ""  # "None" before it is placed


class _MasterAnswer(msgspec.Struct):
    url: str
    activedrivers: list[_DriverRow] = []


def parse_worker(body: bytes) -> tuple[Placed, ...]:
    """Return the executors that a worker runs now.

    Raises:
        NotSparkError: the body is not a Spark worker's JSON.
    """
    answer = decode(body, _Answer, "a Spark worker")
    return tuple(Placed(row.appid, row.appdesc.name, str(row.id)) for row in answer.executors)


def drivers_on(body: bytes, worker_ids: Collection[str]) -> tuple[str, ...]:
    """Return the ids of the cluster-mode drivers on some workers, from the master's `/json/`.

    Raises:
        NotSparkError: the body is not a Spark master's JSON.
    """
    answer = decode(body, _MasterAnswer, "a Spark master")
    return tuple(row.id for row in answer.activedrivers if row.worker in worker_ids)
