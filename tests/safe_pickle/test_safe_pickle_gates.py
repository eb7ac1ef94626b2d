"""Each gate stops what it is there for, and what was refused is shown."""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets.core import safe_pickle
from driada_widgets.core.errors import CorruptFileError, NotFoundError, UnsafeContentError
from driada_widgets.core.safe_pickle.names import ALLOWED
from driada_widgets.core.safe_pickle.standins import StandIn
from tests import hostile

GOLDEN = Path(__file__).parents[1] / "goldens" / "driada_experiment.pickle"


def names_of(source: Path | bytes) -> dict[str, bool]:
    """Give the names in a pickle and whether they are allowed."""
    return {str(name): name.allowed for name in safe_pickle.list_globals(source)}


def open_metadata(metadata: bytes, **limits: Any) -> tuple[Any, list[str]]:
    """Give the plain metadata of a small experiment, and what was left out of it."""
    chosen = safe_pickle.Limits(**limits)
    opened = safe_pickle.load(hostile.as_experiment(metadata=metadata), limits=chosen)
    assert isinstance(opened.root, StandIn)
    plain = opened.extractor.plain(opened.root.fields["metadata"], "metadata")
    return plain, opened.extractor.left_out


def test_names_of_a_real_file_are_listed() -> None:
    """The golden file mentions the ten names of the specification, all allowed."""
    assert {
        "driada.experiment.exp_base.Experiment",
        "driada.experiment.neuron.Neuron",
        "driada.information.info_base.TimeSeries",
        "driada.information.info_base.MultiTimeSeries",
        "driada.information.time_series_types.TimeSeriesType",
        "sklearn.preprocessing._data.MinMaxScaler",
        "numpy.ndarray",
        "numpy.dtype",
        "numpy._core.multiarray._reconstruct",
        "numpy._core.multiarray.scalar",
    } == set(names_of(GOLDEN))
    assert all(names_of(GOLDEN).values())


def test_names_are_listed_past_the_first_refused_one() -> None:
    """The list holds every name of the file, refused ones too, also those put together."""
    refused = {"os.system": False, "functools.partial": False}

    assert refused == names_of(hostile.partial_chain(Path("marker")))


def test_every_refused_name_is_in_the_message() -> None:
    """The error lists what the file would import, so that the list can be sent to us."""
    with pytest.raises(UnsafeContentError) as caught:
        safe_pickle.load(hostile.partial_chain(Path("marker")), where="odd.pickle")

    assert all(name in str(caught.value) for name in ("odd.pickle", "functools.partial", "os.s"))


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("core", ["numpy._core", "numpy.core"])
def test_arrays_of_both_numpy_generations(protocol: int, core: str) -> None:
    """Arrays and numbers open alike whether NumPy 1 or 2 wrote them, by every protocol."""
    array = np.arange(6.0).reshape(2, 3)
    data = pickle.dumps([array, np.float64(1.5), np.int16(-3)], protocol=protocol)
    if core == "numpy.core":
        data = renamed(data)
    opened = safe_pickle.load(data)
    assert isinstance(opened.root, list)

    assert array.tolist() == opened.extractor.array(opened.root[0], "a").tolist()
    assert opened.extractor.plain(opened.root[1:], "numbers") == [1.5, -3]


def renamed(data: bytes) -> bytes:
    """Give the pickle with NumPy 1's module names; frames are dropped, which is allowed."""
    if data[2:3] == b"\x95":
        data = data[:2] + data[11:]
    for part in (b"multiarray", b"numeric"):
        new, old = b"numpy._core." + part, b"numpy.core." + part
        data = data.replace(bytes([len(new)]) + new, bytes([len(old)]) + old)
        data = data.replace(b"c" + new + b"\n", b"c" + old + b"\n")
    assert b"numpy._core" not in data
    return data


@pytest.mark.parametrize(
    "array",
    [
        np.asfortranarray(np.arange(6).reshape(2, 3)),
        np.arange(4, dtype=">f4"),
        np.array([True, False]),
        np.zeros((0, 3)),
        np.arange(12.0)[::3],
        np.array([1 + 2j]),
        np.array(2.5),
    ],
    ids=["fortran", "big-endian", "bool", "empty", "strided", "complex", "0-d"],
)
def test_arrays_are_rebuilt_as_they_were(array: np.ndarray[Any, Any]) -> None:
    """Order, byte order and shape are kept, and the result cannot be written to."""
    for protocol in (3, 4, 5):
        opened = safe_pickle.load(pickle.dumps(array, protocol=protocol))
        rebuilt = opened.extractor.array(opened.root, "array")

        assert (array.dtype, array.shape) == (rebuilt.dtype, rebuilt.shape)
        assert array.tolist() == rebuilt.tolist()
        assert not (rebuilt.size and rebuilt.flags.writeable)


