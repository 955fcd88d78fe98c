"""What only looks at a node is not given the secrets of `spark.env`."""

from pitui.facts.node_facts.script import NodeQuestion, node_facts_command
from pitui.facts.spark.submit_defaults import submission_script

ENV = {"AWS_SECRET_ACCESS_KEY": "hunter2", "SPARK_LOCAL_DIRS": "/mnt/ssd"}


def test_questions_hold_no_secrets() -> None:
    for asked in (
        node_facts_command(NodeQuestion("/opt/spark", env=ENV)),
        submission_script("/opt/spark", towards="pi1", files=(), env=ENV),
    ):
        assert "/mnt/ssd" in asked
        assert "hunter2" not in asked
        assert "export AWS_SECRET_ACCESS_KEY=set" in asked
