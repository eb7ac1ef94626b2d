"""Looking at a recording: windows, orders of neurons, selection, measuring; without a widget."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.report import Progress
from driada_widgets.core.signals.quality import measure_quality
from driada_widgets.panel.jobs import Job, Runner
from driada_widgets.panel.picture_verbs import ROWS_PER_PAGE
from driada_widgets.panel.picture_view import PictureView
from driada_widgets.panel.state import PanelState
from tests.panels import opened_state, write_recording

N_CELLS = 60


class HeldRunner(Runner):
    """Keeps calls until a test lets them run."""

    def __init__(self) -> None:
        super().__init__()
        self.jobs: list[Job] = []

    def _launch(self, job: Job, delay_sec: float) -> None:
        self.jobs.append(job)

    def finish(self) -> None:
        """Run the newest call."""
        job = self.jobs[-1]
        job.run()
        job.tell_progress()
        job.deliver()


@pytest.fixture
def calcium(rng: np.random.Generator) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Give neurons whose peaks fall from the last to the first, at known times."""
    rows = 0.1 * rng.random((N_CELLS, 1000))
    rows[np.arange(N_CELLS), 5 + np.arange(N_CELLS) * 7 % 900] = 1.0 + np.arange(N_CELLS)
    return rows


@pytest.fixture
def state(tmp_path: Path, calcium: np.ndarray[Any, np.dtype[np.float64]]) -> PanelState:
    """Give a state with this recording checked."""
    return opened_state(write_recording(tmp_path, calcium=calcium))


def first_cells(state: PanelState, n_cells: int = 3) -> list[int]:
    """Give the neurons at the top."""
    return [int(cell) for cell in state.cells_in_order[:n_cells]]


def test_pictures_begin_with_traces_in_the_order_of_the_file(state: PanelState) -> None:
    """Nothing is measured before somebody asks."""
    assert state.snapshot.pictures == PictureView()
    assert first_cells(state) == [0, 1, 2]
    assert state.quality is None


def test_quality_is_measured_when_it_is_shown(state: PanelState, calcium: Any) -> None:
    """The picture of the quality brings the numbers, once."""
    state.show_picture("quality")

    assert state.quality is not None
    np.testing.assert_array_equal(state.quality.noise, measure_quality(calcium).noise)
    assert state.snapshot.pictures.quality_revision == 1
    assert state.snapshot.pictures.measuring is None
    state.show_picture("traces")
    state.show_picture("quality")
    assert state.snapshot.pictures.quality_revision == 1


@pytest.mark.parametrize(
    ("order", "expected"),
    [("peak", [59, 58, 57]), ("peak_frame", [0, 1, 2]), ("cell", [0, 1, 2])],
)
def test_orders(state: PanelState, order: str, expected: list[int]) -> None:
    """Neurons are sorted by what was measured, the best first, and shown from the top."""
    state.set_first_cell(20)

    state.set_order(order)

    assert first_cells(state) == expected
    assert state.is_sorted
    assert state.snapshot.window.first_cell == 0


@pytest.mark.parametrize(
    ("order", "sign"), [("snr", -1), ("noise", 1), ("skewness", -1), ("active", -1)]
)
def test_best_neurons_come_first(state: PanelState, order: str, sign: int) -> None:
    """What is high is good, but for the noise."""
    state.set_order(order)

    assert state.quality is not None
    values = sign * getattr(state.quality, order)[state.cells_in_order]
    assert (np.diff(values) >= 0).all()


def test_order_by_correlation_with_a_feature(tmp_path: Path, rng: np.random.Generator) -> None:
    """The neuron that follows the feature is at the top; an angle is compared as an angle."""
    rows = rng.standard_normal((5, 1000))
    angle = np.cumsum(rng.normal(0.0, 0.3, 1000)) % (2 * np.pi)
    speed = np.abs(rng.standard_normal(1000))
    rows[3] += 5 * speed
    rows[1] += 5 * np.cos(angle - 1.0)
    state = opened_state(write_recording(tmp_path, calcium=rows, hd=angle, speed=speed))

    state.set_order("feature:speed")
    by_speed = first_cells(state, 1)
    state.set_order("feature:hd")

    assert (by_speed, first_cells(state, 1)) == ([3], [1])
    assert state.quality is None


def test_unknown_order_is_refused(state: PanelState) -> None:
    """What is not there cannot be sorted by."""
    with pytest.raises(ParameterError, match="'height'"):
        state.set_order("feature:height")

    assert state.snapshot.pictures.order == "cell"


def test_feature_that_is_gone_gives_back_the_order_of_the_file(state: PanelState) -> None:
    """Leaving a feature out after sorting by it is no error."""
    state.set_order("feature:speed")
    state.use_feature("speed", use=False)

    assert state.snapshot.pictures.order == "cell"
    assert first_cells(state) == [0, 1, 2]


def test_bad_frames_are_left_out_of_the_order(state: PanelState) -> None:
    """Marking the frame of the greatest peak brings that neuron down, at once."""
    state.set_order("peak")
    assert first_cells(state, 1) == [59]

    frame = 5 + 59 * 7
    state.mark_bad(frame, frame + 1)

    assert first_cells(state, 1) == [58]
    state.undo()
    assert first_cells(state, 1) == [59]


def test_selecting_brings_the_neuron_into_view(state: PanelState) -> None:
    """The trace picture scrolls to it, wherever it stands in the order."""
    state.set_order("peak")

    state.select_cell(10)

    window = state.snapshot.window
    assert window.first_cell <= state.place_of(10) < window.first_cell + window.n_cells
    assert state.snapshot.pictures.cell == 10


