"""Fixtures for all tests, and their order: fast ones first, notebooks and browsers last."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.properties import load_profiles

load_profiles()
LAST = ("test_notebooks.py", "test_binder.py", "journeys")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put notebooks, then browser journeys, after everything else."""

    def rank(item: pytest.Item) -> int:
        parts = item.path.relative_to(Path(__file__).parent).parts
        return next((1 + LAST.index(part) for part in parts if part in LAST), 0)

    items.sort(key=rank)


@pytest.fixture(scope="session", autouse=True)
def state_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Let no panel of a test write into the folder of the person who runs the tests."""
    folder = tmp_path_factory.mktemp("state")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DRIADA_WIDGETS_STATE", str(folder))
        yield folder


@pytest.fixture
def rng() -> np.random.Generator:
    """Give a seeded generator."""
    return np.random.default_rng(20261122)
