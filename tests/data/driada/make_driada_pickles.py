"""Write the pickles of this folder with driada itself, and what a reader must find in them.

Run with driada 1.2.2 installed, in this folder: ``python make_driada_pickles.py``. The files are
data made by this script; driada (MIT licence, see ``README.md``) only wrote them.
"""

from __future__ import annotations

import hashlib
import json
import pickle
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from driada.experiment import load_exp_from_aligned_data

N_FRAMES = 80
CONSTANTS = {"fps": 5.0, "t_rise_sec": 0.2, "t_off_sec": 0.5}


def recording(n_cells: int, n_frames: int, seed: int) -> dict[str, Any]:
    """Give traces with transients, and four features."""
    rng = np.random.default_rng(seed)
    time = np.arange(100)
    kernel = (1 - np.exp(-time / 5)) * np.exp(-time / 40)
    spikes = (rng.random((n_cells, n_frames)) < 0.03).astype(float)
    spikes[:, n_frames // 3] = 1
    calcium = np.array([np.convolve(row, kernel)[:n_frames] for row in spikes])
    return {
        "calcium": np.abs(calcium + 0.05 * rng.standard_normal(calcium.shape)),
        "speed": np.abs(rng.normal(size=n_frames)),
        "hd": np.cumsum(rng.normal(0, 0.3, n_frames)) % (2 * np.pi),
        "cue": (np.arange(n_frames) // 20 % 2).astype(np.int64),
        "pos": np.cumsum(rng.normal(size=(2, n_frames)), axis=1),
    }


def build(data: dict[str, Any], **options: Any) -> Any:
    """Build an experiment the way a lab would."""
    options.setdefault("static_features", dict(CONSTANTS))
    return load_exp_from_aligned_data(
        "MyLab",
        {"name": "mouse_1", "animal": "m1"},
        data,
        verbose=False,
        seed=7,
        enable_parallelization=False,
        **options,
    )


def full() -> Any:
    """Build an experiment with everything that a file can bring, and removed frames."""
    data = recording(2, N_FRAMES, 4)
    rng = np.random.default_rng(5)
    data["spikes"] = (rng.random((2, N_FRAMES)) < 0.1).astype(int)
    data["_metadata"] = {
        "lab": "Barlow",
        "n_planes": np.int64(3),
        "gains": np.arange(3.0),
        "metrics_df": {"r2_score": [0.5, 0.6], "snr_recon": [1.0, 2.0]},
    }
    return build(data, bad_frames=[3, 4, 5, 40])


def reconstructed() -> Any:
    """Build an experiment with amplitude spikes and reconstructions given."""
    data = recording(2, N_FRAMES, 6)
    rng = np.random.default_rng(5)
    data["asp"] = (rng.random((2, N_FRAMES)) < 0.1) * 1.5
    data["spikes"] = (data["asp"] > 0).astype(int)
    data["reconstructions"] = data["calcium"] * 0.9
    return build(data, aggregate_features={("speed", "hd"): "both"})


def threshold() -> Any:
    """Build an experiment whose events were found by threshold."""
    n_frames = 220
    rng = np.random.default_rng(0)
    time = np.arange(60)
    kernel = (1 - np.exp(-time / 5)) * np.exp(-time / 12)
    onsets = np.zeros(n_frames)
    onsets[[20, 70, 110]] = 3
    trace = np.convolve(onsets, kernel)[:n_frames] + 0.02 * rng.standard_normal(n_frames)
    experiment = build(
        {"calcium": np.abs(trace)[np.newaxis], "speed": np.abs(rng.normal(size=n_frames))},
        static_features={"fps": 20.0, "t_rise_sec": 0.25, "t_off_sec": 0.5},
    )
    experiment.reconstruct_all_neurons(
        method="threshold", show_progress=False, create_event_regions=True
    )
    return experiment


def wavelet() -> Any:
    """Build an experiment whose spikes were found by wavelets when it was loaded."""
    data = {name: recording(1, 450, 3)[name] for name in ("calcium", "speed")}
    return build(data, reconstruct_spikes="wavelet", static_features={"fps": 20.0})


def used() -> Any:
    """Build an experiment that caches entropies and search trees."""
    experiment = build({name: recording(1, 300, 8)[name] for name in ("calcium", "speed")})
    experiment.speed.get_entropy()
    experiment.speed.get_kdtree()
    experiment.calcium.get_entropy()
    return experiment


def nameless() -> Any:
    """Build an experiment as older versions pickled it: the series have no names."""
    experiment = build(recording(2, N_FRAMES, 9))
    for series in experiment.dynamic_features.values():
        series.name = None
        for component in getattr(series, "ts_list", []):
            component.name = None
    for neuron in experiment.neurons:
        neuron.ca.name = None
    return experiment


def digest(array: Any) -> str:
    """Give the SHA-256 of an array in C order."""
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def expected(experiment: Any) -> dict[str, Any]:
    """Say what a reader must find."""
    features = {}
    for name, series in experiment.dynamic_features.items():
        record = getattr(series, "type_info", None)
        features[name] = {
            "discrete": bool(series.discrete),
            "shape": list(series.data.shape),
            "dtype": str(series.data.dtype),
            "sha256": digest(series.data),
            "type": record
            and [
                record.primary_type,
                record.subtype,
                bool(record.is_circular),
                record.circular_period,
                record.confidence,
            ],
        }
    neurons = experiment.neurons
    return {
        "signature": experiment.signature,
        "calcium": digest(experiment.calcium.data),
        "spikes": digest(experiment.spikes.data),
        "spikes_given": [neuron.sp is not None for neuron in neurons],
        "asp": [neuron.asp is not None and digest(neuron.asp.data) for neuron in neurons],
        "static_features": experiment.static_features,
        "features": features,
        "events": [len(getattr(neuron, "threshold_events", None) or ()) for neuron in neurons],
    }


def main() -> None:
    """Write all files."""
    warnings.simplefilter("ignore")
    fresh = build(recording(2, N_FRAMES, 1))
    experiments = {f"fresh_p{protocol}": (fresh, protocol) for protocol in (2, 3, 4, 5)}
    makers = (full, reconstructed, threshold, wavelet, used, nameless)
    experiments.update({maker.__name__: (maker(), 4) for maker in makers})
    folder = Path(__file__).parent
    answers = {}
    for name, (experiment, protocol) in experiments.items():
        (folder / f"{name}.pickle").write_bytes(pickle.dumps(experiment, protocol=protocol))
        answers[name] = expected(experiment)
    (folder / "expected.json").write_text(json.dumps(answers, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
