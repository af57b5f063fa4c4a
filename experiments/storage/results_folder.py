"""Results folder: created whole or not at all, locked by one coordinator, and never mixed with other results."""

from __future__ import annotations

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
from .atomic_files import PARTIAL, disk_errors_in_one_line, replaced_atomically
from .ledger import Ledger
from .provenance import SCHEMA_VERSION, canonical_json, manifest_text

LEDGER = "ledger.sqlite"
MANIFEST = "manifest.json"
LOCK = ".lock"
EXPORT = "export"
_LEFTOVERS = {LOCK, MANIFEST + PARTIAL, LEDGER, f"{LEDGER}-wal", f"{LEDGER}-shm", f"{LEDGER}-journal"}
_WHAT_MATTERS = ("schema_version", "code_hash", "seed", "request")
_SHOWN_DIFFERENCES = 3
_SHOWN_CHARACTERS = 60


def read_manifest(out: Path) -> dict[str, Any]:
    """Return the manifest of a results folder. Raises UserError if there is none, or it cannot be read."""
    try:
        manifest = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UserError(f"{out} holds no results (there is no {MANIFEST} in it)") from error
    except (OSError, ValueError) as error:
        raise UserError(f"{out / MANIFEST} cannot be read ({error}); choose another --out") from error
    if not isinstance(manifest, dict):
        raise UserError(f"{out / MANIFEST} is not a manifest; choose another --out")
    return manifest


def read_own_manifest(out: Path) -> dict[str, Any]:
    """Return the manifest of a results folder of this version. Raises UserError where another version made the folder.

    Every command that reads or writes a results folder comes through here, so that rows of two versions never mix.
    """
    manifest = read_manifest(out)
    made = manifest.get("schema_version")
    if made != SCHEMA_VERSION:
        raise UserError(
            f"{out} was made by another version of political-moat (results format {made}, this version uses "
            f"{SCHEMA_VERSION}); use that version, or choose another --out"
        )
    return manifest


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
        ledger = Ledger(out / LEDGER)
        try:
            if not resumed:
                if ledger.count():
                    raise UserError(f"{out} holds runs without a {MANIFEST}; choose another --out")
                with replaced_atomically(out / MANIFEST) as stream:
                    stream.write(manifest_text(manifest))
        except BaseException:
            ledger.close()
            raise
        return ResultsFolder(out, ledger, read_manifest(out), resumed, lock)
    except BaseException:
        if lock is not None:
            lock.release()
            _remove_created(out, created)
        raise


def _create(out: Path) -> list[Path]:
    """Create the folder; returns the folders that were missing, innermost first."""
    with disk_errors_in_one_line(out):
        if out.is_dir():
            names = {entry.name for entry in out.iterdir()}
            if MANIFEST not in names and not names <= _LEFTOVERS:
                raise UserError(f"{out} holds other files and no {MANIFEST}; choose another --out")
            return []
        missing = list(itertools.takewhile(lambda folder: not folder.exists(), (out, *out.parents)))
        out.mkdir(parents=True, exist_ok=True)
        return missing


def _remove_created(out: Path, created: Sequence[Path]) -> None:
    """Remove what this call created, and nothing that existed before."""
    if created:  # and locked by this call, so no other process has written in it
        for name in _LEFTOVERS:
            with suppress(OSError):
                (out / name).unlink(missing_ok=True)
    for folder in created:
        with suppress(OSError):
            folder.rmdir()


def _locked(out: Path) -> filelock.BaseFileLock:
    lock = filelock.FileLock(out / LOCK)
    try:
        with disk_errors_in_one_line(out):
            lock.acquire(timeout=0)
    except filelock.Timeout as error:
        raise UserError(f"{out} is in use by another moat; wait for it, or choose another --out") from error
    return lock


@contextmanager
def hold(out: Path) -> Iterator[None]:
    """Lock a results folder for the length of the block. Raises UserError if another process uses it."""
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
