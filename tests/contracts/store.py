"""What every way to save an experiment must do: a subclass names the way, the tests are here."""

from __future__ import annotations

from pathlib import Path

import pytest

from driada_widgets.core.errors import DataFileError, NotFoundError, StorageError
from driada_widgets.core.experiment.experiment import Experiment
from driada_widgets.core.store import disk
from tests.faulty_disk import FaultyDisk
from tests.recordings import make_contents

__all__ = ["StoreContract"]


class StoreContract:
    """Round trip, nothing but the file, the old file kept, and no for what it does not know."""

    suffix: str

    def save(self, experiment: Experiment, path: Path) -> object:
        """Save an experiment."""
        raise NotImplementedError

    def open(self, path: Path) -> Experiment:
        """Open a saved experiment."""
        raise NotImplementedError

    @pytest.fixture
    def experiment(self) -> Experiment:
        """Give a small experiment with features and spikes."""
        return Experiment.from_contents(make_contents())

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        """Give a place in a folder that is there."""
        return tmp_path / f"Exp x{self.suffix}"

    def test_what_is_opened_is_what_was_saved(self, experiment: Experiment, path: Path) -> None:
        """Everything that later computation rests on comes back."""
        self.save(experiment, path)

        opened = self.open(path)

        assert opened.content_hash == experiment.content_hash
        assert opened.same_data_as(experiment)

    def test_saving_leaves_exactly_one_file(self, experiment: Experiment, path: Path) -> None:
        """No lock, no temporary file, no side-car; the second time neither."""
        self.save(experiment, path)
        self.save(experiment, path)

        assert [found.name for found in path.parent.iterdir()] == [path.name]

    @pytest.mark.parametrize("fail_at", [1, 2, 3])
    def test_a_failed_save_keeps_the_old_file(
        self, experiment: Experiment, path: Path, monkeypatch: pytest.MonkeyPatch, fail_at: int
    ) -> None:
        """A full disk costs the new file, never the old one."""
        self.save(experiment, path)
        before = path.read_bytes()
        monkeypatch.setattr(disk, "DISK", FaultyDisk(fail_at))

        with pytest.raises(StorageError):
            self.save(experiment, path)

        assert path.read_bytes() == before
        assert [found.name for found in path.parent.iterdir()] == [path.name]

    @pytest.mark.parametrize("share", [0.0, 0.3, 0.99], ids=["empty", "cut", "nearly-whole"])
    def test_a_cut_file_is_an_error_that_names_it(
        self, experiment: Experiment, path: Path, share: float
    ) -> None:
        """Half a file is never half an experiment."""
        self.save(experiment, path)
        whole = path.read_bytes()
        path.write_bytes(whole[: int(share * len(whole))])

        with pytest.raises(DataFileError, match=path.name):
            self.open(path)

    def test_what_it_does_not_know_is_refused(self, path: Path) -> None:
        """Text under the right name is not an experiment."""
        path.write_text("hello", encoding="utf-8")

        with pytest.raises(DataFileError):
            self.open(path)

    def test_a_missing_file_is_said_to_be_missing(self, path: Path) -> None:
        """The documented ``FileNotFoundError`` holds."""
        with pytest.raises(NotFoundError):
            self.open(path)
