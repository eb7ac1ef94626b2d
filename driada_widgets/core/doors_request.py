"""From the arguments of the documented functions to one request."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.experiment.spike_methods import CALLABLE, LOAD_TIME_NAMES
from driada_widgets.core.report import Note
from driada_widgets.core.request import frames
from driada_widgets.core.request.model import (
    AggregateSpec,
    FeatureChoice,
    LoadRequest,
    NanPolicies,
    NanPolicy,
    PolicyName,
    SourceSpec,
    SpikeSpec,
)
from driada_widgets.core.signals.types import TimeSeriesType

if TYPE_CHECKING:
    from pathlib import Path

    from driada_widgets.core.request.model import SourceKind

__all__ = ["Asked", "Options", "ask", "check_mapping", "check_mask_length", "given_fields"]

SpikesArgument = str | bool | Callable[..., Any] | None
NanArgument = str | Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Arguments that both loading functions share, under their documented names."""

    force_continuous: Any = ()
    feature_types: Mapping[str, str | TimeSeriesType] | None = None
    bad_frames: Any = ()
    static_features: Mapping[str, Any] | None = None
    reconstruct_spikes: SpikesArgument = None
    aggregate_features: Mapping[tuple[str, ...], str] | None = None
    create_circular_2d: bool = True
    seed: int | None = None
    nan: NanArgument = "raise"
    max_gap_sec: float = 0.5
    rename: Mapping[str, str] | None = None
    neural: str | None = None
    transpose: Any = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The request, and what the arguments themselves deserve to be told.

    Parameters
    ----------
    request
        What was asked for.
    notes
        Deprecated arguments.
    """

    request: LoadRequest
    notes: tuple[Note, ...] = field(default=())


def ask(
    data_source: str,
    exp_params: Mapping[str, Any],
    options: Options,
    *,
    kind: SourceKind,
    path: Path | None = None,
    root: Path | None = None,
) -> Asked:
    """Make the request that the arguments stand for.

    Raises
    ------
    TypeError
        If an argument is not of the documented kind.
    ParameterError
        If a policy is not known.
    """
    check_mapping("exp_params", exp_params)
    notes: list[Note] = []
    types = _feature_types(options, notes)
    spikes = _spikes(options.reconstruct_spikes, notes)
    request = LoadRequest(
        source=SourceSpec(kind=kind, data_source=data_source, path=path, neural=options.neural),
        exp_params=dict(exp_params),
        static_features=dict(_mapping("static_features", options.static_features)),
        features=_choices(types, _mapping("rename", options.rename)),
        aggregate_features=_aggregates(options.aggregate_features),
        bad_frames=_bad_frames(options.bad_frames),
        nan=_policies(options.nan, options.max_gap_sec),
        transpose=_names(options.transpose),
        create_circular_2d=bool(options.create_circular_2d),
        seed=options.seed,
        spikes=spikes,
        root=LoadRequest().root if root is None else root,
    )
    return Asked(request=request, notes=tuple(notes))


_FIELD_OF = {
    "force_continuous": "features",
    "feature_types": "features",
    "rename": "features",
    "reconstruct_spikes": "spikes",
    "max_gap_sec": "nan",
    "neural": "source.neural",
}


def given_fields(options: Options, **defaults: Any) -> dict[str, str]:
    """Give the arguments that differ from their defaults, with the request's field of each.

    Parameters
    ----------
    options
        The arguments.
    defaults
        Defaults of the door that differ from those of ``Options``.
    """
    given = {}
    for each in fields(Options):
        value = getattr(options, each.name)
        default = defaults.get(each.name, each.default)
        if not _is_default(value, default):
            given[each.name] = _FIELD_OF.get(each.name, each.name)
    return given


def _is_default(value: Any, default: Any) -> bool:
    if default is None or default == ():
        return value is None or (hasattr(value, "__len__") and len(value) == 0)
    return type(value) is type(default) and bool(value == default)


def check_mask_length(bad_frames: Any, n_frames: int) -> None:
    """Refuse a boolean mask that is not as long as the recording."""
    if _is_mask(bad_frames):
        frames.from_given(bad_frames, n_frames=n_frames)


def check_mapping(name: str, value: Any) -> None:
    """Refuse what is no dictionary.

    Raises
    ------
    TypeError
        In the documented words.
    """
    if not isinstance(value, Mapping):
        msg = f"{name} must be a dictionary, got {type(value).__name__}"
        raise TypeError(msg)


def _mapping(name: str, value: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if value is None:
        return {}
    check_mapping(name, value)
    return value


def _names(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, Iterable) and not isinstance(value, str) else (value,)


def _feature_types(options: Options, notes: list[Note]) -> Mapping[str, str | TimeSeriesType]:
    types = _mapping("feature_types", options.feature_types)
    forced = _names(options.force_continuous)
    if not forced or types:
        return types
    text = "force_continuous is deprecated. Use feature_types={'name': 'linear'} instead."
    notes.append(_deprecated("force-continuous-deprecated", "force_continuous", text))
    return dict.fromkeys(forced, "continuous")


def _spikes(value: SpikesArgument, notes: list[Note]) -> SpikeSpec | None:
    if value is None or value is False:
        return None
    text = (
        "The 'reconstruct_spikes' parameter is deprecated. Load the experiment first, then call "
        "exp.reconstruct_all_neurons() separately. Example: exp = load_exp_from_aligned_data(...); "
        "exp.reconstruct_all_neurons(method='wavelet')"
    )
    notes.append(_deprecated("reconstruct-spikes-deprecated", "spikes", text))
    if callable(value):
        return SpikeSpec(method=CALLABLE)
    # The argument means the load-time methods; a request calls them by other names.
    names = {old: new for new, old in LOAD_TIME_NAMES.items()}
    return SpikeSpec(method=names.get(str(value), str(value)))


def _deprecated(id_: str, subject: str, text: str) -> Note:
    return Note(id=id_, level="warning", subject=subject, text=text, category="deprecation")


def _choices(
    types: Mapping[str, str | TimeSeriesType], rename: Mapping[str, str]
) -> dict[str, FeatureChoice] | None:
    choices = {name: _choice(type_) for name, type_ in types.items()}
    for name, new_name in rename.items():
        choices[name] = replace(choices.get(name, FeatureChoice()), rename=new_name)
    return choices or None


def _choice(type_: str | TimeSeriesType) -> FeatureChoice:
    if isinstance(type_, TimeSeriesType):
        word = type_.subtype or type_.primary_type
        return FeatureChoice(type=word, period=type_.circular_period)
    return FeatureChoice(type=str(type_))


def _aggregates(
    value: Mapping[tuple[str, ...], str] | None,
) -> tuple[AggregateSpec, ...]:
    if value is None:
        return ()
    check_mapping("aggregate_features", value)
    return tuple(AggregateSpec(of=_names(keys), name=name) for keys, name in value.items())


def _bad_frames(value: Any) -> tuple[Any, ...]:
    """Give ranges; what cannot be read stays, so that it is refused with the recording's length."""
    if value is None:
        return ()
    try:
        return frames.from_given(value)
    except ParameterError:
        if not hasattr(value, "__iter__") or isinstance(value, str | bytes) or _is_mask(value):
            raise
        return tuple(value)


def _is_mask(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return bool(value.dtype == np.bool_)
    if not isinstance(value, list | tuple) or not value:
        return False
    return all(isinstance(item, bool | np.bool_) for item in value)


def _policies(nan: NanArgument, max_gap_sec: float) -> NanPolicies:
    if isinstance(nan, str):
        return NanPolicies(default=_policy(nan, max_gap_sec))
    check_mapping("nan", nan)
    arrays = {name: _policy(word, max_gap_sec) for name, word in nan.items() if name != "default"}
    return NanPolicies(default=_policy(nan.get("default", "raise"), max_gap_sec), arrays=arrays)


def _policy(word: str, max_gap_sec: float) -> NanPolicy:
    known: Iterable[PolicyName] = get_args(PolicyName)
    for policy in known:
        if word == policy:
            return NanPolicy(policy=policy, max_gap_sec=max_gap_sec)
    near = difflib.get_close_matches(str(word), known, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    msg = f"nan is one of {', '.join(map(repr, known))}; got {word!r}{hint}"
    raise ParameterError(msg, where="nan", found=repr(word))
