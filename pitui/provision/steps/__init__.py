"""The steps in their order, each one file; a new one is a file and a line here."""

import importlib
from collections.abc import Iterable

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

DATA = "data"
"""The last step of all; `services.provisioning` has it, as what pushes data is there."""

ALL_IDS = (*IDS, DATA)
"""What a person may name."""


def check_named(names: Iterable[str]) -> None:
    """See that names are steps'.

    Raises:
        UsageError: one is not; names the steps that there are.
    """
    for name in names:
        if name not in ALL_IDS:
            raise UsageError(f"no step is called {name!r}", f"There are: {', '.join(ALL_IDS)}.")


def step(step_id: str) -> Step:
    """Return the step of an id of `IDS`."""
    found: Step = importlib.import_module(f"pitui.provision.steps.{step_id}").STEP
    return found


def steps(only: tuple[str, ...] = ()) -> tuple[Step, ...]:
    """Return all of `IDS` in order, or those that are named, and always `access`."""
    wanted = {"access", *only} if only else set(IDS)
    return tuple(step(name) for name in IDS if name in wanted)
