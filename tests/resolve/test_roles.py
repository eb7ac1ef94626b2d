"""Which part each array plays, and what is left out and why."""

from __future__ import annotations

import numpy as np
import pytest

from driada_widgets.core.errors import AmbiguousKeyError, UnsafeContentError
from driada_widgets.core.report import LedgerEntry
from driada_widgets.core.request.edit import apply_changes
from driada_widgets.core.request.model import FeatureChoice, NanPolicies, NanPolicy
from driada_widgets.core.request.plan import LoadPlan
from driada_widgets.core.resolve import resolve
from driada_widgets.core.resolve.constants import stored_rate
from driada_widgets.core.sources.base import ArrayInfo
from tests.inventories import array, file_with, issues_of, plan_of, request_of

CALCIUM = array("calcium", 5, 100)


def test_reserved_names_are_no_features() -> None:
    """Any case is reserved, but metadata only as it is written."""
    names = ["Spikes", "ASP", "Reconstructions"]
    inventory = file_with(
        CALCIUM,
        *(array(name, 5, 100) for name in names),
        array("sp", 5, 100),
        array("_metadata", dtype="U9"),
        array("_METADATA", dtype="U9"),
    )

    roles = {item.name: item.role for item in plan_of(inventory).arrays}
    assert roles == {
        "calcium": "calcium",
        "Spikes": "spikes",
        "ASP": "asp",
        "Reconstructions": "reconstructions",
        "sp": "unused",
        "_metadata": "metadata",
        "_METADATA": "unused",
    }


@pytest.mark.parametrize(
    ("info", "id_", "level", "said"),
    [
        (array("fps"), "scalar-ignored", "info", "Ignoring scalar value 'fps' found in NPZ file."),
        (
            array("labels", 100, dtype="U1"),
            "non-numeric-ignored",
            "info",
            "Ignoring non-numeric feature 'labels' with dtype <U1. "
            "Only numeric features are supported.",
        ),
        (
            array("z", 100, dtype=complex),
            "non-numeric-ignored",
            "warning",
            "Ignoring non-numeric feature 'z' with dtype complex128.",
        ),
        (
            array("when", 100, dtype="M8[s]"),
            "non-numeric-ignored",
            "warning",
            "'when' with dtype datetime64[s].",
        ),
        (
            array("img", 4, 4, 100),
            "axes-ignored",
            "info",
            "Skipping feature 'img' with unsupported 3D shape",
        ),
    ],
    ids=lambda value: value.name if hasattr(value, "name") else None,
)
def test_what_is_no_feature_is_left_out_and_said(info, id_, level, said) -> None:  # type: ignore[no-untyped-def]
    """Each kind has its words; complex numbers and times look like features, so they warn."""
    plan = plan_of(file_with(CALCIUM, info))

    note = next(note for note in plan.notes if note.id == id_)
    assert (level, info.name) == (note.level, note.subject)
    assert said in note.text
    assert [info.name] == [entry.name for entry in plan.ledger if entry.fate == "dropped"]


@pytest.mark.parametrize(
    "info",
    [
        array("fps", value=30.0),
        array("FPS", 1, value=[30.0], dtype=np.float32),
        array("fps", 1, 1, value=[[30]], dtype=int),
    ],
    ids=["scalar", "one axis", "two axes"],
)
def test_a_stored_rate_is_offered(info: ArrayInfo) -> None:
    """A single number named fps is ignored, as documented, but one click takes it."""
    note = next(n for n in plan_of(file_with(CALCIUM, info)).notes if n.id == "scalar-ignored")

    assert [fix.label for fix in note.fixes] == ["Use fps = 30 from file"]
    assert note.fixes[0].changes == ((("static_features", "fps"), 30.0),)


@pytest.mark.parametrize(
    "info",
    [
        array("fps", 2, value=[30.0, 30.0]),
        array("fps", 1, value=[0.0]),
        array("fps", 1, value=[float("inf")]),
        array("fps", 1, value=[True], dtype=bool),
        array("depth", 1, value=[30.0]),
    ],
    ids=["two", "zero", "infinite", "bool", "another name"],
)
def test_what_is_no_rate_is_not_offered(info: ArrayInfo) -> None:
    """Only one positive number under this name can be a frame rate."""
    assert stored_rate(info) is None


@pytest.mark.parametrize("shape", [(0,), (1,), (2, 0)], ids=str)
def test_at_most_one_value_is_no_feature(shape: tuple[int, ...]) -> None:
    """Size tells it before anything is read, so their length offends nobody."""
    plan = plan_of(file_with(CALCIUM, array("odd", *shape)))

    assert LedgerEntry(name="odd", fate="dropped", why="constant or empty") in plan.ledger


def test_an_array_that_is_not_opened_stops_the_load_until_it_is_left_out() -> None:
    """The rest of the file is offered: by a click, and by a policy of the doors."""
    labels = array("labels", 100, dtype="O", problem="not opened", error=UnsafeContentError)
    inventory = file_with(CALCIUM, labels)

    issue = issues_of(inventory)["array-unreadable"]
    by_click = resolve(apply_changes(request_of(), issue.fixes[0].changes), inventory)
    by_policy = plan_of(inventory, nan=NanPolicies(arrays={"labels": NanPolicy(policy="drop")}))
    assert (UnsafeContentError, "labels") == (issue.error, issue.field)
    assert isinstance(by_click, LoadPlan)
    assert ("calcium",) == by_click.names_to_read == by_policy.names_to_read


def test_spikes_twice_are_ambiguous() -> None:
    """The same rule as for calcium: nothing is taken by its place in the file."""
    inventory = file_with(CALCIUM, array("spikes", 5, 100), array("Spikes", 5, 100))

    assert AmbiguousKeyError is issues_of(inventory)["role-ambiguous"].error


def test_a_person_may_leave_arrays_out() -> None:
    """What is left out is not read."""
    inventory = file_with(CALCIUM, array("speed", 7), array("Calcium", 9, 100))
    features = {name: FeatureChoice(use=False) for name in ("speed", "Calcium")}

    plan = plan_of(inventory, features=features)
    assert plan.names_to_read == ("calcium",)
    assert {"left out by the request"} == {entry.why for entry in plan.ledger}


def test_headers_that_are_hard_to_read_do_not_stop_resolve() -> None:
    """Odd dtypes of arrays that are no features are told, never raised."""
    odd = array("odd", 100, dtype=np.dtype([("a", "f4"), ("b", "O")]))

    assert plan_of(file_with(CALCIUM, odd)).names_to_read == ("calcium",)
