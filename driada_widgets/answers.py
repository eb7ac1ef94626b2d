"""What the commands answer: a tree for ``--json`` and lines for people; nothing is printed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from driada_widgets import answer_lines as say
from driada_widgets.core.errors import LoaderError, ParameterError
from driada_widgets.core.request.plain import to_plain
from driada_widgets.core.words import count_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driada_widgets.core.build.examine import FeatureReport
    from driada_widgets.core.pipeline import CheckResult, LoadResult
    from driada_widgets.core.report import Issue, Note
    from driada_widgets.core.resolve.describe import DescribedArray
    from driada_widgets.core.road.cost import Cost
    from driada_widgets.core.signals.multi import MultiTimeSeries
    from driada_widgets.core.signals.series import TimeSeries
    from driada_widgets.core.signals.types import TimeSeriesType
    from driada_widgets.core.sources.base import Inventory

__all__ = ["Answer", "about_check", "about_error", "about_file", "about_formats", "about_run"]

_ROLE_WORDS = {"calcium": "neural data", "asp": "amplitude spikes", "unused": "not used"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a command has to say.

    Parameters
    ----------
    tree
        Plain values, for ``--json``.
    lines
        The same for people.
    problem
        Why the command did not succeed, or empty.
    """

    tree: dict[str, Any]
    lines: tuple[str, ...] = ()
    problem: str = ""


def about_file(inventory: Inventory) -> Answer:
    """Say what a file holds, from its headers: arrays with their roles, and what to do next."""
    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.core.resolve.describe import describe_arrays
    from driada_widgets.core.resolve.findings import Findings
    from driada_widgets.core.resolve.neural import choose_neural
    from driada_widgets.core.resolve.roles import assign_parts

    found, request = Findings(), LoadRequest()
    assign_parts(request, inventory, choose_neural(request, inventory, found), found)
    arrays = [_array_tree(each) for each in describe_arrays(request, inventory)]
    notes = [
        note for note in (*inventory.notes, *found.notes) if note.fixes or note.level != "info"
    ]
    tree = {
        "format": inventory.format,
        "path": None if inventory.path is None else str(inventory.path),
        "bytes": inventory.n_bytes,
        "arrays": arrays,
        "metadata": _loose(dict(inventory.metadata)),
        "suggestions": [
            *(_problem_tree(issue) for issue in found.issues),
            *({**_note_tree(note), "fix": say.ways_out(note)} for note in notes),
        ],
    }
    rows = [
        (each["name"], say.size(each["shape"]), each["dtype"], _role_word(each), each["why"])
        for each in arrays
    ]
    name = "memory" if inventory.path is None else inventory.path.name
    lines = [
        f"{say.printable(name)}: {inventory.format}, {say.bytes_text(inventory.n_bytes)}",
        "",
        *say.table(("Array", "Shape", "Values", "Role", "Why"), rows),
        *say.section("Stored metadata", say.table((), inventory.metadata.items())),
    ]
    problems = [
        f"  {say.printable(line)}" for each in found.issues for line in say.issue_lines(each)
    ]
    lines += say.section("Suggestions", [*problems, *say.note_lines(notes)])
    return Answer(tree=tree, lines=tuple(lines))


def _array_tree(array: DescribedArray) -> dict[str, Any]:
    return {
        "name": array.name,
        "shape": list(array.info.shape),
        "dtype": str(array.info.dtype),
        "role": array.role,
        "why": array.why,
    }


def _role_word(array: dict[str, Any]) -> str:
    return _ROLE_WORDS.get(array["role"]) or str(array["role"])


def about_check(result: CheckResult) -> Answer:
    """Say everything that a person should know before building."""
    from driada_widgets.core.road.passed import passed_checks

    cost, passed = result.cost, passed_checks(result)
    tree = {
        "ok": result.ok,
        "problems": [_problem_tree(issue) for issue in result.issues],
        "notes": [_note_tree(note) for note in result.notes],
        "features": {report.name: _feature_tree(report) for report in result.features},
        "ledger": [
            {"name": each.name, "fate": each.fate, "why": each.why} for each in result.ledger
        ],
        "cost": None if cost is None else _cost_tree(cost),
        "passed": list(passed),
    }
    lines = [] if result.plan is None else say.plan_lines(result.plan)
    if result.features:
        rows = [_feature_row(report) for report in result.features]
        lines += ["", *say.table(("Feature", "Type", "Detected", "Sure", "Why"), rows)]
    ledger = [(each.fate, each.name, each.why) for each in result.ledger]
    lines += say.section("Arrays of the file", say.table((), ledger))
    lines += say.section("Notes", say.note_lines(result.notes))
    lines += say.section("Passed", [f"  {say.printable(sentence)}" for sentence in passed])
    lines += say.section("Estimate", [] if cost is None else say.cost_lines(cost))
    lines += ["", "Ready to build." if result.ok else f"Not ready: {_count(result.issues)}."]
    problem = "\n\n".join("\n".join(say.issue_lines(issue)) for issue in result.issues)
    return Answer(tree=tree, lines=tuple(lines[1:] if not lines[0] else lines), problem=problem)


