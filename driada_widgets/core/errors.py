"""The error family, and the one way to ask for an optional package.

Every error is also the built-in exception that the documented functions promise, so code written
against ``ValueError`` or ``FileNotFoundError`` keeps working.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

__all__ = [
    "AmbiguousKeyError",
    "ChecksumError",
    "CorruptFileError",
    "DataFileError",
    "DataShapeError",
    "DataTypeError",
    "DataValueError",
    "DownloadError",
    "FileTooLargeError",
    "IncompleteDownloadError",
    "LoadCancelledError",
    "LoaderError",
    "MissingKeyError",
    "MissingPackageError",
    "NotFoundError",
    "NotThisFormatError",
    "ParameterError",
    "PermissionDownloadError",
    "QuotaError",
    "RateLimitedError",
    "RootNotFolderError",
    "RouterError",
    "StorageError",
    "TruncatedFileError",
    "UnsafeContentError",
    "require",
]


class LoaderError(Exception):
    """Anything that stops a load, told so that its reader can act.

    Parameters
    ----------
    message
        What is wrong and what to do, in plain words.
    where
        File, array or field concerned.
    found
        What was there.
    expected
        What should have been there.
    fix
        An action that the reader can take.
    """

    def __init__(
        self,
        message: str,
        *,
        where: str | None = None,
        found: str | None = None,
        expected: str | None = None,
        fix: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.found = found
        self.expected = expected
        self.fix = fix

    def __str__(self) -> str:
        """Give the message as written; ``KeyError`` children would quote it."""
        return self.message


class LoadCancelledError(LoaderError):
    """The person pressed *Cancel*; nothing was left behind."""


class DataFileError(LoaderError, ValueError):
    """A data file that cannot be used."""


class TruncatedFileError(DataFileError):
    """The file ends too early: an interrupted copy or download."""


class NotThisFormatError(DataFileError):
    """The file is something else than its name says, or nothing that can be read."""


class ChecksumError(DataFileError):
    """The stored bytes are not the bytes that were written."""


class CorruptFileError(DataFileError):
    """The file contradicts itself."""


class FileTooLargeError(DataFileError):
    """Reading the file would need more memory than is allowed."""


class UnsafeContentError(DataFileError):
    """The file would have to run code to be opened; it is not opened."""


class DataShapeError(LoaderError, ValueError):
    """An array has the wrong shape."""


class DataTypeError(LoaderError, ValueError):
    """An array has a dtype that cannot be used."""


class DataValueError(LoaderError, ValueError):
    """An array holds values that cannot be used, such as NaN."""


class AmbiguousKeyError(LoaderError, ValueError):
    """Two arrays answer to one name."""


class ParameterError(LoaderError, ValueError):
    """An argument or a field of the request is wrong."""


class MissingKeyError(ParameterError, KeyError):
    """Entries of ``exp_params`` that form the name are missing."""


class RouterError(LoaderError, ValueError):
    """The lab's table of links cannot be used."""


class StorageError(LoaderError, OSError):
    """Something could not be written."""


class RootNotFolderError(StorageError, ValueError):
    """The root is a file."""


class NotFoundError(LoaderError, FileNotFoundError):
    """There is no such file."""


class DownloadError(LoaderError, FileNotFoundError, ConnectionError):
    """A download failed."""


class PermissionDownloadError(DownloadError):
    """The account may not read the file."""


class QuotaError(DownloadError):
    """The file was downloaded too often; ``retry_at`` says when to try again (Unix seconds)."""

    retry_at: float | None = None


class RateLimitedError(DownloadError):
    """The server asks to slow down."""


class IncompleteDownloadError(DownloadError):
    """The connection ended before the file did; the next call resumes."""


class MissingPackageError(LoaderError, ImportError):
    """An optional package is needed and not installed."""


def require(package: str, purpose: str, extra: str) -> ModuleType:
    """Import an optional package, or say what to install.

    Parameters
    ----------
    package
        Name to import.
    purpose
        What it is needed for, to finish the sentence "... is needed to ...".
    extra
        Extra of ``driada-widgets`` that brings it.

    Returns
    -------
    module
        The imported package.

    Raises
    ------
    MissingPackageError
        If the package cannot be imported.
    """
    try:
        return importlib.import_module(package)
    except ImportError as error:
        msg = (
            f"The package {package!r} is needed to {purpose} and is not installed.\n"
            f'Run: pip install "driada-widgets[{extra}]"'
        )
        raise MissingPackageError(msg, where=package, fix=f"install the extra {extra!r}") from error
