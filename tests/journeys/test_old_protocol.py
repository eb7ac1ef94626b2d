"""A page that came back in the older of Jupyter's two protocols, as after a failed connection."""

from __future__ import annotations

import urllib.request

from playwright.sync_api import Page

from tests.journeys import steps

ONLY_THE_OLDER = """
const Newest = window.WebSocket;
window.WebSocket = class extends Newest { constructor(url) { super(url); } };
"""


def test_pictures_come_and_the_server_lives(page: Page, address: str) -> None:
    """Binary messages in the older protocol are drawn, and other pages are served meanwhile."""
    page.add_init_script(ONLY_THE_OLDER)
    page.goto(address)
    page.wait_for_selector(".dw-panel")
    steps.open_demo(page, "dg_2-1_D1")
    steps.check(page)
    page.wait_for_selector('.dw-traces[data-fresh="true"]')
    with urllib.request.urlopen(f"{address}voila/static/voila.js", timeout=60) as answer:
        status = answer.status

    assert status == 200
