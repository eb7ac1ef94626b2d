"""Fixtures for all tests, and their order: fast ones first, notebooks and browsers last."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

LAST = ("test_notebooks.py", "test_binder.py", "journeys")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put notebooks, then browser journeys, after everything else."""

    def rank(item: pytest.Item) -> int:
        parts = item.path.relative_to(Path(__file__).parent).parts
        return next((1 + LAST.index(part) for part in parts if part in LAST), 0)

    items.sort(key=rank)


@pytest.fixture
def rng() -> np.random.Generator:
    """Give a seeded generator."""
    return np.random.default_rng(20261122)
