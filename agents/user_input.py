"""What users write: text files, numbers in text, and seeds, read in one place. Imports the standard library alone."""

from __future__ import annotations

import codecs
import csv
import operator
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LARGEST_SEED = 2**64 - 1
"""Draws mix 64 bits of a seed: a larger one would give the draws of another seed."""
SEEDS = f"whole numbers 0 to {LARGEST_SEED} (2^64 - 1)"
MOST_BYTES = 2**20
"""Size of a text file that a person writes: 1 MiB."""
MOST_TABLE_BYTES = 2**30
"""Size of a csv table of persons or design points: 1 GiB."""

_MOST_DIGITS = 100
_LARGEST_EXACT = 2.0**53
_SHOWN_CHARACTERS = 60
_PLAIN = re.compile(r"[+-]?([0-9]+|[0-9]+\.[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_ZEROS_AT = {(1, 3): "UTF-16", (0, 2): "UTF-16", (1, 2, 3): "UTF-32", (0, 1, 2): "UTF-32"}
"""Which of the first four bytes are zero where no byte order mark names the encoding."""
_KINDS = ((stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"))


class TextFileError(ValueError):
    """A file that cannot be read as text. The message is what is wrong, without the file's name."""


def read_text(path: Path, most_bytes: int = MOST_BYTES) -> str:
    """Return the text of a user's file: UTF-8 with or without byte order mark, lines that end in LF, CRLF or CR.

    Raises TextFileError for what is no regular file, for more than `most_bytes` and for other encodings.
    """
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            kind = next((kind for is_kind, kind in _KINDS if is_kind(mode)), "a device")
            raise TextFileError(f"it is {kind}, not a file")
        with path.open("rb") as stream:
            content = stream.read(most_bytes + 1)
    except OSError as error:
        raise TextFileError(error.strerror or type(error).__name__) from error
    except TextFileError:
        raise
    except ValueError as error:  # a name with a zero byte, or with characters that the file system cannot encode
        raise TextFileError("no file can have this name") from error
    if len(content) > most_bytes:
        raise TextFileError(f"it is larger than {most_bytes >> 20:,} MiB, the most that is read")
    text = _decoded(content, path)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _decoded(content: bytes, path: Path) -> str:
    remedy = "save it as UTF-8" + ("" if path.suffix == ".toml" else " (in Excel: CSV UTF-8)")
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    if encoding is None and b"\0" in content:
        encoding = _ZEROS_AT.get(tuple(place for place, byte in enumerate(content[:4]) if byte == 0))
        if encoding is None:
            raise TextFileError(f"it holds zero bytes, so it is not text in UTF-8; {remedy}")
    if encoding is not None:
        raise TextFileError(f"its encoding is {encoding}; {remedy}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte, line = error.object[error.start], error.object.count(b"\n", 0, error.start) + 1
        raise TextFileError(
            f"its encoding is not UTF-8 (byte 0x{byte:02x} in line {line}), perhaps a Windows code page; {remedy}"
        ) from None


def csv_rows(path: Path, most_bytes: int = MOST_BYTES) -> Iterator[list[str]]:
    """Yield the rows of a user's csv file, one at a time, so that cells take no memory. Raises TextFileError."""
    text = read_text(path, most_bytes)
    lines = (match[0] for match in re.finditer(r"[^\n]*\n|[^\n]+", text))
    reader = csv.reader(lines)
    try:
        yield from reader
    except csv.Error as error:
        raise TextFileError(f"line {reader.line_num} is not csv ({error})") from None


def plain_number(text: str) -> int | float | None:
    """Return the number that a text writes plainly in ASCII digits (50000, +5.0, .5, 5e4); None for any other text.

    int and float also read 5_0000, digits of other scripts, nan and inf, so that a slip becomes another number.
    """
    text = text.strip(" \t\r\n")
    plain = _PLAIN.fullmatch(text) if len(text) <= _MOST_DIGITS else None
    if plain is None:
        return None
    if plain[1].isdigit() and plain[2] is None:
        return int(text)
    value = float(text)
    return value if abs(value) != float("inf") else None


def plain_whole(text: str) -> int | None:
    """Return the whole number that a text writes plainly (50000, 50000.0, 5e4); None for any other text."""
    value = plain_number(text)
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) <= _LARGEST_EXACT else None
    return value


def checked_seed(seed: object, name: str = "seed") -> int:
    """Return a seed as an int. Raises ValueError in one line with the allowed range."""
    try:
        value = operator.index(seed)  # type: ignore[arg-type]
    except TypeError:
        value = -1
    if not 0 <= value <= LARGEST_SEED:
        raise ValueError(f"{name} = {shown(seed)} is not possible; allowed: {SEEDS}")
    return value


def shown(value: Any, *, quotes: bool = True) -> str:
    """Return a value as a message shows it: on one line, at most 60 characters; text with or without quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # Python writes no number of more than 4,300 digits
        text = f"a value of type {type(value).__name__} too long to show"
    text = text if text.isprintable() else ascii(text)[1:-1]
    if isinstance(value, str) and not quotes:
        text = text[1:-1]
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 3] + "..."
