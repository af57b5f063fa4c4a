"""`benchmarks/table.py` runs, prints what it says it prints, and counts bytes that the kernels really touch."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from political_moat import Parameters, World
from political_moat.agents.electorate import columns
from political_moat.agents.electorate.electorate import Electorate
from political_moat.model.phases import payroll as phases
from political_moat.model.phases.voters import voters

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
TOY = [
    *("--repeats", "1", "--voters", "500", "--months", "24", "--neighbours-voters", "500", "--stream-mb", "1"),
    *("--replicates", "2", "--workers", "1", "--run-voters", "60", "--cycles", "1", "--rate-voters", "500"),
    *("--small-voters", "500", "--build-voters", "600", "--network-voters", "500"),
    *("--large-voters", "1000", "--large-months", "13", "--threads", "1", "--cold-repeats", "0"),
]
QUICK = ("bandwidth", "step", "neighbours", "inside", "construction")
OTHERS = ("replicates", "large", "starts", "help")


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """The benchmarks' modules can be imported by name."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(BENCHMARKS / "table.py"), *TOY, *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )


def rows_of(printed: str) -> list[list[str]]:
    """Cells of the rows under the head of the one table."""
    lines = [line for line in printed.splitlines() if line.startswith("|")]
    assert lines[0].startswith("| section | what | voters | median |")
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    assert all(len(row) == 8 for row in cells)
    return cells


def printed(sections: tuple[str, ...], *words: str) -> list[list[str]]:
    """The table of some sections; every section asked for has rows, and every number is positive."""
    done = run("--only", ",".join(sections), *words)
    assert done.returncode == 0, done.stderr
    cells = rows_of(done.stdout)
    assert {row[0] for row in cells} == set(sections)
    for row in cells:
        median, lowest, highest = (float(cell.replace(",", "")) for cell in row[3:6])
        assert 0.0 < lowest <= median <= highest or row[1].startswith(("outside", "kernel", "phase")), row
        assert row[6], "a number without a unit"
    return cells


def test_one_command_prints_one_table_and_writes_it(tmp_path: Path) -> None:
    out = tmp_path / "table.md"
    cells = printed(QUICK, "--out", str(out))
    assert rows_of(out.read_text(encoding="utf-8")) == cells
    names = {(row[0], row[1]) for row in cells}
    assert {("step", "loop / kernels"), ("step", "NumPy / kernels"), ("step", "share of the floor")} <= names
    assert ("neighbours", "NumPy / kernels, with neighbours") in names
    assert {("inside", "kernel: move_electorate"), ("inside", "phase: payroll")} <= names
    assert any(row[7].endswith((": met", ": MISSED")) for row in cells)


@pytest.mark.faults
def test_sections_that_start_processes_are_printed_as_well() -> None:
    cells = printed(OTHERS)
    assert {row[1] for row in cells if row[0] == "replicates"} == {"stress, 1 process", "history, 1 process"}
    assert any(row[1].startswith("peak memory") for row in cells)
    assert any(row[1] == "warm `moat run`: first result" for row in cells)


@pytest.mark.usefixtures("tools")
def test_an_unknown_section_is_named() -> None:
    from table import arguments, measure

    with pytest.raises(SystemExit, match="no section speed; there are bandwidth, step, neighbours, replicates, inside"):
        measure(arguments().parse_args(["--only", "step,speed"]))


@pytest.mark.usefixtures("tools")
def test_repeats_take_turns_and_an_aim_that_is_missed_is_said() -> None:
    from measuring import Aim, Row, in_turn, ratios, table

    order: list[str] = []
    sides = {name: (lambda name=name: lambda: order.append(name)) for name in ("a", "b", "c")}
    times = in_turn(sides, 4)
    assert order == [*"abc", *"bca", *"cab", *"abc"]
    assert {name: len(values) for name, values in times.items()} == {"a": 4, "b": 4, "c": 4}
    assert ratios([6.0, 8.0], [2.0, 4.0]) == [3.0, 2.0]
    printed = table({"x": [Row("y", 1000, [3.0, 1.0, 2.0], "s", Aim(most=1.5)), Row("z", 0, [2.0], "s", Aim(least=2))]})
    assert printed.splitlines()[2:] == [
        "| x | y | 1,000 | 2 | 1 | 3 | s | at most 1.5: MISSED |",
        "| x | z |  | 2 | 2 | 2 | s | at least 2: met |",
    ]


