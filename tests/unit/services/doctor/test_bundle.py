"""A bundle has what a report needs, and nothing of whoever made it."""

import asyncio
import json
import os
import pwd
import socket
import stat
import tarfile
import time
from pathlib import Path

import msgspec
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from support.evidence import healthy

from pitui.config.model import Config
from pitui.doctor.check import Reads
from pitui.domain.anonymous.anonymizer import Anonymizer
from pitui.domain.errors import UsageError
from pitui.domain.events.event import Event, EventKind
from pitui.domain.events.last_known_state import LastKnownState
from pitui.remote.prompts import NonInteractive
from pitui.services.cluster import open_cluster
from pitui.services.doctor.bundle.bundle import BundleFile, collect_bundle
from pitui.services.doctor.bundle.bundle_archive import write_bundle
from pitui.services.doctor.bundle.bundle_names import (
    config_values,
    know_names,
    without_private_texts,
)
from pitui.services.doctor.gather_evidence import gather_evidence
from pitui.services.events.timeline_store import TimelineStore

SECRETS = ("zQs3cr3t one two", "zQjobKey/+1=", "zQtoken;9", "zQwebPass")
ADDRESSES = ("10.9.8.7", "2001:db8:77::5", "fd00:0:0:0:0:0:0:77", "172.30.1.2", "02:42:ac:1e:01:02")
NAMES = (
    "zqnuc", "zqshelf", "zqanna", "zqbob", "zqhub", "zqlaptop", "zqdriver", "zqsmith", "zqgateway",
    "zqbucket", "zqmail",
)  # fmt: skip
PATHS = ("letters/to/zqcarol", "private-flights", "quarterly")
TEXTS = ("--zqoption", "because zqbob said so")
HOME = "/home/zqanna"

CONFIG = {
    "cluster": {"name": "zqshelf", "master": "zqnuc"},
    "ssh": {"user": "zqanna", "identity": f"{HOME}/letters/to/zqcarol/id_ed25519"},
    "spark": {
        "defaults": {
            "spark.executor.memory": "512m",
            "spark.authenticate.secret": SECRETS[0],
            "spark.driver.host": ADDRESSES[0],
            "spark.hadoop.fs.defaultFS": "hdfs://zqhub.fritz.box:9000",
        },
        "env": {"MY_TOKEN": SECRETS[2], "SPARK_LOCAL_IP": ADDRESSES[1]},
    },
    "nodes": {"zqnuc": {"host": "local"}},
    "jobs": {
        "report": {
            "app": "~/private-flights/run.py",
            "args": ["--zqoption", "100"],
            "conf": {"spark.hadoop.fs.s3a.secret.key": SECRETS[1]},
        }
    },
    "data": [{"source": "/home/zqbob/quarterly.csv", "target": "/spark/data/private-flights"}],
    "doctor": {"exclude": [{"check": "time.offset", "reason": "because zqbob said so"}]},
}
LOG = f"""\
26/11/30 05:41:10 INFO Master: Started daemon with process name: 77@zqlaptop
26/11/30 05:41:10 INFO SecurityManager: Changing view acls to: zqbob
26/11/30 05:41:11 INFO Master: Registering worker {ADDRESSES[3]}:40123 with 4 cores, 1024.0 MiB RAM
26/11/30 05:41:11 INFO Master: Registering worker [{ADDRESSES[1]}]:40123 with 4 cores
26/11/30 05:41:12 WARN Utils: Failed to connect to /{ADDRESSES[2]}:41235 of {ADDRESSES[4]}
26/11/30 05:41:12 INFO Driver: spark.hadoop.fs.s3a.secret.key={SECRETS[1]}
26/11/30 05:41:12 INFO Driver: {SECRETS[0]} came back, and so did {SECRETS[2]}
26/11/30 05:41:13 INFO Driver: http://zqsmith:{SECRETS[3]}@zqgateway:8080/ui and s3a://zqbucket/x
26/11/30 05:41:14 ERROR Driver: file:/home/zqbob/quarterly.csv, zqdriver:7077, zqmail@example.org
26/11/30 05:41:14 ERROR Driver: zqdriver is away, and zqnuc is alone
"""


async def collected(tmp_path: Path) -> tuple[BundleFile, ...]:
    """Return the bundle of a cluster on this machine, with everything planted."""
    spark = tmp_path / "spark"
    (spark / "logs").mkdir(parents=True)
    log = spark / "logs/spark-zqbob-org.apache.spark.deploy.master.Master-1-zqlaptop.out"
    log.write_text(LOG)
    text = {**CONFIG, "spark": {**CONFIG["spark"], "home": str(spark)}}  # type: ignore[dict-item]
    config = msgspec.convert(text, Config)
    async with open_cluster(config, NonInteractive()) as cluster:
        event = Event(
            time.time(), EventKind.WORKER, "lost", "zqnuc", "worker zqnuc",
            detail=f"no route to {ADDRESSES[3]}, says zqhub.fritz.box", node="zqnuc",
        )  # fmt: skip
        timeline = TimelineStore(cluster.audit.cluster, "test")
        await timeline.disk.do(timeline.add, [event], LastKnownState(), time.time())
        evidence = await gather_evidence(cluster, ["zqnuc"], {Reads.NODES}, say=lambda _: None)
        found = {
            "findings": [
                {"node": "zqnuc", "title": f"zqhub leads to {ADDRESSES[0]}", "fix": "restart zqnuc"}
            ]
        }
        return await collect_bundle(cluster, evidence, found, lambda _: None)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> tuple[BundleFile, ...]:
    """Collect it once."""
    return asyncio.run(collected(tmp_path_factory.mktemp("bundle")))


