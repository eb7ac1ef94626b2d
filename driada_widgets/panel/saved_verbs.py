"""The verbs of saved experiments: looked at before they are opened, opened, built again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.road.saved_card import built_again, look_at_saved, with_contents
from driada_widgets.panel.source_verbs import SourceVerbs
from driada_widgets.panel.work_view import WorkView

if TYPE_CHECKING:
    from driada_widgets.core.pipeline import LoadResult
    from driada_widgets.core.report import Progress
    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.core.road.saved_card import SavedCard
    from driada_widgets.core.sources.base import Inventory
    from driada_widgets.panel.jobs import Runner

__all__ = ["SavedVerbs"]


class SavedVerbs(SourceVerbs):
    """Source: what a saved experiment is, and what can be done with it."""

    _looker: Runner | None = None

    def open(self) -> None:
        """Open the chosen source; a saved experiment is opened as it is, and shown in Check."""
        request = self.snapshot.request
        if request.source.kind != "saved":
            super().open()
            return
        self._start(
            "look",
            "Open the saved experiment",
            lambda progress: self._open_saved(request, progress),
            lambda opened: self._opened_saved(*opened),
            step="source",
        )

    def rebuild_saved(self) -> None:
        """Build the chosen saved experiment again from its own request and its data file.

        Raises
        ------
        ParameterError
            If it does not remember its request, or the data file is not at hand.
        """
        card = self.snapshot.work.card
        request = None if card is None else built_again(card, self.snapshot.request.root)
        if card is None or request is None:
            words = card.source_words if card else "Choose a saved experiment first."
            raise ParameterError(words, where="source.path", fix="choose its data file")
        self._edit(f"build {card.path.name} again", request)
        self.open()
        if self.snapshot.inventory is not None:
            self.check()

    def _open_saved(
        self, request: LoadRequest, progress: Progress
    ) -> tuple[Inventory, LoadRequest, LoadResult]:
        inventory = self.workbench.open(request)
        full = self.workbench.completed(request)
        return inventory, full, self.workbench.build(full, progress)

    def _opened_saved(self, inventory: Inventory, request: LoadRequest, result: LoadResult) -> None:
        self._opened(inventory, request)
        self._change(step="check")
        self._built(request, result, 0.0)

    def _opened(self, inventory: Inventory, request: LoadRequest) -> None:
        super()._opened(inventory, request)
        self._look(request)

    def _replaced(self, request: LoadRequest) -> None:
        """Look at another saved experiment as soon as it is chosen."""
        before, source = self.snapshot.request.source, request.source
        super()._replaced(request)
        if (before.kind, before.path) != (source.kind, source.path):
            self._change(work=WorkView())
            self._look(request)

    def _look(self, request: LoadRequest) -> None:
        """Find out what a saved experiment is, in a job of its own."""
        path = request.source.path
        if self._looker is not None:
            self._looker.close()
        if request.source.kind != "saved" or path is None:
            return
        if self._looker is None:
            self._looker = self._runner.beside()
        self._looker.start(
            lambda _: look_at_saved(path, may_read=self.roots.allows),
            on_done=self._looked_at,
            on_error=lambda error: self.show_error("source", "Look at the file", error),
        )

    def _looked_at(self, card: SavedCard) -> None:
        if card.path != self.snapshot.request.source.path:
            return
        experiment = self.workbench.experiment if self.snapshot.inventory is not None else None
        if experiment is not None:
            card = with_contents(card, experiment, may_read=self.roots.allows)
        self._set_work(card=card)
