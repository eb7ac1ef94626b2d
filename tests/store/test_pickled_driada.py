"""Pickles of driada open without driada, and hold what driada itself says about them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.errors import CorruptFileError
from driada_widgets.core.signals.multi import MultiTimeSeries
from driada_widgets.core.signals.series import TimeSeries
from driada_widgets.core.store.archive import open_archive, save_archive
from driada_widgets.core.store.pickled import open_pickle, read_pickle, save_pickle
from tests import hostile

GOLDENS = Path(__file__).parents[1] / "goldens"
GOLDEN = GOLDENS / "driada_experiment.pickle"
FOLDER = Path(__file__).parents[1] / "data" / "driada"
EXPECTED = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))


def digest(array: Any) -> str:
    """Give the SHA-256 of an array as the golden files do: shape, dtype, bytes in C order."""
    head = f"{array.shape}{array.dtype.str}".encode()
    return hashlib.sha256(head + np.ascontiguousarray(array).tobytes()).hexdigest()


def bytes_digest(array: Any) -> str:
    """Give the SHA-256 of an array's bytes, as the files of ``tests/data/driada`` do."""
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def opened_small(tmp_path: Path, **changes: bytes) -> Any:
    """Open a hand-made experiment of driada with other parts."""
    path = tmp_path / "small.pickle"
    path.write_bytes(hostile.as_experiment(**changes))
    return read_pickle(path)


def test_the_golden_file_of_driada() -> None:
    """The golden pickle of driada gives what driada itself says about it, to the last bit."""
    expected = json.loads((GOLDENS / "driada_experiment.json").read_text(encoding="utf-8"))

    opened = read_pickle(GOLDEN)

    experiment = opened.experiment
    assert (expected["signature"], 4, 700) == (
        experiment.signature,
        experiment.n_cells,
        experiment.n_frames,
    )
    assert expected["static_features"] == experiment.static_features
    assert expected["exp_identificators"] == experiment.exp_identificators
    assert expected["calcium_sha256"] == digest(experiment.calcium.data)
    assert expected["spikes_sha256"] == digest(experiment.spikes.data)
    assert [neuron.asp for neuron in experiment.neurons] == [None] * 4
    assert list(expected["features"]) == list(experiment.dynamic_features)
    assert [note.id for note in opened.notes] == ["unverified", "calcium-processed"]
    assert not opened.verified


@pytest.mark.parametrize("name", ["pos", "hd", "cue", "xy", "hd_2d"])
def test_the_features_of_the_golden_file(name: str) -> None:
    """Data, type, discreteness and mask of each feature are those of driada."""
    answers = json.loads((GOLDENS / "driada_experiment.json").read_text(encoding="utf-8"))
    expected = answers["features"][name]

    series = open_pickle(GOLDEN).dynamic_features[name]

    assert (expected["sha256"], expected["dtype"]) == (digest(series.data), str(series.data.dtype))
    assert (expected["class"], expected["discrete"]) == (type(series).__name__, series.discrete)
    assert expected["n_valid_mask"] == np.count_nonzero(series.shuffle_mask)
    if expected["type"] is not None:
        assert isinstance(series, TimeSeries)
        record = series.type_info
        assert expected["type"] == {field: getattr(record, field) for field in expected["type"]}


@pytest.mark.parametrize("name", EXPECTED)
def test_small_files_of_driada(name: str) -> None:
    """Calcium, spikes, amplitudes, constants and features are driada's own, bit by bit."""
    expected = EXPECTED[name]

    experiment = open_pickle(FOLDER / f"{name}.pickle")

    assert expected["signature"] == experiment.signature
    assert expected["static_features"] == experiment.static_features
    assert expected["calcium"] == bytes_digest(experiment.calcium.data)
    assert expected["spikes"] == bytes_digest(experiment.spikes.data)
    assert expected["spikes_given"] == [neuron.sp is not None for neuron in experiment.neurons]
    assert expected["asp"] == [
        neuron.asp is not None and bytes_digest(neuron.asp.data) for neuron in experiment.neurons
    ]
    found = {
        feature: {
            "discrete": series.discrete,
            "shape": list(series.data.shape),
            "dtype": str(series.data.dtype),
            "sha256": bytes_digest(series.data),
        }
        for feature, series in experiment.dynamic_features.items()
    }
    types = {feature: entry.pop("type") for feature, entry in expected["features"].items()}
    assert expected["features"] == found
    for feature, record in types.items():
        if record is not None:
            series = experiment.dynamic_features[feature]
            assert isinstance(series, TimeSeries)
            info = series.type_info
            assert record == [
                info.primary_type,
                info.subtype,
                info.is_circular,
                info.circular_period,
                info.confidence,
            ]


def test_metadata_and_removed_frames() -> None:
    """Stored metadata become plain values; that frames were removed before is said."""
    opened = read_pickle(FOLDER / "full.pickle")

    metadata = opened.experiment.metadata
    assert metadata == {
        "lab": "Barlow",
        "n_planes": 3,
        "gains": [0.0, 1.0, 2.0],
        "metrics_df": {"r2_score": [0.5, 0.6], "snr_recon": [1.0, 2.0]},
    }
    assert [neuron.reconstruction_r2 for neuron in opened.experiment.neurons] == [0.5, 0.6]
    assert opened.experiment.provenance["driada"]["removed_frames"] == {
        "n_recorded": 80,
        "ranges": [[3, 6], [40, 41]],
    }
    assert "4 of 80 frames were removed" in " ".join(note.text for note in opened.notes)
    assert not opened.experiment.filtered_flag


