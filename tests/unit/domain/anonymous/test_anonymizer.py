"""Nothing that names a person or a machine is left in a text, whatever it looks like."""

import json
import string
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pitui.domain.anonymous.anonymizer import Anonymizer
from pitui.domain.anonymous.stand_ins import NameKind

# Two letters that no word of Spark begins with: what is planted is in no text by chance.
WORDS = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=10)
NAMES = WORDS.map(lambda word: f"zq{word}")
FOUR = st.ip_addresses(v=4).filter(
    lambda a: not (a.is_loopback or a.is_unspecified or str(a) == "255.255.255.255")
)
SIX = st.ip_addresses(v=6).filter(lambda a: a.ipv4_mapped is None and int(a) > 1 << 64)
SECRETS = st.text(
    st.characters(exclude_categories=["C", "Z"], max_codepoint=0x2FF), min_size=2, max_size=30
).map(lambda text: f"zQ{text}")

HOST_LINES = (
    "26/11/30 05:41:10 INFO Worker: Connecting to master {}:7077...",
    "26/11/30 05:41:10 INFO Master: I have been elected leader of spark://{}:7077",
    "26/11/30 05:41:10 WARN Utils: Your hostname, {}, resolves to a loopback address: 127.0.1.1",
    "Registering block manager with 366 MiB RAM, BlockManagerId(0, {}, 41235, None)",
    "java.net.UnknownHostException: {}",
    "java.io.IOException: Failed to connect to {}:41235 at Foo.java:123",
    "Lost executor 3 on host {} because of a reason",
    'GET "http://{}:8080/json/" failed',
    "ssh: connect to hdfs://{}/user/data port 22",
)
ADDRESS_LINES = (
    "Worker: Starting Spark worker {}:40123 with 4 cores",
    "worker-20270115-{}-40123 is gone",
    "using {} instead (on interface eth0)",
    "Failed to connect to /{}:41235",
    "inet {}/24 brd",
    "spark://{}:7077",
    "to=({}), from=none",
)
USER_LINES = (
    "SecurityManager: Changing view acls to: {}",
    "users with view permissions: {} groups with view permissions: EMPTY",
    "Failed password for {} from 127.0.0.1 port 22",
    "SPARK_USER={} SPARK_HOME=/opt/spark",
    "file:/home/{}/projects/flights/run.py",
    "cannot open C:\\Users\\{}\\data.csv",
    "ssh {}@127.0.0.1",
    '{{"user.name": "{}"}}',
)
SECRET_LINES = (
    "--conf spark.authenticate.secret={}",
    "spark.ssl.keyStorePassword {}",
    'fs.s3a.access.key: "{}"',
    "(spark.hadoop.fs.s3a.secret.key,{})",
    "MY_API_TOKEN={}",
    "password: {}",
)


def lines(*templates: str, values: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[str, str]]:
    """Return a line of a log, and what is planted in it."""
    pairs = st.tuples(st.sampled_from(templates), values)
    return pairs.map(lambda pair: (pair[0].format(pair[1]), str(pair[1])))


LINES = st.one_of(
    lines(*HOST_LINES, values=NAMES),
    lines(*HOST_LINES, values=NAMES.map(lambda name: f"{name}.fritz.box")),
    lines(*ADDRESS_LINES, values=FOUR),
    lines(*ADDRESS_LINES, values=SIX),
    lines(*ADDRESS_LINES, values=SIX.map(lambda address: address.exploded)),
    lines("Failed to connect to /[{}]:41235", "[{}%eth0]:22", values=SIX),
    lines(*USER_LINES, values=NAMES),
    lines(*SECRET_LINES, values=SECRETS),
)


def cleaned(*texts: str, anonymizer: Anonymizer | None = None) -> list[str]:
    """Return texts after all of them were learned."""
    made = anonymizer or Anonymizer()
    for text in texts:
        made.learn(text)
    return [made.clean(text) for text in texts]


@settings(max_examples=150, deadline=None)
@given(st.lists(LINES, min_size=1, max_size=12))
def test_what_a_log_gives_away_is_gone_from_all_of_it(planted: list[tuple[str, str]]) -> None:
    # What a line gives away is gone from one that says nothing of it, too.
    bare = "\n".join(f"seen: {what} again" for _line, what in planted if what.startswith("zq"))
    said = "\n".join(cleaned("\n".join(line for line, _what in planted), bare)).lower()
    left = [what for _line, what in planted if what.lower() in said]
    assert left == [], said


