"""Read NPZ files, as ``numpy.savez`` writes them, without ever unpickling."""

from __future__ import annotations

import mmap
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar

import numpy as np

from driada_widgets.core import machine
from driada_widgets.core.errors import CorruptFileError, FileTooLargeError
from driada_widgets.core.report import Note
from driada_widgets.core.sources import limits
from driada_widgets.core.sources.base import ArrayInfo, Inventory
from driada_widgets.core.sources.fingerprint import take
from driada_widgets.core.sources.names import check_names
from driada_widgets.core.sources.npy import parse_header
from driada_widgets.core.sources.npy_values import read_array
from driada_widgets.core.sources.objects import inspect_objects
from driada_widgets.core.sources.recognise import (
    expected_format,
    first_bytes,
    not_found,
    refusal,
    suffix_notes,
)
from driada_widgets.core.sources.values import (
    METADATA_NAMES,
    N_SHOWN,
    N_SMALL,
    collect_metadata,
    parse_metadata,
    plain_value,
    show_values,
)
from driada_widgets.core.sources.zip_directory import STORED, Member, read_directory
from driada_widgets.core.sources.zip_member import MemberReader, obstacle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from driada_widgets.core.report import Progress
    from driada_widgets.core.sources.npy import NpyHeader

__all__ = ["NpzReader"]

_SUFFIX = ".npy"
# Metadata as JSON text; longer ones are no metadata.
_MAX_METADATA = 4 * 2**20
_MAX_SMALL = 2**16