def test_names_are_repaired() -> None:
    """Series without names, as old versions pickled them, get those of their features."""
    experiment = open_pickle(FOLDER / "nameless.pickle")

    features = experiment.dynamic_features
    assert list(features) == [series.name for series in features.values()]
    assert isinstance(features["pos"], MultiTimeSeries)
    assert [component.name for component in features["pos"].ts_list] == ["pos_0", "pos_1"]
    assert [neuron.ca.name for neuron in experiment.neurons] == ["neuron_0_ca", "neuron_1_ca"]


def test_events_found_by_threshold() -> None:
    """Events and their regions come with the neurons, and stay in the provenance."""
    experiment = open_pickle(FOLDER / "threshold.pickle")

    neuron = experiment.neurons[0]
    events = [[event.start, event.end] for event in vars(neuron)["threshold_events"]]
    assert events == [[23.0, 34.0], [72.0, 84.0], [112.0, 125.0]]
    assert [events] == experiment.provenance["driada"]["threshold_events"]
    assert neuron.events is not None
    assert {0.0, 1.0} == set(neuron.events.data)


def test_events_of_driada_are_kept(tmp_path: Path) -> None:
    """Saved as an archive and opened again, they are still there."""
    experiment = open_pickle(FOLDER / "threshold.pickle")
    opened = open_archive(save_archive(experiment, tmp_path / "a.npz"))

    first, again = experiment.neurons[0], opened.neurons[0]
    assert first.threshold_events == again.threshold_events
    assert len(again.threshold_events) == 3
    assert first.events is not None
    assert again.events is not None
    assert first.events.data.tolist() == again.events.data.tolist()
    assert experiment.content_hash == opened.content_hash


def test_reconstructions_and_aggregates() -> None:
    """Reconstructions come with the neurons; aggregated features are features."""
    experiment = open_pickle(FOLDER / "reconstructed.pickle")

    assert experiment.reconstructions is not None
    assert np.allclose(experiment.calcium.data * 0.9, experiment.reconstructions, atol=1e-7)
    assert list(experiment.dynamic_features) == ["both", "speed", "hd", "cue", "pos", "hd_2d"]


@pytest.mark.parametrize("name", EXPECTED)
def test_driadas_pickles_convert(name: str, tmp_path: Path) -> None:
    """An experiment of driada saved as archive or pickle of ours stays the same experiment."""
    experiment = open_pickle(FOLDER / f"{name}.pickle")

    archive = open_archive(save_archive(experiment, tmp_path / "x.npz"))
    again = read_pickle(save_pickle(experiment, tmp_path / "x.pickle"))

    assert experiment.content_hash == archive.content_hash
    assert experiment.content_hash == again.experiment.content_hash
    assert again.verified
    assert "calcium-processed" in [note["id"] for note in archive.provenance["notes"]]


@pytest.mark.parametrize("missing", ["signature", "calcium", "neurons", "dynamic_features"])
def test_experiments_of_another_version(missing: str, tmp_path: Path) -> None:
    """An experiment without what every version has is not half-read; the error names it."""
    path = tmp_path / "old.pickle"
    whole = hostile.as_experiment()
    path.write_bytes(whole.replace(hostile.text(missing), hostile.text(missing[:-1] + "_"), 1))

    with pytest.raises(CorruptFileError, match=rf"old\.pickle.*no '{missing}'"):
        open_pickle(path)


def test_without_a_frame_rate(tmp_path: Path) -> None:
    """An experiment without frame rate cannot be used, and that is said as damage of the file."""
    with pytest.raises(CorruptFileError, match="fps"):
        opened_small(tmp_path, static_features=hostile.mapping())


def test_types_that_old_files_lack(tmp_path: Path) -> None:
    """A series without type record keeps its discrete flag; the rest is detected, and said."""
    opened = opened_small(tmp_path)

    assert not opened.experiment.dynamic_features["speed"].discrete
    assert "type-detected-again" in [note.id for note in opened.notes]


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"neurons": hostile.array_of()}, "neurons"),
        ({"neurons": hostile.array_of(hostile.series("x"))}, "something else"),
        ({"dynamic_features": hostile.array_of()}, "not a dictionary"),
        ({"dynamic_features": hostile.mapping(a=hostile.number(1))}, "'a' is not a series"),
        ({"dynamic_features": hostile.mapping(a=hostile.matrix())}, ""),
        ({"calcium": hostile.series("calcium")}, "not an array"),
        ({"signature": hostile.number(3)}, "signature"),
        ({"calcium": hostile.matrix_of(float("nan"))}, "NaN"),
    ],
    ids=["no neurons", "no neuron", "list", "number", "matrix", "series", "signature", "nan"],
)
def test_parts_that_do_not_fit(changes: dict[str, bytes], what: str, tmp_path: Path) -> None:
    """Parts of the wrong kind are named; a matrix of one row is a feature of one component."""
    if not what:
        assert opened_small(tmp_path, **changes).experiment.a.data.shape == (1, 3)
        return

    with pytest.raises(CorruptFileError, match=what):
        opened_small(tmp_path, **changes)
