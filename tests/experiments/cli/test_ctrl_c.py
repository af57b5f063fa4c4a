"""Ctrl-C ends a command with one line and code 130, also where the exception cannot pass."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

LISTENING = (
    "import os, signal, sys, time\n"
    "from political_moat.experiments.cli import ctrl_c\n"
    "signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have started the tests deaf\n"
    "ctrl_c.listen()\n"
    "def press():\n    os.kill(os.getpid(), signal.SIGINT); time.sleep(0.01)\n"
)
LINE = "moat: interrupted; the same command resumes\n"


def python(program: str) -> tuple[int, str, str]:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    "program",
    [
        "press()",
        "try:\n    press()\nexcept BaseException:\n    raise ImportError('no module')",
        "class A:\n    def __del__(self): press()\nA()\nprint('lost')",
        "import atexit\natexit.register(press)",
        "ctrl_c._PATIENCE_S = 0.05\ntry:\n    press()\nexcept BaseException: pass\ntime.sleep(60)\nprint('lost')",
        "try:\n    press()\nexcept BaseException:\n    press()\n    print('lost')",
    ],
    ids=["raised", "another error", "in a finalizer", "at exit", "swallowed", "twice"],
)
def test_whatever_becomes_of_the_exception_the_process_ends_in_one_line(program: str) -> None:
    assert python(LISTENING + program) == (130, "", LINE)


def test_the_first_ctrl_c_lets_blocks_clean_up() -> None:
    program = "try:\n    press()\nfinally:\n    print('closed', flush=True)"
    assert python(LISTENING + program) == (130, "closed\n", LINE)


def test_an_ignored_ctrl_c_stays_ignored() -> None:
    """As in a background job of a shell."""
    program = LISTENING.replace("signal.default_int_handler)  #", "signal.SIG_IGN)  #") + "press()\nprint('goes on')"
    assert python(program) == (0, "goes on\n", "")


def test_an_error_without_ctrl_c_is_printed_as_ever() -> None:
    code, _, errors = python(LISTENING + "raise LookupError('a bug')")
    assert code == 1
    assert errors.endswith("LookupError: a bug\n")


def test_an_error_that_a_broken_import_puts_into_words_is_no_mistake_of_the_user() -> None:
    program = (
        LISTENING + "from political_moat.experiments.cli import main\n"
        "from political_moat.experiments.errors import UserError\n"
        "def app(standalone_mode):\n"
        "    try:\n        press()\n"
        "    except BaseException:\n        raise UserError('install it')\n"
        "main.app = app\nmain.command()\n"
    )
    assert python(program) == (130, "", LINE)
