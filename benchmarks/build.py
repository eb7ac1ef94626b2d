"""How fast experiments are built and the package is imported, beside driada 1.2.2 and ``copy``.

``python -m benchmarks.build [ROUNDS]``. The recording has 500 neurons, 40 000 frames of float64 and
six features. Without driada (the extra ``bench``, or an interpreter of its own in
``DRIADA_PYTHON``) the comparisons with it are left out.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.recordings import N_CELLS, N_FEATURES, N_FRAMES, make_recording
from benchmarks.reference import has_reference, reference_build, reference_import
from benchmarks.timing import Row, call_of, measure, print_rows, stopwatch

SEC_PER_FEATURE = 0.04
SEC_TO_RUN = 0.15
"""What a run beyond reading may take: with a reference of 23 s or more, 150 times less."""


def door(n_cells: int = N_CELLS, n_frames: int = N_FRAMES) -> float:
    """Build from arrays in memory by the documented function."""
    from driada_widgets import load_exp_from_aligned_data

    data = make_recording(n_cells, n_frames)
    with stopwatch() as watch:
        load_exp_from_aligned_data("Lab", {"name": "n"}, data, verbose=False)
    return watch.seconds


def fresh_copy(n_cells: int = N_CELLS, n_frames: int = N_FRAMES) -> float:
    """Copy the calcium into memory that was not used before."""
    calcium = make_recording(n_cells, n_frames)["calcium"]
    with stopwatch() as watch:
        calcium.copy()
    return watch.seconds


def run_beyond_reading(path: str) -> float:
    """Run a request on a file; what the reader takes is not counted."""
    from driada_widgets import LoadRequest, SourceSpec, run
    from driada_widgets.core.road.opening import Opened

    spent = []
    read = Opened.read

    def timed(self: Opened, *given: Any) -> Any:
        started = time.perf_counter()
        arrays = read(self, *given)
        spent.append(time.perf_counter() - started)
        return arrays

    Opened.read = timed  # type: ignore[method-assign,assignment]  # to time it
    request = LoadRequest(source=SourceSpec(path=Path(path)), exp_params={"name": "n"})
    with stopwatch() as watch:
        run(request)
    return watch.seconds - sum(spent)


def peak_beyond_arrays() -> float:
    """Give the most memory that building takes beyond the arrays given, in bytes."""
    import psutil

    from driada_widgets import load_exp_from_aligned_data

    data = make_recording()
    load_exp_from_aligned_data("Lab", {"name": "n"}, make_recording(2, 1000), verbose=False)
    process = psutil.Process()
    before = process.memory_info().rss
    seen = [before]
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.0005):
            seen.append(process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    load_exp_from_aligned_data("Lab", {"name": "n"}, data, verbose=False)
    done.set()
    watcher.join()
    return float(max(seen) - before)


def bare_python() -> float:
    """Start Python and end it."""
    return _run_python("pass")


def with_import() -> float:
    """Start Python, import the package, and end it."""
    return _run_python("import driada_widgets")


def _run_python(code: str) -> float:
    with stopwatch() as watch:
        subprocess.run([sys.executable, "-c", code], check=True)
    return watch.seconds


def exponents(axis: str) -> tuple[float, float]:
    """Give the exponents of a log-log fit of cost against size: of building, and of ``copy``.

    Parameters
    ----------
    axis
        ``"frames"``: 10^3 to 10^5 of 100 neurons; ``"neurons"``: 10 to 2000 with 5000 frames.
    """
    sizes = (1_000, 10_000, 100_000) if axis == "frames" else (10, 140, 2_000)
    shapes = [(100, size) if axis == "frames" else (size, 5_000) for size in sizes]
    built, copied = [], []
    for n_cells, n_frames in shapes:
        seconds = measure(
            {
                "build": call_of(door_warm, n_cells, n_frames),
                "copy": call_of(copy_warm, n_cells, n_frames),
            },
            rounds=3,
        )
        built.append(seconds["build"])
        copied.append(seconds["copy"])
    return _slope(sizes, built), _slope(sizes, copied)


def door_warm(n_cells: int, n_frames: int) -> float:
    """Build after a first, small build: imports are no cost of size."""
    door(2, 1_000)
    return min(door(n_cells, n_frames) for _ in range(3))


def copy_warm(n_cells: int, n_frames: int) -> float:
    """Copy calcium, the best of three."""
    return min(fresh_copy(n_cells, n_frames) for _ in range(3))


def _slope(sizes: tuple[int, ...], seconds: list[float]) -> float:
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def main(rounds: int) -> int:
    """Measure, print, and give 1 if a target was missed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rec.npz"
        np.savez(path, **make_recording())  # type: ignore[arg-type]  # NumPy's stub
        seconds = measure(
            {
                "copy": call_of(fresh_copy),
                "door": call_of(door),
                "run": call_of(run_beyond_reading, path),
                "peak": call_of(peak_beyond_arrays),
                "bare": call_of(bare_python),
                "import": call_of(with_import),
            },
            rounds=rounds,
        )
    allowed = 1.6 * seconds["copy"] + SEC_PER_FEATURE * N_FEATURES
    rows = [
        _row("build, beside 1.6 copies + 40 ms a feature", seconds["door"], allowed, 1.0),
        Row(what="run beyond reading", measured=_ms(seconds["run"]), must=_ms(SEC_TO_RUN)),
        Row(
            what="peak beyond the arrays, beside calcium",
            measured=seconds["peak"] / 1e6,
            yardstick=N_CELLS * N_FRAMES * 8 / 1e6,
            must=1.2,
            unit="MB",
        ),
        Row(
            what="import beyond bare Python",
            measured=_ms(seconds["import"] - seconds["bare"]),
            must=350.0,
        ),
    ]
    for axis in ("frames", "neurons"):
        build, copy = exponents(axis)
        what = f"exponent over {axis} beyond that of copy ({copy:.2f})"
        rows.append(Row(what=what, measured=build - copy, must=0.1, unit=""))
    if has_reference():
        rows += _beside_reference(seconds)
    else:
        print("driada is not installed here: comparisons with it are left out.")
    return int(not print_rows("Build", rows))


def _beside_reference(seconds: dict[str, float]) -> list[Row]:
    slow = measure(
        {
            "build": call_of(reference_build, N_CELLS, N_FRAMES),
            "import": call_of(reference_import),
        },
        rounds=3,
    )
    ours = seconds["import"] - seconds["bare"]
    return [
        _row("build, beside driada", seconds["door"], slow["build"], 1 / 50),
        _row("run beyond reading, beside driada", seconds["run"], slow["build"], 1 / 150),
        _row("import, beside driada", ours, slow["import"], 1 / 10),
    ]


def _row(what: str, seconds: float, yardstick_seconds: float, must: float) -> Row:
    return Row(what=what, measured=_ms(seconds), yardstick=_ms(yardstick_seconds), must=must)


def _ms(seconds: float) -> float:
    return 1000 * seconds


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5))
