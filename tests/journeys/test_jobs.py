"""Long calls in a real kernel: the page stays alive, and hears how they end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys.job_page import N_STEPS
from tests.journeys.servers import voila, write_notebook

CODE = "from tests.journeys.job_page import JobPage\npage = JobPage()\npage.widget()"


def go_through(page: Page) -> None:
    """Start, see it move, ping, cancel; start again to the end; fail; each is heard of."""
    seen, done = page.locator(".seen"), page.locator(".done")

    def press(name: str) -> None:
        page.get_by_role("button", name=name, exact=True).click()

    expect(seen).to_have_text("ready")
    press("Start")
    expect(done).not_to_have_text("0")
    press("Ping")
    expect(seen).to_have_text("ping 1")
    assert int(done.inner_text()) < N_STEPS  # it was heard before the call ended
    press("Cancel")
    expect(seen).to_have_text("cancelled")
    press("Start")
    expect(seen).to_have_text("result elsewhere")
    press("Fail")
    expect(seen).to_have_text("error ZeroDivisionError")


def test_long_call_in_voila(page: Page, tmp_path: Path) -> None:
    """In Voila."""
    with voila(write_notebook(tmp_path / "jobs.ipynb", CODE), tmp_path) as address:
        page.goto(address)
        go_through(page)


def test_long_call_in_lab(
    page: Page, lab: tuple[str, Path], open_in_lab: Callable[[Path], None]
) -> None:
    """In JupyterLab, which may deliver messages in a thread of their own."""
    open_in_lab(write_notebook(lab[1] / "jobs.ipynb", CODE))
    go_through(page)
