"""Whether this machine has what a build takes, and what to do where it has not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from driada_widgets.core import machine

if TYPE_CHECKING:
    from pathlib import Path

    from driada_widgets.core.request.plan import LoadPlan
    from driada_widgets.core.road.cost import Cost
    from driada_widgets.core.sources.base import Inventory

__all__ = ["Fit", "compare_with_machine"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """What a build takes beside what the machine has.

    Parameters
    ----------
    level
        ``"good"``; ``"doubtful"``: the high estimate of the memory is more than is free;
        ``"bad"``: it will not fit.
    memory_free, disk_free
        Bytes; ``None`` where the system does not tell.
    problems
        What does not fit, in words.
    remedies
        What can be done about it, in words, the most useful first.
    """

    level: Literal["good", "doubtful", "bad"]
    memory_free: int | None
    disk_free: int | None
    problems: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()


def compare_with_machine(cost: Cost, plan: LoadPlan, inventory: Inventory, target: Path) -> Fit:
    """Compare an estimate with the free memory, and with the room where it would be saved.

    Parameters
    ----------
    cost
        The estimate.
    plan, inventory
        What it is about; the remedies depend on it.
    target
        Where the experiment would be saved; it need not exist.
    """
    memory, disk = machine.free_memory(), machine.free_disk(target)
    problems, remedies = [], []
    is_bad = memory is not None and cost.memory_low > memory
    if memory is not None and cost.memory_high > memory:
        problems.append(_memory_problem(cost, memory, is_bad=is_bad))
        remedies += _memory_remedies(cost, plan, inventory, memory)
    if disk is not None and cost.disk > disk:
        is_bad = True
        problems.append(
            f"Saving takes {machine.format_bytes(cost.disk)} of disk; "
            f"{machine.format_bytes(disk)} are free in {str(target.parent)!r}."
        )
        remedies.append("Save to another disk: type its path in step 5, or make room.")
    level: Literal["good", "doubtful", "bad"] = "good"
    if problems:
        level = "bad" if is_bad else "doubtful"
    return Fit(
        level=level,
        memory_free=memory,
        disk_free=disk,
        problems=tuple(problems),
        remedies=tuple(remedies),
    )


def _memory_problem(cost: Cost, free: int, *, is_bad: bool) -> str:
    low, high = machine.format_bytes(cost.memory_low), machine.format_bytes(cost.memory_high)
    verb = "will not fit" if is_bad else "may not fit"
    return (
        f"It {verb} into memory: it takes {low} to {high}, {machine.format_bytes(free)} are free."
    )


def _memory_remedies(cost: Cost, plan: LoadPlan, inventory: Inventory, free: int) -> list[str]:
    calcium = plan.array_of("calcium")
    info = next(each for each in inventory.arrays if calcium and each.name == calcium.name)
    remedies = []
    if info.dtype.kind in "iuf" and info.dtype.itemsize == np.dtype(float).itemsize:
        saved = machine.format_bytes(info.n_bytes // 2)
        remedies.append(f"Store {info.name!r} as float32 in the file: {saved} less.")
    frames = int(plan.n_frames * free / cost.memory_high)
    remedies.append(
        f"Crop the recording: about {frames:,} of {plan.n_frames:,} frames fit; or keep fewer "
        "neurons."
    )
    if plan.request.spikes is not None:
        remedies.append("Build without spikes, or reconstruct them later with fewer workers.")
    remedies.append("Close other programs, other notebooks and other recordings.")
    return remedies
