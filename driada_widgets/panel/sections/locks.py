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
    "dw-max-gap": "nan",
    "dw-circular-2d": "create_circular_2d",
    "dw-seed": "seed",
    "dw-root": "root",
    "dw-transpose": "transpose",
    "dw-aggregate-of": "aggregate_features",
    "dw-aggregate-name": "aggregate_features",
    "dw-aggregate-add": "aggregate_features",
    "dw-aggregate-remove": "aggregate_features",
    "dw-feature-use": "features",
    "dw-feature-name": "features",
    "dw-feature-type": "features",
    "dw-feature-reset": "features",
    "dw-diff-detected": "features",
    "dw-diff-linear": "features",
    "dw-bad-text": "bad_frames",
    "dw-bad-add": "bad_frames",
    "dw-bad-remove": "bad_frames",
    "dw-bad-paste": "bad_frames",
    "dw-bad-paste-add": "bad_frames",
    "dw-bad-file": "bad_frames",
    "dw-bad-load": "bad_frames",
    "dw-bad-choose": "bad_frames",
    "dw-proposal-accept": "bad_frames",
    "dw-accept-all": "bad_frames",
    "dw-bad-ways": "bad_frames",
    "dw-save-format": "save.as",
    "dw-save-path": "save.path",
    "dw-spikes-method": "spikes",
    "dw-spikes-settings": "spikes",
    "dw-spikes-run": "spikes",
    "dw-spikes-remove": "spikes",
}
"""CSS class of a control, or of a box of controls, and the field of the request that it edits."""
_GROUPS: Final = {"dw-param-": "exp_params", "dw-static-": "static_features"}


class FieldLocks:
    """Marks what a profile locks, and says so above the step."""

    def __init__(self) -> None:
        self.widget = html("", "dw-locks")
        self._tooltips: dict[str, tuple[Any, Any]] = {}

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
        if profile is not None:
            self._walk(root, profile, None)
        for widget, tooltip in self._tooltips.values() if profile is None else ():
            widget.remove_class(_LOCKED)
            widget.disabled = False
            widget.tooltip = tooltip
        if profile is None:
            self._tooltips = {}

    def _walk(self, widget: Any, profile: Profile, field: str | None) -> None:
        classes = getattr(widget, "_dom_classes", ())
        field = next((found for name in classes if (found := _field(name))), field)
        if field is not None and widget.has_trait("disabled") and not is_free(profile, field):
            self._lock(widget, profile)
        for child in getattr(widget, "children", ()):
            self._walk(child, profile, field)

    def _lock(self, widget: Any, profile: Profile) -> None:
        self._tooltips.setdefault(widget.model_id, (widget, widget.tooltip))
        reason = f"Locked by profile “{plain(profile.title, limit=60)}”"
        widget.disabled = True
        if widget.tooltip != reason:
            widget.tooltip = reason
        widget.add_class(_LOCKED)


def _field(css_class: str) -> str | None:
    for prefix, group in _GROUPS.items():
        if css_class.startswith(prefix):
            return f"{group}.{css_class.removeprefix(prefix)}"
    of_field = css_class.removesuffix("-back").removesuffix("-offer")  # buttons beside a field
    return _FIELDS.get(of_field)