@dataclass(frozen=True, slots=True, kw_only=True)
class NpzReader:
    """Arrays in a zip, one ``.npy`` member each.

    Parameters
    ----------
    inflate_limit
        Most bytes that compressed arrays may take in memory together; ``None``: 4 GiB, or
        a quarter of the free memory if that is less. A limit that is given also lifts the rule
        that nothing above 256 MiB may inflate more than 200 times.
    """

    name: ClassVar[str] = "npz"
    suffixes: ClassVar[tuple[str, ...]] = (".npz",)

    inflate_limit: int | None = None

    def sniff(self, path: Path) -> bool:
        """Say whether the file starts as an NPZ does: a zip whose first member is an array."""
        head = first_bytes(path)
        is_named_so = path.name.lower().endswith(self.suffixes)
        if head.startswith(b"PK\x05\x06"):
            return is_named_so
        if not head.startswith(b"PK\x03\x04"):
            return False
        n_name = int.from_bytes(head[26:28], "little")
        first_name = head[30 : 30 + n_name]
        return first_name.endswith(_SUFFIX.encode()) or is_named_so or _has_arrays(path)

    def inspect(self, path: Path) -> Inventory:
        """List the arrays; only headers, a few values and stored metadata are read.

        Parameters
        ----------
        path
            A local file.

        Returns
        -------
        Inventory
            Arrays that hold Python objects are listed with the problem why they are not opened.

        Raises
        ------
        DataFileError
            If the file is cut, damaged, or no NPZ.
        """
        path = Path(path)
        with _opened(path) as file:
            members, others = _arrays_of(file, path)
            seen = [_inspect_member(file, member, name, path) for name, member in members.items()]
        arrays = tuple(info for info, _ in seen)
        stored = {info.name: info.value for info in arrays if info.name in METADATA_NAMES}
        metadata, notes = collect_metadata(stored)
        return Inventory(
            format=self.name,
            path=path,
            n_bytes=path.stat().st_size,
            arrays=arrays,
            metadata=metadata,
            fingerprint=take(path),
            notes=(
                *suffix_notes(path, "an NPZ file", self.suffixes),
                *others,
                *(note for _, notes_of_member in seen for note in notes_of_member),
                *notes,
            ),
        )

    def read(
        self, path: Path, names: Sequence[str], progress: Progress | None = None
    ) -> dict[str, NDArray[np.generic]]:
        """Read arrays into memory and check each against its CRC-32.

        Parameters
        ----------
        path
            A local file.
        names
            Arrays to read, in the order of the result.
        progress
            Asked between pieces whether to stop.

        Returns
        -------
        dict
            Arrays in the machine's byte order, last axis contiguous.

        Raises
        ------
        ChecksumError
            If an array is not what was written; it names the array.
        FileTooLargeError
            Before anything is inflated, if too much would be.
        UnsafeContentError
            If an array holds Python objects that are not plain values.
        """
        path = Path(path)
        with _opened(path) as file:
            members = _choose(_arrays_of(file, path)[0], names, path)
            self._check_inflated(members, path)
            return {
                name: _read_member(file, member, name, path, progress)
                for name, member in members.items()
            }

    def verify(self, path: Path, names: Sequence[str], progress: Progress | None = None) -> None:
        """Check arrays against their CRC-32 in one walk through the file; nothing is kept.

        Parameters
        ----------
        path
            A local file.
        names
            Arrays to check.
        progress
            Asked between pieces whether to stop.

        Raises
        ------
        ChecksumError
            If an array is not what was written; it names the array.
        FileTooLargeError
            Before anything is inflated, if reading would need too much.
        """
        path = Path(path)
        with _opened(path) as file:
            members = _choose(_arrays_of(file, path)[0], names, path)
            self._check_inflated(members, path)
            for name, member in members.items():
                where = _where(name, path)
                refused = obstacle(member, where=where)
                if refused is not None:
                    raise refused
                reader = MemberReader(file, member, where=where, progress=progress)
                reader.skip()
                reader.finish()

    def map(self, path: Path, names: Sequence[str]) -> dict[str, NDArray[np.generic]]:
        """Show arrays through a read-only memory map where the file stores them as they are.

        Compressed and byte-swapped arrays are read instead. What is mapped is not verified.
        """
        path = Path(path)
        with _opened(path) as file:
            members = _choose(_arrays_of(file, path)[0], names, path)
            self._check_inflated(members, path)
            whole = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            return {
                name: _map_member(file, whole, member, name, path)
                for name, member in members.items()
            }

    def _check_inflated(self, members: Mapping[str, Member], path: Path) -> None:
        """Refuse a zip bomb by what it declares; what it declares is enforced while reading."""
        packed = {name: member for name, member in members.items() if member.method != STORED}
        n_inflated = sum(member.size for member in packed.values())
        n_stored = sum(member.stored_size for member in packed.values())
        limit = limits.inflate_limit() if self.inflate_limit is None else self.inflate_limit
        is_dense = self.inflate_limit is None and (
            n_inflated > limits.RATIO_COUNTS_ABOVE and n_inflated > limits.MAX_RATIO * n_stored
        )
        if n_inflated <= limit and not is_dense:
            return
        largest = max(packed, key=lambda name: packed[name].size)
        why = "more than 200 times as much" if is_dense else machine.format_bytes(limit)
        msg = (
            f"{path.name} was not opened: {machine.format_bytes(n_stored)} in it would inflate to "
            f"{machine.format_bytes(n_inflated)}, most of it in array {largest!r}; the limit is "
            f"{why}. Leave that array out, save the file uncompressed with numpy.savez, or, if "
            "you trust it, raise the limit: register_reader(NpzReader(inflate_limit=...))."
        )
        raise FileTooLargeError(
            msg,
            where=path.name,
            found=machine.format_bytes(n_inflated),
            expected=f"at most {why}",
            fix="leave the array out, or save the file uncompressed",
        )


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Open a zip, or say what the file is instead."""
    if not path.exists():
        raise not_found(path)
    if not first_bytes(path, 4).startswith((b"PK\x03\x04", b"PK\x05\x06")):
        raise refusal(path, expected="NPZ")
    with path.open("rb") as file:
        yield file


def _has_arrays(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            members = read_directory(file, name=path.name).members
        except ValueError:
            return False
    return any(member.name.endswith(_SUFFIX) for member in members)


def _arrays_of(file: BinaryIO, path: Path) -> tuple[dict[str, Member], tuple[Note, ...]]:
    """Give the members that are arrays by the arrays' names, and a note on the others."""
    directory = read_directory(file, name=path.name)
    arrays = {
        member.name.removesuffix(_SUFFIX): member
        for member in directory.members
        if member.name.endswith(_SUFFIX)
    }
    others = [member.name for member in directory.members if not member.name.endswith(_SUFFIX)]
    if others and not arrays:
        raise refusal(path, expected=expected_format(path))
    notes = []
    if others:
        shown = ", ".join(repr(name) for name in others[:N_SHOWN])
        more = " and others" if len(others) > N_SHOWN else ""
        text = f"{path.name} also holds {shown}{more}; only arrays (.npy) are read."
        notes.append(Note(id="not-arrays", level="info", subject=path.name, text=text))
    if directory.n_trailing:
        text = f"{directory.n_trailing} bytes after the end of {path.name} are ignored."
        notes.append(Note(id="bytes-after-end", level="info", subject=path.name, text=text))
    return arrays, tuple(notes)


