"""What a saved experiment remembers, compared with what is wanted (rows 61 and 62, rule D26)."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from driada_widgets.core.request.model import LoadRequest, SaveSpec, SourceSpec
from driada_widgets.core.request.writing import to_dict
from driada_widgets.core.sources import fingerprint
from driada_widgets.core.sources.base import Fingerprint
from driada_widgets.core.store.record import Record, compare, key_of

SOURCE = Fingerprint(name="a.npz", size=10, mtime_ns=11, sha256="ab" * 32)
REQUEST = LoadRequest(
    source=SourceSpec(path=Path("recordings/a.npz")),
    static_features={"fps": 20},
    bad_frames=((3, 6),),
)
WANTED = Record.wanted(REQUEST, SOURCE)


def saved(request: dict[str, Any] | None = None, source: dict[str, Any] | None = None) -> Record:
    """Give a record as it comes out of a file."""
    return Record.of(
        {
            "request": to_dict(REQUEST) if request is None else request,
            "source": {"name": "a.npz", "size": 10, "mtime_ns": 11, "sha256": "ab" * 32}
            if source is None
            else source,
        }
    )


def test_a_record_survives_being_saved() -> None:
    """The written request and the request itself are one record with one key."""
    record = saved()

    assert record == WANTED
    assert record.key == WANTED.key == key_of(REQUEST, SOURCE)
    assert compare(record, WANTED).status == "same"


@pytest.mark.parametrize(
    ("change", "is_same"),
    [
        pytest.param({"save": SaveSpec(format="pickle")}, True, id="saved otherwise"),
        pytest.param({"root": Path("elsewhere")}, True, id="saved elsewhere"),
        pytest.param({"static_features": {"fps": 20.0}}, True, id="20 and 20.0"),
        pytest.param({"bad_frames": (3, 4, 5)}, True, id="the same frames"),
        pytest.param(
            {"source": SourceSpec(path=Path("moved/a.npz"))}, True, id="the file was moved"
        ),
        pytest.param({"static_features": {"fps": 30}}, False, id="another rate"),
        pytest.param({"bad_frames": ((3, 7),)}, False, id="one frame more"),
        pytest.param({"seed": 1}, False, id="a seed"),
        pytest.param({"exp_params": {"name": "b"}}, False, id="another name"),
        pytest.param(
            {"source": SourceSpec(path=Path("a.npz"), neural="c")}, False, id="another array"
        ),
    ],
)
def test_the_key_is_what_was_asked(change: dict[str, Any], is_same: bool) -> None:
    """Equal keys: the same experiment of the same bytes, wherever it is kept."""
    other = Record.wanted(replace(REQUEST, **change), SOURCE)

    assert (other.key == WANTED.key) == is_same
    assert (compare(saved(), other).status == "same") == is_same


def test_other_bytes_have_another_key() -> None:
    """The digest decides where it is known; name, size and time only where it is not."""
    touched = replace(SOURCE, mtime_ns=99, name="b.npz")
    unknown = replace(SOURCE, sha256=None)

    assert key_of(REQUEST, touched) == WANTED.key
    assert key_of(REQUEST, replace(SOURCE, sha256="cd" * 32)) != WANTED.key
    assert key_of(REQUEST, unknown) != key_of(REQUEST, replace(unknown, mtime_ns=99))
    assert key_of(REQUEST, None) != WANTED.key


def test_differing_options_are_named() -> None:
    """A person is told what differs, by the names of the request's fields."""
    wanted = Record.wanted(
        replace(REQUEST, static_features={"fps": 33}, bad_frames=(), seed=3), SOURCE
    )

    verdict = compare(saved(), wanted)

    assert verdict.status == "options-differ"
    assert verdict.differing == ("bad_frames", "seed", "static_features.fps")


