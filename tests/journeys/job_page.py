"""A page with nothing but a long call: start, progress, cancel, and a button that answers."""

from __future__ import annotations

import threading
import time
from typing import Any

import ipywidgets as widgets

from driada_widgets.core.report import Progress
from driada_widgets.panel.binding import guarded
from driada_widgets.panel.jobs import Worker

N_STEPS = 100
STEP_SEC = 0.05


class JobPage:
    """Says in a label what came of the call."""

    def __init__(self) -> None:
        self.worker = Worker()
        self.seen = widgets.HTML("ready")
        self.seen.add_class("seen")
        self.done = widgets.HTML("0")
        self.done.add_class("done")
        self.n_pings = 0

    def widget(self) -> Any:
        """Give what the page shows."""
        buttons = [
            self._button("Start", lambda: self.start(self.work)),
            self._button("Fail", lambda: self.start(lambda _progress: 1 / 0)),
            self._button("Cancel", self.worker.cancel),
            self._button("Ping", self.ping),
        ]
        return widgets.VBox([*buttons, self.seen, self.done])

    def start(self, work: Any) -> None:
        """Start a call in the worker."""
        self.worker.start(
            work,
            on_done=lambda result: self.say(f"result {result}"),
            on_error=lambda error: self.say(f"error {type(error).__name__}"),
            on_progress=lambda progress: setattr(self.done, "value", str(progress.done)),
            on_cancelled=lambda: self.say("cancelled"),
        )

    @staticmethod
    def work(progress: Progress) -> str:
        """Take five seconds, away from the main thread."""
        progress.begin("Working", N_STEPS)
        for _ in range(N_STEPS):
            time.sleep(STEP_SEC)
            progress.advance()
        return "elsewhere" if threading.current_thread() is not threading.main_thread() else "here"

    def ping(self) -> None:
        """Answer at once."""
        self.n_pings += 1
        self.say(f"ping {self.n_pings}")

    def say(self, text: str) -> None:
        """Write into the label."""
        self.seen.value = text

    def _button(self, label: str, verb: Any) -> Any:
        made = widgets.Button(description=label)
        made.on_click(guarded(lambda _button: verb(), lambda error: self.say(repr(error))))
        return made
