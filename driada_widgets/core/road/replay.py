"""Run a request in a fresh process, and see whether it gives the same experiment."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from driada_widgets.core import fresh_python
from driada_widgets.core.errors import LoaderError, ParameterError, StorageError
from driada_widgets.core.request.text import not_replayable, to_yaml

if TYPE_CHECKING:
    from driada_widgets.core.report import Progress
    from driada_widgets.core.request.model import LoadRequest

__all__ = ["Replay", "replay"]

POLL_SEC = 0.05
END_SEC = 5.0
"""How long a process that was asked to end may take, before it is ended by force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """Two hashes: of the experiment at hand, and of the same request run afresh."""

    expected: str
    found: str

    @property
    def verified(self) -> bool:
        """Whether they are the same."""
        return self.expected == self.found

    @property
    def words(self) -> str:
        """One sentence about both."""
        if self.verified:
            return (
                "Replay verified: the exported request, run in a fresh Python process, gives the "
                f"same experiment. Here {self.expected}, there {self.found}."
            )
        return (
            "Replay differs: the exported request, run in a fresh Python process, gives another "
            f"experiment. Here {self.expected}, there {self.found}. The data file may have changed "
            "since; check and build again."
        )


def replay(request: LoadRequest, expected: str, progress: Progress | None = None) -> Replay:
    """Run a request as a person would who got it as a file, without saving anything.

    Parameters
    ----------
    request
        What the experiment was built by; it is written as YAML and read by the command line.
    expected
        Hash of the experiment at hand.
    progress
        Asked again and again whether to stop; the process then ends.

    Raises
    ------
    ParameterError
        If the request cannot be replayed; the text says which part.
    LoaderError
        If the process could not be run, or the request has a problem there.
    LoadCancelledError
        If it was cancelled.
    """
    missing = not_replayable(request)
    if missing:
        raise ParameterError("\n".join(missing), where="source")
    with tempfile.TemporaryDirectory(prefix="driada-replay-") as folder:
        file = Path(folder) / "request.yaml"
        file.write_text(to_yaml(_absolute(replace(request, save=None))), encoding="utf-8")
        if progress is not None:
            progress.begin("Running the request in a fresh Python process")
        answer = _answer(_run(file, progress))
    return Replay(expected=expected, found=str(answer["hash"]))


def _absolute(request: LoadRequest) -> LoadRequest:
    """Name places in full: the process runs in another folder."""
    source = request.source
    if source.path is not None and source.kind != "demo":
        source = replace(source, path=source.path.absolute())
    return replace(request, source=source, root=request.root.absolute())


def _run(file: Path, progress: Progress | None) -> tuple[int, str, str]:
    """Run the command line; give its exit code and what it printed."""
    command = fresh_python.command("driada_widgets.cli", "run", str(file), "--json")
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as out,
        tempfile.TemporaryFile("w+", encoding="utf-8") as err,
    ):
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd=file.parent,
                env=fresh_python.environment(),
            )
        except OSError as error:
            msg = f"A fresh Python process could not be started: {error.strerror or error}."
            raise StorageError(msg, where=sys.executable) from error
        try:
            _wait(process, progress)
        finally:
            _end(process)
        out.seek(0)
        err.seek(0)
        return process.returncode, out.read(), err.read()


def _wait(process: subprocess.Popen[bytes], progress: Progress | None) -> None:
    while True:
        try:
            process.wait(POLL_SEC)
        except subprocess.TimeoutExpired:
            if progress is not None:
                progress.check()
        else:
            return


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(END_SEC)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answer(ended: tuple[int, str, str]) -> dict[str, Any]:
    code, out, err = ended
    try:
        tree = json.loads(out)
    except ValueError:
        tree = {}
    if code == 0 and isinstance(tree.get("hash"), str):
        return dict(tree)
    told = tree.get("error") or {}
    last = told.get("text") or (err.strip().splitlines() or ["it printed nothing"])[-1]
    msg = f"The request could not be run in a fresh process: {last}"
    raise LoaderError(msg, where="replay", found=f"exit code {code}")
