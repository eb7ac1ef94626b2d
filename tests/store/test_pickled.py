"""Experiments survive being pickled by us, and no damage to a pickle goes unnoticed."""

from __future__ import annotations

import hashlib
import pickle
import pickletools
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.errors import (
    ChecksumError,
    CorruptFileError,
    DataFileError,
    LoadCancelledError,
    NotFoundError,
    NotThisFormatError,
    RootNotFolderError,
    StorageError,
    TruncatedFileError,
)
from driada_widgets.core.experiment.contents import Contents, FeatureContent, Kinetics
from driada_widgets.core.experiment.experiment import Experiment
from driada_widgets.core.report import Progress
from driada_widgets.core.store.pickled import open_pickle, read_pickle, save_pickle
from driada_widgets.core.store.trust import trust_card
from tests import hostile
from tests.samples import make_aligned

GOLDEN = Path(__file__).parents[1] / "goldens" / "driada_experiment.pickle"


def make_contents(**changes: Any) -> Contents:
    """Give contents with everything that they can hold."""
    data = make_aligned(3, 500)
    calcium = data["calcium"].astype(np.float32)
    bad = np.zeros(500, dtype=bool)
    bad[[7, 8, 200]] = True
    parts: dict[str, Any] = {
        "signature": "Exp mouse",
        "calcium": calcium,
        "bad_frames_mask": bad,
        "features": tuple(
            FeatureContent(name=name, data=data[name])
            for name in ("speed", "hd", "trial_type", "position")
        ),
        "spikes": (calcium > 1).astype(np.int64),
        "asp": np.where(calcium > 1, calcium, 0),
        "reconstructions": calcium * 0.9,
        "exp_params": {"name": "mouse", "session": 3},
        "static_features": {"fps": 20.0, "t_rise_sec": 0.25, "t_off_sec": 2.0},
        "metadata": {"lab": "Barlow", "gain": float("inf"), "seed": 1 << 100},
        "kinetics": (Kinetics(cell=1, t_rise=4.0, t_off=30.0),),
        "seed": 5,
        "provenance": {"request": {"driada_widgets": 1}, "source": {"name": "a.npz", "size": 9}},
    }
    return Contents(**{**parts, **changes})


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """Give the pickle of a full experiment."""
    return save_pickle(Experiment.from_contents(make_contents()), tmp_path / "Exp mouse.pickle")


def test_round_trip(saved: Path) -> None:
    """An experiment comes back with the same hash, data, types and record of its making."""
    experiment = Experiment.from_contents(make_contents())

    opened = read_pickle(saved)

    again = opened.experiment
    assert experiment.content_hash == again.content_hash
    assert np.array_equal(experiment.calcium.data, again.calcium.data)
    assert np.array_equal(experiment.calcium_source, again.calcium_source)
    assert list(experiment.dynamic_features) == list(again.dynamic_features)
    assert dict(experiment.provenance) == dict(again.provenance)
    assert (experiment.metadata, experiment.exp_identificators) == (
        again.metadata,
        again.exp_identificators,
    )
    assert again.neurons[1].t_off == 30.0
    assert (opened.verified, opened.notes, opened.written_by) == (True, (), "driada_widgets")


@pytest.mark.parametrize("compression", ["gzip", "bz2", "xz"])
def test_compressed_round_trip(compression: Any, tmp_path: Path) -> None:
    """Compressed pickles open by themselves."""
    experiment = Experiment.from_contents(make_contents())
    path = save_pickle(experiment, tmp_path / "small.pickle", compression=compression)

    assert not path.read_bytes().startswith(b"\x80")
    assert experiment.content_hash == open_pickle(path).content_hash


