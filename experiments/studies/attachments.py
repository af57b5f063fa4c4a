"""Files that a study needs beside itself; its results folder keeps a copy of each in inputs/."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from ..errors import UserError
from ..storage.atomic_files import partial_file
from ..storage.checksums import file_digest
from ..storage.folder_files import INPUTS, is_litter, is_results_folder

NOWHERE: Mapping[str, Path] = MappingProxyType({})


class Attachment(NamedTuple):
    """One file that a study names: its name in inputs/, where it is, and the sha256 of its bytes (64 hex digits)."""

    name: str
    path: Path
    sha256: str


class Neighbours:
    """The files that a study names, found beside the study file, or in inputs/ of a results folder."""

    def __init__(self, folder: Path | None = None, elsewhere: Mapping[str, Path] = NOWHERE) -> None:
        """Take the folder of the study file; `elsewhere` holds the paths of files that lie elsewhere, by name."""
        self.study_folder = folder or Path()
        kept = self.study_folder / INPUTS
        self._kept = kept if is_results_folder(self.study_folder) and kept.is_dir() else None
        self._elsewhere = dict(elsewhere)

    @property
    def kept(self) -> Path | None:
        """Return inputs/ of the results folder that is read; None for a study file elsewhere."""
        return self._kept

    def place(self, name: str, path: Path) -> None:
        """Keep in mind that the file of a name lies elsewhere."""
        self._elsewhere[name] = path

    @property
    def folder(self) -> Path:
        """Return the folder in which files are looked for by their plain names."""
        return self._kept or self.study_folder

    def path(self, name: str) -> Path:
        """Return the path of a file; name: its path relative to the study file."""
        if name in self._elsewhere:
            return self._elsewhere[name]
        return self._kept / Path(name).name if self._kept is not None else self.study_folder / name

    def attach(self, names: Iterable[str], problems: list[str]) -> tuple[Attachment, ...]:
        """Return the attachments of a study in the order of their names; add a line for each that cannot be kept."""
        attached: dict[str, Attachment] = {}
        for name in names:
            path = self.path(name)
            try:
                attachment = Attachment(Path(name).name, path, file_digest(path))
            except (OSError, ValueError) as error:
                problems.append(f"{name} cannot be read ({getattr(error, 'strerror', None) or error})")
                continue
            if is_litter(attachment.name):
                problems.append(f"{name}: a results folder keeps no file of this name; rename it")
            twin = attached.setdefault(attachment.name.casefold(), attachment)
            if twin.sha256 != attachment.sha256:
                problems.append(f"{twin.path} and {path} have one name and different content; rename one of them")
        return tuple(sorted(attached.values()))


def copy_attachments(attachments: Iterable[Attachment], out: Path) -> None:
    """Copy the attachments of a study into inputs/ of a results folder, each replaced in one step.

    Raises UserError if a file was changed since the study was read.
    """
    for name, path, sha256 in attachments:
        with path.open("rb") as source, partial_file(out / INPUTS / name) as stream:
            if hashlib.file_digest(source, "sha256").hexdigest() != sha256:
                raise UserError(f"{path} was changed after the study was read; start it again")
            source.seek(0)
            shutil.copyfileobj(source, stream)
