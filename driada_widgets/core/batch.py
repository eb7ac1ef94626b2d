"""The same plan for more sessions: a row a file, each checked before anything is built."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from driada_widgets.core.errors import LoadCancelledError, LoaderError, ParameterError
from driada_widgets.core.experiment.naming import (
    IABS_KEYS,
    NAMING_KEYS,
    construct_session_name,
    folder_name,
    parse_iabs_filename,
)
from driada_widgets.core.pipeline import run
from driada_widgets.core.request.model import SaveSpec
from driada_widgets.core.road.looking import Bench
from driada_widgets.core.road.opening import completed, open_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from driada_widgets.core.report import Progress
    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.core.road.results import CheckResult

__all__ = ["BatchRow", "build_rows", "check_rows", "make_rows"]

Status = Literal["waiting", "working", "ready", "problems", "done", "failed", "cancelled"]
_FIELD = re.compile(r"\{(stem|parent|number)(?::0(\d))?\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """One session, and how it stands.

    Parameters
    ----------
    path
        Its data file.
    name
        Name of the session; empty if it has none.
    request
        The plan, applied to this file; ``None`` if it cannot be.
    status
        ``"waiting"`` for its check, ``"ready"`` to be built, ``"problems"``: it will not be built,
        ``"done"``: built and saved, ``"failed"``, ``"cancelled"``, or ``"working"`` on it now.
    problems
        What stands against it, in words.
    missing
        Features of the plan that the file lacks.
    n_notes
        Notes of its check or its build.
    n_cells, n_frames
        Size; 0 while it is not known.
    hash
        Of the experiment, once it is built.
    saved_to
        Its file, once it is saved.
    seconds
        What building and saving took.
    """

    path: Path
    name: str
    request: LoadRequest | None
    status: Status = "waiting"
    problems: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    n_notes: int = 0
    n_cells: int = 0
    n_frames: int = 0
    hash: str = ""
    saved_to: Path | None = None
    seconds: float = 0.0


def make_rows(
    template: LoadRequest,
    files: Sequence[Path],
    *,
    pattern: str = "{stem}",
    keep_bad_frames: bool = False,
) -> tuple[BatchRow, ...]:
    """Apply a plan to files; nothing is read yet.

    Parameters
    ----------
    template
        The plan of one session: types, constants, policies, format and root are kept.
    files
        Data files, one a session.
    pattern
        How sessions are named: text with ``{stem}`` (name of the file without its ending),
        ``{parent}`` (name of its folder) and ``{number}`` (1, 2, ...; ``{number:02}``: 01, 02).
        Sessions of IABS are named by what their file names say.
    keep_bad_frames
        Whether the bad frames of the plan are removed here too; they belong to one recording.

    Returns
    -------
    tuple of BatchRow
        In the order of the files, each once.

    Raises
    ------
    ParameterError
        If the pattern has other fields.
    """
    _check_pattern(pattern)
    plan = completed(template)
    if not keep_bad_frames:
        plan = replace(plan, bad_frames=())
    save = template.save or SaveSpec()
    plan = replace(plan, save=replace(save, path=None))
    unique = list(dict.fromkeys(files))
    rows = [_row(plan, path, pattern, number) for number, path in enumerate(unique, start=1)]
    return _without_doubles(rows)


def check_rows(
    rows: Sequence[BatchRow],
    progress: Progress | None = None,
    *,
    allow_missing: bool = False,
    told: Callable[[tuple[BatchRow, ...]], object] | None = None,
) -> tuple[BatchRow, ...]:
    """Check every session with the plan; nothing is built.

    Parameters
    ----------
    rows
        As ``make_rows`` gives them.
    progress
        Told about files; asked whether to stop.
    allow_missing
        Whether a session that lacks features of the plan is ready nevertheless.
    told
        Gets all rows after each change of one.

    Returns
    -------
    tuple of BatchRow
        With what stands against each. After a cancel, those not reached are still waiting.
    """
    work = _Work(rows, progress, told, "Checking sessions")
    for index in work.over("waiting"):
        row = work.rows[index]
        work.put(index, replace(row, status="working"))
        try:
            work.put(index, _checked(row, work.inner(), allow_missing=allow_missing))
        except LoadCancelledError:
            work.put(index, row)
            break
        except (LoaderError, OSError, MemoryError) as error:
            work.put(index, replace(row, status="problems", problems=(_text(error),)))
    return tuple(work.rows)


def build_rows(
    rows: Sequence[BatchRow],
    progress: Progress | None = None,
    *,
    told: Callable[[tuple[BatchRow, ...]], object] | None = None,
) -> tuple[BatchRow, ...]:
    """Build and save the sessions that are ready, one after another.

    Parameters
    ----------
    rows
        As ``check_rows`` gives them; those that are not ready are left as they are.
    progress
        Told about sessions; asked whether to stop.
    told
        Gets all rows after each change of one.

    Returns
    -------
    tuple of BatchRow
        What is done stays done and saved, also after a cancel; a session that was being built then
        leaves nothing behind, and those after it are cancelled too.
    """
    work = _Work(rows, progress, told, "Building sessions")
    for index in work.over("ready"):
        row = work.rows[index]
        work.put(index, replace(row, status="working"))
        try:
            work.put(index, _built(row, work.inner()))
        except LoadCancelledError:
            work.put(index, row)
            break
        except (LoaderError, OSError, MemoryError) as error:
            work.put(index, replace(row, status="failed", problems=(_text(error),)))
    if progress is not None and progress.cancelled:
        for index in work.indices("ready"):
            work.put(index, replace(work.rows[index], status="cancelled"))
    return tuple(work.rows)


# --- one row --------------------------------------------------------------------------------------


def _row(plan: LoadRequest, path: Path, pattern: str, number: int) -> BatchRow:
    try:
        parameters = _parameters(plan, path, pattern, number)
        name = folder_name(construct_session_name(plan.source.data_source, parameters))
    except LoaderError as error:
        return BatchRow(
            path=path, name="", request=None, status="problems", problems=(_text(error),)
        )
    source = replace(
        plan.source, kind="folder" if path.is_dir() else "file", path=path, as_saved=True
    )
    return BatchRow(
        path=path, name=name, request=replace(plan, source=source, exp_params=parameters)
    )


def _parameters(plan: LoadRequest, path: Path, pattern: str, number: int) -> dict[str, object]:
    """Give the parameters of a session: those that name it are its own."""
    if plan.source.data_source == "IABS":
        found = parse_iabs_filename(path)
        if found is None:
            msg = (
                f"{path.name!r} does not say track, animal and session.\n"
                "Name it like 'NOF_H01_1D syn data.npz'."
            )
            raise ParameterError(msg, where=path.name, fix="rename the file")
        return {**plan.exp_params, **{key: found[key] for key in IABS_KEYS}}
    others = {k: v for k, v in plan.exp_params.items() if k not in {"name", *NAMING_KEYS}}
    values = {"stem": path.stem, "parent": path.parent.name, "number": str(number)}
    name = _FIELD.sub(lambda found: values[found[1]].zfill(int(found[2] or 0)), pattern)
    return {"name": name, **others}


def _check_pattern(pattern: str) -> None:
    rest = _FIELD.sub("", pattern)
    if "{" in rest or "}" in rest or not pattern.strip():
        msg = (
            f"The pattern {pattern!r} cannot be used.\n"
            "It may hold {stem}, {parent} and {number}, such as '{parent}_{stem}'."
        )
        raise ParameterError(msg, where="pattern", fix="use {stem}, {parent} or {number}")


def _without_doubles(rows: list[BatchRow]) -> tuple[BatchRow, ...]:
    """Refuse sessions of one name: one would be saved over the other."""
    names = [row.name.casefold() for row in rows if row.name]
    way = "Give each a name of its own, such as {parent}_{stem} or {stem}_{number}."
    return tuple(
        replace(
            row, status="problems", problems=(f"Another file is named {row.name!r} too. {way}",)
        )
        if row.name and names.count(row.name.casefold()) > 1
        else row
        for row in rows
    )


def _checked(row: BatchRow, progress: Progress | None, *, allow_missing: bool) -> BatchRow:
    if row.request is None:
        return row
    opened = open_source(row.request)
    if opened.inventory.format == "archive":
        msg = "This is a saved experiment, not a recording."
        raise ParameterError(msg, where=row.path.name)
    missing = _missing(row.request, {info.name for info in opened.inventory.arrays})
    result = Bench(opened, maps=True).look(row.request, progress)
    problems = tuple(_problems(result))
    if missing and not allow_missing:
        problems = (f"It lacks {', '.join(map(repr, missing))}.", *problems)
    plan = result.plan
    return replace(
        row,
        status="problems" if problems else "ready",
        problems=problems,
        missing=missing,
        n_notes=len(result.notes),
        n_cells=plan.n_cells if plan else 0,
        n_frames=plan.n_frames if plan else 0,
    )


def _problems(result: CheckResult) -> Iterator[str]:
    for issue in result.issues:
        yield f"{issue.text} {issue.fix}".strip()
    for note in result.notes:
        if note.asks:
            yield f"{note.text} Open this file alone to answer."


def _missing(request: LoadRequest, present: set[str]) -> tuple[str, ...]:
    asked = [name for name, choice in (request.features or {}).items() if choice.use]
    asked += [name for spec in request.aggregate_features for name in spec.of]
    return tuple(dict.fromkeys(name for name in asked if name not in present))


def _built(row: BatchRow, progress: Progress | None) -> BatchRow:
    """Build and save; an archive of the same request and the same bytes is not built again."""
    if row.request is None:
        return row
    started = time.monotonic()
    is_archive = row.request.save is not None and row.request.save.format == "archive"
    request = replace(row.request, save=None) if is_archive else row.request
    result = run(request, cache=is_archive, progress=progress)
    not_saved = next((note for note in result.notes if note.id == "not-saved"), None)
    return replace(
        row,
        status="failed" if not_saved else "done",
        problems=(not_saved.text,) if not_saved else (),
        n_notes=len(result.notes),
        n_cells=result.experiment.n_cells,
        n_frames=result.experiment.n_frames,
        hash=result.experiment.content_hash,
        saved_to=result.saved_to,
        seconds=time.monotonic() - started,
    )


def _text(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return f"There is not enough memory: {error}."
    return str(error)


class _Work:
    """The rows while they are worked on, told about after each change of one."""

    def __init__(
        self,
        rows: Sequence[BatchRow],
        progress: Progress | None,
        told: Callable[[tuple[BatchRow, ...]], object] | None,
        title: str,
    ) -> None:
        self.rows = list(rows)
        self._progress = progress
        self._told = told
        self._title = title
        self._now = ""

    def indices(self, status: Status) -> list[int]:
        """Give the places of the rows that stand so."""
        return [index for index, row in enumerate(self.rows) if row.status == status]

    def over(self, status: Status) -> Iterator[int]:
        """Go through the rows that stand so, until it is cancelled."""
        chosen = self.indices(status)
        for done, index in enumerate(chosen):
            self._now = f"{self._title}: {self.rows[index].path.name}"
            try:
                if self._progress is not None:
                    self._progress.begin(self._now, total=len(chosen))
                    self._progress.move_to(done)
            except LoadCancelledError:
                return
            yield index

    def put(self, index: int, row: BatchRow) -> None:
        """Change a row, and tell."""
        self.rows[index] = row
        if self._told is not None:
            self._told(tuple(self.rows))

    def inner(self) -> Progress | None:
        """Give the progress of one row; its stages are shown in the one of all rows."""
        outer = self._progress
        if outer is None:
            return None
        return outer.within(lambda inner: outer.say(f"{self._now}, {inner.stage}"))
