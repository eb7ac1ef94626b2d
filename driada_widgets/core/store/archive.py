"""Experiments as archives: the arrays as given, and everything else in the manifest.

Opening reads the manifest only. Each array is compared with its checksums when its values are first
used, so that opening takes milliseconds whatever the size, and no value is used unverified.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from driada_widgets.core.container.npz import Archive, VerifiedArray, trust, write_archive
from driada_widgets.core.errors import DataFileError, ParameterError, StorageError
from driada_widgets.core.experiment.experiment import Experiment
from driada_widgets.core.experiment.parts import from_parts, to_parts
from driada_widgets.core.store.atomic import write_atomically
from driada_widgets.core.store.manifest import axes_of, describe, readable

if TYPE_CHECKING:
    from typing import BinaryIO

    import numpy as np
    from numpy.typing import NDArray

    from driada_widgets.core.container.npz import Level, WrittenArchive
    from driada_widgets.core.report import Progress

__all__ = ["manifest_of", "open_archive", "save_archive", "verify_archive"]

# What a file takes beside its arrays: headers and entries, and checksums of pieces.
_BYTES_PER_ARRAY = 4096
_BYTES_PER_CHECKSUM_BYTE = 1024


def save_archive(
    experiment: Experiment,
    path: str | Path,
    *,
    progress: Progress | None = None,
    keep_as: Path | None = None,
) -> Path:
    """Save an experiment; the name stands for the old file or the new one, never for less.

    Parameters
    ----------
    experiment
        What to save.
    path
        Name of the file; missing folders are made.
    progress
        Counts bytes; raises if it was cancelled, and nothing is left behind.
    keep_as
        Second name for the file that is there now; ``None``: it is replaced.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    StorageError
        If it could not be saved; what was there before is unchanged.
    """
    path = Path(path)
    contents = experiment.contents
    meta, arrays = to_parts(contents)
    axes = axes_of(meta, {name: array.shape for name, array in arrays.items()})

    def write(file: BinaryIO) -> WrittenArchive:
        return write_archive(
            file,
            arrays,
            lambda digests: describe(contents, meta, digests),
            axes=axes,
            progress=progress,
        )

    n_bytes = sum(array.nbytes for array in arrays.values())
    needed = n_bytes + n_bytes // _BYTES_PER_CHECKSUM_BYTE + _BYTES_PER_ARRAY * (len(arrays) + 1)
    write_atomically(path, write, check=_read_back, keep_as=keep_as, needed=needed)
    return path


def open_archive(path: str | Path, *, verify: Level | None = None) -> Experiment:
    """Open an experiment without reading its arrays.

    Parameters
    ----------
    path
        An archive, whatever its suffix.
    verify
        What happens when the values of an array are first used. ``"full"``: its SHA-256 is
        compared; ``"rows"``: the CRC-32 of its pieces; ``"fast"``: nothing. ``None``: ``"full"``,
        but ``"rows"`` for files that this process wrote or has compared in full before.

    Returns
    -------
    Experiment
        Its arrays are read-only memory maps.

    Raises
    ------
    NotFoundError, TruncatedFileError, NotThisFormatError, CorruptFileError, ChecksumError
        If the file cannot be opened. Damage inside an array is a ``ChecksumError`` when the array
        is first used.
    """
    if verify not in (None, "fast", "rows", "full"):
        msg = f"Expected verify 'fast', 'rows', 'full' or None, but got {verify!r}."
        raise ParameterError(msg, where="verify")
    path = Path(path)
    archive = Archive.open(path)
    manifest = readable(archive.manifest, path)
    arrays = {name: _as_array(VerifiedArray(archive, name, verify)) for name in archive.names}
    digests = {name: record.sha256 for name, record in archive.records.items()}
    contents = from_parts(manifest["experiment"], arrays)
    return Experiment.from_contents(contents, digests=digests)


def verify_archive(
    path: str | Path, level: Level = "full", *, progress: Progress | None = None
) -> None:
    """Compare a whole file with its checksums.

    Parameters
    ----------
    path
        An archive.
    level
        ``"fast"``: members, sizes and manifest; ``"rows"``: every piece; ``"full"``: SHA-256 of
        every array.
    progress
        Counts bytes; raises if it was cancelled.

    Raises
    ------
    DataFileError
        As `open_archive`; ``ChecksumError`` names the array and the neurons.
    """
    with Archive.open(path) as archive:
        readable(archive.manifest, archive.path)
        archive.verify(level, progress=progress)
        if level == "full":
            trust(archive.identity, archive.names)


def manifest_of(path: str | Path) -> dict[str, Any]:
    """Give the manifest of a saved experiment in the present schema; errors as `open_archive`."""
    with Archive.open(path) as archive:
        return readable(archive.manifest, archive.path)


def _read_back(path: Path) -> None:
    """See that the disk gives back what it was given, as far as that takes no time."""
    try:
        with Archive.open(path) as archive:
            trust(archive.identity, archive.names)
    except DataFileError as error:
        msg = f"The disk did not give back what was written: {error}"
        raise StorageError(msg, where=str(path), fix="save to another disk") from error


def _as_array(array: VerifiedArray) -> NDArray[np.generic]:
    # A VerifiedArray is no ndarray, but becomes one, verified, wherever an array is needed.
    return cast("NDArray[np.generic]", array)
