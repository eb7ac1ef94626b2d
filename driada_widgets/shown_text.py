"""Text from a file, made safe to show: as plain text, or inside HTML."""

from __future__ import annotations

import html
import unicodedata

__all__ = ["escape", "plain"]


def plain(text: object, *, limit: int | None = 120) -> str:
    r"""Make text from a file safe to show as text: one line, nothing invisible, not too long.

    Control characters, line separators, lone surrogates and the characters that change the
    direction of what follows are written as their code (``\u202e``).

    Parameters
    ----------
    text
        Anything; ``str`` of it is shown.
    limit
        Greatest number of characters kept, an ellipsis in the middle included. ``None``: all.

    Returns
    -------
    str
        Plain text. It is *not* escaped for HTML.
    """
    whole = str(text)
    shown = whole if whole.isprintable() else "".join(map(_visible, whole))
    if limit is None or len(shown) <= limit:
        return shown
    tail = (limit - 1) // 3
    return f"{shown[: limit - 1 - tail]}…{shown[len(shown) - tail :]}"


def escape(text: object, *, limit: int | None = 120) -> str:
    """Make text from a file safe to put into HTML, as content or inside a quoted attribute.

    Parameters
    ----------
    text
        Anything; ``str`` of it is shown.
    limit
        Longer text is shortened in the middle; the whole is then in the tooltip. ``None``: never.

    Returns
    -------
    str
        HTML. Text with right-to-left letters is isolated (``<bdi>``), so that it cannot reorder
        its surroundings; shortened text is a ``<span title=...>``. Use ``html.escape(plain(text))``
        where only an attribute value may stand.
    """
    whole = plain(text, limit=None)
    shown = plain(text, limit=limit)
    markup = html.escape(shown)
    if not shown.isascii() and any(
        unicodedata.bidirectional(character) in {"R", "AL"} for character in shown
    ):
        markup = f"<bdi>{markup}</bdi>"
    if shown != whole:
        markup = f'<span title="{html.escape(whole)}">{markup}</span>'
    return markup


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cc", "Cf", "Cs", "Zl", "Zp"} and character not in "\u200c\u200d":
        code = ord(character)
        return f"\\u{code:04x}" if code > 0xFF else f"\\x{code:02x}"
    return character
