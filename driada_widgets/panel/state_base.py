"""The ground under the panel's verbs: one snapshot, its listeners, its history and its errors."""

from __future__ import annotations

import logging
import re
import threading
import traceback
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from driada_widgets.core.errors import LoaderError
from driada_widgets.core.request.model import LoadRequest
from driada_widgets.panel.history import Decisions, History
from driada_widgets.panel.panel_log import PanelLog
from driada_widgets.panel.snapshot import WORK, ErrorBox, Snapshot, StepName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from driada_widgets.core.report import Issue
    from driada_widgets.core.request.plan import LoadPlan
    from driada_widgets.core.workbench import Workbench
    from driada_widgets.panel.jobs import Runner
    from driada_widgets.panel.roots import Roots

__all__ = ["WORK", "StateBase"]

OWN_FAULT = (
    "This should not happen. What you entered is kept: try it again, or another way. If it "
    "happens again, copy the details and send them to whoever looks after this program."
)
_COLOURS = re.compile(r"\x1b\[[0-9;:?]*[A-Za-z]")
"""Codes by which messages are coloured in a terminal."""


class StateBase:
    """Holds the snapshot and tells listeners when it changes.

    Parameters
    ----------
    workbench
        The core, with one source open.
    runner
        Runs long calls.
    roots
        Folders that may be read.
    request
        What to begin with.
    """

    def __init__(
        self,
        workbench: Workbench,
        runner: Runner,
        roots: Roots,
        request: LoadRequest | None = None,
    ) -> None:
        self.workbench = workbench
        self.roots = roots
        self.log = PanelLog()
        self._runner = runner
        self._lock = threading.RLock()
        self._listeners: list[Callable[[Snapshot], None]] = []
        self._n_open = 0
        self._history = History()
        self._printed: tuple[LoadRequest, str, str, str] | None = None
        self.snapshot = Snapshot(request=request or LoadRequest())
        self.snapshot = self._derived(self.snapshot)

    def subscribe(self, listener: Callable[[Snapshot], None]) -> Callable[[], None]:
        """Call ``listener`` with every new snapshot.

        Returns
        -------
        callable
            Ends the subscription.
        """
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def show_error(self, step: StepName, what: str, error: Exception) -> None:
        """Put a failure into its step; whatever was typed stays.

        Parameters
        ----------
        step
            Step that shows it.
        what
            What failed, verb first: ``"Open the source"``.
        error
            What was raised.
        """
        trace = "".join(traceback.format_exception(error))
        known = isinstance(error, LoaderError)
        cause, _, rest = str(error).partition("\n") if known else (str(error), "", "")
        fix = rest.strip() or (error.fix or "") if isinstance(error, LoaderError) else OWN_FAULT
        cause = _COLOURS.sub("", cause)
        box = ErrorBox(
            step=step,
            what=what,
            where=(error.where or "") if isinstance(error, LoaderError) else "",
            cause=cause if known else f"{type(error).__name__}: {cause}",
            fix=_COLOURS.sub("", fix),
            details=_COLOURS.sub("", f"{what}\n{type(error).__name__}: {error}\n\n{trace}"),
        )
        self._change(error=box, log=self._logged(f"{what}: {cause}", logging.ERROR))

    def dismiss_error(self) -> None:
        """Take the error box away."""
        self._change(error=None)

    def undo(self) -> None:
        """Take the last edit back; not while something is built or saved from the request."""
        self._travel(self._history.undo)

    def redo(self) -> None:
        """Make the last undone edit again."""
        self._travel(self._history.redo)

    def _travel(self, step: Callable[[Decisions], tuple[History, Decisions]]) -> None:
        with self._lock:
            history, there = step(self._decisions)
            if history is self._history or self.snapshot.job.kind in WORK:
                return
            # Where to save is no edit of the experiment: it stays as it was typed last.
            request = replace(there.request, save=self.snapshot.request.save)
            with self._as_one():
                self._history = history
                if request != self.snapshot.request:
                    self._replaced(request)
                self._answer(there.answered)  # another source has emptied the answers

    @property
    def _decisions(self) -> Decisions:
        return Decisions(request=self.snapshot.request, answered=self.snapshot.answered)

    def _edit(self, name: str, request: LoadRequest) -> None:
        with self._lock:
            if request != self.snapshot.request and self.snapshot.job.kind not in WORK:
                self._history = self._history.record(name, self._decisions)
                self._replaced(request)

    def _edit_answers(self, name: str, answered: frozenset[str]) -> None:
        """Answer questions or proposals; an edit like any other, but nothing is checked again."""
        with self._lock:
            if answered != self.snapshot.answered and self.snapshot.job.kind not in WORK:
                self._history = self._history.record(name, self._decisions)
                self._answer(answered)

    def _answer(self, answered: frozenset[str]) -> None:
        """React to other answers; ``ProposalVerbs`` adds that it remembers rejections."""
        self._change(answered=answered)

    def _replaced(self, request: LoadRequest) -> None:
        """React to a new request; ``PanelState`` adds that the data are checked again."""
        self._change(request=request, error=None, is_checked=False, is_built=False, saved="")

    def _change(self, **changes: Any) -> None:
        with self._lock:
            changes.setdefault("log", self.log.lines)  # a worker may have logged something
            changed = self._derived(replace(self.snapshot, **changes))
            if changed == self.snapshot:
                return
            self.snapshot = changed
            if not self._n_open:
                self._tell()

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener(self.snapshot)

    @contextmanager
    def _as_one(self) -> Iterator[None]:
        """Tell listeners once what all changes in the block come to."""
        with self._lock:
            before = self.snapshot
            self._n_open += 1
            try:
                yield
            finally:
                self._n_open -= 1
                if not self._n_open and self.snapshot != before:
                    self._tell()

    def _derived(self, snapshot: Snapshot) -> Snapshot:
        request, resolved = snapshot.request, self._resolved(snapshot)
        code, plan, command = self._print(request)
        return replace(
            snapshot,
            resolved=resolved,
            session_name=_session_name(request, resolved),
            undo=self._history.undo_name,
            redo=self._history.redo_name,
            code=code,
            plan=plan,
            command=command,
        )

    def _resolved(self, snapshot: Snapshot) -> LoadPlan | tuple[Issue, ...] | None:
        """Let the request meet the headers, live: pure, and a few milliseconds."""
        if snapshot.inventory is None:
            return None
        if (
            self.snapshot.request is snapshot.request
            and snapshot.inventory is self.snapshot.inventory
        ):
            return self.snapshot.resolved
        return self.workbench.resolve(snapshot.request, snapshot.inventory)

    def _print(self, request: LoadRequest) -> tuple[str, str, str]:
        from driada_widgets.core.request.codegen import to_code, to_command
        from driada_widgets.core.request.text import to_yaml

        if self._printed is None or self._printed[0] != request:
            self._printed = (request, to_code(request), to_yaml(request), to_command(request))
        return self._printed[1:]

    def _logged(self, line: str, level: int = logging.INFO) -> tuple[str, ...]:
        return self.log.add(line, level)


def _session_name(request: LoadRequest, resolved: object) -> str:
    """Give the name that the experiment will have, or why it has none."""
    from driada_widgets.core.experiment.naming import construct_session_name
    from driada_widgets.core.request.plan import LoadPlan

    if isinstance(resolved, LoadPlan):
        return resolved.name
    try:
        return str(construct_session_name(request.source.data_source, dict(request.exp_params)))
    except LoaderError as error:
        return str(error)
