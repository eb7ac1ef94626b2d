"""What a check found to be in order, in words: the other half of its problems and notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from driada_widgets.core.request import frames
from driada_widgets.core.words import count_of, duration

if TYPE_CHECKING:
    from collections.abc import Callable

    from driada_widgets.core.request.plan import LoadPlan
    from driada_widgets.core.road.results import CheckResult

__all__ = ["passed_checks"]

_CHECKSUMMED = ("npz", "archive")
_ROLES_PER_CELL = ("spikes", "asp", "reconstructions")


def passed_checks(check: CheckResult) -> tuple[str, ...]:
    """List what was looked at and is in order.

    Parameters
    ----------
    check
        What was found. Without a plan, only what the headers show is listed.

    Returns
    -------
    tuple of str
        One sentence each; a check that has a problem or a note is not among them.
    """
    found = _Found(check)
    sentences = [rule(check, found) for rule in _ON_HEADERS]
    if check.plan is not None:
        sentences += [rule(check, check.plan, found) for rule in _ON_PLAN]
    return tuple(sentence for sentence in sentences if sentence)


class _Found:
    """Which problems and notes a check has, by id and by array."""

    def __init__(self, check: CheckResult) -> None:
        issues = [(issue.id, issue.field) for issue in check.issues]
        notes = [(note.id, note.subject) for note in check.notes]
        self.all = {*issues, *notes}
        self.ids = {id_ for id_, _ in self.all}

    def any(self, *ids: str) -> bool:
        """Say whether one of these was found; ``nan-*`` means all that start so."""
        starts = tuple(id_[:-1] for id_ in ids if id_.endswith("*"))
        return any(id_ in ids or id_.startswith(starts) for id_ in self.ids)

    def about(self, name: str, *ids: str) -> bool:
        """Say whether one of these was found about an array."""
        starts = tuple(id_[:-1] for id_ in ids if id_.endswith("*"))
        mine = [id_ for id_, subject in self.all if subject == name]
        return any(id_ in ids or id_.startswith(starts) for id_ in mine)


# --- what headers show ----------------------------------------------------------------------------


def _readable(check: CheckResult, found: _Found) -> str:
    arrays = check.inventory.arrays
    if found.any("suffix-mismatch") or any(info.problem for info in arrays):
        return ""
    is_one = len(arrays) == 1
    return f"{'The array' if is_one else f'All {len(arrays)} arrays'} of the source can be read."


def _session_name(check: CheckResult, found: _Found) -> str:
    if found.any("name-invalid", "param-shadows-attribute"):
        return ""
    name = f" {check.plan.name!r}" if check.plan else ""
    return f"The name{name} can be a folder on every system."


# --- what the plan and the values show ------------------------------------------------------------


def _known_names(check: CheckResult, plan: LoadPlan, found: _Found) -> str:
    if found.any("feature-unknown", "nan-unknown", "transpose-unknown", "type-unused"):
        return ""
    if found.any("aggregate-*") or not (check.request.features or check.request.transpose):
        return ""
    return "Everything that the request names is in the file."


def _feature_names(check: CheckResult, plan: LoadPlan, found: _Found) -> str:
    if found.any("feature-name-*", "feature-overwrites-attribute", "companion-*"):
        return ""
    return "No two features have the same name, and none hides a part of the experiment."


def _neural(check: CheckResult, plan: LoadPlan, found: _Found) -> str:
    item = plan.array_of("calcium")
    if item is None or found.any("neural-several"):
        return ""
    size = f"{count_of(plan.n_cells, 'neuron')} × {plan.n_frames:,} frames"
    return f"{item.name!r} is the neural data: {size}."


def _checksums(check: CheckResult, plan: LoadPlan, found: _Found) -> str:
    if check.examination is None or check.inventory.format not in _CHECKSUMMED:
        return ""
    return "Every array that is used agrees with its checksum in the file."


def _orientation(check: CheckResult, plan: LoadPlan, found: _Found) -> str:
    if found.any("orientation-*", "looks-transposed"):
        return ""
    witnesses = [report.source for report in check.features if report.source]
    if not witnesses or plan.n_cells == plan.n_frames:
        return ""
    return f"Neurons come first and frames second: {witnesses[0]!r} is as long as a trace."


def _lengths(check: CheckResult, plan: LoadPlan, found: _Found) -> str:
    n_features = sum(bool(report.source) for report in check.features)
    if not n_features or found.any("feature-transposed"):
        return ""
    which = "The feature has" if n_features == 1 else f"All {n_features} features have"
    return f"{which} one value for each frame."


def _per_cell(check: CheckResult, plan: LoadPlan, found: _Found) -> str:
    names = [item.name for item in plan.arrays if item.role in _ROLES_PER_CELL]
    if not names:
        return ""
    verb = "has" if len(names) == 1 else "have"
    return f"{', '.join(map(repr, names))} {verb} the shape of the neural data."


def _finite_calcium(check: CheckResult, plan: LoadPlan, found: _Found) -> str:
    item = plan.array_of("calcium")
    if item is None or found.about(item.name, "not-finite", "not-numbers", "nan-*"):
        return ""
    return "The neural data hold no NaN and no infinite value in the frames that stay."


def _finite_features(check: CheckResult, plan: LoadPlan, found: _Found) -> str:
    names = [item.name for item in plan.arrays if item.role == "feature"]
    bad = [name for name in names if found.about(name, "not-finite", "not-numbers", "nan-*")]
    if not names or bad:
        return ""
    return "The features hold no NaN and no infinite value in the frames that stay."


def _alive(check: CheckResult, plan: LoadPlan, found: _Found) -> str:
    if check.examination is None:
        return ""
    ranges = check.examination.calcium_range
    if not len(ranges) or not bool(np.all(ranges[:, 0] != ranges[:, 1])):
        return ""
    if len(ranges) == 1:
        return "The neuron varies: it is not dead."
    return f"All {len(ranges):,} neurons vary: none is dead."


def _frame_rate(check: CheckResult, plan: LoadPlan, found: _Found) -> str:
    origin = plan.static_origin.get("fps")
    if origin == "default" or found.any("fps-differs"):
        return ""
    whence = "given" if origin == "given" else "stored in the file"
    return f"The frame rate is {whence}: {float(plan.static_features['fps']):g} Hz."


def _kinetics(check: CheckResult, plan: LoadPlan, found: _Found) -> str:
    if found.any("kinetics-default", "transient-cut"):
        return ""
    rise, off = (float(plan.static_features[key]) for key in ("t_rise_sec", "t_off_sec"))
    return f"The rise time ({rise:g} s) is shorter than the decay time ({off:g} s)."


def _long_enough(check: CheckResult, plan: LoadPlan, found: _Found) -> str:
    if found.any("short-recording", "few-shuffle-positions", "few-samples") or check.issues:
        return ""
    length = duration(plan.n_frames / float(plan.static_features["fps"]))
    return f"The recording is long enough for later analyses: {length}."


def _clear_types(check: CheckResult, plan: LoadPlan, found: _Found) -> str:
    if not check.features or found.any("type-ambiguous", "circular-period-unknown"):
        return ""
    return "The type of every feature is clear."


def _complete_types(check: CheckResult, plan: LoadPlan, found: _Found) -> str:
    if not plan.circular_whitelist or found.any("circular-not-listed"):
        return ""
    return "The types that were chosen change no other feature."


def _bad_frames(check: CheckResult, plan: LoadPlan, found: _Found) -> str:
    if not plan.bad_frames or found.any("bad-frames-past-end", "all-frames-bad"):
        return ""
    n_left = plan.n_frames - frames.count(plan.bad_frames)
    return f"All bad frames lie inside the recording; {n_left:,} frames stay."


_ON_HEADERS: tuple[Callable[[CheckResult, _Found], str], ...] = (
    _readable,
    _session_name,
)
_ON_PLAN: tuple[Callable[[CheckResult, LoadPlan, _Found], str], ...] = (
    _feature_names,
    _known_names,
    _neural,
    _checksums,
    _orientation,
    _lengths,
    _per_cell,
    _finite_calcium,
    _finite_features,
    _alive,
    _frame_rate,
    _kinetics,
    _long_enough,
    _clear_types,
    _complete_types,
    _bad_frames,
)
