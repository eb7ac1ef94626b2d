"""Archives of every schema that was ever released open for ever."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driada_widgets.core.container.npz import Archive
from driada_widgets.core.experiment.experiment import Experiment
from driada_widgets.core.experiment.parts import arrays_of
from driada_widgets.core.store import archive
from tests.archives import changed

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests/data/golden/v1"
FILE = GOLDEN / "experiment.npz"
READER = ROOT / "docs/readers/read_archive.py"


@pytest.fixture(scope="module")
def expected() -> Experiment:
    """Give the experiment that the golden file was made from."""
    made: Experiment = Experiment.from_contents(
        runpy.run_path(str(GOLDEN / "make.py"))["contents"]()
    )
    return made


def test_schema_1_opens(expected: Experiment) -> None:
    """Every field and every array of the first schema is read as it was meant."""
    archive.verify_archive(FILE)
    opened = archive.open_archive(FILE)
    contents = opened.contents

    assert archive.manifest_of(FILE)["schema"] == 1
    for name in ("signature", "exp_params", "static_features", "metadata", "kinetics", "seed"):
        assert getattr(contents, name) == getattr(expected.contents, name)
    assert (contents.kept_cells, contents.calcium_filled) == (
        expected.contents.kept_cells,
        expected.contents.calcium_filled,
    )
    assert contents.provenance == expected.contents.provenance
    np.testing.assert_array_equal(contents.bad_frames_mask, expected.contents.bad_frames_mask)
    for name, array in arrays_of(expected.contents).items():
        np.testing.assert_array_equal(
            np.asarray(arrays_of(contents)[name]), np.asarray(array), strict=True
        )
    for one, other in zip(contents.features, expected.contents.features, strict=True):
        assert (one.name, one.type_info, one.component_names) == (
            other.name,
            other.type_info,
            other.component_names,
        )
        assert (one.filled, one.aggregated, one.companion) == (
            other.filled,
            other.aggregated,
            other.companion,
        )
    np.testing.assert_array_equal(opened.calcium.data, expected.calcium.data)


def test_the_hash_of_schema_1_has_not_changed(expected: Experiment) -> None:
    """Equal experiments of different versions are still equal."""
    stored = archive.manifest_of(FILE)["content_hash"]

    assert stored == archive.open_archive(FILE).content_hash == expected.content_hash


def read_without_us(path: Path) -> Any:
    """Read with the reader that is meant to be copied."""
    return runpy.run_path(str(READER))["read_archive"](str(path))


def test_the_python_reader_reads_it(expected: Experiment) -> None:
    """Forty lines with NumPy alone give the arrays by their real names."""
    arrays, manifest = read_without_us(FILE)
    features = {feature.name: feature.data for feature in expected.contents.features}

    assert set(arrays) == {"calcium", "spikes", "asp", "reconstructions", *features}
    for name, data in features.items():
        np.testing.assert_array_equal(arrays[name], data, strict=True)
    np.testing.assert_array_equal(arrays["calcium"], expected.calcium_source, strict=True)
    assert manifest["units"]["features"]["position"] == "cm"
    assert manifest["experiment"]["bad_frames"] == [[10, 15]]


@pytest.mark.parametrize("what", ["array", "manifest"])
def test_the_python_reader_sees_damage(what: str, tmp_path: Path) -> None:
    """It compares the digests, as the manifest invites everybody to do."""
    copy = tmp_path / "copy.npz"
    copy.write_bytes(FILE.read_bytes())
    with Archive.open(copy) as opened:
        start = opened._starts["calcium"]
    position = start if what == "array" else copy.read_bytes().index(b'"content_hash"') + 20
    damaged = changed(copy, position, 0x02)

    with pytest.raises(Exception, match=r"damaged|CRC-32"):
        read_without_us(damaged)


@pytest.mark.parametrize("path", sorted(READER.parent.iterdir()), ids=lambda path: path.suffix)
def test_readers_are_short(path: Path) -> None:
    """A person can read them in a minute, and type them in ten."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 42
