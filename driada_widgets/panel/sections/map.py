"""Step 2, Map: the experiment's name, its constants, and which array plays which part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from driada_widgets.core.request.profile import is_free
from driada_widgets.panel.array_table import ArrayTable
from driada_widgets.panel.parts import array_rows
from driada_widgets.panel.sections.base import Section, card, html, set_html
from driada_widgets.panel.sections.constants import ConstantsCard
from driada_widgets.panel.sections.findings import Findings
from driada_widgets.panel.sections.map_more import POLICIES, MoreCard
from driada_widgets.panel.sections.naming import NameCard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driada_widgets.core.request.model import PolicyName
    from driada_widgets.panel.parts import PartName
    from driada_widgets.panel.snapshot import Snapshot, StepName

__all__ = ["MapSection"]

LOCKS = {
    "part": ("features", "source.neural"),
    "transposed": ("transpose",),
    "name": ("features",),
    "period": ("features",),
    "nan": ("nan",),
}
"""What a control of the table changes in the request."""
OWN_POLICIES = (("as the others", ""), *POLICIES)


class MapSection(Section):
    """Name the experiment, give its constants, and say what the arrays are."""

    step: ClassVar[StepName] = "map"

    def build(self) -> Sequence[Any]:
        """Make the widgets."""
        self._findings = Findings(self)
        self._name = NameCard(self)
        self._constants = ConstantsCard(self)
        self._table = ArrayTable(
            OWN_POLICIES, on_change=self._change, on_error=self.failed("Change the array")
        )
        self._none = html("", "dw-hint")
        self._more = MoreCard(self)
        return [
            self._findings.widget,
            self._name.widget,
            self._constants.widget,
            card("Arrays in the file", self._none, self._table),
            self._more.widget,
        ]

    def _change(self, name: str, what: str, value: Any) -> None:
        state = self.state
        if what == "part":
            state.set_part(name, cast("PartName", value))  # the page offers no others
        elif what == "transposed":
            state.set_transposed(name, transposed=value)
        elif what == "name":
            state.rename_feature(name, value)
        elif what == "nan":
            state.set_nan_of(name, cast("PolicyName", value) if value else None)
        elif value.strip():
            state.set_period(name, value)
        else:
            state.set_feature_type(name, "circular")

    def leave(self, snapshot: Snapshot) -> bool:
        """Say whether the step may be left by *Next*; if not, show what is missing."""
        missing = self._name.first_missing(snapshot)
        if missing is not None:
            missing.focus()
        return missing is None

    def render(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""
        self._findings.render(snapshot)
        self._name.render(snapshot)
        self._constants.render(snapshot)
        profile = snapshot.profile
        locked = [
            what
            for what, names in LOCKS.items()
            if profile is not None and not all(is_free(profile, name) for name in names)
        ]
        busy = snapshot.is_working
        self._table.show(array_rows(snapshot), locked=locked, disabled=busy)
        mark = self._table.add_class if locked else self._table.remove_class
        mark("dw-locked")  # says so beside it
        set_html(self._none, "" if snapshot.inventory else "Open a source first (step 1).")
        self._more.render(snapshot)
