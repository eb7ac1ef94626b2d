"""What a person does beside the panel: run Python, or the plan, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.journeys.steps import shown

__all__ = ["run_plan", "run_python", "run_request"]


def run_python(*arguments: str, folder: Path) -> str:
    """Run Python in a fresh process of a folder; give what it prints."""
    command = [sys.executable, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder)
    return done.stdout


def run_plan(page: Page, folder: Path) -> dict[str, Any]:
    """Keep the plan on screen as a file, run it by the command line, and give the answer."""
    plan = shown(page, "dw-plan").inner_text()
    (folder / "request.yaml").write_text(plan, encoding="utf-8")
    return run_request(folder)


def run_request(folder: Path) -> dict[str, Any]:
    """Run the ``request.yaml`` of a folder by the command line; give the answer."""
    command = ("-m", "driada_widgets.cli", "run", "request.yaml", "--json")
    answer: dict[str, Any] = json.loads(run_python(*command, folder=folder))
    return answer
