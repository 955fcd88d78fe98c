"""Actions that work anywhere: benchmarks, timeline, palette, the progress panel, quitting."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pitui.tui.base.app_protocol import app_of

if TYPE_CHECKING:
    from pitui.tui.data.data_state import DataState
    from pitui.tui.doctor.doctor_state import DoctorState
    from pitui.tui.main.main_screen import MainScreen
    from pitui.tui.provision.provision_actions import ProvisionActions


class MainActions:
    """Carries them out for the main screen; what each needs is imported with the first."""

    def __init__(self, main: "MainScreen") -> None:
        self._main = main

    @cached_property
    def provisioning(self) -> "ProvisionActions":
        """Opens and applies provisioning runs, and keeps the last one."""
        from pitui.tui.provision.provision_actions import ProvisionActions

        return ProvisionActions(self._main)

    def do_benchmark(self) -> None:
        """Choose a benchmark; its output is followed."""
        from pitui.tui.operations.job_actions import JobActions

        def started(run_id: str) -> None:
            self._main.jobs.select_run(run_id)
            self._main.follow((run_id,))

        JobActions(self._main).benchmark(started)

    def do_timeline(self) -> None:
        """Show what happened."""
        from pitui.tui.main.timeline_screen import TimelineScreen

        timeline = app_of(self._main).services.timeline
        self._main.app.push_screen(TimelineScreen(self._main, timeline))

    @cached_property
    def _data(self) -> "DataState":
        """What is known of the data on the nodes; kept while its screen is closed."""
        from pitui.tui.data.data_state import DataState

        return DataState(app_of(self._main).services.data)

    def do_data(self) -> None:
        """Show which nodes have which data."""
        from pitui.tui.data.data_actions import DataActions
        from pitui.tui.data.data_screen import DataScreen

        main = self._main
        actions = DataActions(main.operations, app_of(main).services.data, self._data)
        self._main.app.push_screen(DataScreen(self._data, actions))

    @cached_property
    def _doctor(self) -> "DoctorState":
        """What the checks found; kept while its screen is closed."""
        from pitui.tui.doctor.doctor_state import DoctorState

        return DoctorState(app_of(self._main).services.doctor)

    def do_doctor(self) -> None:
        """Show what is wrong, that of the node or application under the cursor first."""
        from pitui.tui.doctor.doctor_pane import DoctorPane
        from pitui.tui.doctor.doctor_screen import DoctorScreen

        main, state = self._main, self._doctor
        place = main.panes.focused_pane
        node = main.nodes.cursor if place is main.nodes else None
        location = main.jobs.location() if place is main.jobs else None

        def begin() -> None:
            main.run_worker(state.look(), group="doctor")

        def stop() -> None:
            main.workers.cancel_group(main, "doctor")

        first = node or "", location.app_id if location is not None else ""
        main.app.push_screen(DoctorScreen(state, DoctorPane(state, first, begin, stop)))

    def do_benchmarks(self) -> None:
        """Show the runs of benchmarks."""
        from pitui.tui.benchmarks.benchmarks_screen import BenchmarksScreen

        service = app_of(self._main).services.benchmarks
        self._main.app.push_screen(BenchmarksScreen(service))

    def do_palette(self) -> None:
        """Open the palette."""
        from textual.command import CommandPalette

        from pitui.tui.main.command_palette import ActionProvider

        palette = CommandPalette([ActionProvider], placeholder="Find an action")
        self._main.app.push_screen(palette)

    def do_progress(self) -> None:
        """Focus the progress panel, or hide it if it has the focus."""
        progress = self._main.progress
        if progress.has_focus:
            self.hide_progress()
        elif self._main.operations.listed:
            progress.display = True
            progress.focus()
        else:
            self._main.footer.say("no actions yet")

    def hide_progress(self) -> None:
        """Hide the progress panel, and return to the pane beside it."""
        self._main.progress.display = False
        self._main.panes.focused_pane.focus()

    def do_quit(self) -> None:
        """Step back once, or quit if there is nothing to step back from."""
        if not self._main.history.step_back():
            self._quit()

    def do_reload(self) -> None:
        """Load the configuration file again, and start anew with it."""
        file = app_of(self._main).config_file
        if file is None:
            self._main.footer.say("there is no configuration file to load")
            return
        self._main.footer.say(f"reading {file.name} …")
        self._main.run_worker(self._reload(file), group="reload", exclusive=True)

    async def _reload(self, file: Path) -> None:
        from pitui.config.load import load_config
        from pitui.domain.concurrency.disk_thread import DiskThread
        from pitui.domain.errors import PituiError

        app = app_of(self._main)
        try:
            config = await DiskThread(file.name, reads=True).do(load_config, file)
        except PituiError as error:
            self._main.app.notify(error.message, severity="error", markup=False)
            return
        if config == app.config:
            self._main.footer.say("the configuration has not changed")
            return

        def end() -> None:
            app.next_config = config
            self._main.app.exit()

        self._leave("Load the configuration now?", "Reload", end)

    def _quit(self) -> None:
        """Quit; asks where an action is not over."""
        self._leave("Quit now?", "Quit", self._main.app.exit)

    def _leave(self, asked: str, verb: str, end: Callable[[], object]) -> None:
        main = self._main
        running = [operation.title for operation in main.operations.running]
        app = app_of(main)
        watched = app.services.runs.watched_benchmarks() if app.started else ()
        if not running and not watched:
            end()
            return
        from pitui.tui.base.dialogs.confirm import Question

        effects = ["Actions in progress may be left half done."] if running else []
        if watched:
            effects.append(
                "A benchmark goes on without pitui: it is no longer recorded, nothing stops it"
                " before a node runs out of memory or disk, and its data stays on the nodes until"
                " `pitui disk --clean`."
            )
        titles = [*running, *(f"Benchmark {name}" for name in watched)]
        main.operations.confirm(Question(asked, verb, titles, effects), end)
