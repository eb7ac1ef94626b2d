"""The features of driada's pickles: data, names and types, repaired where old files lack them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from driada_widgets.core.errors import CorruptFileError
from driada_widgets.core.experiment.contents import FeatureContent
from driada_widgets.core.report import Note
from driada_widgets.core.safe_pickle.standins import MultiSeriesStub, SeriesStub, TypeStub
from driada_widgets.core.signals.series import TimeSeries
from driada_widgets.core.signals.transforms import circular_to_cos_sin, get_circular_2d_name
from driada_widgets.core.signals.types import TimeSeriesType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from driada_widgets.core.safe_pickle import Extractor

__all__ = ["FeatureTaker", "refuse"]

_PRIMARY = ("discrete", "continuous", "ambiguous")
_SUBTYPES = (None, "binary", "categorical", "count", "timeline", "linear", "circular")


class FeatureTaker:
    """Take the features out of the stand-ins of an experiment.

    Parameters
    ----------
    extractor
        What takes arrays and plain values out of the file's stand-ins.
    n_frames
        Frames that every feature must have.

    Attributes
    ----------
    notes
        What had to be repaired.
    """

    def __init__(self, extractor: Extractor, n_frames: int) -> None:
        self.notes: list[Note] = []
        self._extractor = extractor
        self._n_frames = n_frames

    def take(self, dynamic_features: object) -> tuple[FeatureContent, ...]:
        """Give all features but the ``_2d`` companions, which are derived again.

        Parameters
        ----------
        dynamic_features
            The dictionary of the file.

        Raises
        ------
        CorruptFileError
            If a feature is not a series, or does not have the frames of calcium.
        """
        if not isinstance(dynamic_features, dict):
            self._refuse("the features are not a dictionary")
        features = {}
        for key, value in dynamic_features.items():
            name = self._name(key)
            if name in features:
                self._refuse(f"two features are called {name!r}")
            features[name] = self._feature(name, value)
        return self._without_companions(features)

    def _name(self, key: object) -> str:
        parts = key if isinstance(key, tuple) else (key,)
        if not all(isinstance(part, str) for part in parts):
            self._refuse(f"a feature is called by {type(key).__name__}, not by text")
        return "_".join(parts)

    def _feature(self, name: str, value: object) -> FeatureContent:
        if isinstance(value, MultiSeriesStub):
            return self._multi(name, value.fields)
        if not isinstance(value, SeriesStub):
            self._refuse(f"the feature {name!r} is not a series")
        return self._single(name, value.fields)

    def _single(self, name: str, fields: Mapping[str, Any]) -> FeatureContent:
        data = self._data(fields, name, n_dimensions=1)
        return FeatureContent(
            name=name,
            data=data,
            type_info=self._type(name, fields, data),
            shuffle_mask=self._mask(fields, name),
        )

    def _multi(self, name: str, fields: Mapping[str, Any]) -> FeatureContent:
        data = self._data(fields, name, n_dimensions=2)
        components = fields.get("ts_list")
        if not isinstance(components, list) or len(components) != len(data):
            self._refuse(f"the feature {name!r} does not have one series for each of its rows")
        if not all(isinstance(component, SeriesStub) for component in components):
            self._refuse(f"a component of the feature {name!r} is not a series")
        names = [component.fields.get("name") for component in components]
        types = [
            self._type(f"{name}_{i}", component.fields, data[i])
            for i, component in enumerate(components)
        ]
        usual = all(record.is_continuous and not record.is_circular for record in types)
        return FeatureContent(
            name=name,
            data=data,
            component_names=tuple(
                given if isinstance(given, str) else f"{name}_{i}" for i, given in enumerate(names)
            ),
            component_types=None if usual else tuple(types),
            shuffle_mask=self._mask(fields, name),
        )

    def _data(
        self, fields: Mapping[str, Any], name: str, *, n_dimensions: int
    ) -> NDArray[np.generic]:
        data = self._extractor.array(fields.get("data"), name)
        if data.ndim != n_dimensions or data.shape[-1] != self._n_frames or not data.size:
            self._refuse(
                f"the feature {name!r} has the shape {data.shape} beside calcium of "
                f"{self._n_frames} frames"
            )
        if data.dtype.kind not in "fiub":
            self._refuse(f"the feature {name!r} has the dtype {data.dtype}")
        if not np.all(np.isfinite(data)):
            self._refuse(f"the feature {name!r} holds NaN, which driada never writes")
        return data

    def _mask(self, fields: Mapping[str, Any], name: str) -> NDArray[np.bool_] | None:
        """Give the shuffle mask if more than its edges, which are set anew, is taken out."""
        if fields.get("shuffle_mask") is None:
            return None
        mask = self._extractor.array(fields["shuffle_mask"], f"the mask of {name}")
        if mask.shape != (self._n_frames,) or mask.dtype != bool:
            self._refuse(f"the shuffle mask of {name!r} has the shape {mask.shape}")
        valid = np.flatnonzero(mask)
        if not valid.size or valid[-1] - valid[0] + 1 == valid.size:
            return None
        inner = mask.astype(bool)
        inner[: valid[0]] = inner[valid[-1] :] = True
        inner.flags.writeable = False
        return inner

    # Types.

    def _type(
        self, name: str, fields: Mapping[str, Any], data: NDArray[np.generic]
    ) -> TimeSeriesType:
        declared = self._extractor.plain(fields.get("discrete"), f"{name}.discrete")
        discrete = declared if isinstance(declared, bool) else None
        stored = fields.get("type_info")
        if isinstance(stored, TypeStub):
            record = self._record(name, stored.fields)
            if discrete is None or record.is_discrete == discrete:
                return record
        detected = TimeSeries.from_trusted(data, name=name, discrete=discrete).type_info
        text = (
            f"The file does not say clearly which type {name!r} has; it was detected again: "
            f"{detected.subtype or detected.primary_type}."
        )
        self.notes.append(Note(id="type-detected-again", level="info", subject=name, text=text))
        return detected

    def _record(self, name: str, fields: Mapping[str, Any]) -> TimeSeriesType:
        plain = self._extractor.plain(dict(fields), f"the type of {name}")
        primary, subtype = plain.get("primary_type"), plain.get("subtype")
        if primary not in _PRIMARY or subtype not in _SUBTYPES:
            self._refuse(f"the feature {name!r} has the unknown type {primary!r}, {subtype!r}")
        statistics = plain.get("metadata")
        return TimeSeriesType(
            primary_type=primary,
            subtype=subtype,
            confidence=_number(plain.get("confidence")) or 0.0,
            is_circular=plain.get("is_circular") is True,
            circular_period=_positive(plain.get("circular_period")),
            periodicity=_positive(plain.get("periodicity")),
            metadata=statistics if isinstance(statistics, dict) else {},
        )

    # Companions.

    def _without_companions(
        self, features: dict[str, FeatureContent]
    ) -> tuple[FeatureContent, ...]:
        """Leave out each ``_2d`` feature that would be derived again, equal to the stored one."""
        derived = set()
        for name, feature in features.items():
            if feature.type_info is None or not feature.type_info.is_circular:
                continue
            companion = features.get(get_circular_2d_name(name))
            if companion is not None and _is_companion(companion, feature):
                derived.add(companion.name)
            else:
                features[name] = replace(feature, companion=False)
        return tuple(feature for name, feature in features.items() if name not in derived)

    def _refuse(self, what: str) -> NoReturn:
        refuse(self._extractor.where, what)


def refuse(where: str, what: str) -> NoReturn:
    """Say that an experiment of driada cannot be used.

    Parameters
    ----------
    where
        Name of the file.
    what
        What is wrong with it.

    Raises
    ------
    CorruptFileError
        Always.
    """
    msg = (
        f"{where} cannot be used: {what}. It may come from another version of driada, or be "
        "damaged; build the experiment from its data."
    )
    raise CorruptFileError(msg, where=where, found=what, fix="build it from the data")


def _is_companion(companion: FeatureContent, feature: FeatureContent) -> bool:
    """Whether ``companion`` is what the (cos, sin) of ``feature`` would be."""
    record = feature.type_info
    if record is None or record.circular_period is None or companion.data.shape[0] != 2:
        return False
    derived = circular_to_cos_sin(feature.data, period=record.circular_period).data
    return bool(np.allclose(derived, np.asarray(companion.data, dtype=float), atol=1e-6))


def _number(value: object) -> float | None:
    if isinstance(value, int | float) and math.isfinite(value):
        return float(value)
    return None


def _positive(value: object) -> float | None:
    number = _number(value)
    return number if number is not None and number > 0 else None
