"""A quick dataclass is as `dataclasses` would make it."""

import copy
import dataclasses
import pickle
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from pitui.domain import quick_dataclass

MAKERS: list[Callable[..., Any]] = [dataclasses.dataclass, quick_dataclass.dataclass]
KINDS = pytest.mark.parametrize("made_by", MAKERS, ids=["dataclasses", "quick"])


@quick_dataclass.dataclass(frozen=True, slots=True)
class Point:
    """At module level, as pickle finds it."""

    x: int
    y: int = 0


def executor(made_by: Callable[..., Any]) -> Any:
    @made_by(frozen=True, slots=True)
    class Executor:
        """An executor."""

        LIMIT: ClassVar[int] = 3
        id: str
        cores: int = 4
        hosts: list[str] = dataclasses.field(default_factory=list)
        seen: float = dataclasses.field(default=0.0, compare=False, repr=False)
        twice: int = dataclasses.field(init=False)
        node: str = dataclasses.field(default="pi1", kw_only=True)

        def __post_init__(self) -> None:
            object.__setattr__(self, "twice", 2 * self.cores)

    return Executor


@KINDS
def test_fields_are_set_and_have_defaults(made_by: Callable[..., Any]) -> None:
    make = executor(made_by)
    one, other = make("0"), make("1", 2, ["pi2"], 1.5, node="pi3")
    assert (one.id, one.cores, one.hosts, one.seen, one.twice, one.node) == (
        "0", 4, [], 0.0, 8, "pi1",
    )  # fmt: skip
    assert (other.cores, other.hosts, other.twice, other.node) == (2, ["pi2"], 4, "pi3")
    assert make("2").hosts is not one.hosts
    assert make.LIMIT == 3


@KINDS
@pytest.mark.parametrize("arguments", [(), ("0", 1, [], 0.0, "pi1"), ("0", 1, [], 0.0, 8, "pi1")])
def test_what_does_not_fit_is_refused(
    made_by: Callable[..., Any], arguments: tuple[Any, ...]
) -> None:
    with pytest.raises(TypeError):
        executor(made_by)(*arguments)
    with pytest.raises(TypeError):
        executor(made_by)("0", unknown=1)


@KINDS
def test_equal_by_what_is_compared(made_by: Callable[..., Any]) -> None:
    make = executor(made_by)
    assert make("0", seen=1.0) == make("0", seen=2.0)
    assert make("0") != make("1")
    assert make("0") != "0"
    assert repr(make("0", seen=1.0)).endswith(
        "Executor(id='0', cores=4, hosts=[], twice=8, node='pi1')"
    )


@KINDS
def test_frozen(made_by: Callable[..., Any]) -> None:
    one = executor(made_by)("0")
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.cores = 3
    with pytest.raises(dataclasses.FrozenInstanceError):
        del one.cores
    with pytest.raises((dataclasses.FrozenInstanceError, AttributeError, TypeError)):
        one.unknown = 3
    assert not hasattr(one, "__dict__")


@KINDS
def test_what_it_says_itself_stays(made_by: Callable[..., Any]) -> None:
    @made_by(frozen=True, slots=True)
    class Tag:  # noqa: PLW1641 - it has one
        """A tag."""

        name: str

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Tag) and self.name.lower() == other.name.lower()

        def __repr__(self) -> str:
            return self.name

    assert Tag("a") == Tag("A")
    assert hash(Tag("a")) == hash(("a",))
    assert repr(Tag("a")) == "a"


@KINDS
def test_a_class_below_has_all_fields(made_by: Callable[..., Any]) -> None:
    @made_by(frozen=True, slots=True)
    class Above:
        """One field."""

        a: int

    @made_by(frozen=True, slots=True)
    class Below(Above):
        """And another one."""

        b: int = 2

    assert Below(1) == Below(a=1, b=2)
    assert Below(1) != Above(1)
    assert (Below(1).a, Below(1).b) == (1, 2)


def test_values_are_replaced_copied_pickled_and_keys() -> None:
    point = Point(1, 2)
    assert dataclasses.replace(point, y=3) == Point(1, 3)
    assert copy.copy(point) == copy.deepcopy(point) == pickle.loads(pickle.dumps(point)) == point
    assert {point: "a"}[Point(1, 2)] == "a"
    assert dataclasses.asdict(point) == {"x": 1, "y": 2}
    match point:
        case Point(x, y):
            assert (x, y) == (1, 2)
