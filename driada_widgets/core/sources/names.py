"""Say which arrays there are when one is asked for that is not there."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from driada_widgets.core.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["check_names"]

_N_LISTED = 20


def check_names(wanted: Iterable[str], present: Sequence[str], *, where: str) -> None:
    """Refuse names that no array has.

    Parameters
    ----------
    wanted
        Names that were asked for.
    present
        Names of the arrays.
    where
        The file, or what else holds them.

    Raises
    ------
    ParameterError
        Names the first that is not there, the nearest that is, and what there is.
    """
    missing = next((name for name in wanted if name not in present), None)
    if missing is None:
        return
    near = difflib.get_close_matches(missing, present, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    listed = ", ".join(repr(name) for name in present[:_N_LISTED])
    more = " …" if len(present) > _N_LISTED else ""
    msg = f"{where} has no array {missing!r}{hint} It has: {listed or 'none'}{more}."
    raise ParameterError(msg, where=where, found=missing, expected=listed)
