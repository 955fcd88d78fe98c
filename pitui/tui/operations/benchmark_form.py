"""The form that offers the benchmarks with their parameters."""

from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from pitui.bench.suites import BENCHMARKS, Benchmark
from pitui.domain.errors import UsageError
from pitui.tui.base.dialogs.dialog import Dialog
from pitui.tui.widgets.labelled_field import labelled_field

BenchmarkChoice = tuple[str, dict[str, str]]


class BenchmarkScreen(Dialog[BenchmarkChoice]):
    """Answers with the benchmark's name and its checked parameters."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
        Binding("ctrl+s", "start", show=False),
    ]
    TITLE_TEXT = "Benchmark"
    KEYS_TEXT = "Enter start  Tab parameters  Esc cancel"
    AUTO_FOCUS = "OptionList"

    def __init__(self) -> None:
        super().__init__()
        self._chosen = next(iter(BENCHMARKS.values()))

    def content(self) -> list[Widget]:
        """Return the list, a form for each benchmark, and the buttons."""
        options = [Option(Text(b.title), id=name) for name, b in BENCHMARKS.items()]
        forms = [_form(benchmark) for benchmark in BENCHMARKS.values()]
        buttons = Horizontal(
            Button("Start", id="start", compact=True),
            Button("Cancel", id="cancel", compact=True),
            classes="buttons",
        )
        return [
            OptionList(*options, compact=True),
            *forms,
            Static("", id="complaint", markup=False),
            buttons,
        ]

    def on_mount(self) -> None:
        """Show the form of the first."""
        self._choose(self._chosen.name)

    def _choose(self, name: str) -> None:
        self._chosen = BENCHMARKS[name]
        for form in self.query(".form"):
            form.display = form.id == f"form-{name}"

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show the form of another benchmark."""
        if event.option_id is not None:
            self._choose(event.option_id)

    def on_option_list_option_selected(self) -> None:
        """Start it with the parameters that stand there."""
        self.action_start()

    def on_input_submitted(self) -> None:
        """Start it."""
        self.action_start()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Start or leave."""
        if event.button.id == "start":
            self.action_start()
        else:
            self.dismiss(None)

    def action_start(self) -> None:
        """Check the parameters and answer; say what does not fit."""
        benchmark = self._chosen
        fields = {p.name: self.query_one(f"#{_id(benchmark, p.name)}", Input).value
                  for p in benchmark.parameters}  # fmt: skip
        try:
            values = benchmark.check(fields)
        except UsageError as error:
            self.query_one("#complaint", Static).update(Text(str(error)))
            return
        self.dismiss((benchmark.name, values))


def _id(benchmark: Benchmark, parameter: str) -> str:
    return f"{benchmark.name}-{parameter}"


def _form(benchmark: Benchmark) -> Vertical:
    rows = [
        labelled_field(p.title, _id(benchmark, p.name), p.default, note=p.help)
        for p in benchmark.parameters
    ]
    about = Static(Text(benchmark.description), classes="about")
    return Vertical(about, *rows, classes="form", id=f"form-{benchmark.name}")