def _choose(members: Mapping[str, Member], names: Iterable[str], path: Path) -> dict[str, Member]:
    names = tuple(names)
    check_names(names, tuple(members), where=path.name)
    return {name: members[name] for name in names}


def _where(name: str, path: Path) -> str:
    return f"array {name!r} in {path.name}"


def _inspect_member(
    file: BinaryIO, member: Member, name: str, path: Path
) -> tuple[ArrayInfo, tuple[Note, ...]]:
    where = _where(name, path)
    refused = obstacle(member, where=where)
    if refused is not None:
        info = ArrayInfo(
            name=name, shape=(), dtype=np.dtype("V0"), problem=str(refused), error=type(refused)
        )
        return info, ()
    reader = MemberReader(file, member, where=where)
    header = parse_header(reader.read, member_size=member.size, where=where)
    if header.dtype.hasobject:
        return inspect_objects(reader, header, member.size, name=name, where=where)
    values, is_all = _first_values(reader, header, name)
    try:
        shown = show_values(values, header.n_items)
        value = plain_value(values.reshape(header.shape)) if is_all else None
        if is_all and name in METADATA_NAMES:
            value = parse_metadata(values.reshape(header.shape).tolist())
    # NumPy's ways to say that a code is no character's.
    except (SystemError, ValueError) as error:
        msg = f"{where} holds text that is none. Download or copy the file again."
        raise CorruptFileError(msg, where=where) from error
    info = ArrayInfo(
        name=name, shape=header.shape, dtype=header.dtype, first_values=shown, value=value
    )
    return info, ()


def _first_values(
    reader: MemberReader, header: NpyHeader, name: str
) -> tuple[NDArray[np.generic], bool]:
    """Read all values of a small array, verified, or the first few of a large one."""
    most = _MAX_METADATA if name in METADATA_NAMES else _MAX_SMALL
    is_all = header.n_items <= N_SMALL and header.data_bytes <= most
    # In Fortran order the neighbours of the first value are not those that a person sees.
    n_read = 1 if header.fortran_order and len(header.shape) > 1 else N_SHOWN + 1
    n_read = header.n_items if is_all else min(n_read, header.n_items)
    if n_read * header.dtype.itemsize > most:
        n_read = 0
    values: NDArray[Any] = np.empty(n_read, header.dtype)
    if values.nbytes:
        reader.readinto(values.view(np.uint8).data)
    if not is_all:
        return values, False
    reader.finish()
    if header.fortran_order:
        values = values.reshape(header.shape, order="F").reshape(-1)
    return values, True


def _read_member(
    file: BinaryIO, member: Member, name: str, path: Path, progress: Progress | None = None
) -> NDArray[np.generic]:
    where = _where(name, path)
    refused = obstacle(member, where=where)
    if refused is not None:
        raise refused
    reader = MemberReader(file, member, where=where, progress=progress)
    return read_array(reader, member.size, name=name, where=where)


def _map_member(
    file: BinaryIO, whole: mmap.mmap, member: Member, name: str, path: Path
) -> NDArray[np.generic]:
    where = _where(name, path)
    if member.method != STORED or member.encrypted:
        return _read_member(file, member, name, path)
    reader = MemberReader(file, member, where=where)
    header = parse_header(reader.read, member_size=member.size, where=where)
    if header.dtype.hasobject or not header.dtype.isnative or header.n_items == 0:
        return _read_member(file, member, name, path)
    try:
        array: NDArray[Any] = np.ndarray(
            header.shape,
            header.dtype,
            buffer=whole,
            offset=member.start + header.n_bytes,
            order="F" if header.fortran_order else "C",
        )
    except (TypeError, ValueError) as error:
        msg = f"{where} cannot be mapped: it ends after the end of the file."
        raise CorruptFileError(msg, where=where) from error
    array.flags.writeable = False
    return array
