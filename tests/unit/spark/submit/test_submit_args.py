import pytest

from pitui.spark.submit.submit_args import Option, parse_submit
from pitui.spark.submit.submit_plan import SubmitFacts, plan_additions

FACTS = SubmitFacts(
    "spark://nuc:7077", executor_memory_mib=512, driver_host="192.168.1.5", python="python3"
)


def added(words, **changes):
    facts = SubmitFacts(**{name: getattr(FACTS, name) for name in FACTS.__slots__} | changes)
    return [word for a in plan_additions(parse_submit(words), facts) for word in a.words]


def test_options_and_application_are_told_apart():
    parsed = parse_submit(
        [
            "--conf",
            "spark.a=b c",
            "-c",
            "spark.d=e",
            "--verbose",
            "--executor-memory=600m",
            "--py-files",
            "x.py",
            "pi.py",
            "--conf",
            "mine",
        ]
    )
    assert parsed.application == "pi.py"
    assert parsed.arguments == ("--conf", "mine")
    assert parsed.conf == {
        "spark.a": "b c",
        "spark.d": "e",
        "spark.executor.memory": "600m",
        "spark.submit.pyFiles": "x.py",
    }
    assert parsed.words(["--master", "M"])[:4] == ["--master", "M", "--conf", "spark.a=b c"]


def test_option_without_value_is_refused():
    with pytest.raises(ValueError, match="--conf needs a value"):
        parse_submit(["--conf"])


def test_everything_missing_is_added():
    assert added(["pi.py"]) == [
        "--master", "spark://nuc:7077",
        "--conf", "spark.executor.memory=512m",
        "--conf", "spark.driver.host=192.168.1.5",
        "--conf", "spark.pyspark.python=python3",
    ]  # fmt: skip


def test_what_the_person_said_stays():
    words = [
        "--master", "spark://other:7077", "--executor-memory", "700m",
        "--conf", "spark.driver.host=x", "--conf", "spark.pyspark.python=p", "pi.py",
    ]  # fmt: skip
    assert added(words) == []


def test_what_the_node_says_stays():
    defaults = {"spark.executor.memory": "600m", "spark.master": "local[*]"}
    environment = {"SPARK_LOCAL_IP": "10.0.0.1", "PYSPARK_PYTHON": "python3.12"}
    assert added(["pi.py"], defaults=defaults, environment=environment) == [
        "--master",
        "spark://nuc:7077",
    ]


def test_a_jar_needs_no_python_and_big_workers_no_memory():
    words = added(["app.jar"], executor_memory_mib=1024)
    assert words == ["--master", "spark://nuc:7077", "--conf", "spark.driver.host=192.168.1.5"]


def test_a_driver_on_a_worker_keeps_its_own_address():
    assert "spark.driver.host=192.168.1.5" not in added(["--deploy-mode", "cluster", "a.jar"])


def test_files_of_a_persons_own_may_name_another_master():
    assert added(["pi.py"], properties={"spark.master": "local[2]", "spark.driver.host": "h"}) == [
        "--conf", "spark.executor.memory=512m", "--conf", "spark.pyspark.python=python3",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["SPARK_EXECUTOR_MEMORY", "SPARK_MEM"])
def test_memory_that_the_environment_sets_stays(name):
    assert not any("memory" in word for word in added(["pi.py"], environment={name: "500m"}))


@pytest.mark.parametrize("name", ["SPARK_LOCAL_IP", "SPARK_LOCAL_HOSTNAME"])
def test_an_address_that_the_environment_sets_stays(name):
    assert not any("host" in word for word in added(["pi.py"], environment={name: "h"}))


def test_nothing_is_added_to_spark_connect():
    assert added(["--remote", "sc://h:15002", "pi.py"]) == []
    assert added(["pi.py"], environment={"SPARK_REMOTE": "sc://h"}) == []


def test_a_switch_takes_no_value():
    words = ["--properties-file", "F", "--load-spark-defaults", "job.py", "10"]
    parsed = parse_submit(words)
    assert (parsed.application, parsed.arguments) == ("job.py", ("10",))
    assert parsed.reads_defaults
    assert not parse_submit(["--properties-file", "F", "job.py"]).reads_defaults
    assert parse_submit(["-v", "--supervise", "job.py"]).application == "job.py"


def test_an_unknown_option_is_named():
    with pytest.raises(ValueError, match=r"unknown option .*; did you mean --executor-memory"):
        parse_submit(["--executer-memory", "1g", "pi.py"])
    for words in (["--jars="], ["--py-files"]):
        with pytest.raises(ValueError, match="needs a value"):
            parse_submit(words)
    with pytest.raises(ValueError, match="has no = and"):
        parse_submit(["--conf", "spark.a"])


def test_an_option_of_its_own_wins_over_conf():
    words = ["--executor-memory", "2g", "--conf", "spark.executor.memory=1g", "pi.py"]
    assert parse_submit(words).conf == {"spark.executor.memory": "2g"}


def test_what_runs_nothing_needs_no_application():
    assert not parse_submit(["--kill", "driver-1"]).needs_application
    assert not parse_submit(["--version"]).needs_application
    assert parse_submit(["--name", "--kill"]).needs_application


def test_an_example_is_no_file():
    parsed = parse_submit(["run-example", "--name=x", "SparkPi", "10"])
    assert (parsed.application, parsed.application_is_file) == ("SparkPi", False)
    assert parsed.words(["--master", "m"]) == [
        "run-example", "--master", "m", "--name", "x", "SparkPi", "10",
    ]  # fmt: skip
    assert parsed.options == (Option("--name", "x"),)
