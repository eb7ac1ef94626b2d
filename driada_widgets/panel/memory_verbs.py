"""The verbs of resuming: the plan is kept as it grows, and one that was left can be taken up."""

from __future__ import annotations

import asyncio
import atexit
import time
import weakref
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from driada_widgets.core.errors import LoaderError, ParameterError
from driada_widgets.core.experiment.naming import construct_session_name
from driada_widgets.core.request.model import LoadRequest, SourceSpec
from driada_widgets.panel.memory import REMEMBERED_KINDS, KeptPlan
from driada_widgets.panel.run_verbs import RunVerbs
from driada_widgets.panel.snapshot import STEPS, Offer, RecentSource

if TYPE_CHECKING:
    from pathlib import Path

    from driada_widgets.core.sources.base import Inventory
    from driada_widgets.panel.memory import Memory

__all__ = ["KEEP_SEC", "MemoryVerbs"]

KEEP_SEC = 0.4
"""Edits that follow each other faster are kept by one write."""
_CHECKED_STEPS = frozenset({"check", "build", "save"})


@dataclass(slots=True)
class _Timer:
    """A write that is due, on the loop that will do it."""

    loop: asyncio.AbstractEventLoop
    handle: asyncio.TimerHandle


class MemoryVerbs(RunVerbs):
    """Keeps the plan, offers earlier ones, and lists recent sources."""

    _memory: Memory | None = None
    _plans: tuple[KeptPlan, ...] = ()
    _began_with: LoadRequest | None = None
    _kept: object = None
    _timer: _Timer | None = None
    _continues: tuple[str, int] | None = None
    profile_file: str = ""

    def begin(self, memory: Memory | None) -> None:
        """Keep the plan from now on, and offer the plans that were left.

        Parameters
        ----------
        memory
            The user's state folder; ``None``: nothing is kept and nothing is offered.
        """
        self._memory = memory
        self._began_with = self.snapshot.request
        if memory is None:
            return
        memory.sweep()
        found = memory.plans()
        self._plans = tuple(p for p in found if p.profile == self.profile_file)
        self._change(offers=self._offers(), recents=self._recents())

    def resume(self, index: int = 0) -> None:
        """Take up a plan that was left: the same request, step, marks and answers.

        Its source is opened, and checked if it had been. If that fails, what was typed is there
        all the same.

        Parameters
        ----------
        index
            Which of the offered plans.

        Raises
        ------
        ParameterError
            If the plan leads outside the folders that may be read.
        """
        kept = self._plans[index]
        request = self._resumable(kept)
        self._continues = (kept.file, kept.changed_ns)
        self._history = self._history.record("resume", self._decisions)
        self._replaced(request)
        self._change(answered=kept.answered, step="source", offers=(), notice="")
        if not kept.was_opened:
            return
        try:
            inventory = self.workbench.open(request)
        except Exception as error:  # noqa: BLE001 - shown in the step
            self.show_error("source", f"Resume {kept.name}", error)
            return
        self._opened(inventory, request)
        notice = f"Resumed the plan saved {_when(kept)}.{_changed(kept, inventory)}"
        self._change(answered=kept.answered, step=kept.step, notice=notice)
        if kept.was_checked or kept.step in _CHECKED_STEPS:
            self._recheck()

    def start_anew(self) -> None:
        """Put the offer away; the plan stays in the user's folder."""
        self._change(offers=())

    def dismiss_notice(self) -> None:
        """Take the sentence about the resumed plan away."""
        self._change(notice="")

    def choose_recent(self, index: int) -> None:
        """Choose one of the recent sources; nothing is read yet.

        Raises
        ------
        ParameterError
            If it is gone, or lies outside the folders that may be read.
        """
        recent = self.snapshot.recents[index]
        if not self._is_there(recent.path):
            msg = f"{recent.shown!r} is not there any more, or may not be read."
            raise ParameterError(msg, where="source.path", fix="choose another file")
        path = recent.path.resolve()
        root = self.snapshot.request.root
        request = LoadRequest(source=SourceSpec(kind=recent.kind, path=path), root=root)
        self._edit(f"choose {path.name}", request)

    def keep_now(self) -> None:
        """Write the plan if it changed since it was written last."""
        with self._lock:
            if self._timer is not None:
                self._timer.handle.cancel()
                self._timer = None
            if self._memory is None or self._kept == self._left():
                return
            self._kept = self._left()
            try:
                self._memory.keep(self._plan())
            except (OSError, LoaderError) as error:
                self._change(log=self._logged(f"this plan cannot be kept for later: {error}"))

    # --- what they rest on ---

    def _change(self, **changes: Any) -> None:
        super()._change(**changes)
        with self._lock:
            if self._memory is None or not self._is_begun() or self._kept == self._left():
                return
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:
                self.keep_now()  # a script: nothing would come back to write
                return
            if self._timer is not None and self._timer.loop is loop:
                return
            if self._kept is None:
                atexit.register(_keep_at_exit, weakref.ref(self))
            self._timer = _Timer(loop, loop.call_later(KEEP_SEC, self.keep_now))

    def _left(self) -> tuple[object, ...]:
        shown = self.snapshot
        return (
            shown.request,
            shown.step,
            shown.answered,
            shown.inventory is None,
            shown.check is None,
        )

    def _is_begun(self) -> bool:
        """Say whether a person did anything yet."""
        shown = self.snapshot
        return shown.inventory is not None or shown.request != self._began_with

    def _plan(self) -> KeptPlan:
        shown = self.snapshot
        path = shown.request.source.path
        request = shown.request
        if path is not None and request.source.kind in REMEMBERED_KINDS:
            request = replace(request, source=replace(request.source, path=path.absolute()))
        return KeptPlan(
            request=request,
            name=_name(request),
            step=shown.step,
            answered=shown.answered,
            was_opened=shown.inventory is not None,
            was_checked=shown.check is not None,
            stamp=_stamp(shown.inventory),
            profile=self.profile_file,
            continues=self._continues,
        )

    def _opened(self, inventory: Inventory, request: LoadRequest) -> None:
        super()._opened(inventory, request)
        source = request.source
        if self._memory is not None and source.path and source.kind in REMEMBERED_KINDS:
            with suppress(OSError):  # a list of conveniences is not worth a message
                self._memory.remember(source.kind, source.path)
        self._change(recents=self._recents(), offers=(), notice="")

    def _recents(self) -> tuple[RecentSource, ...]:
        """List recent sources that may be read and are still there."""
        found = self._memory.recents() if self._memory else ()
        return tuple(
            RecentSource(kind=each.kind, path=each.path, shown=self.roots.shown(each.path))
            for each in found
            if self._is_there(each.path)
        )

    def _offers(self) -> tuple[Offer, ...]:
        """Describe the plans; those that may be resumed first, the newest first among them."""
        described = [(kept, self._why_not(kept)) for kept in self._plans]
        described.sort(key=lambda each: bool(each[1]))
        self._plans = tuple(kept for kept, _ in described)
        numbers = {step: number for number, (step, _) in enumerate(STEPS, start=1)}
        return tuple(
            Offer(name=kept.name, step=numbers[kept.step], saved=_when(kept), why_not=why_not)
            for kept, why_not in described
        )

    def _why_not(self, kept: KeptPlan) -> str:
        try:
            self._resumable(kept)
        except LoaderError as error:
            return str(error).partition("\n")[0]
        return ""

    def _resumable(self, kept: KeptPlan) -> LoadRequest:
        """Give a plan's request if every path in it may be used; ``ProfileVerbs`` adds locks."""
        request = kept.request
        source, save = request.source, request.save
        paths = [source.path if source.kind != "demo" else None, save.path if save else None]
        if self._began_with is None or request.root != self._began_with.root:
            paths.append(request.root)
        for path in paths:
            if path is not None and not self._may_use(path):
                msg = (
                    f"The plan {kept.name!r} cannot be resumed: it names {path.name!r}, which is "
                    "outside the folders that this page may read.\n"
                    "Start the page with --root FOLDER, naming a folder that holds it."
                )
                raise ParameterError(msg, where="source.path", fix="start with another --root")
        return request

    def _is_there(self, path: Path) -> bool:
        try:
            return self._may_use(path) and path.exists()
        except OSError:
            return False

    def _may_use(self, path: Path) -> bool:
        try:
            return self.roots.allows(path.expanduser())
        except (OSError, RuntimeError, ValueError):  # a loop of links, a name that is too long
            return False


