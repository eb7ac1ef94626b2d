"""``MultiTimeSeries`` as people make it."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_array

from driada_widgets.core.errors import LoaderError
from driada_widgets.core.signals.multi import MultiTimeSeries
from driada_widgets.core.signals.scaling import gaussian_copula, minmax_scale
from driada_widgets.core.signals.series import TimeSeries

FRAMES = 200


@pytest.fixture
def rows(rng: np.random.Generator) -> NDArray[np.float64]:
    """Give three walks."""
    walks: NDArray[np.float64] = np.cumsum(rng.normal(size=(3, FRAMES)), axis=1)
    return walks


def _series(data: Any, *, discrete: bool = False, **kwargs: Any) -> TimeSeries:
    return TimeSeries(data, discrete=discrete, **kwargs)


def test_list_keeps_its_objects(rows: NDArray[np.float64]) -> None:
    """The components are the given objects; those without a name get one."""
    parts = [_series(rows[0], name="x"), _series(rows[1])]

    multi = MultiTimeSeries(parts, name="place")

    assert all(kept is given for kept, given in zip(multi.ts_list, parts, strict=True))
    assert [part.name for part in parts] == ["x", "place_1"]
    assert multi.discrete is False
    np.testing.assert_array_equal(multi.data, rows[:2])


def test_unnamed_components_stay_unnamed_without_a_name(rows: NDArray[np.float64]) -> None:
    """Nothing is named after nothing."""
    assert MultiTimeSeries(rows, discrete=False).ts_list[0].name is None


def test_array_gives_views_of_its_rows(rows: NDArray[np.float64]) -> None:
    """Components of an array are views of it: no row is copied."""
    multi = MultiTimeSeries(rows, discrete=False, name="place")

    assert multi.data is rows
    assert np.shares_memory(multi.ts_list[2].data, rows)
    assert [part.name for part in multi.ts_list] == ["place_0", "place_1", "place_2"]
    assert multi.ts_list[0].type_info.confidence == 1.0


def test_attributes_are_the_documented_ones(rows: NDArray[np.float64]) -> None:
    """Sizes, labels and the things kept as given are there under their names."""
    multi = MultiTimeSeries(rows, discrete=False, distmat="d", data_name="n")

    assert (multi.n_dim, multi.n_points, multi.shape) == (3, FRAMES, (3, FRAMES))
    assert (multi.distmat, multi.data_name, multi.name, multi.ds) == ("d", "n", None, 1)
    assert multi.labels.tolist() == [0.0] * FRAMES
    assert multi.shuffle_mask.all()
    assert multi.entropy == {}
    assert multi.rescale_rows is False
    assert not hasattr(multi, "type_info")
    assert not hasattr(multi, "int_data")


def test_derived_data_are_those_of_the_components(rows: NDArray[np.float64]) -> None:
    """Scaling and scores work row by row."""
    multi = MultiTimeSeries(rows, discrete=False)

    assert multi.copula_normal_data is not None
    for index, part in enumerate(multi.ts_list):
        np.testing.assert_array_equal(multi.scdata[index], part.scdata)
        np.testing.assert_array_equal(multi.scdata[index], minmax_scale(rows[index]))
        np.testing.assert_array_equal(multi.copula_normal_data[index], gaussian_copula(rows[index]))


def test_discrete_rows_have_whole_numbers() -> None:
    """Discrete rows are rounded, and have no scores."""
    multi = MultiTimeSeries(np.array([[0.6, 1, 2], [1, 1.4, 3]]), discrete=True)

    assert multi.int_data.tolist() == [[1, 1, 2], [1, 1, 3]]
    assert multi.copula_normal_data is None


def test_downsampling_leaves_scaled_data_and_mask_alone(rows: NDArray[np.float64]) -> None:
    """Only ``data`` and ``labels`` get shorter; rescaling sees what is kept."""
    multi = MultiTimeSeries(rows, discrete=False, downsampling=3, rescale_rows=True)

    assert multi.data.shape == multi.shape == (3, 67)
    assert multi.labels.shape == (67,)
    assert multi.scdata.shape == (3, FRAMES)
    assert multi.shuffle_mask.shape == (FRAMES,)
    assert multi.ts_list[0].data.shape == (FRAMES,)
    np.testing.assert_array_equal(multi.data, minmax_scale(rows[:, ::3]))


def test_masks_are_combined(rows: NDArray[np.float64]) -> None:
    """A frame is allowed where every component allows it; a given mask wins."""
    frames = np.arange(FRAMES)
    parts = [
        _series(rows[0], shuffle_mask=frames > 19),
        _series(rows[1], shuffle_mask=frames < 150),
    ]

    assert MultiTimeSeries(parts).shuffle_mask.sum() == 130
    assert MultiTimeSeries(parts, shuffle_mask=frames % 2).shuffle_mask.sum() == 100


def test_sparse_rows_are_made_dense() -> None:
    """Spike matrices may come sparse."""
    multi = MultiTimeSeries(csr_array(np.eye(3, 50) + 0), discrete=True, allow_zero_columns=True)

    assert multi.data.sum() == 3


ROW = np.arange(1.0, 51.0)
BAD: dict[str, tuple[Any, dict[str, Any], str]] = {
    "1-D array": (
        ROW,
        {"discrete": False},
        "When providing numpy array, it must be 2D with shape (n_series, n_timepoints)",
    ),
    "undeclared": (
        np.array([ROW]),
        {},
        "When providing numpy array, 'discrete' parameter must be specified",
    ),
    "not series": ([ROW], {}, "Input to MultiTimeSeries must be iterable of TimeSeries"),
    "number": (3, {}, "Input to MultiTimeSeries must be iterable of TimeSeries"),
    "lengths": (
        [_series(ROW), _series(ROW[:-1])],
        {},
        "All TimeSeries must have the same length",
    ),
    "mixed": (
        [_series(ROW), _series(ROW, discrete=True)],
        {},
        "All components of MultiTimeSeries must be either continuous or discrete (no mixing)",
    ),
    "zero columns": (
        np.array([[0, 0, 1], [0, 0, 2]]),
        {"discrete": True},
        "Data contains 2 zero columns (all values are 0). This can cause issues in dimensionality "
        "reduction. Consider removing these columns, adding small noise, or set "
        "allow_zero_columns=True.",
    ),
    "no frame": (
        [_series(ROW, shuffle_mask=ROW < 20), _series(ROW, shuffle_mask=ROW > 30)],
        {},
        "Combined shuffle_mask has NO valid positions for shuffling! This typically happens when "
        "combining many neurons with restrictive individual masks. Consider providing an explicit "
        "shuffle_mask parameter to MultiTimeSeries.",
    ),
    "labels": (
        np.array([ROW]),
        {"discrete": False, "labels": [1, 2], "downsampling": 2},
        "Labels length (2) must match number of points after downsampling (25)",
    ),
    "mask": (
        np.array([ROW]),
        {"discrete": False, "shuffle_mask": [1, 0]},
        "Shuffle mask must have same length as data",
    ),
    "nan": (
        np.array([ROW, ROW * math.nan]),
        {"discrete": False},
        "Time series contains NaN values",
    ),
    "empty list": ([], {}, "MultiTimeSeries needs at least one series"),
    "no rows": (
        np.empty((0, 9)),
        {"discrete": False},
        "MultiTimeSeries needs at least one series",
    ),
    "downsampling": (
        np.array([ROW]),
        {"discrete": False, "downsampling": 0},
        "Downsampling factor ds must be a positive integer, got 0",
    ),
}
"""By name: input, options, message."""


@pytest.mark.parametrize("key", BAD)
def test_bad_input_is_refused(key: str) -> None:
    """Each check has its documented text, in a ``ValueError`` of the loader's family."""
    data, options, message = BAD[key]

    with pytest.raises(ValueError, match=r".") as caught:
        MultiTimeSeries(data, **options)

    assert message == str(caught.value)
    assert isinstance(caught.value, LoaderError)


