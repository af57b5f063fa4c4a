"""A user's own population: what the file says stands, what it does not say is drawn, each mistake is one line."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import political_moat
from political_moat.agents.electorate.electorate import Electorate
from political_moat.model.parameters.tree import Parameters
from political_moat.model.population.builder import build_population
from political_moat.model.population.csv_population import columns_of, population_from_csv
from political_moat.model.population.population_file import (
    FILE_COLUMNS,
    MOST_MISTAKES,
    PopulationFileError,
    read_persons,
)
from political_moat.model.population.traits import lean_to_author
from political_moat.model.world import World, simulate

HEADER = ("age", "income", "partisanship", "plan", "ira")
DOCS = Path(__file__).parents[3] / "docs"


def write(path: Path, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream)
        table.writerow(header)
        table.writerows(rows)
    return path


def people(count: int) -> list[list[Any]]:
    """Persons with different incomes, half of them with an account."""
    return [[18 + i % 70, 20_000 + i, (i % 11 - 5) / 2, 1000 * (i % 2), 500 * (i % 2)] for i in range(count)]


def tree(count: int, **values: Any) -> Parameters:
    return Parameters().with_values({"electorate.voters": count} | values)


def by_income(electorate: Electorate, name: str) -> list[float]:
    order = np.argsort(electorate.column("income"))
    return [float(value) for value in electorate.column(name)[order]]


def messages_of(path: Path, p: Parameters) -> list[str]:
    with pytest.raises(PopulationFileError) as caught:
        population_from_csv(path, p)
    return str(caught.value).splitlines()


def test_what_the_file_says_stands(tmp_path: Path) -> None:
    rows = people(120)
    found = population_from_csv(write(tmp_path / "a.csv", HEADER, rows), tree(120), seed=3)
    for place, name in enumerate(HEADER):
        assert by_income(found, name) == pytest.approx([float(row[place]) for row in rows], rel=1e-6)
    assert by_income(found, "eligible") == [float(row[3] > 0) for row in rows]
    # Not in the order of the file: a panel is a block of the population.
    assert found.column("income").tolist() != sorted(found.column("income").tolist())


def test_every_column_of_the_file_reaches_the_electorate(tmp_path: Path) -> None:
    values = {
        "eligible": 1.0,
        "contribution": 321.0,
        "equity": 0.25,
        "attention": 0.125,
        "belief": 1.5,
        "ideal_base": 0.75,
        "turnout_presidential": 1.25,
        "turnout_midterm": -0.5,
        "direct_owner": 1.0,
    }
    rows = [[*row, *values.values()] for row in people(40)]
    found = population_from_csv(write(tmp_path / "a.csv", [*HEADER, *values], rows), tree(40))
    for name, value in values.items():
        assert set(found.column(name).tolist()) == {value}
    assert set(HEADER) | set(values) | {"weight", "vote_r"} == {one.name for one in FILE_COLUMNS}


def test_what_is_absent_is_drawn_as_for_the_models_own_people(tmp_path: Path) -> None:
    """The model's own people, written with the required columns alone, come back with the rest as the model has it."""
    p = tree(300)
    own = build_population(p, World.draws_of(5, 2))
    rows = np.column_stack([own.column(name) for name in HEADER]).tolist()
    found = population_from_csv(write(tmp_path / "a.csv", HEADER, rows), p, seed=5, replicate=2)
    for name in ("attention", "belief"):
        assert sorted(found.column(name).tolist()) == sorted(own.column(name).tolist())
    saves = found.column("contribution") > 0.0
    assert not np.any(saves & (found.column("eligible") == 0.0))
    assert 0.3 < saves[found.column("eligible") > 0.0].mean() < 0.8
    assert found.column("equity").mean() == pytest.approx(own.column("equity").mean(), rel=1e-5)


def test_a_probability_to_vote_r_is_a_logit(tmp_path: Path) -> None:
    header = ("vote_r", *[name for name in HEADER if name != "partisanship"])
    rows = [[p, 40, 50_000 + i, 0, 0] for i, p in enumerate((0.5, 0.731058579, 0.268941421))]
    found = population_from_csv(write(tmp_path / "a.csv", header, rows), tree(3))
    assert by_income(found, "partisanship") == pytest.approx([0.0, 1.0, -1.0], abs=1e-6)


