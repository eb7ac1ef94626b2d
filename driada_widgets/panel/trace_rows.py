"""What the trace picture draws beside the traces: features, proposals, events and their traces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from driada_widgets.core.errors import ParameterError
from driada_widgets.panel.binding import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["FeatureRow", "OverlayRows", "Proposal", "check_shapes", "overlay_state"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureRow:
    """One feature drawn under the traces, on their clock.

    Parameters
    ----------
    name
        Name as in the file.
    columns
        Shape ``(2, n)``, the same columns as the traces (``min_max_columns(...)[0]``).
    units
        Unit of the values; may be empty.
    discrete
        Drawn as steps.
    """

    name: str
    columns: NDArray[np.float32]
    units: str = ""
    discrete: bool = False

    @property
    def state(self) -> dict[str, Any]:
        """What the page is told of it beside its numbers."""
        return {
            "name": plain(self.name, limit=60),
            "units": plain(self.units, limit=30),
            "discrete": self.discrete,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Frames that might be bad: ``start`` to ``stop`` (half-open), and why."""

    start: int
    stop: int
    reason: str

    @property
    def state(self) -> dict[str, Any]:
        """What the page is told."""
        return {"start": self.start, "stop": self.stop, "reason": plain(self.reason)}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OverlayRows:
    """Events and reconstructed traces, drawn over the traces.

    Parameters
    ----------
    title
        What they are, for the legend.
    places
        Traces, counted from the top, that have a reconstruction.
    columns
        One for each place, shape ``(2, n)``, the same columns as the traces.
    events
        Frames of the events, one array for each trace; they need not be in the window.
    """

    title: str
    places: tuple[int, ...]
    columns: tuple[NDArray[np.float32], ...]
    events: tuple[NDArray[np.int64], ...]


def overlay_state(rows: OverlayRows | None) -> dict[str, Any]:
    """Give the traits of the picture that hold an overlay; without one they are empty."""
    if rows is None:
        return {
            "over_title": "",
            "over_places": [],
            "over_block": b"",
            "event_counts": [],
            "event_block": b"",
        }
    return {
        "over_title": plain(rows.title, limit=80),
        "over_places": list(rows.places),
        "over_block": b"".join(part.astype("<f4", copy=False).tobytes() for part in rows.columns),
        "event_counts": [len(frames) for frames in rows.events],
        "event_block": b"".join(frames.astype("<i4").tobytes() for frames in rows.events),
    }


def check_shapes(
    labels: Sequence[str],
    columns: NDArray[np.float32],
    features: Sequence[FeatureRow],
    overlay: OverlayRows | None,
) -> None:
    """Refuse rows that do not belong together.

    Raises
    ------
    ParameterError
        If labels, columns, features and overlay do not fit together.
    """
    if columns.ndim != 3 or columns.shape[:2] != (len(labels), 2):
        msg = (
            f"Expected columns of shape ({len(labels)}, 2, n), one row for each label, "
            f"but they have the shape {columns.shape}."
        )
        raise ParameterError(msg)
    others = [(row.name, row.columns) for row in features]
    if overlay is not None:
        names = [f"reconstruction {place}" for place in overlay.places]
        others += zip(names, overlay.columns, strict=True)
        if len(overlay.events) != len(labels):
            msg = (
                f"Expected events for {len(labels)} traces, one array for each label, but there "
                f"are {len(overlay.events)}."
            )
            raise ParameterError(msg)
    for name, part in others:
        if part.shape != columns.shape[1:]:
            msg = (
                f"Expected columns of shape {columns.shape[1:]} for {name!r}, as the traces "
                f"have, but they have the shape {part.shape}."
            )
            raise ParameterError(msg)
