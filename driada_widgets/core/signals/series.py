"""One variable over time: its data, name, type and mask; everything derived is lazy."""

from __future__ import annotations

import warnings
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from driada_widgets.core.errors import DataTypeError
from driada_widgets.core.signals import entropy as entropies
from driada_widgets.core.signals.checks import (
    as_mask,
    as_one_row,
    warn_if_ambiguous,
    warn_if_short,
)
from driada_widgets.core.signals.classify import with_declared
from driada_widgets.core.signals.detect import (
    detect_type,
    guess_discrete,
    is_discrete_time_series,
    type_of_word,
)
from driada_widgets.core.signals.filters import smooth
from driada_widgets.core.signals.scaling import (
    gaussian_copula,
    minmax_factor,
    minmax_scale,
    to_integers,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray
    from scipy.spatial import cKDTree

    from driada_widgets.core.signals.checks import Sparse
    from driada_widgets.core.signals.types import TimeSeriesType

__all__ = ["TimeSeries"]


class TimeSeries:
    """One variable over time.

    Parameters
    ----------
    data
        Real or boolean values without NaN, shape ``(n_frames,)``, at least two frames; arrays are
        not copied. Sparse input is made dense.
    discrete
        Whether the values are separate; ``None`` asks the data.
    ts_type
        A type, or a word of ``types.TYPE_WORDS``; it wins over ``discrete``.
    shuffle_mask
        Frames at which a shuffled copy may start, shape ``(n_frames,)``; ``None``: all.
    name
        Name of the variable; words such as ``"heading"`` take part in the detection.

    Attributes
    ----------
    data
        As given.
    name
        As given.
    entropy, kdtree_query
        Results that were asked for before, by their argument.
    kdtree
        The tree that was asked for before, or ``None``.

    Raises
    ------
    DataShapeError, DataTypeError, DataValueError, ParameterError
        All are ``ValueError``: data that are not one row of finite numbers, a mask that does not
        fit, a word that is not a type.

    Notes
    -----
    Two series are equal only if they are the same object. A warning is given if the type is
    ambiguous, and if there are fewer than 30 frames to detect it from.

    Examples
    --------
    >>> import numpy as np
    >>> lick = TimeSeries(np.array([False, True] * 50), name="lick")
    >>> lick.type_info.subtype, lick.is_binary
    ('binary', True)
    >>> TimeSeries([0.1, 0.5, 0.9], ts_type="linear").scdata
    array([0. , 0.5, 1. ])
    """

    name: str | None
    entropy: dict[int, float]
    kdtree: cKDTree | None
    kdtree_query: dict[int, tuple[NDArray[np.float64], NDArray[np.intp]]]
    _make_data: Callable[[], NDArray[Any]] | None
    _make_mask: Callable[[], NDArray[np.bool_]] | None

    def __init__(
        self,
        data: ArrayLike | Sparse,
        discrete: bool | None = None,
        ts_type: TimeSeriesType | str | None = None,
        shuffle_mask: ArrayLike | None = None,
        name: str | None = None,
    ) -> None:
        array = as_one_row(data)
        mask = None if shuffle_mask is None else as_mask(shuffle_mask, array.size)
        chosen = type_of_word(ts_type, array) if isinstance(ts_type, str) else ts_type
        self._set_up(array, name, chosen, discrete if chosen is None else None, mask)
        if chosen is None:
            warn_if_short(array.size)
        if self._declared is None:
            # The type is detected now, because what it warns of belongs to this call.
            warn_if_ambiguous(self.type_info)

    @classmethod
    def from_trusted(
        cls,
        data: NDArray[Any] | Callable[[], NDArray[Any]],
        *,
        name: str | None = None,
        type_info: TimeSeriesType | None = None,
        discrete: bool | None = None,
        shuffle_mask: NDArray[np.bool_] | Callable[[], NDArray[np.bool_]] | None = None,
    ) -> Self:
        """Make a series from data known to be good: nothing is checked, copied or warned.

        Parameters
        ----------
        data
            As in the constructor, or a function that gives it; it is called once, when the data
            are first needed.
        name
            As in the constructor.
        type_info
            Type; ``None``: detected when first asked for.
        discrete
            As in the constructor; with ``type_info`` it is not needed.
        shuffle_mask
            Boolean mask, or a function that gives it; ``None``: all frames.

        Returns
        -------
        TimeSeries

        Examples
        --------
        >>> import numpy as np
        >>> series = TimeSeries.from_trusted(lambda: np.arange(9.0), discrete=False)
        >>> series.discrete, series.data.size
        (False, 9)
        """
        series = cls.__new__(cls)
        series._set_up(data, name, type_info, discrete, shuffle_mask)  # noqa: SLF001 - own class
        return series

    def _set_up(
        self,
        data: NDArray[Any] | Callable[[], NDArray[Any]],
        name: str | None,
        type_info: TimeSeriesType | None,
        declared: bool | None,
        mask: NDArray[np.bool_] | Callable[[], NDArray[np.bool_]] | None,
    ) -> None:
        self.name = name
        self.entropy, self.kdtree, self.kdtree_query = {}, None, {}
        self._declared = declared
        self._make_data, self._make_mask = None, None
        if callable(data):
            self._make_data = data
        else:
            self.data = data
        if callable(mask):
            self._make_mask = mask
        elif mask is not None:
            self.shuffle_mask = mask
        if type_info is not None:
            self.type_info = type_info

    @cached_property
    def data(self) -> NDArray[Any]:
        """Values as given, shape ``(n_frames,)``."""
        if self._make_data is None:
            msg = "This TimeSeries was made without data"
            raise AttributeError(msg)
        data = self._make_data()
        self._make_data = None
        return data

    @cached_property
    def shuffle_mask(self) -> NDArray[np.bool_]:
        """Frames at which a shuffled copy may start, shape ``(n_frames,)``."""
        if self._make_mask is None:
            return np.ones(self.data.size, dtype=bool)
        return self._make_mask()

    @cached_property
    def type_info(self) -> TimeSeriesType:
        """The type: given, or detected."""
        detected = detect_type(self.data, self.name)
        return detected if self._declared is None else with_declared(detected, self._declared)

    @cached_property
    def discrete(self) -> bool:
        """Whether the values are separate; an ambiguous type counts as continuous."""
        return self.type_info.is_discrete if self._declared is None else self._declared

    @cached_property
    def scdata(self) -> NDArray[np.floating[Any]]:
        """Values scaled to [0, 1]; 0 if they are constant."""
        return minmax_scale(self.data)

    @cached_property
    def data_scale(self) -> NDArray[np.floating[Any]]:
        """Factor of the scaling, ``1 / (max - min)``, shape ``(1,)``."""
        return minmax_factor(self.data)

    @cached_property
    def copula_normal_data(self) -> NDArray[np.float64] | None:
        """Normal scores of the ranks; ``None`` if discrete, and after ``clear_caches``."""
        return None if self.discrete else gaussian_copula(self.data)

    @cached_property
    def int_data(self) -> NDArray[np.int64]:
        """Values rounded to the nearest whole number; there is none for continuous series."""
        if not self.discrete:
            msg = "A continuous TimeSeries has no int_data"
            raise AttributeError(msg)
        return to_integers(self.data)

    @cached_property
    def is_binary(self) -> bool:
        """Whether the series is discrete with two values, once fractions are cut off."""
        if not self.discrete:
            return False
        with np.errstate(invalid="ignore"):
            truncated = self.data.astype(np.int64)
        low, high = truncated.min(), truncated.max()
        if low != high and bool(((truncated == low) | (truncated == high)).all()):
            return True
        return self.type_info.subtype == "binary"

    @cached_property
    def bool_data(self) -> NDArray[np.bool_]:
        """Values as booleans; only binary series have them."""
        if not self.is_binary:
            msg = "Only a binary TimeSeries has bool_data"
            raise AttributeError(msg)
        return self.int_data.astype(bool)

    def filter(self, method: str = "gaussian", **kwargs: Any) -> TimeSeries:
        """Give a smoothed copy without a name, of the same type and mask.

        Parameters
        ----------
        method
            ``"gaussian"``, ``"savgol"``, ``"wavelet"`` or ``"none"``.
        **kwargs
            Options of the method: see ``filters.smooth``.

        Returns
        -------
        TimeSeries

        Raises
        ------
        ParameterError
            If the method is unknown, or its options contradict each other.
        """
        if self.discrete:
            msg = "Filtering discrete time series may produce unexpected results"
            warnings.warn(msg, UserWarning, stacklevel=2)
        return TimeSeries.from_trusted(
            smooth(self.data, method, **kwargs),
            type_info=self.type_info,
            shuffle_mask=self.shuffle_mask.copy(),
        )

    def get_entropy(self, ds: int = 1) -> float:
        """Give the entropy in bits: Shannon's if discrete, else by five nearest neighbours.

        Parameters
        ----------
        ds
            Every ``ds``-th frame is used.

        Returns
        -------
        float

        Raises
        ------
        ParameterError
            If ``ds`` is not a positive whole number below the number of frames.
        """
        entropies.check_downsampling(ds, self.data.size)
        if ds not in self.entropy:
            self.entropy[ds] = (
                entropies.shannon_entropy(self.int_data[::ds])
                if self.discrete
                else entropies.nearest_neighbour_entropy(self.data[::ds])
            )
        return self.entropy[ds]

    def approximate_entropy(self, m: int = 2, r: float | None = None) -> float:
        """Give the approximate entropy of a continuous series, in nats.

        Parameters
        ----------
        m
            Length of the templates in frames.
        r
            Tolerance in units of the data; ``None``: a fifth of the standard deviation.

        Returns
        -------
        float

        Raises
        ------
        DataTypeError
            If the series is discrete.
        """
        if self.discrete:
            msg = "approximate_entropy is only valid for continuous time series"
            raise DataTypeError(msg)
        tolerance = 0.2 * float(np.std(self.data)) if r is None else r
        return entropies.approximate_entropy(self.data, m, tolerance)

    def get_kdtree(self) -> cKDTree:
        """Give the search tree of the values, made once."""
        if self.kdtree is None:
            from scipy.spatial import cKDTree

            self.kdtree = cKDTree(np.asarray(self.data, dtype=np.float64).reshape(-1, 1))
        return self.kdtree

    def get_kdtree_query(self, k: int = 5) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
        """Give distances and frames of the ``k`` nearest neighbours of each frame, itself first.

        Returns
        -------
        tuple of ndarray
            Each of shape ``(n_frames, k + 1)``.
        """
        if k not in self.kdtree_query:
            tree = self.get_kdtree()
            distances, frames = tree.query(np.asarray(tree.data), k=list(range(1, k + 2)))
            self.kdtree_query[k] = (np.asarray(distances), np.asarray(frames))
        return self.kdtree_query[k]

    def clear_caches(self) -> None:
        """Forget entropies, search trees and scores; the scores then stay ``None``."""
        self.copula_normal_data = None
        self.entropy, self.kdtree, self.kdtree_query = {}, None, {}

    @staticmethod
    def define_ts_type(ts: ArrayLike) -> bool:
        """Tell whether values are separate.

        .. deprecated:: 0.1
           Use ``is_discrete_time_series``.
        """
        msg = (
            "TimeSeries.define_ts_type is deprecated. "
            "Use driada_widgets.core.signals.detect.is_discrete_time_series instead."
        )
        warnings.warn(msg, DeprecationWarning, stacklevel=2)
        try:
            return is_discrete_time_series(ts)
        except ValueError:
            return guess_discrete(np.asarray(ts).ravel())

    def __repr__(self) -> str:
        """Name the series without making its data."""
        size = f", {self.data.size} frames" if "data" in self.__dict__ else ""
        return f"<{type(self).__name__} {self.name!r}{size}>"

    def __getstate__(self) -> dict[str, Any]:
        """Give data, mask and type; functions that make them, and what is derived, are left out."""
        _ = self.data, self.shuffle_mask
        kept = ("data", "shuffle_mask", "name", "type_info", "_declared")
        state = {key: self.__dict__[key] for key in kept if key in self.__dict__}
        blank: dict[str, Any] = {"entropy": {}, "kdtree": None, "kdtree_query": {}}
        return state | blank | {"_make_data": None, "_make_mask": None}
