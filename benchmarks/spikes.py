"""How fast spikes are found, and in how much memory, beside driada 1.2.2 in the same run.

``python -m benchmarks.spikes [N_CELLS [N_FRAMES [ROUNDS]]]``; 100 neurons of 20 000 frames at
20 Hz. The reference runs one neuron after another: its parallel mode cannot give ridges back.
Without driada (the extra ``bench``, or an interpreter of its own in ``DRIADA_PYTHON``) the
comparisons with it are left out. Half of a wavelet round is the reference: minutes.
"""

from __future__ import annotations

import itertools
import os
import statistics
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.reference import PYTHON, has_reference

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_CELLS, N_FRAMES, FPS = 100, 20_000, 20.0
METHODS = ("wavelet", "threshold")
"""Methods of the reference."""
ALL_METHODS = (*METHODS, "matched")
SLOWEST = {("wavelet", 2): 1 / 20, ("wavelet", 1): 1 / 12, ("threshold", 2): 1 / 10}
"""Largest allowed share of the reference's time, by method and workers."""

MOST_MEMORY = 4.0
"""Largest allowed peak beyond what is there before, in units of the calcium."""

MOST_TRYING_SEC = 1.0
"""Longest time to try a method on five neurons."""


def make_calcium(n_cells: int = N_CELLS, n_frames: int = N_FRAMES) -> NDArray[np.float64]:
    """Give traces with a transient every 7 seconds or so, and noise."""
    rng = np.random.default_rng(0)
    times = np.arange(int(12 * FPS)) / FPS
    kernel = (1 - np.exp(-times / 0.2)) * np.exp(-times / 1.8)
    calcium = 0.08 * rng.standard_normal((n_cells, n_frames)) + 0.1
    for trace in calcium:
        n_events = rng.poisson(0.15 * n_frames / FPS)
        for onset in rng.integers(0, n_frames, n_events):
            part = kernel[: n_frames - onset]
            trace[onset : onset + part.size] += rng.uniform(0.3, 1.5) * part / kernel.max()
    return calcium


def experiment_of(
    n_cells: int, n_frames: int, *, module: str = "driada_widgets", dtype: str = "float64"
) -> Any:
    """Build an experiment without spikes, by this package or by the reference."""
    if module == "driada":
        from driada.experiment.exp_base import Experiment
    else:
        from driada_widgets import Experiment

    feature = {"speed": np.random.default_rng(1).random(n_frames)}
    constants = {"fps": FPS, "t_rise_sec": 0.25, "t_off_sec": 2.0}
    calcium = make_calcium(n_cells, n_frames).astype(dtype)
    options: dict[str, Any] = {"reconstruct_spikes": None, "verbose": False}
    return Experiment("Exp n", calcium, None, {}, constants, feature, **options)


def seconds_to_find(method: str, n_workers: int, n_cells: int, n_frames: int) -> float:
    """Find the spikes of all neurons on some processors; what is imported first does not count."""
    if n_workers == 1 and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    experiment_of(2, 1000).reconstruct_all_neurons(method)
    experiment = experiment_of(n_cells, n_frames)
    started = time.perf_counter()
    experiment.reconstruct_all_neurons(method, n_jobs=n_workers, enable_parallelization=True)
    return time.perf_counter() - started


def processor_seconds(method: str, n_workers: int, n_cells: int, n_frames: int) -> float:
    """Find the spikes of all neurons; what other programs take from the machine does not count."""
    experiment_of(2, 1000).reconstruct_all_neurons(method)
    experiment = experiment_of(n_cells, n_frames)
    started = time.process_time()
    experiment.reconstruct_all_neurons(method, n_jobs=n_workers, enable_parallelization=True)
    return time.process_time() - started


