"""Questions that analyses ask an experiment: cells, features, entropies, hashes, shuffles."""

from __future__ import annotations

import difflib
import warnings
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from driada_widgets.core.errors import DataShapeError, MissingKeyError, ParameterError
from driada_widgets.core.experiment import shuffles
from driada_widgets.core.signals.multi import MultiTimeSeries
from driada_widgets.core.signals.series import TimeSeries
from driada_widgets.core.signals.transforms import (
    get_circular_2d_name,
    get_hash,
    is_circular_2d_feature,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from driada_widgets.core.experiment.lazy_list import LazyList
    from driada_widgets.core.experiment.neuron import Neuron
    from driada_widgets.core.experiment.present import Feature

__all__ = ["ExperimentQueries"]

Mode = Literal["calcium", "spikes"]
PairHash = tuple[str, ...]

SHORTEST_BEHAVIOUR_SEC = 0.25
"""Acts shorter than this may fall between frames when data are thinned out."""


class ExperimentQueries:
    """What can be asked of an experiment; ``Experiment`` says how one is made."""

    signature: str
    n_cells: int
    n_frames: int
    calcium: MultiTimeSeries
    spikes: MultiTimeSeries
    neurons: LazyList[Neuron]
    dynamic_features: dict[str, Feature]
    _hashes: dict[Mode, dict[str, dict[int, PairHash]]]
    _has_spikes: bool

    def get_circular_2d_feature(self, name: str) -> Feature | None:
        """Give the (cos, sin) companion of a feature, or ``None``."""
        return self.dynamic_features.get(get_circular_2d_name(name))

    def has_circular_2d(self, name: str) -> bool:
        """Whether a feature has a (cos, sin) companion."""
        return get_circular_2d_name(name) in self.dynamic_features

    def get_circular_features(self) -> dict[str, TimeSeries]:
        """Give the one-dimensional circular features by name."""
        return {
            name: series
            for name, series in self.dynamic_features.items()
            if isinstance(series, TimeSeries)
            and series.type_info.is_circular
            and not is_circular_2d_feature(name)
        }

    def check_ds(self, ds: int) -> None:
        """Check a downsampling factor, and warn if short acts would be lost.

        Parameters
        ----------
        ds
            Every ``ds``-th frame is used.

        Raises
        ------
        TypeError
            If it is not a whole number.
        ParameterError
            If it is below 1, or the experiment has no frame rate.
        """
        _check_whole(ds)
        if ds < 1:
            msg = f"Downsampling factor ds must be >= 1, got {ds}"
            raise ParameterError(msg, where="ds", found=str(ds), expected="at least 1")
        fps = getattr(self, "fps", None)
        if fps is None:
            msg = f"fps not set for {self.signature}"
            raise ParameterError(msg, where="fps")
        if ds / fps > SHORTEST_BEHAVIOUR_SEC:
            text = (
                "Downsampling constant is too high: some behaviour acts may be skipped. "
                f"Acts down to {SHORTEST_BEHAVIOUR_SEC:g} s count, and every {ds}th frame is "
                f"{ds / fps:.3f} s after the last."
            )
            warnings.warn(text, UserWarning, stacklevel=2)

    def get_feature_entropy(self, feat_id: str | Sequence[str], ds: int = 1) -> float:
        """Give the entropy of a feature in bits.

        Parameters
        ----------
        feat_id
            Name of the feature.
        ds
            Every ``ds``-th frame is used.

        Returns
        -------
        float

        Raises
        ------
        MissingKeyError
            If there is no such feature.
        NotImplementedError
            For two features: their joint entropy needs mutual information.
        ParameterError, TypeError
            If ``feat_id`` is neither a name nor two names.
        """
        if isinstance(feat_id, str):
            return self._feature(feat_id).get_entropy(ds)
        if not isinstance(feat_id, (tuple, list)):
            msg = f"feat_id must be a name or a pair of names, got {type(feat_id).__name__}"
            raise TypeError(msg)
        if len(feat_id) != 2:
            msg = (
                f"The joint entropy is that of exactly 2 features, got {len(feat_id)}; combine "
                "several into one multi-dimensional feature."
            )
            raise ParameterError(msg, where="feat_id", found=str(len(feat_id)), expected="2")
        msg = (
            "The joint entropy of two features needs their mutual information, which this package "
            "does not compute. Combine them into one multi-dimensional feature, or use driada."
        )
        raise NotImplementedError(msg)

    def _feature(self, name: str) -> Feature:
        if name in self.dynamic_features:
            return self.dynamic_features[name]
        near = difflib.get_close_matches(name, list(self.dynamic_features), n=1)
        hint = f"; did you mean {near[0]!r}?" if near else "."
        msg = f"There is no feature {name!r} in {self.signature}{hint}"
        raise MissingKeyError(msg, where=name, expected=", ".join(self.dynamic_features))

    def _process_cbunch(self, cbunch: int | Iterable[int] | None) -> list[int]:
        """Give cell indices as a list; ``None`` means all."""
        if cbunch is None:
            return list(range(self.n_cells))
        if isinstance(cbunch, (int, np.integer)):
            return [int(cbunch)]
        return list(cbunch)

    def _process_fbunch(
        self,
        fbunch: str | Iterable[Any] | None,
        allow_multifeatures: bool = False,
        mode: Mode = "calcium",
    ) -> list[Any]:
        """Give feature names as a list, unknown ones left out; ``None`` means all."""
        if fbunch is None:
            return list(self.dynamic_features)
        wanted = [fbunch] if isinstance(fbunch, str) else list(fbunch)
        pairs = [name for name in wanted if not isinstance(name, str)]
        if pairs and not allow_multifeatures:
            msg = f"Features are asked for by name here, not in combinations: {pairs}"
            raise ParameterError(msg, where="fbunch", found=str(pairs))
        return [name for name in wanted if name in pairs or name in self.dynamic_features]

    def get_multicell_shuffled_calcium(
        self,
        cbunch: int | Iterable[int] | None = None,
        method: str = "roll_based",
        return_array: bool = True,
        **kwargs: Any,
    ) -> NDArray[Any] | MultiTimeSeries:
        """Give shuffled calcium of several neurons, each shuffled for itself.

        Parameters
        ----------
        cbunch
            Indices of neurons; ``None``: all.
        method, **kwargs
            As in ``Neuron.get_shuffled_calcium``.
        return_array
            An array of shape ``(n_cells, n_frames)``, else a series.

        Returns
        -------
        ndarray or MultiTimeSeries

        Raises
        ------
        ParameterError
            If an index or the method is unknown.
        """
        cells = self._known_cells(cbunch)
        _check_method(method, shuffles.CALCIUM_SHUFFLES)
        rows = [self.neurons[cell].get_shuffled_calcium(method, **kwargs) for cell in cells]
        return self._stacked(rows, discrete=False, return_array=return_array)

    def get_multicell_shuffled_spikes(
        self,
        cbunch: int | Iterable[int] | None = None,
        method: str = "isi_based",
        return_array: bool = True,
        **kwargs: Any,
    ) -> NDArray[Any] | MultiTimeSeries:
        """Give shuffled spikes of several neurons, each shuffled for itself.

        Parameters
        ----------
        cbunch
            Indices of neurons; ``None``: all.
        method, **kwargs
            As in ``Neuron.get_shuffled_spikes``.
        return_array
            An array of shape ``(n_cells, n_frames)``, else a series.

        Returns
        -------
        ndarray or MultiTimeSeries

        Raises
        ------
        AttributeError
            If there are no spikes.
        ParameterError
            If an index or the method is unknown.
        """
        cells = self._known_cells(cbunch)
        if any(self.neurons[cell].sp is None for cell in cells):
            msg = "Unable to shuffle spikes without meaningful spikes data"
            raise AttributeError(msg)
        _check_method(method, shuffles.SPIKE_SHUFFLES)
        rows = [self.neurons[cell].get_shuffled_spikes(method, **kwargs) for cell in cells]
        return self._stacked(rows, discrete=True, return_array=return_array)

    def _known_cells(self, cbunch: int | Iterable[int] | None) -> list[int]:
        cells = self._process_cbunch(cbunch)
        if not all(0 <= cell < self.n_cells for cell in cells):
            msg = f"Invalid cell indices. Must be between 0 and {self.n_cells - 1}"
            raise ParameterError(msg, where="cbunch", found=str(cells))
        return cells

    def _stacked(
        self, rows: Sequence[Any], *, discrete: bool, return_array: bool
    ) -> NDArray[Any] | MultiTimeSeries:
        block = np.stack(rows) if rows else np.empty((0, self.n_frames))
        if return_array:
            return block
        return MultiTimeSeries.from_block(
            block, shape=(block.shape[0], block.shape[1]), discrete=discrete
        )

    @property
    def _data_hashes(self) -> dict[Mode, dict[str, dict[int, PairHash]]]:
        """Hashes of the data of every pair of feature and neuron, by mode, feature and neuron."""
        for mode in ("calcium", "spikes") if self._has_spikes else ("calcium",):
            if mode not in self._hashes:
                self._build_data_hashes(mode)
        return self._hashes

    def _build_data_hashes(self, mode: Mode = "calcium") -> None:
        """Compute the hashes of one mode."""
        block = self._activity(mode)
        cells = [get_hash(row) for row in block.data]
        self._hashes[mode] = {
            name: {cell: (of_cell, of_feature) for cell, of_cell in enumerate(cells)}
            for name, of_feature in (
                (name, get_hash(series.data)) for name, series in self.dynamic_features.items()
            )
        }

    def _build_pair_hash(
        self, cell_id: int, feat_id: str | Iterable[str], mode: Mode = "calcium"
    ) -> PairHash:
        """Give the hash of a neuron's data, then those of features in order of their names."""
        names = [feat_id] if isinstance(feat_id, str) else sorted(feat_id)
        of_cell = get_hash(self._activity(mode).data[cell_id])
        return (of_cell, *(get_hash(self._feature(name).data) for name in names))

    def _activity(self, mode: str) -> MultiTimeSeries:
        if mode not in {"calcium", "spikes"}:
            msg = f'"mode" can be either "calcium" or "spikes", got {mode!r}'
            raise ParameterError(msg, where="mode", found=mode)
        return self.calcium if mode == "calcium" else self.spikes

    def _checkpoint(self) -> None:
        """Check that all series have the experiment's number of frames.

        Raises
        ------
        DataShapeError
            If one does not.
        """
        series = {"calcium": self.calcium, "spikes": self.spikes, **self.dynamic_features}
        for name, one in series.items():
            shape = np.shape(one.data)
            if shape[-1] != self.n_frames:
                msg = (
                    f'"{name}" feature has inappropriate shape: {shape}'
                    f"inconsistent with data length {self.n_frames}"
                )
                raise DataShapeError(msg, where=name, found=str(shape))


def _check_whole(ds: object) -> None:
    if not isinstance(ds, (int, np.integer)):
        msg = f"Downsampling factor ds must be an integer, got {type(ds).__name__}"
        raise TypeError(msg)


def _check_method(method: str, known: tuple[str, ...]) -> None:
    if method not in known:
        msg = f"Invalid shuffling method '{method}'. Must be one of: {list(known)}"
        raise ParameterError(msg, where="method", found=method, expected=", ".join(known))
