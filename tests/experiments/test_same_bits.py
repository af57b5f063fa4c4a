"""Outcomes are the same bits on every supported Python and on processors with other vector extensions."""

from __future__ import annotations

import builtins
import os
import platform
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from results_folders import rows

from political_moat.agents.numerics.ordered_sum import ordered_sum
from political_moat.agents.source_hash import digest_of
from political_moat.experiments.protocols import PROTOCOLS
from political_moat.experiments.protocols.task import run_task
from political_moat.experiments.storage import provenance
from political_moat.experiments.studies.from_options import study_of_run
from political_moat.experiments.studies.plan import Plan

TENTHS = [0.1] * 10


def test_the_sum_of_floats_is_added_from_left_to_right() -> None:
    assert ordered_sum(TENTHS) == 0.9999999999999999  # a compensated sum is 1.0
    assert ordered_sum([]) == 0.0


@pytest.fixture
def sum_of_counts_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the built-in sum refuse floats where this package calls it."""
    plain = builtins.sum

    def watched(values: Iterable[object], /, start: object = 0) -> object:
        items = list(values)
        caller = sys._getframe(1).f_globals.get("__name__", "")
        if caller.startswith("political_moat") and any(isinstance(item, float) for item in items):
            raise AssertionError(f"{caller} adds floats with the built-in sum, whose last bits depend on the version")
        return plain(items, start)  # type: ignore[call-overload]

    monkeypatch.setattr(builtins, "sum", watched)


@pytest.mark.usefixtures("sum_of_counts_only")
@pytest.mark.parametrize("name", sorted(name for name, kind in PROTOCOLS.items() if not kind.draws_prior))
def test_no_outcome_is_added_up_by_the_built_in_sum(name: str) -> None:
    plan = Plan(study_of_run(protocol=name, voters=200))
    (arm_set,) = plan.arm_sets(0)
    assert run_task(arm_set.payload(0, range(len(arm_set.arms)))).runs


@pytest.mark.usefixtures("sum_of_counts_only")
def test_a_float_in_the_built_in_sum_is_noticed() -> None:
    names = {"__name__": "political_moat.planted", "sum": builtins.sum}
    with pytest.raises(AssertionError, match="planted adds floats"):
        exec("sum([1.0, 2.0])", names)


def test_what_is_not_promised_to_be_equal_is_in_the_code_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    sources = provenance.model_sources() | provenance._experiment_sources()
    installed = provenance.versions(provenance.OUTCOME_PACKAGES)
    assert provenance.code_hash() == digest_of(sources, installed | provenance.machine_kind())
    for changed in (
        installed | provenance.machine_kind() | {"numpy": "0.1"},
        installed | provenance.machine_kind() | {"numba": "0.1"},
        installed | provenance.machine_kind() | {"scipy": "0.1"},
        installed | provenance.machine_kind() | {"machine": "other"},
    ):
        assert digest_of(sources, changed) != provenance.code_hash()
    assert provenance.machine_kind() == {"system": platform.system(), "machine": platform.machine()}


@pytest.mark.faults
@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="names vector extensions of x86-64")
def test_rows_do_not_depend_on_the_vector_extensions_of_the_processor(tmp_path: Path) -> None:
    words = ["moat", "run", "--replicates", "6", "--voters", "1000", "--workers", "1", "--out"]
    # Figures are no rows: they are left out.
    program = (
        "import sys\nfrom matplotlib.figure import Figure\nFigure.savefig = lambda *_, **__: None\n"
        "from political_moat.experiments.cli.main import main\nsys.argv = sys.argv[1:]\nmain()\n"
    )
    asks = "from numpy._core._multiarray_umath import __cpu_dispatch__ as d; print(*d)"
    dispatched = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True).stdout
    plain = {"NPY_DISABLE_CPU_FEATURES": dispatched.strip(), "NUMBA_CPU_NAME": "nehalem", "NUMBA_CPU_FEATURES": ""}
    # Kernels compiled for this processor are kept from other tests; those for the plain one are named by its own cache.
    plain |= {"NUMBA_CACHE_DIR": str(tmp_path / "kernels")}
    for name, environment in (("as-it-is", {}), ("without", plain)):
        command = [sys.executable, "-c", program, *words, str(tmp_path / name)]
        subprocess.run(command, env=os.environ | environment, check=True, stdout=subprocess.DEVNULL)
    assert rows(tmp_path / "as-it-is") == rows(tmp_path / "without")
