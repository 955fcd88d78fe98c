"""Random configurations: the reader for where there is no ssh agrees with ssh."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.ssh_config import asked, compared, used, why_no_yardstick, write

from pitui.remote.ssh.config import ssh_config, ssh_program
from pitui.remote.ssh.config.ssh_program import RefusedError, SshProgram

pytestmark = pytest.mark.skipif(bool(why_no_yardstick()), reason=why_no_yardstick())

HOSTS = ("pi1", "pi2", "nuc", "10.0.0.7", "PI1")

_patterns = st.sampled_from(
    ("pi1", "pi?", "*", "!pi1", "pi2", "10.0.0.*", "*.lan", "nuc", '"pi1"', "pi*,nuc", "P*")
)
_names = st.sampled_from(("bob", "jane", "root", "LAB\\pi", '"a b"', "bob#1", "%r", "'x'", "a\\ b"))
_remark = st.sampled_from(("", "", "", " # slot 1", " # bob's", "\t#", "  "))
_paths = st.sampled_from(
    (
        "~/.ssh/a",
        "~/b c",
        '"~/b c"',
        "/dev/null",
        "%d/%h",
        "~/%r@%h:%p",
        "${SOME}/x",
        "none",
        "~/%%",
    )
)


def _option(names: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    between = st.sampled_from((" ", "=", " = ", "\t", "  "))
    return st.builds(
        lambda name, gap, value: f"{name}{gap}{value}",
        st.sampled_from(names.split()),
        between,
        values,
    )


_options = st.one_of(
    _option(
        "HostName hostname", st.sampled_from(("%h.lan", "10.0.0.7", "x.%%", "PI.Lan", "%n", "pi2"))
    ),
    _option("Port PORT", st.sampled_from(("22", "2222", "ssh", "0", "65536", "2 2", "022"))),
    _option("User", _names),
    _option(
        "HostKeyAlias BindAddress BindInterface", st.sampled_from(("Shelf", "127.0.0.1", "lo"))
    ),
    _option("IdentityFile CertificateFile UserKnownHostsFile IdentityAgent", _paths),
    _option(
        "UserKnownHostsFile GlobalKnownHostsFile",
        st.lists(_paths, min_size=1, max_size=4).map(" ".join),
    ),
    _option(
        "IdentityAgent", st.sampled_from(("$SOME", "${SOME}", "SSH_AUTH_SOCK", "$no-name", "${NO"))
    ),
    _option(
        "IdentitiesOnly ProxyUseFdpass PubkeyAuthentication",
        st.sampled_from(("yes", "NO", "true", "x")),
    ),
    _option("AddressFamily", st.sampled_from(("any", "inet", "inet6", "INET"))),
    _option("ProxyCommand", st.sampled_from(("none", "nc %h %p", "~/x 'a b' 2>&1", "= x", "'"))),
    _option(
        "ProxyJump",
        st.sampled_from(("none", "gate", "a@b:2,c", "%r@[::1]:22", "x:y", "1.2.3.4", "pi1")),
    ),
    _option("Nonsense IgnoreUnknown", st.sampled_from(("Nonsense", "Non*,b", "x y"))),
    _option("ServerAliveInterval ConnectTimeout", st.sampled_from(("1m", "10s", "5"))),
)
_criteria = st.sampled_from(
    (
        "all", "final", "canonical", "!final", "host pi1", "host *.lan", "!host pi1", "user",
        "originalhost pi*", "user bob", "!user root", "localuser *", "exec true", "host=10.*",
        'exec "test %h = pi1"',
    )
)  # fmt: skip
_section = st.one_of(
    st.lists(_patterns, min_size=1, max_size=3).map(lambda found: f"Host {' '.join(found)}"),
    st.lists(_criteria, min_size=1, max_size=3).map(lambda found: f"Match {' '.join(found)}"),
)
_include = st.sampled_from(
    ("Include d/*", "Include d/1 d/0", "Include nothing", "Include ~/.ssh/d/?")
)
_lines = st.lists(
    st.builds(
        lambda indent, line, remark: f"{indent}{line}{remark}",
        st.sampled_from(("", "  ", "\t")),
        st.one_of(_options, _options, _section, _section, _include),
        _remark,
    ),
    max_size=8,
).map("\n".join)
_plain = st.lists(st.one_of(_options, _section), max_size=4).map("\n".join)


@settings(max_examples=40)
@given(
    config=_lines, included=st.lists(_plain, min_size=2, max_size=2), host=st.sampled_from(HOSTS)
)
async def test_the_reader_and_ssh_with_a_home_of_ours_agree_with_ssh(config, included, host):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOME", "/run/some")
        home = Path(tempfile.mkdtemp(prefix="pitui-home-"))
        try:
            files = {f"d/{number}": text for number, text in enumerate(included)}
            write(home, {"config": config, **files})
            await compare(home, host)
        finally:
            shutil.rmtree(home)


async def compare(home: Path, host: str) -> None:
    expected = asked(home, "--", host)
    if not isinstance(expected, str) and expected.get("proxyjump") == ["none"]:
        # OpenSSH 9.2 takes `ProxyJump none # remark` for a host called none.
        del expected["proxyjump"]
    program = SshProgram(ssh_program.find_ssh() or "", home)
    if isinstance(expected, str):
        with pytest.raises(RefusedError):
            ssh_config.settings(host, None, None, home)
        with pytest.raises(RefusedError):
            await program.settings(host, None, None, 10)
        return
    assert used(ssh_config.settings(host, None, None, home)) == used(expected)
    found = compared(await program.settings(host, None, None, 10))
    if found.get("proxyjump") == ["none"]:
        del found["proxyjump"]
    assert found == compared(expected)
