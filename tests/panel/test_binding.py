"""Widgets joined to verbs: no loops, no silent errors, no markup from data."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets
import pytest

from driada_widgets.panel.binding import bind, css_names, escape, find, find_all, guarded, plain
from tests.widgets import choose, click, sent_updates, type_into, unexpected

HOSTILE = "<img src=x onerror=\"alert('1')\">&"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("speed", "speed", id="plain"),
        pytest.param("ΔF/F, скорость 🐭", "ΔF/F, скорость 🐭", id="letters-of-the-world"),
        pytest.param("a\nb\tc\x00", r"a\x0ab\x09c\x00", id="control"),
        pytest.param("abc\u202egpj.exe", r"abc\u202egpj.exe", id="direction-override"),
        pytest.param("x\u2028y\ud800", r"x\u2028y\ud800", id="separator-and-surrogate"),
        pytest.param(12, "12", id="not-a-string"),
    ],
)
def test_plain_shows_what_is_invisible(text: object, expected: str) -> None:
    """Characters that hide or reorder text appear as their code."""
    assert expected == plain(text)


def test_plain_shortens_in_the_middle() -> None:
    """Both ends of a long name tell it from its neighbours, so both are kept."""
    shown = plain("a" * 150 + "_END", limit=40)

    assert len(shown) == 40
    assert shown.startswith("aaaa")
    assert shown.endswith("_END")
    assert "…" in shown


def test_escape_leaves_no_markup() -> None:
    """A name that is HTML is shown as text, inside an attribute too."""
    shown = escape(HOSTILE)

    assert "<img" not in shown
    assert '"' not in shown
    assert "'" not in shown
    assert shown.startswith("&lt;img src=x onerror=&quot;alert(&#x27;1")


def test_escape_keeps_the_whole_of_long_text_in_the_tooltip() -> None:
    """Shortened text can still be read; its tooltip cannot break out of the attribute."""
    shown = escape(HOSTILE * 10, limit=30)

    assert shown.count("&lt;img") == 1 + 10
    assert shown.startswith('<span title="&lt;img')
    assert shown.count("<") == 2


def test_escape_isolates_right_to_left_text() -> None:
    """Hebrew or Arabic names do not reorder the sentence around them."""
    assert escape("מהירות") == "<bdi>מהירות</bdi>"


def test_guarded_hands_an_exception_on() -> None:
    """What a handler raises reaches the one who shows it, and nobody else."""
    errors: list[Exception] = []

    guarded(lambda: 1 / 0, errors.append)()

    assert [ZeroDivisionError] == [type(error) for error in errors]


def test_an_error_that_cannot_be_shown_is_logged(swallowed: list[str]) -> None:
    """If the error box itself fails, the log still has the first error."""

    def fail(error: Exception) -> None:
        raise RuntimeError("no box") from error

    guarded(lambda: 1 / 0, fail)()

    logged = swallowed.pop()
    assert "ZeroDivisionError" in logged
    assert "no box" in logged


def test_verb_hears_a_person_and_not_the_panel() -> None:
    """Showing a value does not call the verb, so there is no feedback loop."""
    heard: list[str] = []
    text = widgets.Text(continuous_update=False)
    binding = bind(text, "value", heard.append, on_error=unexpected)

    binding.show("from the panel")
    type_into(text, "from a person")

    assert heard == ["from a person"]
    assert text.value == "from a person"


def test_new_options_do_not_call_the_verb() -> None:
    """Changing the options of a drop-down moves its value; that is not a choice."""
    heard: list[str] = []
    kinds = widgets.Dropdown(options=["a", "b"])
    binding = bind(kinds, "value", heard.append, on_error=unexpected)

    binding.show("d", options=["c", "d"])
    choose(kinds, "c")

    assert heard == ["c"]


def test_equal_value_is_not_sent() -> None:
    """Showing what is already shown costs no message."""
    text = widgets.Text("same")
    binding = bind(text, "value", lambda _value: None, on_error=unexpected)

    binding.show("same", disabled=False)

    assert sent_updates(text) == []


def test_failing_verb_is_shown() -> None:
    """An exception in a verb ends in the handler for errors."""
    errors: list[Exception] = []
    text = widgets.Text()
    bind(text, "value", int, on_error=errors.append)

    type_into(text, "twelve")

    assert [ValueError] == [type(error) for error in errors]


def test_unbound_widget_is_silent() -> None:
    """After ``unbind`` the verb is not called."""
    heard: list[Any] = []
    text = widgets.Text()
    bind(text, "value", heard.append, on_error=unexpected).unbind()

    type_into(text, "x")

    assert heard == []


def test_css_names_are_safe_and_differ() -> None:
    """Every feature has a class of its own, made of safe characters."""
    names = ["head direction (deg)", "head_direction_(deg)", "x", "x ", "", "<b>", "ß"]

    classes = css_names(names)

    assert classes == {
        "head direction (deg)": "dw-feature-head_direction__deg_",
        "head_direction_(deg)": "dw-feature-head_direction__deg_-2",
        "x": "dw-feature-x",
        "x ": "dw-feature-x_",
        "": "dw-feature-",
        "<b>": "dw-feature-_b_",
        "ß": "dw-feature-_",
    }


def test_css_names_survive_a_name_that_ends_in_a_number() -> None:
    """A real name ``a_-2`` and the second of two ``a_`` do not meet."""
    assert list(css_names(["a ", "a_", "a_-2"]).values()) == [
        "dw-feature-a_",
        "dw-feature-a_-2",
        "dw-feature-a_-2-2",
    ]


def test_find_by_class() -> None:
    """The one widget of a class is found at any depth; none or two are an error."""
    button = widgets.Button(description="Go")
    button.add_class("dw-go")
    root = widgets.VBox([widgets.HBox([button]), widgets.Label("x")])

    assert find(root, "dw-go") is button
    assert find_all(root, "dw-none") == []
    with pytest.raises(LookupError, match="found 0"):
        find(root, "dw-none")


def test_a_swallowed_error_is_seen(swallowed: list[str]) -> None:
    """The fixture that fails tests on swallowed errors does see them."""
    button = widgets.Button()
    button.on_click(lambda _button: 1 / 0)

    click(button)

    assert "division by zero" in swallowed.pop()


def test_refused_text_stays_until_there_is_something_else_to_show() -> None:
    """Nothing typed is lost: the panel shows its old value again only when that changes."""
    shown: list[Exception] = []

    def refuse(text: str) -> None:
        if text != "good":
            msg = "no"
            raise ValueError(msg)

    def on_error(error: Exception) -> None:
        shown.append(error)
        binding.show("old")

    field = widgets.Text(value="old")
    binding = bind(field, "value", refuse, on_error=on_error)
    binding.show("old")

    type_into(field, "bad")
    kept = field.value
    binding.show("new")
    replaced = field.value
    type_into(field, "good")
    binding.show("old")

    assert [str(error) for error in shown] == ["no"]
    assert kept == "bad"
    assert replaced == "new"
    assert field.value == "old"
    assert {"do": "focus"} in [
        message["data"].get("content") for message in field.comm.sent if message["data"]
    ]
