"""Setup of all tests: numba cache, one thread of linear algebra, hypothesis untimed, skips that fail on demand."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from political_moat.agents.source_hash import use_code_named_cache

use_code_named_cache()
# Read when NumPy is loaded: on two cores, two processes whose threads wait for each other take 8 times the CPU time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Test machines are shared and noisy, so that no test may fail because it is slow.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


TIERS = ("statistical", "browser", "faults", "documents")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Under `-m TIER`, import only the files that name the tier: importing all takes each worker 7 CPU seconds."""
    tier = config.option.markexpr
    if tier not in TIERS or collection_path.suffix != ".py":
        return None
    return f"mark.{tier}" not in collection_path.read_text(encoding="utf-8") or None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep modules and tests out of searches for garbage: statsmodels asks for one at every adjustment of p-values."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="module")
def drawn_once() -> Iterator[None]:
    """Draw each figure once, as SVG, for tests whose subject is not the drawing."""
    from figures_once import savefig
    from matplotlib.figure import Figure

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Figure, "savefig", savefig)
        yield


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, Any, None]:
    """Under MOAT_REQUIRE_ALL=1 a skip is a failure."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("MOAT_REQUIRE_ALL") == "1":
        report.outcome = "failed"
        report.longrepr = f"skipped although MOAT_REQUIRE_ALL=1: {report.longrepr}"
