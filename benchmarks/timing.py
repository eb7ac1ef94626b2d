"""Time functions in fresh processes, in turn with their yardsticks, and print what came out.

A machine is never quiet: a result is the median of several fresh processes, and whatever it is
compared with runs in between, so that both meet the same weather.
"""

from __future__ import annotations

import importlib
import json
import os
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = [
    "Call",
    "Row",
    "Stopwatch",
    "call_of",
    "keep_state_in",
    "measure",
    "print_rows",
    "stopwatch",
]

ROOT = Path(__file__).parents[1]


def keep_state_in(folder: Path) -> None:
    """Let panels, here and in processes that are started, leave nothing with the user's plans."""
    os.environ["DRIADA_WIDGETS_STATE"] = str(folder / "state")


@dataclass(slots=True)
class Stopwatch:
    """Seconds between entering and leaving `stopwatch`."""

    seconds: float = 0.0


@contextmanager
def stopwatch() -> Iterator[Stopwatch]:
    """Time a block; what is before and after it in the function does not count."""
    watch = Stopwatch()
    start = time.perf_counter()
    try:
        yield watch
    finally:
        watch.seconds = time.perf_counter() - start


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A function and its arguments, to be run by another process.

    Parameters
    ----------
    function
        ``module:name``; it gives the seconds that it measured, or any other number.
    arguments
        Texts and numbers.
    """

    function: str
    arguments: tuple[str | int | float, ...] = ()


def call_of(function: Callable[..., float], *arguments: str | int | float | Path) -> Call:
    """Describe a call of a function at the top of a module."""
    module = function.__module__
    if module == "__main__":
        module = f"benchmarks.{Path(sys.argv[0]).stem}"
    plain = tuple(str(item) if isinstance(item, Path) else item for item in arguments)
    return Call(function=f"{module}:{function.__name__}", arguments=plain)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a result.

    Parameters
    ----------
    what
        What was measured.
    measured
        The number, in ``unit``.
    yardstick
        What it is compared with, in the same unit; ``None``: nothing.
    must
        Largest allowed ratio to the yardstick, or largest allowed number if there is none;
        ``None``: only looked at.
    unit
        ``"ms"``, ``"MB"``, ...
    """

    what: str
    measured: float
    yardstick: float | None = None
    must: float | None = None
    unit: str = "ms"

    @property
    def ratio(self) -> float | None:
        """Measured number in yardsticks."""
        return None if self.yardstick is None else self.measured / self.yardstick

    @property
    def holds(self) -> bool:
        """Whether it is as it must be."""
        judged = self.measured if self.ratio is None else self.ratio
        return self.must is None or judged <= self.must


def measure(calls: Mapping[str, Call], *, rounds: int = 5) -> dict[str, float]:
    """Run every call once a round, each in a fresh process, and give the medians.

    Parameters
    ----------
    calls
        By name; they run in this order, so put a yardstick beside what it is for.
    rounds
        Number of rounds; at least 3.
    """
    seen: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(max(3, rounds)):
        for name, call in calls.items():
            seen[name].append(_run(call))
    return {name: statistics.median(values) for name, values in seen.items()}


def print_rows(title: str, rows: Sequence[Row]) -> bool:
    """Print ``what | measured | yardstick | ratio | must``; say whether everything holds."""
    table = [("what", "measured", "yardstick", "ratio", "must", "")]
    for row in rows:
        yardstick = "" if row.yardstick is None else _number(row.yardstick, row.unit)
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        limit = "" if row.must is None else f"<= {row.must:g}{'' if row.ratio else ' ' + row.unit}"
        verdict = "" if row.must is None else ("ok" if row.holds else "NO")
        table.append((row.what, _number(row.measured, row.unit), yardstick, ratio, limit, verdict))
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    print(f"\n{title}")
    for line in table:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        print(" | ".join(cells).rstrip())
    return all(row.holds for row in rows)


def _number(value: float, unit: str) -> str:
    return f"{value:.3g} {unit}" if value < 100 else f"{value:.0f} {unit}"


def _run(call: Call) -> float:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.timing", call.function, json.dumps(call.arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    if done.returncode:
        msg = f"{call.function} failed:\n{done.stderr}"
        raise RuntimeError(msg)
    return float(done.stdout.split()[-1])


def _main() -> None:
    module, _, name = sys.argv[1].partition(":")
    function = getattr(importlib.import_module(module), name)
    print(function(*json.loads(sys.argv[2])))


if __name__ == "__main__":
    _main()
