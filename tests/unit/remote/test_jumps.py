"""ProxyJump's notation."""

from pathlib import Path

import pytest

from pitui.domain.errors import LinkError
from pitui.remote.ssh.config.ssh_options import SshTarget
from pitui.remote.ssh.connector import parse_jump

TARGET = SshTarget("pi", "10.0.0.1", "pi", 22, Path("/key"), Path("/known"), 5.0)


@pytest.mark.parametrize(
    ("text", "user", "host", "port"),
    [
        ("bastion", None, "bastion", None),
        ("me@bastion", "me", "bastion", None),
        ("me@bastion:2222", "me", "bastion", 2222),
        ("[fe80::1]:2222", None, "fe80::1", 2222),
        ("me@[::1]", "me", "::1", None),
        ("ssh://me@bastion:22/", "me", "bastion", 22),
    ],
)
def test_user_host_and_port(text, user, host, port):
    jump = parse_jump(text, TARGET)
    assert (jump.user, jump.host, jump.port) == (user, host, port)
    assert jump.identity is None
    assert (jump.node, jump.known_hosts, jump.limit) == ("pi", Path("/known"), 5.0)


@pytest.mark.parametrize("text", ["a:b", "bastion:", "me@", "a:1:2"])
def test_nonsense_is_named(text):
    with pytest.raises(LinkError, match="is invalid"):
        parse_jump(text, TARGET)
