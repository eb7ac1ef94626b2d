"""What the panel remembers between two pages: plans as they were left, and recent sources.

Everything is in the user's state folder, in small JSON files that only the user may read. Each
panel has a plan file of its own, so two that are open at once never overwrite each other.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from driada_widgets.core.errors import LoaderError
from driada_widgets.core.request.reading import from_dict
from driada_widgets.core.request.writing import to_dict
from driada_widgets.panel.snapshot import StepName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from driada_widgets.core.request.model import LoadRequest, SourceKind

__all__ = ["STATE_VARIABLE", "KeptPlan", "Memory", "Recent", "state_folder", "user_memory"]

STATE_VARIABLE = "DRIADA_WIDGETS_STATE"
"""Environment variable that names another state folder."""
MAX_AGE_SEC = 30 * 24 * 3600.0
MAX_PLANS = 30
"""Plan files that are kept; older ones are swept when a panel starts."""
MAX_OFFERED = 6
MAX_RECENTS = 10
REMEMBERED_KINDS = ("file", "folder", "saved")
_MOST_BYTES = 8 * 2**20
_STALE_SEC = 3600.0
_SCHEMA = 1
_BROKEN = (
    *(LoaderError, OSError, ValueError, TypeError),
    *(LookupError, AttributeError, RecursionError),
)
"""What a file that was damaged, or is of a newer version, may raise while it is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPlan:
    """A plan as it was left.

    Parameters
    ----------
    request
        What was asked for.
    name
        Name of the experiment, or of its source.
    step
        Step that was on screen.
    answered
        Ids of questions that were answered with "keep as it is".
    was_opened, was_checked
        How far it had come.
    stamp
        Size in bytes and time of last change in ns of the source, or ``None``.
    profile
        File of the profile that was in use, or empty.
    continues
        File, and its time of last change in ns, of the plan that this one took up; that one is
        not offered any more unless its own panel goes on with it.
    file, changed_ns
        Name of the file and its time of last change; of a plan that was read.
    """

    request: LoadRequest
    name: str
    step: StepName
    answered: frozenset[str] = frozenset()
    was_opened: bool = False
    was_checked: bool = False
    stamp: tuple[int, int] | None = None
    profile: str = ""
    continues: tuple[str, int] | None = field(default=None, compare=False)
    file: str = field(default="", compare=False)
    changed_ns: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """A source that was opened; ``path`` is absolute."""

    kind: SourceKind
    path: Path


def state_folder(environment: Mapping[str, str], platform: str = sys.platform) -> Path:
    """Give the folder for the state of programs by the platform's convention.

    Parameters
    ----------
    environment
        ``DRIADA_WIDGETS_STATE`` names another folder.
    platform
        As ``sys.platform``.

    Returns
    -------
    Path
        ``$XDG_STATE_HOME`` or ``~/.local/state`` (XDG Base Directory Specification 0.8), on macOS
        ``~/Library/Application Support``, on Windows ``%LOCALAPPDATA%``; a folder of ours in it.

    Raises
    ------
    RuntimeError
        If the user has no folder.
    """
    named = environment.get(STATE_VARIABLE)
    if named:
        return Path(named)
    if platform == "win32":
        base = environment.get("LOCALAPPDATA")
        folder = Path(base) if base else Path.home() / "AppData" / "Local"
    elif platform == "darwin":
        folder = Path.home() / "Library" / "Application Support"
    else:
        base = environment.get("XDG_STATE_HOME", "")
        # The specification: a relative path must be ignored.
        folder = Path(base) if base.startswith("/") else Path.home() / ".local" / "state"
    return folder / "driada_widgets"


