"""The red box of a failure: what, where, likely cause, what to do; what helpers need of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import ipywidgets as widgets

from driada_widgets.panel.binding import escape, guarded
from driada_widgets.panel.download import DownloadButton
from driada_widgets.panel.handover import CopyButton
from driada_widgets.panel.sections.base import html, row, set_html, show
from driada_widgets.panel.snapshot import STEPS

if TYPE_CHECKING:
    from driada_widgets.panel.snapshot import ErrorBox, Snapshot
    from driada_widgets.panel.state import PanelState

__all__ = ["SUPPORT_HINT", "ErrorView"]

PLACES: Final = {
    "source.path": "the path, step Source",
    "source.neural": "the neural data, step Map",
    "exp_params": "the name of the experiment, step Map",
    "static_features": "the constants, step Map",
    "fps": "the frame rate, step Map",
    "t_rise_sec": "the rise time, step Map",
    "t_off_sec": "the decay time, step Map",
    "aggregate_features": "the combined features, step Map",
    "transpose": "the arrays, step Map",
    "seed": "the seed, step Map",
    "nan.max_gap_sec": "the longest gap, step Map",
    "bad_frames": "the bad frames, step Check",
    "save": "the file to save, step Save & share",
    "save.path": "the file to save, step Save & share",
    "path": "the place of the YAML, step Save & share",
    "files": "the files of more sessions, step Save & share",
    "pattern": "the names of more sessions, step Save & share",
    "replay": "the replay, step Save & share",
}
"""Field of the request, and where a person finds it."""
SUPPORT_HINT: Final = (
    "A zip of plain texts for whoever helps you: the plan, the log, versions, shapes and the last "
    "error. No data; paths and names are left out."
)
MEND: Final = "Change what is named above, or undo the last edit."


class ErrorView:
    """Shows the failure of a snapshot.

    Parameters
    ----------
    state
        The panel's state.
    in_every_step
        Whether a failure is shown whatever step it belongs to, and without its details: there is
        but one screen then, and it shows no code.
    """

    def __init__(self, state: PanelState, *, in_every_step: bool = False) -> None:
        self._in_every_step = in_every_step
        self._filled: ErrorBox | None = None
        self._is_odd = False
        self._text = html()
        self._details = html()
        close = widgets.Button(
            description="Dismiss",
            tooltip="Dismiss this message",
            layout=widgets.Layout(width="auto"),
        )
        close.add_class("dw-error-dismiss")
        close.on_click(
            guarded(
                lambda _button: state.dismiss_error(),
                lambda error: state.show_error("source", "Dismiss the message", error),
            )
        )
        self._copy = CopyButton("Copy details", "dw-error-copy")
        support = DownloadButton(
            "Support bundle",
            "dw-error-support",
            state.support_file,
            on_error=lambda error: state.show_error(
                state.snapshot.step, "Make the support bundle", error
            ),
            media_type="application/zip",
        )
        support.tooltip = SUPPORT_HINT
        self.widget = widgets.VBox([self._text, self._details, row(self._copy, support, close)])
        self.widget.add_class("dw-error")
        self.widget.layout.display = "none"

    def render(self, snapshot: Snapshot) -> None:
        """Show the error of the step on screen, or nothing."""
        error = snapshot.error
        if error is None or not (self._in_every_step or error.step == snapshot.step):
            show(self.widget, visible=False)
            return
        if error is not self._filled:  # one that is equal is a new failure too, and comes into view
            self._filled, self._is_odd = error, not self._is_odd
            for mark, is_now in (
                ("dw-error-odd", self._is_odd),
                ("dw-error-even", not self._is_odd),
            ):
                (self.widget.add_class if is_now else self.widget.remove_class)(mark)
            self._fill(error)
        show(self.widget, visible=True)

    def _fill(self, error: ErrorBox) -> None:
        set_html(self._text, _four_lines(error))
        self._copy.show(error.details)
        details = f"<details><summary>Details</summary><pre>{_pre(error.details)}</pre></details>"
        set_html(self._details, "" if self._in_every_step else details)


def _four_lines(error: ErrorBox) -> str:
    step = next(title for name, title in STEPS if name == error.step)
    where = PLACES.get(error.where, error.where) or f"step {step}"
    lines = (
        ("", f"<b>{escape(error.what)}</b> did not work."),
        ("Where", escape(where, limit=200)),
        ("Likely cause", escape(error.cause, limit=None)),
        ("What to do", escape(_sentence(error.fix or MEND), limit=None)),
    )
    return "".join(f"<div>{f'<i>{name}:</i> ' if name else ''}{text}</div>" for name, text in lines)


def _sentence(text: str) -> str:
    """Write an action as a sentence of its own."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?', '…')) else '.'}"


def _pre(text: str) -> str:
    return "\n".join(escape(line, limit=None) for line in text.splitlines())
