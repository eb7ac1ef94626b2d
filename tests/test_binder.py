"""What Binder would build: the recipe is printed and read; nothing is built here."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BINDER = ROOT / "binder"


def pins() -> dict[str, str]:
    """Give the exact versions that Binder installs."""
    lines = (BINDER / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def numbers(version: str) -> tuple[int, ...]:
    """Turn ``4.6.6`` into something that can be compared."""
    return tuple(int(part) for part in re.findall(r"\d+", version))


@pytest.fixture(scope="module")
def recipe() -> str:
    """Give the Dockerfile that repo2docker would use for this tree."""
    done = subprocess.run(
        [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(ROOT)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    "line",
    [
        "conda environment for python=3.11",
        'pip install --no-cache-dir -r "binder/requirements.txt"',
        "chmod +x binder/postBuild",
        "RUN ./binder/postBuild",
    ],
)
def test_recipe_holds(recipe: str, line: str) -> None:
    """The recipe uses Python 3.11, the pinned packages and our last step."""
    assert line in recipe


def test_post_build_can_run() -> None:
    """Binder runs ``postBuild`` only if it is executable."""
    assert os.access(BINDER / "postBuild", os.X_OK)


def test_every_dependency_is_pinned_at_or_above_its_floor() -> None:
    """What Binder installs is what the project says it needs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    floors = {}
    for wanted in [*project["dependencies"], *extras["lab"], *extras["app"]]:
        found = re.match(r"([A-Za-z0-9_.-]+)>=([\d.]+)", wanted)
        assert found is not None, wanted
        floors[found[1]] = found[2]

    too_old = {
        name: floor
        for name, floor in floors.items()
        if name not in pins() or numbers(pins()[name]) < numbers(floor)
    }

    assert too_old == {}


def test_readme_links_open_notebooks_that_exist() -> None:
    """A Binder link to a notebook that was moved opens an error page."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    linked = re.findall(
        r"urlpath=(?:voila%2Frender|lab%2Ftree)%2F(notebooks%2F[\w-]+\.ipynb)", readme
    )

    missing = [name for name in linked if not (ROOT / name.replace("%2F", "/")).is_file()]

    assert len(linked) >= 3
    assert missing == []
