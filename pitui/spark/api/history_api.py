"""The history server's list of applications as domain values."""

import msgspec

from pitui.domain.cluster import Application, ApplicationState
from pitui.spark.json_reader import JsonRows, decode, unix_seconds


class _Attempt(msgspec.Struct, rename="camel"):
    start_time_epoch: int = 0
    end_time_epoch: int = 0
    duration: int = 0
    spark_user: str = ""
    completed: bool = True
    app_spark_version: str = ""
    exit_code: int | None = None  # from Spark 4


class _Application(msgspec.Struct):
    id: str
    name: str = ""
    attempts: list[_Attempt] = []


def parse_applications(body: bytes) -> JsonRows[Application]:
    """Return the applications of the history server's `/applications`.

    Raises:
        NotSparkError: the body is not what this path of the API answers.
    """
    rows, lost = decode(body, list[_Application], "a history server")
    whole = [row for row in rows if row.attempts]
    lost += len(rows) - len(whole)
    return JsonRows((_application_of_attempt(row, row.attempts[0]) for row in whole), lost)


def version_of_application(body: bytes) -> str:
    """Return Spark's version by the answer of `/applications/ID`; empty where it does not say.

    Raises:
        NotSparkError: the body is not what this path of the API answers.
    """
    attempts = decode(body, _Application, "a history server")[0].attempts
    return attempts[0].app_spark_version if attempts else ""


def is_over(body: bytes) -> bool:
    """Return whether the application of the history server's `/applications/ID` has ended.

    Raises:
        NotSparkError: the body is not what this path of the API answers.
    """
    attempts = decode(body, _Application, "a history server")[0].attempts
    return bool(attempts) and attempts[0].completed


def parse_period(body: bytes) -> tuple[float, float | None]:
    """Return when the application of `/applications/ID` began, and ended if it has. Unix time.

    Raises:
        NotSparkError: the body is not what this path of the API answers.
    """
    attempts = decode(body, _Application, "Spark")[0].attempts
    if not attempts:
        return 0.0, None
    ended = unix_seconds(attempts[0].end_time_epoch)
    return unix_seconds(attempts[0].start_time_epoch), ended or None


def _application_of_attempt(row: _Application, attempt: _Attempt) -> Application:
    failed = bool(attempt.exit_code) or not attempt.completed
    return Application(
        id=row.id,
        name=row.name,
        state=ApplicationState.FAILED if failed else ApplicationState.FINISHED,
        cores=0,
        memory_per_executor_mib=0,
        submitted_at=unix_seconds(attempt.start_time_epoch),
        duration_s=unix_seconds(attempt.duration),
        user=attempt.spark_user,
    )
