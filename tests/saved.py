"""Saved experiments for tests."""

from __future__ import annotations

from pathlib import Path

from driada_widgets.core.pipeline import run
from driada_widgets.core.request.codegen import save_from_path
from driada_widgets.core.request.model import LoadRequest, SourceSpec

__all__ = ["DRIADA_PICKLE", "saved"]

DRIADA_PICKLE = Path(__file__).parent / "goldens" / "driada_experiment.pickle"


def saved(recording: Path, name: str = "Exp mouse.npz") -> Path:
    """Build the recording without 61 bad frames, and save it beside itself."""
    path = recording.parent / name
    request = LoadRequest(
        source=SourceSpec(path=recording),
        exp_params={"name": "mouse"},
        static_features={"fps": 20.0},
        bad_frames=((120, 181),),
        save=save_from_path(path),
    )
    run(request)
    return path
