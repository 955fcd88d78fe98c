"""A first configuration as it is put together: machines that are proposed, tried and taken."""

from collections.abc import Sequence
from dataclasses import dataclass

from pitui.config import validators
from pitui.config.addresses import parse_address
from pitui.config.new_config import Answers, NewNode, free_node_name, parse_node
from pitui.domain.errors import LinkError, PituiError, UsageError
from pitui.services.nodes.discovery import Proposal
from pitui.spark.detect_spark import FirstLook

ADDED = "added here"


@dataclass
class Candidate:
    """A machine that may become a node, and what came of the last try to reach it."""

    proposal: Proposal
    taken: bool = False
    trying: bool = False
    look: FirstLook | None = None
    error: PituiError | None = None

    @property
    def name(self) -> str:
        """What its node is to be called."""
        return self.proposal.name

    @property
    def asks(self) -> bool:
        """Whether it can be reached once a person has answered a question about its host key."""
        failure = self.error.failure if isinstance(self.error, LinkError) else None
        return failure is not None and failure.value == "host key unknown"


class FirstSetup:
    """What was chosen so far."""

    def __init__(self, proposals: Sequence[Proposal]) -> None:
        self.candidates = [Candidate(proposal) for proposal in proposals]
        self.cluster = "spark"
        self.user = ""
        self.master = self.candidates[0].name
        self.candidates[0].taken = True

    def candidate(self, name: str) -> Candidate:
        """Return a machine by name."""
        return next(one for one in self.candidates if one.name == name)

    def found(self, name: str, look: FirstLook) -> None:
        """Note what a machine said; one that has a Spark is most likely meant, and is taken."""
        one = self.candidate(name)
        one.taken = one.taken or (one.look is None and look.spark_home is not None)
        one.look, one.error, one.trying = look, None, False

    def failed(self, name: str, error: PituiError) -> None:
        """Note why a machine was not reached."""
        one = self.candidate(name)
        one.look, one.error, one.trying = None, error, False

    def toggle(self, name: str) -> None:
        """Take a machine, or leave it out.

        Raises:
            UsageError: it is to run the master.
        """
        one = self.candidate(name)
        if one.taken and name == self.master:
            raise UsageError(
                f"{name} will run the master; press m on another machine to change that"
            )
        one.taken = not one.taken

    def make_master(self, name: str) -> None:
        """Let a machine run the master; it is taken with that."""
        self.master = name
        self.candidate(name).taken = True

    def add(self, text: str, machine: str) -> Candidate:
        """Add and take a machine: NAME=HOST or [USER@]HOST[:PORT].

        Raises:
            UsageError: it is not of that form, or is there already.
        """
        names = [one.name for one in self.candidates]
        if "=" in text:
            name, address = parse_node(text)
        else:
            address = parse_address(text)
            name = free_node_name(address, machine, names)
        if name in names or any(one.proposal.address == address for one in self.candidates):
            raise UsageError(f"{text} is already in the list")
        self.candidates.append(Candidate(Proposal(name, address, ADDED), taken=True))
        return self.candidates[-1]

    def answers(self) -> Answers:
        """Return what was chosen; a machine that is alone is master and worker.

        Raises:
            UsageError: the user's name cannot be one.
        """
        if self.user and (wrong := validators.user_problem(self.user)):
            raise UsageError(wrong)
        taken = [one for one in self.candidates if one.taken]
        alone = len(taken) == 1
        nodes = tuple(NewNode(one.name, one.proposal.address, alone) for one in taken)
        return Answers(self.cluster or "spark", self.master, nodes, self.user or None)
