"""A node on a loopback address is the machine that pitui runs on: never provisioned."""

import pytest

from pitui.config.model import ClusterSection, Config, NodeSection
from pitui.domain.errors import UsageError
from pitui.remote.prompts import NonInteractive
from pitui.services.cluster import open_cluster
from pitui.services.provisioning.provision import provisioning, removal, rollback


@pytest.mark.parametrize("host", ["127.0.1.11", "::1", "localhost"])
async def test_this_machine_under_another_name_is_refused(host):
    nodes = {"nuc": NodeSection(host="local"), "pi1": NodeSection(host=host)}
    config = Config(cluster=ClusterSection(master="nuc"), nodes=nodes)
    prompter = NonInteractive()
    async with open_cluster(config, prompter) as cluster:
        for start in (
            lambda: provisioning(cluster, prompter, print),
            lambda: rollback(cluster, prompter, print, ()),
            lambda: removal(cluster, prompter, print, "pi1"),
        ):
            with pytest.raises(UsageError, match="is this machine under another name"):
                start()
