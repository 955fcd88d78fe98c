"""The steps in their order, each one file; a new one is a file and a line here."""

import importlib

from pitui.domain.errors import UsageError
from pitui.provision.engine.step import Step

IDS = (
    "access",
    "account",
    "hostname",
    "hosts",
    "network",
    "wifi",
    "time",
    "java",
    "python",
    "spark",
    "conf",
    "secret",
    "sizing",
    "profile",
    "firewall",
    "service",
)
"""Each is a module of this folder that calls its step `STEP`."""


def step(step_id: str) -> Step:
    """Return the step of that id.

    Raises:
        UsageError: there is no such step; names those there are.
    """
    if step_id not in IDS:
        raise UsageError(f"no step is called {step_id!r}", f"There are: {', '.join(IDS)}.")
    found: Step = importlib.import_module(f"pitui.provision.steps.{step_id}").STEP
    return found


def steps(only: tuple[str, ...] = ()) -> tuple[Step, ...]:
    """Return all steps in order, or those that are named, and always `access`.

    Raises:
        UsageError: a name is no step's.
    """
    for name in only:
        if name not in IDS:
            step(name)
    wanted = {"access", *only} if only else set(IDS)
    return tuple(step(name) for name in IDS if name in wanted)
