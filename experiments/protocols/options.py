"""Base of the tables of a study file: strict, frozen, unknown keys refused. A protocol's options are such a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


def key(default: Any, allowed: str, **bounds: Any) -> Any:
    """Declare one key of a table; error messages print `allowed` as the possible values."""
    return Field(default, json_schema_extra={"allowed": allowed}, **bounds)


class Section(BaseModel):
    """Base of every table."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Options(Section):
    """Options of a protocol; a protocol without any uses this class itself."""

    def with_files(self, folder: Path) -> tuple[Options, list[str]]:
        """Return the options with the content of the files that they name, and a line for every mistake in a file.

        folder: that of the study file.
        """
        return self, []

    def files(self) -> tuple[str, ...]:
        """Return the name of each file that the options name; a results folder keeps a copy of it."""
        return ()
