from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.experiment.naming import MAX_FOLDER_BYTES, folder_name, near_folder_name


@pytest.mark.parametrize(
    "name",
    [
        "..",
        "../../escaped",
        "a/../../b",
        "..\\x",
        "%2e%2e",
        "%2E./x",
        "/x",
        "C:\\x",
        "\\\\host\\x",
        "a\0b",
        "%2fetc",
        "a/b",
    ],
    ids=repr,
)
def test_names_never_leave_their_folder(name: str) -> None:
    """Names that could point elsewhere, also in disguise, must be refused before any work."""
    with pytest.raises(ParameterError, match=r"name may not contain / \\ \.\. or NUL"):
        folder_name(name)


@pytest.mark.parametrize(
    ("name", "size"), [("x" * 300, 300), ("x" * 121, 121), ("\N{MOUSE FACE}" * 100, 400)]
)
def test_names_have_room_for_suffixes(name: str, size: int) -> None:
    """A name too long to be saved must be refused, with its size in bytes."""
    with pytest.raises(ParameterError, match=rf"at most {MAX_FOLDER_BYTES} bytes .* has {size}"):
        folder_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "CON",
        "nul.txt",
        "Aux",
        "com1",
        "LPT9.npz",
        "COM¹",
        "x.",
        "x ",
        "a:b",
        "a?",
        'a"b',
        "a\nb",
        "",
        "  ",
        "a\ud800",
    ],
    ids=repr,
)
def test_names_that_some_system_refuses_are_refused_on_all(name: str) -> None:
    """Archives travel, so what cannot be a folder on one system must be refused everywhere."""
    with pytest.raises(ParameterError, match="cannot name a folder"):
        folder_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "NOF_H01_1D",
        "head direction (deg)",
        "2nd",
        "Мышь 5",
        "x" * MAX_FOLDER_BYTES,
        "console",
        "com10",
        ".hidden",
        "100% done",
    ],
)
def test_ordinary_names_stay(name: str) -> None:
    """A name that every system takes must come back as it is."""
    assert name == folder_name(name)


def test_names_are_nfc_normalised() -> None:
    """The two spellings of one letter must be one folder."""
    assert folder_name("Mu\u0308ller") == "M\u00fcller"


def test_names_are_text() -> None:
    """Something that is no text must be refused, and its type named."""
    with pytest.raises(ParameterError, match="must be text, got dict"):
        folder_name({"a": 1})  # type: ignore[arg-type]  # the fault


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("<img src=x onerror=alert(1)>", "img src=x onerror=alert(1)"),
        ("../../escaped", "escaped"),
        ("a/b: c?", "a b c"),
        ("%2e%2e%2fx", "2e 2e 2fx"),
        ("50% done.", "50% done"),
        ("CON", "_CON"),
        (" . ", "recording"),
        ("NOF_H01_1D", "NOF_H01_1D"),
    ],
    ids=repr,
)
def test_nearest_name(name: str, near: str) -> None:
    """What cannot stand in a name becomes a space; all else stays."""
    assert near == near_folder_name(name)


@given(st.text(st.characters(), max_size=200) | st.text("%2eEfF./\\\0<:conCON1 ", max_size=40))
def test_nearest_name_can_always_be_a_folder(name: str) -> None:
    """Whatever a file is called, its suggestion is taken."""
    near = near_folder_name(name)

    assert near == folder_name(near)
