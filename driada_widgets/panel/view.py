"""The panel: the five steps laid out, and a snapshot shown in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from driada_widgets.panel.attention import Attention
from driada_widgets.panel.binding import escape, guarded
from driada_widgets.panel.jobs import Worker
from driada_widgets.panel.keyguard import KeyGuard
from driada_widgets.panel.keys import KeyHelp
from driada_widgets.panel.memory import user_memory
from driada_widgets.panel.page_part import HAS_SCRIPTS, WITHOUT_SCRIPTS
from driada_widgets.panel.roots import Roots
from driada_widgets.panel.sections.bar import BottomBar
from driada_widgets.panel.sections.base import describe, html, row, set_html, show
from driada_widgets.panel.sections.errors import ErrorView
from driada_widgets.panel.sections.locks import FieldLocks
from driada_widgets.panel.sections.outputs import Outputs
from driada_widgets.panel.sections.resume import ResumeView
from driada_widgets.panel.snapshot import STEPS, Snapshot, StepName
from driada_widgets.panel.state import PanelState
from driada_widgets.panel.style import stylesheet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from driada_widgets.core.experiment.experiment import Experiment
    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.panel.jobs import Runner
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.sections.technician import TechnicianScreen

__all__ = ["LoaderPanel", "open_panel"]


class LoaderPanel(widgets.VBox):
    """The interactive loader, for a notebook or a Voila page.

    Parameters
    ----------
    request
        What to begin with; ``None``: the demo recording.
    roots
        Folders that may be read; ``None``: every folder that the account may read.
    runner
        Runs long calls; ``None``: a worker thread.
    profile
        File of a profile: the technician's screen comes first, and what it locks stays.

    Examples
    --------
    >>> from driada_widgets import LoaderPanel
    >>> panel = LoaderPanel()
    >>> panel.state.snapshot.step
    'source'
    """

    def __init__(
        self,
        request: LoadRequest | None = None,
        *,
        roots: Sequence[str | Path] | None = None,
        runner: Runner | None = None,
        profile: str | Path | None = None,
    ) -> None:
        from driada_widgets.core.request.model import LoadRequest, SourceSpec
        from driada_widgets.core.workbench import Workbench

        super().__init__()
        self.add_class("dw-panel")
        start = request or LoadRequest(source=SourceSpec(kind="demo", data_source="Demo"))
        self.state = PanelState(Workbench(), runner or Worker(), Roots(roots), start)
        self.state.start(user_memory(), profile)
        self._sections: dict[StepName, Section] = {}
        self._title = html("", "dw-title")
        self._undo = self._button("Undo", "dw-undo", self.state.undo)
        self._redo = self._button("Redo", "dw-redo", self.state.redo)
        self._steps = {name: self._step_button(name) for name, _ in STEPS}
        rail = widgets.VBox(list(self._steps.values()))
        rail.add_class("dw-rail")
        self._resume, self._locks = ResumeView(self.state), FieldLocks()
        self._error = ErrorView(self.state)
        self._work = widgets.VBox()
        self._work.add_class("dw-work")
        above = [self._resume.widget, self._locks.widget, self._error.widget]
        body = widgets.VBox([*above, self._work])
        body.add_class("dw-body")
        main = widgets.HBox([rail, body])
        main.add_class("dw-main")
        self._outputs = Outputs()
        self._bar = BottomBar(self.state, self._button, self._may_leave)
        self._simple = self._button("Simple page", "dw-simple-page", self.state.show_simple)
        keys = KeyHelp()
        help_ = self._button("Help (?)", "dw-help", keys.toggle)
        header = row(self._title, self._simple, self._undo, self._redo, help_)
        header.add_class("dw-header")
        guard = KeyGuard(on_error=self._failed("Use a key"))
        guard.on_key("undo", self.state.undo)
        guard.on_key("redo", self.state.redo)
        guard.on_dark(self.state.set_dark)
        guard.on_key("help", keys.toggle)
        self._attention = Attention()
        said = () if HAS_SCRIPTS else (html(escape(WITHOUT_SCRIPTS, limit=None), "dw-stock-said"),)
        self._help = keys
        self._always = (stylesheet(), guard, keys, self._attention, *said)
        self._all_steps = (header, main, self._outputs.widget, self._bar.widget)
        self._parts: tuple[Any, ...] = ()
        self._technician: TechnicianScreen | None = None
        self._simple_page: tuple[Any, ...] = ()
        self.state.subscribe(self._render)
        self._render(self.state.snapshot)

    @property
    def experiment(self) -> Experiment | None:
        """The experiment that was built last, or ``None``."""
        return self.state.experiment

    def _button(self, label: str, css_class: str, verb: Any) -> Any:
        button = widgets.Button(description=label, layout=widgets.Layout(width="auto"))
        button.add_class(css_class)
        button.on_click(guarded(lambda _button: verb(), self._failed(label)))
        return button

    def _step_button(self, name: StepName) -> Any:
        return self._button(name, f"dw-step-{name}", lambda: self.state.go(name))

    def _failed(self, what: str) -> Any:
        return lambda error: self.state.show_error(self.state.snapshot.step, what, error)

    def _may_leave(self, snapshot: Snapshot) -> bool:
        return self._sections[snapshot.step].leave(snapshot)

    def _render(self, snapshot: Snapshot) -> None:
        """Show a snapshot; a step's widgets are made when it is first shown."""
        if snapshot.is_simple:
            self._render_simple(snapshot)
            return
        self._show_parts(self._all_steps)
        section = self._sections.get(snapshot.step)
        if section is None:
            section = self._sections[snapshot.step] = _make_section(snapshot.step, self.state)
        guarded(section.render, self._render_failed)(snapshot)
        if self.state.snapshot is not snapshot:
            return  # it could not be shown; what says so is on screen already
        self._locks.render(section.widget, snapshot)
        self._resume.render(snapshot)
        show(self._simple, visible=snapshot.profile is not None)
        if self._work.children != (section.widget,):
            self._work.children = (section.widget,)
        self._render_frame(snapshot)
        self._help.render(snapshot)
        self._error.render(snapshot)
        self._outputs.render(snapshot)
        self._bar.render(snapshot, section)
        self._attention.render(snapshot)

    def _render_failed(self, error: Exception) -> None:
        """Show once that a step cannot be shown; showing that shows the step again."""
        text = f"{type(error).__name__}: {error}"
        shown = self.state.snapshot.error
        if shown is None or shown.cause != text:
            self.state.show_error(self.state.snapshot.step, "Show this step", error)

    def _render_simple(self, snapshot: Snapshot) -> None:
        if self._technician is None:
            from driada_widgets.panel.sections.technician import TechnicianScreen

            self._technician = TechnicianScreen(self.state)
            self._simple_page = (self._technician.widget,)
        self._technician.render(snapshot)
        self._attention.render(snapshot)
        self._show_parts(self._simple_page)

    def _show_parts(self, parts: tuple[Any, ...]) -> None:
        if parts is not self._parts:
            self._parts = parts
            self.children = (*self._always, *parts)

    def _render_frame(self, snapshot: Snapshot) -> None:
        state = "saved" if snapshot.saved else "not saved"
        called = "no name yet" if _is_nameless(snapshot) else escape(snapshot.session_name)
        name = f"{called} · {state}" if snapshot.inventory else ""
        set_html(self._title, f"<h2>DRIADA loader</h2> <span>{name}</span>")
        for index, (step, title) in enumerate(STEPS, start=1):
            status = step_status(step, snapshot)
            describe(self._steps[step], f"{index} {title}{': ' if status else ''}{status}")
            button = self._steps[step]
            # add_class and remove_class send nothing when nothing changes
            (button.add_class if step == snapshot.step else button.remove_class)("dw-now")
        (self.add_class if snapshot.is_busy else self.remove_class)("dw-busy")
        blocked = snapshot.is_working
        for button, what, name in (
            (self._undo, "Undo", snapshot.undo),
            (self._redo, "Redo", snapshot.redo),
        ):
            button.disabled = not name or blocked
            describe(button, f"{what}: {name[:40]}" if name else what)


