"""The master's `/json/` answer as domain values, for Spark 2.x to 4.x."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Generic, TypeVar

import msgspec

from pitui.domain.cluster import (
    Application,
    ApplicationState,
    MasterState,
    MasterView,
    Worker,
    WorkerState,
)
from pitui.domain.errors import NotSparkError
from pitui.domain.spark_driver import ClusterDriver, DriverState
from pitui.domain.workers import registered_once
from pitui.spark.json_reader import UNREADABLE, Reader, unix_seconds


class _WorkerRow(msgspec.Struct, gc=False):
    id: str
    host: str = ""
    port: int = 0
    webuiaddress: str | None = None
    cores: int = 0
    coresused: int = 0
    memory: int = 0
    memoryused: int = 0
    state: str = ""
    lastheartbeat: float = 0


class _ApplicationRow(msgspec.Struct, gc=False):
    id: str
    name: str = ""
    cores: int = 0
    user: str | None = None
    memoryperexecutor: int | None = None  # from Spark 3.1, beside the older word
    memoryperslave: int | None = None
    starttime: float = 0
    duration: float = 0
    state: str = ""


class _DriverRow(msgspec.Struct):
    id: str
    starttime: str | float = 0
    state: str = ""
    cores: int = 0
    memory: int = 0
    worker: str | None = None
    mainclass: str | None = None


_NOTHING = msgspec.Raw(b"null")


class _MasterReply(msgspec.Struct):
    # Any of these may be missing; two of them tell a master's answer from another program's.
    url: str | None = None
    workers: list[_WorkerRow] | None = None
    activeapps: list[_ApplicationRow] | None = None
    completedapps: list[_ApplicationRow] | None = None
    status: str = ""
    activedrivers: list[_DriverRow] = []
    completeddrivers: list[_DriverRow] = []

    @property
    def of_master(self) -> bool:
        parts: tuple[object, ...] = (self.url, self.workers, self.activeapps, self.completedapps)
        return sum(part is not None and part != _NOTHING for part in parts) >= 2


class _QuickReply(_MasterReply):
    completedapps: msgspec.Raw = _NOTHING  # type: ignore[assignment]


R = TypeVar("R", bound=_WorkerRow | _ApplicationRow)
T = TypeVar("T")

_READER = Reader[_MasterReply](_MasterReply)
_QUICK = msgspec.json.Decoder(_QuickReply, strict=False)
_COMPLETED = msgspec.json.Decoder(list[_ApplicationRow] | None, strict=False)
_HOST = re.compile(r"worker-\d+-(.+)-\d+")
"""Of a worker's id."""

_WORKER_STATES = {
    "ALIVE": WorkerState.ALIVE,
    "DEAD": WorkerState.DEAD,
    "DECOMMISSIONED": WorkerState.DECOMMISSIONED,
}
_DRIVER_STATES = {state.value for state in DriverState}
_MASTER_STATES = {
    "ALIVE": MasterState.ALIVE,
    "STANDBY": MasterState.STANDBY,
    "RECOVERING": MasterState.RECOVERING,
    "COMPLETING_RECOVERY": MasterState.RECOVERING,
}


class MasterReader:
    """Reads one answer after the other; what an answer repeats is the same value as before."""

    def __init__(self) -> None:
        self._workers = _Repeated(_worker_of_row)
        self._active = _Repeated(partial(_application_of_row, active=True))
        self._completed = _CompletedApps()

    def read(self, body: bytes) -> MasterView:
        """Return the master's view of the cluster; DEAD workers are kept, one row a worker id.

        Raises:
            NotSparkError: the body is not a Spark master's JSON. (Spark answers an unknown path,
                and other programs any path, with an HTML page and status 200.)
        """
        try:
            answer, completed, lost = self._read(body)
        except UNREADABLE as error:
            raise NotSparkError(_what_came(body, str(error))) from error
        if not answer.of_master:
            raise NotSparkError(_what_came(body, "it has no url and no workers"))
        drivers = (*answer.activedrivers, *answer.completeddrivers)
        return MasterView(
            url=answer.url or "",
            state=_MASTER_STATES.get(answer.status, MasterState.UNKNOWN),
            workers=registered_once(self._workers.take(answer.workers or ())),
            applications=(*self._active.take(answer.activeapps or ()), *completed),
            drivers=tuple(map(_driver_of_row, drivers)),
            unreadable=lost,
        )

    def _read(self, body: bytes) -> tuple[_MasterReply, Sequence[Application], int]:
        """Return an answer, its completed applications, and how much could not be read."""
        try:
            quick = _QUICK.decode(body)
            return quick, self._completed.of_text(bytes(quick.completedapps)), 0
        except msgspec.ValidationError:
            answer, lost = _READER.read(body)
            return answer, self._completed.of_rows(answer.completedapps or ()), lost


