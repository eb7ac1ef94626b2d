"""The experiment that was saved before: found, told apart, opened, or built again."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.pipeline import run
from driada_widgets.core.request.model import FeatureChoice, LoadRequest, SaveSpec, SourceSpec
from driada_widgets.core.road.earlier import Earlier
from driada_widgets.core.store import cache
from driada_widgets.core.workbench import Workbench
from tests.samples import make_aligned

GOLDEN = Path(__file__).parents[1] / "goldens" / "driada_experiment.pickle"


@pytest.fixture
def request_(tmp_path: Path) -> LoadRequest:
    """Ask for a recording by name, in a root of its own."""
    np.savez(tmp_path / "rec.npz", **make_aligned())
    return LoadRequest(
        source=SourceSpec(path=tmp_path / "rec.npz"),
        exp_params={"name": "m"},
        static_features={"fps": 20.0},
        root=tmp_path / "root",
    )


def found(request: LoadRequest) -> Earlier:
    """Find what must be there."""
    earlier = Workbench().find_earlier(request)
    assert earlier is not None
    return earlier


def save(request: LoadRequest, **spec: Any) -> Path:
    """Build and save; give the file."""
    path = run(replace(request, save=SaveSpec(**spec))).saved_to
    assert path is not None
    return path


def test_nothing_is_found_where_nothing_was_saved(request_: LoadRequest) -> None:
    """No question is asked without a file; a name that cannot name a folder has none."""
    assert Workbench().find_earlier(request_) is None
    assert Workbench().find_earlier(replace(request_, exp_params={"name": "CON"})) is None


@pytest.mark.parametrize("format_", ["archive", "pickle"])
def test_same_request_is_recognised(request_: LoadRequest, format_: str) -> None:
    """In both formats; the words name the file, its age and why it is the same."""
    path = save(request_, format=format_)

    earlier = found(request_)

    assert (earlier.path, earlier.kind, earlier.status) == (path, format_, "same")
    assert f"{path.name}, saved just now" in earlier.words
    assert "by the same request from the same 'rec.npz'" in earlier.words


def test_touched_source_is_still_the_same(request_: LoadRequest) -> None:
    """A copy with another time has the same SHA-256."""
    save(request_)
    assert request_.source.path is not None
    os.utime(request_.source.path, (1, 1))

    assert found(request_).status == "same"


def test_types_as_detected_are_no_other_request(request_: LoadRequest) -> None:
    """The panel writes down every type; who loaded without types asked for the same."""
    save(request_)
    listed = {
        "speed": FeatureChoice(type="linear", as_detected=True),
        "hd": FeatureChoice(type="circular", period=6.283185307179586, as_detected=True),
    }

    assert found(replace(request_, features=listed)).status == "same"
    forced = {**listed, "hd": FeatureChoice(type="linear")}
    assert found(replace(request_, features=forced)).status == "options-differ"


def test_other_options_are_named(request_: LoadRequest) -> None:
    """Which options differ, and the request that it was made by, at its present place."""
    save(request_)
    other = replace(request_, static_features={"fps": 10.0}, bad_frames=((3, 9),))

    earlier = found(other)

    assert earlier.status == "options-differ"
    assert set(earlier.differing) == {"static_features.fps", "bad_frames"}
    assert "with other options: bad_frames, static_features.fps" in earlier.words
    assert earlier.request is not None
    assert earlier.request.static_features == {"fps": 20.0}
    assert earlier.request.source == other.source


def test_kept_experiment_of_the_same_request_is_preferred(request_: LoadRequest) -> None:
    """Of several experiments of one name, the one that was asked for like this is found."""
    save(request_)
    other = replace(request_, static_features={"fps": 10.0})
    save(other)

    assert found(request_).status == "same"
    assert found(request_).path != cache.archive_path(request_.root, "m")
    assert found(other).path == cache.archive_path(request_.root, "m")


def test_changed_source_is_told(request_: LoadRequest) -> None:
    """An experiment of other bytes is never called the same."""
    save(request_)
    assert request_.source.path is not None
    np.savez(request_.source.path, **make_aligned(seed=1))

    assert found(request_).status == "source-changed"
    assert "other contents of 'rec.npz'" in found(request_).words


def test_pickle_of_driada_is_unverified(request_: LoadRequest) -> None:
    """It does not say what it was made from."""
    path = cache.pickle_path(request_.root, "m")
    path.parent.mkdir(parents=True)
    path.write_bytes(GOLDEN.read_bytes())

    assert found(request_).status == "unverified"
    assert "does not say" in found(request_).words


@pytest.mark.parametrize("place", [cache.archive_path, cache.pickle_path])
def test_damaged_file_is_told_and_built_again(request_: LoadRequest, place: Any) -> None:
    """It is found as damaged; who uses it anyway gets a new build and the file under a new name."""
    path = place(request_.root, "m")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"PK\x03\x04 cut")
    bench = Workbench()
    earlier = bench.find_earlier(request_)
    assert earlier is not None

    result = bench.reuse(earlier, request_)

    assert earlier.status == "damaged"
    assert result.plan is not None
    assert result.notes[0].id == "cache-damaged"
    assert [".corrupt-" in file.name for file in path.parent.iterdir()] == [True]


@pytest.mark.parametrize("format_", ["archive", "pickle"])
def test_earlier_experiment_is_opened_instead_of_built(request_: LoadRequest, format_: str) -> None:
    """It has the hash of a new build, and saving it again keeps what it was made from."""
    save(request_, format=format_)
    bench = Workbench()
    earlier = bench.find_earlier(request_)
    assert earlier is not None

    result = bench.reuse(earlier, request_)
    saved = bench.save(result, replace(request_, save=SaveSpec(path=request_.root / "b.npz")))

    assert result.plan is None
    assert result.experiment.content_hash == run(request_).experiment.content_hash
    assert cache.record_of_file(saved).key == cache.Record.of(result.experiment.provenance).key


def test_saved_experiment_as_source_asks_nothing(request_: LoadRequest) -> None:
    """What is opened as saved is no build that could be spared."""
    path = save(request_)

    opened = LoadRequest(source=SourceSpec(kind="saved", path=path), root=request_.root)

    assert Workbench().find_earlier(opened) is None


def test_looking_takes_milliseconds(request_: LoadRequest) -> None:
    """An archive is told by its manifest alone: a cut array does not matter yet."""
    path = save(request_)
    content = bytearray(path.read_bytes())
    middle = content.index(b"NUMPY") + 300
    content[middle] ^= 1
    path.write_bytes(content)
    bench = Workbench()
    earlier = bench.find_earlier(request_)
    assert earlier is not None

    assert earlier.status == "same"
    assert bench.reuse(earlier, request_).notes[0].id == "cache-damaged"
