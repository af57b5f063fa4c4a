"""Lines of a study file: where each key stands, and the syntax errors after the first.

`tomllib` gives neither. The texts read here have been parsed by it, so the scanner checks nothing itself.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ...errors import UserError
from ..limits import joined, parse_toml

_TOKEN = re.compile(
    r'''(?P<space>[ \t\r]+|\#[^\n]*)
    |(?P<string>"""(?:\\.|[^\\])*?"""(?:"{0,2})|\'\'\'.*?\'\'\'(?:'{0,2})|"(?:\\.|[^"\\\n])*"|'[^'\n]*')
    |(?P<sign>[\[\]{}=,.\n])
    |(?P<bare>[^\s\[\]{}=,.\#"']+)''',
    re.VERBOSE | re.DOTALL,
)
_PLACE = re.compile(r"[^\s:=]+")
_NAMED_FIRST = re.compile(r":? *(?:unknown \w+ )?'?([A-Za-z_][\w.]*)")
_AT = re.compile(r" \(at line (\d+), column (\d+)\)$")
MOST_SYNTAX_ERRORS = 20
_LONGEST_MENDED = 100_000
"""Characters: a longer text is not parsed again after its first syntax error."""

Path = tuple[str, ...]


class _Token(NamedTuple):
    text: str
    line: int


def _tokens(text: str) -> Iterator[_Token]:
    line = 1
    for match in _TOKEN.finditer(text):
        if match.lastgroup != "space":
            yield _Token(match[0], line)
        line += match[0].count("\n")
    yield _Token("\n", line)
    yield _Token("", line)


class _Scanner:
    """Notes the line of every key of a valid TOML text, as it passes."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self._tokens = _tokens(text)
        self._arrays: dict[Path, int] = {}
        self._token = next(self._tokens)

    def scan(self) -> dict[Path, int]:
        table: Path = ()
        while self._token.text:
            if self._token.text == "\n":
                self._next()
            elif self._token.text == "[":
                table = self._header()
            else:
                self._assignment(table)
        return self.lines

    def _next(self) -> _Token:
        passed, self._token = self._token, next(self._tokens, self._token)
        return passed

    def _key(self, end: str) -> tuple[Path, int]:
        """Return the parts of a dotted key up to the sign `end`, and its line."""
        line, parts = self._token.line, []
        while self._token.text not in (end, ""):
            text = self._next().text
            if text != ".":
                parts.append(tomllib.loads(f"key = {text}")["key"] if text[0] in "\"'" else text)
        self._next()
        return tuple(parts), line

    def _header(self) -> Path:
        self._next()
        of_array = self._token.text == "["
        if of_array:
            self._next()
        parts, line = self._key("]")
        if of_array:
            self._next()
        table: Path = ()
        for place, part in enumerate(parts, start=1):
            table = (*table, part)
            self._note(table, line)
            if of_array and place == len(parts):
                self._arrays[table] = self._arrays.get(table, -1) + 1
            if table in self._arrays:
                table = (*table, str(self._arrays[table]))
        self._note(table, line)
        return table

    def _note(self, path: Path, line: int) -> None:
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], line)

    def _assignment(self, table: Path) -> None:
        key, line = self._key("=")
        self._note((*table, *key), line)
        self._value((*table, *key))

    def _value(self, path: Path) -> None:
        opening = self._token.text
        if opening not in ("[", "{"):
            while self._token.text not in (",", "]", "}", "\n", ""):
                self._next()
            return
        self._next()
        closing, place = {"[": "]", "{": "}"}[opening], 0
        while self._token.text not in (closing, ""):
            if self._token.text in (",", "\n"):
                self._next()
            elif opening == "{":
                self._assignment(path)
            else:
                self._note((*path, str(place)), self._token.line)
                self._value((*path, str(place)))
                place += 1
        self._next()


def key_lines(text: str) -> dict[str, int]:
    """Return the line, from 1, of every key of a valid TOML text by its dotted name.

    Items of an array, and tables of an array of tables, are numbered from 0: "events.1.month".
    """
    return {".".join(path): line for path, line in reversed(_Scanner(text).scan().items())}


def line_of(problem: str, lines: dict[str, int]) -> int | None:
    """Return the line of the key with which a message starts; that of its table if the key is not in the file.

    "model.set: market.volatility = 9 ..." and "model.set: unknown parameter 'market.volatilty'" are on the line of the
    parameter that they name.
    """
    match = _PLACE.match(problem)
    if match is None:
        return None
    place = re.sub(r"\[(\d+)\]", r".\1", match[0])
    named = _NAMED_FIRST.match(problem, match.end())
    if named is not None and f"{place}.{named[1]}" in lines:
        return lines[f"{place}.{named[1]}"]
    while place and place not in lines:
        place = place.rpartition(".")[0]
    return lines.get(place)


def with_lines(problems: Sequence[str], text: str) -> list[str]:
    """Return the messages in the order of the file, each after its line: "line 12: replicates.min ..."."""
    lines = key_lines(text)
    placed = [(line_of(problem, lines), problem) for problem in problems]
    placed.sort(key=lambda each: each[0] or 0)
    return [problem if line is None else f"line {line}: {problem}" for line, problem in placed]


class TomlText(NamedTuple):
    """A text that was read: its content, a message for each syntax error, and the text without the lines of these."""

    content: dict[str, Any]
    errors: list[str]
    text: str

    def report(self, problems: Sequence[str], *, lines: bool = True) -> None:
        """Raise UserError with every mistake, if there is one. lines: say where each stands.

        A key may be missing only because its line could not be read: this is not reported.
        """
        if self.errors:
            problems = [problem for problem in problems if ": missing; " not in problem]
        located = with_lines(problems, self.text) if lines and problems else list(problems)
        if self.errors or located:
            raise UserError(joined([*self.errors, *located]))


def read_toml(text: str, name: str) -> TomlText:
    """Read a TOML text, also around its syntax errors. UserError if nothing can be read; name: of the file."""
    try:
        return TomlText(parse_toml(text), [], text)
    except ValueError as error:
        if not isinstance(error.__cause__, tomllib.TOMLDecodeError):
            raise UserError(f"{name} {error}") from error
        messages, rest = syntax_errors(text)
        try:
            content = parse_toml(rest)
        except ValueError:
            content = {}
        if not content:
            raise UserError(joined(messages)) from error
        return TomlText(content, messages, rest)


def syntax_errors(text: str) -> tuple[list[str], str]:
    """Return a message for every syntax error of a text, and the text without the lines that have one.

    That text is empty if the rest cannot be read either, or if a table's name is lost, so that keys would be misplaced.
    """
    messages: list[str] = []
    rows, misplaced = text.split("\n"), False
    while len(messages) < MOST_SYNTAX_ERRORS:
        try:
            tomllib.loads("\n".join(rows))
        except tomllib.TOMLDecodeError as error:
            at = _AT.search(str(error))
            reason = _AT.sub("", str(error))
            if at is None:  # at the end of the text, such as a string without its closing quotes
                return messages or [f"not TOML: {reason}"], ""
            number = int(at[1])
            messages.append(f"line {number}: not TOML: {reason} (column {at[2]})")
            row = rows[number - 1]
            if not row.strip() or len(text) > _LONGEST_MENDED:
                return messages, ""
            misplaced = misplaced or row.lstrip().startswith("[")
            rows[number - 1] = ""
        except (ValueError, RecursionError):
            return messages, ""
        else:
            return messages, "" if misplaced else "\n".join(rows)
    return messages, ""
