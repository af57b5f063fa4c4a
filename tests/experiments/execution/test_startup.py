"""At the start of a process and beside the workers: modules loaded ahead, the collector left alone meanwhile."""

from __future__ import annotations

import gc
import importlib
import subprocess
import sys
from collections.abc import Iterator

import pytest

from political_moat.experiments.execution.startup import HISTORY_REPORT, MODULES, REPORT, begin_late, left_alone


@pytest.fixture(autouse=True)
def _collector_as_it_was() -> Iterator[None]:
    usual, callbacks = gc.get_threshold(), list(gc.callbacks)
    yield
    gc.enable()
    gc.set_threshold(*usual)
    gc.callbacks[:] = callbacks


def test_modules_are_loaded_and_missing_ones_left_to_who_needs_them() -> None:
    ask = (
        "import sys\n"
        "from political_moat.experiments.execution.startup import Ahead\n"
        "ahead = Ahead(('no_such_module', 'colorsys', '..statistics.mean_bands'))\n"
        "ahead.wait()\n"
        "assert 'colorsys' not in sys.modules\n"
        "ahead.begin(); ahead.begin(); ahead.wait()\n"
        "print('colorsys' in sys.modules, 'political_moat.experiments.statistics.mean_bands' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("True True\n", "")


@pytest.mark.parametrize("names", [REPORT, HISTORY_REPORT])
def test_what_is_loaded_ahead_is_all_there(names: tuple[str, ...]) -> None:
    for name in names:
        assert importlib.import_module(name, "political_moat.experiments.execution").__name__ in sys.modules


def test_results_bring_no_model_to_whoever_receives_them() -> None:
    """The coordinator unpickles results: their module must not bring the world with it."""
    ask = (
        "import sys\n"
        "import political_moat.experiments.sweeps.run\n"
        "from political_moat.experiments.protocols.arms import ReplicateResult\n"
        "assert ReplicateResult.__module__ == 'political_moat.experiments.protocols.arms'\n"
        "print(*{'mesa', 'numba', 'pandas', 'scipy.stats', 'matplotlib'} & set(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


def test_nothing_is_collected_within_the_block() -> None:
    gc.enable()
    with left_alone():
        assert not gc.isenabled()
    assert gc.isenabled()
    gc.disable()
    with left_alone():
        pass
    assert not gc.isenabled()


def test_the_first_collection_comes_late_and_the_others_as_usual() -> None:
    gc.collect()
    usual = gc.get_threshold()
    begin_late()
    assert gc.get_threshold() == (MODULES, *usual[1:])
    kept = [[number] for number in range(MODULES + 1000)]
    assert gc.get_threshold() == usual
    assert len(kept) > MODULES


def test_a_process_that_leaves_at_once_has_written_everything_and_done_well() -> None:
    ask = (
        "import atexit, sys\n"
        "from political_moat.experiments.execution.startup import leave_at_once\n"
        "atexit.register(lambda: print('freed'))\n"
        "print('answer'); print('note', file=sys.stderr)\n"
        "leave_at_once()\n"
    )
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("answer\n", "note\n")


def test_a_process_whose_output_cannot_be_written_ends_as_the_interpreter_does() -> None:
    ask = (
        "import sys\n"
        "from political_moat.experiments.execution.startup import leave_at_once\n"
        "sys.stdout.close()\n"
        "leave_at_once()\n"
        "print('still here', file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=False)
    assert done.stderr.startswith("still here")
