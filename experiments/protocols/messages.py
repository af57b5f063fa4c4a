"""Messages about a refused value: the value, the allowed values, and the nearest name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean 'x'?" for the nearest known name, or an empty string."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""


def not_allowed(place: str, value: str, allowed: Iterable[str]) -> str:
    """Return the message for a value that is not allowed."""
    names = list(allowed)
    return f"{place}: {value!r} is not possible; allowed: {', '.join(names)}{nearest(value, names)}"
