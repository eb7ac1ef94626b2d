"""Take names, places and texts of people out of what is sent to others.

What is known to be a name is replaced wherever it stands; what looks like a quoted text or a path
is replaced even if nobody knows it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Redactor"]

SHORTEST_INSIDE = 3
"""Shorter names are replaced only where they stand alone: ``x`` is in most words."""
_QUOTED = re.compile(r"""'[^'\n]*'|"[^"\n]*"|“[^”\n]*”|`[^`\n]*`""")
_PATH = re.compile(r"(?:[A-Za-z]:)?(?:[\\/]+|~[\\/])[^\s<>'\"]+|\b[^\s<>'\"]+[\\/][^\s<>'\"]+")
_FRAME = re.compile(r'^(?P<head>\s*File )"(?P<path>[^"]*)"(?P<rest>, line \d+.*)$')
_KNOWN_PLACES = re.compile(
    r".*(?:site-packages|dist-packages|lib[\\/]python[\d.]+)[\\/](?P<tail>.+)$"
)
_OWN = re.compile(r"driada_widgets[\\/].+\.py$")


class Redactor:
    """Knows names, and what stands for each.

    Parameters
    ----------
    names
        What must not be seen, with what stands for it: ``{"mouse7": "<name 1>"}``. Names are
        found in any case of letters, and as JSON, ``repr`` and URLs write them.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        written = {
            form: shown for name, shown in names.items() for form in _forms(name) if form.strip()
        }
        inside = sorted((n for n in written if len(n) >= SHORTEST_INSIDE), key=len, reverse=True)
        alone = sorted((n for n in written if len(n) < SHORTEST_INSIDE), key=len, reverse=True)
        self._shown = {name.casefold(): shown for name, shown in written.items()}
        parts = [re.escape(name) for name in inside]
        parts += [rf"(?<!\w){re.escape(name)}(?!\w)" for name in alone]
        self._names = re.compile("|".join(parts), re.IGNORECASE) if parts else None

    def text(self, text: str) -> str:
        """Redact a message: known names, then quoted texts, then paths."""
        named = self.known(text)
        without_quotes = _QUOTED.sub(_quoted, named)
        return _PATH.sub("<path>", without_quotes)

    def known(self, text: str) -> str:
        """Replace known names only."""
        if self._names is None:
            return text
        return self._names.sub(lambda found: self._shown.get(found[0].casefold(), "<name>"), text)

    def traceback(self, text: str) -> str:
        """Redact a traceback: frames of packages keep their place in the package and their code.

        Lines of code outside packages, as in a notebook, are left out.
        """
        lines: list[str] = []
        shows_code = False
        for line in text.splitlines():
            frame = _FRAME.match(line)
            if frame is not None:
                place = _place(frame["path"])
                shows_code = place is not None
                lines.append(f'{frame["head"]}"{place or "<file>"}"{self.known(frame["rest"])}')
            elif line.startswith("    "):
                if shows_code:
                    lines.append(self.known(line))
            else:
                lines.append(self.text(line))
        return "\n".join(lines)


def _quoted(found: re.Match[str]) -> str:
    """Leave out what is quoted, but for what stands for a name already."""
    inner = found[0][1:-1]
    return found[0] if re.fullmatch(r"(?:<[a-z ]+\d*>[\s.,/\\-]*)*", inner) else "<text>"


def _place(path: str) -> str | None:
    """Give the place of a module in its package; ``None`` for any other file."""
    own, known = _OWN.search(path), _KNOWN_PLACES.search(path)
    if known is not None:
        return known["tail"]
    return own[0] if own is not None else None


def _forms(name: str) -> Iterable[str]:
    """Give a name as it may be written: as it is, composed or not, escaped, in a URL."""
    normal = {unicodedata.normalize(form, name) for form in ("NFC", "NFD")} | {name}
    for text in normal:
        yield text
        yield repr(text)[1:-1]
        yield text.encode("unicode_escape").decode("ascii")
        yield quote(text, safe="")
        yield text.replace("\\", "\\\\")
