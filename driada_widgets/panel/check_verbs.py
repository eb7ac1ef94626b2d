"""The verbs of step Check: read what is needed, and report on it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from driada_widgets.panel.job_verbs import JobVerbs
from driada_widgets.panel.snapshot import JobView

if TYPE_CHECKING:
    from driada_widgets.core.pipeline import CheckResult
    from driada_widgets.core.request.model import LoadRequest

__all__ = ["CheckVerbs"]


class CheckVerbs(JobVerbs):
    """Check: what should be known before building."""

    def check(self) -> None:
        """Read what is needed and report on it, then show step *Check*."""
        self._change(step="check", error=None)
        self._recheck()

    def _recheck(self, *, patience_sec: float = 0.0) -> None:
        request = self.snapshot.request
        self._start(
            "check",
            "Check the data",
            lambda progress: self.workbench.check(request, progress=progress),
            lambda result: self._checked(request, result),
            patience_sec=patience_sec,
        )

    def _checked(self, request: LoadRequest, result: CheckResult) -> None:
        window = self.snapshot.window
        n_frames = result.plan.n_frames if result.plan else 0
        if window.stop == 0 or window.stop > n_frames:
            window = replace(window, start=0, stop=n_frames)
        self._change(
            check=result,
            is_checked=request == self.snapshot.request,
            window=window,
            revision=self.snapshot.revision + 1,
            job=JobView(),
            log=self._logged(f"checked: {_counted(result)}"),
        )


def _counted(result: CheckResult) -> str:
    found = ((len(result.issues), "problem"), (len(result.notes), "note"))
    return ", ".join(f"{number} {noun}{'' if number == 1 else 's'}" for number, noun in found)