def test_zero_columns_may_be_allowed() -> None:
    """Spikes are mostly zero: a caller may say so."""
    multi = MultiTimeSeries(np.zeros((2, 9)), discrete=True, allow_zero_columns=True)

    assert not multi.data.any()


def test_restrictive_masks_are_warned_of(rows: NDArray[np.float64]) -> None:
    """Less than a tenth of the frames left is said, with the numbers."""
    parts = [_series(rows[0], shuffle_mask=np.arange(FRAMES) < 15), _series(rows[1])]

    with pytest.warns(UserWarning, match=r"extremely restrictive: only 15/200 \(7\.5%\)"):
        MultiTimeSeries(parts)


def test_a_given_empty_mask_is_only_warned_of(rows: NDArray[np.float64]) -> None:
    """A person may give a mask without any frame; it is kept."""
    with pytest.warns(UserWarning, match=r"^Provided shuffle_mask has no valid positions for shuf"):
        multi = MultiTimeSeries(rows, discrete=False, shuffle_mask=np.zeros(FRAMES))

    assert not multi.shuffle_mask.any()


def test_filter_drops_names_and_keeps_the_mask(rows: NDArray[np.float64]) -> None:
    """Rows are filtered one by one; the result is nameless."""
    mask = np.arange(FRAMES) > 9
    multi = MultiTimeSeries(rows, discrete=False, name="place", shuffle_mask=mask)

    smoothed = multi.filter(sigma=2)

    np.testing.assert_allclose(smoothed.data[1], multi.ts_list[1].filter(sigma=2).data)
    assert (smoothed.name, smoothed.ts_list[0].name) == (None, None)
    assert smoothed.shuffle_mask.sum() == FRAMES - 10


def test_filtering_levels_warns() -> None:
    """Discrete rows can be filtered, but not silently."""
    multi = MultiTimeSeries(np.ones((2, 30), int), discrete=True)

    with pytest.warns(UserWarning, match=r"^Filtering discrete MultiTimeSeries may produce"):
        multi.filter()


def test_joint_entropy() -> None:
    """Two independent levels of two and four values have three bits, a copy adds none."""
    two, four = np.arange(400) % 2, np.arange(400) // 2 % 4

    independent = MultiTimeSeries(np.array([two, four]), discrete=True, allow_zero_columns=True)
    repeated = MultiTimeSeries(np.array([four, four]), discrete=True, allow_zero_columns=True)

    assert independent.get_entropy() == pytest.approx(3.0)
    assert repeated.get_entropy() == pytest.approx(2.0)
    independent.clear_caches()
    assert independent.entropy == {}


def test_joint_entropy_of_three_levels_is_not_there() -> None:
    """Three discrete rows are refused, as in driada."""
    multi = MultiTimeSeries(np.ones((3, 9)), discrete=True)

    with pytest.raises(NotImplementedError, match=r"^Joint entropy for 3 discrete variables is"):
        multi.get_entropy()


def test_many_neurons_cost_no_objects(rng: np.random.Generator) -> None:
    """A wide array makes no component, mask or warning until one is asked for."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        multi = MultiTimeSeries(rng.random((2000, 10)), discrete=False, name="calcium")

    assert repr(multi.ts_list) == "<2000 TimeSeries>"
    assert repr(multi) == "<MultiTimeSeries 'calcium', 2000 x 10>"
    assert multi.ts_list[1999].name == "calcium_1999"
