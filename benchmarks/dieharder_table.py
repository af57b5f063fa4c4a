"""Dieharder's tests, its printed table as rows, and summaries of many rows."""

from __future__ import annotations

import csv
import gzip
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, TextIO, cast

import numpy as np
from scipy import stats

WEAK, FAILED = 0.005, 1e-6
"""Dieharder's own bounds: WEAK below .005 or above .995, FAILED below or above 1e-6 from either end."""
FEW = 20
"""Least number of pairs of stream and order for a test of uniform p-values over them."""
HEADER = (
    *("stream", "order", "attempt", "test", "ntuple_asked", "ntuple", "psamples_asked", "psamples"),
    *("tsamples_asked", "tsamples", "p_value", "assessment", "exact_p", "judged", "reliability"),
)
RUN = ("stream", "order", "attempt", "test", "ntuple_asked", "psamples_asked", "tsamples_asked")
"""Columns that identify one run of dieharder."""
FORM = ("stream", "order", "test", "ntuple_asked")
PSAMPLE_VALUES = "65536"
"""Dieharder's flag for printing the p-values beneath each line; the name that it lists for the flag does not work."""
Line = dict[str, str]
NTUPLES = {
    "rgb_bitdist": range(1, 13),
    "rgb_minimum_distance": range(2, 6),
    "rgb_permutations": range(2, 6),
    "rgb_lagged_sum": range(33),
}
"""Word lengths, dimensions and lags that `dieharder -a` tests; every other test has one form."""
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
        """Return a tenth of dieharder's own number of samples."""
        return SAMPLES[self.test] // 10


class Row(NamedTuple):
    """One line of dieharder's table; exact_p and judged are our own.

    Dieharder's Kolmogorov-Smirnov p of a few p-values is far too close to 1 (of 600 tests of 10 p-values of its own AES
    generator 61 were above .995). Therefore exact_p is the exact test of the p-values that it prints, and judged
    applies the same bounds to exact_p. A single p-value is its own exact_p.
    """

    test: str
    ntuple: int
    tsamples: int
    psamples: int
    p_value: str
    assessment: str
    exact_p: str
    judged: str
    reliability: str


def find_dieharder() -> str:
    """Return the path of the program. SystemExit with one line if it is not installed."""
    found = shutil.which("dieharder")
    if found is None:
        raise SystemExit("dieharder is not installed (Debian and Ubuntu: apt install dieharder)")
    return found


def cases(program: str) -> list[Case]:
    """Return every test of `dieharder -l`, once for each of its forms."""
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


def judge(p: float) -> str:
    """Return PASSED, WEAK or FAILED by dieharder's bounds on a p-value."""
    end = min(p, 1.0 - p)
    return "FAILED" if end < FAILED else "WEAK" if end < WEAK else "PASSED"


def parse(shown: str, case: Case) -> list[Row]:
    """Return the rows of a table of test_name, ntuple, tsamples, psamples, pvalues and assessment.

    In the text, each row is followed by its p-values.
    """
    found: list[tuple[list[str], list[float]]] = []
    for line in shown.splitlines():
        cells = [cell.strip() for cell in line.split(",")]
        if len(cells) == 6 and cells[0] == case.test:
            found.append((cells, []))
        elif len(cells) == 3 and not cells[0] and found:
            found[-1][1].append(float(cells[1]))
    rows = []
    for cells, values in found:
        if len(values) != int(cells[3]):
            raise SystemExit(f"dieharder printed {len(values)} of {cells[3]} p-values of {case.test}")
        exact = values[0] if len(values) == 1 else float(stats.kstest(values, "uniform").pvalue)
        own = (f"{exact:.8f}", judge(exact), case.reliability)
        rows.append(Row(cells[0], int(cells[1]), int(cells[2]), int(cells[3]), cells[4], cells[5], *own))
    return rows


def opened(path: Path, mode: str) -> TextIO:
    """Open a file as text, compressed if its name ends in .gz; mode: "rt" or "at"."""
    if path.suffix == ".gz":
        return cast(TextIO, gzip.open(path, mode, newline="", encoding="utf-8"))
    return cast(TextIO, path.open(mode, newline="", encoding="utf-8"))


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read the rows of a file of results; none if there is no file."""
    if not path.is_file():
        return []
    with opened(path, "rt") as stream:
        return list(csv.DictReader(stream))


def all_forms() -> set[tuple[str, str]]:
    """Return every test with every word length, dimension or lag."""
    return {(test, str(ntuple)) for test in NAMES.values() for ntuple in NTUPLES.get(test, (0,))}


def numbered(rows: Iterable[Line]) -> list[Line]:
    """Return the rows with their place among those that the same process printed."""
    seen: Counter[tuple[str, ...]] = Counter()
    found = []
    for row in rows:
        run = tuple(row[name] for name in RUN)
        found.append({**row, "place": str(seen[run])})
        seen[run] += 1
    return found


def uniform_p(rows: Sequence[Line]) -> float:
    """Return the Kolmogorov-Smirnov p of the rows' p-values against the uniform distribution."""
    return float(stats.kstest(np.array([float(row["exact_p"]) for row in rows]), "uniform").pvalue)


