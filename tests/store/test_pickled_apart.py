"""A pickle that another process opened is the same, or refused with the same words."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets import load_demo_experiment, load_exp_from_pickle, save_exp_to_pickle
from driada_widgets.app import server_environment
from driada_widgets.core import fresh_python
from driada_widgets.core.errors import DataFileError, LoaderError, NotFoundError, UnsafeContentError
from driada_widgets.core.store import pickled, pickled_apart
from driada_widgets.core.store.pickled_apart import HEADER, Caps
from driada_widgets.core.store.trust import trust_card
from tests.experiments import make_experiment
from tests.hostile import ATTACKS, Attack

GOLDEN = Path(__file__).parents[1] / "goldens" / "driada_experiment.pickle"


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wish for a process of its own, and let nothing be opened in this one."""
    monkeypatch.setenv(pickled_apart.APART_VARIABLE, "apart")
    monkeypatch.setattr(pickled, "read_here", lambda _, **__: pytest.fail("opened in this process"))


def own(folder: Path) -> Path:
    """Give a pickle of ours."""
    return pickled.save_pickle(make_experiment(), folder / "own.pickle")


def of_driada(_: Path) -> Path:
    """Give a pickle of driada's."""
    return GOLDEN


@pytest.mark.parametrize("make", [own, of_driada], ids=["ours", "driada's"])
def test_the_same_is_opened(
    tmp_path: Path, make: Callable[[Path], Path], request: pytest.FixtureRequest
) -> None:
    """Contents, who wrote it, what was verified and every note."""
    path = make(tmp_path)
    expected = pickled.read_pickle(path)
    request.getfixturevalue("apart")

    found = pickled.read_pickle(path)

    assert found.experiment.content_hash == expected.experiment.content_hash
    assert found.experiment.provenance == expected.experiment.provenance
    assert (found.written_by, found.verified) == (expected.written_by, expected.verified)
    assert found.notes == expected.notes


@pytest.mark.usefixtures("apart")
def test_the_documented_function_too(tmp_path: Path) -> None:
    """Whoever opens pickles in such a process opens them apart: the doors and the card."""
    path = tmp_path / "demo.pickle"
    experiment = load_demo_experiment()
    save_exp_to_pickle(experiment, str(path), verbose=False)

    assert load_exp_from_pickle(str(path), verbose=False).same_data_as(experiment)
    assert trust_card(path).ours


