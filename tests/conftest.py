"""What holds for every test: nothing of the developer's own reaches it, and CI skips nothing."""

import gc
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest.register_assert_rewrite("support.looks")

# How long an example takes says something of the machine's load, nothing of what is tested.
settings.register_profile(
    "pitui",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
)
settings.load_profile("pitui")

# As seldom as in pitui.cli.main: a third of the CPU time of a UI's test would be spent on it.
gc.set_threshold(250_000, 50, 50)

# What is temporary belongs on the disk: /tmp may be RAM.
if "TMPDIR" not in os.environ and os.access("/var/tmp", os.W_OK):
    os.environ["TMPDIR"] = tempfile.tempdir = "/var/tmp"

_FOREIGN = ("XDG_", "PITUI_", "SPARK_", "PYSPARK_", "SSH_", "GIT_", "LC_")
_FOREIGN_NAMES = (
    "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "COLORTERM", "COLUMNS", "LINES", "TERM_PROGRAM",
    "DISPLAY", "HOSTALIASES", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy",
    "https_proxy", "all_proxy",
)  # fmt: skip


@pytest.fixture(scope="session", autouse=True)
def hermetic_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep out the developer's HOME, ssh configuration, agent, proxies and colours."""
    with pytest.MonkeyPatch.context() as patch:
        for name in tuple(os.environ):
            if name.startswith(_FOREIGN) or name in _FOREIGN_NAMES:
                patch.delenv(name)
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("TERM", "xterm-256color")
        patch.setenv("LANG", "C.UTF-8")
        patch.setenv("TZ", "UTC")
        yield


@pytest.fixture(scope="session", autouse=True)
def hear_ctrl_c() -> None:
    """Let what tests start hear Ctrl-C: a shell's background jobs inherit that it is ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def home(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """Give each test a HOME of its own, and return it."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(folder))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def pytest_collection_finish() -> None:
    """Leave what was imported and collected out of each later search for what can go."""
    gc.collect()
    gc.freeze()


_skipped = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_skipped] = []


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.skipped and not hasattr(report, "wasxfail"):
        item.config.stash[_skipped].append(f"{item.nodeid}: {report.longrepr[2]}")


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.skipped:
        collector.config.stash[_skipped].append(f"{collector.nodeid}: {report.longrepr[2]}")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail a run in CI that skipped anything: there, everything can run."""
    skipped = session.config.stash[_skipped]
    if os.environ.get("CI") and skipped and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    skipped = config.stash[_skipped]
    if os.environ.get("CI") and skipped:
        terminalreporter.section("skipped, which fails the run where CI is set", red=True)
        for line in skipped:
            terminalreporter.line(line)
