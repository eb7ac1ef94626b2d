"""Events and reconstructed traces over the traces, and traces without their noise."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.experiment.contents import Contents
from driada_widgets.core.experiment.experiment import Experiment
from driada_widgets.panel.columns import min_max_columns
from driada_widgets.panel.overlays import (
    CellOverlay,
    TraceOverlay,
    overlay_rows,
    recorded_cell,
    to_recording_frames,
)
from driada_widgets.panel.traces import TraceView
from tests.panels import checked_panel, write_recording
from tests.widgets import find_all, gesture, sent_updates, tick, unexpected

N_FRAMES = 1000
OVERLAY_TRAITS = {"over_title", "over_places", "over_block", "event_counts", "event_block"}


@dataclass(frozen=True)
class Found:
    """What was found in one neuron."""

    frames: Any
    reconstruction: Any = None


def overlay(cell: int = 1) -> TraceOverlay:
    """Give an overlay of one neuron with two events."""
    line = np.linspace(0, 1, N_FRAMES, dtype=np.float32)
    of_cell = CellOverlay(event_frames=np.array([3, 900]), reconstruction=line)
    return TraceOverlay(cells={cell: of_cell}, title="wavelet <b>")


def show(view: TraceView, start: int, stop: int, over: TraceOverlay | None) -> None:
    """Show three traces in at most 100 columns, as the panel does."""
    rows = np.random.default_rng(0).normal(size=(3, N_FRAMES))
    view.show(
        ["0", "1", "2"],
        min_max_columns(rows, start, stop, 100),
        start,
        stop,
        n_frames=N_FRAMES,
        fps=20.0,
        overlay=overlay_rows(over, [0, 1, 2], start, stop, 100),
    )


def traces_of(panel: Any) -> TraceView:
    """Give the trace picture of a panel."""
    (view,) = [each for each in find_all(panel, "dw-traces") if isinstance(each, TraceView)]
    return view


def checked(root: Path) -> Any:
    """Open a recording and check it; the page has asked for its first window."""
    panel = checked_panel(root)
    panel.state.go("check")
    return panel


def ask(view: TraceView, start: int, stop: int, wish: int) -> None:
    """Ask for a window, as the page does."""
    span = {"start": start, "stop": stop, "columns": 100, "view": [start, stop]}
    gesture(view, {"event": "window", "id": wish, **span})


# --- frames of the recording ----------------------------------------------------------------------


def test_events_of_an_experiment_stand_on_the_frames_of_the_recording() -> None:
    """Removed frames and left-out neurons are counted again, and hold no line."""
    mask = np.zeros(10, dtype=bool)
    mask[2:5] = True
    contents = Contents(
        signature="Exp x",
        calcium=np.zeros((3, 10), dtype=np.float32),
        kept_cells=(0, 2),
        bad_frames_mask=mask,
        static_features={"fps": 20.0},
    )
    experiment = Experiment.from_contents(contents)

    found = to_recording_frames(experiment, Found(np.array([1, 2]), np.arange(7.0)))

    assert found.event_frames.tolist() == [1, 5]
    assert found.reconstruction is not None
    np.testing.assert_array_equal(
        found.reconstruction, [0, 1, np.nan, np.nan, np.nan, 2, 3, 4, 5, 6]
    )
    assert recorded_cell(experiment, 1) == 2
    assert to_recording_frames(experiment, Found([0])).reconstruction is None


# --- what the page is sent ------------------------------------------------------------------------


def test_overlay_is_pooled_as_the_traces_are() -> None:
    """The line has the traces' columns and belongs to its neuron's place; events are whole."""
    view = TraceView(on_error=unexpected)

    show(view, 0, N_FRAMES, overlay())

    line = np.frombuffer(view.over_block, dtype="<f4").reshape(1, 2, 100)
    events = np.frombuffer(view.event_block, dtype="<i4")
    expected = min_max_columns(np.linspace(0, 1, N_FRAMES)[np.newaxis], 0, N_FRAMES, 100)
    np.testing.assert_array_equal(expected, line)
    assert view.over_places == [1]
    assert (view.event_counts, events.tolist()) == ([0, 2, 0], [3, 900])


def test_pan_sends_no_events_again_and_nothing_without_an_overlay() -> None:
    """A pan costs what it must: the line's columns with an overlay, nothing more without."""
    plain, covered = TraceView(on_error=unexpected), TraceView(on_error=unexpected)
    sent = {}
    for view, over in ((plain, None), (covered, overlay())):
        show(view, 0, N_FRAMES, over)
        show(view, 200, 600, over)
        sent[view] = set(sent_updates(view)[-1]) & OVERLAY_TRAITS
        assert len(view.comm.sent[-1]["buffers"]) == (1 if over is None else 2)

    assert sent == {plain: set(), covered: set()}
    assert len(plain.comm.sent) == len(covered.comm.sent)


def test_overlay_of_other_columns_is_refused() -> None:
    """Lines that are not on the traces' columns would be drawn at a wrong time."""
    rows = overlay_rows(overlay(), [0, 1], 0, N_FRAMES, 50)
    view = TraceView(on_error=unexpected)

    with pytest.raises(ParameterError, match="for 'reconstruction 1', as the traces"):
        view.show(
            ["0", "1"],
            np.zeros((2, 2, 100), np.float32),
            0,
            N_FRAMES,
            n_frames=N_FRAMES,
            fps=20.0,
            overlay=rows,
        )


# --- in the panel ---------------------------------------------------------------------------------


def test_overlay_is_drawn_over_the_neurons_on_screen(tmp_path: Path) -> None:
    """It follows pans and the neurons shown, is plain text, and goes when it is taken away."""
    panel = checked(tmp_path)
    view = traces_of(panel)
    ask(view, 0, N_FRAMES, 1)

    panel.state.show_overlay(overlay(cell=3))
    first = (view.event_counts, view.over_places, view.over_title)
    ask(view, 100, 300, 2)
    second = len(view.over_block)
    panel.state.show_cells(2)
    third = (view.event_counts, view.over_block)
    panel.state.show_cells(5)
    panel.state.show_overlay(None)

    assert first == ([0, 0, 0, 2, 0], [3], "wavelet <b>")
    assert second == 2 * 100 * 4
    assert third == ([], b"")
    assert (view.event_counts, view.over_title) == ([], "")
    assert panel.state.overlay is None


def test_overlay_goes_with_its_recording(tmp_path: Path) -> None:
    """Events of one recording are never drawn over another."""
    panel = checked(tmp_path)
    panel.state.show_overlay(overlay())
    panel.state.choose_file(str(write_recording(tmp_path, "other.npz", speed=None)))
    panel.state.open()
    panel.state.check()
    panel.state.go("check")

    assert panel.state.overlay is None
    assert traces_of(panel).event_counts == []


def test_denoised_traces_are_shown_on_request(tmp_path: Path) -> None:
    """The tick changes what is seen, says so, and leaves the request alone."""
    panel = checked(tmp_path)
    view = traces_of(panel)
    ask(view, 0, N_FRAMES, 1)
    before, request = view.block, panel.state.snapshot.request
    (box,) = [each for each in find_all(panel, "dw-denoised") if hasattr(each, "indent")]

    tick(box)
    smooth = (view.block, view.denoised)
    ask(view, 0, 500, 2)
    panned = view.denoised
    ask(view, 0, N_FRAMES, 3)
    tick(box, value=False)

    assert smooth[0] != before
    assert smooth[1]
    assert panned
    assert (view.block, view.denoised) == (before, False)
    assert panel.state.snapshot.request == request
