"""Everything that a view may show, as one frozen value: no widget, figure or array in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from driada_widgets.core.request.model import LoadRequest

if TYPE_CHECKING:
    from driada_widgets.core.pipeline import CheckResult
    from driada_widgets.core.sources.base import Inventory

__all__ = [
    "STEPS",
    "ErrorBox",
    "JobView",
    "Snapshot",
    "StepName",
    "Summary",
    "TimeUnit",
    "Window",
]

StepName = Literal["source", "map", "check", "build", "save"]
TimeUnit = Literal["s", "frames"]

STEPS: tuple[tuple[StepName, str], ...] = (
    ("source", "Source"),
    ("map", "Map"),
    ("check", "Check"),
    ("build", "Build"),
    ("save", "Save & share"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorBox:
    """One failure, in the four lines that its reader needs.

    Parameters
    ----------
    step
        Step that shows it.
    what
        What failed, verb first.
    where
        File, array or field.
    cause
        The error's own words.
    fix
        What to do.
    details
        Text for *Copy details*: class, message and traceback.
    """

    step: StepName
    what: str
    where: str
    cause: str
    fix: str
    details: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """A long call as a person sees it; ``kind`` is empty when nothing runs."""

    kind: Literal["", "check", "build", "save"] = ""
    stage: str = ""
    done: int = 0
    total: int | None = None
    elapsed_sec: float = 0.0
    cancelling: bool = False

    @property
    def fraction(self) -> float | None:
        """Share of the stage that is done, or ``None`` if unknown."""
        return self.done / self.total if self.total else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What was built."""

    signature: str
    n_cells: int
    n_frames: int
    features_by_type: tuple[tuple[str, tuple[str, ...]], ...]
    hash: str
    n_notes: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What the trace picture shows: neurons ``first_cell`` onwards, frames ``start`` to ``stop``."""

    first_cell: int = 0
    n_cells: int = 20
    start: int = 0
    stop: int = 0
    unit: TimeUnit = "s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The state of the panel.

    Parameters
    ----------
    step
        Step on screen.
    request
        What the person asks for; the object that is checked, built, printed and saved.
    session_name
        Name that ``exp_params`` give, or why they give none.
    inventory
        Headers of the opened source, or ``None``.
    check
        Result of the last check, or ``None``.
    is_checked
        Whether ``check`` is about ``request`` as it stands.
    job
        The long call that runs.
    summary
        What was built, or ``None``.
    is_built
        Whether ``summary`` is about ``request`` as it stands.
    saved
        The sentence that says where the experiment was saved, or empty.
    error
        The failure to show, or ``None``.
    undo, redo
        Names of the edits that can be taken back or made again; empty if none.
    window
        What the trace picture shows.
    selected_bad
        Index of the selected range of bad frames, or ``None``.
    code, plan, command
        The same request as Python, YAML and a command line.
    log
        What happened, oldest first.
    """

    step: StepName = "source"
    request: LoadRequest = field(default_factory=LoadRequest)
    session_name: str = ""
    inventory: Inventory | None = None
    check: CheckResult | None = None
    is_checked: bool = False
    job: JobView = field(default_factory=JobView)
    summary: Summary | None = None
    is_built: bool = False
    saved: str = ""
    error: ErrorBox | None = None
    undo: str = ""
    redo: str = ""
    window: Window = field(default_factory=Window)
    selected_bad: int | None = None
    code: str = ""
    plan: str = ""
    command: str = ""
    log: tuple[str, ...] = ()

    @property
    def is_busy(self) -> bool:
        """Whether a long call runs."""
        return bool(self.job.kind)
