"""How ``experiment.npz`` beside this file was made, once, by version 0.1.0. It is never made again.

From the repository: ``python tests/data/golden/v1/make.py TARGET``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from driada_widgets.core.experiment.contents import Contents, FeatureContent, Filled, Kinetics
from driada_widgets.core.experiment.experiment import Experiment
from driada_widgets.core.signals.types import TimeSeriesType
from driada_widgets.core.store.archive import save_archive

N_CELLS, N_FRAMES = 3, 80


def contents() -> Contents:
    """Give contents that use every field, by formulas instead of chance."""
    frame = np.arange(N_FRAMES, dtype=np.float64)
    calcium = (np.arange(N_CELLS)[:, None] + frame % 7 - 1.5).astype(np.float32)
    bad = np.zeros(N_FRAMES, dtype=bool)
    bad[10:15] = True
    angle = TimeSeriesType(
        "continuous", "circular", confidence=0.75, is_circular=True, circular_period=360.0
    )
    binary = TimeSeriesType("discrete", "binary", metadata={"n_unique": 2, "gap": float("nan")})
    return Contents(
        signature="Exp golden",
        calcium=calcium,
        calcium_range=np.stack([calcium.min(axis=1), calcium.max(axis=1)], axis=1).astype(float),
        kept_cells=(0, 2),
        calcium_filled=(Filled(row=2, ranges=((20, 22),)),),
        bad_frames_mask=bad,
        features=(
            FeatureContent(
                name="position",
                data=np.stack([frame, frame[::-1]]),
                component_names=("x", "y"),
                aggregated=True,
            ),
            FeatureContent(name="head direction (°)", data=frame * 11 % 360, type_info=angle),
            FeatureContent(name="lick", data=frame % 3 == 0, type_info=binary),
            FeatureContent(
                name="trial",
                data=(frame // 20).astype(np.int16),
                type_info=TimeSeriesType("discrete", "categorical"),
                companion=False,
            ),
        ),
        spikes=(calcium > 5).astype(np.int64),
        asp=calcium.astype(np.float64) / 4,
        reconstructions=calcium / 2,
        exp_params={"animal_id": "Мышь 7", "session": 1},
        static_features={"fps": 20.0, "t_rise_sec": 0.25, "t_off_sec": 2.0, "depth": None},
        metadata={"units": {"position": "cm"}, "gain": float("inf"), "rows": [0, 2]},
        kinetics=(Kinetics(cell=1, t_rise=4.0, t_off=None),),
        seed=5,
        provenance={
            "request": {"driada_widgets": 1, "seed": 5},
            "source": {"name": "golden.npz", "size": 1, "mtime_ns": 2, "sha256": "00" * 32},
            "notes": [],
        },
    )


if __name__ == "__main__":
    save_archive(Experiment.from_contents(contents()), Path(sys.argv[1]))
