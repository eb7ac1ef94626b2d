"""How many messages a gesture costs: what is sent is what changed, and nothing twice."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.build import look
from driada_widgets.core.request.model import LoadRequest
from driada_widgets.core.signals import detect
from driada_widgets.panel.columns import min_max_columns
from driada_widgets.panel.jobs import InlineRunner, Runner, Worker
from driada_widgets.panel.sections import pictures
from driada_widgets.panel.view import LoaderPanel
from tests.panels import write_recording
from tests.samples import make_aligned
from tests.widgets import RecordingComm, choose, find, gesture

PAN = {"event": "window", "id": 1, "start": 100, "stop": 500, "columns": 200, "view": [200, 400]}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Give the updates of all widgets in the order in which they are sent."""
    updates: list[dict[str, Any]] = []
    publish = RecordingComm.publish_msg

    def listen(self: RecordingComm, msg_type: str, data: Any = None, *_: Any, **keys: Any) -> None:
        publish(self, msg_type, data, **keys)
        if data and data.get("method") == "update":
            updates.append({"comm": self.comm_id, "n_buffers": len(keys["buffers"]), **data})

    monkeypatch.setattr(RecordingComm, "publish_msg", listen)
    return updates


def checked(path: Path, runner: Runner, *, is_checked: bool = True) -> LoaderPanel:
    """Give a panel whose traces are on screen, or wait for a check."""
    request = LoadRequest(root=path.parent / "out")
    panel = LoaderPanel(request, roots=[path.parent], runner=runner)
    panel.state.choose_kind("file")
    panel.state.choose_file(str(path))
    panel.state.open()
    panel.state.set_static("fps", "20")
    if is_checked:
        panel.state.check()
    return panel


@pytest.fixture
def panel(tmp_path: Path) -> LoaderPanel:
    """Give a panel that does its work at once."""
    return checked(write_recording(tmp_path), InlineRunner())


def test_pan_is_one_message(panel: LoaderPanel, sent: list[dict[str, Any]]) -> None:
    """One pan sends one message, with one buffer; no other widget hears of it."""
    view = find(panel, "dw-traces")
    gesture(view, PAN)
    sent.clear()

    gesture(view, {**PAN, "id": 2, "start": 300, "stop": 700, "view": [400, 600]})

    (update,) = sent
    assert (update["comm"], update["n_buffers"]) == (view.comm.comm_id, 1)
    assert set(update["state"]) >= {"rev", "answered", "window"}
    window = panel.state.snapshot.window
    assert (window.start, window.stop) == (400, 600)


def test_picture_leaves_before_the_panel_follows(
    panel: LoaderPanel, sent: list[dict[str, Any]]
) -> None:
    """When the rest of the panel learns of the window, its picture was sent already."""
    n_sent: list[int] = []
    panel.state.subscribe(lambda _: n_sent.append(len(sent)))

    gesture(find(panel, "dw-traces"), PAN)

    assert n_sent[0] == 1


def test_first_traces_come_before_the_rows_of_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first check sends the picture before it makes the many widgets of its tables."""
    panel = checked(write_recording(tmp_path), InlineRunner(), is_checked=False)
    panel.state.go("check")
    view, order = find(panel, "dw-traces"), []
    publish = RecordingComm.publish_msg

    def listen(self: RecordingComm, msg_type: str, data: Any = None, *_: Any, **keys: Any) -> None:
        publish(self, msg_type, data, **keys)
        if msg_type == "comm_open":
            order.append("widget")
        elif self is view.comm and keys["buffers"]:
            order.append("picture")

    monkeypatch.setattr(RecordingComm, "publish_msg", listen)
    panel.state.check()

    assert order.count("picture") == 1
    assert order.index("picture") == 0
    assert order.count("widget") > 100


def test_override_sends_what_changed(panel: LoaderPanel, sent: list[dict[str, Any]]) -> None:
    """Another type sends the picture once, without columns, and each text that differs, once."""
    type_of = find(panel, "dw-feature-speed").children[5]
    choose(type_of, "count")
    sent.clear()

    choose(type_of, "timeline")

    values = [(update["comm"], name) for update in sent for name in update["state"]]
    assert len(values) == len(set(values))
    assert sum(update["n_buffers"] for update in sent) == 0
    assert [u["comm"] for u in sent].count(find(panel, "dw-traces").comm.comm_id) == 1
    assert len(sent) <= 6, [update["state"].keys() for update in sent]
    assert "timeline" in find(panel, "dw-plan").value


def test_override_reduces_no_trace_again(
    panel: LoaderPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Columns are made for a pan and for other neurons, not for an edit of a type."""
    reduced: list[int] = []

    def count(rows: Any, *window: Any, **cells: Any) -> Any:
        reduced.append(len(rows))
        return min_max_columns(rows, *window, **cells)

    monkeypatch.setattr(pictures, "min_max_columns", count)
    view = find(panel, "dw-traces")
    gesture(view, PAN)
    after_pan = len(reduced)
    block, rev = view.block, view.rev

    choose(find(panel, "dw-feature-speed").children[5], "count")

    assert after_pan > 1
    assert len(reduced) == after_pan
    assert (view.block, view.rev) == (block, rev + 1)
    panel.state.show_cells(2)
    assert len(reduced) == after_pan + 1


def test_other_file_is_drawn_anew(panel: LoaderPanel, tmp_path: Path) -> None:
    """Nothing of the file before is left in the picture of one of the same size."""
    before = find(panel, "dw-traces").block
    other = write_recording(tmp_path, "other.npz", calcium=2 * make_aligned()["calcium"])

    panel.state.choose_file(str(other))
    panel.state.open()
    panel.state.set_static("fps", "20")
    panel.state.check()

    halved = np.frombuffer(find(panel, "dw-traces").block, "<f4") / 2
    assert (halved[:100] == np.frombuffer(before, "<f4")[:100]).all()
    assert not (2 * halved[:100] == np.frombuffer(before, "<f4")[:100]).all()


def test_override_uses_the_types_that_were_detected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each series is looked at once, by the first check; an override looks at none again."""
    looked_at: list[str] = []

    def detect_type(values: Any, name: str) -> Any:
        looked_at.append(name)
        return detect.detect_type(values, name)

    monkeypatch.setattr(look, "detect_type", detect_type)
    panel = checked(write_recording(tmp_path), InlineRunner())
    before = sorted(looked_at)

    choose(find(panel, "dw-feature-speed").children[5], "count")

    assert "speed" in before
    assert len(before) == len(set(before))
    assert sorted(looked_at) == before


def test_short_check_is_shown_together_with_its_edit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside a loop too, an edit whose check ends soon is one telling, with nothing at work."""
    monkeypatch.setattr("driada_widgets.panel.state.QUIET_SEC", 60.0)

    async def handler() -> None:
        panel = checked(write_recording(tmp_path), Worker())
        while not panel.state.snapshot.is_checked:
            await asyncio.sleep(0.005)
        told: list[tuple[bool, bool]] = []
        panel.state.subscribe(lambda each: told.append((each.is_checked, each.is_busy)))

        panel.state.set_feature_type("speed", "count")

        assert told == [(True, False)]

    asyncio.run(asyncio.wait_for(handler(), timeout=60))
