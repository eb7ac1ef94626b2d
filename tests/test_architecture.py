"""The house rules that a machine can check."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "driada_widgets"
SOURCES = sorted(
    path
    for folder in ("driada_widgets", "tests", "benchmarks", "tools")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".py", ".js", ".css", ".sh"} and "__pycache__" not in path.parts
)
CONTRACT_NAMES = [
    "Experiment",
    "MultiTimeSeries",
    "Neuron",
    "TimeSeries",
    "TimeSeriesType",
    "construct_session_name",
    "load_demo_experiment",
    "load_exp_from_aligned_data",
    "load_exp_from_pickle",
    "load_experiment",
    "save_exp_to_pickle",
]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_file_is_at_most_400_lines(path: Path) -> None:
    """A file that does not fit into 400 lines does more than one thing."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_every_test_says_what_must_hold() -> None:
    """A test without a sentence is not a specification."""
    silent = [
        f"{path.relative_to(ROOT)}::{node.name}"
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]

    assert silent == []


def test_import_loads_nothing_heavy() -> None:
    """``import driada_widgets`` brings numpy and nothing heavier."""
    code = (
        "import sys, driada_widgets; "
        "heavy = {'scipy', 'pandas', 'matplotlib', 'ipywidgets', 'h5py', 'yaml', 'pywt'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )

    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout

    assert printed.strip() == "[]"


def test_public_names_are_importable_and_documented() -> None:
    """Every public name exists, and says what it is."""
    import driada_widgets

    names = driada_widgets.__all__
    silent = [name for name in names if not getattr(driada_widgets, name).__doc__]

    assert set(CONTRACT_NAMES) <= set(names)
    assert silent == []


def test_tree_names_no_place_of_a_machine() -> None:
    """Nothing in the tree names a folder of a machine or a package host."""
    hosts = "|".join(
        ("py" + r"pi\.org", "python" + "hosted", "registry\\.npm" + "js", "deb\\.deb" + "ian")
    )
    pattern = re.compile(rf"{hosts}|/ro{''}ot/|/home/[a-z]+/")
    listed = subprocess.run(
        ["git", "ls-files"], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.splitlines()
    texts = {".py", ".md", ".toml", ".js", ".sh", ".txt", ".yaml", ".ipynb", ".json", ""}
    found = [
        name
        for name in listed
        if Path(name).suffix in texts
        and (ROOT / name).is_file()
        and pattern.search((ROOT / name).read_text(encoding="utf-8", errors="ignore"))
    ]

    assert found == []


def test_package_needs_no_extra() -> None:
    """Everything but the panel imports while the optional packages are missing."""
    code = (
        "import sys\n"
        "for name in ('ipywidgets', 'anywidget', 'voila', 'matplotlib', 'h5py', 'pandas'):\n"
        "    sys.modules[name] = None\n"
        "from driada_widgets import load_demo_experiment\n"
        "print(load_demo_experiment().n_cells)\n"
    )

    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout

    assert printed.strip() == "50"
