"""LaTeX macros: the only place where a paper holds numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from ..reporting.latex import escape, share, signed

_LARGEST_LATIN = 0x17F
_NAME = re.compile(r"[A-Za-z]+")
_MANY = 1000


class Macros:
    """Macros of one paper, in the order in which they were declared, each with a comment on its meaning."""

    def __init__(self) -> None:
        """Start without macros."""
        self._lines: dict[str, tuple[str, str]] = {}

    def text(self, name: str, text: object, meaning: str) -> str:
        """Declare a macro for a plain text, escaped; return its call. Raises ValueError as `latex` does."""
        return self.latex(name, escape(plain(str(text))), meaning)

    def latex(self, name: str, content: str, meaning: str) -> str:
        """Declare a macro for a piece of LaTeX; return its call.

        Raises ValueError for a name that is not letters alone, or that stands for something else already.
        """
        if _NAME.fullmatch(name) is None:
            raise ValueError(f"a macro's name is letters alone, not {name!r}")
        if self._lines.get(name, (content, ""))[0] != content:
            raise ValueError(f"two values for \\{name}")
        self._lines.setdefault(name, (content, meaning))
        return f"\\{name}{{}}"

    def whole(self, name: str, value: int, meaning: str) -> str:
        """Declare a count, with a thin space between thousands."""
        return self.latex(name, f"{value:,}".replace(",", r"\,") if value >= _MANY else str(value), meaning)

    def number(self, name: str, value: float, meaning: str) -> str:
        """Declare a number of the design as short as it can be written."""
        return self.latex(name, f"{value:g}".replace("-", "$-$"), meaning)

    def share(self, name: str, value: float, meaning: str) -> str:
        """Declare a probability, share or error with three decimals."""
        return self.latex(name, share(value), meaning)

    def signed(self, name: str, value: float, meaning: str) -> str:
        """Declare a difference with its sign and three decimals."""
        return self.latex(name, signed(value), meaning)

    def lines(self) -> Iterator[str]:
        """Yield the lines of numbers.tex."""
        yield "% Every number of the paper. Written by `moat paper`; a new run of the command writes it anew."
        for name, (content, meaning) in self._lines.items():
            yield f"\\newcommand{{\\{name}}}{{{content}}} % {meaning}"


def letters(place: int) -> str:
    """Return the letters of a place, since the name of a macro cannot hold a number.

    >>> letters(0), letters(25), letters(26)
    ('A', 'Z', 'AA')
    """
    text = ""
    while True:
        place, rest = divmod(place, 26)
        text = chr(ord("A") + rest) + text
        if place == 0:
            return text
        place -= 1


def plain(text: str) -> str:
    """Return text with characters that pdflatex's Latin fonts do not have as question marks."""
    known = {"θ", "±", "×"}
    whole = unicodedata.normalize("NFC", " ".join(text.split()))
    return "".join(c if c in known or ord(c) <= _LARGEST_LATIN else "?" for c in whole)
