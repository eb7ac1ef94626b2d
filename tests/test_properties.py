"""The gate tries the same examples every time; a search tries new ones, and ten times as many."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import settings

from tests.properties import examples

TESTS = Path(__file__).parent


@pytest.mark.parametrize(("profile", "n_examples"), [("gate", 60), ("search", 600)])
def test_a_search_tries_ten_times_as_many(profile: str, n_examples: int) -> None:
    """The number that a test names is scaled by the profile."""
    before = settings.get_current_profile_name()
    settings.load_profile(profile)
    try:
        found = examples(60)
    finally:
        settings.load_profile(before)

    assert found.max_examples == n_examples
    assert found.derandomize == (profile == "gate")
    assert found.deadline is None


def test_no_test_has_settings_of_its_own() -> None:
    """Numbers that no profile scales would stay as they are in a search."""
    own = [
        path.relative_to(TESTS)
        for path in TESTS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.keyword) and node.arg == "max_examples"
    ]

    assert set(own) == {Path("properties.py")}
