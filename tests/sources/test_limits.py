"""How much may be inflated: 4 GiB, or a quarter of what is free."""

from __future__ import annotations

import pytest

from driada_widgets.core import machine
from driada_widgets.core.sources import limits


@pytest.mark.parametrize(
    ("free", "limit"),
    [(8 * 10**9, 2 * 10**9), (80 * 10**9, 4 * 2**30), (None, 4 * 2**30)],
    ids=["a quarter of 8 GB", "4 GiB on a large machine", "4 GiB where nothing is known"],
)
def test_limit(free: int | None, limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A quarter of the free memory counts, and never more than 4 GiB."""
    monkeypatch.setattr(machine, "free_memory", lambda: free)

    assert limits.inflate_limit() == limit
