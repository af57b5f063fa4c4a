"""Source of a plug-in: one Python file, known by the hash of its text. It travels with each task, in memory."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

from ...agents.user_input import TextFileError, read_text


class PluginError(ValueError):
    """A mistake in a plug-in; the message is one line that names the file."""


class Source(NamedTuple):
    """Name of the file, its text with line feeds as newlines, and the sha256 of that text (64 hex characters)."""

    name: str
    text: str
    sha256: str

    @classmethod
    def of(cls, name: str, text: str) -> Source:
        """Return the source of a text."""
        return cls(name, text, hashlib.sha256(text.encode()).hexdigest())

    @property
    def module(self) -> str:
        """Return the name of the module that the source makes, the same in every process."""
        return f"moat_plugin_{self.sha256[:16]}"


def read_source(path: Path, name: str | None = None) -> Source:
    """Return the source in a file, under `name` (default: that of the file). PluginError in one line."""
    shown = name or path.name
    try:
        text = read_text(path)
    except TextFileError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            raise PluginError(f"{path} is not there; give the path of a Python file") from error
        raise PluginError(f"{path} cannot be read: {error}") from error
    return Source.of(shown, text)
