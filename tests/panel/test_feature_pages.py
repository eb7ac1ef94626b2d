"""Many features in step Check: rows come in pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tests.panels import opened_panel
from tests.widgets import choose, click, find, find_all, text_of


def checked(root: Path, **changes: Any) -> Any:
    """Open a recording and check it."""
    panel = opened_panel(root, **changes)
    panel.state.check()
    return panel


def test_many_features_come_in_pages(tmp_path: Path) -> None:
    """Only the rows of the page that is shown are made; each can be reached and changed."""
    many = {f"f{i:03d}": np.sin(np.arange(1000) / (i + 3)) for i in range(60)}
    others = dict.fromkeys(("speed", "hd", "trial_type", "position"))
    panel = checked(tmp_path, **many, **others)
    rows = find_all(panel, "dw-feature-row")
    at = text_of(find(panel, "dw-features-at"))

    click(find(panel, "dw-features-on"))
    click(find(panel, "dw-features-on"))
    choose(find(find(panel, "dw-feature-f059"), "dw-feature-type"), "discrete")

    assert len(rows) == 25
    assert at == "Features 1 to 25 of 60"
    assert text_of(find(panel, "dw-features-at")) == "Features 51 to 60 of 60"
    assert panel.state.snapshot.request.features["f059"].type == "discrete"
    assert find(panel, "dw-features-on").disabled
    assert find_all(panel, "dw-feature-f000") == []


def test_few_features_need_no_pages(tmp_path: Path) -> None:
    """The buttons of the pages are not shown where one page holds all."""
    panel = checked(tmp_path)

    pages = find(panel, "dw-features").children[1]
    assert pages.layout.display == "none"
