"""Experiments that were built lately from one recording, so that undoing spikes is at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from driada_widgets.core.pipeline import LoadResult
    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.core.sources.base import Fingerprint
    from driada_widgets.panel.snapshot import Summary

__all__ = ["Kept", "KeptResults", "same_but_spikes"]

MAX_BYTES = 512 << 20
"""Of the arrays of spikes that are kept beside those on screen; all share calcium and features."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kept:
    """An experiment with the request and the file that it was made from."""

    request: LoadRequest
    fingerprint: Fingerprint | None
    result: LoadResult
    summary: Summary

    @property
    def n_bytes(self) -> int:
        """Memory of what is not shared: spikes and their amplitudes."""
        contents = self.result.experiment.contents
        arrays = (contents.spikes, contents.asp, contents.reconstructions)
        return sum(array.nbytes for array in arrays if array is not None)


class KeptResults:
    """The newest experiments that differ in nothing but their spikes."""

    def __init__(self) -> None:
        self._kept: tuple[Kept, ...] = ()

    def keep(self, kept: Kept) -> None:
        """Keep an experiment; those of other data go, and old ones that take too much memory."""
        others = [
            each
            for each in self._kept
            if same_but_spikes(each.request, kept.request)
            and each.fingerprint == kept.fingerprint
            and each.request.spikes != kept.request.spikes
        ]
        room, chosen = MAX_BYTES, [kept]
        for each in others:  # the newest first
            if each.request.spikes is None or each.n_bytes <= room:
                room -= each.n_bytes
                chosen.append(each)
        self._kept = tuple(chosen)

    def find(self, request: LoadRequest, fingerprint: Fingerprint | None) -> Kept | None:
        """Give the experiment of a request, wherever it is saved to."""
        for each in self._kept:
            is_same = same_but_spikes(each.request, request)
            if is_same and each.request.spikes == request.spikes:
                return each if each.fingerprint == fingerprint else None
        return None

    def clear(self) -> None:
        """Let all go."""
        self._kept = ()


def same_but_spikes(one: LoadRequest, other: LoadRequest) -> bool:
    """Say whether two requests ask for the same experiment, but for its spikes."""
    return replace(one, spikes=None, save=None) == replace(other, spikes=None, save=None)
