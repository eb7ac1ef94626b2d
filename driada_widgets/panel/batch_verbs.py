"""The verbs of more sessions: the same plan for other files, checked, then built in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from driada_widgets.panel.batch_files import files_of
from driada_widgets.panel.save_verbs import SaveVerbs
from driada_widgets.panel.snapshot import JobView

if TYPE_CHECKING:
    from collections.abc import Callable

    from driada_widgets.core.batch import BatchRow
    from driada_widgets.core.report import Progress
    from driada_widgets.core.request.model import LoadRequest

__all__ = ["BatchVerbs"]

_Rows = tuple["BatchRow", ...]


class BatchVerbs(SaveVerbs):
    """Share: apply the plan to more sessions."""

    _rows: _Rows = ()

    def set_batch(self, **changes: Any) -> None:
        """Change which files are meant, or how; what was checked does not count any more."""
        self._set_batch(**changes, rows=(), words="")

    def check_batch(self) -> None:
        """Check every file with the plan; nothing is built.

        Raises
        ------
        ParameterError
            If the files or the pattern cannot be used.
        """
        from driada_widgets.core.batch import check_rows, make_rows

        if self.why_not_batch:
            return
        batch = self.snapshot.work.batch
        rows = make_rows(
            self._completed(self.snapshot.request),
            files_of(batch.files, self.roots),
            pattern=batch.pattern,
            keep_bad_frames=batch.keeps_bad_frames,
        )
        self._run_batch(
            "Check more sessions",
            rows,
            lambda progress: check_rows(
                rows, progress, allow_missing=batch.allows_missing, told=self._keep_rows
            ),
        )

    def build_batch(self) -> None:
        """Build and save the sessions that are ready, one after another."""
        from driada_widgets.core.batch import build_rows

        rows = self.snapshot.work.batch.rows
        if any(row.status == "ready" for row in rows):
            self._run_batch(
                "Build more sessions",
                rows,
                lambda progress: build_rows(rows, progress, told=self._keep_rows),
            )

    def batch_csv(self) -> tuple[str, bytes]:
        """Give the table as CSV: the file's name and its bytes."""
        from driada_widgets.core.batch_table import as_csv

        return "sessions.csv", as_csv(self.snapshot.work.batch.rows).encode("utf-8-sig")

    def batch_json(self) -> tuple[str, bytes]:
        """Give the table as JSON: the file's name and its bytes."""
        import json

        from driada_widgets.core.batch_table import as_tree

        tree = as_tree(self.snapshot.work.batch.rows)
        return "sessions.json", (json.dumps(tree, indent=2) + "\n").encode()

    @property
    def why_not_batch(self) -> str:
        """Why the plan cannot be applied to more sessions, or empty."""
        if not self.snapshot.is_checked:
            return "Check this session first (step 3)."
        if self.snapshot.n_to_do:
            return "This session has open points in Check; its plan is not ready for others."
        return ""

    def _run_batch(self, what: str, rows: _Rows, work: Callable[[Progress], _Rows]) -> None:
        self._rows = rows
        self._set_batch(rows=rows, words="")
        self._start(
            "batch",
            what,
            work,
            self._batch_done,
            on_tick=lambda: self._set_batch(rows=self._rows),
        )

    def _keep_rows(self, rows: _Rows) -> None:
        """Keep how the rows stand; called by the worker, read by the follower."""
        self._rows = rows

    def _batch_done(self, rows: _Rows) -> None:
        from driada_widgets.core.batch_table import summary

        words = summary(rows)
        self._change(job=JobView(), log=self._logged(words))
        self._set_batch(rows=rows, words=words)

    def _replaced(self, request: LoadRequest) -> None:
        super()._replaced(request)
        if self.snapshot.work.batch.rows:
            self.set_batch()
