"""Zip file of a results folder (`moat archive`): equal contents give equal bytes."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

from ..errors import UserError
from .atomic_files import partial_file
from .checksums import file_digest, refuse_altered
from .folder_files import LEDGER_SIDE_FILES, refuse_output_inside, results_files
from .results_folder import LEDGER, check_ledger, hold, read_own_manifest

_TIME = (1980, 1, 1, 0, 0, 0)
_STORED = {".parquet", ".png", ".pdf", ".zip"}
_CHUNK = 1 << 20


def archive_folder(path: Path, out: Path | None = None) -> str:
    """Check the checksums of a results folder and pack it, ledger included; return one line: file, size, digest.

    Litter of file browsers is left out. Raises UserError if files were changed since the export, the ledger is damaged
    or not closed, or a coordinator is at work in the folder.
    """
    read_own_manifest(path)
    target = out or path.with_name(f"{path.name}.zip")
    refuse_output_inside(target)
    with hold(path):
        refuse_altered(path)
        check_ledger(path)
        if any((path / name).exists() for name in LEDGER_SIDE_FILES):
            raise UserError(f"{path / LEDGER} was left open by a command that was killed; moat export {path} closes it")
        size = _pack(path, target)
    return f"{target}: {size:,} bytes, sha256 {file_digest(target)}"


def _pack(path: Path, target: Path) -> int:
    with (
        partial_file(target) as partial,
        zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive,
    ):
        for file in results_files(path):
            info = zipfile.ZipInfo(f"{path.name}/{file.relative_to(path).as_posix()}", _TIME)
            info.compress_type = zipfile.ZIP_STORED if file.suffix in _STORED else zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            with file.open("rb") as stream, archive.open(info, "w", force_zip64=True) as member:
                shutil.copyfileobj(stream, member, _CHUNK)
    return target.stat().st_size