def _is_nameless(snapshot: Snapshot) -> bool:
    issues = snapshot.resolved if isinstance(snapshot.resolved, tuple) else ()
    return any(issue.id == "name-invalid" for issue in issues)


def step_status(step: StepName, snapshot: Snapshot) -> str:
    """Say in a word or two how a step stands."""
    if snapshot.error is not None and snapshot.error.step == step:
        return "needs attention"
    if snapshot.job.step == step:
        return "working"
    resting = {
        "source": "ok" if snapshot.inventory else "",
        "map": _map_status(snapshot),
        "check": _check_status(snapshot),
        "build": "ok" if snapshot.is_built else "",
        "save": "ok" if snapshot.saved else "",
    }
    return resting[step]


def _map_status(snapshot: Snapshot) -> str:
    if isinstance(snapshot.meaning, tuple):
        return f"{len(snapshot.meaning)} to do"
    return "ok" if snapshot.meaning else ""


def _check_status(snapshot: Snapshot) -> str:
    if snapshot.check is None:
        return ""
    said = f"{snapshot.n_to_do} to do" if snapshot.n_to_do else "ok"
    warned = sum(
        note.level == "warning" and not (note.asks or note.verbose_only)
        for note in snapshot.check.notes
    )
    return f"{said}, {warned} warning{'' if warned == 1 else 's'}" if warned else said


def _make_section(step: StepName, state: PanelState) -> Section:
    """Make a step; its module, with what it needs, is imported only now."""
    if step == "source":
        from driada_widgets.panel.sections.source import SourceSection

        return SourceSection(state)
    if step == "map":
        from driada_widgets.panel.sections.map import MapSection

        return MapSection(state)
    if step == "check":
        from driada_widgets.panel.sections.check import CheckSection

        return CheckSection(state)
    if step == "build":
        from driada_widgets.panel.sections.build import BuildSection

        return BuildSection(state)
    from driada_widgets.panel.sections.save import SaveSection

    return SaveSection(state)


def open_panel(
    path: str | Path | None = None,
    *,
    roots: Sequence[str | Path] | None = None,
    profile: str | Path | None = None,
) -> LoaderPanel:
    """Open the loader, on a file if one is given.

    Parameters
    ----------
    path
        Data file or saved experiment; ``None``: the panel starts with the demo recordings.
    roots
        Folders that may be read; ``None``: every folder that the account may read.
    profile
        File of a profile: the technician's screen comes first, and what it locks stays.

    Returns
    -------
    LoaderPanel
        Show it by leaving it as the last line of a cell.

    Examples
    --------
    >>> from driada_widgets import open_panel
    >>> panel = open_panel()
    >>> panel.experiment is None
    True
    """
    panel = LoaderPanel(roots=roots, profile=profile)
    if path is not None:
        if profile is None:
            panel.state.choose_kind("file")
        panel.state.choose_file(str(path))
        panel.state.open()
    return panel
