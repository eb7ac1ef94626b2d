"""Everything that a view may show, as one frozen value: no widget, figure or array in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from driada_widgets.core.request.model import LoadRequest
from driada_widgets.panel.picture_view import PictureView
from driada_widgets.panel.spike_view import SpikeView
from driada_widgets.panel.work_view import WorkView

if TYPE_CHECKING:
    from pathlib import Path

    from driada_widgets.core.pipeline import CheckResult
    from driada_widgets.core.report import Issue, Note
    from driada_widgets.core.request.model import SourceKind
    from driada_widgets.core.request.plan import LoadPlan
    from driada_widgets.core.request.profile import Profile
    from driada_widgets.core.signals.proposals import Proposal
    from driada_widgets.core.sources.base import Inventory

__all__ = [
    "REJECTED",
    "STEPS",
    "WORK",
    "ErrorBox",
    "JobKind",
    "JobView",
    "Offer",
    "RecentSource",
    "Snapshot",
    "StepName",
    "Summary",
    "TimeUnit",
    "Window",
]

StepName = Literal["source", "map", "check", "build", "save"]
JobKind = Literal["", "check", "build", "save", "look", "share", "replay", "batch", "spikes"]
WORK: frozenset[JobKind] = frozenset({"build", "save", "share", "replay", "batch", "spikes"})
"""Long calls during which the request stays as it is; its controls are disabled meanwhile."""
TimeUnit = Literal["s", "frames"]
REJECTED = "reject "
"""Begin of the answer to proposed bad frames, which belongs to one recording."""

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
    """A long call as a person sees it; ``kind`` is empty when nothing runs.

    Parameters
    ----------
    kind
        What runs.
    step
        Step that it belongs to.
    stage
        What it is doing, in words.
    place
        Which stage of how many, such as ``"3/5"``; may be empty.
    done, total
        What is done of the stage; ``total`` is ``None`` if unknown.
    counts
        The same in words, such as ``"412 of 1,000"``; may be empty.
    left_sec
        Seconds that the stage will still take; ``None`` if unknown.
    elapsed_sec
        Seconds since the call began.
    cancelling
        Whether *Cancel* was pressed.
    """

    kind: JobKind = ""
    step: StepName | None = None
    stage: str = ""
    place: str = ""
    done: int = 0
    total: int | None = None
    counts: str = ""
    left_sec: float | None = None
    elapsed_sec: float = 0.0
    cancelling: bool = False

    @property
    def fraction(self) -> float | None:
        """Share of the stage that is done, or ``None`` if unknown."""
        return self.done / self.total if self.total else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What was built, or opened as it was saved: ``opened`` then says from where.

    ``spikes`` says how they were found and how many there are; empty without spikes.
    """

    signature: str
    n_cells: int
    n_frames: int
    features_by_type: tuple[tuple[str, tuple[str, ...]], ...]
    hash: str
    n_notes: int
    seconds: float
    warnings: tuple[str, ...] = ()
    opened: str = ""
    spikes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What the trace picture shows: neurons from ``first_cell`` on, frames ``[start, stop)``."""

    first_cell: int = 0
    n_cells: int = 20
    start: int = 0
    stop: int = 0
    unit: TimeUnit = "s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A plan that was left: its name, the number of its step, when, and why it cannot be taken."""

    name: str
    step: int
    saved: str
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentSource:
    """A source that was opened before; ``shown`` is its path relative to a root."""

    kind: SourceKind
    path: Path
    shown: str


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
    revision
        Grows with each new inventory, check or summary; these three are not compared themselves.
    inventory
        Headers of the opened source, or ``None``.
    resolved
        What the request means for the opened source: a plan, or what is wrong; ``None`` before.
    check
        Result of the last check, or ``None``.
    answered
        Ids of questions that the person answered with "keep as it is", and of proposed bad frames
        that were rejected: these begin with ``REJECTED``.
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
    offers
        Plans that were left, the one to offer first.
    notice
        What should be known about a plan that was resumed, or empty.
    recents
        Sources that were opened before and can be opened again, the newest first.
    profile
        The profile that locks fields, or ``None``.
    is_simple
        Whether the technician's screen is shown in place of the steps.
    proposals
        Frames that may be bad and were neither marked nor rejected.
    n_more_proposals, n_rejected
        Proposals that are too many to list, and those that were rejected.
    reviewed
        Index of the proposal that is looked at, or ``None``.
    is_searching
        Whether bad frames are being looked for.
    look_at
        Frames ``[start, stop)`` to bring into view, and how often this was asked.
    work
        What goes on around the built experiment.
    pictures
        Which picture is shown, and what is chosen in the pictures.
    preview
        Headers of the chosen source before it is opened, or ``None``.
    spikes
        The method for spikes that is being chosen, and what is shown of them.
    """

    step: StepName = "source"
    request: LoadRequest = field(default_factory=LoadRequest)
    session_name: str = ""
    revision: int = 0
    inventory: Inventory | None = field(default=None, compare=False)
    resolved: LoadPlan | tuple[Issue, ...] | None = field(default=None, compare=False)
    check: CheckResult | None = field(default=None, compare=False)
    answered: frozenset[str] = frozenset()
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
    offers: tuple[Offer, ...] = ()
    notice: str = ""
    recents: tuple[RecentSource, ...] = ()
    profile: Profile | None = None
    is_simple: bool = False
    proposals: tuple[Proposal, ...] = ()
    n_more_proposals: int = 0
    n_rejected: int = 0
    reviewed: int | None = None
    is_searching: bool = False
    look_at: tuple[int, int, int] = (0, 0, 0)
    preview: Inventory | None = field(default=None, compare=False)
    pictures: PictureView = field(default_factory=PictureView)
    work: WorkView = field(default_factory=WorkView)
    spikes: SpikeView = field(default_factory=SpikeView)

    @property
    def is_busy(self) -> bool:
        """Whether a long call runs."""
        return bool(self.job.kind)

    @property
    def is_working(self) -> bool:
        """Whether a long call runs during which the request stays as it is."""
        return self.job.kind in WORK

    @property
    def answered_notes(self) -> frozenset[str]:
        """Ids of answered questions, which may be the same in other recordings."""
        return frozenset(answer for answer in self.answered if not answer.startswith(REJECTED))

    @property
    def meaning(self) -> LoadPlan | tuple[Issue, ...] | None:
        """What the request means: by its check, which saw the values, else by the headers."""
        seen = self.check.plan if self.check is not None and self.is_checked else None
        return seen if seen is not None else self.resolved

    @property
    def questions(self) -> tuple[Note, ...]:
        """Notes that wait for an answer before anything is built."""
        if self.check is None:
            return ()
        return tuple(n for n in self.check.notes if n.asks and n.id not in self.answered)

    @property
    def n_to_do(self) -> int:
        """Problems and questions that stand between the check and a build."""
        return len(self.questions) + (len(self.check.issues) if self.check else 0)

    @property
    def why_not_build(self) -> str:
        """Why *Build experiment* cannot be pressed, or empty if it can."""
        if self.inventory is None:
            return "Open a source first (step 1)."
        if not self.is_checked:
            return "Check the data first (step 3)."
        if self.n_to_do:
            noun = "point" if self.n_to_do == 1 else "points"
            return f"{self.n_to_do} {noun} in Check must be answered first."
        return "Something is running." if self.is_busy else ""
