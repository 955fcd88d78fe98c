"""How a run stands, judged by what its folder shows; pure."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec

from pitui.domain.apps.recorded_run import Repeat, Run
from pitui.domain.apps.run_state import RunState
from pitui.services.runs.run_folder import LEFT, RunProbe

_LOST_AFTER = 10.0
"""Seconds for which a run may be without a process before it counts as lost."""


def run_status(run: Run, look: RunProbe, now: float) -> Run:
    """Return a running run as its folder shows it at Unix time `now`."""
    run = replace(
        run, application=look.application or run.application, **_result_fields(look.result)
    )
    if look.status is not None:
        state = _state_of_ended_run(look)
        error = None if state is RunState.DONE else look.error
        return replace(run, state=state, status=look.status, ended_at=look.ended_at, error=error)
    if look.alive or now - run.started_at < _LOST_AFTER:
        return run
    if look.cancelled:
        return replace(run, state=RunState.CANCELLED, ended_at=now)
    reason = "its folder is gone" if look.gone else "its process ended without an exit status"
    return replace(run, state=RunState.LOST, ended_at=now, error=reason)


def _state_of_ended_run(look: RunProbe) -> RunState:
    if look.cancelled:
        return RunState.CANCELLED
    return RunState.DONE if look.status == 0 else RunState.FAILED


def _result_fields(text: str | None) -> dict[str, Any]:
    """Return the fields of a Run that a program's result line holds; a bad line holds none."""
    if text is None:
        return {}
    try:
        said = json.loads(text)
        return {
            "value": str(said["value"]),
            "seconds": float(said["seconds"]),
            "cores": int(said["cores"]),
            "executors": int(said["executors"]),
            **_newer_fields(said),
        }
    except (ValueError, KeyError, TypeError, OverflowError, AttributeError, RecursionError):
        return {}


def _newer_fields(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what programs of before did not say."""
    names = {"spark": str, "bytes": int, "workers": int, "executor_memory_mib": int,
             "executor_cores": int}  # fmt: skip
    found = {name: kind(said[name]) for name, kind in names.items() if name in said}
    if "bytes" in found:
        found["data_bytes"] = found.pop("bytes")
    found["repeats"] = tuple(_repeat(one) for one in said.get("repeats", []))
    found["warm_up"] = bool(said.get("warm_up", False))
    found["detail"] = {str(name): str(words) for name, words in said.get("detail", {}).items()}
    return found


def _repeat(said: Mapping[str, Any]) -> Repeat:
    began = said.get("began")
    return Repeat(
        float(said["seconds"]), str(said["value"]), None if began is None else float(began)
    )


def parse_unfinished(text: str) -> tuple[list[Run], list[str]]:
    """Return the runs that have left no exit status, and the folders that still hold secrets."""
    lines = text.split("\n")
    left = [line.removeprefix(LEFT) for line in lines if line.startswith(LEFT)]
    return decode_runs("\n".join(line for line in lines if not line.startswith(LEFT))), left


def decode_runs(text: str) -> list[Run]:
    """Return the runs of concatenated run.json files, up to the first that is damaged."""
    decoder = json.JSONDecoder()
    runs, position = [], 0
    while position < len(text) and (start := text.find("{", position)) >= 0:
        try:
            value, position = decoder.raw_decode(text, start)
            runs.append(msgspec.convert(value, Run))
        except (ValueError, RecursionError, msgspec.ValidationError):
            break
    return runs
