"""The archive and the pickle keep the same promises."""

from __future__ import annotations

from pathlib import Path

from driada_widgets.core.experiment.experiment import Experiment
from driada_widgets.core.store.archive import open_archive, save_archive
from driada_widgets.core.store.pickled import open_pickle, save_pickle
from tests.contracts.store import StoreContract


class TestArchive(StoreContract):
    """The default way."""

    suffix = ".npz"

    def save(self, experiment: Experiment, path: Path) -> object:
        """Save an archive."""
        return save_archive(experiment, path)

    def open(self, path: Path) -> Experiment:
        """Open an archive."""
        return open_archive(path)


class TestPickle(StoreContract):
    """The contract's way."""

    suffix = ".pickle"

    def save(self, experiment: Experiment, path: Path) -> object:
        """Save a pickle."""
        return save_pickle(experiment, path)

    def open(self, path: Path) -> Experiment:
        """Open a pickle."""
        return open_pickle(path)
