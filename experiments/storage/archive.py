"""Zip file of a results folder (`moat archive`): equal contents give equal bytes."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

from ..errors import UserError
from .atomic_files import PARTIAL, partial_file
from .checksums import file_digest, is_litter, refuse_altered
from .results_folder import LEDGER, LOCK, hold, read_own_manifest

_TIME = (1980, 1, 1, 0, 0, 0)
_STORED = {".parquet", ".png", ".pdf", ".zip"}
_CHUNK = 1 << 20


def archive_folder(path: Path, out: Path | None = None) -> str:
    """Check the checksums of a results folder and pack it, ledger included; returns one line: file, size, digest.

    Raises UserError if files were changed since the export, or a coordinator is at work in the folder.
    """
    read_own_manifest(path)
    target = out or path.with_name(f"{path.name}.zip")
    if target.resolve().is_relative_to(path.resolve()):
        raise UserError(f"{target} lies inside the folder it would hold; choose another --out")
    with hold(path):
        refuse_altered(path)
        size = _pack(path, target)
    return f"{target}: {size:,} bytes, sha256 {file_digest(target)}"


def _pack(path: Path, target: Path) -> int:
    files = sorted(file for file in path.rglob("*") if file.is_file() and _belongs(file, path))
    with (
        partial_file(target) as partial,
        zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive,
    ):
        for file in files:
            info = zipfile.ZipInfo(f"{path.name}/{file.relative_to(path).as_posix()}", _TIME)
            info.compress_type = zipfile.ZIP_STORED if file.suffix in _STORED else zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            with file.open("rb") as stream, archive.open(info, "w", force_zip64=True) as member:
                shutil.copyfileobj(stream, member, _CHUNK)
    return target.stat().st_size


def _belongs(file: Path, path: Path) -> bool:
    side = {f"{LEDGER}-wal", f"{LEDGER}-shm", f"{LEDGER}-journal"}
    working_file = file.parent == path and (file.name == LOCK or file.name in side)
    return not (working_file or file.name.endswith(PARTIAL) or is_litter(file.name))
