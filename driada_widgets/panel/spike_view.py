"""What the Spikes section shows, as one frozen part of the snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["INDICATORS", "SpikeColumn", "SpikePicture", "SpikeRow", "SpikeView"]

SpikePicture = Literal["raster", "quality"]
SpikeColumn = Literal[
    "cell", "n_events", "event_rate_hz", "snr", "r2", "t_rise_sec", "t_off_sec", "problem"
]

INDICATORS = ("GCaMP6s", "GCaMP6f", "jGCaMP8m")
"""Indicators on which the methods were measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpikeRow:
    """What the spikes of one neuron are worth; NaN where something is not known.

    Parameters
    ----------
    cell
        Row of the recording.
    n_events
        Number of events.
    event_rate_hz
        Events a second.
    snr
        Median amplitude over the noise.
    r2
        Share of the variance that the events explain.
    t_rise_sec, t_off_sec
        Kinetics that were used, in seconds.
    problem
        Why there is nothing, in words; empty if nothing is wrong.
    """

    cell: int
    n_events: int
    event_rate_hz: float
    snr: float
    r2: float
    t_rise_sec: float
    t_off_sec: float
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpikeView:
    """The method that is being chosen, what was tried, and what is shown of the spikes.

    Parameters
    ----------
    method
        As a request calls it; empty: the one that is recommended.
    options
        What differs from the defaults: method, name and value.
    indicator
        One of ``INDICATORS``; empty: not known.
    trying
        Whether the method is being tried on a few neurons.
    tried
        What that gave.
    tried_with
        The method and its options at that time, in words.
    tried_on
        The part of the recording that was looked at, in words; empty: all of it.
    tried_spec
        The same, to see whether they are others now.
    shown
        Which picture of the spikes is on screen.
    measuring
        Share of the neurons whose spikes are judged so far; ``None`` if nobody is judging.
    quality_revision
        Grows with each judgement; 0: there is none for the spikes on screen.
    sort_column, sort_descending, page
        How the table is sorted, and which of its pages is shown, from 0.
    n_looks
        How often the neurons that were tried were asked to be seen over their traces.
    """

    method: str = ""
    options: tuple[tuple[str, str, Any], ...] = ()
    indicator: str = ""
    trying: bool = False
    tried: tuple[SpikeRow, ...] = ()
    tried_with: str = ""
    tried_spec: Any = None
    shown: SpikePicture = "raster"
    measuring: float | None = None
    quality_revision: int = 0
    sort_column: SpikeColumn = "cell"
    sort_descending: bool = False
    page: int = 0
    n_looks: int = 0
    tried_on: str = ""
