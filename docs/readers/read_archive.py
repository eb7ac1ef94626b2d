"""Read an experiment saved by driada_widgets with NumPy and the standard library alone.

Copy this file where you need it; it depends on nothing else. Nothing in an archive is executed.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from typing import Any

import numpy as np


def read_archive(path: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Give the arrays by their real names, and the manifest, which tells types and units.

    ``calcium`` has shape (n_cells, n_frames), as it was given; removed frames are
    ``manifest["experiment"]["bad_frames"]``, half-open ranges.
    """
    with zipfile.ZipFile(path) as file:
        text = file.read("manifest.json")
        digest = file.comment.decode("ascii").split()[-1]
    if hashlib.sha256(text).hexdigest() != digest:
        msg = "the manifest is damaged"
        raise ValueError(msg)
    manifest = json.loads(text)
    names = {entry["id"]: entry["name"] for entry in manifest["experiment"]["features"]}
    arrays = {}
    with np.load(path, allow_pickle=False) as file:
        for array_id, record in manifest["arrays"].items():
            array = file[array_id]
            if hashlib.sha256(array.tobytes()).hexdigest() != record["sha256"]:
                msg = f"{array_id} is damaged"
                raise ValueError(msg)
            arrays[names.get(array_id, array_id)] = array
    return arrays, manifest
