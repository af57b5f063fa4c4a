"""Atomic file writes: a crash or a full disk leaves the old file or the new one, and disk errors become one line."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import TextIO

from ..errors import UserError

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.EISDIR, errno.ENAMETOOLONG}
PARTIAL = ".partial"
"""Ending of a file that is being written."""
_RECORDS: ContextVar[tuple[list[Path], ...]] = ContextVar("records", default=())


@contextmanager
def recorded_writes() -> Iterator[list[Path]]:
    """Yield a list that gains the path of every file that the block writes or removes through this module."""
    paths: list[Path] = []
    token = _RECORDS.set((*_RECORDS.get(), paths))
    try:
        yield paths
    finally:
        _RECORDS.reset(token)


def _record(path: Path) -> None:
    for paths in _RECORDS.get():
        paths.append(path)


def remove_file(path: Path) -> None:
    """Remove a file if it is there. Raises UserError in one line when the disk refuses."""
    with disk_errors_in_one_line(path):
        path.unlink(missing_ok=True)
    _record(path)


@contextmanager
def disk_errors_in_one_line(path: Path) -> Iterator[None]:
    """Turn disk and SQLite errors while writing `path` into a UserError of one line; other errors pass."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise UserError(f"the disk is full while writing {path}") from error
        if error.errno in _REFUSED:
            raise UserError(f"cannot write {path}: {error.strerror}") from error
        raise
    except sqlite3.Error as error:
        line = _sqlite_line(error, path)
        if line is None:
            raise
        raise UserError(line) from error


def _sqlite_line(error: sqlite3.Error, path: Path) -> str | None:
    name = getattr(error, "sqlite_errorname", None) or ""
    if name.startswith("SQLITE_FULL"):
        return f"the disk is full while writing {path}"
    if name.startswith("SQLITE_IOERR"):
        return f"the disk is full or failing while writing {path} ({error})"
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return f"cannot write {path}: {error}"
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return f"another program keeps {path} locked; close it and run the same command again"
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return f"{path} is damaged ({error}); restore it from a backup or choose another --out"
    return None


@contextmanager
def partial_file(path: Path) -> Iterator[Path]:
    """Yield the path of a file to write, which replaces `path` at the end of the block, or is removed.

    Makes the folder if needed. Raises UserError in one line when the disk is full or refuses.
    """
    partial = path.with_name(path.name + PARTIAL)
    with disk_errors_in_one_line(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield partial
            with partial.open("rb+") as stream:
                os.fsync(stream.fileno())
            partial.replace(path)
            _record(path)
        except BaseException:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
            raise
        _make_durable(path.parent)


@contextmanager
def replaced_atomically(path: Path) -> Iterator[TextIO]:
    """Yield a text stream (UTF-8, newlines as written) whose contents replace `path`; errors as `partial_file`."""
    with partial_file(path) as partial, partial.open("w", encoding="utf-8", newline="") as stream:
        yield stream


def _make_durable(folder: Path) -> None:
    """Flush a folder's own entry, where the system lets a folder be opened (Windows does not)."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
