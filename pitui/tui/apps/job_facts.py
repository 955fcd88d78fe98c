"""A job's details, as name and value pairs."""

from pitui.domain.apps.run import Run
from pitui.domain.cluster import Application
from pitui.domain.driver import ClusterDriver
from pitui.tui.apps.job_rows import state_cell
from pitui.tui.text.job_list import Job
from pitui.tui.text.node_facts import Facts, clock
from pitui.tui.text.number_format import amount, duration


def job_facts(job: Job) -> Facts:
    """Return (name, value) pairs, the most important first."""
    facts: Facts = [("Job", job.name), ("State", state_cell(job).text)]
    if job.run is not None:
        facts += _run(job.run)
    if job.driver is not None:
        facts += _driver(job.driver)
    if job.application is not None:
        facts += _application(job.application)
    return [(name, value) for name, value in facts if value]


def _run(run: Run) -> Facts:
    return [
        ("Error", run.error or ""),
        ("Result", run.value or ""),
        ("Measured", f"{run.seconds:.2f} s" if run.seconds is not None else ""),
        ("Cores", str(run.cores) if run.cores else ""),
        ("Executors", str(run.executors) if run.executors else ""),
        ("Exit status", str(run.status) if run.status is not None else ""),
        *((f"  {name}", value) for name, value in run.parameters.items()),
        ("Started", clock(run.started_at)),
        ("Ended", clock(run.ended_at) if run.ended_at else ""),
        ("Run", run.id),
        ("Stored on", f"{run.node}:{run.folder}"),
    ]


def _driver(driver: ClusterDriver) -> Facts:
    return [
        ("Driver", driver.id),
        ("Why it is waiting", driver.why_waiting or ""),
        ("What to do", driver.fix),
        ("Runs on", driver.node or driver.worker),
        ("Class", driver.main_class),
        ("Cores", str(driver.cores)),
        ("Memory", amount(driver.memory_mib)),
        ("Submitted", clock(driver.submitted_at)),
    ]


def _application(app: Application) -> Facts:
    facts: Facts = [
        ("Application", app.id),
        ("Why it is waiting", app.why_waiting or ""),
        ("What to do", app.fix),
        ("Cores used", str(app.cores) if app.cores else ""),
        (
            "Memory",
            f"{amount(app.memory_per_executor_mib)} an executor"
            if app.memory_per_executor_mib
            else "",
        ),
        ("User", app.user),
        ("Submitted", clock(app.submitted_at)),
        ("Runs for", duration(app.duration_s)),
    ]
    if app.progress is not None:
        p = app.progress
        facts += [
            ("Stages", f"{p.stages_done} of {p.stages} done"),
            ("Tasks", f"{p.tasks_done:,} of {p.tasks:,} done, {p.tasks_active} active"),
            ("Failed tasks", f"{p.tasks_failed:,}" if p.tasks_failed else ""),
            ("Current stage", p.current),
        ]
    return facts
