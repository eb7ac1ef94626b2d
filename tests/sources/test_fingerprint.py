"""Which bytes a source was."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from driada_widgets.core.errors import DataFileError, LoadCancelledError, NotFoundError
from driada_widgets.core.report import Progress
from driada_widgets.core.sources.fingerprint import complete, take


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Write a file of some pieces."""
    path = tmp_path / "recording.npz"
    path.write_bytes(bytes(range(256)) * 10_000)
    return path


def test_fingerprint_is_taken_without_reading(source: Path) -> None:
    """Name, size and time are the file's; the digest is left open."""
    fingerprint = take(source)

    state = source.stat()
    assert fingerprint.name == "recording.npz"
    assert fingerprint.size == state.st_size
    assert fingerprint.mtime_ns == state.st_mtime_ns
    assert fingerprint.sha256 is None


def test_digest_is_added_with_progress(source: Path) -> None:
    """The digest is the SHA-256 of the contents, and progress counts every byte."""
    progress = Progress()

    fingerprint = complete(take(source), source, progress=progress)

    assert fingerprint.sha256 == hashlib.sha256(source.read_bytes()).hexdigest()
    assert (progress.done, progress.total) == (source.stat().st_size, source.stat().st_size)
    assert complete(fingerprint, source) is fingerprint


def test_hashing_can_be_cancelled(source: Path) -> None:
    """Cancelling stops the hash."""
    progress = Progress()
    progress.cancel()

    with pytest.raises(LoadCancelledError):
        complete(take(source), source, progress=progress)


def test_change_while_reading_is_found(source: Path) -> None:
    """A file that is not the one that was seen gets no digest."""
    fingerprint = take(source)
    source.write_bytes(b"other")

    with pytest.raises(DataFileError, match=r"recording\.npz changed"):
        complete(fingerprint, source)


def test_folder_has_a_fingerprint(tmp_path: Path) -> None:
    """A folder counts all its files; another name or content of one changes the digest."""
    (tmp_path / "plane0").mkdir()
    (tmp_path / "plane0" / "F.npy").write_bytes(b"12345")
    (tmp_path / "ops.txt").write_bytes(b"12")
    first = complete(take(tmp_path), tmp_path)

    (tmp_path / "ops.txt").rename(tmp_path / "opt.txt")
    second = complete(take(tmp_path), tmp_path)

    assert first.size == 7
    assert first.sha256 != second.sha256


def test_missing_source_is_told(tmp_path: Path) -> None:
    """No file, no fingerprint."""
    with pytest.raises(NotFoundError, match="nothing"):
        take(tmp_path / "nothing.npz")
