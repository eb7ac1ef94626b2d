"""Every test of the panel runs without a kernel, and fails on an error that a widget swallowed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import comm
import pytest

from tests.widgets import KeptRecords, RecordingComm

LOGGERS = ("traitlets", "driada_widgets.panel")


@pytest.fixture(autouse=True)
def recording_comm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Record what widgets send."""
    monkeypatch.setattr(comm, "create_comm", RecordingComm)


@pytest.fixture(autouse=True)
def own_state(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Let no test find the plans of another."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("DRIADA_WIDGETS_STATE", str(folder))
    return folder


@pytest.fixture(autouse=True)
def swallowed() -> Iterator[list[str]]:
    """Fail on a swallowed error; a test that provokes one takes it from this list."""
    records = KeptRecords()
    for name in LOGGERS:
        logging.getLogger(name).addHandler(records)
    yield records.texts
    for name in LOGGERS:
        logging.getLogger(name).removeHandler(records)
    assert records.texts == []
