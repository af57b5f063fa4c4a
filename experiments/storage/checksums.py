"""SHA256SUMS of a results folder: whether its files are as they were written, and the lines of files written anew."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from ..errors import UserError
from .atomic_files import recorded_writes, replaced_atomically
from .folder_files import CHECKSUMS as CHECKSUMS
from .folder_files import FROZEN, LEDGER, MANIFEST, results_files

# The ledger's bytes depend on the order in which runs finished; the exports' bytes do not.
_NOT_DIGESTED = (CHECKSUMS, LEDGER)
_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")
_REQUEST = (MANIFEST, FROZEN)
_SHOWN = 5


class Differences(NamedTuple):
    """Names of files that differ from SHA256SUMS, that it lists and are missing, and that it does not list."""

    changed: list[str]
    missing: list[str]
    unlisted: list[str]


def digested_files(folder: Path) -> dict[str, Path]:
    """Return every file that SHA256SUMS covers, by its name in the folder, sorted: all but ledger, lock and litter."""
    own = (file for file in results_files(folder) if file.parent != folder or file.name not in _NOT_DIGESTED)
    return {file.relative_to(folder).as_posix(): file for file in own}


def file_digest(file: Path) -> str:
    """Return the sha256 of a file's bytes (64 hex characters)."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def listed_checksums(folder: Path) -> dict[str, str]:
    """Return the digest of every file that SHA256SUMS lists. Raises UserError if there is no such list, or no line."""
    target = folder / CHECKSUMS
    try:
        lines = target.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError as error:
        raise UserError(f"{folder} has no {CHECKSUMS}; let its study finish, or export it first") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{target} cannot be read ({error}); remove it, then moat export {folder} writes it") from error
    listed = {}
    for number, line in enumerate(lines, 1):
        parts = _LINE.fullmatch(line)
        if parts is None:
            raise UserError(f"{target} is damaged in line {number}; remove it, then moat export {folder} writes it")
        listed[parts[2]] = parts[1]
    return listed


def differences(folder: Path, only: Collection[str] | None = None) -> Differences:
    """Compare a results folder, or its files `only`, with its SHA256SUMS. Raises UserError as `listed_checksums`."""
    listed, present = listed_checksums(folder), digested_files(folder)
    if only is not None:
        listed = {name: digest for name, digest in listed.items() if name in only}
        present = {name: file for name, file in present.items() if name in only}
    both = [name for name in present if name in listed]
    changed = [name for name in both if present[name].is_symlink() or file_digest(present[name]) != listed[name]]
    return Differences(changed, sorted(listed.keys() - present.keys()), sorted(present.keys() - listed.keys()))


def verify_checksums(folder: Path) -> list[str]:
    """Return the names of files that differ from SHA256SUMS, are missing, or are not listed in it."""
    return sorted(name for names in differences(folder) for name in names)


def refuse_altered(
    folder: Path, *, but: Sequence[str] = (), only: Collection[str] | None = None, lost: bool = False
) -> None:
    """Raise UserError in one line, with a way out, unless a results folder is as SHA256SUMS says.

    but: beginnings of names that are not compared, because the caller writes those files anew. only: the names that the
    caller reads, where it does not read the whole folder. lost: missing files are no mistake.
    """
    changed, missing, unlisted = differences(folder, only)
    parts = ((changed, "was changed"), ([] if lost else missing, "is missing"), (unlisted, "is not listed"))
    wrong = {name: how for names, how in parts for name in names if not name.startswith(tuple(but))}
    if not wrong:
        return
    shown = ", ".join(f"{name} {how}" for name, how in list(wrong.items())[:_SHOWN])
    more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
    if wrong.keys() & set(_REQUEST):
        remedy = f"put back what was written (moat sweep {folder} runs a study.toml that was changed on purpose)"
    elif wrong.keys() <= set(unlisted):
        remedy = "keep files of your own outside the folder"
    else:
        remedy = f"moat export --replace {folder} writes its exports anew from the ledger, moat report its report"
    raise UserError(f"{folder} is not as {CHECKSUMS} says: {shown}{more}; {remedy}")


@contextmanager
def renewed_checksums(folder: Path) -> Iterator[None]:
    """Replace the lines of SHA256SUMS (format of sha256sum) for files that the block writes or removes, no others.

    A file that somebody else changed keeps its old line, so that the change stays visible. Files must be written
    through `atomic_files`. A block that fails renews what it wrote, but makes no list where there was none. Raises
    UserError before the block if the list cannot be read.
    """
    existed = (folder / CHECKSUMS).exists()
    listed = listed_checksums(folder) if existed else {}
    finished = False
    with recorded_writes() as written:
        try:
            yield
            finished = True
        finally:
            if finished or existed:
                _renew(folder, listed, written)


def _renew(folder: Path, listed: dict[str, str], written: list[Path]) -> None:
    present = digested_files(folder)
    for path in written:
        if path.absolute().is_relative_to(folder.absolute()):
            name = path.absolute().relative_to(folder.absolute()).as_posix()
            listed.pop(name, None)
            if name in present:
                listed[name] = file_digest(path)
    with replaced_atomically(folder / CHECKSUMS) as stream:
        stream.writelines(f"{digest}  {name}\n" for name, digest in sorted(listed.items()))
