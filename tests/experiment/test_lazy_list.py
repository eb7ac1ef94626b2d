from __future__ import annotations

import copy

import pytest

from driada_widgets.core.experiment.lazy_list import LazyList


@pytest.fixture
def made() -> list[int]:
    """Collect the indices of items that were made."""
    return []


@pytest.fixture
def squares(made: list[int]) -> LazyList[int]:
    """Give a list of five squares that says which were made."""

    def make(index: int) -> int:
        made.append(index)
        return index**2

    return LazyList(5, make)


def test_nothing_is_made_before_it_is_asked_for(squares: LazyList[int], made: list[int]) -> None:
    """Length and text must not make items."""
    assert (len(squares), repr(squares), made) == (5, "<list of 5, 0 of them made>", [])


def test_items_are_made_once(squares: LazyList[int], made: list[int]) -> None:
    """An item must be the same each time, also from the end."""
    assert (squares[3], squares[-2], made) == (9, 9, [3])


def test_slices_are_lists(squares: LazyList[int], made: list[int]) -> None:
    """A slice must make only its items."""
    assert (squares[1:4:2], made) == ([1, 9], [1, 3])


def test_it_iterates_and_compares_like_a_list(squares: LazyList[int]) -> None:
    """Iteration, membership, order and equality must be those of a list."""
    as_list = [0, 1, 4, 9, 16]

    assert list(squares) == as_list
    assert list(reversed(squares)) == as_list[::-1]
    assert squares == as_list
    assert squares != as_list[:-1]
    assert squares != "01"
    assert (9 in squares, squares.index(16), squares.count(4)) == (True, 4, 1)


def test_items_can_be_replaced(squares: LazyList[int], made: list[int]) -> None:
    """A replaced item must stay, and must not be made."""
    squares[-1] = 100

    assert (squares[4], made, squares.made) == (100, [], {4: 100})


@pytest.mark.parametrize("index", [5, -6])
def test_indices_outside_are_refused(squares: LazyList[int], index: int) -> None:
    """An index outside must be refused as a list does."""
    with pytest.raises(IndexError, match="list index out of range"):
        squares[index]


def test_copies_are_ordinary_lists(squares: LazyList[int]) -> None:
    """A copy must not need what makes the items."""
    assert copy.deepcopy(squares) == [0, 1, 4, 9, 16]
