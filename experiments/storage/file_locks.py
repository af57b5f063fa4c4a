"""Does a file system lock files? The ledger and its folder cannot be shared safely where it refuses."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from ..errors import UserError
from .atomic_files import NO_LOCKS, disk_errors_in_one_line, open_new, partial_name


def _refusal(descriptor: int, *, exclusive: bool) -> str | None:
    """Return why a file that nobody else locks cannot be locked; None if it can."""
    if sys.platform == "win32":
        return None
    import fcntl

    kind = fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH
    try:
        fcntl.lockf(descriptor, kind | fcntl.LOCK_NB)  # as SQLite locks bytes
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)  # as the folder is locked
    except OSError as error:
        return error.strerror or str(error)
    return None


def refuse_without_locks(folder: Path) -> None:
    """Raise UserError if the file system refuses locks in this folder, whatever the error by which it does so."""
    probe = partial_name(folder)
    with disk_errors_in_one_line(folder):
        descriptor = open_new(probe)
    try:
        reason = _refusal(descriptor, exclusive=True)
    finally:
        os.close(descriptor)
        with suppress(OSError):
            probe.unlink()
    if reason is not None:
        raise UserError(f"the file system refuses to lock files in {folder} ({reason}); {NO_LOCKS}")


def can_be_locked(file: Path) -> bool:
    """Return whether a file can be locked for reading; True if it cannot be opened, which its reader reports.

    Closing a file drops all of this process's locks on it: give a file that nobody locks.
    """
    try:
        descriptor = os.open(file, os.O_RDONLY)
    except OSError:
        return True
    try:
        return _refusal(descriptor, exclusive=False) is None
    finally:
        os.close(descriptor)
