"""Lanes of traces and features: everything in its place, whatever is in the file."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from driada_widgets.plots import Lane, Page, draw_lanes, lanes_height, to_png


def lane(name: str, **changes: Any) -> Lane:
    """Give a lane of ten columns that rises from 0 to 9."""
    columns = np.stack([np.arange(10.0), np.arange(10.0) + 0.5]).astype(np.float32)
    given: dict[str, Any] = {
        "name": name,
        "columns": columns,
        "low": 0.0,
        "high": 9.5,
        "is_trace": True,
        "is_marked": False,
        "over": None,
        "events": np.empty(0, dtype=np.int32),
    }
    return Lane(**{**given, **changes})


def draw(lanes: list[Lane], **options: Any) -> Any:
    """Draw frames 100 to 200 in columns of ten."""
    page = Page(width=600, height=lanes_height(lanes))
    given: dict[str, Any] = {"first": 100, "step": 10, "window": (100, 200), "fps": 20.0}
    return draw_lanes(lanes, page=page, **{"unit": "s", **given, **options})


def test_lanes_stand_in_order_with_their_names() -> None:
    """From top to bottom as given; a name is text, never a formula."""
    axes = draw([lane("0"), lane("1"), lane("$x$", is_trace=False)]).axes[0]

    places = axes.get_yticks()
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["0", "1", "\\$x\\$"]
    assert list(places) == sorted(places)
    assert axes.get_ylim()[0] > places[-1]
    assert axes.get_xlabel() == "Time (s)"
    assert "a.u. (unit unknown)" in axes.get_title(loc="left")


def test_columns_stand_over_their_frames_within_their_lane() -> None:
    """A column is drawn at the middle of its frames, greater values higher."""
    axes = draw([lane("0", is_trace=False)]).axes[0]
    times, heights = axes.lines[0].get_data()

    assert (times[0], times[-1]) == (105.0, 195.0)
    assert heights[0] > heights[-1] > 0
    assert len(times) == 20


def test_line_and_events_are_drawn_over_their_trace() -> None:
    """The line has the scale of its trace; each event is a tick at its frame."""
    columns = lane("0").columns
    covered = lane("1", over=columns, events=np.array([120, 150], dtype=np.int32))
    axes = draw([lane("0"), covered]).axes[0]

    _, trace, over = axes.lines
    np.testing.assert_array_equal(trace.get_ydata(), over.get_ydata())
    assert trace.get_color() != over.get_color()
    (ticks,) = axes.collections
    assert [segment[0][0] for segment in ticks.get_segments()] == [120.5, 150.5]


@pytest.mark.parametrize(
    "lanes",
    [
        pytest.param([], id="none"),
        pytest.param([lane("0", columns=np.full((2, 10), np.nan, np.float32))], id="no-value"),
        pytest.param([lane("0", low=1.0, high=1.0)], id="constant"),
    ],
)
def test_whatever_is_shown_becomes_a_picture(lanes: list[Lane]) -> None:
    """Nothing to see is no reason to fail."""
    figure = draw(lanes, fps=None, bad=[(110, 120)], proposals=[(150, 160)], title="Traces")

    assert to_png(figure, Page())[:4] == b"\x89PNG"
    assert figure.axes[0].get_xlabel() == "Time (frames)"
