"""The technician's screen: a profile's free fields, one button, an answer in words, one more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import ipywidgets as widgets

from driada_widgets.core.request.profile import RECORDING, get_field
from driada_widgets.core.words import count_of, duration
from driada_widgets.panel.binding import Binding, escape, plain
from driada_widgets.panel.sections.base import Section, describe, html, row, set_html, show
from driada_widgets.panel.sections.errors import ErrorView
from driada_widgets.panel.sections.points import PointList
from driada_widgets.panel.sections.resume import ResumeView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driada_widgets.core.request.profile import Profile
    from driada_widgets.panel.snapshot import JobView, Snapshot, StepName

__all__ = ["TechnicianScreen", "field_label", "fields_on_screen", "verdict"]

_LABELS = {
    RECORDING: "Recording file",
    "exp_params.animal_id": "Animal",
    "static_features.fps": "Frame rate (Hz)",
    "static_features.t_rise_sec": "Rise time (s)",
    "static_features.t_off_sec": "Decay time (s)",
}
_SHOWN_GROUPS = ("exp_params", "static_features")
_NOTHING = "choose"


def fields_on_screen(profile: Profile) -> tuple[str, ...]:
    """List the free fields that are filled in here; the others are under *All steps*."""
    return tuple(
        name
        for name in profile.free
        if name == RECORDING or (name.partition(".")[0] in _SHOWN_GROUPS and "." in name)
    )


def field_label(name: str) -> str:
    """Give a field's label: ``"exp_params.session"`` is *Session*."""
    key = name.partition(".")[2] or name
    return _LABELS.get(name, key.replace("_", " ").capitalize())


def verdict(snapshot: Snapshot) -> tuple[str, str]:
    """Answer a check in words: ``ready``, ``ask``, ``stop`` or nothing, and a sentence in HTML."""
    check = snapshot.check
    if check is None:
        return "", ""
    if snapshot.job.kind == "check":
        return "", "Checking again…"
    if check.issues or check.plan is None:
        return "stop", f"<b>Not ready: {count_of(len(check.issues), 'problem')}.</b>"
    if snapshot.questions:
        return "ask", f"<b>Not ready yet: {count_of(len(snapshot.questions), 'question')}.</b>"
    plan = check.plan
    length = duration(plan.n_frames / float(plan.static_features["fps"]))
    said = f"Ready: {count_of(plan.n_cells, 'neuron')}, {length}, {_spans(snapshot)}"
    return "ready", f"<b>{said}</b>"


def _spans(snapshot: Snapshot) -> str:
    """Say how many spans of bad frames are proposed, and how many are marked."""
    if snapshot.is_searching:
        return "looking for bad spans…"
    n_proposed = len(snapshot.proposals) + snapshot.n_more_proposals
    said = f"{count_of(n_proposed, 'bad span') if n_proposed else 'no bad spans'} proposed"
    n_marked = len(snapshot.request.bad_frames)
    return f"{said}, {n_marked:,} marked" if n_marked else said


