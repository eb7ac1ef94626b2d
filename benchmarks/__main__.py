"""Run every measurement, one after the other: `python -m benchmarks [NAME ...]`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
NOT_MEASUREMENTS = {"__init__", "__main__", "timing"}


def measurements() -> list[str]:
    """Name every module that measures something when it is run."""
    found = sorted(path.stem for path in HERE.glob("*.py"))
    return [
        name
        for name in found
        if name not in NOT_MEASUREMENTS
        and '__name__ == "__main__"' in (HERE / f"{name}.py").read_text(encoding="utf-8")
    ]


def main(wanted: list[str]) -> int:
    """Run the measurements named, or all; give 1 if any target was missed."""
    names = wanted or measurements()
    ended = [
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], cwd=HERE.parent, check=False)
        for name in names
    ]
    return int(any(done.returncode for done in ended))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
