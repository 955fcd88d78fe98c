"""What looks wrong inside applications, as findings: of the suspects that pitui has anyway."""

from collections.abc import Callable, Iterator

from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding
from pitui.doctor.severity import FindingSeverity
from pitui.domain.bottleneck.explanation import Suspect, SuspectKind
from pitui.domain.cluster import ApplicationState
from pitui.domain.text.number_words import took

_MUCH, _MUCH_SECONDS = 0.2, 10.0
"""Of the time of an application that runs, from which on something should be done now."""
_WORTH, _WORTH_SECONDS = 0.02, 0.5


def suspect_findings(*kinds: SuspectKind) -> Callable[[Evidence], Iterator[Finding]]:
    """Return the rule that finds suspects of some kinds, one a stage."""

    def rule(evidence: Evidence) -> Iterator[Finding]:
        for one in evidence.apps.values():
            seconds = one.record.seconds if one.record is not None else 0.0
            for suspect in one.suspects:
                least = max(_WORTH_SECONDS, _WORTH * seconds)
                if suspect.kind in kinds and suspect.saves_seconds >= least:
                    much = suspect.saves_seconds >= max(_MUCH_SECONDS, _MUCH * seconds)
                    runs = one.app.state is ApplicationState.RUNNING
                    yield Finding(
                        FindingSeverity.WARNING if much and runs else FindingSeverity.INFO,
                        f"{one.app.name}{_of_which_stage(suspect)}: {_what_is_so(suspect.text)}",
                        _advice(suspect.text) or f"pitui jobs {one.app.id}",
                        application=one.app.id,
                        about=f"{suspect.kind} {suspect.stage}",
                        detail=f"it would take {took(suspect.saves_seconds)} less without, of "
                        f"{took(seconds)}",
                    )

    return rule


def _of_which_stage(suspect: Suspect) -> str:
    return "" if suspect.stage is None else f", stage {suspect.stage}"


def _what_is_so(text: str) -> str:
    return text.partition(". ")[0].rstrip(".")


def _advice(text: str) -> str:
    return text.partition(". ")[2].rstrip(".")