class TechnicianScreen(Section):
    """Stands in place of the five steps while a profile is in use; shows no code, plan or log."""

    step: ClassVar[StepName] = "check"

    def build(self) -> Sequence[Any]:
        """Make the widgets; those of the fields follow with the profile."""
        self._profile: Profile | None = None
        self._fields: dict[str, Binding] = {}
        self._title = html("", "dw-title")
        self._resume = ResumeView(self.state)
        self._error = ErrorView(self.state, in_every_step=True)
        self._form = widgets.VBox()
        self._check = self.button("Check recording", "dw-check", self.state.check_recording)
        self._why = html("", "dw-hint")
        self._light = html("", "dw-light")
        self._points = PointList(self)
        self._undo = self.button("Undo", "dw-undo-answer", self.state.undo)
        self._picture: Any = None
        self._place = widgets.VBox()
        self._build = self.button("Build and save", "dw-build", self.state.build_and_save)
        self._where = html("", "dw-hint")
        self._question = html("", "dw-question")
        self._anyway = self.button("Save it", "dw-save", self._save_anyway)
        keep = self.button("Do not save", "dw-keep-file", self.state.keep_file)
        self._asks = widgets.VBox([self._question, _last(keep, self._anyway)])
        self._bar = widgets.FloatProgress(min=0.0, max=1.0, layout=widgets.Layout(width="100%"))
        self._bar.add_class("dw-progress")
        self._cancel = self.button("Cancel", "dw-cancel", self.state.cancel)
        self._stage = html("", "dw-hint")
        self._saved = html("", "dw-saved")
        self._another = self.button("Next recording", "dw-next-recording", self._next)
        steps = self.button("All steps", "dw-all-steps", self.state.show_all_steps)
        self._onward = _last(self._where, self._build)
        form = widgets.VBox([self._form, _last(self._why, self._check)])
        self._answer = widgets.VBox(
            [
                row(self._light, self._undo),
                self._points.widget,
                self._onward,
                self._asks,
                self._bar,
                row(self._cancel, self._stage),
                _last(self._saved, self._another),
            ]
        )
        for part in (form, self._answer):
            part.add_class("dw-card")
        return [
            self._title,
            self._resume.widget,
            self._error.widget,
            form,
            self._answer,
            self._place,
            _last(steps),
        ]

    # --- the fields ---

    def _make_fields(self, profile: Profile) -> None:
        made: list[Any] = []
        self._fields = {}
        for name in fields_on_screen(profile):
            css_class = _css_class(name)
            label = field_label(name)
            if name in profile.choices:
                self._fields[name] = self.choice(label, css_class, [], self._setter(name))
            else:
                self._fields[name] = self.text(label, css_class, self._setter(name))
            made.append(self._fields[name].widget)
            if name == RECORDING and name not in profile.choices:
                made.append(self._make_picker())
        self._form.children = made

    def _make_picker(self) -> Any:
        from driada_widgets.core.sources.registry import readers
        from driada_widgets.panel.picker import FilePicker

        return FilePicker(
            self.state.roots,
            sorted({suffix for reader in readers() for suffix in reader.suffixes}),
            on_choose=self._setter(RECORDING),
            on_error=self.failed("List the folder"),
        )

    def _setter(self, name: str) -> Any:
        return lambda value: self.state.set_free(name, value)

    def _next(self) -> None:
        self._profile = None  # the list of recordings is read again
        self.state.next_recording()

    def _save_anyway(self) -> None:
        self.state.save(replace_file=True)

    def _options(self, profile: Profile, name: str) -> list[tuple[str, Any]]:
        if name == RECORDING:
            shown = self.state.roots.shown
            return [(plain(shown(path)), str(path)) for path in self.state.recordings()]
        return [(plain(value), value) for value in profile.choices[name]]

    # --- showing ---

    def render(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""
        profile = snapshot.profile
        if profile is None:
            return
        if profile is not self._profile:
            self._profile = profile
            self._make_fields(profile)
            self._offered = {
                name: self._options(profile, name)
                for name in self._fields
                if name in profile.choices
            }
            self.widget.add_class("dw-technician")
        set_html(self._title, f"<h2>{escape(profile.title)}</h2>")
        self._resume.render(snapshot)
        self._error.render(snapshot)
        self._render_fields(profile, snapshot)
        self._render_answer(snapshot)
        self._render_build(snapshot)
        has_answer = snapshot.check is not None or snapshot.is_busy or bool(snapshot.saved)
        show(self._answer, visible=has_answer)

    def _render_fields(self, profile: Profile, snapshot: Snapshot) -> None:
        is_fixed = snapshot.is_working
        for name, binding in self._fields.items():
            value = get_field(snapshot.request, name)
            if name == RECORDING and value is not None:
                value = str(value)
            if name in profile.choices:
                options = self._offered[name]
                if value is not None and value not in [each for _, each in options]:
                    options = [*options, (plain(value), value)]
                listed = ((_NOTHING, ""), *options)
                binding.show("" if value is None else value, options=listed, disabled=is_fixed)
                continue
            text = "" if value is None else str(value)
            if name == RECORDING and snapshot.request.source.path is not None:
                text = self.state.roots.shown(snapshot.request.source.path)
            binding.show(text, disabled=is_fixed)
        missing = [
            field_label(name)
            for name in self._fields
            if not name.startswith("static_features.")
            and get_field(snapshot.request, name) in (None, "")
        ]
        reason = f"Fill in first: {', '.join(missing)}." if missing else ""
        self._check.disabled = bool(missing) or snapshot.is_busy
        set_html(self._why, escape(reason))

    def _render_answer(self, snapshot: Snapshot) -> None:
        kind, sentence = verdict(snapshot)
        for each in ("ready", "ask", "stop"):
            (self._light.add_class if each == kind else self._light.remove_class)(
                f"dw-light-{each}"
            )
        set_html(self._light, sentence)
        if snapshot.job.kind != "check":  # what is being answered stays in its place
            issues = snapshot.check.issues if snapshot.check is not None else ()
            self._points.show(snapshot, issues=issues, questions=snapshot.questions)
            show(self._undo, visible=bool(kind and snapshot.undo and not snapshot.saved))
            self._undo.disabled = snapshot.is_working
            describe(self._undo, f"Undo: {snapshot.undo[:40]}")
        has_picture = snapshot.check is not None and self.state.workbench.calcium is not None
        show(self._place, visible=has_picture)
        if has_picture:
            if self._picture is None:
                from driada_widgets.panel.sections.pictures import TracePicture

                self._picture = TracePicture(self)
                self._place.children = [self._picture.widget]
            self._picture.render(snapshot)

    def _render_build(self, snapshot: Snapshot) -> None:
        job = snapshot.job
        asked = "" if snapshot.is_busy else snapshot.work.replaces
        is_ready = verdict(snapshot)[0] == "ready" and not snapshot.saved and not asked
        show(self._build, visible=is_ready)
        self._build.disabled = bool(snapshot.why_not_build)
        place = self.state.usual_save_path() if is_ready else None
        set_html(self._where, escape(f"It will be saved to {place}", limit=None) if place else "")
        show(self._asks, visible=bool(asked))
        set_html(self._question, escape(asked, limit=None))
        show(self._bar, visible=snapshot.is_busy)
        show(self._cancel, visible=snapshot.is_busy)
        self._cancel.disabled = job.cancelling
        set_html(self._stage, _stage(job))
        if snapshot.is_busy:
            self._bar.value = 1.0 if job.fraction is None else job.fraction
            self._bar.bar_style = "info" if job.fraction is None else ""
        set_html(self._saved, escape(snapshot.saved, limit=None))
        show(self._another, visible=bool(snapshot.saved))
        offered = (
            (self._another, bool(snapshot.saved)),
            (self._anyway, bool(asked)),
            (self._build, is_ready),
            (self._check, True),
        )
        self._fill_one(next(button for button, is_next in offered if is_next))

    def _fill_one(self, primary: Any) -> None:
        """Let one button look like what comes next."""
        for button in (self._check, self._build, self._anyway, self._another):
            style = "primary" if button is primary else ""
            if button.button_style != style:
                button.button_style = style


def _last(*children: Any) -> Any:
    """Put widgets at the right end, as what a card ends with."""
    made = row(*children)
    made.add_class("dw-last")
    return made


def _css_class(name: str) -> str:
    from driada_widgets.panel.binding import css_names

    if name == RECORDING:
        return "dw-source-path"
    group, _, key = name.partition(".")
    prefix = "dw-param-" if group == "exp_params" else "dw-"
    return css_names([key], prefix)[key]


def _stage(job: JobView) -> str:
    if not job.kind:
        return ""
    if job.cancelling:
        return "Cancelling…"
    left = f", about {job.left_sec:.0f} s left" if job.left_sec and job.elapsed_sec > 1 else ""
    words = " ".join(filter(None, (job.place, job.stage, job.counts)))
    return f"{escape(words)}: {job.elapsed_sec:.1f} s{left}"
