"""The HTML report: everything is in it, every text is escaped, and nothing is fetched."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.errors import LoadCancelledError
from driada_widgets.core.pipeline import LoadResult, run
from driada_widgets.core.report import Progress
from driada_widgets.core.request.model import FeatureChoice, LoadRequest, SourceSpec
from driada_widgets.plots import plot_traces
from driada_widgets.report_page import Report, make_report
from tests.samples import make_aligned
from tests.saved import DRIADA_PICKLE

HOSTILE = '<img src=x onerror="alert(1)">'
RIGHT_TO_LEFT = "\u05e9\u05dc\u05d5\u05dd\u202e"


class Page(HTMLParser):
    """What a browser would see of a page: elements with attributes, and text."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self.text += data


def built(folder: Path, **changes: Any) -> tuple[LoadRequest, LoadResult]:
    """Build a small recording with an override and bad frames."""
    np.savez(folder / "rec.npz", **make_aligned(), **changes)
    request = LoadRequest(
        source=SourceSpec(path=folder / "rec.npz"),
        exp_params={"name": "m", "note": HOSTILE},
        static_features={"fps": 20.0},
        features={"trial_type": FeatureChoice(type="categorical")},
        bad_frames=((120, 181),),
    )
    return request, run(request)


def page_of(request: LoadRequest, result: LoadResult, **more: Any) -> str:
    """Write the report of a request."""
    return make_report(Report(result=result, request=request, **more))


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> tuple[LoadResult, Page]:
    """Give one report with odd names in it."""
    speed = make_aligned()["speed"]
    request, result = built(
        tmp_path_factory.mktemp("lab"), **{HOSTILE: speed, RIGHT_TO_LEFT: speed, "w" * 200: speed}
    )
    return result, Page(page_of(request, result, replayed="Replay verified: all is well."))


def test_everything_is_in_it(seen: tuple[LoadResult, Page]) -> None:
    """Summary, hash, types with reasons, notes, ledger, the request in three forms, versions."""
    result, page = seen

    for text in (
        *("5 of 5", "939 of 1,000", "47.0 s (0.8 min) at 20 Hz", "120-180"),
        *(result.experiment.content_hash, "rec.npz", "Replay verified: all is well."),
        *("circular, period 6.283", "categorical (set by you)", "binary"),
        *("neural data", "driada_widgets: 1", "result = run(request)", "driada-widgets run"),
        *(np.__version__, "Python"),
    ):
        assert text in page.text, text
    assert all(report.why in page.text for report in result.features)
    assert all(note.text.split("\n")[0] in page.text for note in result.notes)


def test_figures_are_inside(seen: tuple[LoadResult, Page]) -> None:
    """Four PNGs as data, each with words for those who do not see it."""
    images = [attributes for tag, attributes in seen[1].elements if tag == "img"]

    assert len(images) == 4
    for image in images:
        source = image["src"] or ""
        assert source.startswith("data:image/png;base64,")
        assert base64.b64decode(source.partition(",")[2]).startswith(b"\x89PNG")
        assert image["alt"]


def test_nothing_is_fetched_and_nothing_runs(seen: tuple[LoadResult, Page]) -> None:
    """No script, no link, no address; a policy forbids them should one slip in."""
    tags = {tag for tag, _ in seen[1].elements}
    attributes = [
        (name, value or "") for _, found in seen[1].elements for name, value in found.items()
    ]

    assert not tags & {"script", "link", "iframe", "object", "embed", "form", "a", "base"}
    assert not any(name.startswith("on") for name, _ in attributes)
    assert {value[:10] for name, value in attributes if name in {"src", "href"}} == {"data:image"}
    policy = next(v for n, v in attributes if n == "content" and "default-src" in v)
    assert "default-src 'none'" in policy


def test_names_are_shown_as_text(seen: tuple[LoadResult, Page]) -> None:
    """Markup in a name is text; what turns the direction of writing is shown by its code."""
    text = seen[1].text

    assert HOSTILE in text
    assert "\u202e" not in text
    assert "\\u202e" in text
    assert "w" * 200 in text


def test_experiment_that_was_opened_has_a_report() -> None:
    """Without a plan, its features are described as they were saved."""
    request = LoadRequest(source=SourceSpec(kind="saved", path=DRIADA_PICKLE))

    seen = Page(page_of(request, run(request)))

    assert "as it was saved" in seen.text
    assert "unverified" in seen.text


def test_long_recordings_are_drawn_thinned(tmp_path: Path) -> None:
    """A report of many frames stays small, and takes seconds."""
    rng = np.random.default_rng(0)
    n = 60_000
    np.savez(
        tmp_path / "long.npz",
        calcium=rng.random((30, n), dtype=np.float32),
        position=rng.random((2, n)),
        speed=rng.random(n),
    )
    request = LoadRequest(source=SourceSpec(path=tmp_path / "long.npz"), exp_params={"name": "l"})

    markup = page_of(request, run(request))

    assert len(markup) < 3_000_000
    assert re.search("The first 12 of 30 neurons", markup)


@pytest.mark.parametrize(
    ("changes", "neural", "unit"),
    [
        ({}, None, "a.u. (unit unknown)"),
        ({"_metadata": np.array('{"units": "$counts$"}')}, None, "$counts$"),
        ({"dff": make_aligned()["calcium"]}, "dff", "ΔF/F"),
    ],
    ids=["unknown", "metadata", "name"],
)
def test_figures_have_the_unit_that_the_file_tells(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, Any],
    neural: str | None,
    unit: str,
) -> None:
    """The metadata, or the name of the neural data, tell the unit of the traces."""
    drawn = []

    def record(rows: Any, **options: Any) -> Any:
        drawn.append(options["unit"])
        return plot_traces(rows, **options)

    monkeypatch.setattr("driada_widgets.plots.plot_traces", record)
    np.savez(tmp_path / "rec.npz", **make_aligned(), **changes)
    source = SourceSpec(path=tmp_path / "rec.npz", neural=neural)
    request = LoadRequest(source=source, exp_params={"name": "m"})

    page_of(request, run(request))

    assert drawn == [unit]


def test_report_can_be_cancelled(tmp_path: Path) -> None:
    """Between two figures it asks whether to stop."""
    request, result = built(tmp_path)
    progress = Progress(listener=lambda now: now.cancel() if now.done == 1 else None)

    with pytest.raises(LoadCancelledError):
        make_report(Report(result=result, request=request), progress)
