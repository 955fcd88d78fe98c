"""The names of steps, wherever they are listed: one table has them, the data's too."""

import pytest
from click.testing import CliRunner

from pitui.cli.commands.provision import command
from pitui.config.model import ClusterSection, Config, DataSection, NodeSection
from pitui.domain.errors import UsageError
from pitui.provision.steps import ALL_IDS, DATA, IDS
from pitui.remote.prompts import NonInteractive
from pitui.services.cluster import open_cluster
from pitui.services.provisioning.provision import chosen_steps


async def test_an_unknown_step_is_refused_with_the_names_of_all() -> None:
    config = Config(
        cluster=ClusterSection(master="nuc"),
        nodes={"nuc": NodeSection(host="local")},
        data=[DataSection(source="a.csv", target="/a.csv")],
    )
    async with open_cluster(config, NonInteractive()) as cluster:
        every = [step.id for step in chosen_steps(cluster)]
        assert every == list(ALL_IDS)
        for name in ALL_IDS:
            assert [step.id for step in chosen_steps(cluster, [name])][-1] == name
        with pytest.raises(UsageError, match="no step is called 'jawa'") as refused:
            chosen_steps(cluster, ["data", "jawa"])
    assert refused.value.advice == f"There are: {', '.join(every)}."


def test_the_help_names_them_all() -> None:
    text = " ".join(CliRunner().invoke(command, ["--help"]).output.split())
    assert f"Steps: {', '.join(IDS)}, and {DATA}, which brings" in text
