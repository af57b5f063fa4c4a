"""Atomic file writes: a crash or a full disk leaves the old file or the new one, and disk errors become one line."""

from __future__ import annotations

import errno
import io
import os
import re
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import BinaryIO, TextIO

from ..errors import UserError, reason_of

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
PARTIAL = ".partial"
"""Ending of a file that is being written."""
_RANDOM_BYTES = 8
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
NO_LOCKS = "choose a folder on a local disk, or mount this one with file locks"
"""The way out where a file system has no locks."""
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
        if error.errno is None:  # not the system's: a lock that is held
            raise
        raise UserError(f"cannot write {path}: {reason_of(error)}") from error
    except sqlite3.Error as error:
        line = _sqlite_line(error, path)
        if line is None:
            raise
        raise UserError(line) from error


def _sqlite_line(error: sqlite3.Error, path: Path) -> str | None:
    name = getattr(error, "sqlite_errorname", None) or ""
    if name.startswith("SQLITE_FULL"):
        return f"the disk is full while writing {path}"
    if name.startswith("SQLITE_PROTOCOL") or (name.startswith("SQLITE_IOERR") and "LOCK" in name):
        return f"the file system refuses to lock {path} ({error}); {NO_LOCKS}"
    if name.startswith("SQLITE_IOERR"):
        return f"the disk is full or failing while writing {path} ({error})"
    if name == "SQLITE_READONLY_ROLLBACK":
        return f"{path} was left in the middle of a write; moat sweep or moat export on its folder completes it"
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return f"cannot write {path}: {error}"
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return f"another program keeps {path} locked; close it and run the same command again"
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")) or "decode to UTF-8" in str(error):
        return damaged(path, str(error))
    return None


def partial_name(folder: Path) -> Path:
    """Return a random path for a new file in `folder`, which no other process can foresee."""
    return folder / f".{secrets.token_hex(_RANDOM_BYTES)}{PARTIAL}"


def open_new(path: Path) -> int:
    """Create a file, never through a link, and return its descriptor. Raises OSError if anything has this name."""
    return os.open(path, _NEW_FILE, 0o666)


def is_partial_name(name: str) -> bool:
    """Return whether `partial_name` may have made this name."""
    return re.fullmatch(rf"\.[0-9a-f]{{{2 * _RANDOM_BYTES}}}{re.escape(PARTIAL)}", name) is not None


def damaged(path: Path, reason: str) -> str:
    """Return the line for a ledger that cannot be trusted."""
    return f"{path} is damaged ({reason}); restore it from a backup, or run the study in a new folder"


@contextmanager
def partial_file(path: Path) -> Iterator[BinaryIO]:
    """Yield a stream whose contents replace `path` at the end of the block; after an error `path` stays as it was.

    The stream writes a new file with a random name, which is opened exclusively and never through a link. Makes the
    folder if needed. Raises UserError in one line when the disk is full or refuses.
    """
    partial = partial_name(path.parent)
    with disk_errors_in_one_line(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = open_new(partial)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                yield stream
                stream.flush()
                os.fsync(descriptor)
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
    with partial_file(path) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
        try:
            yield text
            text.flush()
        finally:
            with suppress(OSError):  # after an error there may be no room for the rest either
                text.detach()


@contextmanager
def replaced_folder(path: Path) -> Iterator[Path]:
    """Yield a new, empty folder that replaces `path` at the end of the block; after an error `path` stays as it was.

    Raises UserError in one line when the disk is full or refuses.
    """
    partial, old = partial_name(path.parent), partial_name(path.parent)
    with disk_errors_in_one_line(path):
        partial.mkdir(parents=True)
        try:
            yield partial
            gone = [file for file in path.rglob("*") if file.is_file()]
            if path.exists():
                path.rename(old)
            try:
                partial.rename(path)
            except OSError:
                if old.exists():
                    old.rename(path)
                raise
            for file in {*gone, *(file for file in path.rglob("*") if file.is_file())}:
                _record(file)
        finally:
            for leftover in (partial, old):
                shutil.rmtree(leftover, ignore_errors=True)
        _make_durable(path.parent)


def _make_durable(folder: Path) -> None:
    """Flush a folder's own entry, on systems where a folder can be opened (not on Windows)."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