def test_the_mirror_world_reads_r_as_r(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", HEADER, people(50))
    one, mirror = (population_from_csv(path, tree(50, **{"institutions.author": author})) for author in ("R", "D"))
    assert one.column("partisanship").tolist() == mirror.column("partisanship").tolist()


def test_the_same_seed_gives_the_same_people(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", HEADER, people(50))
    first, again, other = (population_from_csv(path, tree(50), seed=seed) for seed in (1, 1, 2))
    assert first.fixed.tobytes() == again.fixed.tobytes()
    assert first.fixed.tobytes() != other.fixed.tobytes()


def test_weights_are_shares_of_the_people_drawn(tmp_path: Path) -> None:
    """Systematic sampling: every row comes n w / sum(w) times, rounded up or down, and a weight of 0 never."""
    weights = [0.0, 1.0, 2.0, 0.5, 6.5]
    rows = [[*row, weight] for row, weight in zip(people(5), weights, strict=True)]
    found = population_from_csv(write(tmp_path / "a.csv", [*HEADER, "weight"], rows), tree(1234), seed=4)
    assert len(found) == 1234
    for row, weight in zip(rows, weights, strict=True):
        times = int((found.column("income") == np.float32(row[1])).sum())
        assert abs(times - 1234 * weight / 10.0) < 1.0
    # The persons of one row differ in what the file does not say.
    assert len(set(found.column("attention").tolist())) > 1200


def test_a_world_runs_on_it_and_arms_share_it(tmp_path: Path) -> None:
    p = tree(200, **{"exposure.breadth": 0.3})
    population = population_from_csv(write(tmp_path / "a.csv", HEADER, people(200)), p, seed=6)
    kept = population.dynamic.tobytes()
    world = simulate(p, seed=6, months=24, population=population)
    assert population.dynamic.tobytes() == kept
    assert len(world.results) == 1
    assert float((world.electorate.column("units") > 0.0).mean()) == pytest.approx(0.3)
    again = World(p, 6, population=population)
    again.advance(24)
    assert again.electorate.dynamic.tobytes() == world.electorate.dynamic.tobytes()


def test_a_world_of_another_size_is_refused(tmp_path: Path) -> None:
    population = population_from_csv(write(tmp_path / "a.csv", HEADER, people(200)), tree(200))
    with pytest.raises(ValueError, match=r"population has 200 voters, but electorate\.voters is 300"):
        World(tree(300), population=population)


def test_its_people_age_and_entrants_lean_as_they_do(tmp_path: Path) -> None:
    rows = [[50, 60_000 + i, 3.0, 1000, 0] for i in range(800)]
    p = tree(800, **{"people.ageing": True, "people.death_rate_65": 0.3})
    world = World(p, 1, population=population_from_csv(write(tmp_path / "a.csv", HEADER, rows), p, seed=1))
    world.advance(120)
    young = world.electorate.column("age") < 40.0
    assert 100 < young.sum() < 700
    # Beyond the lean of their age by as much as the file is, within four standard errors.
    beyond = 3.0 - float(lean_to_author(p, np.array([50.0]))[0])
    lean = world.electorate.column("partisanship")[young] - lean_to_author(p, world.electorate.column("age")[young])
    assert abs(float(lean.mean()) - beyond) <= 4.0 * 2.6 / np.sqrt(young.sum()) + 0.1


def test_the_public_door_has_it() -> None:
    assert political_moat.population_from_csv is population_from_csv


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "row 1: column age (years) is missing"),
        ("age,income,plan,ira\n", "row 1: one column of partisanship and vote_r is needed; there is none"),
        ("age,income,partisanship,plan,ira\n", "holds no persons below its header"),
        ("age,age,income,partisanship,plan,ira\n", "row 1: column age is given twice"),
        ("age,income,partisanship,plan,ira,vote_r\n", "there are both"),
        ("age,income,partisanship,plan,ira,party\n", "row 1: unknown column 'party'; allowed: age, income"),
        ("age,income,partisanship,plan,ira\n17,1,0,0,0\n", "row 2, column age: '17' is not a number from 18 to 110"),
        ("age,income,partisanship,plan,ira\n30,0,0,0,0\n", "row 2, column income: '0' is not a number above 0"),
        ("age,income,partisanship,plan,ira\n\n30,1,nan,0,0\n", "row 3, column partisanship: 'nan' is not a number"),
        ("age,income,partisanship,plan,ira\n30,1,0,0\n", "row 2: has 4 cells, the header has 5"),
        ("age,income,partisanship,plan,ira\n30,1,0,x,0\n", "row 2, column plan: 'x' is not a number from 0"),
        ("age,income,partisanship,plan,ira,eligible\n30,1,0,0,0,.5\n", "column eligible: '.5' is not 0 or 1"),
        ("age,income,partisanship,plan,ira,eligible\n30,1,0,9,0,0\n", "row 2, column eligible: 0, but plan, ira"),
        ("age,income,partisanship,plan,ira,weight\n30,1,0,9,0,0\n", "column weight: all weights are 0"),
        ("age,income,partisanship,plan,ira\n30,1,0,9,0\n", "has 1 persons, but electorate.voters is 4000: set"),
    ],
)
def test_a_mistake_is_one_line_with_file_row_column_and_what_is_allowed(tmp_path: Path, text: str, line: str) -> None:
    path = tmp_path / "wrong.csv"
    path.write_text(text, encoding="utf-8")
    lines = messages_of(path, Parameters())
    assert all(one.startswith(f"population file {path}, ") for one in lines)
    assert any(line in one for one in lines), lines


