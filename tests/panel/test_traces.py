"""The Python side of the trace picture: what it sends, and what it makes of gestures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from driada_widgets.core.errors import ParameterError
from driada_widgets.panel.columns import min_max_columns
from driada_widgets.panel.trace_rows import FeatureRow, Proposal
from driada_widgets.panel.traces import TraceView
from tests.widgets import gesture, sent_updates, unexpected

N_FRAMES = 1000


@pytest.fixture
def rows(rng: np.random.Generator) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Give three traces."""
    return rng.normal(size=(3, N_FRAMES))


@pytest.fixture
def view(rows: np.ndarray[Any, np.dtype[np.float64]]) -> TraceView:
    """Give a picture that shows three traces in 100 columns, with two bad ranges."""
    made = TraceView(on_error=unexpected)
    show(made, rows, bad=[(10, 20), (500, 600)])
    return made


def show(
    view: TraceView,
    rows: np.ndarray[Any, np.dtype[np.float64]],
    start: int = 0,
    stop: int = N_FRAMES,
    n_columns: int = 100,
    **options: Any,
) -> None:
    """Show rows as the panel does."""
    columns = min_max_columns(rows, start, stop, n_columns)
    labels = [f"n{row}" for row in range(len(rows))]
    view.show(labels, columns, start, stop, n_frames=N_FRAMES, fps=20.0, **options)


def test_picture_is_one_message_with_binary_columns(
    rows: np.ndarray[Any, np.dtype[np.float64]],
) -> None:
    """All that belongs together arrives together, numbers as float32 bytes."""
    view = TraceView(on_error=unexpected)
    before = len(sent_updates(view))
    speed = FeatureRow(
        name="speed", units="cm/s", columns=min_max_columns(rows[:1], 0, 1000, 100)[0]
    )

    show(view, rows, features=[speed], units="ΔF/F", n_total=310)

    (update,) = sent_updates(view)[before:]
    sent = np.frombuffer(view.block, dtype="<f4").reshape(4, 2, 100)
    np.testing.assert_array_equal(sent[:3], min_max_columns(rows, 0, 1000, 100))
    assert "block" not in update
    assert view.comm.sent[-1]["buffers"] == [view.block]
    assert (update["rev"], update["step"], update["n_columns"], update["n_total"]) == (
        1,
        10,
        100,
        310,
    )
    assert update["labels"] == ["n0", "n1", "n2"]
    assert update["features"] == [{"name": "speed", "units": "cm/s", "discrete": False}]


def test_wish_is_answered_in_one_message(
    view: TraceView, rows: np.ndarray[Any, np.dtype[np.float64]]
) -> None:
    """A pan costs one message there and one back, and the answer names the wish."""
    view.on_window(lambda start, stop, n_columns: show(view, rows, start, stop, n_columns))
    before = len(sent_updates(view))

    wish = {
        "event": "window",
        "id": 7,
        "start": 100,
        "stop": 300,
        "columns": 50,
        "view": [150, 250],
    }
    gesture(view, wish)

    (update,) = sent_updates(view)[before:]
    assert (update["answered"], update["start"], update["step"]) == (7, 100, 4)
    assert view.wish == (100, 300, 50)
    assert "jump" not in update


def test_picture_without_a_wish_answers_none(
    view: TraceView, rows: np.ndarray[Any, np.dtype[np.float64]]
) -> None:
    """The page can tell an answer from a picture that it did not ask for."""
    answered = view.answered

    show(view, rows, 0, 100)

    assert view.answered == answered
    assert view.rev == 2


def test_window_outside_the_recording_is_cut(view: TraceView) -> None:
    """A page cannot ask for frames that are not there."""
    asked: list[tuple[int, int, int]] = []
    view.on_window(lambda *wish: asked.append(wish))

    gesture(
        view,
        {"event": "window", "id": 1, "start": -50, "stop": 5000, "columns": 0, "view": [0, 1000]},
    )

    assert asked == [(0, N_FRAMES, 1)]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        pytest.param({"start": 0, "stop": 5}, [(0, 5)], id="first-frame"),
        pytest.param({"start": 990, "stop": 2000}, [(990, N_FRAMES)], id="last-frame"),
        pytest.param({"start": 7, "stop": 7}, [], id="empty"),
    ],
)
def test_mark(view: TraceView, message: dict[str, int], expected: list[tuple[int, int]]) -> None:
    """A drag gives a half-open range inside the recording, or nothing."""
    marked: list[tuple[int, int]] = []
    view.on_mark(lambda start, stop: marked.append((start, stop)))

    gesture(view, {"event": "mark", **message})

    assert marked == expected


