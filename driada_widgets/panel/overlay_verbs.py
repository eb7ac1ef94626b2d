"""The user's verbs for what is seen in the traces: an overlay, and traces without their noise."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from driada_widgets.panel.picture_verbs import PictureVerbs

if TYPE_CHECKING:
    from driada_widgets.panel.overlays import TraceOverlay

__all__ = ["OverlayVerbs"]


class OverlayVerbs(PictureVerbs):
    """Traces: what is drawn over them, and whether they are denoised. No edit of the request."""

    _overlay: TraceOverlay | None = None
    _overlay_of: object = None

    def show_overlay(self, overlay: TraceOverlay | None) -> None:
        """Draw events and reconstructed traces over the traces; ``None``: take them away.

        They go by themselves when another recording is opened, or another array is the calcium.
        """
        with self._lock:
            if overlay is not None or self._overlay is not None:
                self._overlay, self._overlay_of = overlay, self.traces_id
                self._show(overlay_revision=self.snapshot.pictures.overlay_revision + 1)

    @property
    def overlay(self) -> TraceOverlay | None:
        """What is drawn over the traces, or ``None``."""
        return self._overlay if self._overlay_of == self.traces_id else None

    def set_denoised(self, denoised: bool) -> None:
        """Show the traces without their noise; what is built stays as it is in the file."""
        self._show(denoised=denoised)

    @property
    def traces_id(self) -> object:
        """Equal as long as the traces on screen are those of the same array of the same file."""
        wish = self._wish_of("")
        return None if wish is None else replace(wish, bad=())
