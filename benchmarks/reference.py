"""The reference's own times: ``python -m benchmarks.reference build|import N_CELLS N_FRAMES``.

It needs an interpreter that has driada: this one, or the one that ``DRIADA_PYTHON`` names.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import warnings
from pathlib import Path

__all__ = ["has_reference", "reference_build", "reference_import"]

PYTHON = os.environ.get("DRIADA_PYTHON", sys.executable)


def has_reference() -> bool:
    """Say whether there is a reference to compare with."""
    done = subprocess.run(
        [PYTHON, "-c", "import importlib.util as u, sys; sys.exit(u.find_spec('driada') is None)"],
        check=False,
    )
    return done.returncode == 0


def reference_build(n_cells: int, n_frames: int) -> float:
    """Give the seconds that the reference takes to build the recording, quietly."""
    return _asked("build", str(n_cells), str(n_frames))


def reference_import() -> float:
    """Give the seconds that importing the reference takes."""
    return _asked("import", "0", "0")


def _asked(*words: str) -> float:
    done = subprocess.run(
        [PYTHON, "-m", "benchmarks.reference", *words],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout.split()[-1])


def _main(what: str, n_cells: int, n_frames: int) -> float:
    warnings.simplefilter("ignore")
    started = time.perf_counter()
    from driada.experiment import load_exp_from_aligned_data

    if what == "import":
        return time.perf_counter() - started
    from benchmarks.recordings import make_recording

    data = make_recording(n_cells, n_frames)
    started = time.perf_counter()
    load_exp_from_aligned_data("Lab", {"name": "n"}, data, verbose=False)
    return time.perf_counter() - started


if __name__ == "__main__" and len(sys.argv) == 4:
    print(_main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
