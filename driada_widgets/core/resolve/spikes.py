"""Spikes: what was asked for, and whether it can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from driada_widgets.core.errors import LoaderError, MissingPackageError
from driada_widgets.core.experiment.load_time_spikes import overridden
from driada_widgets.core.experiment.spike_methods import (
    LOAD_TIME_NAMES,
    SPIKE_METHODS,
    check_spike_options,
)
from driada_widgets.core.resolve.findings import listed, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.core.resolve.findings import Findings
    from driada_widgets.core.resolve.roles import Part

__all__ = ["check_spikes"]


def check_spikes(
    request: LoadRequest, parts: Sequence[Part], constants: Mapping[str, Any], found: Findings
) -> None:
    """Refuse an unknown method or option, and say that given spikes are replaced."""
    if request.spikes is None:
        return
    method, options = request.spikes.method, request.spikes.options
    if method not in SPIKE_METHODS:
        text = f"Unknown method '{method}'. Use 'wavelet', 'threshold', or provide a callable."
        fix = f"A request may name {listed(SPIKE_METHODS)}{nearest(method, SPIKE_METHODS)}"
        end = "" if fix.endswith("?") else "."
        found.refuse("spike-method-unknown", "spikes", text, fix=fix + end)
        return
    fps = constants.get("fps")
    try:
        check_spike_options(method, options, fps=fps if isinstance(fps, int | float) else None)
    except MissingPackageError as error:
        text, _, fix = str(error).partition("\n")
        found.refuse("spike-package-missing", "spikes", text, fix=fix, error=type(error))
        return
    except LoaderError as error:
        found.refuse("spike-option-wrong", "spikes", str(error), error=type(error))
        return
    if any(part.role == "spikes" for part in parts):
        text = overridden(LOAD_TIME_NAMES.get(method, method))
        found.warn("spikes-overridden", "spikes", text)
