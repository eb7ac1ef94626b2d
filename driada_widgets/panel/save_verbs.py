"""The verbs of saving: where to, as what, and a question before a file is overwritten."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from driada_widgets.core.machine import format_bytes
from driada_widgets.core.request.model import SaveSpec
from driada_widgets.core.road.targets import what_is_there
from driada_widgets.panel.build_verbs import BuildVerbs
from driada_widgets.panel.snapshot import JobView

if TYPE_CHECKING:
    from pathlib import Path

    from driada_widgets.core.request.model import SaveFormat

__all__ = ["SaveVerbs"]


class SaveVerbs(BuildVerbs):
    """Save: write the experiment that was built."""

    def set_save(self, path: str, format_: SaveFormat) -> None:
        """Say where to save and as what; an empty path is the usual place."""
        target = self.roots.resolve(path) if path.strip() else None
        save = SaveSpec(path=target, format=format_)
        self._change(request=replace(self.snapshot.request, save=save), saved="")
        self._set_work(replaces="", fit=self._fit())

    def save(self, *, replace_file: bool = False) -> None:
        """Save the experiment that was built.

        Parameters
        ----------
        replace_file
            Whether the question about the file that is there was answered. Without that, a file
            that is there is told first, and nothing is written.

        Raises
        ------
        ParameterError
            If the place is a folder, or the file that the experiment is made from.
        """
        result, request = self.result, self.snapshot.request
        if result is None:
            return
        request = replace(request, save=request.save or SaveSpec())
        there = self.what_would_be_replaced()
        if there and not (replace_file or self.snapshot.work.replaces == there):
            self._change(error=None)
            self._set_work(replaces=there)
            return
        self._change(request=request, error=None, saved="")
        self._set_work(replaces="")
        self._start(
            "save",
            "Save the experiment",
            lambda progress: self.workbench.save(result, request, progress=progress),
            self._saved,
        )

    def keep_file(self) -> None:
        """Answer the question about the file that is there with no."""
        self._set_work(replaces="")

    def what_would_be_replaced(self) -> str:
        """Say what is at the place where the experiment would be saved; empty if nothing is.

        Raises
        ------
        ParameterError
            If the place is a folder, or the file that the experiment is made from.
        """
        spec = self.snapshot.request.save or SaveSpec()
        target = spec.path or self.usual_save_path()
        if self.experiment is None or target is None:
            return ""
        source = self.snapshot.inventory.path if self.snapshot.inventory else None
        return what_is_there(target, self.experiment, spec.format, source)

    def _saved(self, path: Path) -> None:
        self._looked_for = None
        sentence = f"Saved to {path} ({format_bytes(path.stat().st_size)})."
        self._change(saved=sentence, job=JobView(), log=self._logged(sentence))
