"""app.skew: a stage waits for a few tasks with more data than the others, or on a slow node."""

from pitui.doctor.check import Check, Reads
from pitui.doctor.symptoms.suspect_findings import suspect_findings
from pitui.domain.bottleneck.explanation import SuspectKind

CHECK = Check(
    id="app.skew",
    title="A few tasks of a stage take much longer than the others",
    why="A stage ends with its last task: all other cores wait for it",
    reads=Reads.APPLICATIONS,
    rule=suspect_findings(SuspectKind.SKEW, SuspectKind.STRAGGLERS),
)