@pytest.mark.usefixtures("tools")
def test_decisions_that_differ_stop_the_benchmark() -> None:
    from steps import check, parameters, released

    first, second = (released(World, parameters(200), seed) for seed in (1, 2))
    for world in (first, second):
        world.advance(24)
    check({"first": first, "same": first})
    with pytest.raises(SystemExit, match="different decisions"):
        check({"first": first, "second": second})


Block = npt.NDArray[np.float32]


def unused(names: tuple[str, ...], used: set[str]) -> list[int]:
    return [row for row, name in enumerate(names) if name not in used]


@pytest.mark.usefixtures("tools")
@pytest.mark.parametrize("breadth", [0.0, 1.0])
def test_the_bytes_of_a_month_are_those_of_columns_that_the_kernels_touch(breadth: float) -> None:
    """With all other columns full of NaN a month is the same; columns written are the ones that change."""
    from bandwidth import TRAFFIC, bytes_a_voter, month_bytes

    p = Parameters().with_values(
        {"electorate.voters": 300, "exposure.breadth": breadth, "opinion.blame_threshold": 0.0}
    )
    start = World(p, 1)
    start.advance(20)  # policy has moved by then, and opinions with it
    start.electorate.dynamic[columns.SALIENCE] += 0.05
    start.electorate.dynamic[columns.GRIEVANCE] = 0.1
    start.electorate.dynamic[columns.BLAME] = 0.2
    start.product_prices = 0.7 * start.product_prices
    for name, act in (("accounts_month", phases.payroll), ("opinion_month", voters)):
        traffic = TRAFFIC[name]
        reads, writes = set(traffic.reads), set(traffic.writes)
        if breadth > 0.0:
            reads |= set(traffic.holder_reads)
            writes |= set(traffic.holder_writes)
        whole, holed = start.fork(), start.fork()
        holed.electorate = poisoned(start.electorate, reads | writes)
        before = whole.electorate.dynamic.copy()
        for world in (whole, holed):
            act(world)
        changed = {
            column
            for row, column in enumerate(columns.DYNAMIC)
            if not np.array_equal(before[row], whole.electorate.dynamic[row])
        }
        assert changed == writes, name
        for column in writes:
            assert np.array_equal(whole.electorate.column(column), holed.electorate.column(column)), (name, column)
    apart, together = month_bytes(breadth)
    assert apart == sum(bytes_a_voter(traffic, breadth) for traffic in TRAFFIC.values())
    assert together < apart


def poisoned(electorate: Electorate, used: set[str]) -> Electorate:
    """A copy in which columns that are not used hold NaN."""
    copy: Any = electorate.fork()
    copy.fixed = electorate.fixed.copy()
    copy.fixed[unused(columns.FIXED, used)] = np.nan
    copy.dynamic[unused(columns.DYNAMIC, used)] = np.nan
    return copy


@pytest.mark.usefixtures("tools")
def test_a_column_that_does_not_exist_is_no_traffic() -> None:
    from bandwidth import Traffic, bytes_a_voter, share_of_lines

    with pytest.raises(ValueError, match=re.escape("no voter column is called unit")):
        bytes_a_voter(Traffic(("unit",), (), (), ()), 0.3)
    assert bytes_a_voter(Traffic(("plan", "ira"), ("plan",), ("product",), ()), 0.5) == 14.0
    assert share_of_lines(0.0) == 0.0
    assert share_of_lines(0.3) > 0.99