def about_run(result: LoadResult) -> Answer:
    """Say what was built and where it is."""
    experiment = result.experiment
    features = {name: _series_tree(series) for name, series in experiment.dynamic_features.items()}
    saved_to = None if result.saved_to is None else str(result.saved_to)
    tree = {
        "signature": experiment.signature,
        "n_cells": int(experiment.n_cells),
        "n_frames": int(experiment.n_frames),
        "features": features,
        "hash": experiment.content_hash,
        "saved_to": saved_to,
        "notes": [_note_tree(note) for note in result.notes],
    }
    rows = [
        (
            name,
            each["type"],
            "discrete" if each["discrete"] else "continuous",
            say.size(each["shape"]),
        )
        for name, each in features.items()
    ]
    lines = [
        f"{say.printable(experiment.signature)}: "
        f"{count_of(experiment.n_cells, 'neuron')}, {tree['n_frames']} frames",
        *say.section("Features", say.table((), rows)),
        *say.section("Notes", say.note_lines(result.notes)),
        "",
        f"Hash   {tree['hash']}",
        f"Saved  {say.printable(saved_to or 'no (give --save PATH to save it)')}",
    ]
    return Answer(tree=tree, lines=tuple(lines))


def about_formats() -> Answer:
    """Say what can be read and written, and what is missing to read more."""
    from driada_widgets.core.sources.registry import readers

    read = {each.name: list(each.suffixes) for each in readers()}
    write = {"archive": [".npz"], "pickle": [".pickle", ".pkl"]}
    tree = {
        "read": [{"name": name, "suffixes": suffixes} for name, suffixes in read.items()],
        "write": [{"name": name, "suffixes": suffixes} for name, suffixes in write.items()],
        "missing": [],
    }
    lines = [
        "Read",
        *say.table((), [(name, " ".join(suffixes)) for name, suffixes in read.items()]),
        *say.section(
            "Written by --save and convert",
            say.table((), [(name, " ".join(suffixes)) for name, suffixes in write.items()]),
        ),
    ]
    return Answer(tree=tree, lines=tuple(lines))


def about_error(error: BaseException) -> Answer:
    """Say why a command did not succeed."""
    text = "\n".join([str(error) or type(error).__name__, *getattr(error, "__notes__", ())])
    if isinstance(error, MemoryError):
        text = f"There is not enough memory: {error}. Load fewer arrays, or close other programs."
    elif isinstance(error, KeyboardInterrupt):
        text = "Stopped at once. A file is saved whole or not at all: look whether yours is there."
    elif isinstance(error, OSError) and not isinstance(error, LoaderError) and error.strerror:
        file = "The file" if error.filename is None else f"{str(error.filename)!r}"
        text = f"{file} cannot be used: {error.strerror}."
        if isinstance(error, PermissionError):
            text += " Ask for the right to read it, or copy it to a folder of your own."
    parts = {name: getattr(error, name, None) for name in ("where", "found", "expected", "fix")}
    tree = {"ok": False, "error": {"class": type(error).__name__, "text": text, **parts}}
    return Answer(tree=tree, problem=text)


def _problem_tree(issue: Issue) -> dict[str, Any]:
    fix = issue.fix or say.ways_out(issue)
    return {"id": issue.id, "field": issue.field, "text": issue.text, "fix": fix}


def _note_tree(note: Note) -> dict[str, Any]:
    return {"id": note.id, "level": note.level, "subject": note.subject, "text": note.text}


def _count(issues: Sequence[Issue]) -> str:
    return "1 problem" if len(issues) == 1 else f"{len(issues)} problems"


def _type_word(info: TimeSeriesType | None) -> str | None:
    return None if info is None else info.subtype or info.primary_type


def _series_tree(series: TimeSeries | MultiTimeSeries) -> dict[str, Any]:
    """Describe a series; several components are continuous or discrete together."""
    word = _type_word(getattr(series, "type_info", None))
    return {
        "type": word or ("discrete" if series.discrete else "continuous"),
        "discrete": bool(series.discrete),
        "shape": list(series.data.shape),
    }


def _feature_tree(report: FeatureReport) -> dict[str, Any]:
    info, detected = report.type_info, report.detected
    return {
        "type": _type_word(info) or "continuous",
        "period": None if info is None else _finite(info.circular_period),
        "detected": _type_word(detected),
        "confidence": None if detected is None else _finite(detected.confidence),
        "why": report.why,
    }


def _feature_row(report: FeatureReport) -> tuple[str, ...]:
    tree = _feature_tree(report)
    # Scores of circular series may exceed 1.
    sure = "" if tree["confidence"] is None else f"{min(tree['confidence'], 1.0):.0%}"
    period = "" if tree["period"] is None else f" ({tree['period']:.4g})"
    return report.name, f"{tree['type']}{period}", tree["detected"] or "", sure, report.why


def _cost_tree(cost: Cost) -> dict[str, Any]:
    return {
        "memory_low": int(cost.memory_low),
        "memory_high": int(cost.memory_high),
        "seconds": float(cost.seconds),
        "disk": int(cost.disk),
    }


def _finite(number: float | None) -> float | None:
    return None if number is None or not math.isfinite(number) else float(number)


def _loose(value: Any) -> Any:
    """Give stored metadata as plain values; what has no plain form becomes its text."""
    if isinstance(value, dict):
        return {str(key): _loose(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_loose(item) for item in value]
    try:
        return to_plain(value)
    except ParameterError:
        return str(value)
