"""What dieharder can test, its printed table as rows, and what many rows say together."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy import stats

WEAK, FAILED = 0.005, 1e-6
"""Dieharder's own bounds: WEAK below .005 or above .995, FAILED below or above 1e-6 from either end."""
HEADER = ("stream", "order", "attempt", "test", "ntuple_asked", "ntuple", "psamples_asked", "psamples")
HEADER += ("tsamples_asked", "tsamples", "p_value", "assessment", "reliability")
NTUPLES = {
    "rgb_bitdist": range(1, 13),
    "rgb_minimum_distance": range(2, 6),
    "rgb_permutations": range(2, 6),
    "rgb_lagged_sum": range(33),
    "dab_dct": (256,),
    "dab_filltree": (32,),
    "dab_monobit2": (12,),
}
"""Word lengths, dimensions and lags that `dieharder -a` goes through; every other test has one form."""
SAMPLES = {
    "rgb_lagged_sum": 1_000_000,
    "marsaglia_tsang_gcd": 10_000_000,
    "dab_bytedistrib": 51_200_000,
    "dab_dct": 50_000,
    "dab_filltree": 15_000_000,
    "dab_filltree2": 5_000_000,
    "dab_monobit2": 65_000_000,
}
"""Dieharder's own number of samples (-t) of the longest tests."""
NAMES = {
    0: "diehard_birthdays",
    1: "diehard_operm5",
    2: "diehard_rank_32x32",
    3: "diehard_rank_6x8",
    4: "diehard_bitstream",
    5: "diehard_opso",
    6: "diehard_oqso",
    7: "diehard_dna",
    8: "diehard_count_1s_str",
    9: "diehard_count_1s_byt",
    10: "diehard_parking_lot",
    11: "diehard_2dsphere",
    12: "diehard_3dsphere",
    13: "diehard_squeeze",
    14: "diehard_sums",
    15: "diehard_runs",
    16: "diehard_craps",
    17: "marsaglia_tsang_gcd",
    100: "sts_monobit",
    101: "sts_runs",
    102: "sts_serial",
    200: "rgb_bitdist",
    201: "rgb_minimum_distance",
    202: "rgb_permutations",
    203: "rgb_lagged_sum",
    204: "rgb_kstest_test",
    205: "dab_bytedistrib",
    206: "dab_dct",
    207: "dab_filltree",
    208: "dab_filltree2",
    209: "dab_monobit2",
}
"""Short names of the numbers that `dieharder -l` lists; a number without one stops the benchmark."""


class Case(NamedTuple):
    """One form of one test; reliability is dieharder's own word: Good, Suspect or Do Not Use."""

    number: int
    test: str
    ntuple: int
    reliability: str

    @property
    def tenth(self) -> int:
        """A tenth of dieharder's own number of samples."""
        return SAMPLES[self.test] // 10


class Row(NamedTuple):
    """One line of dieharder's table."""

    test: str
    ntuple: int
    tsamples: int
    psamples: int
    p_value: str
    assessment: str
    reliability: str


def find_dieharder() -> str:
    """Where the program is; one line for who has not got it."""
    found = shutil.which("dieharder")
    if found is None:
        raise SystemExit("dieharder is not installed (Debian and Ubuntu: apt install dieharder)")
    return found


def cases(program: str) -> list[Case]:
    """Every test of `dieharder -l`, once for each of its forms."""
    listed = subprocess.run([program, "-l"], capture_output=True, text=True, check=True).stdout
    found = re.findall(r"^\s*-d (\d+)\s+.*?\t\s*(Good|Suspect|Do Not Use)\s*$", listed, re.MULTILINE)
    unknown = [number for number, _ in found if int(number) not in NAMES]
    if unknown or not found:
        raise SystemExit(f"dieharder -l lists tests that this script has no name for: {', '.join(unknown) or 'none'}")
    return [
        Case(int(number), NAMES[int(number)], ntuple, reliability)
        for number, reliability in found
        for ntuple in NTUPLES.get(NAMES[int(number)], (0,))
    ]


def parse(shown: str, case: Case) -> list[Row]:
    """Rows of the table, whose columns are test_name, ntuple, tsamples, psamples, pvalues and assessment."""
    rows = []
    for line in shown.splitlines():
        cells = [cell.strip() for cell in line.split(",")]
        if len(cells) == 6 and cells[0] == case.test:
            rows.append(Row(cells[0], int(cells[1]), int(cells[2]), int(cells[3]), *cells[4:], case.reliability))
    return rows


def read_rows(path: Path) -> list[dict[str, str]]:
    """Rows of a file of results; none where there is no file."""
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def uniform_p(values: Sequence[float]) -> float:
    """Kolmogorov-Smirnov p of p-values against uniform."""
    return float(stats.kstest(np.array(values), "uniform").pvalue)


def summary(rows: Sequence[dict[str, str]]) -> str:
    """Counts of PASSED, WEAK and FAILED, p-values against uniform, and every row that was not PASSED with its repeat."""
    return str(Counter(row["assessment"] for row in rows))
