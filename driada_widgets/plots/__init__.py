"""Figures from plain arrays: traces, heatmap, raster, features, trajectory, evidence for a type.

The only user of matplotlib. Each function returns a ``matplotlib.figure.Figure`` made without
``pyplot``, so it is safe in any thread; a notebook shows it, ``figure.savefig`` writes it. Every
axis has a label and a unit. Colours are those of Okabe and Ito (https://jfly.uni-koeln.de/color/)
and cividis, which people with any colour vision can tell apart.
"""

from __future__ import annotations

from driada_widgets.plots.evidence import plot_type_evidence
from driada_widgets.plots.heatmap import (
    FeatureBand,
    draw_heatmap,
    plot_heatmap,
)
from driada_widgets.plots.lanes import Lane, draw_lanes, lanes_height
from driada_widgets.plots.page import UNKNOWN_UNIT, Page, Theme, to_png, warm_up
from driada_widgets.plots.pooling import max_pool, row_scales, to_shades
from driada_widgets.plots.raster import draw_raster, plot_raster
from driada_widgets.plots.rows import image_shape, row_at
from driada_widgets.plots.traces import plot_features, plot_traces
from driada_widgets.plots.trajectory import plot_trajectory

__all__ = [
    "UNKNOWN_UNIT",
    "FeatureBand",
    "Lane",
    "Page",
    "Theme",
    "draw_heatmap",
    "draw_lanes",
    "draw_raster",
    "image_shape",
    "lanes_height",
    "max_pool",
    "plot_features",
    "plot_heatmap",
    "plot_raster",
    "plot_traces",
    "plot_trajectory",
    "plot_type_evidence",
    "row_at",
    "row_scales",
    "to_png",
    "to_shades",
    "warm_up",
]