def holm(p: Sequence[float]) -> list[float]:
    """Return Holm's adjusted p-values (Holm 1979) in the order of `p`."""
    places = sorted(range(len(p)), key=lambda i: p[i])
    adjusted, reached = [0.0] * len(p), 0.0
    for rank, i in enumerate(places):
        reached = max(reached, min(1.0, (len(p) - rank) * p[i]))
        adjusted[i] = reached
    return adjusted


def counts(rows: Sequence[Line]) -> str:
    """Return cells: rows, PASSED, WEAK, the number of WEAK expected by chance, and FAILED."""
    said = Counter(row["judged"] for row in rows)
    return f"{len(rows):,} | {said['PASSED']:,} | {said['WEAK']} | {2 * WEAK * len(rows):.1f} | {said['FAILED']}"


def by_order(rows: Sequence[Line]) -> list[str]:
    """Return the table of both orders."""
    lines = ["| order | rows | PASSED | WEAK | by chance | FAILED | KS p |", "|---|---:|---:|---:|---:|---:|---:|"]
    for order in sorted({row["order"] for row in rows}):
        some = [row for row in rows if row["order"] == order]
        lines.append(f"| {order} | {counts(some)} | {uniform_p(some):.3f} |")
    return [*lines, f"| both | {counts(rows)} | {uniform_p(rows):.3f} |"]


def by_test(rows: Sequence[Line]) -> list[str]:
    """Return the table of tests; a form has one p-value for each stream and order, and they are independent."""
    forms: dict[tuple[str, str, str], list[Line]] = {}
    for row in rows:
        forms.setdefault((row["test"], row["ntuple_asked"], row["place"]), []).append(row)
    p = [uniform_p(some) for some in forms.values()]
    adjusted = dict(zip(forms, holm(p), strict=True))
    plain = dict(zip(forms, p, strict=True))
    lines = [
        "| test | its word | samples | forms | rows | PASSED | WEAK | by chance | FAILED | least KS p | Holm |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for test in dict.fromkeys(row["test"] for row in rows):
        some = [row for row in rows if row["test"] == test]
        own = [form for form in forms if form[0] == test]
        samples = f"{int(some[0]['tsamples']):,}"
        least = f"{min(plain[form] for form in own):.4f} | {min(adjusted[form] for form in own):.3f}"
        lines.append(f"| {test} | {some[0]['reliability']} | {samples} | {len(own)} | {counts(some)} | {least} |")
    return lines


def by_length(rows: Sequence[Line]) -> list[str]:
    """Return the table of tests by their numbers of p-values and samples, used when there are few streams."""
    lines = ["| test | p-values a row | samples | rows | PASSED | WEAK | by chance | FAILED |"]
    lines.append("|---|---:|---:|---:|---:|---:|---:|---:|")
    groups: dict[tuple[str, int, int], list[Line]] = {}
    for row in rows:
        groups.setdefault((row["test"], int(row["psamples"]), int(row["tsamples"])), []).append(row)
    for (test, psamples, tsamples), some in sorted(groups.items()):
        lines.append(f"| {test} | {psamples:,} | {tsamples:,} | {counts(some)} |")
    return lines


def repeats(rows: Sequence[Line], later: Sequence[Line]) -> list[str]:
    """Return the table of every row that did not pass, and the same row of its repeat."""
    lines = [
        "| stream | order | test | ntuple | p | | p-values of the repeat | p | |",
        "|---|---|---|---:|---:|---|---:|---:|---|",
    ]
    same = {tuple(row[name] for name in (*FORM, "place")): row for row in later}
    for row in sorted(rows, key=lambda row: (row["stream"], row["order"])):
        if row["judged"] == "PASSED":
            continue
        again = same.get(tuple(row[name] for name in (*FORM, "place")))
        cells = [row[name] for name in ("stream", "order", "test", "ntuple", "exact_p", "judged")]
        cells += [again[name] for name in ("psamples", "exact_p", "judged")] if again else ["not repeated", "", ""]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def coverage(rows: Sequence[Line], wanted: Sequence[tuple[str, str]]) -> str:
    """Return a sentence on how many pairs of stream and order have all forms of all tests, and which are incomplete."""
    done: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for row in rows:
        done.setdefault((row["stream"], row["order"]), set()).add((row["test"], row["ntuple_asked"]))
    short = [pair for pair in wanted if done.get(pair, set()) != all_forms()]
    whole = f"{len(wanted) - len(short)} of {len(wanted)} pairs of stream and order"
    said = f"{whole} have all {len(all_forms())} forms of all {len(NAMES)} tests"
    return said + (f"; not all: {'; '.join(', '.join(pair) for pair in short)}." if short else ".")


def summary(rows: Sequence[Line], wanted: Sequence[tuple[str, str]]) -> list[str]:
    """Return coverage, counts, p-values against uniform and rows that did not pass, as lines of Markdown.

    wanted: pairs of stream and order that should be complete. An empty line separates parts.
    """
    known = numbered(rows)
    first = [row for row in known if row["attempt"] == "0"]
    later = [row for row in known if row["attempt"] == "1"]
    if not first:
        return ["no results yet"]
    missed = [row for row in first if row["judged"] != "PASSED"]
    tests = by_test(first) if len({(row["stream"], row["order"]) for row in first}) >= FEW else by_length(first)
    lines = [coverage(first, wanted), "", *by_order(first), "", *tests]
    if missed:
        lines += ["", *repeats(first, later)]
    return lines
