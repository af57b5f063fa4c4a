"""A quick exit writes all output; results do not load the model into the process that receives them."""

from __future__ import annotations

import subprocess
import sys


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


def test_a_process_whose_output_cannot_be_written_ends_as_the_interpreter_does() -> None:
    program = (
        "import sys\n"
        "from political_moat.experiments.execution.process_exit import exit_without_cleanup\n"
        "sys.stdout.close()\n"
        "exit_without_cleanup()\n"
        "print('still here', file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stderr.startswith("still here")


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
