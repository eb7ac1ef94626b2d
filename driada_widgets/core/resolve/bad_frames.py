"""Bad frames: what a person wrote, as sorted half-open ranges inside the recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from driada_widgets.core.errors import DataShapeError, LoaderError
from driada_widgets.core.report import Fix
from driada_widgets.core.request import frames

if TYPE_CHECKING:
    from driada_widgets.core.request.frames import Ranges
    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.core.resolve.findings import Findings

__all__ = ["refuse_too_few", "resolve_bad_frames"]


def resolve_bad_frames(request: LoadRequest, n_frames: int | None, found: Findings) -> Ranges:
    """Check the bad frames and cut them to the recording.

    Parameters
    ----------
    request
        ``bad_frames`` are half-open ranges and single frames.
    n_frames
        Length of the recording; ``None`` if unknown: then nothing is cut.
    found
        Receives issues, and one warning with the number of frames past the end.

    Returns
    -------
    Ranges
        Sorted, merged, within ``[0, n_frames)``.
    """
    try:
        merged = frames.from_given(request.bad_frames, n_frames=n_frames)
    except LoaderError as error:
        for text, kind in _problems(request.bad_frames, n_frames, error).items():
            found.refuse("bad-frame-invalid", "bad_frames", text, error=kind)
        return ()
    if n_frames is None:
        return merged
    inside, n_past = frames.clip(merged, n_frames)
    if n_past:
        past = [(max(start, n_frames), stop) for start, stop in merged if stop > n_frames]
        found.warn(
            "bad-frames-past-end",
            "bad_frames",
            f"{n_past} of {frames.count(merged)} bad frames are past the end of the recording "
            f"(frames 0…{n_frames - 1}) and are ignored: {frames.to_text(past)}.",
        )
    if n_frames - frames.count(inside) < 2:
        refuse_too_few(n_frames - frames.count(inside), n_frames, found)
    return inside


def _problems(
    given: object, n_frames: int | None, first: LoaderError
) -> dict[str, type[LoaderError]]:
    """Give the text of every entry that is no frame, each once; of what is no list, the first."""
    texts: dict[str, type[LoaderError]] = {}
    entries = given if isinstance(given, list | tuple) else ()
    for entry in entries:
        if isinstance(entry, bool):
            continue  # of a mask, only the whole can be judged
        try:
            frames.from_given([entry], n_frames=n_frames)
        except LoaderError as error:
            texts[str(error)] = type(error)
    return texts or {str(first): type(first)}


def refuse_too_few(n_left: int, n_frames: int, found: Findings) -> None:
    """Say that removing frames leaves nothing to build from."""
    left = "no frame is" if n_left == 0 else "1 frame is"
    found.refuse(
        "all-frames-bad",
        "bad_frames",
        f"{n_frames - n_left} of {n_frames} frames are removed: {left} left; "
        "at least 2 are needed.",
        error=DataShapeError,
        fixes=(Fix(label="Keep all frames", changes=((("bad_frames",), None),)),),
    )