@pytest.mark.parametrize(
    "calcium",
    [
        np.asfortranarray(np.arange(1200.0).reshape(2, 600)),
        np.arange(1200, dtype=">f4").reshape(2, 600),
        np.arange(1200, dtype=np.int16).reshape(2, 600),
        np.arange(3600.0).reshape(2, 1800)[:, ::3],
    ],
    ids=["fortran", "big-endian", "int16", "strided"],
)
def test_calcium_of_any_layout(calcium: np.ndarray[Any, Any], tmp_path: Path) -> None:
    """The source array comes back value by value with its dtype, however it lay in memory."""
    contents = Contents(signature="Exp x", calcium=calcium, static_features={"fps": 20.0})
    experiment = Experiment.from_contents(contents)

    again = open_pickle(save_pickle(experiment, tmp_path / "x.pickle"))

    assert calcium.dtype == again.calcium_source.dtype
    assert np.array_equal(calcium, again.calcium_source)
    assert experiment.content_hash == again.content_hash


def test_an_array_held_twice(tmp_path: Path) -> None:
    """Two parts that are one array in memory are written as two, so that both come back."""
    contents = make_contents(kinetics=())
    twice = make_contents(kinetics=(), asp=contents.reconstructions, reconstructions=contents.asp)
    same = make_contents(asp=twice.asp, reconstructions=twice.asp, spikes=None, features=())

    again = open_pickle(save_pickle(Experiment.from_contents(same), tmp_path / "x.pickle"))

    assert again.asp is not None
    assert again.reconstructions is not None
    assert np.array_equal(again.asp, again.reconstructions)


def test_python_itself_opens_it(saved: Path) -> None:
    """With this package installed, ``pickle.load`` gives the same experiment."""
    with saved.open("rb") as file:
        again = pickle.load(file)

    assert open_pickle(saved).content_hash == again.content_hash


def test_pickled_by_python_itself(tmp_path: Path) -> None:
    """A pickle that Python wrote opens, but has no record of its values: it is unverified."""
    experiment = Experiment.from_contents(make_contents())
    path = tmp_path / "x.pickle"
    path.write_bytes(pickle.dumps(experiment))

    opened = read_pickle(path)

    assert experiment.content_hash == opened.experiment.content_hash
    assert (opened.verified, [note.id for note in opened.notes]) == (False, ["unverified"])


def test_default_protocol_uncompressed_in_new_folders(tmp_path: Path) -> None:
    """It is written as the contract says, in folders that are made, and nothing is beside it."""
    path = tmp_path / "a" / "b" / "Exp mouse.pickle"

    save_pickle(Experiment.from_contents(make_contents()), path)

    first = next(iter(pickletools.genops(path.read_bytes())))
    assert (first[0].name, first[1]) == ("PROTO", pickle.DEFAULT_PROTOCOL)
    assert [path] == list(path.parent.iterdir())


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    """A folder that is a file is an ``OSError`` and a ``ValueError``, and says so."""
    (tmp_path / "file").touch()

    with pytest.raises(RootNotFolderError, match="must be a folder"):
        save_pickle(Experiment.from_contents(make_contents()), tmp_path / "file" / "x.pickle")


def test_what_could_not_be_opened_again_is_not_saved(saved: Path) -> None:
    """Metadata nested too deep are refused before the old file is touched."""
    deep: dict[str, Any] = {}
    for _ in range(100):
        deep = {"deeper": deep}
    before = saved.read_bytes()

    with pytest.raises(StorageError, match="could not be opened again"):
        save_pickle(Experiment.from_contents(make_contents(metadata=deep)), saved)

    assert before == saved.read_bytes()


def test_a_flipped_byte_in_a_trace(saved: Path) -> None:
    """One flipped bit in an array is a checksum error that names the array."""
    data = bytearray(saved.read_bytes())
    source = Experiment.from_contents(make_contents()).calcium_source
    at = data.index(np.ascontiguousarray(source).tobytes())
    data[at + 1000] ^= 1
    saved.write_bytes(bytes(data))

    with pytest.raises(ChecksumError, match=r"Exp mouse\.pickle.*'calcium'"):
        open_pickle(saved)


def test_a_changed_parameter(saved: Path) -> None:
    """One flipped bit in the parameters is a checksum error."""
    saved.write_bytes(saved.read_bytes().replace(b"Barlow", b"Barnow"))

    with pytest.raises(ChecksumError, match="parameters"):
        open_pickle(saved)


