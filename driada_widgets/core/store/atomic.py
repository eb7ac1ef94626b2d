"""Write a file so that its name always stands for a whole one: the old or the new.

A new file is written under a temporary name in the same folder, brought to the disk, read back, and
only then given its name. There is no lock: every writer has its own temporary name, all succeed,
and the last one wins.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
import time
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO, NoReturn, TypeVar

from driada_widgets.core.errors import LoaderError, RootNotFolderError, StorageError
from driada_widgets.core.store import disk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["check_target", "check_writable", "is_temporary", "sweep", "write_atomically"]

T = TypeVar("T")

STALE_SEC = 3600.0
_PREFIX, _SUFFIX = ".driada-", ".tmp"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_LINKS = {errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.EOPNOTSUPP}
_NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOTSUP}


def write_atomically(
    target: Path,
    write: Callable[[BinaryIO], T],
    *,
    check: Callable[[Path], object] | None = None,
    keep_as: Path | None = None,
    needed: int | None = None,
) -> T:
    """Write a file under a temporary name and give it its own when it is whole and on the disk.

    Parameters
    ----------
    target
        Name of the file; its folder is made if it is missing.
    write
        Writes into the open file it is given.
    check
        Reads the file back and raises if it is not what was meant.
    keep_as
        Second name, in the same folder, for the file that ``target`` stands for now; a file of
        that name is replaced. ``None``: the old file is given up.
    needed
        Bytes that will be written, to say at once that there is no room; ``None``: unknown.

    Returns
    -------
    object
        What ``write`` gave.

    Raises
    ------
    StorageError
        If anything fails: the old file is still there, whole, and neither a temporary file nor a
        folder that was made for it is left.
    RootNotFolderError
        If a part of the path is a file.
    """
    _refuse_no_file(target)
    made = [folder for folder in (target.parent, *target.parent.parents) if not folder.exists()]
    _make_folder(target.parent)
    try:
        result = _written(target, write, check, keep_as, needed)
    except BaseException:
        _remove_folders(made)
        raise
    _sync_folder(target)
    return result


def _written(
    target: Path,
    write: Callable[[BinaryIO], T],
    check: Callable[[Path], object] | None,
    keep_as: Path | None,
    needed: int | None,
) -> T:
    sweep(target.parent)
    _check_room(target, needed)
    temporary = target.with_name(f"{_PREFIX}{secrets.token_hex(8)}{_SUFFIX}")
    try:
        with disk.DISK.create(temporary) as file:
            result = write(file)
            disk.DISK.sync(file)
        if check is not None:
            check(temporary)
        _give_name(temporary, target, keep_as)
    except LoaderError:
        raise
    except OSError as error:
        _fail(target, error, needed)
    finally:
        # Where even this fails, a later writer sweeps.
        with suppress(OSError):
            disk.DISK.remove(temporary)
    return result


def _refuse_no_file(target: Path) -> None:
    """Refuse what cannot name a file, and what is there but is no file: it would be replaced."""
    if not target.name or "\0" in str(target):
        _fail_name(target, "does not name a file")
    try:
        mode = target.lstat().st_mode
    except OSError:
        return
    if stat.S_ISDIR(mode):
        _fail_name(target, "is a folder")
    if not stat.S_ISREG(mode) and not stat.S_ISLNK(mode):
        _fail_name(target, "is a device or a pipe, not a file")


def _fail_name(target: Path, why: str) -> NoReturn:
    fix = "give the name of a file"
    msg = f"The experiment was not saved: {str(target)!r} {why}.\n{fix.capitalize()}."
    raise StorageError(msg, where=str(target), fix=fix)


def _remove_folders(made: list[Path]) -> None:
    """Take folders back that were made for a file which was not written, the innermost first."""
    for folder in made:
        with suppress(OSError):
            folder.rmdir()


def _make_folder(folder: Path) -> None:
    try:
        disk.DISK.make_folder(folder)
    except (FileExistsError, NotADirectoryError):
        _fail_root(folder)
    except OSError as error:
        _fail_folder(folder, error)


def _give_name(temporary: Path, target: Path, keep_as: Path | None) -> None:
    kept = None if keep_as is None else _keep(target, keep_as)
    try:
        disk.DISK.replace(temporary, target)
    except OSError:
        if kept is not None:
            with suppress(OSError):
                disk.DISK.remove(kept) if target.exists() else disk.DISK.replace(kept, target)
        raise


def _keep(target: Path, keep_as: Path) -> Path | None:
    """Give the present file its second name; a first save has nothing to keep."""
    if not target.exists():
        return None
    disk.DISK.remove(keep_as)
    try:
        disk.DISK.link(target, keep_as)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        disk.DISK.replace(target, keep_as)
    return keep_as


def _sync_folder(target: Path) -> None:
    try:
        disk.DISK.sync_folder(target.parent)
    except OSError as error:
        if error.errno in _NO_FOLDER_SYNC:
            return
        msg = (
            f"{target.name} is saved in {target.parent}, but the disk did not confirm it: "
            f"{error.strerror or error}.\nSave it again."
        )
        raise StorageError(msg, where=str(target), fix="save it again") from error


def sweep(folder: Path) -> list[Path]:
    """Remove what writers left that were ended before they could tidy up.

    Parameters
    ----------
    folder
        Folder of saved files.

    Returns
    -------
    list of Path
        Temporary files of ours that were older than an hour and whose writer is gone.
    """
    swept = []
    oldest = time.time() - STALE_SEC
    with suppress(OSError):
        for path in list(folder.iterdir()):
            with suppress(OSError):
                if is_temporary(path) and path.stat().st_mtime < oldest:
                    if disk.is_being_written(path):
                        continue
                    disk.DISK.remove(path)
                    swept.append(path)
    return swept


def is_temporary(path: Path) -> bool:
    """Say whether a file has a temporary name of ours."""
    return path.name.startswith(_PREFIX) and path.name.endswith(_SUFFIX)


def check_target(target: Path) -> None:
    """See whether a file can be saved, leaving nothing behind; errors as `write_atomically`."""
    _refuse_no_file(target)
    check_writable(target.parent)


def check_writable(folder: Path) -> None:
    """See whether files can be saved under a folder, leaving nothing behind.

    Parameters
    ----------
    folder
        Root of saved experiments; it need not exist yet.

    Raises
    ------
    RootNotFolderError
        If it, or a part of its path, is a file.
    StorageError
        If nothing can be written there.
    """
    if "\0" in str(folder):
        _fail_folder(folder, OSError(errno.EINVAL, "the name holds a zero byte"))
    present = folder
    while not present.exists() and present != present.parent:
        present = present.parent
    if not present.is_dir():
        _fail_root(present)
    probe = present / f"{_PREFIX}{secrets.token_hex(8)}{_SUFFIX}"
    try:
        try:
            disk.DISK.create(probe).close()
        finally:
            disk.DISK.remove(probe)
    except OSError as error:
        _fail_folder(folder, error)


def _check_room(target: Path, needed: int | None) -> None:
    free = _free_bytes(target.parent)
    if needed is not None and free is not None and needed > free:
        _fail(target, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), needed)


def _free_bytes(folder: Path) -> int | None:
    import shutil

    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def _fail(target: Path, error: OSError, needed: int | None) -> NoReturn:
    """Say what failed, in the words of the person who saved."""
    reason = error.strerror or str(error)
    fix = "choose another folder, or try again"
    found = expected = None
    if error.errno in _FULL:
        found, expected = _bytes(_free_bytes(target.parent)), _bytes(needed)
        reason += f"; it needs {expected}, and {found} are free"
        fix = "make room, or choose another folder"
    msg = (
        f"{target.name} was not saved in {target.parent}: {reason}.\n"
        f"What was saved there before is unchanged. {fix.capitalize()}."
    )
    raise StorageError(msg, where=str(target), found=found, expected=expected, fix=fix) from error


def _fail_folder(folder: Path, error: OSError) -> NoReturn:
    msg = (
        f"Nothing can be saved in {folder}: {error.strerror or error}.\n"
        "Choose another folder, or ask for the right to write there."
    )
    raise StorageError(msg, where=str(folder), fix="choose another folder") from error


def _fail_root(path: Path) -> NoReturn:
    msg = f"Root must be a folder, but {path} is not one.\nChoose another folder."
    raise RootNotFolderError(msg, where=str(path), fix="choose another folder")


def _bytes(number: int | None) -> str:
    return "an unknown number of bytes" if number is None else f"{number:,} bytes"