def peak_in_calcium(
    method: str, n_workers: int, n_cells: int, n_frames: int, dtype: str = "float64"
) -> float:
    """Give the most memory that finding spikes takes, in units of the calcium."""
    import psutil

    experiment_of(2, 1000).reconstruct_all_neurons(method)
    experiment = experiment_of(n_cells, n_frames, dtype=dtype)
    process = psutil.Process()
    before = process.memory_info().rss
    seen = [before]
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.002):
            seen.append(process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    experiment.reconstruct_all_neurons(method, n_jobs=n_workers, enable_parallelization=True)
    done.set()
    watcher.join()
    return float((max(seen) - before) / experiment.calcium_source.nbytes)


def peak_in_single(method: str, n_workers: int, n_cells: int, n_frames: int) -> float:
    """Give the same for calcium of single precision, which is half as large."""
    return peak_in_calcium(method, n_workers, n_cells, n_frames, "float32")


def seconds_to_try(method: str, _: int, n_cells: int, n_frames: int) -> float:
    """Try a method on five neurons, as the panel does."""
    from driada_widgets import SpikeSpec
    from driada_widgets.core.experiment.spike_trial import try_spikes

    try_spikes(experiment_of(2, 1000), SpikeSpec(method=method))
    experiment = experiment_of(n_cells, n_frames)
    started = time.perf_counter()
    try_spikes(experiment, SpikeSpec(method=method))
    return time.perf_counter() - started


def reference_seconds(method: str, _: int, n_cells: int, n_frames: int) -> float:
    """Find the spikes of all neurons by the reference, one after another, compiled before."""
    experiment_of(1, 3000, module="driada").reconstruct_all_neurons(method, show_progress=False)
    experiment = experiment_of(n_cells, n_frames, module="driada")
    started = time.perf_counter()
    experiment.reconstruct_all_neurons(method, show_progress=False, enable_parallelization=False)
    return time.perf_counter() - started


MEASURES = {
    "ours": seconds_to_find,
    "processor": processor_seconds,
    "peak": peak_in_calcium,
    "peak32": peak_in_single,
    "try": seconds_to_try,
    "reference": reference_seconds,
}


def _asked(what: str, method: str, n_workers: int, n_cells: int, n_frames: int) -> float:
    words = [what, method, str(n_workers), str(n_cells), str(n_frames)]
    done = subprocess.run(
        [PYTHON if what == "reference" else sys.executable, "-m", _module(), *words],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout.split()[-1])


def _module() -> str:
    return f"benchmarks.{Path(__file__).stem}"


def _rows(n_cells: int, n_frames: int, rounds: int) -> bool:
    """Measure and print; say whether everything holds."""
    is_there = has_reference()
    size = (n_cells, n_frames)
    print(f"\nSpikes of {n_cells} neurons, {n_frames} frames, on {os.cpu_count()} processors")
    print("what | seconds | reference | times faster | must")
    holds = True
    for method in METHODS:
        taken: dict[Any, list[float]] = {1: [], 2: [], "reference": []}
        for _ in range(rounds):
            for n_workers in (1, 2):
                taken[n_workers].append(_asked("ours", method, n_workers, *size))
            if is_there:
                taken["reference"].append(_asked("reference", method, 1, *size))
        slow = statistics.median(taken["reference"]) if is_there else float("nan")
        for n_workers in (1, 2):
            seconds = statistics.median(taken[n_workers])
            most = SLOWEST.get((method, n_workers))
            is_ok = most is None or not is_there or seconds <= most * slow
            holds &= is_ok
            must = "" if most is None else f">= {1 / most:.0f} {'ok' if is_ok else 'NO'}"
            words = f"{method}, {n_workers} worker{'s' if n_workers > 1 else ''}"
            print(f"{words} | {seconds:.2f} | {slow:.1f} | {slow / seconds:.1f} | {must}")
    for method, what in itertools.product(ALL_METHODS, ("peak", "peak32")):
        peak = _asked(what, method, 2, *size)
        holds &= peak <= MOST_MEMORY
        verdict = "ok" if peak <= MOST_MEMORY else "NO"
        words = f"{method}, peak memory in calcium, {'float32' if '32' in what else 'float64'}"
        print(f"{words} | {peak:.2f} | | | <= {MOST_MEMORY:g} {verdict}")
    for method in ALL_METHODS:
        seconds = _asked("try", method, 1, *size)
        holds &= seconds <= MOST_TRYING_SEC
        verdict = "ok" if seconds <= MOST_TRYING_SEC else "NO"
        print(
            f"{method}, tried on 5 neurons | {seconds:.2f} | | | <= {MOST_TRYING_SEC:g} {verdict}"
        )
    return holds & _is_linear(n_cells, n_frames)


def _is_linear(n_cells: int, n_frames: int) -> bool:
    """Print the exponents over frames and neurons; near 1 is linear."""
    holds = True
    few = max(2, n_cells // 10)
    for axis, shapes in (
        ("frames", [(few, n_frames // 4), (few, n_frames), (few, n_frames * 4)]),
        ("neurons", [(few, n_frames), (few * 3, n_frames), (few * 9, n_frames)]),
    ):
        for method in METHODS:
            seconds = [_asked("processor", method, 1, *shape) for shape in shapes]
            sizes = [cells * frames for cells, frames in shapes]
            exponent = float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])
            is_ok = exponent <= 1.2
            holds &= is_ok
            verdict = "ok" if is_ok else "NO"
            print(f"{method}, exponent over {axis} | {exponent:.2f} | | | <= 1.2 {verdict}")
    return holds


def main(words: list[str]) -> int:
    """Measure everything, or the one thing that another process asks for."""
    warnings.simplefilter("ignore")
    if words and words[0] in MEASURES:
        what, method, *numbers = words
        print(MEASURES[what](method, *map(int, numbers)))
        return 0
    sizes = [int(word) for word in words] + [N_CELLS, N_FRAMES, 1][len(words) :]
    return int(not _rows(*sizes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
