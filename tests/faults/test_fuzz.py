"""Whatever a file or a command line holds, it is read or refused: no traceback and no hang.

Seeded: 2,000 study files, 400 command lines, 400 populations and 64 graphs. A broken item is named by its number, and
`item(seed, number)` makes it again.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hang_guard import no_hang

from political_moat.experiments.errors import UserError
from political_moat.experiments.studies.plan import Plan
from political_moat.experiments.studies.reader import read_study
from political_moat.experiments.studies.sampling import design_size
from political_moat.model.parameters.tree import Parameters
from political_moat.model.population.csv_population import population_from_csv
from political_moat.model.population.population_file import FILE_COLUMNS, PopulationFileError
from political_moat.model.world import World

pytestmark = pytest.mark.faults

ROOT = Path(__file__).parents[2]
SEED = 20251130
HUNG_AFTER_S = 20.0
"""A thousand times what an item takes."""
MOST_LINES = 60
"""Lines of one refusal: a line a mistake, 50 at most, and what is printed with them."""
MOST_CHARACTERS = 4_000
"""Characters of one line: longer than any list of allowed names."""

DIGITS = "9" * 5_000
SHIPPED = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "experiments" / "studies").glob("*.toml"))]
WITH_ALL = """
[study]
name = "all"
seed = 3
[model]
layers = ["rule"]
set = { "market.crash_month" = 60, party.rule = "hunter", "exposure.evolves" = false }
[design]
kind = "sobol"
samples = 4
second_order = false
[factors."exposure.breadth"]
levels = [0.0, 0.3]
unit = "share of voters"
[factors."party.office_rent"]
low = 0.5
high = 2.0
scale = "log"
[factors.electorate.voters]
low = 100
high = 300
[replicates]
min = 4
max = 8
stop = { outcome = "reversed", contrast = "exposure.breadth", mcse = 0.1 }
[engine]
kind = "process"
workers = 2
timeout_s = 60.0
attempts = 2
memory_mb = 900
"""
HOSTILE_VALUES = (
    *("nan", "-inf", "1e400", "-1", "0", "1_000", "0x" + "f" * 200, DIGITS, "0." + DIGITS, "9223372036854775808"),
    *("true", '""', '"' + "x" * 5_000 + '"', '"\\u0000"', '"../../etc/passwd"', '"a\\nb"', "1979-05-27", "07:32:00"),
    *("[]", "{}", "[[0]]", "[{a = 1}]", "[nan]", "[true, 1, 1.0]", "[0, 0.0, -0.0]", '["0", "0.3"]', "{a = {b = {}}}"),
    *("[" * 3_000 + "]" * 3_000, "[" * 30 + "]" * 30, "{a=" * 200 + "1" + "}" * 200, "[" + "0," * 20_000 + "]"),
    *("1000000000000", "18446744073709551615", "18446744073709551616", "[1e308, -1e308]", '"١٢"', "٥", "5e4", "+5"),
    *('"stress"', '"history"', '"mediation"', '"prior-mass"', '"targets"', '"grid"', '"lhs"', '"sobol"', '"morris"'),
    *('"list"', '"dask"', '"serial"', "100000", "4", "[0, 0.2, 0.4]", '["rule", "rule", "none"]', '"reversed"'),
)
ORDINARY_VALUES = ("0", "1", "2", "8", "0.5", "-0.5", "true", "false", "[0]", "[0.3]", "[0, 0.1]", "[1, 2, 4]", '"log"')
HOSTILE_LINES = (
    "x" * 100_000,
    "a." * 5_000 + "a = 1",
    "[" + "a." * 5_000 + "a]",
    "\n".join(f"k{number} = {number}" for number in range(3_000)),
    "\n".join(f'[factors."a.b{number}"]\nlevels = [1]' for number in range(800)),
    '[factors."exposure.breadth"]\nlevels = [' + ", ".join(f"{n}e-9" for n in range(20_000)) + "]",
    *(f'[factors."{name}"]\nlevels = [{", ".join(map(str, range(1, 2_000)))}]' for name in ("party.office_rent",)),
    '[factors."party.office_rent"]\nlow = nan',
    '[factors."policy.layer"]\nlow = 0\nhigh = 1',
    "[model.set.a.b.c.d]\ne = 1",
    "[[study]]",
    "set = 5",
    "[stop]",
)
ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-32", "utf-32-be", "cp1252", "cp037")


def check_lines(text: str, most: int = MOST_LINES) -> None:
    lines = text.split("\n")
    assert text.strip()
    assert len(lines) <= most, len(lines)
    assert max(map(len, lines)) <= MOST_CHARACTERS, max(map(len, lines))
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", text), text[:300]


def item(seed: int, number: int) -> random.Random:
    """Return the randomness of one item, whatever the others draw."""
    return random.Random(seed * 1_000_000 + number)


def flipped(source: random.Random, content: bytes) -> bytes:
    """Change, insert or remove a few bytes."""
    data = bytearray(content)
    for _ in range(source.randint(1, 12)):
        place = source.randrange(len(data)) if data else 0
        kind = source.randrange(3)
        if kind == 0 and data:
            data[place] = source.randrange(256)
        elif kind == 1:
            data[place:place] = bytes([source.choice(b'\x00\xff\xfe\n\r"[]{}=.,#-_0\xe9')])
        else:
            del data[place : place + source.randint(1, 4)]
    return bytes(data)


def saved_elsewhere(source: random.Random, text: str) -> bytes:
    """Save a text as other editors do: encodings, line ends, cut off."""
    if source.random() < 0.5:
        text = text.replace("\n", source.choice(("\r\n", "\r", "\u2028")))
    if source.random() < 0.3:
        return text.encode()[: source.randrange(len(text.encode()) + 1)]
    return (text + "# é").encode(source.choice(ENCODINGS), errors="replace")


def study_file(source: random.Random) -> bytes:
    """Return a study file with a few things wrong."""
    text = source.choice([*SHIPPED, WITH_ALL, WITH_ALL])
    if source.random() < 0.15:
        return flipped(source, text.encode())
    lines = text.splitlines()
    for _ in range(source.randint(1, 3)):
        place = source.randrange(len(lines))
        key, equals, _ = lines[place].partition("=")
        kind = source.randrange(6)
        if kind == 0 and equals:
            lines[place] = f"{key}= {source.choice(HOSTILE_VALUES)}"
        elif kind == 1 and equals:
            lines[place] = f"{key}= {source.choice(ORDINARY_VALUES)}"
        elif kind == 2:
            other = source.randrange(len(lines))
            lines[place], lines[other] = lines[other], lines[place]
        elif kind == 3 and equals:
            names = [line.partition("=")[0] for line in WITH_ALL.splitlines() if "=" in line]
            lines[place] = f"{source.choice(names)}={lines[place].partition('=')[2]}"
        elif kind == 4:
            lines.insert(place, source.choice((*HOSTILE_LINES, *lines)))
        else:
            del lines[place : place + source.randint(1, 2)]
            lines = lines or [""]
    text = "\n".join(lines) + "\n"
    return saved_elsewhere(source, text) if source.random() < 0.2 else text.encode(errors="replace")


def read_and_plan(path: Path) -> None:
    """Read a study; make its design points and the arms of the first if they are few."""
    study = read_study(path)
    if design_size(study) <= 1_000:
        next(iter(Plan(study)), None)


def test_study_files_are_read_or_refused_in_lines(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    (tmp_path / "points.csv").write_text("party.office_rent\n1\n2\n")
    outcomes = {"read": 0, "refused": 0}
    for number in range(2_000):
        path.write_bytes(study_file(item(SEED, number)))
        try:
            with no_hang(HUNG_AFTER_S):
                read_and_plan(path)
            outcomes["read"] += 1
        except UserError as error:
            check_lines(str(error))
            outcomes["refused"] += 1
        except BaseException as error:
            error.add_note(f"study file {number}")
            raise
    assert min(outcomes.values()) > 100, outcomes  # both ways are tried


def population(source: random.Random) -> bytes:
    """Return a population file with a few things wrong, or nothing."""
    names = ["age", "income", source.choice(("partisanship", "vote_r")), "plan", "ira"]
    names += [column.name for column in FILE_COLUMNS if column.name not in names and source.random() < 0.15]
    names = [name for name in names if name != "vote_r" or "partisanship" not in names]
    plain = {"vote_r": "0.5", "eligible": "1", "equity": ".5", "attention": "1e-1", "ideal_base": "+0.5"}
    plain |= {"direct_owner": "0", "age": "45", "income": "5e4", "belief": "1.0"}
    rows = [[plain.get(name, "3") for name in names] for _ in range(60)]
    hostile = (
        "",
        "nan",
        "inf",
        "1_0",
        "٥",
        "５",
        "0x10",
        "1e999",
        DIGITS,
        '"',
        '"a\nb"',
        "-1",
        "x" * 200_000,
        "50,000",
    )
    for _ in range(source.randint(0, 4)):
        row = source.choice([row for row in rows if row])
        kind = source.randrange(5)
        if kind <= 1:
            row[source.randrange(len(row))] = source.choice(hostile)
        elif kind == 2:
            row.append("1")
        elif kind == 3:
            rows.append([])
        else:
            names[source.randrange(len(names))] = source.choice(
                (*plain, "weight", "unknown", "", '"a\nb"', "x" * 9_999)
            )
    separator = source.choice((",", ",", ",", ",", ",", ";", "\t"))
    text = "\n".join(separator.join(row) for row in [names, *rows]) + "\n"
    wrong = source.random()
    if wrong < 0.15:
        return flipped(source, text.encode())
    return saved_elsewhere(source, text) if wrong < 0.3 else text.encode()


def test_populations_are_read_or_refused_in_lines(tmp_path: Path) -> None:
    path, p = tmp_path / "people.csv", Parameters().with_values({"electorate.voters": 60})
    outcomes = {"read": 0, "refused": 0}
    for number in range(400):
        path.write_bytes(population(item(SEED + 1, number)))
        try:
            with no_hang(HUNG_AFTER_S):
                assert len(population_from_csv(path, p)) == 60
            outcomes["read"] += 1
        except PopulationFileError as error:
            check_lines(str(error))
            outcomes["refused"] += 1
        except BaseException as error:
            error.add_note(f"population {number}")
            raise
    assert min(outcomes.values()) > 20, outcomes


class Odd:
    """A node whose text is several lines."""

    def __repr__(self) -> str:
        return "odd\n" * 500


def graph(source: random.Random, folder: Path) -> Any:
    """Return what a user may take for a network of 60 voters, some of it read from files that networkx reads."""
    kinds: tuple[Callable[[], Any], ...] = (nx.Graph, nx.Graph, nx.Graph, nx.DiGraph, nx.MultiGraph, dict, list)
    made = source.choice(kinds)()
    if not isinstance(made, nx.Graph):
        return made
    made.add_nodes_from(range(60))
    made.add_edges_from((source.randrange(60), source.randrange(60)) for _ in range(100))
    if source.random() < 0.7:
        made.remove_edges_from(list(nx.selfloop_edges(made)))
    strange: tuple[Any, ...] = (Odd(), "0", "x" * 9_999, -1, 60, 10**400, float("nan"), 1.5, (1, 2), b"\n", frozenset())
    kind = source.randrange(6)
    if kind == 0:
        nx.relabel_nodes(made, {source.randrange(60): source.choice(strange)}, copy=False)
    elif kind == 1:
        made.add_edge(source.randrange(60), source.choice(strange), weight=float("nan"))
    elif kind == 2:
        nx.write_edgelist(made, folder / "ties.txt", data=False)
        return nx.read_edgelist(folder / "ties.txt", nodetype=source.choice((int, str)))
    elif kind == 3:
        nx.write_graphml(nx.Graph(made), folder / "ties.graphml")
        return nx.read_graphml(folder / "ties.graphml", node_type=source.choice((int, str)))
    return made


def test_graphs_are_taken_or_refused_in_one_line(tmp_path: Path) -> None:
    p = Parameters().with_values({"electorate.voters": 60, "network.kind": "own"})
    outcomes = {"taken": 0, "refused": 0}
    for number in range(64):
        network = graph(item(SEED + 2, number), tmp_path)
        try:
            with no_hang(HUNG_AFTER_S):
                World(p, seed=number, graph=network).advance(1)
            outcomes["taken"] += 1
        except ValueError as error:
            check_lines(str(error), most=1)
            outcomes["refused"] += 1
        except BaseException as error:
            error.add_note(f"graph {number}")
            raise
    assert min(outcomes.values()) > 10, outcomes
