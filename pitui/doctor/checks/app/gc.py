"""app.gc: much of the tasks' time is garbage collection."""

from pitui.doctor.check import Check, Reads
from pitui.doctor.symptoms.suspect_findings import suspect_findings
from pitui.domain.bottleneck.explanation import SuspectKind

CHECK = Check(
    id="app.gc",
    title="Executors spend much of their time in garbage collection",
    why="Their heap is nearly full: tasks crawl, and in the end the executor dies (code 52)",
    reads=Reads.APPLICATIONS,
    rule=suspect_findings(SuspectKind.GC),
)
