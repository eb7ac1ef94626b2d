"""The card of more sessions: files, names, a table with the status of each, progress, results."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as widgets

from driada_widgets.panel.binding import bind, escape
from driada_widgets.panel.download import DownloadButton
from driada_widgets.panel.sections.base import card, html, row, set_html, show
from driada_widgets.panel.sections.progress import ProgressLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driada_widgets.core.batch import BatchRow
    from driada_widgets.panel.roots import Roots
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import Snapshot

__all__ = ["BatchCard"]

HINT = (
    "Applies this plan to other recordings: types, constants, policies, format and folder. Every "
    "file is checked before anything is built."
)
NAME_HINT = (
    "{stem} is the file's name without its ending, {parent} its folder's, {number} 1, 2, … "
    "Sessions of IABS are named by their files."
)
HEAD = ("Session, file", "Status", "Size", "What is said", "Hash, saved to")


class BatchCard:
    """Applies the plan to more sessions, one after another."""

    def __init__(self, section: Section) -> None:
        self._section = section
        state = section.state
        self._files = widgets.Textarea(
            description="Files",
            placeholder="recordings/mouse2.npz\nrecordings/day2/*.npz",
            rows=3,
            continuous_update=False,
            style={"description_width": "11em"},
            layout=widgets.Layout(width="auto", min_width="22em"),
        )
        self._files.add_class("dw-batch-files")
        self._files_binding = bind(
            self._files,
            "value",
            lambda text: state.set_batch(files=text),
            on_error=section.failed("Set the files"),
        )
        self._pattern = section.text(
            "Name of each", "dw-batch-pattern", lambda text: state.set_batch(pattern=text)
        )
        self._bad = section.tick(
            "Remove the bad frames of this recording from the others too",
            "dw-batch-bad",
            lambda on: state.set_batch(keeps_bad_frames=on),
        )
        self._missing = section.tick(
            "Build sessions that lack a feature, too",
            "dw-batch-missing",
            lambda on: state.set_batch(allows_missing=on),
        )
        self._check = section.button("Check these files", "dw-batch-check", state.check_batch)
        self._build = section.button(
            "Build and save all that are ready", "dw-batch-build", state.build_batch
        )
        self._why = html("", "dw-hint")
        self._progress = ProgressLine(section, ("batch",), "dw-batch-progress", "dw-batch-cancel")
        self._words = html("", "dw-batch-words")
        self._table = html("", "dw-batch-table")
        failed = section.failed("Download the table")
        self._results = row(
            DownloadButton(
                "Download table (CSV)", "dw-batch-csv", state.batch_csv, on_error=failed
            ),
            DownloadButton(
                "Download table (JSON)",
                "dw-batch-json",
                state.batch_json,
                on_error=failed,
                media_type="application/json",
            ),
        )
        self.widget = card(
            "Apply to more sessions",
            html(HINT, "dw-hint"),
            self._files,
            self._pattern.widget,
            html(NAME_HINT, "dw-hint"),
            self._bad.widget,
            self._missing.widget,
            row(self._check, self._build, self._why),
            self._progress.widget,
            self._words,
            self._table,
            self._results,
        )
        self.widget.add_class("dw-batch")

    def render(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""
        batch, busy = snapshot.work.batch, snapshot.is_busy
        self._files_binding.show(batch.files, disabled=snapshot.is_working)
        self._pattern.show(batch.pattern, disabled=snapshot.is_working)
        self._bad.show(batch.keeps_bad_frames, disabled=snapshot.is_working)
        self._missing.show(batch.allows_missing, disabled=snapshot.is_working)
        reason = self._section.state.why_not_batch
        if not reason and busy and snapshot.job.kind != "batch":
            reason = "Something is running."
        self._check.disabled = bool(reason) or busy
        ready = sum(row.status == "ready" for row in batch.rows)
        self._build.disabled = busy or not ready
        is_done = bool(batch.rows) and all(row.status == "done" for row in batch.rows)
        if not reason and not busy and not ready and not is_done:
            reason = "Nothing is ready to be built." if batch.words else "Check the files first."
        set_html(self._why, escape(reason))
        self._progress.render(snapshot)
        set_html(self._words, f"<b>{escape(batch.words)}</b>" if batch.words else "")
        set_html(self._table, _table(batch.rows, self._section.state.roots))
        show(self._results, visible=bool(batch.rows) and not busy)


def _table(rows: Sequence[BatchRow], roots: Roots) -> str:
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{title}</th>' for title in HEAD)
    body = "".join(_line(row, roots) for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _line(row: BatchRow, roots: Roots) -> str:
    from driada_widgets.core.batch_table import STATUS_WORDS

    size = f"{row.n_cells:,} × {row.n_frames:,}" if row.n_cells else ""
    said = list(row.problems)
    if row.missing and row.status != "problems":
        said.append(f"Without {', '.join(row.missing)}.")
    if row.n_notes and row.status in {"ready", "done"}:
        said.append(f"{row.n_notes} note{'' if row.n_notes == 1 else 's'}")
    saved = "" if row.saved_to is None else roots.shown(row.saved_to)
    hash_ = f"<code>{escape(row.hash[:12])}</code> " if row.hash else ""
    cells = (
        f"{escape(row.name, limit=60)}<br>{escape(roots.shown(row.path), limit=80)}",
        f"<b>{escape(STATUS_WORDS[row.status])}</b>",
        size,
        "<br>".join(escape(line, limit=None) for text in said for line in text.splitlines()),
        f"{hash_}{escape(saved, limit=80)}",
    )
    css_class = f"dw-batch-{row.status}"
    return f'<tr class="{css_class}">{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
