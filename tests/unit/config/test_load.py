"""Bad input of every kind gets one line that names file, line, key, found and allowed."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pitui.config.load import load_config
from pitui.config.model import Config
from pitui.config.nodes import resolve_nodes
from pitui.domain.errors import ConfigError
from pitui.domain.sizing import LEAST_MEMORY

Refusal = Callable[[str], str]
Load = Callable[[str], Config]

PORT = "allowed: a whole number from 1 to 65535 or null"
MEMORY = f"allowed: auto, or {LEAST_MEMORY}, such as 768m or 2g"

# What is added to the four good lines, and what the refusal must say after `config.yaml:`.
ADDED: dict[str, tuple[str, list[str]]] = {
    "duplicate node": (
        "  pi1: {host: pi1.local}",
        ["5: nodes.pi1: given twice, first on line 4", "allowed: once"],
    ),
    "duplicate key": ("cluster: {master: pi1}", ["5: cluster: given twice, first on line 1"]),
    "unknown key": (
        "  pi2:\n    host: pi2.local\n    prot: 22",
        ["7: nodes.pi2.prot: unknown key; did you mean port?", "allowed: host, user, port"],
    ),
    "unknown key with dashes": ("ssh: {known-hosts: x}", ["did you mean known_hosts?"]),
    "unknown section": ("spak: {}", ["5: spak: unknown key; did you mean spark?"]),
    "key of another level": (
        "  pi2: {host: h, memory: 1g}",
        ["5: nodes.pi2.memory: unknown key; did you mean nodes.NAME.worker.memory?"],
    ),
    "key like none": ("xyzzy: 1", ["5: xyzzy: unknown key; allowed: cluster, nodes, ssh"]),
    "our own field": ("folder: /tmp", ["5: folder: unknown key"]),
    "text for a number": ("ssh: {port: abc}", ['5: ssh.port: found "abc"', PORT]),
    "number in quotes": ('ssh: {port: "22"}', ['5: ssh.port: found "22"', PORT]),
    "fraction": ("ssh: {port: 22.5}", ["5: ssh.port: found 22.5", PORT]),
    "truth for a number": ("ssh: {port: true}", ["5: ssh.port: found true", PORT]),
    "number for text": (
        "spark: {version: 4.3}",
        ["5: spark.version: found 4.3, allowed: text or null", 'put it in quotes: "4.3"'],
    ),
    "list for a mapping": (
        "ssh: [pi]",
        ["5: ssh: found a list, allowed: a mapping", "known_hosts"],
    ),
    "mapping for a list": ("data: {source: a}", ["5: data: found a mapping", "allowed: a list"]),
    "text for a node": (
        "  pi2: 10.0.0.2",
        ['5: nodes.pi2: found "10.0.0.2"', "allowed: a mapping"],
    ),
    "yes for true": ("ui: {read_only: yes}", ['found "yes", allowed: true or false']),
    "other worker": (
        "  pi2: {host: h, worker: 5}",
        [
            "5: nodes.pi2.worker: found 5, allowed: true, false, null or a mapping",
            "with the keys cores, memory, webui_port",
        ],
    ),
    "wrong choice": (
        "ssh: {sudo: always}",
        ['5: ssh.sudo: found "always", allowed: ask, none or passwordless'],
    ),
    "wrong item": (
        "data:\n  - {source: a, target: /a}\n  - {source: b, target: [c]}",
        ["7: data.1.target: found a list, allowed: text"],
    ),
    "missing key": ("  pi2: {user: pi}", ["5: nodes.pi2.host: missing", "allowed: text"]),
    "port too large": (
        "  pi2:\n    host: pi2.local\n    port: 70000",
        ["7: nodes.pi2.port: found 70000", PORT],
    ),
    "port zero": ("spark: {master: {port: 0}}", ["5: spark.master.port: found 0", "1 to 65535"]),
    "huge number": (f"ssh: {{port: {'9' * 5000}}}", ["5: ssh.port: found", "and so on", PORT]),
    "same address": (
        "  pi2: {host: 192.168.1.11}",
        ['5: nodes.pi2.host: found "192.168.1.11" (port 22), as in nodes.pi1', "allowed: once"],
    ),
    "same address, port spelled out": (
        "  pi2: {host: 192.168.1.11, port: 22}",
        ["5: nodes.pi2.host:", "(port 22), as in nodes.pi1"],
    ),
    "two local nodes": (
        "  pi2: {host: local, port: 2}",
        ['5: nodes.pi2.host: found "local" (this machine), as in nodes.nuc'],
    ),
    "memory unit": (
        "spark:\n  worker:\n    memory: 768q",
        ['7: spark.worker.memory: found "768q"', MEMORY],
    ),
    "memory of a node": (
        "  pi2: {host: h, worker: {memory: 1.5g}}",
        ['5: nodes.pi2.worker.memory: found "1.5g"', MEMORY],
    ),
    "memory without unit": ("spark: {worker: {memory: 768}}", ["worker.memory: found 768", "text"]),
    "memory beyond counting": (
        f"spark: {{worker: {{memory: {'9' * 400}k}}}}",
        ["5: spark.worker.memory: found", MEMORY],
    ),
    "memory under Spark's minimum": (
        "spark: {worker: {memory: 449m}}",
        ['5: spark.worker.memory: found "449m", less than Spark\'s smallest executor', MEMORY],
    ),
    "no cores": (
        "spark: {worker: {cores: 0}}",
        ["5: spark.worker.cores: found 0, allowed: a whole number from 1 to 4096 or auto"],
    ),
    "refresh": ("ui: {refresh: 0}", ["5: ui.refresh: found 0, allowed: a number from 0.2 to 60"]),
    "time limit": (
        "ssh: {connect_timeout: 0}",
        ["5: ssh.connect_timeout: found 0, allowed: a number above 0 to 3600"],
    ),
    "data for a node that is none": (
        "data: [{source: a, target: /a, nodes: [p1]}]",
        ['5: data.0.nodes.0: found "p1", which is not a node; did you mean'],
    ),
    "data inside of other data": (
        "data: [{source: a, target: /d/f}, {source: b.csv, target: /d/f/}]",
        ['5: data.1.target: found "/d/f/", which is the same as or inside of "/d/f"'],
    ),
    "data around other data": (
        "data: [{source: a, target: ~/d/f}, {source: c, target: ~/./d}]",
        ['5: data.1.target: found "~/./d"'],
    ),
    "data for nodes in one word": (
        "data: [{source: a, target: /a, nodes: some}]",
        ["data.0.nodes"],
    ),
    "data's owner": (
        "data: [{source: a, target: /a, owner: 'a b'}]",
        ['5: data.0.owner: found "a b"'],
    ),
    "data that a job needs": (
        "data: [{source: a, target: /spark/a}]\njobs: {j: {app: x, data: [/spark/b]}}",
        ['6: jobs.j.data.0: found "/spark/b", which is no target under data:; did you mean'],
    ),
    "two files in one": (
        "jobs: {j: {app: x, py_files: ['a.py,b.py']}}",
        ['jobs.j.py_files.0: found "a.py,b.py"', "without a comma"],
    ),
    "infinite time": ("ssh: {connect_timeout: .inf}", ['found ".inf", allowed: a number']),
    "missing identity": (
        "ssh: {identity: ~/.ssh/none}",
        ['5: ssh.identity: found "~/.ssh/none", but there is no such file', "private key"],
    ),
    "missing relative identity": (
        "  pi2: {host: h, identity: keys/none}",
        ['5: nodes.pi2.identity: found "keys/none", but there is no such file'],
    ),
    "identity of nobody": ("ssh: {identity: ~nobody-at-all/key}", ["there is no such file"]),
    "identity folder": ("ssh: {identity: .}", ['5: ssh.identity: found ".", which is not a file']),
    "public key": ("ssh: {identity: key.pub}", ['the public key; allowed: the private one, "key"']),
    "known hosts folder": ("ssh: {known_hosts: .}", ["5: ssh.known_hosts:", "a folder"]),
    "empty host": ("  pi2: {host: ''}", ['5: nodes.pi2.host: found "", allowed: a host name']),
    "no host": ("  pi2: {host: }", ["5: nodes.pi2.host: found nothing, allowed: text"]),
    "port in the host": ("  pi2: {host: 10.0.0.2:23}", ["with its own key (port: 23)"]),
    "user in the host": ("  pi2: {host: pi@h}", ['found "pi@h"; set the user with its own key']),
    "IPv6 in brackets": ('  pi2: {host: "[::1]"}', ["without brackets"]),
    "host that is an option": ("  pi2: {host: -oProxyCommand=x}", ["5: nodes.pi2.host: found"]),
    "address beyond 255": ("  pi2: {host: 10.0.0.256}", ['5: nodes.pi2.host: found "10.0.0.256"']),
    "user that is an option": (
        "ssh: {user: -l}",
        ['5: ssh.user: found "-l", allowed: a user name'],
    ),
    "node all": ("  all: {host: h}", ['5: nodes.all: "all" means something on the command line']),
    "node Master": ("  Master: {host: h}", ['"Master" means something on the command line']),
    "node workers": ("  workers: {host: h}", ['"workers" means something on the command line']),
    "node with a dash": ("  -pi: {host: h}", ['5: nodes.-pi: "-pi" cannot name a node; allowed:']),
    "node with a slash": ("  pi/2: {host: h}", ['5: nodes.pi/2: "pi/2" cannot name a node']),
    "node with a colon": ("  pi:2: {host: h}", ['5: nodes.pi:2: "pi:2" cannot name a node']),
    "node with an escape": ('  "\\e[2Jx": {host: h}', [r'"\u001b[2Jx" cannot name a node']),
    "node without a name": ('  "": {host: h}', ['"" cannot name a node']),
    "node on two lines": ('  "a\\nb": {host: h}', [r'"a\nb" cannot name a node']),
    "relative Spark home": ("spark: {home: spark}", ["5: spark.home:", "starts with / or ~/"]),
    "short hash": ("spark: {sha512: abc}", ["5: spark.sha512:", "128 hexadecimal digits"]),
    "a mirror without https": (
        "spark: {mirrors: [http://x/spark]}",
        ["5: spark.mirrors.0:", "an https URL with folders such as spark-4.3.0"],
    ),
    "plain http": ("spark: {archive: http://x/y.tgz}", ["5: spark.archive:", "an https URL"]),
    "master's ports": (
        "spark: {master: {port: 9000, webui_port: 9000}}",
        ["5: spark.master.webui_port: found 9000, which is also spark.master.port"],
    ),
    "variable": ('  pi2: {host: h, env: {"A B": 1}}', ['"A B" cannot name a variable']),
    "value on two lines": (
        'spark: {env: {A: "1\\n2"}}',
        [r'5: spark.env.A: found "1\n2"', "one line"],
    ),
    "property": ('spark: {defaults: {"a b": 1}}', ['"a b" cannot name a property']),
    "no keys": ("ui: {keys: {start: ''}}", ['5: ui.keys.start: found "", allowed: keys such as']),
    "keys with a gap": ("ui: {keys: {start: 's,,x'}}", ['found "s,,x", allowed: keys such as']),
    "keys as a list": ("ui: {keys: {start: [s, x]}}", ["5: ui.keys.start: found a list"]),
    "action": ("ui: {keys: {Start it: s}}", ['"Start it" cannot be an action']),
    "alias": ("ui: &a {refresh: 1}\ndata: *a", ["5: ui: found an anchor", "allowed: the value"]),
    "tag": ("ui: !!python/object:os.system {}", ["5: ui: found a tag", "python/object"]),
    "second document": ("---\nui: {}", ["5: found a second document (---); allowed: one"]),
    "tab": ("ui:\n\trefresh: 1", ["6: found a tab; YAML is indented with spaces only"]),
    "tab after spaces": ("ui:\n  \trefresh: 1", ["6: found a tab"]),
    "control character": ("ui: {theme: \x07}", ["5: not YAML: found the control character U+0007"]),
    "open bracket": ("ui: {refresh: 1", ["config.yaml:5: not YAML:", "flow mapping"]),
    "two colons": ("ui: refresh: 1", ["5: not YAML: mapping values are not allowed"]),
    "key that is a list": ("[ui]: 1", ["5: found a mapping or list as a key"]),
    "merge key": ("<<: {ui: {}}", ["5: <<: unknown key"]),
    "deep nesting": (
        "ui: " + "[" * 100_000,
        ["5: ui.0.0: found nesting deeper than any key; allowed: 16"],
    ),
    "deep nesting that ends": (
        "ui: " + "[" * 1100 + "]" * 1100,
        ["5: ui.0.0: found nesting deeper than any key; allowed: 16"],
    ),
    "deep nesting of mappings": (
        "ui: " + "{a: " * 5000,
        ["5: ui.a.a: found nesting deeper than any key; allowed: 16"],
    ),
    "deep nesting after other letters": (
        "# žluťoučký kůň 🐎\nui: " + "[" * 5000,
        ["6: ui.0.0: found nesting deeper than any key; allowed: 16"],
    ),
    "deep nesting in a key": (
        "ui: {" + "[" * 5000,
        ["5: ui: found a mapping or list as a key; allowed: a word"],
    ),
}


@pytest.mark.parametrize(("added", "expected"), ADDED.values(), ids=list(ADDED))
def test_what_is_added_to_a_good_file_is_refused(
    refusal: Refusal, good: str, added: str, expected: list[str]
) -> None:
    message = refusal(good + added + "\n")
    assert message.startswith("config.yaml:")
    for part in expected:
        assert part in message


WHOLE: dict[str, tuple[str, list[str]]] = {
    "empty": ("", ["config.yaml: the file is empty", "cluster.master and nodes"]),
    "only comments": ("# soon\n", ["config.yaml: the file is empty"]),
    "a list": ("- nuc\n- pi1\n", ["config.yaml:1: found a list, allowed: a mapping", "cluster"]),
    "prose": ("this is not a config", ['config.yaml:1: found "this is not a config"']),
    "no nodes": ("cluster: {master: a}\nnodes: {}", ["config.yaml:2: nodes: found no nodes"]),
    "nodes left empty": (
        "cluster: {master: a}\nnodes:\n",
        ["config.yaml:2: nodes: found no nodes"],
    ),
    "without nodes": ("cluster: {master: a}", ["config.yaml:1: nodes: missing; it is required"]),
    "without cluster": ("nodes: {a: {host: h}}", ["config.yaml:1: cluster: missing"]),
    "unknown master": (
        "cluster:\n  master: nuk\nnodes: {nuc: {host: h}, pi1: {host: i}}",
        [
            'config.yaml:2: cluster.master: found "nuk", which is not a node; did you mean nuc?',
            "allowed: nuc, pi1",
        ],
    ),
    "misspelled master": (
        "cluster: {mastre: nuc}\nnodes: {nuc: {host: h}}",
        ["config.yaml:1: cluster.mastre: unknown key; did you mean master?"],
    ),
}


@pytest.mark.parametrize(("text", "expected"), WHOLE.values(), ids=list(WHOLE))
def test_a_whole_file_is_refused(refusal: Refusal, text: str, expected: list[str]) -> None:
    message = refusal(text)
    for part in expected:
        assert part in message


def test_a_bomb_of_aliases_is_refused_before_it_grows(refusal: Refusal) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    message = refusal("\n".join(lines))
    assert message.startswith("config.yaml:1: a0: found an anchor")


def test_an_alias_of_nothing_is_refused(refusal: Refusal) -> None:
    assert 'config.yaml:1: cluster: found an alias ("x")' in refusal("cluster: *x")


def test_a_large_file_is_refused_without_being_read() -> None:
    path = Path("config.yaml")
    with path.open("wb") as file:
        file.truncate(10 * 1024 * 1024)
    with pytest.raises(
        ConfigError, match=r"config.yaml: too large .* found 10.0 MiB, allowed: 1 MiB"
    ):
        load_config(path)


def test_bytes_that_are_no_text_are_refused_with_their_line(good: str) -> None:
    Path("config.yaml").write_bytes(good.encode() + b"# \xe9t\xe9\n")
    with pytest.raises(ConfigError, match=r"config.yaml:5: not UTF-8 text: found the byte 0xe9"):
        load_config(Path("config.yaml"))


def test_a_folder_is_refused() -> None:
    Path("config.yaml").mkdir()
    with pytest.raises(ConfigError, match=r"config.yaml: is a folder; expected a file"):
        load_config(None)


def test_a_link_to_itself_cannot_be_read() -> None:
    Path("config.yaml").symlink_to("config.yaml")
    with pytest.raises(ConfigError, match=r"config.yaml: cannot be read: too many levels"):
        load_config(None)


def test_a_pipe_is_refused_without_waiting_for_its_other_end() -> None:
    os.mkfifo("config.yaml")
    with pytest.raises(ConfigError, match=r"config.yaml: is not a regular file"):
        load_config(None)


def test_a_socket_is_refused() -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("config.yaml")
        with pytest.raises(ConfigError, match=r"config.yaml: "):
            load_config(None)


def test_a_file_without_permission_cannot_be_read(good: str) -> None:
    path = Path("config.yaml")
    path.write_text(good, encoding="utf-8")
    path.chmod(0)
    if os.access(path, os.R_OK):
        # The superuser may read everything.
        assert load_config(path).cluster.master == "nuc"
        return
    with pytest.raises(ConfigError, match=r"config.yaml: cannot be read: permission denied"):
        load_config(path)


def test_every_problem_of_a_file_gets_its_line_in_order(load: Load) -> None:
    with pytest.raises(ConfigError) as caught:
        load("ssh: {prot: 1}\nnodes:\n  a: {host: 1}\n  a: {host: h}\nui: {refresh: x}\n")
    lines = str(caught.value).splitlines()
    assert [line.split(": ")[0:2] for line in lines] == [
        ["config.yaml:1", "ssh.prot"],
        ["config.yaml:1", "cluster"],
        ["config.yaml:3", "nodes.a.host"],
        ["config.yaml:4", "nodes.a"],
        ["config.yaml:5", "ui.refresh"],
    ]


def test_no_more_than_ten_problems_are_listed(load: Load, good: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(good + "".join(f"wrong{n}: 1\n" for n in range(15)))
    lines = str(caught.value).splitlines()
    assert len(lines) == 11
    assert lines[-1] == "config.yaml: and 5 more problems like these"


def test_four_lines_are_enough(load: Load, good: str, folder: Path) -> None:
    config = load(good)
    assert config.folder == folder
    nodes = resolve_nodes(config)
    assert (nodes["nuc"].is_master, nodes["nuc"].is_worker, nodes["nuc"].local) == (
        True,
        False,
        True,
    )
    pi1 = nodes["pi1"]
    assert (pi1.host, pi1.is_worker, pi1.port, pi1.spark_home) == (
        "192.168.1.11",
        True,
        None,
        "/opt/spark",
    )


def test_sections_with_nothing_in_them_are_at_their_defaults(load: Load, good: str) -> None:
    plain = load(good)
    assert load(good + "ssh:\nspark:\n  worker:\ndata:\njobs:\nui:\n  keys:\n") == plain


def test_one_address_with_two_ports_is_two_nodes(load: Load, good: str) -> None:
    assert "pi2" in load(good + "  pi2: {host: 192.168.1.11, port: 2222}\n").nodes


@pytest.mark.parametrize(
    "host", ["pi-2", "pi2.local", "::1", "fe80::1%eth0", "my_alias", "köln.de"]
)
def test_hosts_of_every_kind_are_taken(load: Load, good: str, host: str) -> None:
    assert load(good + f"  pi2: {{host: '{host}'}}\n").nodes["pi2"].host == host


def test_values_for_spark_stay_as_they_are_written(load: Load, good: str) -> None:
    config = load(good + "spark: {env: {A: 1.10, B: 0777, C: True, D: no}, defaults: {e: 1e3}}\n")
    assert config.spark.env == {"A": "1.10", "B": "0777", "C": "True", "D": "no"}
    assert config.spark.defaults == {"e": "1e3"}


def test_a_node_may_be_called_no(load: Load) -> None:
    config = load("cluster: {master: 'no'}\nnodes:\n  no: {host: h}\n")
    assert list(config.nodes) == ["no"]


def test_relative_files_start_at_the_folder_of_the_config(
    load: Load, good: str, folder: Path
) -> None:
    (folder / "key").write_text("k", encoding="utf-8")
    config = load(good + "ssh: {identity: key, known_hosts: hosts}\n")
    node = resolve_nodes(config)["pi1"]
    assert (node.identity, node.known_hosts) == (folder / "key", folder / "hosts")


def test_a_byte_order_mark_is_no_part_of_the_text(good: str) -> None:
    Path("config.yaml").write_bytes(b"\xef\xbb\xbf" + good.encode())
    assert load_config(None).cluster.name == "shelf"


WORDS = "cluster nodes master host pi1 1 true ~ : { } [ ] , - --- &a *a # ' \" | > ? ! % @"
YAML_PIECES = st.sampled_from([*WORDS.split(), " ", "\n", "\n  ", "\t"])


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=200)
    | st.text(max_size=200).map(str.encode)
    | st.lists(YAML_PIECES, max_size=40).map(lambda pieces: "".join(pieces).encode())
)
def test_no_bytes_raise_anything_but_a_configuration_error(folder: Path, content: bytes) -> None:
    path = folder / "any.yaml"
    path.write_bytes(content)
    try:
        load_config(path)
    except ConfigError as error:
        for line in str(error).split("\n"):
            assert line.startswith(str(path))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    value=st.text(st.characters(exclude_categories=["C"]), max_size=30),
    key=st.sampled_from(
        [
            "ssh: {user: X}",
            "ssh: {identity: X}",
            "spark: {home: X, archive: X, version: X}",
            "spark: {worker: {memory: X, cores: X}}",
            "ui: {keys: {a: X}, theme: X, refresh: X}",
            "  X: {host: h}",
            "  n: {host: X}",
            "jobs: {j: {app: X, args: [X], conf: {X: X}}}",
        ]
    ),
)
def test_no_value_raises_anything_but_a_configuration_error(
    folder: Path, good: str, key: str, value: str
) -> None:
    path = folder / "any.yaml"
    quoted = "'" + value.replace("'", "''") + "'"
    path.write_text(good + key.replace("X", quoted) + "\n", encoding="utf-8")
    try:
        resolve_nodes(load_config(path))
    except ConfigError as error:
        message = str(error)
    else:
        return
    assert message.startswith(f"{path}:5: ")
