"""Lines of plain, aligned text for people at a terminal; nothing is printed here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from driada_widgets.core.request import frames
from driada_widgets.core.words import count_of, duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from driada_widgets.core.report import Fix, Issue, Note
    from driada_widgets.core.request.plan import LoadPlan
    from driada_widgets.core.road.cost import Cost

__all__ = [
    "bytes_text",
    "cost_lines",
    "issue_lines",
    "note_lines",
    "plan_lines",
    "printable",
    "section",
    "size",
    "table",
    "ways_out",
]


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Align rows of texts in columns; ``head`` may be empty."""
    cells = [[printable(str(cell)) for cell in row] for row in ([head] if head else [])]
    cells += [[printable(str(cell)) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in cells]


def printable(text: str) -> str:
    """Show characters that would move the cursor, or change the terminal, by their codes."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


def section(title: str, lines: Iterable[str]) -> list[str]:
    """Give lines under a title, after an empty line; nothing if there are none."""
    body = list(lines)
    return ["", title, *body] if body else []


def bytes_text(n_bytes: int) -> str:
    """Write a size for people: ``1.2 MB``."""
    amount = float(n_bytes)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def size(shape: Sequence[int]) -> str:
    """Write a shape for people: ``43 x 3596``."""
    return " x ".join(map(str, shape)) or "one value"


def issue_lines(issue: Issue) -> list[str]:
    """Say what is wrong, and every way out."""
    return [line for line in (*issue.text.split("\n"), issue.fix, *_ways(issue)) if line]


def note_lines(notes: Iterable[Note]) -> list[str]:
    """Give notes with their ways out; warnings have an exclamation mark."""
    return [
        line for note in notes for line in (_marked(note), *(f"  {way}" for way in _ways(note)))
    ]


def _marked(note: Note) -> str:
    text = " ".join(map(printable, note.text.split("\n")))
    return f"  {'!' if note.level == 'warning' else '-'} {text}"


def _ways(said: Issue | Note) -> list[str]:
    return [f"  {fix.label}: {_way(fix)}" for fix in said.fixes]


def ways_out(said: Issue | Note) -> str:
    """Say in one line what can be done."""
    return "; or ".join(f"{fix.label}: {_way(fix)}" for fix in said.fixes)


def _way(fix: Fix) -> str:
    """Say how a fix is made here: by an option of the command, or by an entry of a request file."""
    from driada_widgets.core.request.codegen import to_options
    from driada_widgets.core.request.edit import apply_changes
    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.core.request.text import to_entries

    mended = apply_changes(LoadRequest(), fix.changes)
    entries = "; ".join(to_entries(mended).splitlines())
    return to_options(mended) or (f"in a request file, {entries}" if entries else "leave it out")


def plan_lines(plan: LoadPlan) -> list[str]:
    """Give the name, the size and the removed frames of what would be built."""
    fps = float(plan.static_features["fps"])
    lines = [
        f"{printable(plan.signature)}: {count_of(plan.n_cells, 'neuron')}, {plan.n_frames} frames, "
        f"{fps:g} Hz ({plan.static_origin.get('fps', 'given')}), {duration(plan.n_frames / fps)}"
    ]
    if plan.bad_frames:
        shown = frames.to_text(plan.bad_frames, fps=fps)
        lines.append(f"Removed frames: {frames.count(plan.bad_frames)} ({shown})")
    return lines


def cost_lines(cost: Cost) -> list[str]:
    """Give an estimate of memory, time and disk."""
    memory = f"{bytes_text(cost.memory_low)} to {bytes_text(cost.memory_high)}"
    rows = [("memory", memory), ("time", f"{cost.seconds:.1f} s"), ("disk", bytes_text(cost.disk))]
    return table((), rows)
