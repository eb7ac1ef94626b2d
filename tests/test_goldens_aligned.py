"""The loading functions against what driada 1.2.2 made of the same input."""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets import Experiment, load_exp_from_aligned_data, load_experiment
from driada_widgets.core.errors import DataValueError, ParameterError
from tests.experiment_description import describe, differences
from tests.golden_cases import Case, cases

NOISE = 2e-8


def keywords(case: Case) -> dict[str, Any]:
    """Give the keyword arguments as Python takes them."""
    kwargs = dict(case.call["kwargs"])
    if "aggregate_features" in kwargs:
        pairs = kwargs["aggregate_features"]
        kwargs["aggregate_features"] = {tuple(keys): name for keys, name in pairs}
    return kwargs


def load(case: Case, **changes: Any) -> tuple[Experiment, list[tuple[str, str]]]:
    """Load from memory, and give the warnings as category and message, without repeats."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        experiment = load_exp_from_aligned_data(
            case.call["data_source"],
            case.call["exp_params"],
            case.data,
            **(keywords(case) | changes),
        )
    return experiment, [(w.category.__name__, str(w.message)) for w in caught]


def printed_lines(text: str) -> list[str]:
    """Give what was printed, without empty lines."""
    return [line for line in text.splitlines() if line.strip()]


def as_listed(line: str) -> str:
    """Write the set of dropped names as the golden cases do, as a list."""
    if not line.startswith("features {"):
        return line
    return line.replace("{", "[").replace("}", "]")


@pytest.mark.parametrize("case", cases("aligned", "must"), ids=str)
def test_aligned_cases_that_must_agree(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """Objects, warnings and printed lines are the reference's."""
    if case.outcome == "error":
        assert case.expected["error"]["type"] == "ValueError"
        with pytest.raises(ValueError, match=re.escape(case.expected["error"]["message"])):
            load(case)
        return
    experiment, warned = load(case)
    printed = [as_listed(line) for line in printed_lines(capsys.readouterr().out)]

    assert differences(case.value, describe(experiment)) == []
    assert sorted(case.warnings) == sorted(warned)
    assert printed == case.expected.get("stdout", [])


@pytest.mark.parametrize(
    "case", [case for case in cases("aligned", "must") if case.outcome == "ok"], ids=str
)
def test_arrays_of_aligned_cases_agree(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """Values and scaled values are the reference's; calcium to the size of its noise."""
    experiment, _ = load(case)
    capsys.readouterr()
    for key, expected in case.expected_arrays.items():
        kind, _, rest = key.partition("|")
        if kind != "F":
            continue
        name, _, what = rest.rpartition("|")
        actual = getattr(experiment.dynamic_features[name], what)
        np.testing.assert_allclose(actual, expected, rtol=2e-7, atol=2e-7, err_msg=key)
    given = next(case.data[name] for name in case.data if name.lower() == "calcium")
    np.testing.assert_allclose(experiment.calcium.data, np.maximum(given, 0), atol=NOISE)


def case_of(case_id: str) -> Case:
    """Give one aligned case."""
    return next(case for case in cases("aligned") if case.id == case_id)


def test_negative_bad_frames_are_refused_and_late_ones_counted() -> None:
    """As proposed: without the negative entry the result is the reference's, with one warning."""
    case = case_of("S_A06_bad_frames")
    frames = case.call["kwargs"]["bad_frames"]
    with pytest.raises(ParameterError, match="−2 is outside 0…899"):
        load(case)

    experiment, warned = load(case, bad_frames=[frame for frame in frames if frame >= 0])
    assert differences(case.value, describe(experiment)) == []
    assert len(warned) == 1
    assert "1 of 6 bad frames are past the end" in warned[0][1]


def test_a_short_recording_loads_with_one_warning() -> None:
    """As proposed: it is data, and the warning says what needs how many frames."""
    experiment, warned = load(case_of("S_A12_too_short"))

    assert experiment.n_frames == 405
    assert len(warned) == 1
    assert "at least 410 frames" in warned[0][1]


def test_some_nan_is_an_error_that_names_the_feature() -> None:
    """As proposed: nothing is changed silently, and the way out is in the text."""
    with pytest.raises(DataValueError, match="'v' holds NaN"):
        load(case_of("S_A13_partial_nan"))


@pytest.mark.parametrize("case", cases("load_experiment", "must"), ids=str)
def test_load_experiment_cases(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Build, save, and load again: objects, files, warnings and printed lines."""
    monkeypatch.chdir(tmp_path)
    np.savez(tmp_path / "rec.npz", **case.data)
    given = case.call.get("give_data_path", True)
    path = {True: tmp_path / "rec.npz", False: None, "missing": Path("missing_file.npz")}[given]
    kwargs: dict[str, Any] = {**keywords(case), "data_path": path, "root": tmp_path / "root"}

    if case.outcome == "error":
        kind = {"ValueError": ValueError, "FileNotFoundError": FileNotFoundError}
        error = case.expected["error"]
        with pytest.raises(kind[error["type"]]) as caught:
            load_experiment(case.call["data_source"], case.call["exp_params"], **kwargs)
        assert str(caught.value) == error["message"]
        assert printed_lines(capsys.readouterr().out) == []
        return

    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        experiment, log = load_experiment(
            case.call["data_source"], case.call["exp_params"], **kwargs
        )
    printed = printed_lines(capsys.readouterr().out)
    again, _ = load_experiment(
        case.call["data_source"],
        case.call["exp_params"],
        root=tmp_path / "root",
        **case.call["second_call"],
    )
    told = describe(experiment) | {
        "log_is_none": log is None,
        "second": {
            "same_calcium": bool(np.array_equal(again.calcium.data, experiment.calcium.data)),
            "n_frames": again.n_frames,
            "features": list(again.dynamic_features),
        },
        "files": sorted(
            str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()
        ),
    }
    assert differences(json.loads(json.dumps(case.value)), told) == []
    assert [(w.category.__name__, str(w.message)) for w in warned] == case.warnings
    assert [line for line in printed if str(tmp_path) not in line] == case.expected["stdout"]
