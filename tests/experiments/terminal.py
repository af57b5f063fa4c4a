"""A terminal for tests: a command on a real pseudo-terminal, and the screen that its user sees."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path

_CONTROL = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])|\x1b[()][A-Z0-9]|\x1b[=>78]")


class Screen:
    """The rows of a terminal: what it is sent is wrapped at its width and scrolls off at its top."""

    def __init__(self, rows: int = 24, columns: int = 80) -> None:
        self.rows, self.columns = rows, columns
        self.scrolled: list[str] = []
        self.lines = [""]
        self._row = self._column = 0

    def feed(self, text: str) -> None:
        place = 0
        while place < len(text):
            control = _CONTROL.match(text, place)
            if control is not None:
                self._control(control[1] or "", control[2] or "")
                place = control.end()
                continue
            self._put(text[place])
            place += 1

    def _control(self, argument: str, letter: str) -> None:
        if letter == "A":
            self._row = max(0, self._row - int(argument or 1))
        elif letter == "K":
            line = self.lines[self._row]
            self.lines[self._row] = "" if argument == "2" else line[: self._column]

    def _put(self, sign: str) -> None:
        if sign == "\r":
            self._column = 0
        elif sign == "\n":
            self._down()
        elif sign >= " ":
            if self._column == self.columns:
                self._down()
                self._column = 0
            line = self.lines[self._row].ljust(self._column)
            self.lines[self._row] = line[: self._column] + sign + line[self._column + 1 :]
            self._column += 1

    def _down(self) -> None:
        self._row += 1
        if self._row == len(self.lines):
            self.lines.append("")
        if len(self.lines) > self.rows:
            self.scrolled.append(self.lines.pop(0))
            self._row -= 1


def on_terminal(
    command: Sequence[str], cwd: Path, environment: Mapping[str, str], rows: int = 24, columns: int = 80
) -> Screen:
    """Run a command on a pseudo-terminal of this size until it ends; return its screen. The command must succeed."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (rows, columns))
    process = subprocess.Popen(
        command, cwd=cwd, env={**environment, "TERM": "xterm-256color"}, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    sent = b""
    try:
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # Linux: the other end is closed
                break
            if not part:
                break
            sent += part
        assert process.wait(timeout=60) == 0, sent.decode(errors="replace")
    finally:
        os.close(ours)
        if process.poll() is None:
            process.kill()
    screen = Screen(rows, columns)
    screen.feed(sent.decode())
    return screen
