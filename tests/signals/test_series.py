"""``TimeSeries`` as people make it: checks, types, and what is derived."""

from __future__ import annotations

import copy
import hashlib
import math
import pickle
import warnings
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import coo_array

from driada_widgets.core.errors import DataTypeError, LoaderError
from driada_widgets.core.signals.series import TimeSeries
from driada_widgets.core.signals.types import TimeSeriesType
from tests.golden_cases import Case, cases

AMBIGUOUS = next(case for case in cases("types") if case.id == "S_T22_ambiguous_ints")


@pytest.mark.parametrize("case", cases("series"), ids=str)
def test_series_is_that_of_the_reference(case: Case) -> None:
    """Description, data, scaled data, whole numbers and scores agree with driada's."""
    series = TimeSeries(case.inputs["x"], **case.call["kwargs"])
    expected, arrays = case.value, case.expected_arrays

    assert (expected["discrete"], expected["name"]) == (series.discrete, series.name)
    assert (expected["shape"], expected["dtype"]) == ([*series.data.shape], str(series.data.dtype))
    assert expected["is_binary"] == series.is_binary
    assert expected["n_valid_mask"] == int(series.shuffle_mask.sum())
    for field, value in expected["type"].items():
        assert value == getattr(series.type_info, field)
    np.testing.assert_array_equal(series.data, arrays["x|data"])
    np.testing.assert_allclose(series.scdata, arrays["x|scdata"], atol=2e-7)
    if "x|copula" in arrays:
        assert series.copula_normal_data is not None
        # Equal values share their ranks in an order that the reference leaves open.
        order = np.lexsort((series.copula_normal_data, series.data))
        expected_order = np.lexsort((arrays["x|copula"], series.data))
        np.testing.assert_allclose(
            series.copula_normal_data[order], arrays["x|copula"][expected_order], atol=1e-3
        )
    if "int_data_sha" in expected:
        assert expected["int_data_sha"] == _sha(series.int_data)


def _sha(array: NDArray[Any]) -> str:
    header = repr(array.shape) + array.dtype.str
    return hashlib.sha256(header.encode() + array.tobytes()).hexdigest()


@pytest.mark.parametrize(
    ("data", "mask", "message"),
    [
        (5, None, "Time series must be 1D, got shape ()"),
        (np.ones((2, 3)), None, "Time series must be 1D, got shape (2, 3)"),
        ([1.0], None, "Time series must have at least 2 points"),
        ([], None, "Time series must have at least 2 points"),
        ([1.0, math.nan], None, "Time series contains NaN values"),
        ([1.0, math.nan, math.inf], None, "Time series contains NaN values"),
        ([1.0, -math.inf], None, "Time series contains infinite values"),
        ([1.0, 2.0], [1], "Shuffle mask must have same length as data"),
        ([1.0, 2.0], [[1, 1]], "Shuffle mask must have same length as data"),
        ([1.0, 2.0], [0, 2], "Shuffle mask must contain only 0s and 1s"),
        (["a", "b"], None, "Data must be numeric, got dtype: <U1"),
        ([1j, 2.0], None, "Data must be numeric, got dtype: complex128"),
        (np.zeros(2, "M8[s]"), None, "Data must be numeric, got dtype: datetime64[s]"),
        ([None, 1.0], None, "Data must be numeric, got dtype: object"),
    ],
    ids=str,
)
def test_bad_input_is_refused(data: Any, mask: Any, message: str) -> None:
    """Each check has its documented text, in a ``ValueError`` of the loader's family."""
    with pytest.raises(ValueError, match=r".") as caught:
        TimeSeries(data, shuffle_mask=mask)

    assert message == str(caught.value)
    assert isinstance(caught.value, LoaderError)


def test_unknown_word_is_refused() -> None:
    """A misspelt type stops the series instead of being guessed."""
    with pytest.raises(ValueError, match=r"^Unknown type string 'linaer'\. Must be one of: bin"):
        TimeSeries(np.arange(50.0), ts_type="linaer")


def test_array_is_kept_without_a_copy() -> None:
    """The given array is the data, whatever its dtype."""
    data = np.arange(100, dtype=np.int16)

    assert TimeSeries(data, discrete=True).data is data


def test_sparse_data_are_made_dense() -> None:
    """A one-dimensional sparse array is as good as a dense one."""
    assert TimeSeries(coo_array(np.eye(60)[3]), discrete=True).data[3] == 1.0


