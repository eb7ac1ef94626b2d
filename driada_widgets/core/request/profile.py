"""Profiles: one request for many recordings, with a few fields left free and all others locked.

What a profile does to the panel is in ``panel.profile_verbs``; nothing is opened or read here but
the profile itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.request.model import LoadRequest, SaveSpec
from driada_widgets.core.request.writing import write_field

__all__ = [
    "GROUPS",
    "RECORDING",
    "Profile",
    "changed_fields",
    "filled",
    "get_field",
    "is_free",
    "locked_changes",
    "make_profile",
    "moved",
    "recordings",
    "with_free_fields",
    "with_value",
]

RECORDING: Final = "source.path"
GROUPS: Final = ("source", "exp_params", "static_features", "save")
"""Fields of a request whose entries can be free one by one; the others are free as a whole."""
MAX_RECORDINGS: Final = 500
"""Recordings that a folder offers; more are not listed, and a typed path still opens them."""
_MAX_MATCHES = 20_000
_NAMING = frozenset({"name", "experiment", "subject", "animal_id", "session", "date", "track"})
_ATTRIBUTES = {"as": "format"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A request whose locked fields hold for every recording.

    Parameters
    ----------
    title
        What the profile is for; shown as the heading of the page.
    request
        The locked fields, and what the free ones begin with.
    free
        Fields that may be filled in, such as ``"source.path"``, ``"exp_params.animal_id"`` or
        ``"bad_frames"``; the order is the order on the screen. All others are locked.
    choices
        What a free field offers: a tuple of values or, for ``"source.path"``, a pattern such as
        ``"recordings/*.npz"``. A field without choices is typed.
    answered
        Ids of questions of the check that are answered with "keep as it is".
    folder
        Folder that relative paths are relative to: that of the profile's file.
    """

    title: str
    request: LoadRequest = field(default_factory=LoadRequest)
    free: tuple[str, ...] = ()
    choices: Mapping[str, tuple[str | float, ...] | str] = field(default_factory=dict)
    answered: tuple[str, ...] = ()
    folder: Path = field(default=Path(), compare=False)


def is_free(profile: Profile, name: str) -> bool:
    """Say whether a field may be filled in, by itself or as a part of a free group."""
    return name in profile.free or name.partition(".")[0] in profile.free


def changed_fields(before: LoadRequest, after: LoadRequest) -> tuple[str, ...]:
    """Name the fields in which two requests differ, entries of groups one by one.

    Examples
    --------
    >>> changed_fields(LoadRequest(), LoadRequest(static_features={"fps": 20.0}, seed=1))
    ('static_features.fps', 'seed')
    """
    changed: list[str] = []
    for each in fields(LoadRequest):
        name = each.name
        if name not in GROUPS:
            changed += [name] if getattr(before, name) != getattr(after, name) else []
            continue
        old, new = (write_field(side, name, complete=True) or {} for side in (before, after))
        names_files = name == "exp_params"
        changed += [
            f"{name}.{key}"
            for key in dict.fromkeys([*old, *new])
            if (key in old) != (key in new) or _differ(old[key], new[key], exactly=names_files)
        ]
    return tuple(changed)


def _differ(old: Any, new: Any, *, exactly: bool) -> bool:
    """Compare plain values; ``exactly``: 1, 1.0 and true differ, as in the names made of them."""
    if not exactly:
        return bool(old != new)
    return json.dumps(old, sort_keys=True) != json.dumps(new, sort_keys=True)


def locked_changes(profile: Profile, before: LoadRequest, after: LoadRequest) -> tuple[str, ...]:
    """Name the locked fields that an edit would change."""
    return tuple(name for name in changed_fields(before, after) if not is_free(profile, name))


def get_field(request: LoadRequest, name: str) -> Any:
    """Give the value of a field by its name; ``None`` for an entry that is not there."""
    top, _, key = name.partition(".")
    value = getattr(request, top)
    if not key or value is None:
        return value
    if isinstance(value, Mapping):
        return value.get(key)
    return getattr(value, _ATTRIBUTES.get(key, key))


def filled(profile: Profile, values: Mapping[str, Any]) -> LoadRequest:
    """Give the request of one recording.

    Parameters
    ----------
    profile
        Says what is locked.
    values
        Free fields and their values, such as ``{"source.path": Path("m1.npz")}``; those that are
        not named keep what the profile says. A relative path is relative to the profile's folder.

    Returns
    -------
    LoadRequest
        If no parameter of it names the experiment, ``name`` is the name of the recording's file.

    Raises
    ------
    ParameterError
        If a field is locked.
    """
    request = _completed(profile, profile.request)
    for name, value in values.items():
        request = with_value(profile, request, name, value)
    return request


