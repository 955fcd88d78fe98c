"""What ~/.ssh/config says, by ssh itself and by the reader for where there is none."""

from pathlib import Path

import pytest
from support.ssh_config import asked, compared, used, why_no_yardstick, write
from support.ssh_config_files import SAMPLES, Sample

from pitui.remote.ssh.config import ssh_config, ssh_program
from pitui.remote.ssh.config.ssh_program import RefusedError, SshProgram

pytestmark = pytest.mark.skipif(bool(why_no_yardstick()), reason=why_no_yardstick())


@pytest.fixture(autouse=True)
def socket_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_SOCKET", "/run/some.socket")


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
def test_the_reader_agrees_with_ssh(sample: Sample, home: Path):
    write(home, sample.files)
    for host in sample.hosts:
        expected = asked(home, "--", host)
        if isinstance(expected, str):
            with pytest.raises(RefusedError):
                print(ssh_config.settings(host, None, None, home))
        else:
            assert used(ssh_config.settings(host, None, None, home)) == used(expected)
    assert not (home / "ran").exists()


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
async def test_ssh_is_asked_with_the_home_that_we_are_in(sample: Sample, home: Path):
    write(home, sample.files)
    program = SshProgram(ssh_program.find_ssh(), home)
    for host in sample.hosts:
        expected = asked(home, "--", host)
        if isinstance(expected, str):
            with pytest.raises(RefusedError) as caught:
                await program.settings(host, None, None, 10)
            for part in str(caught.value).split("; "):
                assert part in expected
        else:
            found = await program.settings(host, None, None, 10)
            assert compared(found) == compared(expected)
