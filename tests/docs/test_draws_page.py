"""docs/draws.md shows the recorded results of dieharder, and dieharder tested the numbers that the model draws."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from political_moat.agents.draws import Draws, month_key, squares32, stream_key

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "draws.md").read_text(encoding="utf-8").splitlines()
TABLE = """\
#=============================================================================#
#            dieharder version 3.31.1 Copyright 2003 Robert G. Brown          #
#=============================================================================#
   rng_name    ,rands/second,   Seed   ,
stdin_input_raw,  4.20e+07  ,1590222338,
        diehard_runs,   0,    100000,       2,0.98723867,  PASSED
#                          Values of test p-values                            #
,0.42921376,
,0.54047931,
        diehard_runs,   0,    100000,       2,0.99987733,   WEAK
#                          Values of test p-values                            #
,0.08057877,
,0.00000010,
"""


@pytest.fixture
def quality(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The benchmark as a module."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module("draws_quality")


@pytest.fixture
def table(quality: ModuleType) -> ModuleType:
    """The reader of dieharder's output as a module."""
    return importlib.import_module("dieharder_table")


@pytest.mark.parametrize(
    ("file", "streams", "pairs"),
    [("dieharder.csv.gz", None, 198), ("dieharder-crypto-shock.csv.gz", ["crypto shock"], 2)],
)
def test_the_page_shows_the_summary_of_the_results(
    file: str, streams: list[str] | None, pairs: int, quality: ModuleType, table: ModuleType
) -> None:
    rows = table.read_rows(ROOT / "benchmarks" / file)
    expected = [(stream, order) for stream in streams or quality.stream_names() for order in quality.ORDERS]
    lines = table.summary(rows, expected)
    assert lines[0] == f"{pairs} of {pairs} pairs of stream and order have all 80 forms of all 31 tests."
    assert [line for line in lines if line not in PAGE] == []


@pytest.mark.parametrize(
    ("order", "places"),
    [
        # All months of an agent, then the next agent; position of a number -> its agent and month.
        ("agent-major", {0: (0, 0), 1: (0, 1), 599: (0, 599), 600: (1, 0), 1201: (2, 1)}),
        # All agents of a month, then the next month.
        ("month-major", {0: (0, 0), 1: (1, 0), 9_999: (9_999, 0), 10_000: (0, 1), 20_001: (1, 2)}),
    ],
)
def test_numbers_come_in_the_order_of_the_name(
    order: str, places: dict[int, tuple[int, int]], quality: ModuleType
) -> None:
    key = stream_key(quality.SEED, 3, "valence")
    numbers = quality.NUMBERS[order](key)
    words = next(numbers)
    assert {place: int(words[place]) for place in places} == {
        place: squares32(agent, month_key(key, month)) for place, (agent, month) in places.items()
    }
    if order == "month-major":
        uniforms = Draws(quality.SEED, 3).uniforms("valence", 10_000, 2)
        np.testing.assert_array_equal(uniforms, ((words[20_000:30_000] >> 8) + 0.5) * 2.0**-24)
    # The next piece may reuse the memory of `words`.
    agent, month = (1_000, 0) if order == "agent-major" else (0, 60)
    assert int(next(numbers)[0]) == squares32(agent, month_key(key, month))


def test_few_p_values_are_judged_by_the_exact_test(table: ModuleType) -> None:
    case = table.Case(15, "diehard_runs", 0, "Good")
    first, second = table.parse(TABLE, case)
    assert (first.p_value, first.assessment, first.judged) == ("0.98723867", "PASSED", "PASSED")
    # The distribution of the largest distance of two values in closed form, below and above a half.
    assert float(first.exact_p) == pytest.approx(1.0 - 2.0 * (2.0 * (1.0 - 0.54047931) - 0.5) ** 2, abs=1e-7)
    assert float(second.exact_p) == pytest.approx(2.0 * 0.08057877**2, abs=1e-7)
    assert second.judged == "PASSED"


def test_a_missing_p_value_stops_the_reading(table: ModuleType) -> None:
    with pytest.raises(SystemExit, match="printed 1 of 2 p-values of diehard_runs"):
        table.parse("\n".join(TABLE.splitlines()[:-1]), table.Case(15, "diehard_runs", 0, "Good"))


@pytest.mark.parametrize(
    ("p", "said"), [(0.5, "PASSED"), (0.004, "WEAK"), (0.996, "WEAK"), (1e-7, "FAILED"), (1.0, "FAILED")]
)
def test_both_ends_are_judged_alike(table: ModuleType, p: float, said: str) -> None:
    assert table.judge(p) == said


def test_without_dieharder_one_line_says_so(table: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SystemExit, match=r"^dieharder is not installed \(.*\)$"):
        table.find_dieharder()
