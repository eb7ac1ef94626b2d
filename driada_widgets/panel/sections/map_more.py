"""The rarer options of step Map: NaN, circular companions, seed, combinations, folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from driada_widgets.core.request.plan import LoadPlan
from driada_widgets.panel.binding import escape, focus_if_refused, plain
from driada_widgets.panel.sections.base import card, fields, html, row, show

if TYPE_CHECKING:
    from driada_widgets.core.request.model import AggregateSpec
    from driada_widgets.core.sources.base import Inventory
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import Snapshot

__all__ = ["POLICIES", "MoreCard"]

POLICIES = (
    ("refuse, and say where they are", "raise"),
    ("remove those frames", "bad_frames"),
    ("fill short inner gaps with straight lines", "interpolate"),
    ("leave the feature or neuron out", "drop"),
)
COMBINE_HINT = (
    "Features with one number for each frame can become one with several, such as x and y a "
    "position. With the mouse, Ctrl or Cmd chooses several; by key, Shift and the arrows."
)


class MoreCard:
    """What most recordings never need.

    Parameters
    ----------
    section
        Step *Map*.
    """

    def __init__(self, section: Section) -> None:
        state = section.state
        self._section = section
        self._nan = section.choice(
            "NaN and infinite",
            "dw-nan",
            POLICIES,
            lambda policy: state.set_nan_of(None, policy),
        )
        self._gap = section.text("Longest gap (s)", "dw-max-gap", state.set_max_gap)
        self._circular = section.tick(
            "Add a 2-D copy (cos, sin) of every circular feature",
            "dw-circular-2d",
            lambda create: state.set_create_circular_2d(create=create),
        )
        self._seed = section.text(
            "Seed", "dw-seed", state.set_seed, hint="empty: no tie-breaking noise"
        )
        self._root = section.text("Experiments folder", "dw-root", state.set_root)
        options = fields(self._nan.widget, self._gap.widget, self._seed.widget, self._root.widget)
        options.add_class("dw-fields-wide")
        self._shown_aggregates: tuple[AggregateSpec, ...] | None = None
        self._listed: Inventory | None = None
        self.widget = card(
            "More",
            options,
            self._circular.widget,
            self._combination(),
        )

    def _combination(self) -> Any:
        self._parts = widgets.SelectMultiple(
            description="Combine",
            rows=4,
            style={"description_width": "11em"},
            layout=widgets.Layout(width="auto", min_width="22em"),
        )
        self._parts.add_class("dw-aggregate-of")
        self._combined = widgets.Text(
            description="as",
            placeholder="position",
            continuous_update=False,  # a click must not overtake what was typed
            style={"description_width": "2em"},
            layout=widgets.Layout(width="auto"),
        )
        self._combined.add_class("dw-aggregate-name")
        add = self._section.button("Combine features", "dw-aggregate-add", self._combine)
        self._aggregates = widgets.VBox()
        line = row(self._parts, self._combined, add)
        return widgets.VBox([html(COMBINE_HINT, "dw-hint"), line, self._aggregates])

    def _combine(self) -> None:
        with focus_if_refused(self._combined):
            self._section.state.add_aggregate(self._parts.value, self._combined.value)
        self._combined.value = ""

    def render(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""
        request = snapshot.request
        nan = request.nan
        self._nan.show(nan.default.policy)
        policies = {nan.default.policy, *(each.policy for each in nan.arrays.values())}
        show(self._gap.widget, visible="interpolate" in policies)
        self._gap.show(f"{nan.default.max_gap_sec:g}")
        self._circular.show(request.create_circular_2d)
        self._seed.show("" if request.seed is None else str(request.seed))
        self._root.show(self._section.state.roots.shown(request.root))
        self._render_parts(snapshot)
        specs = request.aggregate_features
        if self._shown_aggregates != specs:
            self._shown_aggregates = specs
            self._aggregates.children = [self._aggregate(spec) for spec in specs]

    def _render_parts(self, snapshot: Snapshot) -> None:
        plan = snapshot.resolved if isinstance(snapshot.resolved, LoadPlan) else None
        arrays = snapshot.inventory.arrays if snapshot.inventory else ()
        shapes = {info.name: info.shape for info in arrays}
        names = [a.name for a in (plan.arrays if plan else ()) if a.role == "feature"]
        single = tuple((plain(n, limit=60), n) for n in names if len(shapes.get(n, ())) == 1)
        is_other_file, self._listed = snapshot.inventory is not self._listed, snapshot.inventory
        if (plan is not None or is_other_file) and self._parts.options != single:
            self._parts.options = single

    def _aggregate(self, spec: AggregateSpec) -> Any:
        state = self._section.state
        markup = f"{escape(' + '.join(spec.of))} → <b>{escape(spec.name)}</b>"
        remove = self._section.button(
            "Remove",
            "dw-aggregate-remove",
            lambda: state.remove_aggregate(spec.name),
            tooltip=f"Remove {plain(spec.name, limit=60)}",
        )
        return row(html(markup), remove)
