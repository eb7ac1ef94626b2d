"""Denoised traces of the neurons on screen: made when asked for, in a job, and kept for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from driada_widgets.core.report import Progress
    from driada_widgets.panel.jobs import Runner

__all__ = ["DenoisedTraces"]

KEPT_BYTES = 1 << 25
"""Traces that are kept when others are on screen."""


class DenoisedTraces:
    """Gives denoised traces once they are made.

    Parameters
    ----------
    runner
        Makes them, beside the panel's other work.
    on_ready
        Called when traces that were asked for are there.
    on_error
        Shows an exception.
    """

    def __init__(
        self,
        runner: Runner,
        on_ready: Callable[[], object],
        on_error: Callable[[Exception], object],
    ) -> None:
        self._runner = runner
        self._on_ready = on_ready
        self._on_error = on_error
        self._source: object = None
        self._kept: dict[int, NDArray[np.float32]] = {}
        self._asked: tuple[int, ...] = ()

    def rows(
        self, calcium: NDArray[Any], cells: Sequence[int], source: object
    ) -> list[NDArray[np.float32]] | None:
        """Give the traces of neurons, each of shape ``(n_frames,)``; ``None`` until all are there.

        Parameters
        ----------
        calcium
            Shape ``(n_cells, n_frames)``.
        cells
            Rows of ``calcium``.
        source
            Equal as long as ``calcium`` holds the same.
        """
        if source != self._source:
            self._runner.close()
            self._source, self._kept, self._asked = source, {}, ()
        missing = tuple(cell for cell in cells if cell not in self._kept)
        if missing and missing != self._asked:
            self._asked = missing
            self._runner.start(
                lambda progress: _denoised(calcium, missing, progress),
                on_done=lambda rows: self._keep(missing, cells, rows),
                on_error=self._failed,
            )
        is_there = all(cell in self._kept for cell in cells)  # a runner may be done at once
        return [self._kept[cell] for cell in cells] if is_there else None

    def _keep(
        self, made: Sequence[int], shown: Sequence[int], rows: list[NDArray[np.float32]]
    ) -> None:
        self._asked = ()
        self._kept.update(zip(made, rows, strict=True))
        size = sum(row.nbytes for row in self._kept.values())
        for cell in [each for each in self._kept if each not in shown]:  # the oldest first
            if size > KEPT_BYTES:
                size -= self._kept.pop(cell).nbytes
        self._on_ready()

    def _failed(self, error: Exception) -> None:
        self._asked = ()
        self._on_error(error)


def _denoised(
    calcium: NDArray[Any], cells: Sequence[int], progress: Progress
) -> list[NDArray[np.float32]]:
    from driada_widgets.core.signals.denoise import denoise

    rows = []
    for cell in cells:
        progress.check()
        rows.append(denoise(calcium[cell]))
    return rows
