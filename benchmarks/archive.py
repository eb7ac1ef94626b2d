"""How fast experiments are saved and opened, beside ``numpy.save`` and ``numpy.load``.

``python -m benchmarks.archive [ROUNDS]``. The recording has 500 neurons, 40 000 frames of float64
and six features; reading finds the files in the system's cache.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.timing import Row, call_of, measure, print_rows, stopwatch
from driada_widgets.core.container.npz import Archive
from driada_widgets.core.experiment.contents import Contents, FeatureContent
from driada_widgets.core.experiment.experiment import Experiment
from driada_widgets.core.signals.types import TimeSeriesType
from driada_widgets.core.store.archive import open_archive, save_archive

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_CELLS, N_FRAMES, N_FEATURES = 500, 40_000, 6
CELLS, FRAMES = slice(100, 120), slice(10_000, 12_000)
HEADER_BYTES = 128  # of a .npy file of two axes


def make() -> Experiment:
    """Give the recording; no two values are equal, as in a real one."""
    rng = np.random.default_rng(0)
    linear = TimeSeriesType("continuous", "linear")
    return Experiment.from_contents(
        Contents(
            signature="Exp benchmark",
            calcium=rng.random((N_CELLS, N_FRAMES)),
            calcium_range=np.tile([0.0, 1.0], (N_CELLS, 1)),
            features=tuple(
                FeatureContent(name=f"q{i}", data=rng.random(N_FRAMES), type_info=linear)
                for i in range(N_FEATURES)
            ),
            static_features={"fps": 20.0},
        )
    )


def arrays_of(experiment: Experiment) -> dict[str, NDArray[np.generic]]:
    """Give its arrays."""
    features = {feature.name: feature.data for feature in experiment.contents.features}
    return {"calcium": experiment.contents.calcium, **features}


def save(folder: str) -> float:
    """Save the experiment: checksums, fsync, read back, rename."""
    experiment = make()
    path = Path(folder) / "saved" / f"{time.time_ns()}.npz"
    with stopwatch() as watch:
        save_archive(experiment, path)
    path.unlink()
    return watch.seconds


def numpy_save(folder: str) -> float:
    """Save calcium alone by ``numpy.save`` and bring it to the disk."""
    calcium = make().contents.calcium
    path = Path(folder) / f"{time.time_ns()}.npy"
    with stopwatch() as watch, path.open("wb") as file:
        np.save(file, calcium)
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    return watch.seconds


def open_only(path: str) -> float:
    """Open the experiment without touching an array."""
    with stopwatch() as watch:
        open_archive(path)
    return watch.seconds


def read_all(path: str) -> float:
    """Open the archive and read every array into memory, every piece verified."""
    with stopwatch() as watch, Archive.open(path) as archive:
        arrays = [archive.read(name) for name in archive.names]
    assert len(arrays) == N_FEATURES + 1
    return watch.seconds


def touch_all(path: str, level: str) -> float:
    """Open the experiment and touch every array, verified at ``level``."""
    with stopwatch() as watch:
        experiment = open_archive(path, verify=level)  # type: ignore[arg-type]  # from text
        arrays = [np.asarray(array) for array in arrays_of(experiment).values()]
    assert len(arrays) == N_FEATURES + 1
    return watch.seconds


def numpy_load_npy(path: str) -> float:
    """Read calcium alone, not verified."""
    with stopwatch() as watch:
        np.load(path)
    return watch.seconds


def numpy_load_npz(path: str) -> float:
    """Read all arrays, compared with the CRC-32 of the zip."""
    with stopwatch() as watch, np.load(path) as file:
        arrays = [file[name] for name in file.files]
    assert len(arrays) == N_FEATURES + 1
    return watch.seconds


def window(path: str) -> float:
    """Read 2000 frames of 20 neurons, verified; opening does not count."""
    with Archive.open(path) as archive, stopwatch() as watch:
        archive.read("calcium", rows=CELLS, columns=FRAMES)
    return watch.seconds


def raw_rows(path: str) -> float:
    """Read 20 whole rows through a plain memory map."""
    mapped = np.memmap(
        path, dtype=np.float64, mode="r", offset=HEADER_BYTES, shape=(N_CELLS, N_FRAMES)
    )
    with stopwatch() as watch:
        np.array(mapped[CELLS])
    return watch.seconds


def run(rounds: int = 5) -> list[Row]:
    """Measure everything that is promised about archives."""
    with tempfile.TemporaryDirectory(prefix="driada-benchmark-") as folder:
        experiment = make()
        arrays = arrays_of(experiment)
        n_bytes = sum(array.nbytes for array in arrays.values())
        path = save_archive(experiment, Path(folder) / "Exp benchmark.npz")
        npy, npz = Path(folder) / "calcium.npy", Path(folder) / "all.npz"
        np.save(npy, arrays["calcium"])
        path.read_bytes()  # it was saved past the system's cache
        np.savez(npz, **arrays)  # type: ignore[arg-type]  # names are arrays, not options
        seconds = measure(
            {
                # Whoever first writes much pays for memory that the machine had put away: not us
                # and not the yardstick, so that each of the two comes after a write.
                "first": call_of(numpy_save, folder),
                "save": call_of(save, folder),
                "np.save": call_of(numpy_save, folder),
                "open": call_of(open_only, path),
                "read": call_of(read_all, path),
                "np.load npy": call_of(numpy_load_npy, npy),
                "np.load npz": call_of(numpy_load_npz, npz),
                "rows": call_of(touch_all, path, "rows"),
                "full": call_of(touch_all, path, "full"),
                "window": call_of(window, path),
                "raw rows": call_of(raw_rows, npy),
            },
            rounds=rounds,
        )
        ms = {name: 1000 * value for name, value in seconds.items()}
        size = path.stat().st_size / 1e6
    return [
        Row(
            what="save with fsync : np.save + fsync",
            measured=ms["save"],
            yardstick=ms["np.save"],
            must=1.6,
        ),
        Row(what="size : arrays", measured=size, yardstick=n_bytes / 1e6, must=1.02, unit="MB"),
        Row(what="open", measured=ms["open"], must=20),
        Row(
            what="open + read all, pieces verified : np.load .npy",
            measured=ms["read"],
            yardstick=ms["np.load npy"],
            must=4,
        ),
        Row(
            what="the same : np.load .npz", measured=ms["read"], yardstick=ms["np.load npz"], must=2
        ),
        Row(
            what="open + touch all, pieces verified : np.load .npy",
            measured=ms["rows"],
            yardstick=ms["np.load npy"],
            must=4,
        ),
        Row(
            what="open + touch all, SHA-256 : np.load .npz",
            measured=ms["full"],
            yardstick=ms["np.load npz"],
            must=2,
        ),
        Row(
            what="open + touch all, SHA-256 : np.load .npy",
            measured=ms["full"],
            yardstick=ms["np.load npy"],
        ),
        Row(
            what="verified window 20 x 2000 : 20 raw rows",
            measured=ms["window"],
            yardstick=ms["raw rows"],
            must=3,
        ),
    ]


if __name__ == "__main__":
    n_rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    sys.exit(not print_rows("Archive, 500 neurons x 40 000 frames", run(n_rounds)))
