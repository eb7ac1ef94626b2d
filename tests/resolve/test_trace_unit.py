"""The unit of the traces: told by the metadata or the name, never guessed from values."""

from __future__ import annotations

from typing import Any

import pytest

from driada_widgets.core.resolve.trace_unit import trace_unit


@pytest.mark.parametrize(
    "name",
    [
        "dff",
        "dF/F",
        "dF_F0",
        "DFoF",
        "df_over_f",
        "deltaF_F",
        "delta_f_over_f",
        "calcium_dff",
        "ΔF/F",
    ],
)
def test_names_of_relative_fluorescence(name: str) -> None:
    """The spellings that labs use mean one unit."""
    assert trace_unit(name, None) == "ΔF/F"


@pytest.mark.parametrize("name", ["calcium", "traces", "F", "diff", "df", "sniff", "dfs", "", "C"])
def test_other_names_tell_no_unit(name: str) -> None:
    """What is not told is not guessed."""
    assert trace_unit(name, {}) == ""


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"units": "dF/F"}, "ΔF/F"),
        ({"Calcium_Unit": " counts "}, "counts"),
        ({"unit": "counts", "calcium_units": "photons"}, "photons"),
        ({"units": {"calcium": "dff", "speed": "cm/s"}}, "ΔF/F"),
        ({"units": {"speed": "cm/s"}}, ""),
        ({"units": 3}, ""),
        ({"units": "  "}, ""),
        ({"units": "x" * 31}, ""),
    ],
    ids=repr,
)
def test_metadata_tell_the_unit(metadata: dict[str, Any], expected: str) -> None:
    """Text that is short enough for an axis, of the traces; of several arrays, of this one."""
    assert trace_unit("calcium", metadata) == expected
