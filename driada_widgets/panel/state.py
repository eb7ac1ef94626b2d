"""The panel without its widgets: a frozen snapshot, the user's verbs, subscribers, undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from driada_widgets.panel.edit_verbs import EditVerbs
from driada_widgets.panel.jobs import QUIET_SEC
from driada_widgets.panel.map_verbs import MapVerbs
from driada_widgets.panel.proposal_verbs import ProposalVerbs
from driada_widgets.panel.saved_verbs import SavedVerbs
from driada_widgets.panel.spike_verbs import SpikeVerbs

if TYPE_CHECKING:
    from driada_widgets.core.pipeline import CheckResult
    from driada_widgets.core.request.model import LoadRequest

__all__ = ["PanelState"]


class PanelState(SpikeVerbs, ProposalVerbs, MapVerbs, EditVerbs, SavedVerbs):
    """What the panel knows and can do; the views show its snapshot and call its verbs."""

    def _replaced(self, request: LoadRequest) -> None:
        """Check again at once where the data were already checked: the arrays are at hand."""
        was_checked = self.snapshot.check is not None
        with self._as_one():
            super()._replaced(request)
            if was_checked and self.snapshot.inventory is not None:
                self._recheck(patience_sec=QUIET_SEC)

    def _checked(self, request: LoadRequest, result: CheckResult) -> None:
        """Show a check and all that follows from it at once."""
        with self._as_one():
            super()._checked(request, result)
