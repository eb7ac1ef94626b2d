"""The log of a panel: lines of its own, bounded, for its administrator too, never another's."""

from __future__ import annotations

import ast
import gc
import logging
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

import driada_widgets.core
from driada_widgets.panel.panel_log import MAX_LOG_LINES, PanelLog
from tests.panels import make_state, opened_state, write_recording
from tests.widgets import KeptRecords


@pytest.fixture
def kept() -> Iterator[KeptRecords]:
    """Listen as the administrator of a server does."""
    records = KeptRecords()
    records.setLevel(logging.INFO)
    logging.getLogger("driada_widgets").addHandler(records)
    yield records
    logging.getLogger("driada_widgets").removeHandler(records)


def test_panels_do_not_share_lines(tmp_path: Path) -> None:
    """What one panel logs is not shown by another, and each line begins with its time."""
    one, other = make_state(tmp_path), make_state(tmp_path)

    one.show_error("source", "Open the source", ValueError("no such disk"))

    (line,) = one.snapshot.log
    clock, _, said = line.partition(" ")
    assert said == "Open the source: no such disk"
    assert [len(part) for part in clock.split(":")] == [2, 2, 2]
    assert other.snapshot.log == ()


def test_an_administrator_gets_the_same_lines(tmp_path: Path, kept: KeptRecords) -> None:
    """A handler on ``driada_widgets`` gets what the panel shows, in its order."""
    state = opened_state(write_recording(tmp_path))

    shown = [line.partition(" ")[2] for line in state.snapshot.log]
    assert len(shown) > 1
    assert kept.texts == shown


def test_the_log_is_bounded() -> None:
    """The oldest lines are dropped."""
    log = PanelLog()

    for number in range(MAX_LOG_LINES + 5):
        lines = log.add(f"line {number}")

    assert len(lines) == MAX_LOG_LINES
    assert lines[0].endswith(" line 5")
    assert lines == log.lines


def test_a_record_is_one_line_of_text(kept: KeptRecords) -> None:
    """The name of a file can neither begin a line of a server's log nor fill in a pattern."""
    (line,) = PanelLog().add("opened 100 %s\n12:00:00 forged \u202e")

    assert line.endswith("opened 100 %s\\x0a12:00:00 forged \\u202e")
    assert kept.texts == ["opened 100 %s\\x0a12:00:00 forged \\u202e"]


def test_a_worker_logs_and_the_panel_shows_it_with_its_next_change(tmp_path: Path) -> None:
    """Nobody is told from the worker's thread: the line waits for the panel's own."""
    state = make_state(tmp_path)
    told: list[int] = []
    state.subscribe(lambda _: told.append(threading.get_ident()))
    worker = threading.Thread(target=lambda: state.log.logger.warning("a slow disk"))

    worker.start()
    worker.join()
    before = (state.snapshot.log, list(told))
    state.go("map")

    assert before == ((), [])
    assert told == [threading.get_ident()]
    assert state.snapshot.log[-1].endswith(" a slow disk")


def test_other_loggers_still_speak(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The panel's lines go to no stream, and no logger is registered, changed or silenced."""
    names = set(logging.Logger.manager.loggerDict)
    root_handlers = list(logging.getLogger().handlers)
    logging.getLogger().handlers.clear()  # as in a process where nobody has set up logging
    try:
        make_state(tmp_path).show_error("source", "Open the source", ValueError("no"))
        silent = capsys.readouterr().err
        logging.getLogger("driada_widgets.elsewhere").warning("heard")
        heard = capsys.readouterr().err
    finally:
        logging.getLogger().handlers.extend(root_handlers)

    assert silent == ""
    assert heard == "heard\n"
    assert {name for name in logging.Logger.manager.loggerDict if name not in names} == {
        "driada_widgets.elsewhere"
    }
    assert logging.getLogger("driada_widgets").handlers == []


def test_switched_off_logging_leaves_the_panel_its_lines() -> None:
    """``logging.disable`` is about what others print; the drawer still says what happened."""
    logging.disable(logging.CRITICAL)
    try:
        lines = PanelLog().add("checked")
    finally:
        logging.disable(logging.NOTSET)

    assert [line.partition(" ")[2] for line in lines] == ["checked"]


def test_the_log_ends_with_its_panel() -> None:
    """Nothing global holds on to a log whose panel is gone."""
    log = PanelLog()
    log.add("opened")
    gone = weakref.ref(log.logger)

    del log
    gc.collect()

    assert gone() is None


def test_the_core_logs_nothing() -> None:
    """What the core has to say is a note, an issue or an error: they know whose they are."""
    folder = Path(driada_widgets.core.__path__[0])
    logging_files = [
        path.name
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        and "logging" in [getattr(node, "module", ""), *(each.name for each in node.names)]
    ]

    assert logging_files == []
