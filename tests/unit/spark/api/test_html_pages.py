"""What only the master's HTML says."""

from pathlib import Path

import pytest

from pitui.spark.api.html_pages import csrf_token, driver_ui
from pitui.spark.versions import home_version, page_version

CAPTURES = Path(__file__).parents[3] / "captures" / "master"
TOKEN = "f17ac73633b8ac109f1842489e16b8e7"  # of a master that is long gone


def read(name: str) -> str:
    return (CAPTURES / name).read_text()


def test_the_driver_of_a_running_application():
    assert driver_ui(read("app-page.html")) == "http://127.0.0.1:4040"


@pytest.mark.parametrize("name", ["app-page-completed.html", "index-idle.html"])
def test_no_driver(name):
    assert driver_ui(read(name)) is None


def test_behind_a_reverse_proxy_the_link_is_relative():
    page = read("app-page.html").replace("http://127.0.0.1:4040", "/proxy/app-1&amp;x")
    assert driver_ui(page, "http://nuc:8080/app/?appId=app-1") == "http://nuc:8080/proxy/app-1&x"


def test_a_link_that_no_browser_should_follow_is_none():
    page = read("app-page.html").replace("http://127.0.0.1:4040", "javascript:alert(1)")
    assert driver_ui(page, "http://nuc:8080/") is None


@pytest.mark.parametrize("name", ["index-app-running", "index-app-waiting", "index-driver-running"])
def test_the_token_is_there_while_something_can_be_killed(name):
    assert csrf_token(read(f"{name}.html")) == TOKEN


def test_no_token():
    assert csrf_token(read("index-idle.html")) is None
    assert csrf_token("") is None


def test_the_order_of_attributes_does_not_matter():
    assert csrf_token("<input value='a1' type='hidden' name='csrfToken'>") == "a1"


def test_versions():
    assert page_version(read("index-idle.html")) == "4.3.0"
    assert page_version('<span class="version" style="margin-right: 15px;">3.5.1</span>') == "3.5.1"
    assert page_version("<html>") is None
    jar = "/opt/spark/jars/spark-core_2.13-4.0.0-preview2.jar"
    assert home_version(f"Spark 4.0.0 built for Hadoop 3.4.1\n{jar}\n") == "4.0.0-preview2"
    assert home_version("Spark 2.4.8 (git revision 4be4064) built for Hadoop 2.7.3\n") == "2.4.8"
    assert home_version("") is None
