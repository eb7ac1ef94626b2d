"""The beginning of a recording, as contents of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from driada_widgets.core.experiment.derive import DerivedArrays

if TYPE_CHECKING:
    from driada_widgets.core.experiment.contents import Contents, Filled

__all__ = ["beginning"]


def beginning(contents: Contents, n_frames: int) -> Contents:
    """Give neurons over their first frames; nothing is copied.

    Parameters
    ----------
    contents
        Without spikes.
    n_frames
        Frames of the experiment, bad ones not counted.

    Returns
    -------
    Contents
        Those given if they are no longer; else without features. A gap at the cut is filled with
        the last value before it.
    """
    derived = DerivedArrays(contents)
    if derived.n_frames <= n_frames:
        return contents
    kept, mask = derived.kept_frames, contents.bad_frames_mask
    stop = n_frames if kept is None else int(kept[n_frames - 1]) + 1
    filled = (_clipped(each, stop) for each in contents.calcium_filled)
    return replace(
        contents,
        calcium=np.asarray(contents.calcium)[:, :stop],
        calcium_filled=tuple(each for each in filled if each.ranges),
        bad_frames_mask=None if mask is None else mask[:stop],
        features=(),
    )


def _clipped(filled: Filled, stop: int) -> Filled:
    ranges = tuple((start, min(end, stop)) for start, end in filled.ranges if start < stop)
    return replace(filled, ranges=ranges)
