"""The hash that says whether two experiments are the same for every later computation."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np

from driada_widgets.core.experiment.parts import NEURON_ARRAYS, arrays_of, feature_ids
from driada_widgets.core.experiment.plain import to_plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from driada_widgets.core.experiment.contents import Contents, FeatureContent, Filled
    from driada_widgets.core.report import Progress
    from driada_widgets.core.signals.types import TimeSeriesType

__all__ = ["HASH_SCHEMA", "array_digest", "array_digests", "content_hash"]

HASH_SCHEMA = 1
"""Changes with every change of what is hashed."""

TIMES = ("fps", "t_rise_sec", "t_off_sec")
BLOCK_BYTES = 1 << 24


def content_hash(contents: Contents, digests: Mapping[str, str] | None = None) -> str:
    """Hash everything that later computations depend on.

    Parameters
    ----------
    contents
        What the experiment is made from.
    digests
        Digests of arrays that are known already, by id (see ``parts.arrays_of``).

    Returns
    -------
    str
        64 hexadecimal digits.

    Notes
    -----
    It is the SHA-256 of the UTF-8 bytes of one JSON text with sorted keys, no spaces, non-ASCII
    characters as they are, and numbers as ``repr`` writes them (NaN and infinity as in
    ``plain.to_plain``). The text is an object with these entries:

    ``schema``
        ``HASH_SCHEMA``.
    ``exp_params``, ``static_features``
        As plain values; ``fps``, ``t_rise_sec``, ``t_off_sec`` and periods always as floats, so
        that 20 and 20.0 are one rate.
    ``frames``
        SHA-256 of the mask of kept frames, one byte 0 or 1 a recorded frame.
    ``features``
        In order; each has ``name``, ``primary_type``, ``subtype``, ``period`` (``null`` for a
        multi-dimensional feature), ``shape``, ``dtype``, ``data``, and where they are not empty
        ``components`` (chosen types: primary type, subtype, period), ``filled``,
        ``no_companion`` and ``shuffle_mask`` (SHA-256 as for ``frames``).
    ``calcium``, ``spikes``, ``asp``
        ``shape``, ``dtype`` and ``data``, or ``null``.
    ``kept_cells``
        Rows of ``calcium`` that are neurons; ``null`` if all are.
    ``filled``
        ``[row, [[start, stop], ...]]`` for each filled row of calcium; left out if there is none.
    ``seed``, ``circular_2d``
        As in ``Contents``.
    ``reconstructions``, ``given_cells``, ``events``, ``kinetics``, ``metrics``, ``seed_of``
        Only where they say something: given reconstructions, neurons that have spikes where not
        all do, what spike reconstruction left beside spikes, kinetics set on neurons, stored
        measures of neurons, a seed that was given to the experiment itself.

    ``shape`` is a list, ``dtype`` NumPy's text for the little-endian dtype such as ``"<f4"``, and
    ``data`` the SHA-256 of the array's bytes in C order, little-endian, as given: untrimmed and
    unfilled. Signature, provenance, confidence and statistics of types, and the remaining
    metadata do not count.
    """
    known = array_digests(contents, digests)
    text = json.dumps(
        _hashed(contents, known),
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
    )
    return hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()


def array_digests(
    contents: Contents, known: Mapping[str, str] | None = None, progress: Progress | None = None
) -> dict[str, str]:
    """Give the digest of every array of contents, by id; those known are not computed."""
    known = known or {}
    arrays = arrays_of(contents)
    if progress is not None:
        total = sum(array.nbytes for id_, array in arrays.items() if id_ not in known)
        progress.begin("Computing the hash", total=total, unit="bytes")
    return {
        id_: known[id_] if id_ in known else array_digest(array, progress)
        for id_, array in arrays.items()
    }


def array_digest(array: NDArray[np.generic], progress: Progress | None = None) -> str:
    """Give the SHA-256 of an array's bytes in C order, little-endian."""
    array = np.asarray(array)
    digest = hashlib.sha256()
    for block in _blocks(array):
        little = block.astype(block.dtype.newbyteorder("<"), copy=False)
        digest.update(np.ascontiguousarray(little).data)
        if progress is not None:
            progress.count_bytes(block.nbytes)
    return digest.hexdigest()


