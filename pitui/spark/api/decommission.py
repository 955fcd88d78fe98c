"""What a master answers to the request that it take a worker out (POST `/workers/kill/`)."""

from dataclasses import dataclass

PATH = "workers/kill/"

NOBODY = "pitui-asks.invalid"
"""A host that no worker has: asking for it tells whether the master would, and changes nothing."""

_SWITCH_ON = (
    "Put `spark.decommission.enabled true` into spark-defaults.conf on the master and the workers "
    "(`spark: {defaults: ...}` in config.yaml) and restart them"
)
_MODE = "spark.master.ui.decommission.allow.mode"
_NO_HANDLER = "not supported by this url"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a master would not decommission, and what would let it."""

    reason: str
    advice: str


def refusal_of(status: int, body: str, version: str | None) -> Refusal | None:
    """Return why the master refused; None where it did not (404 only means: no such worker).

    Spark before 3.1 knows no such path. Up to 3.5 a 405 is all that a master says, from 4.x on it
    tells whether the switch (405) or the address (403) is against it.
    """
    if status == 404 or (status == 200 and "<html" not in body[:500].lower()):
        return None
    if _too_old(version):
        return Refusal(
            f"Spark {version} cannot decommission a worker (it came with 3.1)",
            "Stop the worker instead; its running tasks are retried on other workers.",
        )
    if status == 200 or (status == 405 and _NO_HANDLER in body.lower()):
        return Refusal(
            "decommissioning is switched off on the master",
            f"{_SWITCH_ON}, or stop the worker.",
        )
    if status == 403:
        return Refusal(
            "the master's web UI accepts this from nobody",
            f"Its setting {_MODE} must be LOCAL or ALLOW; or stop the worker.",
        )
    if status == 405:
        return Refusal(
            "decommissioning is switched off on the master, or forbidden",
            f"{_SWITCH_ON}, or stop the worker. {_MODE} must not be DENY.",
        )
    return Refusal(f"the master answered with HTTP status {status}", "Check the master's log.")


def _too_old(version: str | None) -> bool:
    if version is None:
        return False
    parts = [int(part) for part in version.split(".")[:2] if part.isdecimal()]
    return len(parts) == 2 and tuple(parts) < (3, 1)
