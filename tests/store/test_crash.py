"""Killed and competing writers (rows 57 and 58)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from driada_widgets.core.container.npz import Archive
from driada_widgets.core.store import archive, atomic
from tests.experiments import make_experiment

ROOT = Path(__file__).parents[2]

WRITER = """
import sys
import time
from pathlib import Path
import numpy as np
from driada_widgets.core.experiment.contents import Contents
from driada_widgets.core.experiment.experiment import Experiment
from driada_widgets.core.store.archive import save_archive

value, path, last = float(sys.argv[1]), Path(sys.argv[2]), time.monotonic() + 300
enough = path.parent.with_name("enough")
experiment = Experiment.from_contents(
    Contents(
        signature="Exp a",
        calcium=np.full((20, int(sys.argv[3])), value),
        calcium_range=np.full((20, 2), value),
        static_features={"fps": 20.0},
    )
)
print("ready", flush=True)
while not enough.exists() and time.monotonic() < last:
    save_archive(experiment, path)
"""


def start(value: float, path: Path, *, n_frames: int) -> subprocess.Popen[str]:
    """Start a process that saves the same experiment until there is a file ``enough``."""
    arguments = [str(value), str(path), str(n_frames)]
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, *arguments], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def value_of(path: Path) -> float:
    """Open a file, verify it in full, and give the one value that it holds."""
    with Archive.open(path) as opened:
        opened.verify("full")
        values = np.unique(opened.array("calcium"))
    assert len(values) == 1
    return float(values[0])


def test_a_killed_writer_leaves_the_old_file_or_the_new(tmp_path: Path) -> None:
    """Eight kills without warning, spread over a save; what is left is swept an hour later."""
    path = archive.save_archive(make_experiment(), tmp_path / "a" / "Exp a.npz")
    old = archive.open_archive(path).content_hash
    seen = set()
    for number in range(8):
        process = start(1.0, path, n_frames=100_000)
        time.sleep(0.005 + 0.012 * number)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        archive.verify_archive(path)
        seen.add(archive.open_archive(path).content_hash)
    left = [file for file in path.parent.iterdir() if file != path]
    long_ago = time.time() - 4000
    for file in left:
        assert atomic.is_temporary(file)
        os.utime(file, (long_ago, long_ago))
    archive.save_archive(make_experiment(), path)

    assert len(seen | {old}) <= 2
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("seconds", [3.0, pytest.param(60.0, marks=pytest.mark.slow)])
def test_two_writers_and_a_reader_never_meet_half_a_file(tmp_path: Path, seconds: float) -> None:
    """Both writers succeed all the time, and every read is whole and of one of them."""
    path = tmp_path / "a" / "Exp a.npz"
    path.parent.mkdir()
    writers = [start(value, path, n_frames=5_000) for value in (1.0, 2.0)]
    while not path.exists():
        time.sleep(0.001)
    began = time.monotonic()
    seen: list[float] = []
    while (waited := time.monotonic() - began) < seconds or (len(set(seen)) < 2 and waited < 120):
        seen.append(value_of(path))
    (tmp_path / "enough").touch()
    for writer in writers:
        writer.communicate()

    assert [writer.returncode for writer in writers] == [0, 0]
    assert set(seen) == {1.0, 2.0}
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.slow
def test_a_hundred_kills(tmp_path: Path) -> None:
    """The same at a hundred moments: the nightly test."""
    path = archive.save_archive(make_experiment(), tmp_path / "Exp a.npz")
    rng = np.random.default_rng(0)
    for _ in range(100):
        process = start(1.0, path, n_frames=100_000)
        time.sleep(rng.uniform(0, 0.15))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        archive.verify_archive(path)
