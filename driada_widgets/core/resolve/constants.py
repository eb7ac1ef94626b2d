"""Constants of the recording: what a person gave, what the file says, and the defaults."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from driada_widgets.core.report import Fix
from driada_widgets.core.sources.base import single_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.core.resolve.findings import Findings
    from driada_widgets.core.sources.base import ArrayInfo, Inventory

__all__ = ["DEFAULTS", "Constants", "resolve_constants", "stored_rate"]

DEFAULTS: dict[str, float] = {"t_rise_sec": 0.25, "t_off_sec": 2.0, "fps": 20}
"""Rise and decay time in seconds and frame rate in Hz that the documented functions assume."""

_MEANT = {
    "fps": "fps",
    "framerate": "fps",
    "framespersecond": "fps",
    "samplingrate": "fps",
    "samplerate": "fps",
    "trisesec": "t_rise_sec",
    "toffsec": "t_off_sec",
}
"""What a constant may be meant as, by its name without case, spaces and underscores."""

Origin = Literal["given", "file", "default"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """Values with their origins."""

    values: Mapping[str, Any]
    origin: Mapping[str, Origin]


def resolve_constants(request: LoadRequest, inventory: Inventory, found: Findings) -> Constants:
    """Fill in the constants that a person did not give.

    Parameters
    ----------
    request
        ``static_features`` win over everything else.
    inventory
        Its metadata may hold ``fps``.
    found
        Receives issues and notes.

    Returns
    -------
    Constants
        Given ones first, in their order, then the defaults.
    """
    values = {name: _plain(value) for name, value in request.static_features.items()}
    origin: dict[str, Origin] = dict.fromkeys(values, "given")
    stored = _rate_of_metadata(inventory)
    for name, default in DEFAULTS.items():
        if name in values:
            continue
        if name == "fps" and stored is not None:
            values[name], origin[name] = stored, "file"
            found.tell("fps-from-file", "fps", f"The frame rate {stored:g} Hz is from the file.")
        else:
            values[name], origin[name] = default, "default"
    if origin["fps"] == "default":
        _note_default_rate(values["fps"], inventory, found)
    elif origin["fps"] == "given":
        _note_other_rate(values["fps"], stored, found)
    _warn_of_other_names(values, origin, found)
    _check_values(values, found)
    return Constants(values=values, origin=origin)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def stored_rate(info: ArrayInfo) -> float | None:
    """Give the frame rate that an array named ``fps`` holds, or ``None``."""
    number = info.number if info.name.lower() == "fps" else None
    return number if number is not None and number > 0 else None


def _rate_of_metadata(inventory: Inventory) -> float | None:
    stored = inventory.metadata.get("fps")
    if isinstance(stored, np.generic | np.ndarray):
        stored = stored.tolist()
    number = single_number(stored)
    return number if number is not None and number > 0 else None


def _note_default_rate(fps: float, inventory: Inventory, found: Findings) -> None:
    offered = [rate for info in inventory.arrays if (rate := stored_rate(info)) is not None]
    text = (
        f"No frame rate is given: {fps:g} Hz is assumed. The file has fps = {offered[0]:g}."
        if offered
        else f"No frame rate is given and the file has none: {fps:g} Hz is assumed."
    )
    found.tell("fps-default", "fps", text)


def _warn_of_other_names(
    values: Mapping[str, Any], origin: Mapping[str, Origin], found: Findings
) -> None:
    """Say that a constant such as ``FPS`` is kept, but is not the one that is used."""
    for name, value in values.items():
        meant = _MEANT.get("".join(filter(str.isalnum, name.casefold())))
        if meant is None or name in DEFAULTS or origin[meant] != "default":
            continue
        text = (
            f"{name!r} = {value!r} is kept as a constant of its own; {meant} is not given, and "
            f"{values[meant]:g} is assumed. If {name!r} is meant, call it {meant!r}."
        )
        change = (("static_features", meant), value)
        fix = Fix(label=f"Use {value!r} as {meant}", changes=(change,))
        found.warn("constant-misnamed", name, text, fixes=(fix,))


def _note_other_rate(fps: Any, stored: float | None, found: Findings) -> None:
    if stored is not None and fps != stored:
        label = f"Use fps = {stored:g} from file"
        found.tell(
            "fps-differs",
            "fps",
            f"The frame rate {fps} Hz is as given; the file says {stored:g} Hz.",
            fixes=(Fix(label=label, changes=((("static_features", "fps"), stored),)),),
        )


def _check_values(values: Mapping[str, Any], found: Findings) -> None:
    texts = {name: _problem(name, values[name]) for name in DEFAULTS}
    for name, text in texts.items():
        if text:
            found.refuse("constant-invalid", name, text, fix=_way_out(name))
    if any(texts.values()):
        return
    rise, off = values["t_rise_sec"], values["t_off_sec"]
    if off <= rise:
        found.refuse(
            "constant-invalid",
            "t_off_sec",
            f"t_off_sec ({off:g} s) must be greater than t_rise_sec ({rise:g} s).",
        )


def _problem(name: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"{name} must be a number, got {value!r} ({type(value).__name__})"
    if math.isnan(value):
        return f"{name} cannot be NaN"
    if math.isinf(value):
        return f"{name} cannot be infinite"
    return "" if value > 0 else f"{name} must be positive, got {value}"


def _way_out(name: str) -> str:
    unit = "frames per second" if name == "fps" else "seconds"
    return f"Give {name} in {unit}, such as {DEFAULTS[name]:g}."
