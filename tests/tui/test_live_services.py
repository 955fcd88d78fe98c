"""The live services are services' own functions with the cluster filled in: they fit the UI."""

import inspect
from collections.abc import Callable

import pytest
from support.plain_cluster import config

from pitui.remote.prompts import NonInteractive
from pitui.tui.services import interface
from pitui.tui.services.live import LiveBackend, open_backend

PARTS: dict[type, Callable[[LiveBackend], object]] = {
    interface.Backend: lambda backend: backend,
    interface.JobService: lambda backend: backend.jobs,
    interface.BenchmarkService: lambda backend: backend.benchmarks,
    interface.InspectionService: lambda backend: backend.inspection,
    interface.LogService: lambda backend: backend.log_service,
    interface.TimelineService: lambda backend: backend.timeline,
    interface.ProvisionService: lambda backend: backend.provision_service,
}


@pytest.mark.parametrize("protocol", PARTS)
async def test_every_method_takes_what_the_interface_says(protocol: type) -> None:
    async with open_backend(config(), NonInteractive()) as backend:
        part = PARTS[protocol](backend)
        methods = {
            name: method
            for name, method in vars(protocol).items()
            if inspect.isfunction(method) and not name.startswith("_")
        }
        assert methods
        for name, method in methods.items():
            _self, *parameters = inspect.signature(method).parameters.values()
            positional = [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY]
            named = {p.name: p.name for p in parameters if p.kind is p.KEYWORD_ONLY}
            inspect.signature(getattr(part, name)).bind(*positional, **named)
