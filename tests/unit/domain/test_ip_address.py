import pytest

from pitui.domain.ip_address import is_ip_address, is_loopback


@pytest.mark.parametrize("host", ["192.168.1.11", "::1", "fe80::1"])
def test_an_address_is_one_without_brackets(host):
    assert is_ip_address(host)
    assert not is_ip_address(f"[{host}]")


@pytest.mark.parametrize("host", ["", "pi1", "192.168.1", "192.168.1.256", "localhost"])
def test_a_name_is_no_address(host):
    assert not is_ip_address(host)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.1.1", "::1", "[::1]", "localhost", "LocalHost", "pi.localhost"]
)
def test_loopback(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "10.0.0.1", "localhost.lan", "mylocalhost", "0.0.0.0"])
def test_not_loopback(host):
    assert not is_loopback(host)
