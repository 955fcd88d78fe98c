"""The list of jobs: what has ended is kept from one snapshot to the next."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from support.plain_cluster import DONE, FULL, NOW, RUNNING, RUNS

from pitui.domain.apps.recorded_run import Run
from pitui.domain.apps.run_state import RunState
from pitui.domain.cluster import Application, ApplicationState
from pitui.domain.snapshot import Snapshot
from pitui.tui.apps.job_rows import ORDERS
from pitui.tui.text.job_list import Job, JobLister
from pitui.tui.text.sorting import Sorting

STATES = (ApplicationState.RUNNING, ApplicationState.FINISHED, ApplicationState.FAILED)


def application(number: int, state: ApplicationState, minute: int) -> Application:
    started = NOW - 60 * minute
    return Application(f"a{number}", f"job {number % 3}", state, 2, 512, started, 9.0, "pi")


def run(number: int, state: RunState, of: int | None) -> Run:
    known = None if of is None else f"a{of}"
    return replace(
        RUNS[0], id=f"r{number}", name=f"job {number % 3}", state=state, application=known,
        started_at=NOW - 600 - number,
    )  # fmt: skip


def snapshot(applications: Sequence[Application]) -> Snapshot:
    listed = sorted(applications, key=lambda one: (not one.state.active, -one.submitted_at))
    return replace(FULL, applications=tuple(listed))


APPLICATIONS = st.lists(
    st.builds(application, st.integers(0, 9), st.sampled_from(STATES), st.integers(0, 5)),
    max_size=8,
    unique_by=lambda one: one.id,
)
STATES_OF_RUNS = st.sampled_from([RunState.RUNNING, RunState.DONE, RunState.FAILED])
RUN_LISTS = st.lists(
    st.builds(run, st.integers(0, 9), STATES_OF_RUNS, st.none() | st.integers(0, 9)),
    max_size=5,
    unique_by=(lambda one: one.id, lambda one: one.application or one.id),
)
TURNS = st.lists(st.tuples(APPLICATIONS, RUN_LISTS, APPLICATIONS), min_size=1, max_size=4)


@given(TURNS)
def test_a_lister_of_many_snapshots_lists_what_one_of_its_own_would(
    turns: Sequence[tuple[list[Application], list[Run], list[Application]]],
) -> None:
    lister = JobLister()
    for listed, runs, past in turns:
        earlier = [replace(one, state=ApplicationState.FINISHED) for one in past]
        for _ in range(2):
            jobs = lister.jobs(snapshot(listed), runs, earlier)
            alone = JobLister().jobs(snapshot(listed), runs, earlier)
            assert [*jobs.items()] == [*alone.items()]
            assert (jobs.active, jobs.aliases) == (alone.active, alone.aliases)


@given(TURNS)
def test_each_application_and_run_is_listed_once_active_ones_first(
    turns: Sequence[tuple[list[Application], list[Run], list[Application]]],
) -> None:
    listed, runs, past = turns[0]
    earlier = [replace(one, state=ApplicationState.FINISHED) for one in past]
    jobs = JobLister().jobs(snapshot(listed), runs, earlier)
    ids = [job.application.id for job in jobs.values() if job.application]
    assert sorted(ids) == sorted({one.id for one in (*listed, *earlier)})
    assert sorted(job.run.id for job in jobs.values() if job.run) == sorted(r.id for r in runs)
    active = [job.active for job in jobs.values()]
    assert active == sorted(active, reverse=True)
    assert [job for job in jobs.values() if job.active] == jobs.active
    for going in (True, False):
        started = [job.started for job in jobs.values() if job.active is going]
        assert started == sorted(started, reverse=True)


@given(TURNS, st.integers(0, len(ORDERS) - 1), st.booleans())
def test_an_order_that_a_person_chose_holds_for_all_jobs(
    turns: Sequence[tuple[list[Application], list[Run], list[Application]]],
    index: int,
    turned: bool,
) -> None:
    lister, sorting = JobLister(), Sorting(index, turned)
    for listed, runs, _ in turns:
        jobs = lister.jobs(snapshot(listed), runs)
        wanted: list[Job] = sorting.apply([*jobs.values()], ORDERS)
        if sorting != Sorting():
            assert [*jobs.sorted(sorting, ORDERS).values()] == wanted


def test_the_list_of_what_has_ended_is_the_same_while_nothing_ends() -> None:
    lister, ended = JobLister(), [replace(DONE, id=f"a{n}") for n in range(3)]
    one = lister.jobs(snapshot([RUNNING, *ended]), ())
    two = lister.jobs(snapshot([replace(RUNNING, duration_s=99.0), *ended]), ())
    assert all(one[f"app:{app.id}"] is two[f"app:{app.id}"] for app in ended)
    assert one.active != two.active
