from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.errors import MissingKeyError, ParameterError
from driada_widgets.core.experiment.naming import construct_session_name, parse_iabs_filename
from tests.golden_cases import Case, cases


@pytest.mark.parametrize("case", cases("naming"), ids=str)
def test_names_as_the_reference(case: Case) -> None:
    """Names that the reference gave must be ours."""
    name = construct_session_name(case.call["data_source"], case.call["exp_params"])

    assert case.value["result"] == name


@pytest.mark.parametrize(
    ("track", "expected"),
    [
        ("HT", "A1_HT2"),
        ("RT", "RT_A1_2D"),
        ("FS", "FSA1_2D"),
        ("FcOY", "FcOY_A1_2"),
        ("STFP", "STFP_A1_2"),
        ("AP", "AP_A1_2"),
        ("NOF", "NOF_A1_2"),
        ("Trace", "Trace_A1_2"),
        ("CC", "CC_A1_2"),
        ("other", "other_A1_2"),
    ],
)
def test_names_of_iabs_follow_the_track(track: str, expected: str) -> None:
    """Each track of IABS must have its own form."""
    params = {"track": track, "animal_id": "A1", "session": 2}

    assert expected == construct_session_name("IABS", params)


def test_iabs_names_all_missing_keys() -> None:
    """A person must learn of all missing keys at once, by an error that is also a KeyError."""
    with pytest.raises(MissingKeyError, match=r"'track', 'session'") as caught:
        construct_session_name("IABS", {"animal_id": "A"})

    assert isinstance(caught.value, KeyError)
    assert isinstance(caught.value, ParameterError)


def test_unknown_tracks_can_be_refused() -> None:
    """An unknown track must be refused where that is asked for."""
    params = {"track": "zz", "animal_id": "A", "session": 1}

    with pytest.raises(ParameterError, match=re.escape("Unknown track: zz!")):
        construct_session_name("IABS", params, allow_unknown=False)


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"name": "as it is", "subject": "x"}, "as it is"),
        ({"name": ""}, ""),
        ({"name": 5}, "5"),
        ({"name": np.int64(7)}, "7"),
        ({"subject": "rat42", "session": "day3", "experiment": "maze"}, "maze_rat42_day3"),
        (
            {"experiment": "e", "subject": "s", "animal_id": "a", "session": 1, "date": "d"},
            "e_s_a_1",
        ),
        ({"date": "2026", "session": 3, "weight": 20.5}, "3_2026"),
    ],
    ids=["name", "empty", "int", "numpy-int", "parts", "first-four", "others-ignored"],
)
def test_names_of_other_sources(params: dict[str, Any], expected: str) -> None:
    """A given name must be taken as it is, else the first four parts that are there."""
    assert expected == construct_session_name("Lab", params)


def test_names_without_parts_are_the_time() -> None:
    """A recording that nothing is known of must be named by its source and the local time."""
    assert re.fullmatch(r"Lab_\d{8}_\d{6}", construct_session_name("Lab", {"weight": 1.5}))


@pytest.mark.parametrize("value", [None, 2.5, True, {"a": 1}, ["x"]], ids=repr)
@pytest.mark.parametrize("key", ["name", "subject"])
def test_parts_of_a_name_are_texts_or_whole_numbers(key: str, value: object) -> None:
    """Anything else that would form the name must be refused, and the key named."""
    with pytest.raises(ParameterError, match=rf"exp_params\['{key}'\]"):
        construct_session_name("Lab", {key: value})


def test_parameters_are_a_dictionary() -> None:
    """Parameters of another type must be refused in the documented words."""
    with pytest.raises(TypeError, match="exp_params must be a dictionary, got list"):
        construct_session_name("Lab", [("name", "x")])  # type: ignore[arg-type]  # the fault


@pytest.mark.parametrize(
    ("filename", "expected"),
    [
        ("nof_h01_1d syn data.npz", ("NOF", "H01", "1D", "syn data")),
        ("folder/a_b_c_d_e.npz", ("A", "B", "C", "d_e")),
        ("a_b_c d_e_f.npz", ("A", "B", "C", "d_e_f")),
        ("a_b_c .npz", ("A", "B", "C", None)),
        ("a_b_c", ("A", "B", "C", None)),
    ],
)
def test_parts_of_lab_file_names(filename: str, expected: tuple[str | None, ...]) -> None:
    """Track, animal and session must come in capitals, the rest as the suffix."""
    assert parse_iabs_filename(filename) == dict(
        zip(("track", "animal_id", "session", "suffix"), expected, strict=True)
    )


def test_file_names_with_fewer_parts_are_not_read() -> None:
    """A name that is not of the lab's form must give nothing."""
    assert parse_iabs_filename("recording_1.npz") is None
