"""The table of quality: rows, sorting, pages, selection, and the file that is taken along."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.signals.quality import measure_quality
from driada_widgets.panel.download import DownloadButton, file_name
from driada_widgets.panel.quality_rows import flags_of, sorted_cells, table_rows, to_csv
from driada_widgets.panel.table import Column, DataTable, Row
from tests.panels import make_panel, write_recording
from tests.widgets import click, find, gesture, sent_updates, text_of, unexpected

N_CELLS = 60


@pytest.fixture
def calcium(rng: np.random.Generator) -> Any:
    """Give sixty neurons: one dead, one saturated, one with gaps, and peaks that rise."""
    rows = 0.1 * rng.random((N_CELLS, 1000))
    rows[np.arange(N_CELLS), 10 + 15 * np.arange(N_CELLS)] = 1.0 + np.arange(N_CELLS)
    rows[3] = 2.5
    rows[4, 100:110] = 900.0
    return rows


@pytest.fixture
def panel(tmp_path: Path, calcium: Any) -> Any:
    """Give a panel that shows the table."""
    made = make_panel(tmp_path)
    made.state.choose_kind("file")
    made.state.choose_file(str(write_recording(tmp_path, calcium=calcium)))
    made.state.open()
    made.state.set_static("fps", "20")
    made.state.check()
    click(find(made, "dw-view-quality"))
    return made


def test_another_recording_has_its_own_table(panel: Any, tmp_path: Path, calcium: Any) -> None:
    """Nothing of the recording before is left, though both were measured once."""
    before = text_of(find(panel, "dw-quality"))

    panel.state.choose_file(str(write_recording(tmp_path, "b.npz", calcium=calcium[:7])))
    panel.state.open()
    panel.state.set_static("fps", "20")
    panel.state.check()

    assert "<b>60 neurons</b>" in before
    assert "<b>7 neurons</b>" in text_of(find(panel, "dw-quality"))


def table_of(panel: Any) -> Any:
    """Find the table."""
    return next(each for each in walk(find(panel, "dw-quality")) if isinstance(each, DataTable))


def walk(widget: Any) -> list[Any]:
    """List a widget and all under it."""
    below = [each for child in getattr(widget, "children", ()) for each in walk(child)]
    return [widget, *below]


def first_ids(panel: Any, n_rows: int = 3) -> list[int]:
    """Give the neurons at the top of the page."""
    return [row["id"] for row in table_of(panel).rows[:n_rows]]


def test_a_page_of_neurons_in_the_order_of_the_file(panel: Any) -> None:
    """Twenty-five rows, the number of pages, and how many are faulty."""
    assert first_ids(panel) == [0, 1, 2]
    assert len(table_of(panel).rows) == 25
    said = text_of(find(panel, "dw-quality"))
    assert "Page 1 of 3" in said
    assert "1 dead · 1 saturated · 0 with NaN" in said


def test_heads_have_the_unit_that_the_file_tells(panel: Any, tmp_path: Path) -> None:
    """A file that says nothing has arbitrary units, and that is said."""
    told = make_panel(tmp_path)
    path = write_recording(tmp_path, "told.npz", _metadata=np.array('{"units": "dF/F"}'))
    told.state.choose_kind("file")
    told.state.choose_file(str(path))
    told.state.open()
    told.state.check()
    click(find(told, "dw-view-quality"))

    heads = [
        {column["key"]: column["title"] for column in table_of(each).columns}
        for each in (panel, told)
    ]

    assert [each["noise"] for each in heads] == ["Noise (a.u.)", "Noise (ΔF/F)"]
    assert [each["peak"] for each in heads] == ["Peak (a.u.)", "Peak (ΔF/F)"]
    assert "unit unknown" in text_of(find(panel, "dw-quality"))
    assert "traces in ΔF/F" in text_of(find(told, "dw-quality"))


def test_every_column_sorts_both_ways(panel: Any) -> None:
    """The first press brings the best to the top, the second the worst; what is none comes last."""
    table = table_of(panel)
    for key in ("snr", "noise", "peak", "peak_frame", "skewness", "active", "flags"):
        gesture(table, {"event": "sort", "key": key})
        once = first_ids(panel, 25)
        assert table.sort_key == key
        gesture(table, {"event": "sort", "key": key})
        assert first_ids(panel, 25) != once
    gesture(table, {"event": "sort", "key": "peak"})

    assert first_ids(panel) == [4, 59, 58]
    assert table.descending is True


def test_pages_are_turned(panel: Any) -> None:
    """The last page holds what is left, and buttons end with the pages."""
    click(find(panel, "dw-quality-on"))
    click(find(panel, "dw-quality-on"))

    assert first_ids(panel, 99) == list(range(50, 60))
    assert find(panel, "dw-quality-on").disabled
    assert "Page 3 of 3" in text_of(find(panel, "dw-quality"))


def test_a_press_on_a_row_selects_its_neuron(panel: Any) -> None:
    """The neuron is brought out in the traces; a second press selects none."""
    table = table_of(panel)
    gesture(table, {"event": "sort", "key": "peak"})
    gesture(table, {"event": "select", "id": 58})
    assert (panel.state.snapshot.pictures.cell, table.selected) == (58, 58)
    click(find(panel, "dw-view-traces"))
    traces = find(panel, "dw-traces")
    assert traces.labels[traces.marked] == "58"

    click(find(panel, "dw-view-quality"))
    gesture(table, {"event": "select", "id": 58})

    assert panel.state.snapshot.pictures.cell is None


def test_stale_presses_are_dropped(panel: Any) -> None:
    """A row that is not on the page, and a column that is none, do nothing."""
    table = table_of(panel)
    before = panel.state.snapshot
    gesture(table, {"event": "select", "id": 59})
    gesture(table, {"event": "sort", "key": "baseline"})

    assert panel.state.snapshot == before


def test_what_is_equal_is_not_sent(panel: Any) -> None:
    """Other changes of the panel send no rows again."""
    table = table_of(panel)
    before = len(sent_updates(table))

    panel.state.set_dark(True)
    panel.state.go("check")

    assert len(sent_updates(table)) == before


def test_marking_measures_again(panel: Any) -> None:
    """Without the frames that were held at the top, neuron 4 is not saturated."""
    panel.state.mark_bad(100, 110)

    assert "0 saturated" in text_of(find(panel, "dw-quality"))


def test_rows_are_texts_with_a_name(calcium: Any) -> None:
    """Numbers have as many digits as are meant, with a real minus; what is none is a dash."""
    calcium[5, :7] = np.nan
    quality = measure_quality(calcium)

    dead, full, gaps = table_rows(quality, [3, 4, 5], fps=20.0)

    assert dead.cells == ("3", "–", "0", "2.5", "0.0", "–", "0.0", "dead")
    assert (full.cells[3], full.cells[4], full.cells[-1]) == ("900", "5.0", "saturated")
    assert gaps.cells[-1] == "7 NaN"
    assert dead.name == "Neuron 3, SNR –, dead"
    assert table_rows(quality, [59], fps=None)[0].cells[4] == "895"


def test_flags_sort_by_their_number(calcium: Any) -> None:
    """The most faulty neurons are at the top."""
    calcium[3, :5] = np.nan
    quality = measure_quality(calcium)

    assert sorted_cells(quality, "flags", descending=True)[:2].tolist() == [3, 4]
    assert flags_of(quality, 3) == ["dead", "5 NaN"]
    assert sorted_cells(quality, "cell", descending=True)[0] == 59


def test_file_has_every_neuron_with_all_digits(calcium: Any) -> None:
    """The CSV file gives back exactly what was measured."""
    quality = measure_quality(calcium)

    rows = list(csv.DictReader(io.StringIO(to_csv(quality, 20.0).decode("utf-8"))))

    assert [int(row["neuron"]) for row in rows] == list(range(N_CELLS))
    for name in ("noise", "peak", "snr", "skewness", "baseline"):
        values = [float(row[name]) for row in rows]
        np.testing.assert_array_equal(values, getattr(quality, name))
    assert float(rows[7]["peak_sec"]) == quality.peak_frame[7] / 20.0
    assert (rows[3]["dead"], rows[4]["saturated"]) == ("1", "1")


def test_download_sends_the_file_when_it_is_pressed(panel: Any) -> None:
    """One message with the name and the bytes; nothing is made before."""
    button = find(panel, "dw-quality-csv")
    before = len(button.comm.sent)

    gesture(button, {"event": "wanted"})

    (message,) = button.comm.sent[before:]
    content = message["data"]["content"]
    assert content["event"] == "file"
    assert content["name"].endswith("neurons.csv")
    assert bytes(message["buffers"][0]).count(b"\n") == N_CELLS + 1


def test_download_that_fails_is_shown() -> None:
    """What making the file raises reaches whoever shows errors; a disabled button gives nothing."""
    errors: list[Exception] = []
    button = DownloadButton("Take", "dw-take", lambda: 1 / 0, on_error=errors.append)  # type: ignore[arg-type,return-value]  # raises before it returns

    gesture(button, {"event": "wanted"})
    button.disabled = True
    gesture(button, {"event": "wanted"})

    assert [type(error) for error in errors] == [ZeroDivisionError]


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("mouse_7", "mouse_7.csv"),
        ("../../etc/passwd", "etc passwd.csv"),
        ("a\u202eb\n", "a u202eb x0a.csv"),
        ("мышь 3", "мышь 3.csv"),
        ("", "recording.csv"),
        ("x" * 300, f"{'x' * 80}.csv"),
    ],
    ids=ascii,
)
def test_file_names_are_harmless(stem: str, expected: str) -> None:
    """A session's name becomes a file name that leads nowhere else."""
    assert file_name(stem, ".csv") == expected


def test_table_holds_text_only() -> None:
    """Texts of cells lose what is invisible; the page puts them in as text."""
    table = DataTable(
        [Column(key="a", title="A")],
        label="Table",
        on_sort=unexpected,  # type: ignore[arg-type]  # is not called
        on_select=unexpected,  # type: ignore[arg-type]  # is not called
        on_error=unexpected,
    )

    table.show(
        [Row(id=1, cells=("<b>\u202ex",), name="one")],
        sort_key="a",
        descending=False,
        selected=None,
    )

    assert table.rows[0]["cells"] == ["<b>\\u202ex"]
    assert "innerHTML" not in str(table._esm)