@pytest.mark.parametrize(
    ("given", "differing"),
    [
        ((), ()),
        (("seed",), ("seed",)),
        (("static_features",), ("static_features.fps",)),
        (("static_features.fps",), ("static_features.fps",)),
        (("static_features.t_off_sec", "nan"), ()),
        (None, ("bad_frames", "seed", "static_features.fps")),
    ],
    ids=["none", "one", "a group", "one of a group", "others", "all"],
)
def test_only_options_that_were_given_count(
    given: tuple[str, ...] | None, differing: tuple[str, ...]
) -> None:
    """A default is no wish: without options, an experiment opens as it was saved."""
    wanted = Record.wanted(
        replace(REQUEST, static_features={"fps": 33}, bad_frames=(), seed=3), SOURCE
    )

    verdict = compare(saved(), wanted, given=given)

    assert verdict.differing == differing
    assert verdict.status == ("options-differ" if differing else "same")


def test_equal_size_and_time_are_believed() -> None:
    """No source is hashed only to see that nothing happened."""
    wanted = replace(WANTED, source=replace(SOURCE, sha256=None))

    assert compare(saved(), wanted).status == "same"


@pytest.mark.parametrize(
    ("source", "status"),
    [
        (replace(SOURCE, size=11), "source-changed"),
        (replace(SOURCE, mtime_ns=12), "same"),
        (replace(SOURCE, mtime_ns=12, sha256="cd" * 32), "source-changed"),
        (replace(SOURCE, mtime_ns=12, sha256=None), "source-changed"),
        (None, "same"),
    ],
    ids=["other size", "touched", "other content", "touched, not hashed", "out of reach"],
)
def test_the_source_is_compared(source: Fingerprint | None, status: str) -> None:
    """Size first, then time, then content; a source out of reach counts as unchanged."""
    assert compare(saved(), replace(WANTED, source=source)).status == status


@pytest.mark.parametrize(("content", "status"), [(b"old", "same"), (b"new", "source-changed")])
def test_a_touched_source_is_hashed(tmp_path: Path, content: bytes, status: str) -> None:
    """A copy with another time is the same source if its bytes are (row 61)."""
    path = tmp_path / "a.npz"
    path.write_bytes(b"old")
    before = fingerprint.complete(fingerprint.take(path), path)
    path.write_bytes(content)
    os.utime(path, ns=(5, 5))

    verdict = compare(
        Record.wanted(REQUEST, before),
        Record.wanted(REQUEST, fingerprint.take(path)),
        path=path,
    )

    assert verdict.status == status


@pytest.mark.parametrize(
    ("record", "status"),
    [
        pytest.param(Record(), "unverified", id="nothing remembered"),
        pytest.param(Record.of({"origin": "driada pickle"}), "unverified", id="made by driada"),
        pytest.param(Record(request=WANTED.request), "unverified", id="no source"),
        pytest.param(Record(source=SOURCE), "unverified", id="no request"),
        pytest.param(
            Record(request=Record.wanted(LoadRequest(seed=1), None).request),
            "options-differ",
            id="no source, other options",
        ),
    ],
)
def test_what_is_not_remembered_is_unverified(record: Record, status: str) -> None:
    """A file without a record is neither believed nor called wrong."""
    assert compare(record, WANTED).status == status


def test_a_request_of_another_version_is_still_compared() -> None:
    """What cannot be read as a request is compared as it is, without its places."""
    record = saved(request={"driada_widgets": 99, "colour": "red", "root": "x"})

    assert record.request == {"driada_widgets": 99, "colour": "red"}
    assert record.key is not None
    assert compare(record, WANTED).status == "options-differ"


@pytest.mark.parametrize("source", [{}, {"name": "a"}, [], "a", {"name": "a", "size": "x"}])
def test_a_broken_fingerprint_is_no_fingerprint(source: Any) -> None:
    """A manifest from elsewhere may say anything."""
    assert Record.of({"request": to_dict(REQUEST), "source": source}).source is None
