"""All that is known of one application: of its driver, the history server, or its event log."""

import time
from dataclasses import replace

from pitui.domain.apps.app_detail import AppDetail, AppLocation, DetailOrigin
from pitui.domain.apps.app_record import AppRecord
from pitui.domain.cluster import ApplicationState
from pitui.domain.errors import NotSparkError, UsageError
from pitui.services.apps.app_details import AppDetails
from pitui.services.clients.app_api import WorkSource
from pitui.spark.api.environment import parse_java_version, parse_spark_properties
from pitui.spark.api.history_api import parse_applications, version_of_application


async def app_record(details: AppDetails, app_id: str) -> AppRecord:
    """Return an application with its insides, settings and versions.

    Raises:
        PituiError: nothing is known of it any more, or it cannot be read.
    """
    inside = (await details.find(AppLocation(app_id))).inside or AppDetail(DetailOrigin.EVENT_LOG)
    source = await details.source(app_id)
    if source is None:
        return await _record_of_log(details, app_id, inside)
    return await _record_of_api(source, inside)


async def _record_of_log(details: AppDetails, app_id: str, inside: AppDetail) -> AppRecord:
    found = await details.event_logs.find(app_id)
    if found is None:
        raise UsageError(f"{app_id}: its event log was removed a moment ago")
    log = await details.event_logs.read(found)
    return AppRecord(
        log.application(app_id, found.written_at),
        inside,
        {name: value or "" for name, value in log.environment.spark.items()},
        log.spark,
        log.environment.jvm.version,
    )


async def _record_of_api(source: WorkSource, inside: AppDetail) -> AppRecord:
    about, environment = await source.application(), await source.environment()
    app = next(iter(parse_applications(b"[" + about + b"]")), None)
    if app is None:
        raise NotSparkError(f"{source.address}: the answer on an application names no attempt")
    if inside.origin is DetailOrigin.DRIVER:
        # Only what has ended has a length there.
        app = replace(
            app, state=ApplicationState.RUNNING, duration_s=time.time() - app.submitted_at
        )
    return AppRecord(
        app,
        inside,
        parse_spark_properties(environment),
        version_of_application(about),
        parse_java_version(environment),
    )
