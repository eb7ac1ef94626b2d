"""A file for whoever helps: plan, log, versions, shapes, errors; no data, no paths, no names."""

from __future__ import annotations

import getpass
import importlib.metadata
import io
import json
import os
import platform
import socket
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from driada_widgets.core import machine
from driada_widgets.core.errors import LoaderError
from driada_widgets.core.road.plain_plan import anonymous_plan
from driada_widgets.core.road.private_names import names_of
from driada_widgets.core.road.redact import Redactor
from driada_widgets.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.core.road.results import CheckResult
    from driada_widgets.core.sources.base import Inventory

__all__ = ["Support", "support_bundle"]

_TIME = (1980, 1, 1, 0, 0, 0)
_PACKAGES = (
    *("numpy", "scipy", "pandas", "matplotlib", "h5py", "PyYAML", "PyWavelets"),
    *("ipywidgets", "anywidget", "voila", "jupyterlab", "jupyter_server", "ipykernel"),
)
_README = """Support bundle of driada_widgets

Send this file to whoever helps you. It holds

  plan.json      what was asked for; names are numbered, texts are replaced by their length
  shapes.json    what the file holds: format, shapes and types of its arrays
  check.json     what the check found: kinds of problems and notes, not their texts
  log.txt        what happened, with names, texts and paths replaced
  errors.txt     the last error with its traceback, redacted in the same way
  versions.json  versions of the packages, kind of system, free memory

It holds no data: no value of any array, no path, no name of an animal, a feature, a file, a folder,
a person or a computer. Look into it before you send it: all of it is plain text.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """What is known when help is asked for.

    Parameters
    ----------
    request
        What was asked for.
    inventory
        What the source holds, or ``None``.
    check
        Result of the last check, or ``None``.
    log
        What happened, oldest first.
    error
        Text of the last error with its traceback; empty if there is none.
    texts
        Other texts that hold names: of the session, of folders of the page.
    """

    request: LoadRequest
    inventory: Inventory | None = None
    check: CheckResult | None = None
    log: Sequence[str] = ()
    error: str = ""
    texts: Sequence[str] = ()


def support_bundle(support: Support) -> bytes:
    """Make the bundle: a zip of plain texts.

    Parameters
    ----------
    support
        What is known.

    Returns
    -------
    bytes
        The zip.
    """
    names = names_of(support.request, support.inventory, [*support.texts, *_own_names()])
    redactor = Redactor(names)
    arrays = {name: shown for name, shown in names.items() if shown.startswith("<array")}
    members = {
        "README.txt": _README,
        "plan.json": _json(anonymous_plan(support.request, arrays)),
        "shapes.json": _json(_shapes(support.inventory, arrays)),
        "check.json": _json(_check(support.check, arrays)),
        "log.txt": "\n".join(redactor.text(line) for line in support.log) + "\n",
        "errors.txt": redactor.traceback(support.error) + "\n",
        "versions.json": _json(_versions()),
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in members.items():
            file.writestr(zipfile.ZipInfo(name, _TIME), text.encode("utf-8", errors="replace"))
    return target.getvalue()


def _json(tree: object) -> str:
    return json.dumps(tree, indent=1, ensure_ascii=True) + "\n"


def _shapes(inventory: Inventory | None, arrays: dict[str, str]) -> dict[str, Any]:
    if inventory is None:
        return {}
    return {
        "format": inventory.format,
        "bytes": inventory.n_bytes,
        "arrays": [
            {
                "name": arrays.get(info.name, info.name),
                "shape": list(info.shape),
                "dtype": _dtype(info.dtype),
                "problem": None if info.error is None else info.error.__name__,
            }
            for info in inventory.arrays
        ],
        "n_metadata": len(inventory.metadata),
        "notes": [note.id for note in inventory.notes],
    }


def _dtype(dtype: Any) -> str:
    """Name a type without the names of its fields."""
    return "fields" if dtype.names else str(dtype)


def _check(check: CheckResult | None, arrays: dict[str, str]) -> dict[str, Any]:
    if check is None:
        return {}
    cost = check.cost
    return {
        "problems": [{"id": issue.id, "error": issue.error.__name__} for issue in check.issues],
        "notes": [{"id": note.id, "level": note.level} for note in check.notes],
        "ledger": [
            {"name": arrays.get(entry.name, entry.name), "fate": entry.fate}
            for entry in check.ledger
        ],
        "features": [
            {
                "name": arrays.get(report.source, "<combination>"),
                "shape": list(report.shape),
                "type": _word(report.type_info),
                "detected": _word(report.detected),
                "forced": report.forced,
            }
            for report in check.features
        ],
        "cost": None
        if cost is None
        else {"memory": [cost.memory_low, cost.memory_high], "disk": cost.disk},
    }


def _word(type_info: Any) -> str | None:
    return None if type_info is None else type_info.subtype or type_info.primary_type


def _versions() -> dict[str, Any]:
    found = {"driada_widgets": __version__}
    for package in _PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = "not installed"
    return {
        "packages": found,
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": platform.system(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "free_memory": machine.free_memory(),
    }


def _own_names() -> Iterable[str]:
    """Give the names of this person, this computer and its places."""
    yield str(Path.cwd())
    yield socket.gethostname()
    try:
        yield str(Path.home())
        yield getpass.getuser()
    except (LoaderError, OSError, KeyError, RuntimeError, ImportError):
        return
