"""Several variables over the same frames as one array; its rows are series, made when asked for."""

from __future__ import annotations

import warnings
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from driada_widgets.core.signals import entropy as entropies
from driada_widgets.core.signals.checks import as_array, as_mask
from driada_widgets.core.signals.filters import smooth
from driada_widgets.core.signals.lazy_series import LazySeries
from driada_widgets.core.signals.multi_checks import (
    check_combined,
    checked_block,
    checked_labels,
    checked_series,
    named,
    refuse_zero_columns,
    warn_if_nothing_to_shuffle,
)
from driada_widgets.core.signals.scaling import gaussian_copula, minmax_scale, to_integers
from driada_widgets.core.signals.series import TimeSeries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import ArrayLike, NDArray

    from driada_widgets.core.signals.checks import Sparse

__all__ = ["MultiTimeSeries"]


class MultiTimeSeries:
    """Several variables over the same frames.

    Parameters
    ----------
    data_or_tslist
        ``TimeSeries`` of equal length, all continuous or all discrete, or an array of shape
        ``(n_series, n_frames)`` (then ``discrete`` is needed).
    labels
        One label a frame, after downsampling; ``None``: zeros.
    distmat
        Distances between frames, kept as given.
    rescale_rows
        Scale each row of ``data`` to [0, 1].
    data_name
        Name of the data, kept as given.
    downsampling
        Keep every such frame of ``data``; ``scdata``, mask and components keep all frames.
    discrete
        Whether the rows of an array take separate values.
    shuffle_mask
        Frames at which a shuffled copy may start; ``None``: where every component allows it.
    allow_zero_columns
        Accept frames in which all rows are 0.
    name
        Name; components without one get ``{name}_{i}``.

    Attributes
    ----------
    ts_list
        The components: the given objects, or views of the rows.
    distmat, data_name, rescale_rows, name
        As given.
    ds
        Downsampling, 1 if none.
    entropy
        Entropies that were asked for before, by downsampling.

    Raises
    ------
    DataShapeError, DataTypeError, DataValueError, ParameterError
        All are ``ValueError``; what the components refuse is refused here too.

    Examples
    --------
    >>> import numpy as np
    >>> place = MultiTimeSeries(np.array([[1, 2, 4], [3, 3, 6]]), discrete=False, name="place")
    >>> place.shape, place.ts_list[1].name
    ((2, 3), 'place_1')
    """

    name: str | None
    ts_list: Sequence[TimeSeries]
    discrete: bool
    entropy: dict[int, float]
    distmat: Any
    data_name: str | None
    _make_block: Callable[[], NDArray[Any]] | None
    _make_mask: Callable[[], NDArray[np.bool_]] | None

    def __init__(  # noqa: PLR0917 - the documented signature
        self,
        data_or_tslist: NDArray[Any] | Sparse | Iterable[TimeSeries],
        labels: ArrayLike | None = None,
        distmat: Any = None,
        rescale_rows: bool = False,
        data_name: str | None = None,
        downsampling: int | None = None,
        discrete: bool | None = None,
        shuffle_mask: ArrayLike | None = None,
        allow_zero_columns: bool = False,
        name: str | None = None,
    ) -> None:
        if isinstance(data_or_tslist, np.ndarray) or hasattr(data_or_tslist, "toarray"):
            block, is_discrete = checked_block(as_array(data_or_tslist), discrete)
            self._set_up(block, block.shape, name, is_discrete)
            self.ts_list = LazySeries(self._row, block.shape[0])
            self._make_mask = self._all_frames
        else:
            series = checked_series(data_or_tslist)
            block = np.stack([one.data for one in series])
            self._set_up(block, block.shape, name, series[0].discrete)
            self.ts_list = named(series, name)
        self.distmat, self.data_name, self.rescale_rows = distmat, data_name, bool(rescale_rows)
        if downsampling is not None:
            entropies.check_downsampling(downsampling, block.shape[1])
            self.ds = int(downsampling)
        if not allow_zero_columns:
            refuse_zero_columns(block[:, :: self.ds])
        if shuffle_mask is not None:
            self.shuffle_mask = as_mask(shuffle_mask, block.shape[1])
            warn_if_nothing_to_shuffle(self.shuffle_mask)
        else:
            check_combined(self.shuffle_mask)
        if labels is not None:
            self.labels = checked_labels(labels, self.n_points)

    @classmethod
    def from_block(
        cls,
        block: NDArray[Any] | Callable[[], NDArray[Any]],
        *,
        shape: tuple[int, int],
        discrete: bool,
        name: str | None = None,
        component: Callable[[int], TimeSeries] | None = None,
        shuffle_mask: NDArray[np.bool_] | Callable[[], NDArray[np.bool_]] | None = None,
    ) -> Self:
        """Make it from data known to be good: nothing is checked, copied or warned.

        Parameters
        ----------
        block
            Array of shape ``(n_series, n_frames)``, or a function that gives it; it is called
            once, when the data are first needed.
        shape
            Its shape.
        discrete
            Whether the rows take separate values.
        name
            Name; views of rows are named ``{name}_{i}``.
        component
            Gives the i-th component when it is first asked for; ``None``: views of the rows.
        shuffle_mask
            Boolean mask, or a function that gives it; ``None``: where every given component
            allows it.

        Returns
        -------
        MultiTimeSeries

        Examples
        --------
        >>> import numpy as np
        >>> cells = MultiTimeSeries.from_block(
        ...     lambda: np.ones((3, 9)), shape=(3, 9), discrete=False, name="calcium"
        ... )
        >>> cells.n_dim, cells.ts_list[2].name
        (3, 'calcium_2')
        """
        multi = cls.__new__(cls)
        multi._set_up(block, shape, name, discrete, shuffle_mask)  # noqa: SLF001 - own class
        multi.ts_list = LazySeries(component or multi._masked_row, shape[0])  # noqa: SLF001
        if component is None and shuffle_mask is None:
            multi._make_mask = multi._all_frames  # noqa: SLF001 - own class
        return multi

    def _set_up(
        self,
        block: NDArray[Any] | Callable[[], NDArray[Any]],
        shape: tuple[int, ...],
        name: str | None,
        discrete: bool,
        mask: NDArray[np.bool_] | Callable[[], NDArray[np.bool_]] | None = None,
    ) -> None:
        self._full_shape = (shape[0], shape[1])
        self._make_block, self._make_mask = None, None
        if callable(block):
            self._make_block = block
        else:
            self._block = block
        if callable(mask):
            self._make_mask = mask
        elif mask is not None:
            self.shuffle_mask = mask
        self.name, self.discrete = name, bool(discrete)
        self.distmat, self.data_name = None, None
        self.rescale_rows, self.ds, self.entropy = False, 1, {}

    @cached_property
    def _block(self) -> NDArray[Any]:
        """All frames as given, shape ``(n_series, n_frames)``."""
        if self._make_block is None:
            msg = "This MultiTimeSeries was made without data"
            raise AttributeError(msg)
        block = self._make_block()
        self._make_block = None
        return block

    def _row(self, index: int) -> TimeSeries:
        name = None if self.name is None else f"{self.name}_{index}"
        return TimeSeries.from_trusted(
            lambda: self._block[index], name=name, discrete=self.discrete
        )

    def _masked_row(self, index: int) -> TimeSeries:
        name = None if self.name is None else f"{self.name}_{index}"
        return TimeSeries.from_trusted(
            lambda: self._block[index],
            name=name,
            discrete=self.discrete,
            shuffle_mask=lambda: self.shuffle_mask,
        )

    def _all_frames(self) -> NDArray[np.bool_]:
        return np.ones(self._full_shape[1], dtype=bool)

    @property
    def n_dim(self) -> int:
        """Number of series."""
        return self._full_shape[0]

    @property
    def n_points(self) -> int:
        """Number of frames after downsampling."""
        return -(-self._full_shape[1] // self.ds)

    @property
    def shape(self) -> tuple[int, int]:
        """``(n_dim, n_points)``."""
        return self.n_dim, self.n_points

    @cached_property
    def data(self) -> NDArray[Any]:
        """Values, downsampled and rescaled if that was asked for, shape ``(n_dim, n_points)``."""
        kept = self._block[:, :: self.ds] if self.ds > 1 else self._block
        return minmax_scale(kept) if self.rescale_rows else kept

    @cached_property
    def scdata(self) -> NDArray[np.floating[Any]]:
        """Each row scaled to [0, 1], all frames."""
        return minmax_scale(self._block)

    @cached_property
    def copula_normal_data(self) -> NDArray[np.float64] | None:
        """Normal scores of the ranks in each row; ``None`` if discrete."""
        return None if self.discrete else gaussian_copula(self._block)

    @cached_property
    def int_data(self) -> NDArray[np.int64]:
        """Values rounded to the nearest whole number; there is none for continuous series."""
        if not self.discrete:
            msg = "A continuous MultiTimeSeries has no int_data"
            raise AttributeError(msg)
        return to_integers(self._block)

    @cached_property
    def shuffle_mask(self) -> NDArray[np.bool_]:
        """Frames at which a shuffled copy may start, shape ``(n_frames,)``."""
        if self._make_mask is not None:
            return self._make_mask()
        masks = [one.shuffle_mask for one in self.ts_list]
        combined: NDArray[np.bool_] = np.logical_and.reduce(masks)
        return combined

    @cached_property
    def labels(self) -> NDArray[Any]:
        """One label a frame, shape ``(n_points,)``."""
        return np.zeros(self.n_points)

    def filter(self, method: str = "gaussian", **kwargs: Any) -> MultiTimeSeries:
        """Give a smoothed copy without names.

        Parameters
        ----------
        method
            ``"gaussian"``, ``"savgol"``, ``"wavelet"`` or ``"none"``.
        **kwargs
            Options of the method: see ``filters.smooth``.

        Returns
        -------
        MultiTimeSeries

        Raises
        ------
        ParameterError
            If the method is unknown, or its options contradict each other.
        """
        if self.discrete:
            msg = "Filtering discrete MultiTimeSeries may produce unexpected results"
            warnings.warn(msg, UserWarning, stacklevel=2)
        return MultiTimeSeries.from_block(
            smooth(self.data, method, **kwargs),
            shape=self.shape,
            discrete=self.discrete,
            shuffle_mask=self.shuffle_mask[:: self.ds].copy(),
        )

    def get_entropy(self, ds: int = 1) -> float:
        """Give the joint entropy in bits: Shannon's if discrete, else that of a normal one.

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
        NotImplementedError
            For more than two discrete series.
        """
        entropies.check_downsampling(ds, self.n_points)
        if ds not in self.entropy:
            self.entropy[ds] = self._entropy(ds)
        return self.entropy[ds]

    def _entropy(self, ds: int) -> float:
        if not self.discrete:
            return entropies.gaussian_entropy(self.data[:, ::ds])
        if self.n_dim > 2:
            msg = f"Joint entropy for {self.n_dim} discrete variables is not yet implemented"
            raise NotImplementedError(msg)
        return entropies.shannon_entropy(*self.int_data[:, ::ds])

    def clear_caches(self) -> None:
        """Forget entropies and scores; the scores then stay ``None``. Components keep theirs."""
        self.copula_normal_data = None
        self.entropy = {}

    def __repr__(self) -> str:
        """Name it without making its data."""
        return f"<{type(self).__name__} {self.name!r}, {self.n_dim} x {self.n_points}>"

    def __getstate__(self) -> dict[str, Any]:
        """Give data, mask and components, without functions that make them or what is derived."""
        _ = self._block, self.shuffle_mask
        derived = ("data", "scdata", "copula_normal_data", "int_data")
        state = {key: value for key, value in self.__dict__.items() if key not in derived}
        return state | {"_make_block": None, "_make_mask": None, "entropy": {}}
