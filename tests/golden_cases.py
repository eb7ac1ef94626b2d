"""The golden cases: inputs with what the reference made of them (``tests/goldens/README.md``)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["GOLDENS", "Case", "cases"]

GOLDENS = Path(__file__).parent / "goldens"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One golden case; ``str(case)`` is its id, so that it serves as a test id.

    Arrays are read at each call, so that a test may change its own.
    """

    id: str
    kind: str
    parity: str
    call: dict[str, Any]
    expected: dict[str, Any]
    note: str = ""
    proposed: str = ""

    def __str__(self) -> str:
        return self.id

    @property
    def outcome(self) -> str:
        """``"ok"``, or how the reference failed."""
        return str(self.expected["outcome"])

    @property
    def value(self) -> Any:
        """What the reference returned, as plain values."""
        return self.expected["value"]

    @property
    def warnings(self) -> list[tuple[str, str]]:
        """Expected warnings, as pairs of category name and message."""
        return [(category, text) for category, text in self.expected.get("warnings", [])]

    @property
    def inputs(self) -> dict[str, NDArray[Any]]:
        """Input arrays by name."""
        return _arrays(f"{self.id}.npz")

    @property
    def expected_arrays(self) -> dict[str, NDArray[Any]]:
        """Expected arrays by name, such as ``F|speed|data``."""
        return _arrays(f"{self.id}.expected.npz")

    @property
    def data(self) -> dict[str, Any]:
        """The ``data`` argument of the loaders, in the order of the case."""
        arrays = self.inputs
        return {key: _given(how, value, arrays) for key, how, value in self.call["data"]}


def cases(kind: str, parity: str | None = None) -> list[Case]:
    """Give the golden cases of one kind, in the order of the index.

    Parameters
    ----------
    kind
        Such as ``"types"`` or ``"aligned"``.
    parity
        ``"must"`` or ``"may_differ"``; ``None`` gives both.
    """
    return [
        case
        for case in _all_cases()
        if case.kind == kind and (parity is None or case.parity == parity)
    ]


@cache
def _all_cases() -> tuple[Case, ...]:
    index = json.loads((GOLDENS / "index.json").read_text(encoding="utf-8"))
    return tuple(_read_case(entry["id"]) for entry in index)


def _read_case(case_id: str) -> Case:
    content = json.loads((GOLDENS / f"{case_id}.json").read_text(encoding="utf-8"))
    return Case(**content)


def _arrays(file_name: str) -> dict[str, NDArray[Any]]:
    path = GOLDENS / file_name
    if not path.exists():
        return {}
    with np.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def _given(how: str, value: Any, arrays: dict[str, NDArray[Any]]) -> Any:
    if how == "array":
        return arrays[value]
    if how == "list":
        return arrays[value].tolist()
    if how == "object0d":
        holder = np.empty((), dtype=object)
        holder[()] = value
        return holder
    return value
