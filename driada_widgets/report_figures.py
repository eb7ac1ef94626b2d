"""The figures of a report: an experiment's traces, neurons, features and path as PNG bytes."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.request import frames
from driada_widgets.core.resolve.trace_unit import trace_unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from driada_widgets.core.experiment.contents import Contents, FeatureContent
    from driada_widgets.core.experiment.experiment import Experiment
    from driada_widgets.core.report import Progress

__all__ = ["ReportFigure", "report_figures"]

N_TRACES = 12
N_FEATURES = 8
MAX_POINTS = 20_000
"""Points of a line that are drawn; more cannot be seen at this size."""
MAX_PATH_POINTS = 6_000
"""Points of a path, which take ten times as long as those of a line."""
DPI = 110


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFigure:
    """One figure.

    Parameters
    ----------
    title
        What it shows.
    png
        The picture.
    words
        The same for those who do not see it.
    """

    title: str
    png: bytes
    words: str


def report_figures(
    experiment: Experiment, progress: Progress | None = None, *, neural: str = ""
) -> tuple[ReportFigure, ...]:
    """Draw what a report shows.

    Parameters
    ----------
    experiment
        What was built or opened.
    progress
        Told about figures; asked whether to stop.
    neural
        Name of the neural data in their file, which may tell their unit; empty if unknown.
    """
    contents = experiment.contents
    fps = float(experiment.static_features["fps"])
    calcium = np.asarray(contents.calcium)
    mask = contents.bad_frames_mask
    bad = () if mask is None else frames.from_mask(mask)
    unit = trace_unit(neural, contents.metadata)
    makers: list[tuple[str, str, Callable[[], Figure]]] = [
        (
            "Traces",
            f"The first {min(N_TRACES, len(calcium))} of {len(calcium):,} neurons over all frames.",
            lambda: _traces(calcium, fps, bad, unit),
        ),
        (
            "All neurons",
            f"Activity of {len(calcium):,} neurons, each scaled to its own range; "
            "each column shows the largest value of its frames.",
            lambda: _heatmap(calcium, fps, bad),
        ),
    ]
    shown = _line_features(contents)
    if shown:
        words = f"{len(shown)} of {len(contents.features)} features over all frames."
        makers.append(("Features", words, lambda: _features(shown, fps, bad)))
    path = _path_feature(contents)
    if path is not None:
        words = f"{path.name} over time, without bad frames."
        makers.append(("Trajectory", words, lambda: _trajectory(path, fps, mask)))
    figures = []
    if progress is not None:
        progress.begin("Drawing figures", total=len(makers))
    for title, words, make in makers:
        figures.append(ReportFigure(title=title, png=_png(make()), words=words))
        if progress is not None:
            progress.advance()
    return tuple(figures)


def _traces(calcium: NDArray[Any], fps: float, bad: frames.Ranges, unit: str) -> Figure:
    from driada_widgets.plots import UNKNOWN_UNIT, plot_traces

    rows, step = _thinned(calcium[:N_TRACES])
    return plot_traces(
        rows,
        fps=fps / step,
        cells=range(len(rows)),
        n_total=len(calcium),
        unit=unit or UNKNOWN_UNIT,
        bad=_thinned_ranges(bad, step),
    )


def _heatmap(calcium: NDArray[Any], fps: float, bad: frames.Ranges) -> Figure:
    from driada_widgets.plots import plot_heatmap

    return plot_heatmap(calcium, fps=fps, bad=bad)


def _features(shown: list[FeatureContent], fps: float, bad: frames.Ranges) -> Figure:
    from driada_widgets.plots import plot_features

    step = _step(shown[0].data.shape[-1])
    values = {each.name: np.asarray(each.data)[..., ::step] for each in shown}
    return plot_features(values, fps=fps / step, bad=_thinned_ranges(bad, step))


def _trajectory(path: FeatureContent, fps: float, mask: NDArray[np.bool_] | None) -> Figure:
    from driada_widgets.plots import plot_trajectory

    position = np.asarray(path.data, dtype=np.float64)
    times = np.arange(position.shape[1]) / fps
    if mask is not None:
        position, times = position[:, ~mask], times[~mask]
    step = _step(position.shape[1], MAX_PATH_POINTS)
    return plot_trajectory(position[:, ::step], fps=fps, colour_by=times[::step])


def _line_features(contents: Contents) -> list[FeatureContent]:
    finite = [each for each in contents.features if each.data.dtype.kind in "biuf"]
    return finite[:N_FEATURES]


def _path_feature(contents: Contents) -> FeatureContent | None:
    """Give the first feature of two components, which is most likely a position."""
    found = (f for f in contents.features if f.data.ndim == 2 and f.data.shape[0] == 2)
    return next(found, None)


def _thinned(rows: NDArray[Any]) -> tuple[NDArray[np.float32], int]:
    """Reduce traces to their largest values, so that no event disappears; NaN stays a gap."""
    from driada_widgets.plots import max_pool

    step = _step(rows.shape[1])
    if step == 1:
        return rows.astype(np.float32), 1
    return max_pool(rows, -(-rows.shape[1] // step)), step


def _thinned_ranges(bad: frames.Ranges, step: int) -> tuple[tuple[int, int], ...]:
    return tuple((start // step, -(-stop // step)) for start, stop in bad)


def _step(n_frames: int, n_points: int = MAX_POINTS) -> int:
    return max(1, -(-n_frames // n_points))


def _png(figure: Figure) -> bytes:
    target = io.BytesIO()
    figure.savefig(target, format="png", dpi=DPI, metadata={"Software": None})
    return target.getvalue()