def archives(folder: Path) -> list[str]:
    """Return what lies there of the archive, or of parts of it."""
    return [one.name for one in folder.iterdir() if "report" in one.name]


def test_nothing_that_was_planted_is_in_it(tmp_path: Path, bundle: tuple[BundleFile, ...]) -> None:
    target = write_bundle(tmp_path / "report.tar.gz", bundle)
    with tarfile.open(target) as archive:
        entries = archive.getmembers()
        texts = {e.name: archive.extractfile(e).read().decode() for e in entries}  # type: ignore[union-attr]
    said = "\n".join([*texts, *texts.values()]).lower()
    own = (pwd.getpwuid(os.getuid()).pw_name, socket.gethostname())
    planted = (*SECRETS, *ADDRESSES, *NAMES, *PATHS, *TEXTS, *(one for one in own if one != "root"))
    assert [one for one in planted if one.lower() in said] == [], said
    # Nor does the archive itself name anybody.
    assert {(entry.uname, entry.gname, entry.uid) for entry in entries} == {("", "", 0)}
    assert {entry.mode for entry in entries} == {0o600}
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert archives(tmp_path) == ["report.tar.gz"]


def test_it_has_what_a_report_needs(bundle: tuple[BundleFile, ...]) -> None:
    files = {file.name: file.text for file in bundle}
    assert list(files) == [
        "README.txt", "versions.json", "findings.json", "config.yaml", "timeline.txt",
        "logs/node-1-master.log",
    ]  # fmt: skip
    versions = json.loads(files["versions.json"])
    assert versions["pitui"]
    assert versions["nodes"]["node-1"]["cores"] >= 1
    config = yaml.safe_load(files["config.yaml"])
    assert config["spark"]["defaults"]["spark.executor.memory"] == "512m"
    assert config["spark"]["defaults"]["spark.authenticate.secret"].startswith("secret-")
    assert config["cluster"] == {"master": "node-1", "name": "cluster-1"}
    # What is the same has the same stand-in in every file.
    address = config["spark"]["defaults"]["spark.driver.host"]
    (finding,) = json.loads(files["findings.json"])["findings"]
    assert finding["title"].endswith(f"leads to {address}")
    assert finding["node"] == "node-1"
    log = files["logs/node-1-master.log"]
    assert "is away, and node-1 is alone" in log
    assert config["spark"]["env"]["SPARK_LOCAL_IP"] in log
    assert config["jobs"]["report"]["conf"]["spark.hadoop.fs.s3a.secret.key"] in log
    assert "lost" in files["timeline.txt"]


@pytest.mark.parametrize("variable", ["LOGNAME", "USER", None])
def test_a_user_whom_the_system_does_not_know(
    monkeypatch: pytest.MonkeyPatch, variable: str | None
) -> None:
    def nobody(_number: int) -> None:
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    if variable:
        monkeypatch.setenv(variable, "zqanna")
    made_of = Anonymizer()
    know_names(made_of, healthy())
    assert ("zqanna" in made_of.clean("zqanna was here")) is (variable is None)


def test_what_is_there_is_not_replaced(tmp_path: Path) -> None:
    there = tmp_path / "report.tar.gz"
    there.write_text("mine")
    with pytest.raises(UsageError, match="already exists"):
        write_bundle(there, [BundleFile("a", "b")])
    with pytest.raises(UsageError, match="no folder"):
        write_bundle(tmp_path / "none" / "report.tar.gz", [BundleFile("a", "b")])
    assert there.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [there]


NAME = st.from_regex(r"zq[a-z0-9]{3,10}", fullmatch=True)
SECRET = st.from_regex(r"zQ[!-~]{3,20}", fullmatch=True)
SETTINGS = st.sampled_from(
    (
        "spark.authenticate.secret",
        "spark.ssl.keyPassword",
        "spark.x.accessKey",
        "my.token",
        "A_TOKEN",
    )
)


@settings(max_examples=60)
@given(
    names=st.lists(NAME, min_size=6, max_size=6, unique=True),
    secret=SECRET,
    setting=SETTINGS,
    four=st.ip_addresses(v=4, network="172.16.0.0/12"),
    six=st.ip_addresses(v=6, network="2001:db8::/32"),
)
def test_no_configuration_gives_anything_away(
    names: list[str], secret: str, setting: str, four: object, six: object
) -> None:
    node, other, user, person, host, cluster = names
    config = msgspec.convert(
        {
            "cluster": {"name": cluster, "master": node},
            "ssh": {"user": user, "identity": f"/home/{person}/.ssh/id"},
            "nodes": {node: {"host": str(four)}, other: {"host": host, "env": {setting: secret}}},
            "spark": {"defaults": {setting: secret, "spark.driver.host": str(six)}},
            "jobs": {
                "one": {
                    "app": f"~/{person}/a.py",
                    "args": [secret, person],
                    "conf": {
                        setting: secret,
                        "spark.driver.extraJavaOptions": f"-Dx={four} -Dpassword={secret}",
                    },
                }
            },
        },
        Config,
    )
    made_of = Anonymizer()
    evidence = healthy()
    know_names(made_of, type(evidence)(config=config, nodes={}, snapshot=evidence.snapshot))
    made_of.learn(f"{host}:7077 {person}@{host} {node}:22 {other}:22")
    values = without_private_texts(made_of, config_values(config))
    said = json.dumps(made_of.clean_value(values)).lower()
    left = [one for one in (*names, str(four), str(six)) if one.lower() in said]
    assert left == [], said
    assert json.dumps(secret)[1:-1].lower() not in said
