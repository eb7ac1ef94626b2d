"""Step Map under a profile: what is locked stays, what is free does not."""

from __future__ import annotations

from pathlib import Path

from driada_widgets.core.request.profile import Profile
from tests.panels import make_panel, write_recording
from tests.widgets import choose, click, find, gesture, type_into


def test_what_a_profile_locks_is_locked_in_the_table(tmp_path: Path) -> None:
    """Parts and names stay, policies left free do not; a forged message changes nothing."""
    panel = make_panel(tmp_path)
    choose(find(panel, "dw-source-kind"), "File on this computer or server")
    type_into(find(panel, "dw-source-path"), str(write_recording(tmp_path)))
    click(find(panel, "dw-source-open"))
    profile = Profile(
        title="Rig", request=panel.state.snapshot.request, free=("source.path", "nan")
    )
    panel.state.use_profile(profile)
    panel.state.show_all_steps()
    panel.state.choose_file(str(tmp_path / "mouse.npz"))
    panel.state.open()
    table = find(panel, "dw-arrays")

    speed = [row["name"] for row in table.rows].index("speed")
    gesture(table, {"row": speed, "what": "part", "value": "out"})
    gesture(table, {"row": speed, "what": "nan", "value": "drop"})
    request = panel.state.snapshot.request

    assert table.locked == ["name", "part", "period", "transposed"]
    assert "dw-locked" in table._dom_classes
    assert request.features is None
    assert request.nan.of("speed").policy == "drop"
