"""Which node an executor ran on."""

import pytest

from pitui.domain.cluster import MasterStatus
from pitui.domain.snapshot import Snapshot
from pitui.services.apps.executor_node import node_of_executor


@pytest.mark.parametrize(
    ("app", "executor", "node"),
    [
        ("local-1796071483020", "driver", "nuc"),
        ("local-1796071483020", "0", None),
        ("app-20261121012113-0000", "driver", None),
    ],
)
def test_one_jvm_runs_where_its_log_is(app: str, executor: str, node: str | None) -> None:
    snapshot = Snapshot("shelf", MasterStatus("nuc", "spark://nuc:7077"))
    assert node_of_executor(snapshot, app, executor, "127.0.1.1") == node