class Memory:
    """The state folder, as one panel uses it.

    Parameters
    ----------
    folder
        Where it is; ``None``: by the platform's convention. It is made with the first file.

    Raises
    ------
    RuntimeError
        If the user has no folder.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = state_folder(os.environ) if folder is None else folder
        self._own = self._folder / f"plan-{secrets.token_hex(6)}.json"
        self._recents = self._folder / "recents.json"

    # --- plans ---

    def keep(self, plan: KeptPlan) -> None:
        """Write this panel's plan, whole or not at all.

        Raises
        ------
        OSError
            If the folder cannot be written; an older plan of this panel is then still there.
        ParameterError
            If a value of the request cannot be written down.
        """
        tree = {
            "plan": _SCHEMA,
            "name": plan.name,
            "step": plan.step,
            "answered": sorted(plan.answered),
            "was_opened": plan.was_opened,
            "was_checked": plan.was_checked,
            "stamp": plan.stamp,
            "profile": plan.profile,
            "continues": plan.continues,
            "request": to_dict(plan.request),
        }
        _write(self._own, tree)

    def plans(self) -> tuple[KeptPlan, ...]:
        """Give the plans of other panels, the newest first, at most six.

        Files that cannot be read, and plans that a later one continues, are passed over.
        """
        found: list[KeptPlan] = []
        continued: set[tuple[str, int] | None] = set()
        for changed_ns, file in self._plan_files():
            if file == self._own or len(found) == MAX_OFFERED:
                continue
            with suppress(*_BROKEN):
                plan = _plan(_read(file), file.name, changed_ns)
                if (plan.file, plan.changed_ns) not in continued:
                    found.append(plan)
                continued.add(plan.continues)
        return tuple(found)

    def sweep(self) -> None:
        """Remove plans that are a month old or too many, and what writers left half done."""
        now = time.time()
        with suppress(OSError):
            for file in self._folder.glob(".*.tmp"):
                if file.stat().st_mtime < now - _STALE_SEC:
                    file.unlink(missing_ok=True)
        for number, (changed_ns, file) in enumerate(self._plan_files()):
            if number >= MAX_PLANS or changed_ns / 1e9 < now - MAX_AGE_SEC:
                with suppress(OSError):
                    file.unlink(missing_ok=True)

    def _plan_files(self) -> list[tuple[int, Path]]:
        """List plan files by the time of their last change, the newest first."""
        found = []
        with suppress(OSError):
            for file in self._folder.glob("plan-*.json"):
                with suppress(OSError):
                    found.append((file.stat().st_mtime_ns, file))
        return sorted(found, reverse=True)

    # --- recent sources ---

    def recents(self) -> tuple[Recent, ...]:
        """Give the sources that were opened last, the newest first, at most ten."""
        try:
            listed = _read(self._recents)["sources"]
            return tuple(_recent(each) for each in listed)[:MAX_RECENTS]
        except _BROKEN:
            return ()

    def remember(self, kind: SourceKind, path: Path) -> None:
        """Put a source at the head of the recent ones.

        Raises
        ------
        OSError
            If the folder cannot be written.
        """
        newest = Recent(kind=kind, path=path.absolute())
        others = [each for each in self.recents() if each.path != newest.path]
        kept = [newest, *others][:MAX_RECENTS]
        sources = [{"kind": each.kind, "path": str(each.path)} for each in kept]
        _write(self._recents, {"recents": _SCHEMA, "sources": sources})


def user_memory() -> Memory | None:
    """Give the user's state folder; ``None`` for an account without a folder of its own."""
    try:
        return Memory()
    except RuntimeError:
        return None


def _plan(tree: dict[str, Any], file: str, changed_ns: int) -> KeptPlan:
    if tree["plan"] != _SCHEMA or tree["step"] not in get_args(StepName):
        msg = "not a plan of this version"
        raise ValueError(msg)
    stamp, continues = tree["stamp"], tree.get("continues")
    return KeptPlan(
        request=from_dict(tree["request"]),
        name=str(tree["name"]),
        step=tree["step"],
        answered=frozenset(str(each) for each in tree["answered"]),
        was_opened=tree["was_opened"] is True,
        was_checked=tree["was_checked"] is True,
        stamp=None if stamp is None else (int(stamp[0]), int(stamp[1])),
        profile=str(tree["profile"]),
        continues=None if continues is None else (str(continues[0]), int(continues[1])),
        file=file,
        changed_ns=changed_ns,
    )


def _recent(tree: dict[str, Any]) -> Recent:
    kind, path = tree["kind"], Path(str(tree["path"]))
    if kind not in REMEMBERED_KINDS or "\0" in str(path) or not path.is_absolute():
        msg = "not a recent source"
        raise ValueError(msg)
    return Recent(kind=kind, path=path)


def _read(file: Path) -> dict[str, Any]:
    with file.open("rb") as stream:
        content = stream.read(_MOST_BYTES + 1)
    tree = json.loads(content) if len(content) <= _MOST_BYTES else None
    if not isinstance(tree, dict):
        msg = "not a file of ours"
        raise ValueError(msg)
    return tree


def _write(file: Path, tree: dict[str, Any]) -> None:
    content = json.dumps(tree, indent=1).encode()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.{secrets.token_hex(4)}.tmp")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as stream:  # noqa: PTH123 - a descriptor, for its mode
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