def _blocks(array: NDArray[np.generic]) -> Iterable[NDArray[np.generic]]:
    """Cut an array along its first axis, so that copies stay small."""
    if array.ndim == 0 or array.size == 0:
        return
    row_bytes = max(1, array.nbytes // array.shape[0])
    n_rows = max(1, BLOCK_BYTES // row_bytes)
    for start in range(0, array.shape[0], n_rows):
        yield array[start : start + n_rows]


def _hashed(contents: Contents, digests: Mapping[str, str]) -> dict[str, Any]:
    n_cells, n_frames = contents.calcium.shape
    kept = contents.kept_cells
    ids = feature_ids([feature.name for feature in contents.features])
    metrics = (contents.metadata or {}).get("metrics_df")
    always = {
        "schema": HASH_SCHEMA,
        "exp_params": to_plain(contents.exp_params),
        "static_features": _constants(contents.static_features),
        "frames": _mask_digest(_kept_frames(contents, n_frames)),
        "features": [
            _feature(feature, digests[id_])
            for id_, feature in zip(ids, contents.features, strict=True)
        ],
        "kept_cells": None if kept is None or kept == tuple(range(n_cells)) else to_plain(kept),
        "seed": to_plain(contents.seed),
        "circular_2d": bool(contents.create_circular_2d),
    }
    rows = {name: _array(getattr(contents, name), digests.get(name)) for name in NEURON_ARRAYS}
    reconstructions = rows.pop("reconstructions")
    is_own_seed = contents.seed is not None and contents.seed_of != "loader"
    sometimes = {
        "filled": _gaps(contents.calcium_filled),
        "reconstructions": reconstructions,
        "given_cells": to_plain(contents.given_cells),
        "events": _events(contents, digests),
        "kinetics": [to_plain([one.cell, one.t_rise, one.t_off]) for one in contents.kinetics],
        "metrics": to_plain(metrics),
        "seed_of": contents.seed_of if is_own_seed else None,
    }
    return always | rows | {name: value for name, value in sometimes.items() if value}


def _events(contents: Contents, digests: Mapping[str, str]) -> dict[str, Any] | None:
    if contents.events is None:
        return None
    data = {id_: digests[id_] for id_ in contents.events.arrays}
    return contents.events.to_plain() | {"data": data}


def _constants(static_features: Mapping[str, Any]) -> Any:
    plain = to_plain(static_features)
    times = {name: plain[name] for name in TIMES if type(plain.get(name)) is int}
    return plain | {name: float(value) for name, value in times.items()}


def _kept_frames(contents: Contents, n_frames: int) -> NDArray[np.bool_]:
    bad = contents.bad_frames_mask
    return np.ones(n_frames, dtype=bool) if bad is None else ~bad


def _mask_digest(mask: NDArray[np.bool_]) -> str:
    return hashlib.sha256(mask.astype(np.uint8).tobytes()).hexdigest()


def _array(array: NDArray[np.generic] | None, digest: str | None) -> dict[str, Any] | None:
    if array is None:
        return None
    return {
        "shape": list(map(int, array.shape)),
        "dtype": array.dtype.newbyteorder("<").str,
        "data": digest,
    }


def _feature(feature: FeatureContent, digest: str) -> dict[str, Any]:
    mask = feature.shuffle_mask
    always = {"name": feature.name, **_type(feature.type_info)}
    sometimes = {
        "components": [_type(type_) for type_ in feature.component_types or ()],
        "filled": _gaps(feature.filled),
        "no_companion": not feature.companion,
        "shuffle_mask": None if mask is None or mask.all() else _mask_digest(mask),
    }
    array = _array(feature.data, digest) or {}
    return always | array | {name: value for name, value in sometimes.items() if value}


def _type(type_info: TimeSeriesType | None) -> dict[str, Any]:
    if type_info is None:
        return {"primary_type": None, "subtype": None, "period": None}
    return {
        "primary_type": type_info.primary_type,
        "subtype": type_info.subtype,
        "period": None if type_info.circular_period is None else float(type_info.circular_period),
    }


def _gaps(gaps: Iterable[Filled]) -> list[Any]:
    return [to_plain([filled.row, filled.ranges]) for filled in gaps]