def test_bytes_that_are_no_truth_values_become_true() -> None:
    """A damaged boolean array holds only True and False."""
    data = pickle.dumps(np.array([True, False, True]))
    opened = safe_pickle.load(data.replace(b"\x01\x00\x01", b"\x07\x00\x01"))

    rebuilt = opened.extractor.array(opened.root, "mask")

    assert rebuilt.view(np.uint8).tolist() == [1, 0, 1]


def test_metadata_become_plain_values() -> None:
    """Numbers, text, lists and numeric arrays are kept; keys become text."""
    metadata = {"fps": 20.0, "lab": "Barlow", "planes": (1, None, True), 3: {"gain": [0.5]}}
    pickled = pickle.dumps(metadata, protocol=4)[2:-1]

    assert open_metadata(pickled) == (
        {"fps": 20.0, "lab": "Barlow", "planes": [1, None, True], "3": {"gain": [0.5]}},
        [],
    )


def test_what_is_not_plain_is_left_out_and_said() -> None:
    """Bytes and series in the metadata are left out by name; the rest is kept."""
    metadata = hostile.mapping(
        raw=hostile.raw(b"x"), series=hostile.series("s"), ok=hostile.number(1)
    )

    assert open_metadata(metadata) == ({"ok": 1}, ["metadata['raw']", "metadata['series']"])


def test_metadata_have_a_depth() -> None:
    """Metadata nested to the limit are kept, one level more is refused."""
    inner = b"]" * 9 + b"a" * 8

    plain, _ = open_metadata(inner, max_depth=8)

    assert plain == [[[[[[[[[]]]]]]]]]
    with pytest.raises(UnsafeContentError, match="nested more than 7 deep"):
        open_metadata(inner, max_depth=7)


def test_metadata_have_a_number_of_values() -> None:
    """Metadata with more values than the limit are refused."""
    with pytest.raises(UnsafeContentError, match="more values"):
        open_metadata(hostile.array_of(*[b"N"] * 100), max_items=100)


def test_an_array_is_handed_out_only_as_often_as_the_file_has_bytes() -> None:
    """No more array bytes are given than the file has, however often they are asked for."""
    opened = safe_pickle.load(pickle.dumps(np.zeros(1000)))
    opened.extractor.array(opened.root, "first")

    with pytest.raises(UnsafeContentError, match="over and over"):
        opened.extractor.array(opened.root, "again")


@pytest.mark.parametrize(
    "value",
    ["text", [np.zeros(3)], np.array([None]), np.array(["a"]), np.array(["2020"], dtype="M8[s]")],
    ids=["text", "list", "objects", "strings", "times"],
)
def test_only_numeric_arrays_are_arrays(value: Any) -> None:
    """Anything but an array of numbers is refused where an array is needed."""
    opened = safe_pickle.load(pickle.dumps(value))

    with pytest.raises((CorruptFileError, UnsafeContentError), match="'data'"):
        opened.extractor.array(opened.root, "data")


def test_a_file_may_have_one_instruction_per_eight_bytes() -> None:
    """Small files have a fixed number of instructions, large ones in proportion, up to a cap."""
    limits = safe_pickle.Limits()

    assert [limits.opcodes_for(n_bytes) for n_bytes in (100, 8_000_000, 10**10)] == [
        500_000,
        1_000_000,
        10_000_000,
    ]
    with pytest.raises(UnsafeContentError, match="more than 5 instructions"):
        safe_pickle.load(pickle.dumps([1, 2, 3]), limits=safe_pickle.Limits(min_opcodes=5))


def test_the_card_of_a_real_file() -> None:
    """The card says size, digest, protocol, names and who seems to have written the file."""
    card = safe_pickle.describe(GOLDEN)

    assert (len(GOLDEN.read_bytes()), 4, "", "driada", None) == (
        card.n_bytes,
        card.protocol,
        card.compression,
        card.claims,
        card.problem,
    )
    assert hashlib.sha256(GOLDEN.read_bytes()).hexdigest() == card.sha256
    assert (len(card.names), card.n_opcodes) == (10, 5115)
    assert GOLDEN.stat().st_mtime_ns == card.mtime_ns


def test_the_card_of_a_hostile_file(tmp_path: Path) -> None:
    """A hostile file gets a card with its names and the reason why it is not opened."""
    path, marker = tmp_path / "evil.pickle", tmp_path / "marker"
    path.write_bytes(hostile.system_call(marker))

    card = safe_pickle.describe(path)

    assert (card.claims, [name.allowed for name in card.names]) == ("other", [False])
    assert card.problem is not None
    assert "os.system" in card.problem
    assert not marker.exists()


def test_the_card_of_no_file(tmp_path: Path) -> None:
    """There is no card of a file that is not there."""
    with pytest.raises(NotFoundError):
        safe_pickle.describe(tmp_path / "gone.pickle")


def test_the_allow_list_names_no_function_that_exists() -> None:
    """Every allowed name becomes something of this package, never what it says."""
    modules = {stand_in.__module__ for stand_in in ALLOWED.values()}

    assert {"driada_widgets.core.safe_pickle.standins"} == modules
