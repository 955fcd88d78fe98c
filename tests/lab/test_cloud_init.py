"""cloud-init's own `manage_etc_hosts: localhost`, at real boots."""

import pytest

from tests.lab.kinds import Kind
from tests.lab.lab import Lab
from tests.lab.machine import Machine
from tests.lab.packages import install
from tests.lab.recipe import SUITES, Suite
from tests.lab.steps import cards, states

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

# What Raspberry Pi Imager writes is user data; the rest keeps the lab's network and logins.
SEED = """
mkdir -p /var/lib/cloud/seed/nocloud
echo 'instance-id: lab-1' >/var/lib/cloud/seed/nocloud/meta-data
cat >/var/lib/cloud/seed/nocloud/user-data <<'END'
#cloud-config
hostname: pi1
manage_etc_hosts: localhost
ssh_deletekeys: false
users: []
END
cat >/etc/cloud/cloud.cfg.d/99-lab.cfg <<'END'
datasource_list: [NoCloud]
network: {config: disabled}
END
"""


def boot(machine: Machine) -> str:
    """Boot once more and return /etc/hosts as it is when cloud-init is through."""
    machine.power_off()
    machine.power_on()
    machine.root("cloud-init status --wait >/dev/null || true", limit=120)
    machine.root("systemctl is-system-running --wait >/dev/null || true", limit=120)
    return machine.root("cat /etc/hosts")


@pytest.mark.parametrize("suite", SUITES)
async def test_a_name_that_cloud_init_puts_on_loopback_is_off_it_at_every_boot(
    lab: Lab, suite: Suite
) -> None:
    lab_cluster = cards(lab, Kind(suite=suite))
    machine = lab.machines["pi1"]
    machine.root(install("cloud-init") + SEED, limit=120)
    assert "127.0.1.1 pi1" in " ".join(boot(machine).split())
    assert states(await lab_cluster.provision("hostname", "hosts")) == {"pi1": "changed"}
    hosts = " ".join(boot(machine).split())
    assert "127.0.1.1 pi1" not in hosts
    found = machine.root("getent ahostsv4 pi1").splitlines()
    assert {line.split()[0] for line in found} == {machine.address}
    assert states(await lab_cluster.provision("hostname", "hosts")) == {"pi1": "ok"}
