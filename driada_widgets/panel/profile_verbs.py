"""The verbs under a profile: locked fields stay, and a technician's few verbs do several steps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.request.model import LoadRequest, SaveSpec
from driada_widgets.core.request.profile import (
    RECORDING,
    filled,
    is_free,
    locked_changes,
    make_profile,
    moved,
    recordings,
    with_free_fields,
    with_value,
)
from driada_widgets.core.request.profile_text import read_profile, write_profile
from driada_widgets.panel import edits
from driada_widgets.panel.edit_verbs import EditVerbs
from driada_widgets.panel.memory_verbs import MemoryVerbs
from driada_widgets.panel.snapshot import WORK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from driada_widgets.core.request.model import SaveFormat
    from driada_widgets.core.request.profile import Profile
    from driada_widgets.core.sources.base import Inventory
    from driada_widgets.panel.memory import KeptPlan, Memory
    from driada_widgets.panel.work_view import CacheChoice

__all__ = ["ProfileVerbs"]


class ProfileVerbs(EditVerbs, MemoryVerbs):
    """Loads, obeys and makes profiles."""

    _saves_next = False
    is_profile_fixed = False
    """Whether the page was started with its profile; then it cannot be left."""

    def start(self, memory: Memory | None, profile: str | Path | None) -> None:
        """Begin: with a profile if one is given, and with what the user's folder remembers.

        Parameters
        ----------
        memory
            The user's state folder, or ``None``.
        profile
            File of a profile; one that cannot be used is an error on screen.
        """
        if profile is not None:
            try:
                self.use_profile(read_profile(profile), str(Path(profile).absolute()))
                self.is_profile_fixed = True
            except Exception as error:  # noqa: BLE001 - shown in the step
                self.show_error("source", "Use the profile", error)
        self.begin(memory)

    # --- profiles ---

    def load_profile(self, path: str) -> None:
        """Use a profile from a file.

        Raises
        ------
        LoaderError
            If it lies outside the folders that may be read, cannot be read, or has a mistake.
        """
        file = self.roots.resolve(path)
        self.use_profile(read_profile(file), str(file))

    def use_profile(self, profile: Profile, file: str = "") -> None:
        """Lock all fields but the free ones, and show the technician's screen.

        Parameters
        ----------
        profile
            The profile.
        file
            Where it was read; plans are resumed under the same profile only.

        Raises
        ------
        ParameterError
            If it reads or saves outside the folders of this page.
        """
        request = filled(profile, {})
        source, root = request.source, request.root
        paths = [source.path if source.kind != "demo" else None]
        paths.append(root if root != LoadRequest().root else None)
        for path in paths:
            if path is not None and not self._may_use(path):
                msg = (
                    f"The profile {profile.title!r} names {str(path)!r}, which is outside the "
                    "folders of this page.\nStart the page with --root FOLDER."
                )
                raise ParameterError(msg, where=str(path), fix="start with another --root")
        self.profile_file = file
        self._begin_recording(request, profile=profile, is_simple=True, offers=(), notice="")

    def leave_profile(self) -> None:
        """Unlock all fields; the request stays.

        Raises
        ------
        ParameterError
            If the page was started with the profile.
        """
        if self.is_profile_fixed:
            msg = "This page was started with its profile, which stays."
            raise ParameterError(msg, where="profile", fix="start a page without --profile")
        self.profile_file = ""
        self._change(profile=None, is_simple=False)

    def show_all_steps(self) -> None:
        """Show the five steps; locked fields stay locked."""
        self._change(is_simple=False)

    def show_simple(self) -> None:
        """Show the technician's screen."""
        if self.snapshot.profile is not None:
            self._change(is_simple=True)

    def recordings(self) -> tuple[Path, ...]:
        """List the recordings that the profile offers and this page may read."""
        profile = self.snapshot.profile
        if profile is None:
            return ()
        is_demo = profile.request.source.kind == "demo"
        return tuple(p for p in recordings(profile) if is_demo or self._is_there(p))

    def make_profile(
        self,
        title: str,
        free: tuple[str, ...],
        choices: Mapping[str, tuple[str | float, ...] | str],
    ) -> Profile:
        """Make a profile from the plan as it stands.

        Parameters
        ----------
        title
            Heading of the technician's page.
        free
            Fields that are filled in.
        choices
            What they offer; patterns of recordings are relative to the first root.

        Raises
        ------
        ParameterError
            If it has no title.
        """
        if not title.strip():
            msg = "Type a title: it is the heading of the technician's page."
            raise ParameterError(msg, where="title", fix="type a title")
        check = self.snapshot.check if self.snapshot.is_checked else None
        made = make_profile(
            edits.complete(self.snapshot.request, check.features)
            if check
            else self.snapshot.request,
            title=title.strip(),
            free=free,
            choices=choices,
            answered=tuple(sorted(self.snapshot.answered_notes)),
        )
        return replace(made, folder=self.roots.folders[0])

    def save_profile(self, profile: Profile, path: str, *, replace_file: bool) -> Path:
        """Write a profile into a folder that this page may use.

        Raises
        ------
        LoaderError
            If it lies outside, is there already, or cannot be written.
        """
        file = self.roots.resolve(path)
        write_profile(moved(profile, file.parent), file, replace_file=replace_file)
        self._change(log=self._logged(f"saved the profile {file.name}"))
        return file

    # --- what a technician does ---

    def set_free(self, name: str, value: str | float | None) -> None:
        """Fill in one free field of the profile; empty takes it back.

        Raises
        ------
        ParameterError
            If it is locked, or the path leads outside the folders that may be read.
        """
        profile = self.snapshot.profile
        if profile is None:
            return
        if name == RECORDING and value:
            self.choose_file(str(value))
            return
        request = with_value(profile, self.snapshot.request, name, None if value == "" else value)
        super()._edit(f"{name.partition('.')[2]} = {value}", request)

    def check_recording(self) -> None:
        """Open the recording if it is not open, and check it."""
        if self.snapshot.inventory is None:
            self.open()
        if self.snapshot.inventory is not None:
            self.check()

    def build_and_save(self) -> None:
        """Build the experiment, then save it to the profile's place; a file there is told first."""
        self._saves_next = True
        super().build()

    def build(self) -> None:
        """Build the experiment from what was checked."""
        self._saves_next = False
        super().build()

    def next_recording(self) -> None:
        """Empty the free fields for the next recording."""
        if self.snapshot.profile is not None and not self.snapshot.is_busy:
            self._begin_recording(filled(self.snapshot.profile, {}))

    # --- the same verbs under a profile ---

    def choose_file(self, path: str) -> None:
        """Choose the file to open; under a profile what is locked stays.

        Parameters
        ----------
        path
            What was typed, pasted or picked.

        Raises
        ------
        ParameterError
            If the path leads outside the folders that may be read, or is locked.
        """
        profile, request = self.snapshot.profile, self.snapshot.request
        if profile is None:
            super().choose_file(path)
            return
        is_demo = request.source.kind == "demo"
        found = Path(path) if is_demo else self.roots.resolve(path)
        if found == request.source.path or self.snapshot.job.kind in WORK:
            return
        fresh = with_value(profile, with_free_fields(profile, request), RECORDING, found)
        if is_free(profile, "bad_frames"):  # they belong to one recording
            fresh = replace(fresh, bad_frames=profile.request.bad_frames)
        super()._edit(f"choose {found.name}", fresh)

    def set_param(self, key: str, value: str) -> None:
        """Set one entry of ``exp_params``; an empty value removes it."""
        if self.snapshot.profile is None:
            super().set_param(key, value)
        else:
            self.set_free(f"exp_params.{key}", value)

    def set_save(self, path: str, format_: SaveFormat) -> None:
        """Say where to save and as what; an empty path is the usual place."""
        request = self.snapshot.request
        spec = SaveSpec(path=self.roots.resolve(path) if path.strip() else None, format=format_)
        before = replace(request, save=request.save or SaveSpec())
        self._refuse_locked(before, replace(request, save=spec))
        super().set_save(path, format_)

    def choose_cache(self, choice: CacheChoice) -> None:
        """Say whether the saved experiment is used, or everything is built again.

        Raises
        ------
        ParameterError
            If its options differ from what a profile locks.
        """
        earlier = self.snapshot.work.earlier
        if choice == "use" and earlier is not None and earlier.request is not None:
            self._refuse_locked(self._completed(self.snapshot.request), earlier.request)
        super().choose_cache(choice)

    def _edit(self, name: str, request: LoadRequest) -> None:
        self._refuse_locked(self.snapshot.request, request)
        super()._edit(name, request)

    def _refuse_locked(self, before: LoadRequest, after: LoadRequest) -> None:
        profile = self.snapshot.profile
        locked = () if profile is None else locked_changes(profile, before, after)
        if profile is not None and locked:
            shown = ", ".join(locked[:3]) + (" and more" if len(locked) > 3 else "")
            verb = "is" if len(locked) == 1 else "are"
            msg = (
                f"{shown} {verb} locked by the profile {profile.title!r}.\n"
                "Leave it as it is, or ask the person who made the profile."
            )
            raise ParameterError(msg, where=locked[0], fix="leave it as it is")

    def _opened(self, inventory: Inventory, request: LoadRequest) -> None:
        super()._opened(inventory, request)
        if self.snapshot.profile is not None:
            self._change(answered=frozenset(self.snapshot.profile.answered))

    def _built(self, request: LoadRequest, result: Any, seconds: float) -> None:
        super()._built(request, result, seconds)
        if self._saves_next:
            self._saves_next = False
            self.save()

    def _resumable(self, kept: KeptPlan) -> LoadRequest:
        request = super()._resumable(kept)
        profile = self.snapshot.profile
        return request if profile is None else with_free_fields(profile, request)

    def _begin_recording(self, request: LoadRequest, **changes: Any) -> None:
        """Begin anew with a request; nothing that was built or asked before belongs to it."""
        self._history = type(self._history)()
        self.result = None
        self._change(check=None, **changes)
        self._replaced(request)
        profile = self.snapshot.profile
        self._change(
            answered=frozenset(profile.answered if profile else ()),
            summary=None,
            saved="",
            step="source",
            revision=self.snapshot.revision + 1,
        )
