"""Edits of step Map as pure functions: a request in, a request out."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.request.model import FeatureChoice, NanPolicies, NanPolicy

if TYPE_CHECKING:
    from driada_widgets.core.request.model import LoadRequest, PolicyName
    from driada_widgets.panel.parts import PartName

__all__ = ["number_or_text", "positive", "set_max_gap", "set_nan_of", "set_part", "with_use"]


def set_part(request: LoadRequest, name: str, part: PartName) -> LoadRequest:
    """Use an array as neural data, as what it is by its name or shape, or not at all.

    Parameters
    ----------
    request
        The request as it stands.
    name
        Name of the array in the file.
    part
        What to use it as; ``"constant"`` is no part of this function.
    """
    source = request.source
    if part == "neural":
        return with_use(replace(request, source=replace(source, neural=name)), name, use=True)
    if source.neural == name:
        request = replace(request, source=replace(source, neural=None))
    return with_use(request, name, use=part == "use")


def with_use(request: LoadRequest, name: str, *, use: bool) -> LoadRequest:
    """Take an array in or leave it out; a choice that then says nothing is not written."""
    listed = dict(request.features or {})
    choice = replace(listed.get(name, FeatureChoice()), use=use)
    if choice == FeatureChoice() and request.features is None:
        return request
    if choice == FeatureChoice() and all(
        each.type is None for other, each in listed.items() if other != name
    ):
        listed.pop(name, None)
        return replace(request, features=listed or None)
    listed[name] = choice
    return replace(request, features=listed)


def set_nan_of(request: LoadRequest, name: str | None, policy: PolicyName | None) -> LoadRequest:
    """Choose what happens to NaN in one array; the longest gap stays what it was.

    Parameters
    ----------
    request
        The request as it stands.
    name
        Name of the array; ``None``: every array that has no policy of its own.
    policy
        What to do; ``None``: as with the others.
    """
    nan = request.nan
    if name is None:
        return replace(
            request, nan=replace(nan, default=replace(nan.default, policy=policy or "raise"))
        )
    arrays = {key: value for key, value in nan.arrays.items() if key != name}
    if policy is not None:
        gap = nan.of(name).max_gap_sec
        arrays[name] = NanPolicy(policy=policy, max_gap_sec=gap)
    return replace(request, nan=NanPolicies(default=nan.default, arrays=arrays))


def set_max_gap(request: LoadRequest, seconds: float) -> LoadRequest:
    """Choose the longest gap that straight lines fill, in every array."""
    nan = request.nan
    arrays = {key: replace(value, max_gap_sec=seconds) for key, value in nan.arrays.items()}
    default = replace(nan.default, max_gap_sec=seconds)
    return replace(request, nan=NanPolicies(default=default, arrays=arrays))


def positive(name: str, text: str, where: str) -> float:
    """Read a number above 0 that a person typed; a comma may stand for the point.

    Raises
    ------
    ParameterError
        If it is none.
    """
    value = number_or_text(text)
    if isinstance(value, str) or value <= 0:
        msg = f"{name} must be a number above 0; got {text!r}."
        raise ParameterError(msg, where=where, found=text, fix="type a number, such as 0.5")
    return value


def number_or_text(text: str) -> float | str:
    """Read what was typed as a finite number where it is one."""
    cleaned = text.strip()
    try:
        value = float(cleaned.replace(",", "."))
    except ValueError:
        return cleaned
    return value if math.isfinite(value) else cleaned
