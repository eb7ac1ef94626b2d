"""Inventories of files that need not exist, for pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from driada_widgets.core.request.model import LoadRequest, SourceSpec
from driada_widgets.core.request.plan import LoadPlan
from driada_widgets.core.resolve import resolve
from driada_widgets.core.sources.base import ArrayInfo, Inventory

__all__ = ["array", "file_with", "issues_of", "plan_of", "plan_of_arrays", "request_of"]


def array(name: str, *shape: int, dtype: DTypeLike = np.float64, **more: Any) -> ArrayInfo:
    """Give the header of one array."""
    return ArrayInfo(name=name, shape=shape, dtype=np.dtype(dtype), **more)


def file_with(
    *arrays: ArrayInfo,
    metadata: Mapping[str, Any] | None = None,
    path: Path | None = Path("recording.npz"),
) -> Inventory:
    """Give an NPZ file with these arrays."""
    return Inventory(
        format="npz" if path else "memory",
        path=path,
        n_bytes=sum(info.n_bytes for info in arrays),
        arrays=arrays,
        metadata=metadata or {},
    )


def request_of(neural: str | None = None, **fields: Any) -> LoadRequest:
    """Give a request that names its session, so that no clock is read."""
    source = SourceSpec(path=Path("recording.npz"), neural=neural)
    filled: dict[str, Any] = {"source": source, "exp_params": {"name": "mouse"}} | fields
    return LoadRequest(**filled)


def plan_of(inventory: Inventory, neural: str | None = None, **fields: Any) -> LoadPlan:
    """Resolve and insist on a plan."""
    planned = resolve(request_of(neural, **fields), inventory)
    assert isinstance(planned, LoadPlan), planned
    return planned


def issues_of(inventory: Inventory, neural: str | None = None, **fields: Any) -> dict[str, Any]:
    """Resolve and insist on issues, by id."""
    planned = resolve(request_of(neural, **fields), inventory)
    assert not isinstance(planned, LoadPlan)
    return {issue.id: issue for issue in planned}


def plan_of_arrays(arrays: Mapping[str, Any], neural: str | None = None, **fields: Any) -> LoadPlan:
    """Resolve a request on arrays and insist on a plan."""
    return plan_of(file_with(*(_header(name, arrays[name]) for name in arrays)), neural, **fields)


def _header(name: str, values: Any) -> ArrayInfo:
    seen = np.asarray(values)
    return array(name, *seen.shape, dtype=seen.dtype)