@settings(max_examples=80, deadline=None)
@given(
    names=st.lists(NAMES, min_size=3, max_size=3, unique=True),
    address=st.one_of(FOUR, SIX),
    secret=SECRETS,
)
def test_what_is_known_is_gone_in_every_form(
    names: list[str], address: object, secret: str
) -> None:
    node, host, user = names
    made = Anonymizer()
    made.stand_ins.know(NameKind.NODE, [node])
    made.stand_ins.know(NameKind.HOST, [f"{host}.example"])
    made.stand_ins.know(NameKind.USER, [user])
    made.stand_ins.know_address(str(address))
    made.stand_ins.know_secret(secret)
    forms = (
        f"{node} {node.upper()} {node}-eth0 ip-{str(address).replace('.', '-').replace(':', '-')}",
        f"{host}.EXAMPLE/{user} {user}'s file, {quote(secret, safe='')} and '{secret}'",
        json.dumps({"value": secret, "where": str(address), "who": user}),
        f"http://{address}/ {quote(str(address), safe='')}",
    )
    said = "\n".join(cleaned(*forms, anonymizer=made))
    for what in (node, f"{host}.example", user, str(address)):
        assert what.lower() not in said.lower(), said
    assert secret not in said
    assert quote(secret, safe="") not in said
    assert json.dumps(secret)[1:-1] not in said


def test_the_same_has_the_same_stand_in_everywhere_and_others_have_others() -> None:
    first, second = cleaned(
        "spark://zqhub:7077 from 192.168.1.11, then 192.168.1.12",
        "zqhub says ::ffff:192.168.1.11 and 2001:DB8::1, that is 2001:db8:0:0:0:0:0:1",
    )
    assert first == "spark://host-1:7077 from address-1, then address-2"
    assert second == "host-1 says address-1 and address-3, that is address-3"


KEPT = (
    "26/11/30 05:41:10 INFO Master: Starting Spark master at spark://127.0.0.1:7077",
    "org.apache.spark.SparkException: Job aborted due to stage failure: Task 3 in stage 1.0",
    "\tat org.apache.spark.deploy.worker.Worker.run(Worker.scala:123)",
    "Running Spark version 4.3.0 with Java 17.0.15+6-Debian-1 on Linux 6.12.34+rpt-rpi-2712",
    "listening on 0.0.0.0:8080 and :::22, [::1]:631",
    "Executor app-20270115120000-0001/0 finished with state KILLED exitStatus 143",
    "/opt/spark/work/app-20270115120000-0001/0/stderr",
    "blockmgr-0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0 has 366.3 MiB",
    "spark.authenticate.secret set",
    "spark.executor.memory=1024m spark.master.rest.enabled false",
    "Undervoltage detected! hwmon1: 12:30:45",
    "py4j.Gateway@1a2b3c4d and user class threw an exception",
)


@pytest.mark.parametrize("line", KEPT)
def test_what_says_nothing_of_anybody_stays(line: str) -> None:
    assert cleaned(line) == [line]


@pytest.mark.parametrize(
    "secret",
    [
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl",
        "AAAAC3NzaC1lZDI1NTE5AAAAIJ7hXqk2N3dB1mZl5xY0QmW8c9R4tU6vE2fS0aPzLkHd",
        "SHA256:uNiVztksCsDhcc0u9e8BrkxEPIHCMoDlWqBsHvVwGGo",
    ],
)
def test_what_looks_like_a_key_is_gone(secret: str) -> None:
    (said,) = cleaned(f"it is {secret}, they say")
    assert said == "it is secret-1, they say"


def test_a_private_key_is_gone_with_all_its_lines() -> None:
    key = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blbn\nc2gta2V5\n-----END OPENSSH PRIVATE KEY-----"
    (said,) = cleaned(f"before\n{key}\nafter")
    assert said.splitlines()[0] == "before"
    assert said.splitlines()[-1] == "after"
    assert "b3Blbn" not in said
    assert "c2gta2V5" not in said


def test_values_are_cleaned_with_their_names() -> None:
    made = Anonymizer()
    made.stand_ins.know(NameKind.NODE, ["zqpi"])
    given_value = {
        "zqpi": {"host": "192.168.1.11", "env": {"MY_PASSWORD": "x y z", "CORES": 4}},
        "args": ["--token", "/home/zqanna/a b.csv", True, None],
    }
    assert made.clean_value(given_value) == {
        "node-1": {"host": "address-1", "env": {"MY_PASSWORD": "secret-1", "CORES": 4}},
        "args": ["--token", "/home/user-1/path-1 b.csv", True, None],
    }


@pytest.mark.parametrize(
    "line",
    [
        "secret." * 2000,
        ":1" * 4000,
        "a." * 4000,
        "token " * 2000,
        "http://" * 2000,
        "/home/" * 2000,
    ],
    ids=["secret", "colons", "dots", "token", "url", "home"],
)
def test_a_line_of_anything_ends(line: str) -> None:
    """Whatever a log holds, work grows with its length: a square of it would take minutes."""
    assert cleaned(line)
