"""Look at the values that a plan will use: what is missing, constant or odd, and every type.

Nothing is built and nothing is raised: the result says what the experiment would be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from driada_widgets.core.build.examination import Detections, Examination, FeatureReport
from driada_widgets.core.build.look import Look
from driada_widgets.core.build.values import take

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from driada_widgets.core.report import Progress
    from driada_widgets.core.request.plan import LoadPlan

__all__ = ["Detections", "Examination", "FeatureReport", "examine"]


def examine(
    arrays: Mapping[str, NDArray[np.generic]],
    plan: LoadPlan,
    *,
    detections: Detections | None = None,
    copy: bool = False,
    progress: Progress | None = None,
) -> Examination:
    """Look at all values that the plan uses.

    Parameters
    ----------
    arrays
        By name in the file, as stored.
    plan
        What was resolved.
    detections
        Remembers what does not change between calls on the same arrays.
    copy
        True if the arrays belong to someone else: the experiment then gets copies.
    progress
        Told about stages; asked whether to stop.

    Returns
    -------
    Examination
        With ``issues`` if something must be answered first.
    """
    memory = detections if detections is not None else Detections()
    key = tuple((item.name, item.transpose) for item in plan.arrays if item.role != "unused")
    if key not in memory.values:
        memory.values[key] = take(arrays, plan, copy=copy, progress=progress)
    look = Look(plan, memory.values[key], memory, progress)
    look.find_constant()
    look.mend_gaps()
    look.decide_types()
    look.combine_features()
    return look.result()