def with_value(profile: Profile, request: LoadRequest, name: str, value: Any) -> LoadRequest:
    """Fill one free field into the request of a recording; ``None`` empties it.

    Raises
    ------
    ParameterError
        If the field is locked.
    """
    if not is_free(profile, name):
        msg = f"{name} is locked by the profile {profile.title!r}."
        raise ParameterError(msg, where=name, fix="leave it as it is")
    return _completed(profile, _with_field(request, name, value))


def with_free_fields(profile: Profile, request: LoadRequest) -> LoadRequest:
    """Give the profile's request with the free fields of another request."""
    return filled(profile, {name: get_field(request, name) for name in profile.free})


def _completed(profile: Profile, request: LoadRequest) -> LoadRequest:
    """Make the path absolute, and name the experiment by its file if nothing else names it."""
    source, params = request.source, dict(request.exp_params)
    if "name" not in profile.request.exp_params and not is_free(profile, "exp_params.name"):
        params.pop("name", None)
    path = source.path
    if path is not None and not _NAMING & params.keys():
        params["name"] = path.stem
    if path is not None and source.kind in {"file", "folder", "saved"}:
        source = replace(source, path=profile.folder / path.expanduser())
    return replace(request, source=source, exp_params=params)


def _with_field(request: LoadRequest, name: str, value: Any) -> LoadRequest:
    top, _, key = name.partition(".")
    if not key:
        return replace(request, **{top: value})
    group = getattr(request, top)
    if isinstance(group, Mapping):
        entries = {each: group[each] for each in group if each != key}
        new: Any = entries if value is None else {**entries, key: value}
    else:
        given = Path(value) if key == "path" and value is not None else value
        new = replace(group or SaveSpec(), **{_ATTRIBUTES.get(key, key): given})
    return replace(request, **{top: new})


def make_profile(
    request: LoadRequest,
    *,
    title: str,
    free: tuple[str, ...],
    choices: Mapping[str, tuple[str | float, ...] | str] | None = None,
    answered: tuple[str, ...] = (),
) -> Profile:
    """Make a profile from the request of one recording.

    What belongs to that recording alone is left out: its path, the place that it was saved to,
    its bad frames, its name, and the parameters that are filled in anew.

    Parameters
    ----------
    request
        What is to be locked.
    title
        What the profile is for.
    free
        Fields that may be filled in. ``"source.path"`` and ``"bad_frames"`` always are.
    choices
        What free fields offer.
    answered
        Questions of the check that were answered with "keep as it is".

    Returns
    -------
    Profile
        Its relative paths are relative to the current folder.
    """
    names = tuple(dict.fromkeys((RECORDING, *free, "bad_frames")))
    own = {"name", *(name.partition(".")[2] for name in names if name.startswith("exp_params."))}
    common = replace(
        request,
        source=replace(request.source, path=None),
        exp_params={key: value for key, value in request.exp_params.items() if key not in own},
        bad_frames=(),
        save=request.save and replace(request.save, path=None),
    )
    return Profile(
        title=title, request=common, free=names, choices=dict(choices or {}), answered=answered
    )


def moved(profile: Profile, folder: Path) -> Profile:
    """Give the same profile for a file in another folder: what it offers is found from there.

    Parameters
    ----------
    profile
        Any profile.
    folder
        Folder of its new file. Paths below it become relative to it, others absolute.
    """
    if profile.request.source.kind == "demo":
        return replace(profile, folder=folder)

    def turn(text: str | float) -> str:
        path = profile.folder / Path(str(text)).expanduser()
        return str(path.relative_to(folder) if path.is_relative_to(folder) else path)

    choices = dict(profile.choices)
    offered = choices.get(RECORDING)
    if offered is not None:
        choices[RECORDING] = (
            turn(offered) if isinstance(offered, str) else tuple(turn(each) for each in offered)
        )
    return replace(profile, choices=choices, folder=folder)


def recordings(profile: Profile) -> tuple[Path, ...]:
    """List the recordings that a profile offers, the newest first.

    Returns
    -------
    tuple of Path
        Absolute or relative to the current folder, as the profile's folder is; at most 500. Empty
        if the profile offers none, or its folder cannot be read. For a demo, its names.
    """
    offered = profile.choices.get(RECORDING, ())
    if not isinstance(offered, str):
        named = [Path(str(name)) for name in offered]
        is_demo = profile.request.source.kind == "demo"
        return tuple(p if is_demo else profile.folder / p.expanduser() for p in named)
    pattern = Path(offered).expanduser()
    base = Path(pattern.anchor) if pattern.anchor else profile.folder
    wants_folder = profile.request.source.kind == "folder"
    try:
        found = list(islice(base.glob(str(pattern.relative_to(pattern.anchor))), _MAX_MATCHES))
        dated = [(path.stat().st_mtime_ns, path) for path in found if path.is_dir() == wants_folder]
    except OSError:
        return ()
    return tuple(path for _, path in sorted(dated, reverse=True)[:MAX_RECORDINGS])
