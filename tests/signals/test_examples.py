"""Every example in the docstrings of the room runs as shown."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

from driada_widgets.core import signals

MODULES = [f"{signals.__name__}.{module.name}" for module in pkgutil.iter_modules(signals.__path__)]
WITH_EXAMPLES = {"detect", "entropy", "evidence", "filters", "multi", "scaling", "series"}


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name: str) -> None:
    """What a docstring shows is what a person gets, and the public modules show something."""
    failed, attempted = doctest.testmod(importlib.import_module(name))

    assert failed == 0
    assert attempted > 0 or name.rpartition(".")[2] not in WITH_EXAMPLES
