import pytest

from pitui.domain.apps.app_detail import AppLocation
from pitui.domain.errors import UsageError
from pitui.services.apps.kill import parse_target


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("app-1-0000", AppLocation("app-1-0000")),
        ("app-1-0000/job/3", AppLocation("app-1-0000", job=3)),
        ("app-1-0000/stage/7", AppLocation("app-1-0000", stage=(7, 0))),
        ("app-1-0000/stage/7.2", AppLocation("app-1-0000", stage=(7, 2))),
        ("driver-1-0000", "driver-1-0000"),
    ],
)
def test_what_is_meant(text, meant):
    assert parse_target(text) == meant


@pytest.mark.parametrize("text", ["", "app/task/3", "app/job/", "app/job/x", "a/b/c/d"])
def test_what_means_nothing(text):
    with pytest.raises(UsageError, match="can be killed"):
        parse_target(text)
