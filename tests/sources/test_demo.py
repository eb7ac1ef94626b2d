"""The built-in recordings are whole, what they say they are, and what the generator makes."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.signals.detect import analyze_time_series_type
from driada_widgets.core.sources.demo import demo_path, demo_recordings
from driada_widgets.core.sources.registry import find_reader
from driada_widgets.data.make_demo import CELL_KINDS, make_demo

DIGESTS = {
    "demo": "1617b724b3670e579ce2d624cae3823a581326cd5d3d8ea2f2a3f8b206667377",
    "dg_2-1_D1": "ea440368d535f7eff416061a53e9f3c4032a0fc98aee8148dc3f229bbfd082e2",
}


@pytest.mark.parametrize("name", DIGESTS)
def test_files_are_the_ones_released(name: str) -> None:
    """Every built-in file has its known SHA-256."""
    digest = hashlib.sha256(demo_path(name).read_bytes()).hexdigest()

    assert digest == DIGESTS[name]


def test_all_recordings_are_listed() -> None:
    """The list names each recording once, with its origin, and a small file."""
    recordings = demo_recordings()

    assert [recording.name for recording in recordings] == list(DIGESTS)
    assert all(recording.origin and recording.title for recording in recordings)
    assert all(recording.path.stat().st_size < 2_500_000 for recording in recordings)


def test_simulated_recording_is_what_the_generator_makes() -> None:
    """The shipped arrays equal those made now, bit for bit."""
    path = demo_path()
    made = make_demo()

    read = find_reader(path).read(path, list(made))

    for name, expected in made.items():
        assert expected.dtype == read[name].dtype
        np.testing.assert_array_equal(expected, read[name])


def test_simulated_recording_has_the_shapes_of_the_contract() -> None:
    """50 cells, 10 000 frames, a 2-D position and four features whose types are detected right."""
    path = demo_path()
    shapes = {info.name: info.shape for info in find_reader(path).inspect(path).arrays}
    features = find_reader(path).read(path, [name for name in shapes if len(shapes[name]) == 1])

    types = {name: analyze_time_series_type(data, name) for name, data in features.items()}

    assert shapes == {
        "calcium": (50, 10_000),
        "position": (2, 10_000),
        **dict.fromkeys(("speed", "head_direction", "trial_type", "lick"), (10_000,)),
    }
    assert {name: found.subtype for name, found in types.items()} == {
        "speed": "linear",
        "head_direction": "circular",
        "trial_type": "categorical",
        "lick": "binary",
    }


def test_cells_code_what_is_said() -> None:
    """Each kind of cell depends on its own variable more than any other kind does."""
    data = make_demo()
    kinds = np.array(CELL_KINDS)
    sector = (data["head_direction"] / (2 * np.pi) * 12).astype(int) % 12
    with_direction = _explained(data["calcium"], sector)
    with_speed = np.array([np.corrcoef(row, data["speed"])[0, 1] for row in data["calcium"]])
    activity = np.percentile(data["calcium"], 99, axis=1)
    quarter = (data["position"] // 12.51).astype(int)
    with_place = _explained(data["calcium"], quarter[0] * 4 + quarter[1])

    for kind, strength in [("head direction", with_direction), ("speed", with_speed)]:
        assert strength[kinds == kind].min() > strength[kinds != kind].max()
    assert np.median(with_place[kinds == "place"]) > with_place[kinds != "place"].max()
    assert activity[kinds == "silent"].max() < activity[kinds != "silent"].min()


def _explained(traces: NDArray[Any], label: NDArray[Any]) -> NDArray[Any]:
    """Give the share of each trace's variance that lies between the labels."""
    means = np.array([traces[:, label == number].mean(1) for number in np.unique(label)])
    return np.asarray(means.var(0) / traces.var(1))


def test_real_recording_is_what_its_description_says() -> None:
    """The real recording has the arrays, shapes and rate that its JSON file states."""
    recording = demo_recordings()[1]
    told = json.loads(recording.path.with_suffix(".json").read_text(encoding="utf-8"))

    infos = find_reader(recording.path).inspect(recording.path).arrays

    assert {name: (tuple(shape), dtype) for name, (shape, dtype) in told["keys"].items()} == {
        info.name: (info.shape, info.dtype.name) for info in infos
    }
    assert recording.static_features["fps"] == told["fps"]
    assert (recording.path.parent / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")


def test_unknown_demo_is_told() -> None:
    """A name that is not there is told with the nearest that is."""
    with pytest.raises(ParameterError, match=r"no demo recording 'dem'; did you mean 'demo'\?"):
        demo_path("dem")
