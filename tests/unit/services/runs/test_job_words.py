"""What a job of the configuration asks spark-submit for."""

from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest

from pitui.config.model import JobSection
from pitui.domain.errors import PituiError, UsageError
from pitui.services.runs.submit import check_deploy_mode, job_words


def cluster(**jobs: JobSection) -> Any:
    return SimpleNamespace(config=SimpleNamespace(jobs=jobs))


def test_files_settings_and_arguments() -> None:
    job = JobSection(
        app="a.py",
        py_files=["b.py", "lib dir/c.zip"],
        jars=["d.jar"],
        args=[1, "two words"],
        conf={"spark.a": True},
    )
    assert job_words(cluster(j=job), "j") == [
        "--conf", "spark.a=true", "--py-files", "b.py,lib dir/c.zip", "--jars", "d.jar",
        "a.py", "1", "two words",
    ]  # fmt: skip
    assert job_words(cluster(j=JobSection(app="a.py")), "j") == ["a.py"]
    with pytest.raises(UsageError, match="no job 'k'"):
        job_words(cluster(j=job), "k")


@pytest.mark.parametrize(
    ("settings", "refused"),
    [
        ({"spark.submit.deployMode": "cluster", "spark.authenticate": "true"}, True),
        ({"spark.submit.deployMode": "client", "spark.authenticate": "true"}, False),
        ({"spark.submit.deployMode": "cluster"}, False),
        (
            {
                "spark.submit.deployMode": "cluster",
                "spark.authenticate": "true",
                "spark.driver.extraJavaOptions": "-Xss1m @/etc/spark.args",
            },
            False,
        ),
    ],
)
def test_a_driver_that_would_get_no_secret_is_refused(
    settings: dict[str, str], refused: bool
) -> None:
    with pytest.raises(PituiError, match="SPARK-25078") if refused else nullcontext():
        check_deploy_mode(settings)
