"""Results folder: created whole or not at all, locked by one coordinator, and never mixed with other results."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import filelock

from ...agents.source_hash import short
from ..errors import UserError
from .atomic_files import PARTIAL, damaged, disk_errors_in_one_line, replaced_atomically
from .file_locks import refuse_without_locks
from .folder_files import EXPORT as EXPORT
from .folder_files import LEDGER as LEDGER
from .folder_files import (
    LEDGER_SIDE_FILES,
    LOCK,
    is_litter,
    refuse_odd_files,
    refuse_output_inside,
    remove_partial_files,
)
from .folder_files import MANIFEST as MANIFEST
from .ledger import Ledger
from .ledger_opening import complete_rollback
from .provenance import SCHEMA_VERSION, canonical_json, manifest_text

_LEFTOVERS = {LOCK, LEDGER, *LEDGER_SIDE_FILES}
"""What a creation cut short leaves, besides files that were being written."""
_MANIFEST_FIELDS = {"schema_version": int, "code_hash": str, "seed": int, "request": dict}
_VERSION_FIELDS = {"package": dict, "versions": dict, "platform": dict}
_WHAT_MATTERS = ("schema_version", "code_hash", "seed", "request")
_SHOWN_DIFFERENCES = 3
_SHOWN_CHARACTERS = 60
_WAY_OUT = "restore it from a backup, or choose another --out"


def read_manifest(out: Path) -> dict[str, Any]:
    """Return the manifest of a results folder.

    Raises UserError if there is none, it cannot be read, or the folder holds links.
    """
    file = out / MANIFEST
    if file.exists() or file.is_symlink():
        refuse_odd_files(out)
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UserError(f"{out} holds no results (there is no {MANIFEST} in it)") from error
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"{file} cannot be read ({error}); {_WAY_OUT}") from error
    _refuse_other_fields(manifest, _MANIFEST_FIELDS, file)
    return dict(manifest)


def _refuse_other_fields(manifest: Any, fields: Mapping[str, type], file: Path) -> None:
    """Raise UserError unless a manifest is a table with these fields, each of its type."""
    if not isinstance(manifest, dict):
        raise UserError(f"{file} is not a manifest; {_WAY_OUT}")
    for name, kind in fields.items():
        if not isinstance(manifest.get(name), kind) or isinstance(manifest.get(name), bool):
            raise UserError(f"{file} is not a manifest: {name} is missing or of another type; {_WAY_OUT}")


def read_own_manifest(out: Path) -> dict[str, Any]:
    """Return the manifest of a results folder of this version. Raises UserError where another version made the folder.

    All commands read a results folder through this function, so that rows of two versions never mix.
    """
    manifest = read_manifest(out)
    made = manifest.get("schema_version")
    if made != SCHEMA_VERSION:
        raise UserError(
            f"{out} was made by another version of political-moat (results format {made}, this version uses "
            f"{SCHEMA_VERSION}); use that version, or choose another --out"
        )
    _refuse_other_fields(manifest, _VERSION_FIELDS, out / MANIFEST)
    return manifest


def recorded_ledger(out: Path) -> Ledger:
    """Open the ledger of a results folder for reading: whole, of this version, and of the manifest's study.

    Every command that reads a ledger comes through here. Raises UserError in one line, and changes nothing.
    """
    return Ledger(out / LEDGER, read_only=True, study=identity_of(read_own_manifest(out)))


def check_ledger(out: Path) -> None:
    """Raise UserError unless a folder's ledger can be relied on down to each row; changes nothing."""
    _check_ledger(out, read_own_manifest(out))


def _check_ledger(out: Path, manifest: Mapping[str, Any]) -> None:
    with Ledger(out / LEDGER, read_only=True, study=identity_of(manifest)) as ledger:
        altered = ledger.altered()
    if altered:
        count = f"{len(altered)} run{'s' * (len(altered) != 1)}"
        raise UserError(damaged(out / LEDGER, f"{count} not as recorded: {altered[0][:16]}"))


def identity_of(manifest: Mapping[str, Any]) -> str:
    """Return the hash of what must agree for a folder to be resumed; its ledger bears it."""
    content = canonical_json({name: manifest.get(name) for name in _WHAT_MATTERS})
    return hashlib.sha256(content.encode()).hexdigest()


