"""Options of the protocol: the case file, read and checked."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pydantic import PrivateAttr, computed_field

from ....agents.user_input import read_text, shown
from ...errors import UserError
from ...record.cases import Case, read_cases, shipped_cases_file
from ...storage.folder_files import is_reserved
from ..options import Options, key


class BacktestOptions(Options):
    """The case file; the shipped cases without one."""

    cases: str | None = key(None, "the name of a csv file beside the study file")
    _read: tuple[Case, ...] | None = PrivateAttr(None)
    _text: str | None = PrivateAttr(None)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def sha256(self) -> str | None:
        """Return the checksum of the case file's text, for the manifest; None before it was read."""
        return None if self._text is None else hashlib.sha256(self._text.encode()).hexdigest()

    def with_files(self, folder: Path) -> tuple[Options, list[str]]:
        """Return the options with the cases of the file; a line for every mistake in it."""
        name = self.cases
        if name is not None and not _is_plain(name):
            allowed = "the name of a csv file beside the study file, other than those that a results folder writes"
            return self, [f"backtest.cases = {shown(name, quotes=False)} is not possible; allowed: {allowed}"]
        path = shipped_cases_file() if name is None else folder / name
        try:
            cases = read_cases(path)
        except UserError as error:
            return self, str(error).splitlines()
        if not any(case.alternation for case in cases):
            return self, [f"case file {path} has no case with alternation = y, so none can be scored"]
        loaded = self.model_copy()
        loaded._read, loaded._text = cases, read_text(path)
        return loaded, []

    def files(self) -> tuple[str, ...]:
        """Return the name of the study's case file; nothing for the shipped cases."""
        return () if self.cases is None else (self.cases,)

    def read(self) -> tuple[Case, ...]:
        """Return the cases: those of the file, or the shipped ones."""
        return read_cases(shipped_cases_file()) if self._read is None else self._read


def cases_of(options: Options) -> tuple[Case, ...]:
    """Return the cases of a study's options."""
    return (options if isinstance(options, BacktestOptions) else BacktestOptions()).read()


def _is_plain(name: str) -> bool:
    """Return whether a text is the printable name of a file beside the study, of which a results folder has none."""
    return Path(name).name == name not in ("", "..") and name.isprintable() and not is_reserved(name)
