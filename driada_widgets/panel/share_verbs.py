"""The verbs of sharing: the request as a file, the report, the support bundle, the replay."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.request.text import not_replayable, without_folders, write_request
from driada_widgets.panel.download import file_name
from driada_widgets.panel.save_verbs import SaveVerbs
from driada_widgets.panel.snapshot import JobView
from driada_widgets.panel.work_view import Replayed

if TYPE_CHECKING:
    from collections.abc import Callable

    from driada_widgets.core.road.replay import Replay
    from driada_widgets.panel.snapshot import StepName

__all__ = ["ShareVerbs"]


class ShareVerbs(SaveVerbs):
    """Share: hand out what others need to see, to run or to help."""

    _last_error = ""
    """Text of the last failure with its traceback; kept for the support bundle when it is gone."""

    def show_error(self, step: StepName, what: str, error: Exception) -> None:
        """Put a failure into its step, and remember it for who helps."""
        super().show_error(step, what, error)
        self._last_error = self.snapshot.error.details if self.snapshot.error else ""

    def plan_file(self) -> tuple[str, bytes]:
        """Give the request as a YAML file: its name and its bytes."""
        return file_name(self.snapshot.session_name, ".yaml"), self.snapshot.plan.encode()

    def save_plan(self, path: str) -> None:
        """Write the request to a file; one that is there already needs a second press.

        Raises
        ------
        LoaderError
            If the path leads outside the folders of the page, or nothing can be written there.
        """
        if not path.strip():
            msg = "Type where to save the request, such as 'mouse1.yaml'."
            raise ParameterError(msg, where="path", fix="type a path")
        file = self.roots.resolve(path)
        question = f"{file.name} is there already, and would be replaced."
        if file.exists() and self.snapshot.work.plan_replaces != question:
            self._set_work(plan_replaces=question, handed="")
            return
        write_request(self.snapshot.request, file)
        sentence = f"Saved the request to {self.roots.shown(file)}."
        self._set_work(plan_replaces="", handed=sentence)
        self._change(log=self._logged(sentence))

    def make_report(self, deliver: Callable[[str, bytes], object]) -> None:
        """Write the HTML report in the worker, and hand it to the page.

        Parameters
        ----------
        deliver
            Gets the file's name and its bytes.
        """
        from driada_widgets.report_page import Report, make_report

        if self.result is None:
            return
        shown = self.snapshot
        report = Report(
            result=self.result,
            request=without_folders(shown.request, self.roots.folders),
            replayed=shown.work.replayed.words if shown.work.replayed else "",
        )
        name = file_name(shown.session_name, " report.html")
        self._start(
            "share",
            "Make the report",
            lambda progress: make_report(report, progress).encode(),
            lambda page: self._handed(name, page, deliver),
        )

    def support_file(self) -> tuple[str, bytes]:
        """Give the support bundle: its name, which says nothing, and its bytes."""
        from driada_widgets.core.road.support import Support, support_bundle

        shown = self.snapshot
        bundle = support_bundle(
            Support(
                request=shown.request,
                inventory=shown.inventory,
                check=shown.check,
                log=shown.log,
                error=self._last_error,
                texts=[shown.session_name, *map(str, self.roots.folders)],
            )
        )
        return "driada-widgets support.zip", bundle

    def replay(self) -> None:
        """Run the exported request in a fresh Python process, and compare the hashes."""
        from driada_widgets.core.road.replay import replay

        shown = self.snapshot
        if shown.summary is None or self.why_not_replay:
            return
        request, expected = replace(shown.request, save=None), shown.summary.hash
        self._set_work(replayed=None)
        self._start(
            "replay",
            "Replay the request",
            lambda progress: replay(request, expected, progress),
            self._replayed,
        )

    @property
    def why_not_replay(self) -> str:
        """Why nothing can be replayed now, or empty."""
        if not self.snapshot.is_built:
            return "Build the experiment first (step 4)."
        return " ".join(not_replayable(self.snapshot.request))

    def _replayed(self, found: Replay) -> None:
        line = f"replay {'verified' if found.verified else 'differs'}: hash {found.found[:12]}"
        self._change(job=JobView(), log=self._logged(line))
        self._set_work(replayed=Replayed(verified=found.verified, words=found.words))

    def _handed(self, name: str, content: bytes, deliver: Callable[[str, bytes], object]) -> None:
        self._change(job=JobView(), log=self._logged(f"handed out {name}"))
        deliver(name, content)