@dataclass(slots=True)
class ResultsFolder:
    """An open results folder, locked for this process until closed. `resumed`: whether it existed before."""

    path: Path
    ledger: Ledger
    manifest: dict[str, Any]
    resumed: bool
    _lock: filelock.BaseFileLock

    @property
    def export(self) -> Path:
        """Return the folder of runs.csv and cycles.csv."""
        return self.path / EXPORT

    def close(self) -> None:
        """Close the ledger and release the lock."""
        self.ledger.close()
        self._lock.release()

    def __enter__(self) -> ResultsFolder:
        """Return the folder."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()


def open_results_folder(out: Path, manifest: Mapping[str, Any]) -> ResultsFolder:
    """Create the results folder `out` (with its parents) for a manifest, or resume an existing one.

    Resumes if request, seed, code hash and schema are equal. Raises UserError in one line, and changes nothing, if the
    folder holds other results, other code's results or other files, is in use, or cannot be written.
    """
    created = _create(out)
    lock: filelock.BaseFileLock | None = None
    try:
        lock = _locked(out)
        resumed = (out / MANIFEST).exists()
        if resumed:
            _refuse_other(out, read_manifest(out), manifest)
            with disk_errors_in_one_line(out / LEDGER):
                complete_rollback(out / LEDGER)
            _check_ledger(out, manifest)
        ledger = Ledger(out / LEDGER)
        try:
            if not resumed:
                if ledger.count():
                    raise UserError(f"{out} holds runs without a {MANIFEST}; choose another --out")
                ledger.bind(identity_of(manifest))
                with replaced_atomically(out / MANIFEST) as stream:
                    stream.write(manifest_text(manifest))
        except BaseException:
            ledger.close()
            raise
        return ResultsFolder(out, ledger, read_manifest(out), resumed, lock)
    except BaseException:
        if lock is not None:
            lock.release()
        _remove_created(out, created, locked=lock is not None)
        raise


def _create(out: Path) -> list[Path]:
    """Create the folder; return the folders that were missing, innermost first."""
    with disk_errors_in_one_line(out):
        if out.is_dir():
            names = {entry.name for entry in out.iterdir() if not is_litter(entry.name)}
            names = {name for name in names if not name.endswith(PARTIAL)}
            if MANIFEST not in names and not names <= _LEFTOVERS:
                raise UserError(f"{out} holds other files and no {MANIFEST}; choose another --out")
            refuse_odd_files(out)
            return []
        refuse_output_inside(out)
        missing = list(itertools.takewhile(lambda folder: not folder.exists(), (out, *out.parents)))
        out.mkdir(parents=True, exist_ok=True)
        return missing


def _remove_created(out: Path, created: Sequence[Path], *, locked: bool) -> None:
    """Remove what this call created, and nothing that existed before or that another process wrote."""
    if created and locked:
        remove_partial_files(out)
        for name in _LEFTOVERS:
            with suppress(OSError):
                (out / name).unlink(missing_ok=True)
    for folder in created:
        with suppress(OSError):
            folder.rmdir()


def _locked(out: Path) -> filelock.BaseFileLock:
    """Lock a results folder for this process, and remove what a killed process was writing in it."""
    refuse_without_locks(out)
    lock = filelock.FileLock(out / LOCK)
    try:
        with disk_errors_in_one_line(out):
            lock.acquire(timeout=0)
    except filelock.Timeout as error:
        raise UserError(f"{out} is in use by another moat; wait for it, or choose another --out") from error
    remove_partial_files(out)
    return lock


@contextmanager
def hold(out: Path) -> Iterator[None]:
    """Lock a results folder for the length of the block. Raises UserError if another process uses it.

    Call it after the folder's manifest was read: a folder without results gets no lock.
    """
    lock = _locked(out)
    try:
        yield
    finally:
        lock.release()


def _refuse_other(out: Path, existing: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Raise UserError if a folder's manifest is not the wanted one: other code, else the differences by name.

    The code comes first: another version may also write its request in another form.
    """
    before, now = (dict(leaves({name: m.get(name) for name in _WHAT_MATTERS}, "")) for m in (existing, wanted))
    if before["code_hash"] != now["code_hash"]:
        made, ours = short(str(existing.get("code_hash"))), short(str(wanted.get("code_hash")))
        raise UserError(f"{out} was made by other code ({made}, now {ours}); the two never mix: choose another --out")
    different = [name for name in before | now if before.get(name) != now.get(name)]
    if not different:
        return
    named = [
        f"{name.removeprefix('request.')} {_shown(before.get(name))} there, {_shown(now.get(name))} here"
        for name in sorted(different, key=lambda name: (name == "schema_version", name != "seed", name))
    ]
    more = f" and {len(named) - _SHOWN_DIFFERENCES} more" if len(named) > _SHOWN_DIFFERENCES else ""
    shown = "; ".join(named[:_SHOWN_DIFFERENCES])
    raise UserError(f"{out} holds other results ({shown}{more}); choose another --out")


def leaves(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Yield every leaf of nested mappings with its dotted place, as canonical text: 0 and 0.0 differ."""
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from leaves(inner, f"{place}.{name}" if place else str(name))
    else:
        yield place, canonical_json(value)


def _shown(text: str | None) -> str:
    if text is None:
        return "not set"
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 3] + "..."
