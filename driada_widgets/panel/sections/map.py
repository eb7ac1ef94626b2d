"""Step 2, Map: the experiment's name, its constants, and which array plays which part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import ipywidgets as widgets

from driada_widgets.core.request.plan import LoadPlan
from driada_widgets.panel.binding import Binding, escape
from driada_widgets.panel.sections.base import (
    Section,
    bullet_list,
    card,
    fields,
    html,
    row,
    set_html,
    show,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driada_widgets.core.sources.base import ArrayInfo
    from driada_widgets.panel.snapshot import Snapshot, StepName

__all__ = ["MapSection"]

IABS_KEYS = ("track", "animal_id", "session")
FREE_KEYS = ("name", "experiment", "subject", "animal_id", "session", "date")
CONSTANTS = (
    ("fps", "Frame rate (Hz)", "dw-fps"),
    ("t_rise_sec", "Rise time (s)", "dw-t-rise"),
    ("t_off_sec", "Decay time (s)", "dw-t-off"),
)
ORIGINS = {"given": "set by you", "file": "from the file", "default": "default: please check"}
POLICIES = (
    ("refuse, and say where they are", "raise"),
    ("remove those frames", "bad_frames"),
    ("fill short inner gaps with straight lines", "interpolate"),
    ("leave the feature or neuron out", "drop"),
)
AUTOMATIC = ("automatic", "")


class MapSection(Section):
    """Name the experiment, give its constants, and say what the arrays are."""

    step: ClassVar[StepName] = "map"

    def build(self) -> Sequence[Any]:
        """Make the widgets."""
        self._source = self.text("Lab or project", "dw-data-source", self.state.set_data_source)
        self._params = {
            key: self.text(key, f"dw-param-{key}", self._setter(key))
            for key in dict.fromkeys((*FREE_KEYS, *IABS_KEYS))
        }
        self._required = html("", "dw-hint")
        self._name = html("", "dw-session-name")
        self._constants = {key: self._constant(key, label, css) for key, label, css in CONSTANTS}
        self._origins = {key: html("", "dw-hint") for key, _, _ in CONSTANTS}
        self._offers = widgets.VBox()
        self._shown_offers: object = None
        self._neural = self.choice("Neural data", "dw-neural", [AUTOMATIC], self._set_neural)
        self._arrays = html("", "dw-arrays")
        self._flips = widgets.VBox()
        self._flip_bindings: dict[str, Binding] = {}
        return [
            card(
                "Name of the experiment",
                fields(self._source.widget, *(b.widget for b in self._params.values())),
                self._required,
                self._name,
            ),
            card(
                "Constants",
                *(row(self._constants[key].widget, self._origins[key]) for key, _, _ in CONSTANTS),
                self._offers,
            ),
            card("Arrays in the file", self._neural.widget, self._arrays, self._flips),
            self._more(),
        ]

    def _setter(self, key: str) -> Any:
        return lambda value: self.state.set_param(key, value.strip())

    def _constant(self, key: str, label: str, css_class: str) -> Binding:
        return self.text(label, css_class, lambda value: self.state.set_static(key, value))

    def _set_neural(self, name: str) -> None:
        self.state.set_neural(name or None)

    def _more(self) -> Any:
        self._nan = self.choice(
            "NaN and infinite",
            "dw-nan",
            POLICIES,
            lambda policy: self.state.set_nan(None, policy),
        )
        self._circular = self.tick(
            "Add a 2-D copy (cos, sin) of every circular feature",
            "dw-circular-2d",
            lambda create: self.state.set_create_circular_2d(create=create),
        )
        self._seed = self.text(
            "Seed", "dw-seed", self.state.set_seed, hint="empty: no tie-breaking noise"
        )
        parts = widgets.SelectMultiple(
            description="Combine",
            rows=4,
            style={"description_width": "11em"},
            layout=widgets.Layout(width="auto", min_width="22em"),
        )
        parts.add_class("dw-aggregate-of")
        self._parts = parts
        self._combined = widgets.Text(
            description="as",
            placeholder="position",
            style={"description_width": "11em"},
            layout=widgets.Layout(width="auto"),
        )
        self._combined.add_class("dw-aggregate-name")
        combine = self.button("Combine features", "dw-aggregate-add", self._combine)
        self._aggregates = widgets.VBox()
        self._shown_aggregates: object = None
        return card(
            "More",
            self._nan.widget,
            self._circular.widget,
            self._seed.widget,
            row(parts, self._combined, combine),
            self._aggregates,
        )

    def _combine(self) -> None:
        self.state.add_aggregate(self._parts.value, self._combined.value)

    # --- showing ---

    def render(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""
        request = snapshot.request
        is_iabs = request.source.data_source == "IABS"
        self._source.show(request.source.data_source)
        for key, binding in self._params.items():
            shown_for_iabs = key in IABS_KEYS
            show(binding.widget, visible=shown_for_iabs if is_iabs else key in FREE_KEYS)
            binding.show(str(request.exp_params.get(key, "")))
        missing = [key for key in IABS_KEYS if is_iabs and key not in request.exp_params]
        set_html(self._required, f"Required: {', '.join(missing)}." if missing else "")
        set_html(self._name, f"The experiment is called <b>{escape(snapshot.session_name)}</b>.")
        self._render_constants(snapshot)
        self._render_arrays(snapshot)
        self._nan.show(request.nan.default.policy)
        self._circular.show(request.create_circular_2d)
        self._seed.show("" if request.seed is None else str(request.seed))
        self._render_aggregates(snapshot)

    def _render_constants(self, snapshot: Snapshot) -> None:
        plan = snapshot.resolved if isinstance(snapshot.resolved, LoadPlan) else None
        for name, binding in self._constants.items():
            given = snapshot.request.static_features.get(name)
            used = plan.static_features.get(name) if plan else None
            shown = used if given is None else given
            binding.show("" if shown is None else f"{shown:g}")
            origin = plan.static_origin.get(name, "default") if plan else ""
            set_html(self._origins[name], ORIGINS.get(origin, ""))
        fixes = [fix for note in (plan.notes if plan else ()) for fix in note.fixes]
        issues = snapshot.resolved if isinstance(snapshot.resolved, tuple) else ()
        texts = [f"{issue.text} {issue.fix}".strip() for issue in issues]
        fixes += [fix for issue in issues for fix in issue.fixes]
        problems = html(bullet_list([escape(t, limit=None) for t in texts], "dw-problems"))
        buttons = [self.button(fix.label, "dw-fix", _applies(self.state, fix)) for fix in fixes]
        key = (tuple(texts), tuple(fixes))
        if self._shown_offers != key:
            self._shown_offers = key
            self._offers.children = [problems, row(*buttons)] if texts or fixes else []

    def _render_arrays(self, snapshot: Snapshot) -> None:
        arrays = snapshot.inventory.arrays if snapshot.inventory else ()
        numeric = [info.name for info in arrays if len(info.shape) == 2]
        options = [AUTOMATIC, *((escape_option(name), name) for name in numeric)]
        self._neural.show(snapshot.request.source.neural or "", options=tuple(options))
        set_html(self._arrays, _array_table(arrays, snapshot))
        flippable = tuple(info.name for info in arrays if len(info.shape) == 2)
        if flippable != tuple(self._flip_bindings):
            self._flip_bindings = {name: self._flip(name) for name in flippable}
            self._flips.children = [b.widget for b in self._flip_bindings.values()]
        for name, binding in self._flip_bindings.items():
            binding.show(name in snapshot.request.transpose)

    def _flip(self, name: str) -> Binding:
        return self.tick(
            f"{escape_option(name)} is stored frames first (transpose it)",
            "dw-transpose",
            lambda on: self.state.set_transposed(name, transposed=on),
        )

    def _render_aggregates(self, snapshot: Snapshot) -> None:
        plan = snapshot.resolved if isinstance(snapshot.resolved, LoadPlan) else None
        shapes = {
            i.name: i.shape for i in (snapshot.inventory.arrays if snapshot.inventory else ())
        }
        names = [a.name for a in (plan.arrays if plan else ()) if a.role == "feature"]
        single = tuple((escape_option(n), n) for n in names if len(shapes.get(n, ())) == 1)
        if self._parts.options != single:
            self._parts.options = single
        specs = snapshot.request.aggregate_features
        if self._shown_aggregates != specs:
            self._shown_aggregates = specs
            self._aggregates.children = [
                row(
                    html(f"{escape(' + '.join(spec.of))} → <b>{escape(spec.name)}</b>"),
                    self.button("Remove", "", _removes(self.state, spec.name)),
                )
                for spec in specs
            ]


def escape_option(name: str) -> str:
    """Shorten a name for a control whose text the browser shows as text."""
    from driada_widgets.panel.binding import plain

    return plain(name, limit=60)


def _applies(state: Any, fix: Any) -> Any:
    return lambda: state.apply_fix(fix)


def _removes(state: Any, name: str) -> Any:
    return lambda: state.remove_aggregate(name)


def _array_table(arrays: Sequence[ArrayInfo], snapshot: Snapshot) -> str:
    if not arrays:
        return "<p>Open a source first.</p>"
    plan = snapshot.resolved if isinstance(snapshot.resolved, LoadPlan) else None
    roles = {array.name: array.role for array in plan.arrays} if plan else {}
    reasons = {entry.name: entry.why for entry in plan.ledger} if plan else {}
    rows = "".join(
        "<tr>"
        f"<td>{escape(info.name)}</td><td>{escape(roles.get(info.name, '?'))}</td>"
        f"<td>{escape(_shape(info))}</td><td>{escape(info.dtype)}</td>"
        f"<td><code>{escape(info.first_values, limit=60)}</code></td>"
        f"<td>{escape(info.problem or reasons.get(info.name, ''), limit=None)}</td>"
        "</tr>"
        for info in arrays
    )
    head = "".join(
        f'<th scope="col">{title}</th>'
        for title in ("Array", "Part", "Shape", "Type", "First values", "Why")
    )
    return f'<table class="dw-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _shape(info: ArrayInfo) -> str:
    return " × ".join(f"{length:,}" for length in info.shape) or "one value"
