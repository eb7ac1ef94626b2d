"""Hostile pickles run nothing and are refused, whichever way they try."""

from __future__ import annotations

import gzip
import pickle
import subprocess
import sys
import time
from pathlib import Path

import pytest

from driada_widgets.core.errors import CorruptFileError, UnsafeContentError
from driada_widgets.core.store.pickled import open_pickle
from tests.hostile import ATTACKS, Attack, as_experiment

REFUSALS = (CorruptFileError, UnsafeContentError)


def named(attack: Attack) -> str:
    """Give the name of an attack."""
    return attack.name


def test_the_experiment_that_attacks_start_from(tmp_path: Path) -> None:
    """Without an attack in it the small experiment opens, so that attacks get as far."""
    path = tmp_path / "small.pickle"
    path.write_bytes(as_experiment())

    assert open_pickle(path).signature == "Exp small"


@pytest.mark.parametrize("attack", ATTACKS, ids=named)
def test_attacks_are_refused(attack: Attack, tmp_path: Path) -> None:
    """No code runs, the error is ours and names the file, within seconds."""
    marker, path = tmp_path / "marker", tmp_path / "evil.pickle"
    path.write_bytes(attack.make(marker))
    started = time.process_time()

    with pytest.raises(REFUSALS, match=r"evil\.pickle"):
        open_pickle(path)

    assert not marker.exists()
    assert time.process_time() - started < 10


@pytest.mark.parametrize("attack", ATTACKS[:7], ids=named)
def test_compressed_attacks_are_refused(attack: Attack, tmp_path: Path) -> None:
    """Compression hides nothing."""
    marker, path = tmp_path / "marker", tmp_path / "evil.pickle.gz"
    path.write_bytes(gzip.compress(attack.make(marker)))

    with pytest.raises(REFUSALS, match=r"evil\.pickle\.gz"):
        open_pickle(path)

    assert not marker.exists()


@pytest.mark.parametrize("attack", [attack for attack in ATTACKS if attack.plain], ids=named)
def test_the_attacks_are_real(attack: Attack, tmp_path: Path) -> None:
    """Python's own ``pickle.load`` runs their code: the tests above refuse something."""
    marker = tmp_path / "marker"

    pickle.loads(attack.make(marker))

    assert marker.exists()


def test_refused_memory_stays_small(tmp_path: Path) -> None:
    """All attacks together are refused within 400 MB of address space beyond the start."""
    code = f"""
import resource, sys
from pathlib import Path
from driada_widgets.core.store.pickled import open_pickle
from tests.hostile import ATTACKS
size = int(Path("/proc/self/statm").read_text().split()[0]) * 4096
resource.setrlimit(resource.RLIMIT_AS, (size + 400 * 2**20,) * 2)
path = Path({str(tmp_path)!r}) / "evil.pickle"
for attack in ATTACKS:
    path.write_bytes(attack.make(Path({str(tmp_path)!r}) / "marker"))
    try:
        open_pickle(path)
    except ValueError as error:
        print(type(error).__name__)
"""

    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )

    assert result.stderr == ""
    assert len(ATTACKS) == len(result.stdout.split())
    assert {"CorruptFileError", "UnsafeContentError"} == set(result.stdout.split())
