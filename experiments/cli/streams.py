"""Standard streams that stop no command: absent, closed by their reader, or in an encoding that lacks characters."""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import Any

_SUBSTITUTING = {"backslashreplace", "ignore", "namereplace", "replace", "xmlcharrefreplace"}


def prepare_streams() -> None:
    """Make standard output and error of this process safe to write to; workers inherit them.

    An absent stream becomes the null device. What nobody reads any more is discarded. A character that the encoding
    lacks is written as its escape, such as \\u8a66.
    """
    _open_absent()
    sys.stdout = _safe(sys.stdout)
    sys.stderr = _safe(sys.stderr)


def _open_absent() -> None:
    """Open the null device at each of the descriptors 0, 1 and 2 that is closed: the next file would get its number."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            null = os.open(os.devnull, os.O_RDWR)
            if null != descriptor:
                os.dup2(null, descriptor)
                os.close(null)
            os.set_inheritable(descriptor, True)


def _safe(stream: Any) -> Any:
    """Return a stream on the same descriptor that substitutes characters and ignores that its reader has gone."""
    if stream is None:  # no console, as under pythonw
        return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - os.devnull is no file path
    errors = stream.errors if stream.errors in _SUBSTITUTING else "backslashreplace"
    if sys.platform == "win32" and stream.isatty():  # a console of its own kind, without a reader that could go
        stream.reconfigure(errors=errors)
        return stream
    stream.flush()
    output = io.BufferedWriter(_UnreadIsDiscarded(stream.fileno(), "w", closefd=False))
    return io.TextIOWrapper(output, stream.encoding, errors, line_buffering=stream.line_buffering)


class _UnreadIsDiscarded(io.FileIO):
    """A file whose output is discarded once its pipe or terminal has no other end (`| head`, a closed window)."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data) or 0
        except OSError as error:
            hung_up = error.errno == errno.EIO and self.isatty()
            if not hung_up and error.errno not in _NO_READER:
                raise
            return len(data)


_NO_READER = {errno.EPIPE, errno.EINVAL} if sys.platform == "win32" else {errno.EPIPE}
