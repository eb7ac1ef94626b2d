"""Which names an experiment's features and constants may take as attributes, and what is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from driada_widgets.core.report import Note

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = [
    "ANALYSIS_METHODS",
    "PROTECTED",
    "Standing",
    "attach_constants",
    "attach_features",
    "attach_params",
    "companion_removed",
    "conflict_text",
    "constants_now",
    "feature_replaced_by_companion",
    "standing",
]

Standing = Literal["free", "taken", "own", "protected"]
"""What a name means on an experiment: nothing, an attribute, a method or the like, the core."""

PROTECTED = (
    "_data_hashes",
    "_rdm_cache",
    "calcium",
    "dynamic_features",
    "embeddings",
    "exp_identificators",
    "n_cells",
    "n_frames",
    "neurons",
    "signature",
    "significance_tables",
    "spikes",
    "static_features",
    "stats_tables",
)
"""Names that no feature may have."""

ANALYSIS_METHODS = frozenset(
    {
        "clear_rdm_cache",
        "compute_rdm",
        "create_embedding",
        "get_embedding",
        "get_neuron_feature_pair_significance",
        "get_neuron_feature_pair_stats",
        "get_significance_slice",
        "get_significant_neurons",
        "get_stats_slice",
        "optimize_kinetics",
        "reconstruct_all_neurons",
        "store_embedding",
        "update_neuron_feature_pair_significance",
        "update_neuron_feature_pair_stats",
    }
)
"""Methods of the analysis package; they stay free, so that its functions meet no feature there."""


INTERNAL = frozenset(
    {
        "_contents",
        "_derived",
        "_digests",
        "_enable_parallelization",
        "_has_spikes",
        "_hashes",
        "_n_jobs",
        "_notes",
        "_shown",
    }
)
"""Names by which an experiment holds what it was made from."""


def standing(experiment: object, name: str) -> Standing:
    """Say what a name means on an experiment already."""
    if name in PROTECTED:
        return "protected"
    if hasattr(type(experiment), name) or name in ANALYSIS_METHODS or name in INTERNAL:
        return "own"
    return "taken" if name in vars(experiment) else "free"


def attach_params(experiment: object, exp_params: Mapping[Any, Any]) -> Iterator[Note]:
    """Make entries of ``exp_params`` attributes where the name is free."""
    for name, value in exp_params.items():
        if isinstance(name, str) and standing(experiment, name) == "free":
            setattr(experiment, name, value)
        else:
            yield kept_in_mapping(name)


def attach_features(experiment: object, features: Mapping[str, Any]) -> Iterator[Note]:
    """Make features attributes; methods stay."""
    for name, series in features.items():
        now = standing(experiment, name)
        if now == "own":
            yield method_stays(name)
            continue
        if now == "taken":
            yield overwrites(name)
        setattr(experiment, name, series)


def attach_constants(
    experiment: object, constants: Mapping[Any, Any], features: Mapping[str, Any]
) -> Iterator[Note]:
    """Make constants attributes; methods stay, protected names get an underscore."""
    for name, value in constants.items():
        now = standing(experiment, name) if isinstance(name, str) else "own"
        if now == "own":
            yield constant_stays_in_mapping(name)
            continue
        if now == "protected":
            yield protected_constant(name)
            name = f"_{name}"  # noqa: PLW2901 - where the constant is then reached
        elif name in features:
            yield constant_hides_feature(name)
        setattr(experiment, name, value)


def constants_now(
    experiment: object, constants: Mapping[str, Any], before: Mapping[str, Any]
) -> dict[str, Any]:
    """Give the constants with what was set by hand through their attributes.

    Parameters
    ----------
    experiment
        Its attributes and features are looked at.
    constants
        Its ``static_features`` as they are now; an entry that was changed there counts.
    before
        Constants as the experiment was made, which its attributes showed.
    """
    now = vars(experiment)
    features = now.get("dynamic_features", {})
    result = dict(constants)
    for name, value in constants.items():
        attribute = f"_{name}" if name in PROTECTED else name
        is_shown = standing(experiment, attribute) == "taken"
        if is_shown and name in before and value is before[name]:
            is_feature = name in features and now[attribute] is features[name]
            result[name] = value if is_feature else now[attribute]
    return result


def conflict_text(names: Iterable[str]) -> str:
    """Say that features have protected names, and the way out."""
    ordered = sorted(names)
    renaming = ", ".join(f"{name!r}: '...'" for name in ordered)
    return (
        f"Dynamic feature names conflict with protected attributes: {ordered}. "
        f"Protected attributes are: {list(PROTECTED)}. Give other names with rename={{{renaming}}}."
    )


def kept_in_mapping(name: str) -> Note:
    """Say that an entry of ``exp_params`` did not become an attribute."""
    text = (
        f"exp_params[{name!r}] has the name of an attribute of the experiment: the attribute "
        f"stays, and the entry is reached through exp_identificators[{name!r}]."
    )
    return Note(id="param-shadows-attribute", level="info", subject=name, text=text)


def method_stays(name: str) -> Note:
    """Say that a feature with the name of a method did not become an attribute."""
    text = (
        f"Feature name '{name}' is a method or property of the experiment: that stays, and the "
        f"feature is reached through dynamic_features[{name!r}]."
    )
    return Note(id="feature-name-hidden", level="warning", subject=name, text=text)


def overwrites(name: str) -> Note:
    """Say that a feature took the place of an attribute."""
    text = f"Feature name '{name}' overwrites existing attribute."
    return Note(id="feature-overwrites-attribute", level="warning", subject=name, text=text)


def constant_hides_feature(name: str) -> Note:
    """Say that a constant and a feature have one name."""
    text = (
        f"Feature '{name}' has the name of a constant: the attribute {name} is the constant, and "
        f"the feature is reached through dynamic_features[{name!r}]."
    )
    return Note(id="feature-name-hidden", level="warning", subject=name, text=text)


def protected_constant(name: str) -> Note:
    """Say that a constant with a protected name is reached with an underscore."""
    text = (
        f"Static feature name '{name}' conflicts with protected attribute. "
        f"Access via attribute name with underscore: _{name}"
    )
    return Note(id="constant-protected", level="warning", subject=name, text=text)


def constant_stays_in_mapping(name: str) -> Note:
    """Say that a constant with the name of a method did not become an attribute."""
    text = (
        f"Static feature name '{name}' is a method or property of the experiment: that stays, "
        f"and the constant is reached through static_features[{name!r}]."
    )
    return Note(id="constant-shadows-method", level="warning", subject=name, text=text)


def feature_replaced_by_companion(name: str, source: str) -> Note:
    """Say that a feature gave way to the (cos, sin) companion of another."""
    text = (
        f"Feature '{name}' is replaced by the (cos, sin) companion of the circular feature "
        f"'{source}'. Rename one of them, or turn create_circular_2d off, to keep it."
    )
    return Note(id="companion-replaces", level="warning", subject=name, text=text)


def companion_removed(name: str, source: str) -> Note:
    """Say that the companion of a replaced feature is gone."""
    text = f"'{name}' was the (cos, sin) companion of the old values of '{source}' and is removed."
    return Note(id="companion-removed", level="warning", subject=name, text=text)
