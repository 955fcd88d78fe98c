"""SQL over tables that are made on the nodes, on a cluster of Spark 3.5."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from spark.test_control_spark35 import SPARK35
from spark.test_doctor_spark35 import older, wait_registered  # noqa: F401 - the fixture
from support.spark_jvm import SMALL_JVMS

from pitui.facts.disk.bench_folder import FOLDER

pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(not SPARK35, reason="PITUI_TEST_SPARK35 names no pyspark 3.5 folder"),
]
LIMIT = 170.0


def pitui(config: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pitui", "--config", str(config), *words]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=LIMIT, check=False, env=os.environ
    )


def test_sql_answers_as_on_the_newest_spark(older: Path):  # noqa: F811
    home = older.parent / "spark"
    (home / "python").symlink_to(Path(SPARK35) / "python")
    (home / "conf" / "spark-defaults.conf").write_text(SMALL_JVMS)
    wait_registered(older)
    result = pitui(older, "bench", "run", "sql", "scale=0.01", "--no-warm-up", "--json")
    assert result.returncode == 0, result.stderr[-3000:]
    run = json.loads(result.stdout)
    assert run["spark"].startswith("3.5.")
    assert (run["state"], run["value"], len(run["detail"])) == ("done", 10, 10)
    assert run["bound"]["text"]
    assert not Path(FOLDER).exists()
