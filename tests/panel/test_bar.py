"""The bottom bar: one filled button that says what comes next, and the log's last line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from driada_widgets.panel.jobs import Runner
from driada_widgets.panel.view import LoaderPanel
from tests.panels import make_panel, write_recording
from tests.widgets import choose, click, find, find_all, text_of, type_into


class WaitingRunner(Runner):
    """Begins calls and lets the test say when they are done."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[Any] = []

    def _launch(self, job: Any, delay_sec: float) -> None:
        del delay_sec
        self.waiting.append(job)

    def finish(self) -> None:
        """Do what waits."""
        while self.waiting:
            job = self.waiting.pop(0)
            job.run()
            job.deliver()


@pytest.fixture
def panel(tmp_path: Path) -> Any:
    """Give a panel with a recording chosen."""
    made = make_panel(tmp_path)
    choose(find(made, "dw-source-kind"), "File on this computer or server")
    type_into(find(made, "dw-source-path"), str(write_recording(tmp_path)))
    return made


def primary(panel: Any) -> Any:
    """Give the filled button of the bar."""
    (button,) = find(panel, "dw-primary").children
    assert button.button_style == "primary"
    return button


def filled(panel: Any) -> list[str]:
    """List the filled buttons that can be pressed."""
    every = find_all(panel, "dw-source-open") + list(find(panel, "dw-primary").children)
    return [b.description for b in every if b.button_style == "primary" and not b.disabled]


def offers(panel: Any) -> tuple[str, str]:
    """Give what the bar offers, and why it cannot be pressed."""
    button = primary(panel)
    said = text_of(find(panel, "dw-why"))
    assert button.disabled == bool(said) or "see “Save”" in said
    return button.description, said


def test_each_step_offers_the_one_thing_to_do(panel: Any) -> None:
    """From *Open* to *Save experiment* there is one filled button, and pressing it is the road."""
    seen = [(panel.state.snapshot.step, filled(panel), offers(panel)[1])]
    click(find(panel, "dw-source-open"))
    while panel.state.snapshot.saved == "":
        seen.append((panel.state.snapshot.step, filled(panel), offers(panel)[1]))
        click(primary(panel))

    assert seen == [
        ("source", ["Open"], "Open a source first."),
        ("map", ["Next: Check"], ""),
        ("check", ["Check data"], ""),
        ("check", ["Next: Build"], ""),
        ("build", ["Build experiment"], ""),
        ("build", ["Next: Save & share"], ""),
        ("save", ["Save experiment"], ""),
    ]
    panel.state.go("source")
    assert filled(panel) == ["Next: Map"]


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("map", ("Next: Check", "Open a source first (step 1).")),
        ("check", ("Check data", "Open a source first (step 1).")),
        ("build", ("Build experiment", "Open a source first (step 1).")),
        ("save", ("Save experiment", "Build the experiment first (step 4).")),
    ],
    ids=["map", "check", "build", "save"],
)
def test_what_cannot_be_pressed_says_why(tmp_path: Path, step: Any, expected: Any) -> None:
    """The reason stands beside the button, in every step."""
    panel = make_panel(tmp_path)

    panel.state.go(step)

    assert offers(panel) == expected


def test_what_is_built_no_longer_is_built_again(panel: Any) -> None:
    """An edit brings the step's own button back; the same can be built again beside its summary."""
    state = panel.state
    click(find(panel, "dw-source-open"))
    state.check()
    state.go("build")
    click(primary(panel))
    first = state.result
    click(find(panel, "dw-build-again"))
    again, current = state.result, offers(panel)

    state.mark_bad(10, 20)

    assert again is not first
    assert current == ("Next: Save & share", "")
    assert offers(panel) == ("Build experiment", "")
    assert find(panel, "dw-build-again").layout.display == "none"


def test_checking_again_does_not_take_next_away(tmp_path: Path) -> None:
    """The first check blocks its button and says so; the one after an edit changes nothing."""
    runner = WaitingRunner()
    panel = LoaderPanel(roots=[tmp_path], runner=runner)
    panel.state.choose_kind("file")
    panel.state.choose_file(str(write_recording(tmp_path)))
    panel.state.open()
    panel.state.go("check")
    click(primary(panel))
    first = offers(panel)
    runner.finish()
    panel.state.set_feature_type("speed", "count")
    second = (panel.state.snapshot.is_busy, offers(panel))
    panel.state.cancel()
    runner.finish()

    assert first == ("Check data", "Checking…")
    assert second == (True, ("Next: Build", ""))
    assert offers(panel) == ("Check data", "")


def test_bar_says_that_a_file_is_there(panel: Any, tmp_path: Path) -> None:
    """The question stands beside the path; the button that answers it may be far below."""
    state = panel.state
    click(find(panel, "dw-source-open"))
    state.check()
    state.build()
    state.go("save")
    (tmp_path / "notes.npz").write_bytes(b"my notes")
    type_into(find(panel, "dw-save-path"), str(tmp_path / "notes.npz"))

    click(primary(panel))

    assert offers(panel) == ("Replace the file", "There is a file already: see “Save”.")


def test_last_line_of_the_log_is_first(panel: Any) -> None:
    """Closed, the drawer shows its first line alone: so that must be the latest."""
    click(find(panel, "dw-source-open"))
    panel.state.check()

    lines = find(panel, "dw-log").value.removeprefix("<pre>").splitlines()

    assert "checked: " in "".join(lines[:2])
    assert "read the headers of mouse.npz" in lines[-1]


def test_drawer_is_opened_by_a_press_or_an_error(panel: Any, tmp_path: Path) -> None:
    """What an error opened closes with it; what a person opened stays."""
    bar, toggle = find(panel, "dw-bar"), find(panel, "dw-log-toggle")

    def is_open() -> bool:
        return "dw-log-open" in bar._dom_classes

    (tmp_path / "broken.npz").write_bytes(b"no zip")
    seen = [is_open()]
    type_into(find(panel, "dw-source-path"), str(tmp_path / "broken.npz"))
    seen.append(is_open())
    panel.state.dismiss_error()
    seen.append(is_open())
    click(toggle)
    seen.append(is_open())
    panel.state.show_error("source", "Open the source", ValueError("no"))
    panel.state.dismiss_error()
    seen.append(is_open())
    click(toggle)
    seen.append(is_open())

    assert seen == [False, True, False, True, True, False]
    assert toggle.description == "Log ▸"


def test_names_in_the_log_are_text(tmp_path: Path) -> None:
    """A line is markup only where we wrote it."""
    panel = make_panel(tmp_path)

    panel.state.show_error("source", "Open <b>", ValueError("<img src=x>"))

    assert "<img" not in find(panel, "dw-log").value
    assert "<b>" not in find(panel, "dw-log").value
