"""A quick exit writes all output; results do not load the model into the process that receives them."""

from __future__ import annotations

import subprocess
import sys

import pytest


def test_a_process_that_exits_without_cleanup_has_written_everything() -> None:
    program = (
        "import atexit, sys\n"
        "from political_moat.experiments.execution.process_exit import exit_without_cleanup\n"
        "atexit.register(lambda: print('freed'))\n"
        "print('answer'); print('note', file=sys.stderr)\n"
        "exit_without_cleanup()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("answer\n", "note\n")


@pytest.mark.parametrize(("code", "ends"), [(0, 2), (1, 1), (130, 130)])
def test_a_process_whose_output_cannot_be_written_says_so_unless_it_has_failed(code: int, ends: int) -> None:
    program = (
        "import sys\n"
        "from political_moat.experiments.execution.process_exit import exit_without_cleanup\n"
        "sys.stdout.close()\n"
        f"exit_without_cleanup({code})\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    line = "moat: the output cannot be written: I/O operation on closed file.\n"
    assert (done.returncode, done.stderr) == (ends, "" if code else line)


def test_results_load_no_model_into_the_coordinator() -> None:
    """The coordinator unpickles results: their module must not import the world."""
    program = (
        "import sys\n"
        "import political_moat.experiments.sweeps.outcome\n"
        "from political_moat.experiments.protocols.arms import ReplicateResult\n"
        "assert ReplicateResult.__module__ == 'political_moat.experiments.protocols.arms'\n"
        "print(*{'mesa', 'numba', 'pandas', 'scipy.stats', 'matplotlib'} & set(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
