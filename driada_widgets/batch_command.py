"""The command ``batch``: the plan of one session for more of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from driada_widgets.terminal_progress import cancelled_by_interrupt

if TYPE_CHECKING:
    import argparse

    from driada_widgets.answers import Answer
    from driada_widgets.core.batch import BatchRow
    from driada_widgets.core.report import Progress

__all__ = ["add_batch_options", "run_batch"]

_TABLES = frozenset({".csv", ".txt"})


def add_batch_options(parser: argparse.ArgumentParser) -> None:
    """Add the words and options of the command."""
    add = parser.add_argument
    add("request", metavar="REQUEST.yaml", type=Path, help="the plan of one session")
    add("files", metavar="FILE", type=Path, nargs="+", help="data files, one a session")
    add(
        "--name",
        default="{stem}",
        metavar="PATTERN",
        help="name of each session: {stem}, {parent}, {number}; {stem} if not given",
    )
    add("--root", type=Path, metavar="DIR", help="folder that holds one folder per experiment")
    add("--check-only", action="store_true", help="check every file, build none")
    add("--keep-bad-frames", action="store_true", help="remove the bad frames of the plan too")
    add("--allow-missing", action="store_true", help="build also where features are missing")
    add("--csv", type=Path, metavar="PATH", help="write the table of results")


def run_batch(arguments: argparse.Namespace, progress: Progress) -> Answer:
    """Check every file with the plan; then build and save those that are ready.

    Parameters
    ----------
    arguments
        As parsed.
    progress
        Told about sessions.

    Raises
    ------
    LoaderError
        If the plan or the pattern cannot be used, or the table cannot be written; no session is
        built then.
    """
    from dataclasses import replace

    from driada_widgets.core.batch import build_rows, check_rows, make_rows
    from driada_widgets.core.request.text import read_request

    if arguments.csv is not None:
        _check_table(arguments.csv, (arguments.request, *arguments.files))
    plan = read_request(arguments.request)
    if arguments.root is not None:
        plan = replace(plan, root=arguments.root)
    rows = make_rows(
        plan, arguments.files, pattern=arguments.name, keep_bad_frames=arguments.keep_bad_frames
    )
    with cancelled_by_interrupt(progress) as watched:
        rows = check_rows(rows, watched, allow_missing=arguments.allow_missing)
        if not arguments.check_only and not watched.cancelled:
            rows = build_rows(rows, watched)
    if arguments.csv is not None:
        _write(arguments.csv, rows)
    return _answer(rows, built=not arguments.check_only)


def _check_table(path: Path, given: tuple[Path, ...]) -> None:
    """Keep the table from being written over a recording, as in ``--csv *.npz``, or nowhere."""
    from driada_widgets.core.errors import ParameterError
    from driada_widgets.core.store.atomic import check_target

    is_given = path.exists() and any(each.exists() and path.samefile(each) for each in given)
    if is_given or path.suffix.lower() not in _TABLES:
        why = "is one of the files to read" if is_given else "is not the name of a table"
        msg = f"{path.name!r} {why}, and nothing is written there.\nGive --csv a name with .csv."
        raise ParameterError(msg, where="--csv", fix="give --csv a name that ends with .csv")
    check_target(path)


def _write(path: Path, rows: tuple[BatchRow, ...]) -> None:
    from driada_widgets.core.batch_table import as_csv
    from driada_widgets.core.store.atomic import write_atomically

    content = as_csv(rows).encode("utf-8-sig")  # spreadsheets then know that it is UTF-8
    write_atomically(path, lambda file: file.write(content))


def _answer(rows: tuple[BatchRow, ...], *, built: bool) -> Answer:
    from driada_widgets import answer_lines as say
    from driada_widgets.answers import Answer
    from driada_widgets.core.batch_table import STATUS_WORDS, as_tree, summary

    good = "done" if built else "ready"
    bad = [row for row in rows if row.status != good]
    tree: dict[str, Any] = {"ok": not bad, "summary": summary(rows), "sessions": as_tree(rows)}
    table = [
        (row.name, STATUS_WORDS[row.status], _size(row), row.hash[:12], str(row.saved_to or ""))
        for row in rows
    ]
    lines = say.table(("Session", "Status", "Size", "Hash", "Saved to"), table)
    problems = [f"{row.path.name}: {line}" for row in bad for line in row.problems]
    return Answer(
        tree=tree,
        lines=(*lines, "", summary(rows)),
        problem="\n".join(problems) or ("Not every session is built." if bad else ""),
    )


def _size(row: BatchRow) -> str:
    return f"{row.n_cells} x {row.n_frames}" if row.n_cells else ""