def _keep_at_exit(reference: weakref.ref[MemoryVerbs]) -> None:
    state = reference()
    if state is not None:
        state.keep_now()


def _name(request: LoadRequest) -> str:
    """Name a plan as its experiment, or as its source while that has no name."""
    path = request.source.path
    if request.exp_params or path is None:
        with suppress(LoaderError):
            return str(construct_session_name(request.source.data_source, request.exp_params))
    return path.name if path is not None else request.source.kind


def _stamp(inventory: Inventory | None) -> tuple[int, int] | None:
    taken = inventory.fingerprint if inventory is not None else None
    return None if taken is None else (taken.size, taken.mtime_ns)


def _changed(kept: KeptPlan, inventory: Inventory) -> str:
    """Say whether the source is another than it was."""
    now = _stamp(inventory)
    if kept.stamp is None or now is None or kept.stamp == now:
        return ""
    path = kept.request.source.path
    return (
        f" The file {path.name if path else ''!r} has changed since then "
        f"({kept.stamp[0]:,} bytes then, {now[0]:,} now): look at its types and bad frames again."
    )


def _when(kept: KeptPlan) -> str:
    """Write for people when a plan was kept: the hour today, with the date before."""
    then = time.localtime(kept.changed_ns / 1e9)
    is_today = time.localtime()[:3] == then[:3]
    return time.strftime("%H:%M" if is_today else "%d %b %Y, %H:%M", then)
