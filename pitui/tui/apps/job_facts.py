"""A job's details, as name and value pairs."""

from pitui.domain.apps.recorded_run import Run
from pitui.domain.cluster import Application
from pitui.domain.spark_driver import ClusterDriver
from pitui.tui.apps.job_rows import job_state_cell
from pitui.tui.text.facts import Facts, local_time
from pitui.tui.text.job_list import Job
from pitui.tui.text.number_format import amount, duration


def job_facts(job: Job) -> Facts:
    """Return (name, value) pairs, the most important first."""
    facts: Facts = [("Job", job.name), ("State", job_state_cell(job).text)]
    if job.run is not None:
        facts += _run_facts(job.run)
    if job.driver is not None:
        facts += _driver_facts(job.driver)
    if job.application is not None:
        facts += _application_facts(job.application)
    return [(name, value) for name, value in facts if value]


def _run_facts(run: Run) -> Facts:
    return [
        ("Error", run.error or ""),
        ("Result", run.value or ""),
        ("Measured", f"{run.seconds:.2f} s" if run.seconds is not None else ""),
        ("Cores", str(run.cores) if run.cores else ""),
        ("Executors", str(run.executors) if run.executors else ""),
        ("Exit status", str(run.status) if run.status is not None else ""),
        *((f"  {name}", value) for name, value in run.parameters.items()),
        ("Started", local_time(run.started_at)),
        ("Ended", local_time(run.ended_at) if run.ended_at else ""),
        ("Run", run.id),
        ("Stored on", f"{run.node}:{run.folder}"),
    ]


def _driver_facts(driver: ClusterDriver) -> Facts:
    return [
        ("Driver", driver.id),
        ("Why it is waiting", driver.why_waiting or ""),
        ("What to do", driver.fix),
        ("Runs on", driver.node or driver.worker),
        ("Class", driver.main_class),
        ("Cores", str(driver.cores)),
        ("Memory", amount(driver.memory_mib)),
        ("Submitted", local_time(driver.submitted_at)),
    ]


def _application_facts(app: Application) -> Facts:
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
        ("Submitted", local_time(app.submitted_at)),
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
