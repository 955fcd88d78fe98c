"""eventlog.folder: event logs are on, and their folder is missing, closed, in RAM, or another."""

from collections.abc import Iterator, Mapping
from shlex import quote
from urllib.parse import unquote, urlsplit

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.evidence.provisioned_settings import is_written_by_step
from pitui.doctor.finding import Finding, error, warning
from pitui.doctor.finding_fix import Fix

_DIR, _HISTORY = "spark.eventLog.dir", "spark.history.fs.logDirectory"
_OWN = "/var/lib/spark/events"
"""The folder that provisioning makes where nobody names another."""
_FIX = (
    "set spark.defaults: {spark.eventLog.dir: /var/lib/spark/events, "
    "spark.history.fs.logDirectory: /var/lib/spark/events}, then: "
    "pitui provision {nodes} --only conf"
)


def _rule(evidence: Evidence) -> Iterator[Finding]:
    # Drivers of client mode run there.
    name = evidence.master_name
    facts = evidence.facts.get(name)
    if facts is None or facts.logs.events is None or not _is_on(facts.defaults):
        return
    folder, path = facts.logs.events, facts.logs.events.path
    by_step = path == _OWN and is_written_by_step(evidence, name, _DIR)
    fix = Fix.provisioning("conf", on=[name]) if by_step else None
    if folder.there == "missing":
        yield error(
            f"event logs are on, and their folder {path} does not exist",
            fix or _FIX,
            node=name,
            detail=f"applications end with `FileNotFoundException: File file:{path} does not "
            "exist`",
        )
    elif folder.there == "closed":
        yield error(
            f"event logs are on, and {facts.machine.user} may not write to their folder {path}",
            fix or f"pitui exec {name} -- sudo chmod 1777 {quote(path)}",
            node=name,
        )
    if folder.of_ram:
        yield warning(
            f"event logs go to {path}, which is RAM",
            _FIX,
            node=name,
            about="ram",
            detail="they take memory, and are gone after a boot",
        )
    history = facts.defaults.get(_HISTORY, "")
    if history and _history_folder(history) != path:
        yield warning(
            f"applications write event logs to {path}, the history server reads {history}",
            _FIX,
            node=name,
            about="history",
        )


def _is_on(defaults: Mapping[str, str]) -> bool:
    return defaults.get("spark.eventLog.enabled", "").lower() == "true"


def _history_folder(address: str) -> str:
    """Return the folder that an address means; the address where it is none of the node's."""
    parts = urlsplit(address)
    return unquote(parts.path).rstrip("/") if parts.scheme in ("", "file") else address


CHECK = Check(
    id="eventlog.folder",
    title="The folder of event logs is missing, closed, or in RAM",
    why="Applications then do not start at all, or the history server shows nothing of them",
    reads=Reads.NODES,
    rule=_rule,
    fixes=("conf",),
)
