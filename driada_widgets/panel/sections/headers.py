"""What a file holds, from its headers, as a small table: shown before the file is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from driada_widgets.core.machine import format_bytes
from driada_widgets.core.request.plan import LoadPlan
from driada_widgets.core.resolve import resolve
from driada_widgets.core.words import count_of
from driada_widgets.panel.binding import escape

if TYPE_CHECKING:
    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.core.sources.base import ArrayInfo, Inventory

__all__ = ["preview_of", "shape_words"]

MAX_ROWS = 8
"""Arrays that a preview lists; step Map has them all."""
FORMATS = {"archive": "saved experiment (archive)"}
HEAD = ("Array", "Shape", "Type", "First values")


def preview_of(inventory: Inventory, request: LoadRequest) -> str:
    """Give the preview as HTML: format, size, what it would be as it stands, and its arrays."""
    path = inventory.path
    kind = FORMATS.get(inventory.format, f"{inventory.format.upper()} file")
    n_arrays = len(inventory.arrays)
    facts = [
        escape(kind),
        format_bytes(inventory.n_bytes),
        f"{n_arrays:,} array{'' if n_arrays == 1 else 's'}",
        *_as_it_stands(inventory, request),
    ]
    name = f"<b>{escape(path.name)}</b>: " if path is not None else ""
    more = n_arrays - MAX_ROWS
    rest = f'<p class="dw-hint">and {more:,} more arrays</p>' if more > 0 else ""
    return f"<p>{name}{' · '.join(facts)}</p>{_table(inventory.arrays[:MAX_ROWS])}{rest}"


def _as_it_stands(inventory: Inventory, request: LoadRequest) -> list[str]:
    """Say how large the recording is, where the headers alone decide it."""
    plan = resolve(request, inventory)
    if not isinstance(plan, LoadPlan):
        return []
    n_features = sum(array.role == "feature" for array in plan.arrays)
    features = f"{n_features:,} feature{'' if n_features == 1 else 's'}"
    return [f"{count_of(plan.n_cells, 'neuron')} × {plan.n_frames:,} frames", features]


def _table(arrays: tuple[ArrayInfo, ...]) -> str:
    head = "".join(f'<th scope="col">{title}</th>' for title in HEAD)
    rows = "".join(
        f"<tr><td>{escape(info.name, limit=60)}</td><td>{shape_words(info)}</td>"
        f"<td>{escape(info.dtype)}</td><td>{_values(info)}</td></tr>"
        for info in arrays
    )
    return f'<table class="dw-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _values(info: ArrayInfo) -> str:
    if info.problem is not None:
        return escape(info.problem, limit=None)
    return f"<code>{escape(info.first_values, limit=60)}</code>"


def shape_words(info: ArrayInfo) -> str:
    """Write a shape for people."""
    return " × ".join(f"{length:,}" for length in info.shape) or "one value"
