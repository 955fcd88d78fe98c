"""Orders in which rows can be sorted by a person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Order(Generic[T]):
    """A way to sort: what decides, and whether the greatest comes first at first."""

    title: str
    key: Callable[[T], Any]
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Sorting:
    """Which of a table's orders holds."""

    index: int = 0
    turned: bool = False

    def next(self, orders: Sequence[Order[T]]) -> "Sorting":
        """Return the next order, in its own direction."""
        return Sorting((self.index + 1) % len(orders))

    def turn(self) -> "Sorting":
        """Return the same order the other way round."""
        return Sorting(self.index, not self.turned)

    def apply(self, items: Sequence[T], orders: Sequence[Order[T]]) -> list[T]:
        """Return the items in this order; equal ones stay as they were."""
        order = orders[self.index]
        return sorted(items, key=order.key, reverse=self.descending(order))

    def descending(self, order: Order[T]) -> bool:
        """Whether the greatest comes first."""
        return order.descending is not self.turned

    def words(self, orders: Sequence[Order[T]]) -> str:
        """Return what to call it; empty for the order that holds at first."""
        if self == Sorting():
            return ""
        order = orders[self.index]
        return f"by {order.title} {'↓' if self.descending(order) else '↑'}"
