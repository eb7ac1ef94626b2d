"""CRC-32 is that of zip, whichever library makes it."""

from __future__ import annotations

import importlib
import sys
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driada_widgets.core.container import crc
from tests.properties import examples


@examples(50)
@given(st.binary(max_size=40_000), st.integers(0, 2**32 - 1))
def test_the_number_is_that_of_zlib(data: bytes, start: int) -> None:
    """Of a whole text, and of one that goes on from another."""
    assert crc.crc32(data) == zlib.crc32(data)
    assert crc.crc32(memoryview(data), start) == zlib.crc32(data, start)


def test_the_faster_library_is_used_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests have the extra; without it Python's own is taken."""
    assert crc.crc32.__module__.startswith("isal")
    try:
        monkeypatch.setitem(sys.modules, "isal.isal_zlib", None)
        assert importlib.reload(crc).crc32 is zlib.crc32
    finally:
        monkeypatch.undo()
        importlib.reload(crc)