class _CompletedApps:
    """Applications that have ended: thousands, read when their text is other than before."""

    def __init__(self) -> None:
        self._repeated = _Repeated(partial(_application_of_row, active=False))
        self._text = b""
        self._values: Sequence[Application] = ()

    def of_text(self, text: bytes) -> Sequence[Application]:
        """Return those of a JSON text.

        Raises:
            msgspec.ValidationError: one of them does not fit.
        """
        if text != self._text:
            self._values = self._repeated.take(_COMPLETED.decode(text) or ())
            self._text = text
        return self._values

    def of_rows(self, rows: Iterable[_ApplicationRow]) -> Sequence[Application]:
        """Return those of rows that are read already."""
        self._text = b""
        return self._repeated.take(rows)


class _Repeated(Generic[R, T]):
    """Makes a value of a row, and gives it again for as long as the row says the same."""

    def __init__(self, make: Callable[[R], T]) -> None:
        self._make = make
        self._known: dict[str, tuple[R, T]] = {}

    def take(self, rows: Iterable[R]) -> list[T]:
        """Return a value for each row of an answer; what it does not list is forgotten."""
        before, self._known = self._known, {}
        values = []
        for row in rows:
            known = before.get(row.id)
            if known is None or known[0] != row:
                known = row, self._make(row)
            self._known[row.id] = known
            values.append(known[1])
        return values


def _worker_of_row(row: _WorkerRow) -> Worker:
    return Worker(
        id=row.id,
        host=row.host or (named[1] if (named := _HOST.fullmatch(row.id)) else ""),
        port=row.port,
        webui=row.webuiaddress or "",
        state=_WORKER_STATES.get(row.state, WorkerState.UNREGISTERED),
        cores=row.cores,
        cores_used=row.coresused,
        memory_mib=row.memory,
        memory_used_mib=row.memoryused,
        last_heartbeat=unix_seconds(row.lastheartbeat),
    )


def _application_of_row(row: _ApplicationRow, *, active: bool) -> Application:
    memory = row.memoryperslave if row.memoryperexecutor is None else row.memoryperexecutor
    return Application(
        id=row.id,
        name=row.name,
        state=_application_state(row, active=active),
        cores=row.cores,
        memory_per_executor_mib=memory or 0,
        submitted_at=unix_seconds(row.starttime),
        duration_s=unix_seconds(row.duration),
        user=row.user or "",
    )


def _driver_of_row(row: _DriverRow) -> ClusterDriver:
    started = str(row.starttime)
    return ClusterDriver(
        id=row.id,
        state=DriverState(row.state) if row.state in _DRIVER_STATES else DriverState.UNKNOWN,
        cores=row.cores,
        memory_mib=row.memory,
        # A string in Spark's JSON, where an application's is a number.
        submitted_at=unix_seconds(float(started))
        if started.replace(".", "", 1).isdecimal()
        else 0.0,
        worker="" if row.worker in (None, "None") else str(row.worker),
        main_class=row.mainclass or "",
    )


def _application_state(row: _ApplicationRow, *, active: bool) -> ApplicationState:
    try:
        return ApplicationState(row.state)
    except ValueError:
        # UNKNOWN stands there while a restarted master waits to hear of the application again.
        if not active:
            return ApplicationState.FINISHED
        return ApplicationState.RUNNING if row.cores else ApplicationState.WAITING


def _what_came(body: bytes, error: str) -> str:
    start = body[:200].lstrip().lower()
    if not start:
        return "expected JSON from a Spark master, got an empty answer"
    if start.startswith(b"<"):
        return "expected JSON from a Spark master, got a web page"
    return f"the answer is not a Spark master's JSON ({error})"