@pytest.mark.parametrize("attack", [ATTACKS[0], *ATTACKS[-3:]], ids=lambda attack: attack.name)
def test_refusals_are_the_same(
    attack: Attack, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """The person reads the same words, whichever process met the attack."""
    marker, path = tmp_path / "marker", tmp_path / "evil.pickle"
    path.write_bytes(attack.make(marker))
    with pytest.raises(DataFileError) as expected:
        pickled.read_pickle(path)
    request.getfixturevalue("apart")

    with pytest.raises(DataFileError) as found:
        pickled.read_pickle(path)

    assert type(found.value) is type(expected.value)
    assert str(found.value) == str(expected.value)
    assert found.value.fix == expected.value.fix
    assert not marker.exists()


@pytest.mark.parametrize("caps", [Caps(seconds=0, memory=2**40), Caps(seconds=60, memory=2**20)])
@pytest.mark.usefixtures("apart")
def test_too_much_time_or_memory_ends_only_that_process(
    caps: Caps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system ends it, and this process says so."""
    monkeypatch.setattr(Caps, "of", lambda _: caps)

    with pytest.raises(LoaderError, match=r"driada_experiment\.pickle.*(memory|ended before)"):
        pickled.read_pickle(GOLDEN)


def said(told: object, rest: bytes = b"") -> bytes:
    """Give what a process may write."""
    text = json.dumps(told).encode()
    return HEADER.pack(len(text)) + text + rest


def listing(*arrays: object) -> dict[str, Any]:
    """Give a good beginning with these arrays."""
    return {"meta": {}, "written_by": "driada", "verified": False, "notes": [], "arrays": arrays}


LIES = {
    "nothing": b"",
    "half a header": b"\x00\x00",
    "endless text": HEADER.pack(2**40),
    "no JSON": HEADER.pack(3) + b"abc",
    "no list": said([1]),
    "no arrays": said({"meta": {}}),
    "bytes missing": said(listing(["a", "<f8", [3]]), b"123"),
    "objects": said(listing(["a", "|O", [1]]), bytes(8)),
    "no dtype": said(listing(["a", "what", [1]]), bytes(8)),
    "a petabyte": said(listing(["a", "<f8", [2**20, 2**27]])),
    "many large ones": said(listing(*[["a", "|u1", [0]]] * 3, ["b", "|u1", [2**41]])),
    "less than nothing": said(listing(["a", "<f8", [-1, -8]]), bytes(64)),
    "no experiment": said(listing(["a", "<f8", [1]]), bytes(8)),
}


@pytest.mark.parametrize("answer", LIES.values(), ids=LIES.keys())
@pytest.mark.usefixtures("apart")
def test_the_process_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    """What a file made of its process may lie: it is refused without great arrays."""
    (tmp_path / "answer").write_bytes(answer)
    code = f"import sys; sys.stdout.buffer.write(open({str(tmp_path / 'answer')!r}, 'rb').read())"
    monkeypatch.setattr(fresh_python, "command", lambda *_: [sys.executable, "-c", code])
    monkeypatch.setattr(Caps, "of", lambda _: Caps(seconds=30, memory=2**30))

    with pytest.raises(DataFileError, match=r"driada_experiment\.pickle"):
        pickled.read_pickle(GOLDEN)


@pytest.mark.usefixtures("apart")
def test_a_process_that_only_waits_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """It uses no time of the processor, so the system would let it."""
    code = "import time; time.sleep(600)"
    monkeypatch.setattr(fresh_python, "command", lambda *_: [sys.executable, "-c", code])
    monkeypatch.setattr(Caps, "of", lambda _: Caps(seconds=0, memory=2**30))

    with pytest.raises(UnsafeContentError, match="ended before it was done"):
        pickled.read_pickle(GOLDEN)


@pytest.mark.usefixtures("apart")
def test_a_missing_file_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No process is started to find that out."""
    monkeypatch.undo()
    monkeypatch.setenv(pickled_apart.APART_VARIABLE, "apart")
    monkeypatch.setattr(pickled_apart, "receive", lambda _: pytest.fail("started a process"))

    with pytest.raises(NotFoundError):
        pickled.read_pickle(tmp_path / "none.pickle")


def test_arrays_of_every_kind_come_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes in the order of columns, other ends first, and arrays of no size."""
    arrays = {
        "columns": np.asfortranarray(np.arange(12.0).reshape(3, 4)),
        "big": np.arange(5, dtype=">i2"),
        "none": np.empty((0, 4), np.float32),
        "truth": np.array([True, False]),
    }
    listed = [[name, array.dtype.str, array.shape] for name, array in arrays.items()]
    stream = tmp_path / "stream"
    stream.write_bytes(
        said(listing(*listed), b"".join(array.tobytes() for array in arrays.values()))
    )
    code = f"import sys; sys.stdout.buffer.write(open({str(stream)!r}, 'rb').read())"
    monkeypatch.setattr(fresh_python, "command", lambda *_: [sys.executable, "-c", code])

    found = pickled_apart.receive(GOLDEN).arrays

    assert list(found) == list(arrays)
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        assert np.array_equal(found[name], array)


def test_the_served_page_opens_apart(tmp_path: Path) -> None:
    """Technicians open what they are sent; the server's kernels are shared with nobody's files."""
    assert server_environment(tmp_path, "")[pickled_apart.APART_VARIABLE] == "apart"
    assert pickled_apart.APART_VARIABLE not in os.environ
