"""Damaged pickles give an error of ours or a result, whatever the damage."""

from __future__ import annotations

import pickletools
import random
import time
from pathlib import Path

import pytest

from driada_widgets.core import safe_pickle
from driada_widgets.core.errors import (
    CorruptFileError,
    NotThisFormatError,
    TruncatedFileError,
    UnsafeContentError,
)
from driada_widgets.core.safe_pickle.standins import ExperimentStub
from driada_widgets.core.store.driada_pickle import translate
from tests import hostile

FOLDER = Path(__file__).parents[1] / "data" / "driada"
DECLARED = (CorruptFileError, NotThisFormatError, TruncatedFileError, UnsafeContentError)
OPCODES = bytes(ord(opcode.code) for opcode in pickletools.opcodes)


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Flip, insert, delete, copy or swap an instruction, one to four times."""
    result = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        at = rng.randrange(len(result))
        kind = rng.randrange(5)
        if kind == 0:
            result[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            result[at:at] = rng.randbytes(rng.randint(1, 9))
        elif kind == 2:
            del result[at : at + rng.randint(1, 9)]
        elif kind == 3:
            start = rng.randrange(len(result))
            result[at:at] = result[start : start + rng.randint(1, 60)]
        else:
            result[at] = rng.choice(OPCODES)
    return bytes(result)


def outcome(data: bytes) -> str:
    """Open a pickle as an experiment; give the error, or that it loaded."""
    try:
        opened = safe_pickle.load(data)
        if not isinstance(opened.root, ExperimentStub):
            return "something else"
        translate(opened.root, opened.extractor)
    except DECLARED as error:
        return type(error).__name__
    return "loaded"


def fuzz(data: bytes, number: int, seed: int) -> set[str]:
    """Open many damaged copies; give what came of them, and fail if one takes long."""
    rng = random.Random(seed)
    outcomes = set()
    for _ in range(number):
        started = time.process_time()
        outcomes.add(outcome(mutated(data, rng)))
        assert time.process_time() - started < 10
    return outcomes


def test_damage_in_a_tiny_experiment() -> None:
    """Where nearly every byte is an instruction, damage gives every declared outcome."""
    outcomes = fuzz(hostile.as_experiment(), 6000, 1)

    assert {"CorruptFileError", "TruncatedFileError", "UnsafeContentError", "loaded"} <= outcomes


@pytest.mark.parametrize("name", ["fresh_p2", "fresh_p5", "full", "threshold", "used"])
def test_damage_in_real_files(name: str) -> None:
    """Damage in files of driada is an error of ours, or goes unnoticed; nothing else happens."""
    outcomes = fuzz((FOLDER / f"{name}.pickle").read_bytes(), 600, 2)

    assert {"loaded"} < outcomes


@pytest.mark.slow
@pytest.mark.parametrize("name", ["fresh_p4", "reconstructed", "wavelet"])
def test_much_damage_in_real_files(name: str) -> None:
    """Twenty thousand damaged files give only declared errors or a result."""
    outcomes = fuzz((FOLDER / f"{name}.pickle").read_bytes(), 6700, 3)

    assert {"loaded"} < outcomes
