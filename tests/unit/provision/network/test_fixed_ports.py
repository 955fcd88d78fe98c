"""Fixed ports come with a firewall on any node, and stay while nobody knows."""

from pathlib import Path

import pytest
from support.recorded_site import PI, RecordedSite

from pitui.provision.engine.node_context import NodeContext
from pitui.provision.network.fixed_ports import ports_are_fixed

UFW = "kind ufw\nopen 192.168.1.12\n"


@pytest.mark.parametrize(("said", "are_now", "wanted"), [(UFW, False, True), ("", True, False)])
async def test_a_firewall_anywhere(tmp_path: Path, said: str, are_now: bool, wanted: bool) -> None:
    one = RecordedSite(tmp_path, PI, {"command -v ufw": ""}, name="pi1")
    one.context.contexts["pi2"] = RecordedSite(tmp_path, PI, {"command -v ufw": said})
    assert await ports_are_fixed(one.context, are_now=are_now) is wanted


@pytest.mark.parametrize("are_now", [True, False])
async def test_a_node_that_cannot_be_asked_changes_nothing(tmp_path: Path, are_now: bool) -> None:
    one = RecordedSite(tmp_path, PI, {"command -v ufw": ""}, name="pi1")
    # The real thing, with a name that nobody resolves: it cannot be reached.
    text = "cluster: {master: pi1}\nnodes: {pi1: {host: no.invalid}, pi2: {host: none.invalid}}\n"
    away = RecordedSite(tmp_path, PI, {}, config_text=text)
    one.context.contexts["pi2"] = NodeContext(away.node, away.runner, one.context)
    assert await ports_are_fixed(one.context, are_now=are_now) is are_now
