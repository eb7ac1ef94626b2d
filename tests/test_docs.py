"""What the documents say is true: their Python runs, their files load, their pictures exist."""

from __future__ import annotations

import contextlib
import doctest
import importlib
import io
import os
import pkgutil
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import driada_widgets
from driada_widgets import LoadRequest, SourceSpec, cli
from driada_widgets.core.request.text import from_yaml, write_request
from driada_widgets.core.sources import registry

ROOT = Path(__file__).parent.parent
RECORDING = ROOT / "driada_widgets" / "data" / "dg_mouse2-1_day1" / "dg_2-1_D1.npz"
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMMANDS = ("app", "inspect", "check", "run", "batch", "code", "convert", "formats")
MODULES = sorted(
    found.name for found in pkgutil.walk_packages(driada_widgets.__path__, "driada_widgets.")
)


def blocks(language: str) -> list[tuple[str, str]]:
    """Give every block of a language as (where, text)."""
    return [
        (f"{path.relative_to(ROOT)}#{number}", text)
        for path in DOCUMENTS
        for number, text in enumerate(
            re.findall(rf"```{language}\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)
        )
    ]


@contextlib.contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """Work in a folder that holds the recording which the documents speak of."""
    shutil.copy(RECORDING, folder)
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@pytest.mark.parametrize(("where", "text"), blocks("python"), ids=[w for w, _ in blocks("python")])
def test_python_block_runs(
    where: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever pastes a block from the documents gets a result, not an error."""
    monkeypatch.setattr(registry, "_registered", dict(registry._registered))
    with working_in(tmp_path), contextlib.redirect_stdout(io.StringIO()):
        exec(compile(text, where, "exec"), {"__name__": "pasted"})


def test_commands_of_the_documents_work(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Every command that the documents show ends well, one after the other."""
    commands = [line for _, text in blocks("console") for line in text.strip().splitlines()]
    assert {line.split()[1] for line in commands} >= set(COMMANDS) - {"app"}

    with working_in(tmp_path):
        request = LoadRequest(source=SourceSpec(path=Path("dg_2-1_D1.npz")))
        write_request(request, "request.yaml")
        ended = {line: cli.main(shlex.split(line)[1:]) for line in commands}

    assert {line: code for line, code in ended.items() if code != 0} == {}
    capfd.readouterr()


@pytest.mark.parametrize("name", sorted({*driada_widgets.__all__} - {"__version__"}))
def test_every_public_name_has_an_example(name: str) -> None:
    """A name without an example that runs is not a promise to anybody."""
    examples = [text for _, text in blocks("python")]

    assert any(re.search(rf"\b{name}\b", text) for text in examples)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    """A command that is not in the document does not exist for its users."""
    text = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")

    assert f"driada-widgets {command}" in text


@pytest.mark.parametrize(("where", "text"), blocks("yaml"), ids=[w for w, _ in blocks("yaml")])
def test_yaml_block_is_a_request(where: str, text: str) -> None:
    """Every request that the documents show can be read."""
    request = from_yaml(text)

    assert request.source.path is not None, where


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_pictures_and_local_links_exist(path: Path) -> None:
    """A document does not point to a file that is not there."""
    text = path.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]

    missing = [link for link in links if not (path.parent / link).exists()]

    assert missing == []


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples_hold(name: str, tmp_path: Path) -> None:
    """Every example in a docstring gives what it says."""
    module = importlib.import_module(name)

    with working_in(tmp_path):
        result = doctest.testmod(
            module, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        )

    assert result.failed == 0
