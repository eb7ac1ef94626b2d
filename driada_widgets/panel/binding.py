"""Join widgets to the panel's verbs: no feedback loops, no silent errors, no markup from data."""

from __future__ import annotations

import functools
import logging
import re
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ParamSpec

from driada_widgets.shown_text import escape, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = [
    "Binding",
    "bind",
    "css_names",
    "escape",
    "find",
    "find_all",
    "focus_if_refused",
    "guarded",
    "plain",
]

_P = ParamSpec("_P")
_LOG = logging.getLogger("driada_widgets.panel")
_UNSAFE_IN_CLASS = re.compile(r"[^A-Za-z0-9_-]")


# --- handlers -------------------------------------------------------------------------------------


def guarded(
    handler: Callable[_P, object], on_error: Callable[[Exception], object]
) -> Callable[_P, None]:
    """Wrap a handler so that its exception reaches a person.

    Widgets swallow what their handlers raise; every handler of the panel goes through here.

    Parameters
    ----------
    handler
        What the widget calls.
    on_error
        Shows the exception. If it fails too, both are logged.

    Returns
    -------
    callable
        Takes what ``handler`` takes, returns nothing, raises nothing.
    """

    @functools.wraps(handler)
    def call(*args: _P.args, **kwargs: _P.kwargs) -> None:
        try:
            handler(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - the panel's edge: it becomes a message
            report_error(error, on_error)

    return call


def report_error(error: Exception, on_error: Callable[[Exception], object]) -> None:
    """Hand an exception to whoever shows it; log it where that fails."""
    try:
        on_error(error)
    except Exception:  # noqa: BLE001 - nothing is left but the log
        _LOG.exception("An error could not be shown: %r", error)


@contextmanager
def focus_if_refused(field: Any) -> Iterator[None]:
    """Put the focus on the field that a press of a button was about, where it was refused."""
    try:
        yield
    except Exception:
        field.focus()
        raise


class Binding:
    """One trait of a widget joined to one verb. Made by :func:`bind`.

    What a person typed stays in a text field whose verb refused it, and the field gets the focus,
    until the panel has something else to show there.
    """

    def __init__(
        self,
        widget: Any,
        trait: str,
        verb: Callable[[Any], object],
        on_error: Callable[[Exception], object],
    ) -> None:
        self.widget = widget
        self.trait = trait
        self._verb = verb
        self._call = guarded(self._try, on_error)
        self._quiet_in: int | None = None
        self._shown: object = getattr(widget, trait)
        self._is_refused = False
        widget.observe(self._on_change, names=trait)

    def show(self, value: object, **others: object) -> None:
        """Show a value without calling the verb; an equal value is not sent.

        Parameters
        ----------
        value
            New value of the bound trait.
        **others
            Other traits to set first, such as ``options`` or ``disabled``.
        """
        if not (self._is_refused and _same(self._shown, value)):
            self._is_refused, self._shown = False, value
            others = {**others, self.trait: value}
        with self.quiet():
            for name, other in others.items():
                if not _same(getattr(self.widget, name), other):
                    setattr(self.widget, name, other)

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Let the widget be changed by this thread without calling the verb."""
        before, self._quiet_in = self._quiet_in, threading.get_ident()
        try:
            yield
        finally:
            self._quiet_in = before

    def unbind(self) -> None:
        """Cut the connection."""
        self.widget.unobserve(self._on_change, names=self.trait)

    def _on_change(self, change: Any) -> None:
        if self._quiet_in != threading.get_ident():
            self._call(change["new"])

    def _try(self, value: object) -> None:
        self._is_refused = False
        try:
            self._verb(value)
        except Exception:
            if isinstance(value, str) and hasattr(self.widget, "placeholder"):
                self._is_refused = True
                self.widget.focus()
            raise


def bind(
    widget: Any,
    trait: str,
    verb: Callable[[Any], object],
    *,
    on_error: Callable[[Exception], object],
) -> Binding:
    """Call ``verb(new value)`` when a person changes a trait, not when the panel shows it.

    Parameters
    ----------
    widget
        Any ipywidgets widget.
    trait
        Name of the trait, usually ``"value"``.
    verb
        What the change means.
    on_error
        Gets what ``verb`` raises.

    Returns
    -------
    Binding
        Its ``show(value)`` sets the trait silently.
    """
    return Binding(widget, trait, verb, on_error)


def _same(old: object, new: object) -> bool:
    return type(old) is type(new) and bool(old == new)


# --- names ----------------------------------------------------------------------------------------


def css_names(names: Iterable[str], prefix: str = "dw-feature-") -> dict[str, str]:
    """Give each name a CSS class that is always the same.

    Parameters
    ----------
    names
        Names from a file, in their order.
    prefix
        Begin of each class.

    Returns
    -------
    dict
        Name to class: every character outside ``[A-Za-z0-9_-]`` becomes ``_``; a second one that
        would be equal ends in ``-2``, a third in ``-3``.
    """
    taken: set[str] = set()
    classes: dict[str, str] = {}
    for name in names:
        base = candidate = prefix + _UNSAFE_IN_CLASS.sub("_", name)
        count = 1
        while candidate in taken:
            count += 1
            candidate = f"{base}-{count}"
        taken.add(candidate)
        classes[name] = candidate
    return classes


def find_all(root: Any, css_class: str) -> list[Any]:
    """List the widgets at or under ``root`` that carry a CSS class, in reading order."""
    found = [root] if css_class in getattr(root, "_dom_classes", ()) else []
    for child in getattr(root, "children", ()):
        found.extend(find_all(child, css_class))
    return found


def find(root: Any, css_class: str) -> Any:
    """Give the one widget under ``root`` that carries a CSS class.

    Raises
    ------
    LookupError
        If there is none, or more than one.
    """
    found = find_all(root, css_class)
    if len(found) != 1:
        msg = f"Expected one widget with the class {css_class!r}, found {len(found)}."
        raise LookupError(msg)
    return found[0]