def test_selecting_what_is_in_view_moves_nothing(state: PanelState) -> None:
    """A neuron that is seen already stays where it is."""
    state.set_first_cell(7)
    state.select_cell(20)

    assert state.snapshot.window.first_cell == 7


@pytest.mark.parametrize("cell", [-1, N_CELLS])
def test_neuron_outside_the_recording_is_refused(state: PanelState, cell: int) -> None:
    """The error names the neurons that there are."""
    with pytest.raises(ParameterError, match="0 to 59"):
        state.select_cell(cell)


def test_stepping_follows_the_order(state: PanelState) -> None:
    """Next and previous go along what is shown, and stop at the ends."""
    state.set_order("peak")
    steps = []
    for by in (1, 1, -1, -1, -1):
        state.step_cell(by)
        steps.append(state.snapshot.pictures.cell)

    assert steps == [59, 58, 59, 59, 59]


def test_number_of_neurons_shown(state: PanelState) -> None:
    """More neurons at once never leave an empty end."""
    state.set_first_cell(50)
    state.show_cells(40)

    assert (state.snapshot.window.first_cell, state.snapshot.window.n_cells) == (20, 40)
    state.scroll_cells(-500)
    assert state.snapshot.window.first_cell == 0
    state.scroll_cells(500)
    assert state.snapshot.window.first_cell == 20


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        pytest.param([("zoom", 0.5)], (250, 750), id="zoom-in"),
        pytest.param([("zoom", 0.5), ("pan", 0.2)], (350, 850), id="pan"),
        pytest.param([("zoom", 0.5), ("pan", 9.0)], (500, 1000), id="to-the-end"),
        pytest.param([("zoom", 0.5), ("pan", -9.0)], (0, 500), id="to-the-start"),
        pytest.param([("zoom", 1e-6)], (495, 505), id="ten-frames-at-least"),
        pytest.param([("zoom", 0.1), ("zoom", 1e6)], (0, 1000), id="all-at-most"),
    ],
)
def test_window_stays_in_the_recording(
    state: PanelState, moves: list[tuple[str, float]], expected: tuple[int, int]
) -> None:
    """Every way of moving ends inside the recording."""
    for verb, amount in moves:
        getattr(state, verb)(amount)

    assert (state.snapshot.window.start, state.snapshot.window.stop) == expected


def test_path_is_a_plane_or_two_rows(state: PanelState) -> None:
    """Any feature of two components, or any two rows, make a path; what is missing does not."""
    state.set_path("position")
    state.set_path("speed", "position[1]")
    assert (state.snapshot.pictures.path_x, state.snapshot.pictures.path_y) == (
        "speed",
        "position[1]",
    )

    for rows in (("speed",), ("speed", "nothing")):
        with pytest.raises(ParameterError, match="no feature"):
            state.set_path(*rows)


def test_colour_by_activity_selects_a_neuron(state: PanelState) -> None:
    """Colouring by a neuron needs one: the first of the order if none is selected."""
    state.set_order("peak")
    state.set_colour_by("cell")

    assert state.snapshot.pictures.cell == 59


def test_table_sorts_by_any_column_both_ways(state: PanelState) -> None:
    """The first click gives the best first, the second turns the table around, from page one."""
    state.turn_page(1)
    state.sort_quality("snr")
    first = state.snapshot.pictures
    state.sort_quality("snr")
    second = state.snapshot.pictures

    assert (first.sort_column, first.sort_descending, first.page) == ("snr", True, 0)
    assert second.sort_descending is False


def test_pages_end_with_the_neurons(state: PanelState) -> None:
    """There is no page beyond the last neuron, and none before the first."""
    for by, expected in ((1, 1), (5, (N_CELLS - 1) // ROWS_PER_PAGE), (-9, 0)):
        state.turn_page(by)
        assert state.snapshot.pictures.page == expected


def test_another_recording_begins_anew(state: PanelState, tmp_path: Path) -> None:
    """Order, selection and numbers belong to one recording; the picture on screen stays."""
    state.set_dark(True)
    state.show_picture("quality")
    state.set_order("peak")
    state.select_cell(59)

    state.choose_file(str(write_recording(tmp_path, "other.npz")))
    state.open()

    begun = state.snapshot.pictures
    assert begun == PictureView(
        shown="quality",
        dark=True,
        order_revision=begun.order_revision,
        quality_revision=begun.quality_revision,
    )
    assert state.quality is None


def test_measuring_shows_its_share_and_can_be_cancelled(state: PanelState) -> None:
    """While neurons are measured the old order stands; cancelled, the order is the file's."""
    held = HeldRunner()
    state._aside = held
    state.set_order("snr")
    waiting = state.snapshot.pictures

    state._tell_share(Progress(done=33, total=60))
    share = state.snapshot.pictures.measuring
    state.cancel_measuring()
    held.finish()

    assert (waiting.measuring, share) == (0.0, 0.55)
    assert not state.is_sorted or state.snapshot.pictures.order == "cell"
    assert state.snapshot.pictures.measuring is None
    state.measure_neurons()
    held.finish()
    assert state.is_measured


def test_measuring_that_fails_is_shown(state: PanelState, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error stands in the step; the neurons stand in the file's order."""
    monkeypatch.setattr("driada_widgets.core.signals.quality._for_blocks", None)

    state.set_order("snr")

    assert state.snapshot.error is not None
    assert state.snapshot.error.what == "Measure the neurons"
    assert state.snapshot.pictures.order == "cell"


def test_looking_is_no_edit(state: PanelState) -> None:
    """Nothing that is only looked at can be undone, or changes what is built."""
    before = state.snapshot.request
    state.set_order("snr")
    state.select_cell(3)
    state.set_colour_by("cell")
    state.zoom(0.5)

    assert state.snapshot.request == before
    assert state.snapshot.undo == "" or "fps" in state.snapshot.undo