def test_mistakes_come_together_up_to_a_number(tmp_path: Path) -> None:
    few = write(tmp_path / "few.csv", HEADER, [[17, -1, "x", 0, 0], [30, 1, 0, 0, -5]])
    assert len(messages_of(few, tree(2))) == 4
    many = write(tmp_path / "many.csv", HEADER, [[17, 1, 0, 0, 0]] * 100)
    lines = messages_of(many, tree(100))
    assert len(lines) == MOST_MISTAKES + 1
    assert lines[-1].endswith("and 80 mistakes more")


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    assert messages_of(tmp_path / "none.csv", Parameters()) == [
        f"population file {tmp_path / 'none.csv'} cannot be read: No such file or directory"
    ]
    (tmp_path / "utf16.csv").write_bytes("age,income".encode("utf-16"))
    assert messages_of(tmp_path / "utf16.csv", Parameters()) == [
        f"population file {tmp_path / 'utf16.csv'} cannot be read: its encoding is UTF-16; save it as UTF-8 "
        "(in Excel: CSV UTF-8)"
    ]


def test_numbers_are_plain_or_refused(tmp_path: Path) -> None:
    def incomes(cell: str) -> list[float]:
        file = write(tmp_path / "people.csv", HEADER, [[30, cell, 0, 0, 0]])
        return population_from_csv(file, tree(1)).column("income").tolist()

    assert incomes("50000") == incomes("5e4") == incomes(" +50000.0 ") == [50000.0]
    for cell in ("5_0000", "٥٠٠٠٠", "５００００", "50,000", "$50000", "0x10", "nan", "inf", "", "9" * 5_000):
        with pytest.raises(PopulationFileError, match=r"row 2, column income: .* is not a number above 0"):
            incomes(cell)


def test_a_population_saved_by_another_editor_is_the_same(tmp_path: Path) -> None:
    file = write(tmp_path / "people.csv", HEADER, [[30, 5, 0, 0, 0], [40, 6, 0, 0, 0]])
    plain = file.read_text()
    before = columns_of(read_persons(file))
    file.write_bytes(plain.replace("\n", "\r\n").encode("utf-8-sig"))
    after = columns_of(read_persons(file))
    assert {name: values.tolist() for name, values in after.items()} == {
        name: values.tolist() for name, values in before.items()
    }


def test_the_how_to_describes_every_column() -> None:
    text = (DOCS / "own-population.md").read_text(encoding="utf-8")
    described = {
        name.strip() for row in text.splitlines() if row.startswith("| ") for name in row.split("|")[1].split(",")
    }
    assert {one.name for one in FILE_COLUMNS} <= described
