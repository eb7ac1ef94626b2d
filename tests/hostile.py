"""Pickles that try to do harm, put together instruction by instruction.

Each attack gets the path of a marker file: code that runs creates it. ``plain`` says whether
Python's own ``pickle.load`` would have run that code without driada installed.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ATTACKS", "Attack", "as_experiment", "experiment"]

_HEAD = b"\x80\x04"
_STOP = b"."
_EXPERIMENT = ("driada.experiment.exp_base", "Experiment")
_NEURON = ("driada.experiment.neuron", "Neuron")
_SERIES = ("driada.information.info_base", "TimeSeries")
_MULTI = ("driada.information.info_base", "MultiTimeSeries")


@dataclass(frozen=True)
class Attack:
    """One row of the table: a name, and what writes the pickle."""

    name: str
    make: Callable[[Path], bytes]
    plain: bool = False


# Pieces: each pushes one value.


def text(value: str) -> bytes:
    """Push text."""
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def number(value: int) -> bytes:
    """Push an integer of up to 9 bytes."""
    data = value.to_bytes(9, "little", signed=True)
    return b"\x8a" + bytes([len(data)]) + data


def raw(value: bytes) -> bytes:
    """Push bytes."""
    return b"B" + struct.pack("<I", len(value)) + value


def name(module: str, attribute: str) -> bytes:
    """Push what a name stands for."""
    return text(module) + text(attribute) + b"\x93"


def sequence(*items: bytes) -> bytes:
    """Push a tuple."""
    return b"(" + b"".join(items) + b"t"


def array_of(*items: bytes) -> bytes:
    """Push a list."""
    return b"](" + b"".join(items) + b"e"


def mapping(**items: bytes) -> bytes:
    """Push a dictionary."""
    return b"}(" + b"".join(text(key) + value for key, value in items.items()) + b"u"


def call(function: bytes, *arguments: bytes) -> bytes:
    """Push the result of a call."""
    return function + sequence(*arguments) + b"R"


def instance(of: tuple[str, str], state: bytes) -> bytes:
    """Push an object with a state."""
    return name(*of) + b")\x81" + state + b"b"


def array(shape: bytes, code: str, data: bytes) -> bytes:
    """Push an array as protocol 4 writes it."""
    made = call(
        name("numpy._core.multiarray", "_reconstruct"),
        name("numpy", "ndarray"),
        sequence(number(0)),
        raw(b"b"),
    )
    dtype = call(name("numpy", "dtype"), text(code), b"\x89", b"\x88")
    dtype += sequence(number(3), text("<"), b"N", b"N", b"N", number(-1), number(-1), number(0))
    return made + sequence(number(1), shape, dtype + b"b", b"\x89", data) + b"b"


def doubles(*values: float) -> bytes:
    """Push a one-dimensional array of doubles."""
    data = struct.pack(f"<{len(values)}d", *values)
    return array(sequence(number(len(values))), "f8", raw(data))


def series(label: str) -> bytes:
    """Push a series of three frames."""
    return instance(_SERIES, mapping(data=doubles(0, 1, 2), name=text(label), discrete=b"\x89"))


def matrix() -> bytes:
    """Push a series of one row and three frames."""
    return matrix_of(0, 1, 2)


def matrix_of(*values: float) -> bytes:
    """Push a series of one row."""
    data = struct.pack(f"<{len(values)}d", *values)
    data = array(sequence(number(1), number(len(values))), "f8", raw(data))
    return instance(_MULTI, mapping(data=data, ts_list=array_of(series("row"))))


def experiment(**changes: bytes) -> bytes:
    """Push a small experiment that is right but for the changes."""
    parts = {
        "signature": text("Exp small"),
        "calcium": matrix(),
        "neurons": array_of(instance(_NEURON, mapping(ca=series("ca"), sp=b"N"))),
        "dynamic_features": mapping(speed=series("speed")),
        "static_features": mapping(fps=number(20)),
        "metadata": b"N",
    }
    return instance(_EXPERIMENT, mapping(**{**parts, **changes}))


def as_experiment(**changes: bytes) -> bytes:
    """Give a whole pickle of a small experiment."""
    return _HEAD + experiment(**changes) + _STOP


# Attacks that call.


def system_call(marker: Path) -> bytes:
    return _HEAD + call(name("os", "system"), text(f"touch {marker}")) + _STOP


def evaluated(marker: Path) -> bytes:
    code = f"open({str(marker)!r}, 'w').close()"
    return _HEAD + call(name("builtins", "eval"), text(code)) + _STOP


def partial_chain(marker: Path) -> bytes:
    made = call(name("functools", "partial"), name("os", "system"), text(f"touch {marker}"))
    return _HEAD + made + b")R" + _STOP


def dotted(marker: Path) -> bytes:
    return _HEAD + call(name("numpy", "f2py.os.system"), text(f"touch {marker}")) + _STOP


def object_array(marker: Path) -> bytes:
    item = call(name("os", "system"), text(f"touch {marker}"))
    return as_experiment(metadata=mapping(a=array(sequence(number(1)), "O", array_of(item))))


def hidden_in_state(marker: Path) -> bytes:
    hidden = mapping(ca=series("ca"), x=call(name("os", "system"), text(f"touch {marker}")))
    return as_experiment(neurons=array_of(instance(_NEURON, hidden)))


def planted_setstate(marker: Path) -> bytes:
    planted = name(*_NEURON) + mapping(__setstate__=name("builtins", "exec")) + b"b"
    used = planted + b")\x81" + text(f"open({str(marker)!r}, 'w').close()") + b"b"
    return as_experiment(neurons=array_of(used))


def planted_without_names(_: Path) -> bytes:
    return as_experiment(neurons=array_of(name(*_NEURON) + mapping(x=number(1)) + b"b"))


# Attacks on memory.


def memo_bomb(_: Path) -> bytes:
    return _HEAD + b"Nr" + struct.pack("<I", 4_294_967_280) + _STOP


def tebibyte(_: Path) -> bytes:
    return b"\x80\x05\x96" + struct.pack("<Q", 1 << 40) + b"x" + _STOP


def huge_shape(_: Path) -> bytes:
    calcium = array(sequence(number(1), number(1 << 40)), "f8", raw(b"x"))
    return as_experiment(calcium=instance(_MULTI, mapping(data=calcium)))


# Attacks by instructions that experiments do not need.


def extension_code(_: Path) -> bytes:
    return _HEAD + b"\x82\x01" + _STOP


def persistent_id(_: Path) -> bytes:
    return b"P../../etc/passwd\n" + _STOP


def protocol_0(marker: Path) -> bytes:
    return f"(S'touch {marker}'\nios\nsystem\n.".encode()


def protocol_0_call(marker: Path) -> bytes:
    return f"cos\nsystem\n(S'touch {marker}'\ntR.".encode()


# Attacks that grow when they are read.


def get(index: int) -> bytes:
    """Push what was memoised as ``index``."""
    return b"h" + bytes([index])


def doubling(leaf: bytes, *, levels: int, width: int) -> bytes:
    """Push lists of lists, each of which holds the one below ``width`` times."""
    body = leaf
    for level in range(levels):
        body = array_of(body + b"\x94", *[get(level)] * (width - 1))
    return body


def billion_laughs(_: Path) -> bytes:
    return _HEAD + doubling(text("ha"), levels=9, width=10) + _STOP


def unfolding_metadata(_: Path) -> bytes:
    return as_experiment(metadata=mapping(a=doubling(text("ha"), levels=18, width=8)))


def array_named_often(_: Path) -> bytes:
    many = array_of(doubles(*range(64)) + b"\x94", *[get(0)] * 100_000)
    return as_experiment(metadata=mapping(a=many))


def array_named_a_million_times(_: Path) -> bytes:
    many = array_of(doubles(*range(64)) + b"\x94", *[get(0)] * 1_000_000)
    return as_experiment(metadata=mapping(a=many))


def text_encoded_often(_: Path) -> bytes:
    again = call(name("_codecs", "encode"), get(0), text("latin1"))
    item = array(sequence(number(100_000)), "u1", again)
    return as_experiment(
        metadata=mapping(a=array_of(text("x" * 100_000) + b"\x94", *[item] * 5000))
    )


def nested_tuples(_: Path) -> bytes:
    return _HEAD + b")" + b"\x85" * 2_000_000 + _STOP


def nested_lists(_: Path) -> bytes:
    return as_experiment(metadata=mapping(a=b"]" * 200_000 + b"a" * 199_999))


def tuple_key(_: Path) -> bytes:
    # Hashing the key would visit 2 ** 60 items: a tuple does not remember its hash.
    key = b"N\x85" + b"".join(b"\x94" + get(level) + b"\x86" for level in range(60))
    return as_experiment(metadata=b"}" + key + b"Ns")


def deep_tuple_key(_: Path) -> bytes:
    # Hashing the key would recurse until the C stack is used up.
    return as_experiment(metadata=b"}" + b")" + b"\x85" * 300_000 + b"Ns")


def huge_integer(_: Path) -> bytes:
    return as_experiment(metadata=mapping(a=b"\x8b" + struct.pack("<I", 300) + b"\x7f" * 300))


def integer_keys(_: Path) -> bytes:
    # Integers of more than 64 bits can be chosen so that all their hashes are equal.
    return as_experiment(metadata=b"}\x8a\x0a" + b"\x7f" * 10 + b"Ns")


# Attacks by parts that do not fit.


def nested_loads(marker: Path) -> bytes:
    return _HEAD + call(name("pickle", "loads"), raw(system_call(marker))) + _STOP


def absurd_dtype(_: Path) -> bytes:
    data = array(sequence(number(1)), "V999999999999", raw(b"x"))
    return as_experiment(calcium=instance(_MULTI, mapping(data=data)))


def object_scalar(marker: Path) -> bytes:
    dtype = call(name("numpy", "dtype"), text("O"), b"\x89", b"\x88")
    made = call(name("numpy._core.multiarray", "scalar"), dtype, raw(system_call(marker)))
    return as_experiment(signature=made)


def object_calcium(_: Path) -> bytes:
    data = array(sequence(number(1), number(1)), "O", array_of(b"N"))
    return as_experiment(calcium=instance(_MULTI, mapping(data=data)))


def second_pickle(marker: Path) -> bytes:
    return as_experiment() + system_call(marker)


def state_in_itself(_: Path) -> bytes:
    return as_experiment(metadata=b"}\x94" + text("me") + get(0) + b"s")


def series_in_itself(_: Path) -> bytes:
    looped = name(*_SERIES) + b")\x81\x94" + mapping(data=get(0)) + b"b"
    return as_experiment(dynamic_features=mapping(speed=looped))


def two_states(_: Path) -> bytes:
    twice = series("a") + mapping(data=b"N") + b"b"
    return as_experiment(dynamic_features=mapping(speed=twice))


def slot_state(_: Path) -> bytes:
    state = sequence(mapping(data=b"N"), mapping(fields=b"N"))
    return as_experiment(dynamic_features=mapping(speed=instance(_SERIES, state)))


def made_up_name(marker: Path) -> bytes:
    made = call(name("_codecs", "encode"), text("os"), text("latin1"))
    return _HEAD + made + text("system") + b"\x93" + text(f"touch {marker}") + b"\x85R" + _STOP


def arguments_for_class(_: Path) -> bytes:
    made = name(*_NEURON) + sequence(number(1)) + b"\x81"
    return as_experiment(neurons=array_of(made))


def other_function_of_driada(marker: Path) -> bytes:
    made = call(name("driada.experiment.exp_build", "load_exp_from_pickle"), text(str(marker)))
    return _HEAD + made + _STOP


ATTACKS = (
    Attack("01-os-system", system_call, plain=True),
    Attack("02-eval", evaluated, plain=True),
    Attack("03-partial-chain", partial_chain, plain=True),
    Attack("04-dotted-name", dotted),
    Attack("05-object-array", object_array),
    Attack("06-call-in-state", hidden_in_state),
    Attack("07-planted-setstate", planted_setstate),
    Attack("07-planted-without-names", planted_without_names),
    Attack("08-memo-bomb", memo_bomb),
    Attack("09-one-tebibyte", tebibyte),
    Attack("10-huge-shape", huge_shape),
    Attack("11-extension-code", extension_code),
    Attack("12-persistent-id", persistent_id),
    Attack("13-protocol-0-inst", protocol_0, plain=True),
    Attack("13-protocol-0-call", protocol_0_call, plain=True),
    Attack("14-billion-laughs", billion_laughs),
    Attack("15-nested-loads", nested_loads, plain=True),
    Attack("16-absurd-dtype", absurd_dtype),
    Attack("17-object-scalar", object_scalar),
    Attack("17-object-calcium", object_calcium),
    Attack("18-nested-tuples", nested_tuples),
    Attack("18-nested-lists", nested_lists),
    Attack("18-tuple-key-that-unfolds", tuple_key),
    Attack("18-tuple-key-that-recurses", deep_tuple_key),
    Attack("18-huge-integer", huge_integer),
    Attack("18-integer-keys", integer_keys),
    Attack("19-second-pickle", second_pickle),
    Attack("20-state-in-itself", state_in_itself),
    Attack("20-two-states", two_states),
    Attack("20-slot-state", slot_state),
    Attack("21-metadata-unfolds", unfolding_metadata),
    Attack("22-array-named-often", array_named_often),
    Attack("22-array-named-a-million-times", array_named_a_million_times),
    Attack("22-text-encoded-often", text_encoded_often),
    Attack("23-series-in-itself", series_in_itself),
    Attack("24-made-up-name", made_up_name),
    Attack("24-arguments-for-a-class", arguments_for_class),
    Attack("24-other-function-of-driada", other_function_of_driada),
)
