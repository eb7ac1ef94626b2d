"""The archive's bytes: a zip of plain ``.npy`` members and one manifest, nothing else.

``numpy.load`` and any unzip tool open it. It knows nothing of experiments: `core.store.archive`
decides what goes where. The layout is told in ``docs/decisions.md``, section *The archive*.
"""

from __future__ import annotations

from driada_widgets.core.container.manifest import canonical_json
from driada_widgets.core.container.reading import Archive, Level, Limits
from driada_widgets.core.container.recognise import is_archive
from driada_widgets.core.container.verified import VerifiedArray, trust
from driada_widgets.core.container.writing import WrittenArchive, write_archive

__all__ = [
    "Archive",
    "Level",
    "Limits",
    "VerifiedArray",
    "WrittenArchive",
    "canonical_json",
    "is_archive",
    "trust",
    "write_archive",
]
