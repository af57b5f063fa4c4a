"""A command with absent, closed or unread streams, and with encodings that lack characters."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PREPARED = "from political_moat.experiments.cli.streams import prepare_streams\nprepare_streams()\n"
COMMAND = (sys.executable, "-m", "political_moat")


def shell(script: str, *words: str, encoding: str = "utf-8") -> subprocess.CompletedProcess[bytes]:
    """Run a shell script whose "$@" is a command."""
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    return subprocess.run(["bash", "-c", script, "bash", *words], capture_output=True, env=environment, timeout=120)


def python(program: str, encoding: str = "utf-8") -> subprocess.CompletedProcess[bytes]:
    return shell('"$@"', sys.executable, "-c", PREPARED + program, encoding=encoding)


@pytest.mark.skipif(sys.platform == "win32", reason="redirections of POSIX shells")
@pytest.mark.parametrize("closed", ["2>&-", ">&-", "<&- >&- 2>&-"])
def test_a_command_without_streams_ends_with_0(closed: str) -> None:
    done = shell(f'"$@" {closed}', *COMMAND, "presets")
    assert (done.returncode, done.stderr) == (0, b"")
    assert (done.stdout != b"") == (closed == "2>&-")


@pytest.mark.skipif(sys.platform == "win32", reason="redirections of POSIX shells")
def test_no_file_takes_the_number_of_a_closed_stream(tmp_path: Path) -> None:
    program = f"import os\nfile = open({str(tmp_path / 'f')!r}, 'w')\nos.write(1, b'a'); os.write(2, b'b')\n"
    program += "file.write(str(file.fileno() > 2))\nprint('c'); print('d', file=sys.stderr)\n"
    done = shell('"$@" <&- >&- 2>&-', sys.executable, "-c", f"import sys\n{PREPARED}{program}")
    assert done.returncode == 0
    assert (tmp_path / "f").read_text() == "True"


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_output_that_nobody_reads_any_more_stops_nothing(tmp_path: Path, stream: str) -> None:
    """The pipe's reader has ended; far more is written than the pipe and the buffer hold."""
    end = tmp_path / "end"
    program = f"import sys, pathlib\nfor _ in range(3000): print('x' * 100, file=sys.{stream})\n"
    program += f"pathlib.Path({str(end)!r}).touch()\n"
    redirected = "2>&1 >/dev/null" if stream == "stderr" else ""
    done = shell(f'set -o pipefail; "$@" {redirected} | true', sys.executable, "-c", PREPARED + program)
    assert (done.returncode, done.stderr) == (0, b"")
    assert end.exists()


def test_head_of_a_long_list_is_no_error() -> None:
    done = shell('set -o pipefail; "$@" | head -n 1', *COMMAND, "params", "--format", "csv")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"name,")


@pytest.mark.parametrize(
    ("encoding", "written"),
    [
        ("utf-8", "試 é ".encode() + rb"\udce9"),
        ("cp1252", rb"\u8a66 " + "é".encode("cp1252") + rb" \udce9"),
        ("ascii", rb"\u8a66 \xe9 \udce9"),
        ("ascii:surrogateescape", rb"\u8a66 \xe9 \udce9"),
        ("ascii:backslashreplace", rb"\u8a66 \xe9 \udce9"),
    ],
)
def test_a_character_that_cannot_be_written_is_substituted(encoding: str, written: bytes) -> None:
    text = ascii("試 é \udce9")
    done = python(f"import sys\nprint({text}); print({text}, file=sys.stderr)", encoding)
    assert done.returncode == 0
    assert done.stdout.splitlines() == done.stderr.splitlines() == [written]


@pytest.mark.parametrize("words", [("--help",), ("run", "--help"), ("params",), ("status", "試")])
def test_an_ascii_console_shows_help_lists_and_mistakes(words: tuple[str, ...]) -> None:
    done = shell('"$@"', *COMMAND, *words, encoding="ascii")
    assert done.returncode == (2 if words[0] == "status" else 0)
    assert (done.stdout + done.stderr).isascii()
    assert b"Traceback" not in done.stderr
    if words[0] == "status":
        assert done.stderr.startswith(rb"moat: \u8a66 ")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's full device")
def test_output_on_a_full_disk_is_one_line() -> None:
    done = shell('"$@" >/dev/full', *COMMAND, "presets")
    assert (done.returncode, done.stderr) == (2, b"moat: No space left on device\n")
