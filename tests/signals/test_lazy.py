"""Series made from trusted data compute nothing before it is asked for."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from driada_widgets.core.signals.multi import MultiTimeSeries
from driada_widgets.core.signals.series import TimeSeries
from driada_widgets.core.signals.types import TimeSeriesType


class Counted:
    """Gives a value and counts how often it was asked."""

    def __init__(self, value: Any, failures: int = 0) -> None:
        self.value, self.failures, self.calls = value, failures, 0

    def __call__(self) -> Any:
        self.calls += 1
        if self.calls <= self.failures:
            msg = "the disk is away"
            raise OSError(msg)
        return self.value


def test_data_are_made_once() -> None:
    """The function that gives the data is called at the first need, and once."""
    make = Counted(np.arange(300.0))
    series = TimeSeries.from_trusted(make, name="x", discrete=False)

    before = make.calls
    _ = series.discrete, repr(series), series.name
    untouched = make.calls
    _ = series.data, series.scdata, series.type_info, series.copula_normal_data
    after = make.calls

    assert (before, untouched, after) == (0, 0, 1)
    assert series.data is make.value


def test_data_that_failed_may_be_asked_again() -> None:
    """A read that failed leaves the series usable once the disk is back."""
    series = TimeSeries.from_trusted(Counted(np.arange(9.0), failures=1), discrete=False)

    with pytest.raises(OSError, match=r"^the disk is away$"):
        _ = series.data
    assert series.data.size == 9


def test_mask_may_be_made_later() -> None:
    """The mask is made at its first need, and by default allows all frames."""
    mask = Counted(np.arange(50) > 4)
    given = TimeSeries.from_trusted(np.arange(50.0), discrete=False, shuffle_mask=mask)
    free = TimeSeries.from_trusted(np.arange(50.0), discrete=False)

    assert mask.calls == 0
    assert (given.shuffle_mask.sum(), free.shuffle_mask.sum()) == (45, 50)
    assert mask.calls == 1


def test_trusted_data_are_neither_checked_nor_warned_of() -> None:
    """Three frames would give a warning in the constructor; here the caller knows."""
    series = TimeSeries.from_trusted(np.arange(3))

    assert series.type_info.subtype == "count"
    assert series.discrete is True


def test_given_type_spares_the_detection() -> None:
    """With a type nothing is read to tell whether a series is discrete."""
    kind = TimeSeriesType("discrete", "categorical")
    make = Counted(np.arange(9))
    series = TimeSeries.from_trusted(make, type_info=kind)

    assert series.discrete is True
    assert series.type_info is kind
    assert make.calls == 0


def test_block_is_made_once() -> None:
    """Rows, scaled data and scores of a block share one array, made at the first need."""
    make = Counted(np.arange(60.0).reshape(3, 20))
    block = MultiTimeSeries.from_block(make, shape=(3, 20), discrete=False, name="calcium")

    _ = (
        repr(block),
        block.shape,
        block.n_dim,
        block.ts_list[1].name,
        block.labels,
        len(block.ts_list),
    )
    before = make.calls
    _ = block.data, block.scdata, block.ts_list[0].data, block.ts_list[1].data

    assert (before, make.calls) == (0, 1)
    assert block.ts_list[1].data.base is make.value.base or block.ts_list[1].data.base is make.value


def test_components_are_made_one_by_one() -> None:
    """Asking for one neuron makes that one only, and the same one each time."""
    made: list[int] = []

    def component(index: int) -> TimeSeries:
        made.append(index)
        return TimeSeries.from_trusted(np.full(20, index), discrete=False, name=f"cell {index}")

    block = MultiTimeSeries.from_block(
        np.zeros((1000, 20)), shape=(1000, 20), discrete=False, component=component
    )

    assert block.ts_list[7] is block.ts_list[7]
    assert block.ts_list[-1].name == "cell 999"
    assert [one.name for one in block.ts_list[2:4]] == ["cell 2", "cell 3"]
    assert made == [7, 999, 2, 3]
    with pytest.raises(IndexError):
        block.ts_list[1000]


def test_mask_of_a_block_reaches_its_rows() -> None:
    """Views of rows share the block's mask; it is made once."""
    mask = Counted(np.arange(20) > 4)
    block = MultiTimeSeries.from_block(
        np.zeros((3, 20)), shape=(3, 20), discrete=True, shuffle_mask=mask
    )

    assert block.ts_list[2].shuffle_mask is block.shuffle_mask
    assert mask.calls == 1


def test_mask_of_components_is_combined_when_asked() -> None:
    """Without a mask of its own, a block of components allows what all of them allow."""
    frames = np.arange(20)
    masks = [frames > 3, frames < 15]

    def component(index: int) -> TimeSeries:
        return TimeSeries.from_trusted(frames, discrete=False, shuffle_mask=masks[index])

    block = MultiTimeSeries.from_block(
        np.zeros((2, 20)), shape=(2, 20), discrete=False, component=component
    )

    assert block.shuffle_mask.sum() == 11


@pytest.mark.parametrize("make", [lambda a: a, lambda a: lambda: a], ids=["array", "function"])
def test_blocks_pickle(make: Callable[[NDArray[np.float64]], Any]) -> None:
    """A pickle holds the data, not the functions that would have made them."""
    data = np.random.default_rng(0).random((2, 40))
    block = MultiTimeSeries.from_block(make(data), shape=(2, 40), discrete=False, name="xy")

    twin = pickle.loads(pickle.dumps(block))

    np.testing.assert_array_equal(twin.data, data)
    assert [one.name for one in twin.ts_list] == ["xy_0", "xy_1"]
    assert (twin.name, twin.shape, twin.discrete) == ("xy", (2, 40), False)


def test_importing_signals_loads_no_scipy() -> None:
    """Series, detection and transforms need NumPy only until a filter or an entropy is asked."""
    code = (
        "import sys, numpy as np\n"
        "from driada_widgets.core.signals import transforms, detect\n"
        "detect.detect_type(np.arange(99.0))\n"
        "print(sorted({'scipy', 'pandas', 'pywt'} & set(sys.modules)))"
    )

    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "[]"
