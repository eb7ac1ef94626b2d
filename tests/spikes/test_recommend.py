from __future__ import annotations

import pytest

from driada_widgets.core.spikes.recommend import F1_AT_200_MS, recommended


@pytest.mark.parametrize(("indicator", "rate"), list(F1_AT_200_MS), ids=str)
def test_recommendation_is_what_measured_best(indicator: str, rate: int) -> None:
    """The method with the highest F1 is named, and the sentence holds both numbers."""
    measured = F1_AT_200_MS[indicator, rate]

    actual = recommended(indicator, float(rate))

    assert actual.method == max(measured, key=lambda method: measured[method])
    assert f"{max(measured.values()):.2f}" in actual.why


def test_methods_that_are_not_installed_are_not_recommended() -> None:
    """Without the extra the method does not stand among the choices."""
    assert "oasis" not in recommended("GCaMP6s", 20.0, has_oasis=False).f1


@pytest.mark.parametrize("fps", [0.0, 1.0, 17.0, 500.0], ids=str)
def test_unknown_indicators_get_the_mean(fps: float) -> None:
    """Any name and any frame rate give a method."""
    actual = recommended("R-CaMP2", fps)

    assert actual.method in actual.f1
    assert "the indicators measured" in actual.why