def test_span_gestures_name_the_range_that_was_touched(view: TraceView) -> None:
    """Resize, select and remove come with the index of the range as it is shown."""
    seen: list[tuple[Any, ...]] = []
    view.on_resize_span(lambda *values: seen.append(("resize", *values)))
    view.on_select(lambda index: seen.append(("select", index)))
    view.on_remove(lambda index: seen.append(("remove", index)))
    span = {"index": 1, "span": [500, 600]}

    gesture(view, {"event": "resize", **span, "start": 450, "stop": 600})
    view.set_state({"selected": 1})
    gesture(view, {"event": "remove", **span})
    view.set_state({"selected": None})

    assert seen == [("resize", 1, 450, 600), ("select", 1), ("remove", 1), ("select", None)]
    assert view.selected is None


def test_stale_gesture_is_dropped(view: TraceView) -> None:
    """A range that changed meanwhile is not removed by a click that meant another."""
    removed: list[int] = []
    view.on_remove(removed.append)

    gesture(view, {"event": "remove", "index": 0, "span": [500, 600]})
    gesture(view, {"event": "remove", "index": 5, "span": [500, 600]})

    assert removed == []


def test_failing_callback_is_shown(rows: np.ndarray[Any, np.dtype[np.float64]]) -> None:
    """An exception in a callback ends in ``on_error``; so does a message that makes no sense."""
    errors: list[Exception] = []
    view = TraceView(on_error=errors.append)
    show(view, rows)
    view.on_mark(lambda start, stop: 1 / 0)

    gesture(view, {"event": "mark", "start": 1, "stop": 2})
    gesture(view, {"event": "mark", "start": "one"})

    assert [type(error) for error in errors] == [ZeroDivisionError, ValueError]


def test_errors_are_logged_where_nobody_shows_them(swallowed: list[str]) -> None:
    """Without ``on_error`` the log has the exception."""
    view = TraceView()
    view.on_scroll(lambda rows: 1 / 0)

    gesture(view, {"event": "scroll", "rows": 1})

    assert "ZeroDivisionError" in swallowed.pop()


def test_modes_switched_in_the_page_are_told(view: TraceView) -> None:
    """The panel learns of B and T pressed in the picture."""
    seen: list[object] = []
    view.on_marking(seen.append)
    view.on_time_unit(seen.append)

    view.set_state({"marking": True})
    view.set_state({"time_unit": "frames"})

    assert seen == [True, "frames"]


def test_rows_keep_their_height_in_a_pan(rows: np.ndarray[Any, np.dtype[np.float64]]) -> None:
    """The range of a row only widens, until another recording is shown."""
    view = TraceView(on_error=unexpected)
    show(view, rows)
    whole = view.ranges

    show(view, rows, 0, 50)
    assert view.ranges == whole

    view.forget_ranges()
    show(view, rows, 0, 50)
    assert view.ranges != whole
    assert view.window == [0, 50]


def test_rows_of_nothing_have_a_range() -> None:
    """A trace that is all NaN, or no trace at all, is shown without a warning."""
    view = TraceView(on_error=unexpected)

    show(view, np.full((2, N_FRAMES), np.nan))
    show(view, np.empty((0, N_FRAMES)))

    assert view.rev == 2
    assert view.ranges == []


def test_hostile_names_are_text(rows: np.ndarray[Any, np.dtype[np.float64]]) -> None:
    """Names reach the canvas as plain text, short, with nothing invisible."""
    view = TraceView(on_error=unexpected)

    view.show(
        ["<img src=x onerror=alert(1)>", "a\u202eb", "x" * 300],
        min_max_columns(rows, 0, 1000, 10),
        0,
        1000,
        n_frames=N_FRAMES,
        fps=None,
        proposals=[Proposal(start=1, stop=2, reason="jump\n")],
    )

    assert view.labels[:2] == ["<img src=x onerror=alert(1)>", r"a\u202eb"]
    assert len(view.labels[2]) == 60
    assert view.proposals == [{"start": 1, "stop": 2, "reason": r"jump\x0a"}]


@pytest.mark.parametrize("shape", [(2, 2, 10), (3, 10), (3, 1, 10)], ids=str)
def test_columns_that_do_not_fit_are_refused(shape: tuple[int, ...]) -> None:
    """The error gives the shape that was expected and the one that came."""
    view = TraceView()

    with pytest.raises(ParameterError, match=r"\(3, 2, n\).*" + str(shape[0])):
        view.show(["a", "b", "c"], np.zeros(shape, np.float32), 0, 10, n_frames=10, fps=None)


def test_feature_that_does_not_fit_is_refused() -> None:
    """A feature has as many columns as the traces."""
    row = FeatureRow(name="speed", columns=np.zeros((2, 9), np.float32))

    with pytest.raises(ParameterError, match="'speed'"):
        TraceView().show(
            ["a"], np.zeros((1, 2, 10), np.float32), 0, 10, n_frames=10, fps=None, features=[row]
        )


def test_script_is_one_module() -> None:
    """The files are joined: one default export, no import that a page could not follow."""
    lines = TraceView._esm.splitlines()

    assert [line for line in lines if line.startswith(("import ", "export "))] == [
        "export default { render };"
    ]
