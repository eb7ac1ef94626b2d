"""Sizes and orientation: which axis is time, and whether all arrays agree on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from driada_widgets.core.errors import DataShapeError, DataTypeError
from driada_widgets.core.report import Fix
from driada_widgets.core.resolve.findings import leave_out, listed, nearest
from driada_widgets.core.resolve.neural import type_problem
from driada_widgets.core.resolve.roles import PER_CELL_ROLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.core.resolve.findings import Findings
    from driada_widgets.core.resolve.roles import Part

__all__ = ["Layout", "check_transpose_names", "lay_out"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Size of the neural data, cells first, and the arrays that are turned to fit."""

    n_cells: int
    n_frames: int
    transposed: frozenset[str]


def lay_out(request: LoadRequest, parts: Sequence[Part], found: Findings) -> Layout | None:
    """Decide the size of the recording and check every array against it.

    Parameters
    ----------
    request
        ``transpose`` names arrays that are stored frames first.
    parts
        One of them is calcium, with two axes.
    found
        Receives issues and notes.

    Returns
    -------
    Layout or None
        ``None`` if the calcium itself cannot be used.
    """
    neural = next(part for part in parts if part.role == "calcium")
    n_cells, n_frames = _oriented(request, neural)
    if not _is_large_enough(neural, n_cells, n_frames, found):
        return None
    if neural.name not in request.transpose and _is_turned(parts, neural, found):
        return None
    transposed = {part.name for part in parts if part.name in request.transpose}
    transposed |= _turn_features(request, parts, n_frames, found)
    layout = Layout(n_cells=n_cells, n_frames=n_frames, transposed=frozenset(transposed))
    _check_per_cell(parts, layout, found)
    _check_lengths(parts, layout, found)
    return layout


def check_transpose_names(request: LoadRequest, names: Sequence[str], found: Findings) -> None:
    """Refuse to transpose an array that is not in the file."""
    for name in request.transpose:
        if name not in names:
            text = f"transpose names {name!r}, which is not in the file{nearest(name, names)}"
            found.refuse("transpose-unknown", "transpose", text)


def _oriented(request: LoadRequest, part: Part) -> tuple[int, int]:
    first, second = part.info.shape
    return (second, first) if part.name in request.transpose else (first, second)


def _is_large_enough(part: Part, n_cells: int, n_frames: int, found: Findings) -> bool:
    if n_cells == 0:
        text = f"{part.name} has no neurons {part.info.shape}"
        found.refuse("no-neurons", part.name, text, error=DataShapeError)
        return False
    if n_frames < 2:
        frames = f"{n_frames} frame" if n_frames == 1 else "no frames"
        text = f"{part.name} has {frames} {part.info.shape}; at least 2 are needed"
        found.refuse("too-few-frames", part.name, text, error=DataShapeError)
        return False
    return True


def _is_turned(parts: Sequence[Part], neural: Part, found: Findings) -> bool:
    """Say whether features prove that calcium is stored frames first; ask if they cannot."""
    rows, columns = neural.info.shape
    fix = _turn_back(parts, neural)
    if rows == columns:
        found.warn(
            "orientation-square",
            neural.name,
            f"{neural.name} is {rows}×{columns}: its shape does not tell neurons from frames. "
            "It is taken as neurons × frames.",
            asks=True,
            fixes=(fix,),
        )
        return False
    lengths = {part.name: part.info.shape[0] for part in _one_dimensional(parts)}
    witnesses = [name for name, length in lengths.items() if length == rows]
    if witnesses and columns not in lengths.values():
        found.refuse(
            "calcium-transposed",
            neural.name,
            f"{neural.name} is {rows}×{columns} but {witnesses[0]!r} has {rows} frames: "
            "looks transposed.",
            fix=f"Load it with transpose=({neural.name!r},).",
            error=DataShapeError,
            fixes=(fix,),
        )
        return True
    if rows > columns and columns not in lengths.values():
        found.warn(
            "orientation-unproven",
            neural.name,
            f"{neural.name} is {rows}×{columns}: more neurons than frames. It may be transposed, "
            f"and nothing in the file proves it; if so, load it with "
            f"transpose=({neural.name!r},).",
            asks=True,
            fixes=(fix,),
        )
    return False


def _turn_back(parts: Sequence[Part], neural: Part) -> Fix:
    turned = [
        part.name
        for part in parts
        if part.role in PER_CELL_ROLES and part.info.shape == neural.info.shape
    ]
    changes = tuple((("transpose",), name) for name in [neural.name, *turned])
    return Fix(label=f"Transpose {neural.name}", changes=changes)


def _one_dimensional(parts: Sequence[Part]) -> list[Part]:
    return [part for part in parts if part.role == "feature" and len(part.info.shape) == 1]


def _turn_features(
    request: LoadRequest, parts: Sequence[Part], n_frames: int, found: Findings
) -> set[str]:
    """Turn two-dimensional features of which only the first axis is time, and say so."""
    turned = set()
    for part in parts:
        if part.role != "feature" or len(part.info.shape) != 2:
            continue
        first, second = part.info.shape
        if part.name in request.transpose or second == n_frames or first != n_frames:
            continue
        turned.add(part.name)
        found.warn(
            "feature-transposed",
            part.name,
            f"Feature {part.name!r} is stored frames first {part.info.shape}; "
            f"it is transposed to ({second}, {first}).",
        )
    return turned


def _check_per_cell(parts: Sequence[Part], layout: Layout, found: Findings) -> None:
    shape = (layout.n_cells, layout.n_frames)
    for part in parts:
        if part.role not in PER_CELL_ROLES:
            continue
        text = type_problem(part.info)
        if text is not None:
            fixes = (leave_out(part.name),)
            found.refuse("per-cell-type", part.name, text, error=DataTypeError, fixes=fixes)
            continue
        stored = part.info.shape
        oriented = stored[::-1] if part.name in layout.transposed else stored
        if oriented == shape:
            continue
        turn = Fix(label=f"Transpose {part.name}", changes=((("transpose",), part.name),))
        is_turned = oriented[::-1] == shape
        found.refuse(
            "per-cell-shape",
            part.name,
            f"{part.name} is {oriented} but calcium is {shape} (neurons × frames): "
            "they must be the same.",
            fix=f"Load it with transpose=({part.name!r},)." if is_turned else "",
            error=DataShapeError,
            fixes=(*([turn] if is_turned else []), leave_out(part.name)),
        )


def _check_lengths(parts: Sequence[Part], layout: Layout, found: Findings) -> None:
    lengths = {
        part.name: part.info.shape[0 if part.name in layout.transposed else -1]
        for part in parts
        if part.role == "feature"
    }
    wrong = [name for name, length in lengths.items() if length != layout.n_frames]
    if not wrong:
        return
    table = "".join(f"\n  {name}: {length} timepoints" for name, length in lengths.items())
    if len(set(lengths.values())) > 1:
        head = "Dynamic features have different lengths:"
    else:
        shape = next(part.info.shape for part in parts if part.name == wrong[0])
        head = (
            f'"{wrong[0]}" feature has inappropriate shape: {shape} '
            f"inconsistent with data length {layout.n_frames}:"
        )
    neural = next(part.name for part in parts if part.role == "calcium")
    found.refuse(
        "feature-length",
        wrong[0],
        f"{head}{table}\n  {neural}: {layout.n_frames} timepoints (neural data)",
        fix=f"Correct {listed(wrong)} in the file, or leave them out.",
        error=DataShapeError,
        fixes=(leave_out(*wrong),),
    )
