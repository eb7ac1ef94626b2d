"""What trials of spike methods on one recording share, measured once."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from driada_widgets.core.experiment.contents import Contents
    from driada_widgets.core.spikes.matched import Kinetics

__all__ = ["TrialMemory"]

POLL_SEC = 0.05
"""Longest time until a cancelled call notices, while another one measures."""


@dataclass(frozen=True, eq=False)
class _Known:
    contents: Contents
    fps: float
    kinetics: Kinetics


class TrialMemory:
    """Kinetics of the recording that was tried last.

    Calls from several threads measure once: those that come later wait, and measure themselves
    if the first one is cancelled or fails.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._known: _Known | None = None

    def kinetics(
        self,
        contents: Contents,
        measure: Callable[[], Kinetics],
        *,
        fps: float,
        check: Callable[[], None] | None = None,
    ) -> Kinetics:
        """Give the kinetics of a recording, measured now if they are not known.

        Parameters
        ----------
        contents
            Decides, with the frame rate, whether what is known holds.
        measure
            Measures them.
        fps
            Frame rate in Hz.
        check
            Called while another call measures; stops by raising.

        Returns
        -------
        Kinetics
        """
        while not self._turn.acquire(timeout=POLL_SEC):
            if check is not None:
                check()
        try:
            known = self._known
            if known is None or known.fps != fps or not _same_traces(known.contents, contents):
                known = self._known = _Known(contents=contents, fps=fps, kinetics=measure())
            return known.kinetics
        finally:
            self._turn.release()


def _same_traces(one: Contents, other: Contents) -> bool:
    """Say whether neurons have the same traces; arrays in memory are not compared by value."""
    masks = (one.bad_frames_mask, other.bad_frames_mask)
    is_same_cut = masks[0] is masks[1] or (
        masks[0] is not None and masks[1] is not None and np.array_equal(masks[0], masks[1])
    )
    return (
        one.calcium is other.calcium
        and is_same_cut
        and one.kept_cells == other.kept_cells
        and one.calcium_filled == other.calcium_filled
    )
