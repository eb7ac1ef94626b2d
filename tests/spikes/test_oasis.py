from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from driada_widgets.core.errors import MissingPackageError
from driada_widgets.core.spikes.oasis import oasis_events

if TYPE_CHECKING:
    from numpy.typing import NDArray


def sawtooth() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Give transients that rise at once, and the frames in which they start."""
    n_frames, factor, noise = 1200, 0.92, 0.03
    onsets = np.arange(30, n_frames - 40, 60)
    trace = np.zeros(n_frames)
    for frame in range(1, n_frames):
        trace[frame] = factor * trace[frame - 1] + (frame in onsets)
    return trace + noise * np.random.default_rng(0).normal(size=n_frames), onsets


@pytest.mark.parametrize("order", [1, 2], ids=["ar1", "ar2"])
def test_planted_spikes_are_found(order: int) -> None:
    """Every planted spike has a detection within a frame, and few others are found."""
    trace, onsets = sawtooth()

    found = oasis_events(trace, fps=20.0, order=order)

    assert all(np.abs(found.onset_frames - onset).min() <= 1 for onset in onsets)
    assert found.onset_frames.size < 3 * onsets.size
    assert found.reconstruction.shape == trace.shape
    assert found.kinetics.t_off_sec > found.kinetics.t_rise_sec > 0


@pytest.mark.parametrize(
    "trace",
    [np.zeros(0), np.full(300, 1.0), np.full(300, np.nan), np.arange(300.0)],
    ids=["empty", "constant", "nan", "ramp"],
)
def test_traces_with_nothing_in_them_raise_nothing(trace: NDArray[np.float64]) -> None:
    """The amplitudes are finite and the reconstruction is as long as the trace."""
    found = oasis_events(trace, fps=20.0)

    assert np.isfinite(found.amplitudes).all()
    assert found.reconstruction.shape == trace.shape


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the extra."""
    monkeypatch.setitem(sys.modules, "oasis.functions", None)

    with pytest.raises(MissingPackageError, match=r"driada-widgets\[oasis\]"):
        oasis_events(np.zeros(100), fps=20.0)
