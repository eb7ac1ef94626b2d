"""Detection gives what driada 1.2.2 gave on the golden inputs."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

from driada_widgets.core.signals.detect import analyze_time_series_type
from tests.golden_cases import Case, cases

NOT_COMPARED = {"skewness", "kurtosis", "uniform_pvalue", "normal_pvalue"}


@pytest.mark.parametrize("case", cases("types"), ids=str)
def test_type_is_that_of_the_reference(case: Case) -> None:
    """Type, confidence, period, every statistic and the warnings agree to one part in a million."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        actual = analyze_time_series_type(case.inputs["x"], **case.call)

    given: list[tuple[str, str]] = [(w.category.__name__, str(w.message)) for w in caught]
    assert case.warnings == given
    fields = dict(case.value)
    metadata: dict[str, Any] = fields.pop("metadata")
    for name, expected in fields.items():
        assert getattr(actual, name) == _near(expected), name
    for name, expected in metadata.items():
        if name not in NOT_COMPARED:
            assert actual.metadata[name] == _near(expected), name


@pytest.mark.parametrize("case", cases("types"), ids=str)
def test_scores_are_kept_only_where_they_were_asked(case: Case) -> None:
    """A strongly circular series has no scores in its metadata, as in the reference."""
    actual = analyze_time_series_type(case.inputs["x"], **case.call, min_samples=0)

    has_scores = "discrete_score" in case.value["metadata"]
    assert has_scores == ("discrete_score" in actual.metadata)
    assert has_scores == ("continuous_score" in actual.metadata)


def _near(expected: Any) -> Any:
    if isinstance(expected, float):
        return pytest.approx(expected, rel=1e-6, abs=1e-12)
    return expected
