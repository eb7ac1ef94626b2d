"""A profile made from the plan on screen, tried out, saved, or loaded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import ipywidgets as widgets

from driada_widgets.core.request.profile import RECORDING
from driada_widgets.core.request.profile_text import profile_to_yaml
from driada_widgets.panel.binding import css_names, escape, focus_if_refused, plain
from driada_widgets.panel.download import DownloadButton, file_name
from driada_widgets.panel.sections.base import card, html, row, set_html, show
from driada_widgets.panel.sections.technician import field_label

if TYPE_CHECKING:
    from driada_widgets.core.request.profile import Profile
    from driada_widgets.panel.sections.base import Section
    from driada_widgets.panel.snapshot import Snapshot

__all__ = ["ProfileMaker"]

HINT: Final = (
    "A profile keeps the decisions of this plan for other recordings. A technician sees only its "
    "title, the fields that you leave free, and two buttons; all else is locked. "
    "The recording and its bad frames are always free."
)
ALWAYS_OFFERED: Final = ("exp_params.animal_id", "exp_params.session")
CONSTANTS: Final = ("fps", "t_rise_sec", "t_off_sec")
_STYLE: Final = {"description_width": "11em"}
_WIDE: Final = {"width": "auto", "min_width": "22em"}


class ProfileMaker:
    """The card of profiles in step Save & share.

    Parameters
    ----------
    section
        The step; it makes the buttons.
    """

    def __init__(self, section: Section) -> None:
        self._section = section
        self._ticks: dict[str, Any] = {}
        self._offers: dict[str, Any] = {}
        self._has_pattern = False
        self._title = self._text("Title", "dw-profile-title", "Treadmill room")
        self._free = widgets.VBox()
        self._free.add_class("dw-profile-free")
        self._choices = widgets.VBox()
        self._recordings = self._text(
            "Recordings offered", "dw-profile-recordings", "recordings/*.npz; empty: typed"
        )
        self._path = self._text("File", "dw-profile-path", "rig.yaml")
        self._replace = widgets.Checkbox(
            description="Replace a file of that name", indent=False, layout={"width": "auto"}
        )
        self._replace.add_class("dw-profile-replace")
        save = section.button("Save profile", "dw-profile-save", self._save)
        reveal = section.button("Show as YAML", "dw-profile-show", self._show_text)
        download = DownloadButton(
            "Download profile",
            "dw-profile-download",
            self._file,
            on_error=section.failed("Download profile"),
            media_type="application/yaml",
        )
        attempt = section.button("Try it", "dw-profile-try", self._try)
        self._said = html("", "dw-profile-said")
        self._made = html("", "dw-profile-yaml")
        self._load_path = self._text("Load a profile", "dw-profile-load-path", "rig.yaml")
        load = section.button("Use profile", "dw-profile-load", self._load)
        self._leave = section.button(
            "Leave the profile", "dw-profile-leave", section.state.leave_profile
        )
        self._maker = widgets.VBox(
            [
                html(HINT, "dw-hint"),
                self._title,
                html("Free fields:"),
                self._free,
                self._recordings,
                self._choices,
                self._path,
                row(save, self._replace, attempt, reveal, download),
                self._said,
                self._made,
            ]
        )
        self.widget = card(
            "Profile for technicians", self._maker, row(self._load_path, load, self._leave)
        )
        self.widget.add_class("dw-profile")

    def _text(self, label: str, css_class: str, hint: str) -> Any:
        made = widgets.Text(
            description=label, placeholder=hint, continuous_update=False, style=_STYLE, layout=_WIDE
        )
        made.add_class(css_class)
        return made

    # --- what is asked for ---

    def _profile(self) -> Profile:
        free = tuple(name for name, tick in self._ticks.items() if tick.value)
        choices: dict[str, Any] = {
            name: tuple(
                filter(None, (word.strip() for word in self._offers[name].value.split(",")))
            )
            for name in free
            if name in self._offers
        }
        if self._recordings.value.strip():
            choices[RECORDING] = self._recordings.value.strip()
        offered = {name: value for name, value in choices.items() if value}
        with focus_if_refused(self._title):
            return self._section.state.make_profile(self._title.value, free, offered)

    def _save(self) -> None:
        typed = self._path.value.strip() or "profile.yaml"
        path = typed if Path(typed).suffix else f"{typed}.yaml"
        profile = self._profile()
        with focus_if_refused(self._path):
            file = self._section.state.save_profile(profile, path, replace_file=self._replace.value)
        self._replace.value = False
        start = f"driada-widgets app --profile {file.name}"
        set_html(
            self._said,
            f"Saved to {escape(file, limit=None)}. "
            f"It is used by <code>{escape(start)}</code> in its folder.",
        )

    def _try(self) -> None:
        self._section.state.use_profile(self._profile())

    def _load(self) -> None:
        with focus_if_refused(self._load_path):
            self._section.state.load_profile(self._load_path.value)

    def _show_text(self) -> None:
        text = profile_to_yaml(self._profile())
        lines = "\n".join(escape(line, limit=None) for line in text.splitlines())
        set_html(self._made, f"<pre>{lines}</pre>")

    def _file(self) -> tuple[str, bytes]:
        stem = Path(self._path.value.strip() or self._title.value).stem
        return file_name(stem, ".yaml"), profile_to_yaml(self._profile()).encode()

    # --- showing ---

    def render(self, snapshot: Snapshot) -> None:
        """Show a snapshot; what was ticked or typed here stays."""
        show(self._maker, visible=snapshot.profile is None)
        can_leave = snapshot.profile is not None and not self._section.state.is_profile_fixed
        show(self._leave, visible=can_leave)
        names = _candidates(snapshot)
        if names != tuple(self._ticks):
            self._ticks = {name: self._ticks.get(name) or self._tick(name) for name in names}
            self._offers = {
                name: self._offers.get(name) or self._offer(name)
                for name in names
                if name.startswith("exp_params.")
            }
            self._free.children = list(self._ticks.values())
            self._choices.children = list(self._offers.values())
        self._show_offers()
        self._propose_pattern(snapshot.request.source.path)

    def _propose_pattern(self, path: Path | None) -> None:
        """Offer the recordings beside this one, once: it may be emptied."""
        if path is None or self._has_pattern or not path.is_absolute():
            return
        self._has_pattern = True
        pattern = path.with_name(f"*{path.suffix}")
        root = self._section.state.roots.folders[0]
        is_inside = pattern.is_relative_to(root)
        self._recordings.value = str(pattern.relative_to(root) if is_inside else pattern)

    def _show_offers(self) -> None:
        """Ask for the choices of those fields only that are left free."""
        for name, offer in self._offers.items():
            show(offer, visible=self._ticks[name].value)

    def _tick(self, name: str) -> Any:
        label = "Types of features" if name == "features" else field_label(name)
        is_free = name.startswith("exp_params.") and name != "exp_params.name"
        css_class = css_names([name], "dw-profile-free-")[name]
        tick = self._section.tick(
            plain(label, limit=40), css_class, lambda _on: self._show_offers()
        )
        tick.show(is_free)
        return tick.widget

    def _offer(self, name: str) -> Any:
        label = f"Choices: {plain(field_label(name), limit=20)}"
        css_class = css_names([name], "dw-profile-choices-")[name]
        return self._text(label, css_class, "m1, m2, m3; empty: typed")


def _candidates(snapshot: Snapshot) -> tuple[str, ...]:
    """List fields that may be left free, apart from the recording."""
    params = [f"exp_params.{key}" for key in snapshot.request.exp_params]
    if snapshot.request.source.data_source == "IABS":
        params.insert(0, "exp_params.track")
    constants = [f"static_features.{key}" for key in CONSTANTS]
    return tuple(dict.fromkeys([*params, *ALWAYS_OFFERED, *constants, "features"]))
