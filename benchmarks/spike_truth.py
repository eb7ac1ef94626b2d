"""How good every method is where the spikes are known: ``python -m benchmarks.spike_truth``.

Options: ``--building`` scores the recordings that parameters were chosen on, not the held-back
ones; ``--fps 10,30`` scores some frame rates; ``--only matched`` runs some methods.
The rows ``wavelet`` and ``threshold`` are the methods here that are identical to driada 1.2.2; at
120 Hz its own wavelet method raises.
"""

from __future__ import annotations

import functools
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.spike_scores import CellTruth, Detected, Scores, score
from benchmarks.spike_simulation import (
    BUILDING_SEEDS,
    FRAME_RATES,
    INDICATORS,
    NOISE_LEVELS,
    TABLE_SEEDS,
    Recording,
    simulate,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from driada_widgets.core.spikes.matched import Reconstruction

    Case = tuple[str, float, float, int]

PATCHED = Path(__file__).parent / "data" / "patch_oopsi_cell12" / "patch_oopsi_cell12.npz"
PATCHED_RATE_HZ = 66.89052696358677
T_RISE_SEC, T_OFF_SEC = 0.25, 2.0
N_PROCESSES = 2


def _exact(method: str) -> Callable[[NDArray[np.float64], float], list[Detected]]:
    """Give a method of the reference, with its default parameters and kinetics."""

    def run(calcium: NDArray[np.float64], fps: float) -> list[Detected]:
        from driada_widgets.core.spikes.parameters import ReconstructionParameters
        from driada_widgets.core.spikes.reconstruct import bank_for, reconstruct_cell

        parameters = ReconstructionParameters.of(method, {"fps": fps})
        bank = bank_for(calcium.shape[1], parameters)
        found = [
            reconstruct_cell(
                np.maximum(trace, 0.0),  # as an experiment does
                parameters,
                t_rise=T_RISE_SEC * fps,
                t_off=T_OFF_SEC * fps,
                bank=bank,
            )
            for trace in calcium
        ]
        return [Detected(frames=one.frames, amplitudes=one.heights) for one in found]

    return run


def _oasis(order: int) -> Callable[[NDArray[np.float64], float], list[Detected]]:
    def run(calcium: NDArray[np.float64], fps: float) -> list[Detected]:
        from driada_widgets.core.spikes.oasis import oasis_events

        return [_detected(oasis_events(trace, fps=fps, order=order)) for trace in calcium]

    return run


def _matched(calcium: NDArray[np.float64], fps: float) -> list[Detected]:
    from driada_widgets.core.spikes.matched import matched_recording

    return [_detected(found) for found in matched_recording(calcium, fps=fps)]


def _detected(found: Reconstruction) -> Detected:
    return Detected(frames=found.onset_frames, amplitudes=found.amplitudes)


METHODS: Mapping[str, Callable[[NDArray[np.float64], float], list[Detected]]] = {
    "wavelet": _exact("wavelet"),
    "threshold": _exact("threshold"),
    "OASIS AR(1)": _oasis(1),
    "OASIS AR(2)": _oasis(2),
    "matched": _matched,
}


def truths_of(recording: Recording) -> list[CellTruth]:
    """Give what is known of each neuron of a recording."""
    return [
        CellTruth(
            spike_secs=spikes,
            n_frames=recording.calcium.shape[1],
            clean=None if recording.clean is None else recording.clean[cell],
        )
        for cell, spikes in enumerate(recording.spike_secs)
    ]


def patched() -> Recording:
    """Give the neuron that was patched while it was imaged."""
    with np.load(PATCHED, allow_pickle=False) as arrays:
        calcium, spikes = arrays["calcium"], arrays["spikes"][0]
    frames = np.repeat(np.arange(spikes.size), spikes.astype(np.int64))
    secs = np.asarray((frames + 0.5) / PATCHED_RATE_HZ)
    return Recording(calcium=calcium, clean=None, spike_secs=(secs,), fps=PATCHED_RATE_HZ)


def found_in(case: Case, names: Sequence[str] = tuple(METHODS)) -> dict[str, list[Detected]]:
    """Run methods on one case."""
    indicator, fps, noise, seed = case
    recording = simulate(INDICATORS[indicator], fps=fps, noise=noise, seed=seed)
    return {name: METHODS[name](recording.calcium, fps) for name in names}


def scored(cases: Sequence[Case], found: Sequence[dict[str, list[Detected]]]) -> dict[str, Scores]:
    """Score every method on some cases of one frame rate together."""
    truths: list[CellTruth] = []
    for indicator, fps, noise, seed in cases:
        truths += truths_of(simulate(INDICATORS[indicator], fps=fps, noise=noise, seed=seed))
    return {
        name: score(truths, [one for case in found for one in case[name]], cases[0][1])
        for name in found[0]
    }


def _line(what: Sequence[str], name: str, scores: Scores) -> str:
    cells = [
        *what,
        name,
        *(f"{value:.2f}" for value in (scores.precision[0], scores.recall[0])),
        f"{scores.f1[0]:.3f}",
        *(f"{value:.2f}" for value in (scores.precision[1], scores.recall[1])),
        f"**{scores.f1[1]:.3f}**" if name == "matched" else f"{scores.f1[1]:.3f}",
        f"{scores.chance[1]:.2f}",
        f"{1000 * scores.lag_sec:.0f}",
        f"{scores.correlation:.2f}",
        f"{100 * scores.amplitude_error:+.0f} %" if np.isfinite(scores.amplitude_error) else "",
    ]
    return "| " + " | ".join(cells) + " |"


HEAD = (
    "| indicator | fps | noise | method | P 0.5 s | R 0.5 s | F1 0.5 s | P 0.2 s | R 0.2 s "
    "| F1 0.2 s | chance 0.2 s | lag ms | corr. | amplitude |\n" + "|---" * 14 + "|"
)


def main(words: Sequence[str]) -> int:
    """Score, print, and give 1 if ``matched`` is not best or its amplitudes are off."""
    seeds = BUILDING_SEEDS if "--building" in words else TABLE_SEEDS
    rates: tuple[float, ...] = FRAME_RATES
    if "--fps" in words:
        rates = tuple(float(rate) for rate in words[words.index("--fps") + 1].split(","))
    names = tuple(METHODS)
    if "--only" in words:
        names = tuple(words[words.index("--only") + 1].split(","))
    cases = [
        (indicator, fps, noise, seed)
        for indicator in INDICATORS
        for fps in rates
        for noise in NOISE_LEVELS
        for seed in seeds
    ]
    run = functools.partial(found_in, names=names)
    with ProcessPoolExecutor(N_PROCESSES) as pool:
        found = dict(zip(cases, pool.map(run, cases), strict=True))
    print(HEAD)
    missed = _print_simulated(found)
    real = patched()
    for name in names:
        result = score(truths_of(real), METHODS[name](real.calcium, real.fps), real.fps)
        print(_line(("patch clamp", "67", "real"), name, result))
    for text in missed:
        print(f"missed: {text}")
    return int(bool(missed))


def _print_simulated(found: Mapping[Case, dict[str, list[Detected]]]) -> list[str]:
    missed = []
    groups = dict.fromkeys((indicator, fps) for indicator, fps, _, _ in found)
    for indicator, fps in groups:
        together = [case for case in found if case[:2] == (indicator, fps)]
        rows = [("all", together)]
        rows += [
            (f"{100 * noise:.0f} %", [case for case in together if case[2] == noise])
            for noise in dict.fromkeys(case[2] for case in together)
        ]
        for label, cases in rows:
            scores = scored(cases, [found[case] for case in cases])
            for name, result in scores.items():
                print(_line((indicator, f"{fps:.0f}", label), name, result), flush=True)
            if label == "all":
                missed += _missed(f"{indicator} at {fps:.0f} Hz", scores, fps)
    return missed


def _missed(where: str, scores: Mapping[str, Scores], fps: float) -> list[str]:
    own = scores.get("matched")
    if own is None:
        return []
    texts = [
        f"{where}: F1 {own.f1[1]:.3f}, {name} {other.f1[1]:.3f}"
        for name, other in scores.items()
        if name != "matched" and not own.f1[1] > other.f1[1]
    ]
    if not abs(own.amplitude_error) <= 0.15:
        texts.append(f"{where}: amplitudes {own.amplitude_error:+.2f}")
    if not abs(own.lag_sec) <= max(1 / fps, 0.03):
        texts.append(f"{where}: lag {own.lag_sec:.3f} s")
    return texts


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
