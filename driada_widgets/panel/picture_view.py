"""What the linked pictures show, as one frozen part of the snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "FEATURE_ORDER",
    "ORDERS",
    "TRIED_ORDER",
    "ColourBy",
    "PictureName",
    "PictureView",
    "QualityColumn",
]

PictureName = Literal["traces", "heatmap", "trajectory", "quality"]
ColourBy = Literal["time", "cell"]
QualityColumn = Literal["cell", "noise", "peak", "peak_frame", "snr", "skewness", "active", "flags"]

ORDERS: dict[str, tuple[str, bool]] = {
    "cell": ("number", False),
    "snr": ("SNR", True),
    "noise": ("noise", False),
    "peak": ("peak", True),
    "peak_frame": ("time of peak", False),
    "skewness": ("skewness", True),
    "active": ("active fraction", True),
}
"""What neurons can be sorted by: its name, and whether the greatest comes first."""
FEATURE_ORDER = "feature:"
"""Before the name of a feature that neurons are sorted by their correlation with."""
TRIED_ORDER = "tried"
"""The neurons on which a spike method was tried stand first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureView:
    """Which picture is on screen, and what is chosen in the pictures.

    Parameters
    ----------
    shown
        The picture on screen.
    order
        A key of ``ORDERS``, or ``FEATURE_ORDER`` and the name of a feature.
    order_revision
        Grows when the neurons stand in another order.
    cell
        The selected neuron (a row of the file), or ``None``.
    path_x, path_y
        Names of what the trajectory shows; ``path_y`` is empty for a feature of two components.
    colour_by
        What colours the trajectory.
    quality_revision
        Grows with each measurement of the neurons; 0: there is none for what is shown.
    measuring
        Share of the neurons measured so far, ``None`` if nothing is being measured.
    sort_column, sort_descending, page
        How the table of quality is sorted, and which of its pages is shown, from 0.
    dark
        Whether the page around the panel is dark.
    overlay_revision
        Grows when something else is drawn over the traces.
    denoised
        Whether the traces are shown without their noise.
    """

    shown: PictureName = "traces"
    order: str = "cell"
    order_revision: int = 0
    cell: int | None = None
    path_x: str = ""
    path_y: str = ""
    colour_by: ColourBy = "time"
    quality_revision: int = 0
    measuring: float | None = None
    sort_column: QualityColumn = "cell"
    sort_descending: bool = False
    page: int = 0
    dark: bool = False
    overlay_revision: int = 0
    denoised: bool = False
