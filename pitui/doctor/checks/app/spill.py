"""app.spill: tasks have too little memory, and write what does not fit to the disk."""

from pitui.doctor.check import Check, Reads
from pitui.doctor.symptoms.suspect_findings import suspect_findings
from pitui.domain.bottleneck.explanation import SuspectKind

CHECK = Check(
    id="app.spill",
    title="Tasks spill to the disk what does not fit into memory",
    why="A card writes a few MiB a second, and is worn out by it",
    reads=Reads.APPLICATIONS,
    rule=suspect_findings(SuspectKind.SPILL),
)