def test_no_flipped_byte_goes_unnoticed(saved: Path) -> None:
    """Wherever a byte is changed, an error of ours says so or the experiment is the same."""
    whole = saved.read_bytes()
    expected = open_pickle(saved).content_hash
    rng = random.Random(0)
    heads = [*range(300), *range(len(whole) - 1500, len(whole), 7)]
    for at in [*heads, *(rng.randrange(len(whole)) for _ in range(300))]:
        data = bytearray(whole)
        data[at] ^= 1 << rng.randrange(8)
        saved.write_bytes(bytes(data))
        try:
            experiment = open_pickle(saved)
        except (DataFileError, NotThisFormatError):
            continue
        assert expected == experiment.content_hash, at


@pytest.mark.parametrize("share", [0.001, 0.2, 0.5, 0.999])
def test_a_truncated_pickle(share: float, saved: Path) -> None:
    """A pickle that ends too early is said to be incomplete, by name."""
    data = saved.read_bytes()
    saved.write_bytes(data[: max(2, int(share * len(data)))])

    with pytest.raises(TruncatedFileError, match=r"Exp mouse\.pickle is incomplete"):
        open_pickle(saved)


@pytest.mark.parametrize(
    ("value", "kind"),
    [({"calcium": 1}, "dict"), ([1, 2], "list"), (None, "NoneType"), (np.zeros(3), "array")],
    ids=["dict", "list", "none", "array"],
)
def test_a_pickle_of_something_else(value: Any, kind: str, tmp_path: Path) -> None:
    """A pickle of anything but an experiment is refused and said to be that."""
    path = tmp_path / "other.pickle"
    path.write_bytes(pickle.dumps(value))

    with pytest.raises(CorruptFileError, match=rf"other\.pickle holds .*{kind}"):
        open_pickle(path)


def test_a_missing_pickle(tmp_path: Path) -> None:
    """A missing file is a ``FileNotFoundError``."""
    with pytest.raises(NotFoundError, match=r"gone\.pickle"):
        open_pickle(tmp_path / "gone.pickle")


def test_a_pickle_of_a_newer_version(saved: Path) -> None:
    """A newer schema is never half-read: the error says to upgrade."""
    state = Experiment.from_contents(make_contents()).__getstate__()
    written = pickle.dumps(Experiment.from_contents(make_contents()))
    assert state["schema"] == 1
    saved.write_bytes(written.replace(b"\x8c\x06schema\x94K\x01", b"\x8c\x06schema\x94K\x63"))

    with pytest.raises(NotThisFormatError, match="newer driada_widgets"):
        open_pickle(saved)


def test_the_trust_card(saved: Path, tmp_path: Path) -> None:
    """The card says whether we wrote a file: the record inside it must match its values."""
    ours = trust_card(saved)
    damaged = tmp_path / "damaged.pickle"
    damaged.write_bytes(saved.read_bytes().replace(b"Barlow", b"Barnow"))
    evil = tmp_path / "evil.pickle"
    evil.write_bytes(hostile.system_call(tmp_path / "marker"))

    assert (
        ours.ours,
        trust_card(damaged).ours,
        trust_card(GOLDEN).ours,
        trust_card(evil).ours,
    ) == (True, False, False, False)
    assert "os.system" in str(trust_card(evil).card.problem)
    assert digest_of_file(saved) == ours.card.sha256
    assert not (tmp_path / "marker").exists()


def digest_of_file(path: Path) -> str:
    """Give the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_saving_counts_bytes_and_can_be_cancelled(tmp_path: Path) -> None:
    """A cancel while bytes are written leaves neither a file nor a folder."""
    experiment = Experiment.from_contents(make_contents())
    seen: list[int] = []
    path = tmp_path / "new" / "folder" / "a.pickle"

    save_pickle(experiment, tmp_path / "a.pickle", progress=Progress(lambda p: seen.append(p.done)))
    halfway = Progress(lambda now: now.cancel() if now.done > max(seen) * 0.6 else None)
    with pytest.raises(LoadCancelledError):
        save_pickle(experiment, path, progress=halfway)

    assert seen == sorted(seen)
    assert max(seen) > 2 * experiment.calcium_source.nbytes
    assert not (tmp_path / "new").exists()
