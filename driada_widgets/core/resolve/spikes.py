"""Spikes: what was asked for, and what can be done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.core.resolve.findings import Findings
    from driada_widgets.core.resolve.roles import Part

__all__ = ["SPIKE_METHODS", "check_spikes"]

SPIKE_METHODS = ("wavelet", "threshold", "callable")
"""Methods that a request may name; ``callable`` stands for a function given in code."""


def check_spikes(request: LoadRequest, parts: Sequence[Part], found: Findings) -> None:
    """Refuse an unknown method, and say that spikes are not reconstructed."""
    has_spikes = any(part.role == "spikes" for part in parts)
    if request.spikes is None:
        return
    method = request.spikes.method
    if method not in SPIKE_METHODS:
        text = f"Unknown method '{method}'. Use 'wavelet', 'threshold', or provide a callable."
        found.refuse("spike-method-unknown", "spikes", text)
        return
    kept = "the spikes of the file are kept" if has_spikes else "the experiment has no spikes"
    found.warn(
        "spikes-not-reconstructed",
        "spikes",
        f"Spikes were asked for (method '{method}') but this version does not reconstruct them: "
        f"{kept}.",
    )