def test_boolean_data_are_binary() -> None:
    """A boolean lick trace loads as a binary series of zeros and ones."""
    lick = TimeSeries(np.arange(90) % 3 == 0, name="lick")

    assert (lick.type_info.primary_type, lick.type_info.subtype) == ("discrete", "binary")
    assert lick.data.dtype == bool
    assert lick.is_binary
    assert lick.int_data.sum() == 30
    assert lick.scdata.dtype == np.float64


def test_given_type_is_used_as_it_is() -> None:
    """A type object wins over ``discrete`` and stays the same object."""
    kind = TimeSeriesType("continuous", "circular", is_circular=True, circular_period=1.0)

    series = TimeSeries(np.arange(50) % 2, discrete=True, ts_type=kind)

    assert series.type_info is kind
    assert series.discrete is False


def test_word_wins_over_the_flag() -> None:
    """``ts_type`` decides when both are given, and its range rule finds the period."""
    series = TimeSeries(np.linspace(0, 359, 90), discrete=True, ts_type="Angle")

    assert series.discrete is False
    assert series.type_info.circular_period == 360
    assert series.type_info.metadata == {"n_unique": 90, "n_samples": 90, "user_specified": True}


@pytest.mark.parametrize(
    ("data", "subtype"),
    [
        (np.arange(100) % 2, "binary"),
        (np.arange(100) // 3, "count"),
        (np.sin(np.arange(100) * 1.7), None),
        (np.repeat([0.5, 0.7], 50), "binary"),
    ],
    ids=["binary", "count", "continuous", "two levels"],
)
def test_declared_discrete(data: NDArray[Any], subtype: str | None) -> None:
    """A person's *discrete* keeps the detected subtype where it fits, else none."""
    kind = TimeSeries(data, discrete=True).type_info

    assert (kind.primary_type, kind.subtype, kind.confidence) == ("discrete", subtype, 1.0)
    assert (kind.is_circular, kind.circular_period) == (False, None)
    assert kind.metadata["user_specified_discrete"] is True
    assert set(kind.metadata) == {"n_unique", "n_samples", "user_specified_discrete"}


def test_declared_discrete_of_an_angle_has_no_period() -> None:
    """An angle that a person calls discrete is not circular, and keeps no subtype."""
    kind = TimeSeries(np.arange(500) * 0.13 % (2 * math.pi), discrete=True).type_info

    assert (kind.subtype, kind.is_circular, kind.circular_period) == (None, False, None)


@pytest.mark.parametrize(
    ("data", "subtype", "period"),
    [
        (np.arange(100) % 2, "linear", None),
        (np.arange(500) * 0.13 % (2 * math.pi), "circular", 2 * math.pi),
        (AMBIGUOUS.inputs["x"], None, None),
    ],
    ids=["levels", "angle", "ambiguous"],
)
def test_declared_continuous(data: NDArray[Any], subtype: str | None, period: float | None) -> None:
    """A person's *continuous* takes circularity and subtype from the data where they fit."""
    kind = TimeSeries(data, discrete=False).type_info

    assert (kind.primary_type, kind.subtype, kind.confidence) == ("continuous", subtype, 1.0)
    assert period == kind.circular_period
    assert kind.is_circular == (period is not None)


def test_ambiguous_detection_warns_at_once() -> None:
    """The warning belongs to the constructor's call and gives both scores."""
    expected = (
        "Time series type is ambiguous (confidence: 0.50). Detected scores: discrete=0.50, "
        "continuous=0.50. Defaulting to continuous behavior. Consider specifying type explicitly."
    )

    with pytest.warns(UserWarning, match="ambiguous") as caught:
        series = TimeSeries(AMBIGUOUS.inputs["x"])

    assert [expected] == [str(warning.message) for warning in caught]
    assert caught[0].filename == __file__
    assert series.discrete is False


def test_ambiguous_word_warns() -> None:
    """The word *ambiguous* is accepted, treated as continuous, and warned of."""
    expected = (
        "Time series type is ambiguous (confidence: 1.00). Defaulting to continuous behavior. "
        "Consider specifying type explicitly."
    )

    with pytest.warns(UserWarning, match="ambiguous") as caught:
        series = TimeSeries(np.arange(50), ts_type="ambiguous")

    assert [expected] == [str(warning.message) for warning in caught]
    assert series.discrete is False


@pytest.mark.parametrize("discrete", [None, True], ids=["detected", "declared"])
def test_short_series_warn_once(discrete: bool | None) -> None:
    """Few frames are warned of when the series is made, and never again."""
    with pytest.warns(UserWarning, match=r"^Only 9 samples available") as caught:
        series = TimeSeries(np.arange(9), discrete=discrete)

    assert len(caught) == 1
    assert series.type_info.metadata["n_samples"] == 9


def test_scaled_data_keep_precision() -> None:
    """float32 stays float32, whole numbers become float64, a constant is 0."""
    ramp = np.linspace(-3, 5, 40, dtype=np.float32)

    series = TimeSeries(ramp, discrete=False)
    constant = TimeSeries(np.full(40, 7), discrete=True)

    assert series.scdata.dtype == np.float32
    assert (series.scdata.min(), series.scdata.max()) == (0, 1)
    assert series.data_scale == pytest.approx([1 / 8])
    assert constant.scdata.dtype == np.float64
    assert not constant.scdata.any()
    assert constant.data_scale.tolist() == [1.0]


def test_whole_numbers_are_rounded_half_to_even() -> None:
    """0.5 and 1.5 round to 0 and 2, as NumPy rounds."""
    series = TimeSeries(np.tile([0.5, 1.5, 2.4, -0.6], 10), discrete=True)

    assert series.int_data[:4].tolist() == [0, 2, 2, -1]


def test_four_levels_may_be_binary_once_truncated() -> None:
    """{0, .4, 1, 1.4} is categorical and yet binary: the reference counts truncated values."""
    series = TimeSeries(np.tile([0, 0.4, 1, 1.4], 50), discrete=True)

    assert (series.type_info.subtype, series.is_binary) == ("categorical", True)
    assert series.bool_data[:4].tolist() == [False, False, True, True]


def test_continuous_series_have_no_discrete_views() -> None:
    """``int_data`` and ``bool_data`` do not exist where they have no meaning."""
    series = TimeSeries(np.sin(np.arange(100.0)), discrete=False)

    assert not hasattr(series, "int_data")
    assert not hasattr(series, "bool_data")
    assert series.is_binary is False
    assert series.copula_normal_data is not None


def test_discrete_series_have_no_scores() -> None:
    """Ranks of levels mean nothing: there are no normal scores."""
    assert TimeSeries(np.arange(100) % 3).copula_normal_data is None


def test_equality_is_identity() -> None:
    """Two series of the same data are different things, and can be keys."""
    first, second = (TimeSeries(np.arange(50.0), discrete=False) for _ in range(2))

    assert first != second
    assert len({first, second}) == 2
    assert not hasattr(first, "__len__")


@pytest.mark.parametrize(
    "clone", [copy.copy, copy.deepcopy, lambda s: pickle.loads(pickle.dumps(s))]
)
def test_copies_keep_what_was_given(clone: Any) -> None:
    """Copies and pickles hold data, mask, name and declaration; derived values are made anew."""
    series = TimeSeries(np.arange(60) % 4, True, shuffle_mask=np.arange(60) > 9, name="port")
    series.get_entropy()

    twin = clone(series)

    np.testing.assert_array_equal(twin.data, series.data)
    np.testing.assert_array_equal(twin.shuffle_mask, series.shuffle_mask)
    assert (twin.name, twin.discrete, twin.type_info) == ("port", True, series.type_info)
    assert twin.entropy == {}
    assert twin.get_entropy() == pytest.approx(2.0)


def test_old_door_is_deprecated() -> None:
    """``define_ts_type`` still answers, and says what to use."""
    with pytest.warns(DeprecationWarning, match=r"^TimeSeries\.define_ts_type is deprecated\. Use"):
        assert TimeSeries.define_ts_type(np.arange(100) % 2) is True


@pytest.mark.parametrize(
    ("n_levels", "expected", "n_warnings"),
    [(5, True, 0), (60, False, 1), (180, False, 0)],
    ids=["few", "between", "many"],
)
def test_old_door_falls_back_to_uniqueness(n_levels: int, expected: bool, n_warnings: int) -> None:
    """Where detection fails, the share of distinct values decides; in between it warns."""
    data = np.arange(200) % n_levels * 1.0
    data[0] = math.inf

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        actual = TimeSeries.define_ts_type(data)

    assert expected == actual
    assert n_warnings == sum(w.category is UserWarning for w in caught)


def test_approximate_entropy_needs_a_continuum() -> None:
    """Templates of levels have no tolerance."""
    with pytest.raises(DataTypeError, match=r"^approximate_entropy is only valid for continuous"):
        TimeSeries(np.arange(100) % 3).approximate_entropy()
