"""Locked fields in the five steps: disabled, and saying why. The state refuses them in any case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from driada_widgets.core.request.profile import is_free
from driada_widgets.panel.binding import escape, plain
from driada_widgets.panel.sections.base import html, set_html

if TYPE_CHECKING:
    from driada_widgets.core.request.profile import Profile
    from driada_widgets.panel.snapshot import Snapshot

__all__ = ["FieldLocks"]

_LOCKED: Final = "dw-locked"
_HAS_LOCKS: Final = "dw-has-locks"
_FIELDS: Final = {
    "dw-source-kind": "source.kind",
    "dw-source-demo": "source.path",
    "dw-source-path": "source.path",
    "dw-recents": "source.path",
    "dw-data-source": "source.data_source",
    "dw-neural": "source.neural",
    "dw-fps": "static_features.fps",
    "dw-t-rise": "static_features.t_rise_sec",
    "dw-t-off": "static_features.t_off_sec",
    "dw-nan": "nan",
    "dw-circular-2d": "create_circular_2d",
    "dw-seed": "seed",
    "dw-transpose": "transpose",
    "dw-aggregate-of": "aggregate_features",
    "dw-aggregate-name": "aggregate_features",
    "dw-aggregate-add": "aggregate_features",
    "dw-feature-reset": "features",
    "dw-bad-text": "bad_frames",
    "dw-bad-add": "bad_frames",
    "dw-bad-remove": "bad_frames",
    "dw-save-format": "save.as",
    "dw-save-path": "save.path",
    "dw-spikes-method": "spikes",
}
"""CSS class of a control, and the field of the request that it edits."""
_GROUPS: Final = {"dw-feature-row": "features"}
"""CSS class of a row whose drop-downs edit a field."""


class FieldLocks:
    """Marks what a profile locks, and says so above the step."""

    def __init__(self) -> None:
        self.widget = html("", "dw-locks")

    def render(self, root: Any, snapshot: Snapshot) -> None:
        """Disable what is locked, after a step has shown a snapshot.

        Parameters
        ----------
        root
            The step's widget.
        snapshot
            What it shows; without a profile nothing is locked, and what was is marked no longer.
        """
        profile = snapshot.profile
        title = escape(profile.title, limit=80) if profile is not None else ""
        said = f"Profile “{title}”: the fields marked “locked by profile” stay as they are."
        set_html(self.widget, said if profile is not None else "")
        if profile is not None or _HAS_LOCKS in root._dom_classes:  # noqa: SLF001 - see _mark
            (root.remove_class if profile is None else root.add_class)(_HAS_LOCKS)
            _walk(root, profile, None)


def _walk(widget: Any, profile: Profile | None, field: str | None) -> None:
    classes = getattr(widget, "_dom_classes", ())
    own = next((found for name in classes if (found := _field(name)) is not None), None)
    if own is not None:
        _mark(widget, profile, own)
    elif field is not None and hasattr(widget, "options"):
        _mark(widget, profile, field)
    below = next((_GROUPS[name] for name in classes if name in _GROUPS), field)
    for child in getattr(widget, "children", ()):
        _walk(child, profile, below)


def _field(css_class: str) -> str | None:
    if css_class.startswith("dw-param-"):
        return f"exp_params.{css_class.removeprefix('dw-param-')}"
    return _FIELDS.get(css_class)


def _mark(widget: Any, profile: Profile | None, field: str) -> None:
    if profile is not None and not is_free(profile, field):
        reason = f"Locked by profile “{plain(profile.title, limit=60)}”"
        widget.disabled = True
        if widget.tooltip != reason:
            widget.tooltip = reason
        widget.add_class(_LOCKED)
    elif _LOCKED in widget._dom_classes:  # noqa: SLF001 - ipywidgets has no other way to ask
        widget.remove_class(_LOCKED)
        widget.disabled = False
        widget.tooltip = None
