"""Rows 9 to 35 of the table of faults: what is wrong with arrays, by every way into the road."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from driada_widgets.core.errors import DataShapeError, DataTypeError, DataValueError, LoaderError
from tests.faulty_data import WAYS, Way, digests_under
from tests.samples import make_aligned

N_CELLS, N_FRAMES = 5, 1000


def sample(**changes: Any) -> dict[str, Any]:
    """Give the sample with arrays replaced or added; ``None`` removes one."""
    data: dict[str, Any] = make_aligned() | changes
    return {name: array for name, array in data.items() if array is not None}


def without_features(calcium: Any) -> dict[str, Any]:
    """Give calcium alone."""
    return {"calcium": calcium}


def spoilt(name: str, where: Any, value: float) -> dict[str, Any]:
    """Give the sample with some values of one array replaced."""
    data = make_aligned()
    data[name][where] = value
    return data


def objects(bad: Any) -> NDArray[np.object_]:
    """Give calcium as Python objects, one of them something else."""
    array: NDArray[np.object_] = make_aligned()["calcium"].astype(object)
    array[2, 7] = bad
    return array


CALCIUM = make_aligned()["calcium"]
STRUCTURED = np.zeros((5, 1000), dtype=[("a", "f8"), ("b", "f8")])

REFUSED: dict[str, tuple[dict[str, Any], type[LoaderError], list[str]]] = {
    "9 calcium 1-D": (
        sample(calcium=CALCIUM[0]),
        DataShapeError,
        ["calcium must be 2-D (neurons × frames); got (1000,)"],
    ),
    "10 calcium 3-D": (
        sample(calcium=np.stack([CALCIUM, CALCIUM], axis=2)),
        DataShapeError,
        ["calcium must be 2-D (neurons × frames); got (5, 1000, 2)"],
    ),
    "11 transposed with a proof": (
        sample(calcium=CALCIUM.T),
        DataShapeError,
        ["calcium is 1000×5 but 'speed' has 1000 frames: looks transposed", "transpose="],
    ),
    "13 a feature is shorter": (
        sample(speed=np.arange(993.0), hd=None, trial_type=None, position=None),
        DataShapeError,
        ['"speed" feature has inappropriate shape: (993,)', "calcium: 1000 timepoints"],
    ),
    "13 a feature is longer by one": (
        sample(speed=np.arange(1001.0)),
        DataShapeError,
        ["speed: 1001 timepoints", "hd: 1000 timepoints", "calcium: 1000 timepoints"],
    ),
    "14 features of different lengths": (
        sample(speed=np.arange(993.0), hd=np.arange(7.0)),
        DataShapeError,
        ["Dynamic features have different lengths:", "speed: 993", "hd: 7 timepoints"],
    ),
    "16 spikes of other neurons": (
        sample(spikes=np.zeros((7, 1000))),
        DataShapeError,
        ["spikes is (7, 1000) but calcium is (5, 1000)"],
    ),
    "17 spikes of fewer frames": (
        sample(spikes=np.zeros((5, 995))),
        DataShapeError,
        ["spikes is (5, 995) but calcium is (5, 1000)"],
    ),
    "18 some NaN in calcium": (
        spoilt("calcium", (3, slice(100, 110)), np.nan),
        DataValueError,
        ["'calcium' holds NaN: neuron 3 of 5, 10 values (0.2 %), frames 100-109", "'drop'"],
    ),
    "18 scattered NaN in calcium": (
        spoilt("calcium", (slice(None), slice(0, 1000, 100)), np.nan),
        DataValueError,
        ["neurons 0, 1, 2, 3, 4 of 5, 50 values (1 %), frames 0, 100, 200 and 7 more"],
    ),
    "19 a neuron of NaN": (
        spoilt("calcium", 4, np.nan),
        DataValueError,
        ["neuron 4 of 5, 1000 values (20 %), frames 0-999", "'interpolate'", "'bad_frames'"],
    ),
    "20 inf in calcium": (
        spoilt("calcium", (0, 999), np.inf),
        DataValueError,
        ["'calcium' holds infinite values: neuron 0 of 5, 1 value (0.02 %), frames 999"],
    ),
    "21 NaN in behaviour": (
        spoilt("speed", slice(10, 16), np.nan),
        DataValueError,
        ["'speed' holds NaN: 6 values (0.6 %), frames 10-15", "the feature is left out"],
    ),
    "21 NaN in one component": (
        spoilt("position", (1, 5), np.nan),
        DataValueError,
        ["'position' holds NaN: 1 value (0.05 %), frames 5"],
    ),
    "22 inf in behaviour": (
        spoilt("hd", 0, -np.inf),
        DataValueError,
        ["'hd' holds infinite values: 1 value (0.1 %), frames 0"],
    ),
    "23 zero neurons": (
        sample(calcium=np.zeros((0, 1000))),
        DataShapeError,
        ["no neurons (0, 1000)"],
    ),
    "24 one frame": (
        without_features(CALCIUM[:, :1]),
        DataShapeError,
        ["1 frame (5, 1); at least 2 are needed"],
    ),
    "28 structured": (sample(calcium=STRUCTURED), DataTypeError, ["fields a, b; pick one"]),
    "29 complex": (sample(calcium=CALCIUM + 1j), DataTypeError, ["complex", "take abs or real?"]),
    "33 text": (
        sample(calcium=np.full((5, 1000), "a")),
        DataTypeError,
        ["'calcium' does not hold numbers but <U1"],
    ),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize(("data", "error", "texts"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_in_words_and_nothing_changes(
    data: dict[str, Any],
    error: type[LoaderError],
    texts: list[str],
    way: Way,
    tmp_path: Path,
) -> None:
    """Class and words are those of the row; the source stays, and nothing else appears."""
    before = {name: np.array(array, copy=True) for name, array in data.items()}
    with pytest.raises(error) as caught:
        way(tmp_path, data)

    assert isinstance(caught.value, ValueError)
    for text in texts:
        assert text in str(caught.value)
    assert set(digests_under(tmp_path)) <= {"rec.npz"}
    for name, array in before.items():
        np.testing.assert_array_equal(data[name], array)


LOADED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "12 transposed without a proof": (
        without_features(np.random.default_rng(0).random((900, 400))),
        ["calcium is 900×400: more neurons than frames", "Short recording"],
    ),
    "11 square": (
        without_features(np.random.default_rng(0).random((500, 500))),
        ["calcium is 500×500: its shape does not tell neurons from frames"],
    ),
    "15 components frames first": (
        sample(position=make_aligned()["position"].T.copy()),
        ["Feature 'position' is stored frames first (1000, 2); it is transposed to (2, 1000)."],
    ),
    "25 short": (
        {name: array[..., :150] for name, array in make_aligned().items()},
        ["at least 410 frames"],
    ),
    "26 a dead neuron": (spoilt("calcium", 2, 0.0), ["constant over the whole recording: 2."]),
    "30 a complex feature": (
        sample(wave=np.exp(1j * np.arange(1000))),
        ["Ignoring non-numeric feature 'wave' with dtype complex128."],
    ),
    "31 big-endian": (sample(calcium=CALCIUM.astype(">f8")), []),
    "31 big-endian float32": (sample(calcium=CALCIUM.astype(">f4")), []),
    "31 big-endian integers": (sample(calcium=(CALCIUM * 99).astype(">i2")), []),
    "32 int16": (sample(calcium=(CALCIUM * 99).astype("i2")), []),
    "32 uint16": (sample(calcium=(CALCIUM * 99).astype("u2")), []),
    "32 uint8": (sample(calcium=(CALCIUM * 99).astype("u1")), []),
    "34 a boolean feature": (sample(lick=np.arange(1000) // 40 % 2 == 0), []),
    "35 times": (
        sample(when=np.arange(1000).astype("M8[s]")),
        ["Ignoring non-numeric feature 'when' with dtype datetime64[s]."],
    ),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize(("data", "texts"), LOADED.values(), ids=LOADED)
def test_it_loads_and_what_is_odd_is_said(
    data: dict[str, Any], texts: list[str], way: Way, tmp_path: Path
) -> None:
    """One warning for each text, none where the data are plain."""
    loaded = way(tmp_path, data)

    assert len(loaded.warned) == len(texts)
    for text, warned in zip(texts, loaded.warned, strict=True):
        assert text in warned
    shown = loaded.experiment.calcium.data
    np.testing.assert_array_equal(shown, data["calcium"].astype(shown.dtype))


def test_a_boolean_feature_is_binary(tmp_path: Path) -> None:
    """Row 34: true and false are 1 and 0."""
    for way in WAYS.values():
        series = way(tmp_path, sample(lick=np.arange(1000) // 40 % 2 == 0)).experiment
        lick = series.dynamic_features["lick"]

        assert lick.discrete
        assert np.asarray(lick.data).sum() == 520


def test_objects_that_are_numbers_load(tmp_path: Path) -> None:
    """Row 27 from memory; files never hold objects that are opened."""
    loaded = WAYS["memory"](tmp_path, sample(calcium=CALCIUM.astype(object)))

    np.testing.assert_array_equal(loaded.experiment.calcium.data, CALCIUM)


@pytest.mark.parametrize("bad", [None, "a", 1j, [1]], ids=repr)
def test_objects_that_are_no_numbers_name_the_first_bad_cell(bad: Any, tmp_path: Path) -> None:
    """Row 27."""
    with pytest.raises(DataTypeError, match=r"calcium\[2, 7\] is"):
        WAYS["memory"](tmp_path, sample(calcium=objects(bad)))


@pytest.mark.parametrize("policy", ["bad_frames", "interpolate", "drop"])
@pytest.mark.parametrize("name", ["calcium", "speed"])
def test_the_policies_that_the_text_offers_work(name: str, policy: str, tmp_path: Path) -> None:
    """Rows 18 and 21: each with one warning that says what was done."""
    where: Any = (3, slice(100, 105)) if name == "calcium" else slice(100, 105)
    data = spoilt(name, where, np.nan)
    for way in (WAYS["memory"], WAYS["file"]):
        loaded = way(tmp_path, data, nan={name: policy})

        assert len(loaded.warned) == 1
        assert repr(name) in loaded.warned[0]
        assert np.isfinite(loaded.experiment.calcium.data).all()
