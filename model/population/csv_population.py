"""A user's population: a csv file of persons instead of people drawn from the calibration."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.special import logit

from ...agents.draws import Draws
from ...agents.electorate.electorate import Electorate
from ..parameters.tree import Parameters
from .builder import electorate_of
from .population_file import PersonTable, PopulationFileError, read_persons
from .traits import Everybody, author_sign, draw_traits

Reals = npt.NDArray[np.float64]
_NOT_TRAITS = ("partisanship", "vote_r", "plan", "ira", "weight")


def population_from_csv(
    path: str | Path, parameters: Parameters | None = None, seed: int = 0, replicate: int = 0
) -> Electorate:
    """Return the electorate of a csv file, one row a person, for `World(parameters, seed, replicate, population=...)`.

    Columns are FILE_COLUMNS: age, income, plan, ira and either partisanship or vote_r are required; other absent
    columns are drawn from the model at (seed, replicate). electorate.voters must be the number of rows; with a column
    `weight` that many people are drawn from the rows, in proportion to it. People come in an order drawn at random,
    since a poll's panel is a block of the population. Raises PopulationFileError naming file, row, column and what is
    allowed, up to 20 mistakes at once.
    """
    p = parameters or Parameters()
    place, draws = Path(path), Draws(seed, replicate)
    table = read_persons(place)
    if not table.weighted and len(table) != p.electorate.voters:
        size = len(table)
        raise PopulationFileError(
            f"population file {place}, has {size} persons, but electorate.voters is {p.electorate.voters}: set "
            f'electorate.voters to {size} (with_values({{"electorate.voters": {size}}})), or add a column weight to '
            "draw from"
        )
    return people_of(table, p, draws)


def people_of(table: PersonTable, p: Parameters, draws: Draws) -> Electorate:
    """Return the electorate of a file's persons; p.electorate.voters is their number, or any number with weights."""
    columns = columns_of(table)
    rows = persons_taken(table, p.electorate.voters, draws)
    columns = {name: values[rows] for name, values in columns.items() if name != "weight"}
    if "vote_r" in columns:
        columns["partisanship"] = logit(columns["vote_r"])
    balance = columns["plan"] + columns["ira"]
    columns.setdefault("eligible", np.where(balance + columns.get("contribution", 0.0) > 0.0, 1.0, 0.0))
    traits = draw_traits(
        p,
        Everybody(draws, rows.size),
        {name: values for name, values in columns.items() if name not in _NOT_TRAITS}
        | {"lean": author_sign(p) * columns["partisanship"], "balance": balance},
    )
    return electorate_of(p, draws, traits, columns["plan"], columns["ira"])


def columns_of(table: PersonTable) -> dict[str, Reals]:
    """Return the columns of a file by name, float64, persons in the order of the file."""
    values = np.asarray(table.values, dtype=np.float64).reshape(len(table), len(table.names))
    return {name: values[:, place].copy() for place, name in enumerate(table.names)}


def persons_taken(table: PersonTable, voters: int, draws: Draws) -> npt.NDArray[np.int64]:
    """Return the person of each voter, by place in the file, in random order; shape (voters,).

    With weights people are drawn by systematic sampling.
    """
    if not table.weighted:
        return np.argsort(draws.uniforms("order of a population file", len(table)), kind="stable")
    weights = columns_of(table)["weight"]
    edges = np.cumsum(weights) / weights.sum()
    points = (np.arange(voters) + draws.uniform("start in a population file")) / voters
    taken = np.minimum(np.searchsorted(edges, points, side="right"), np.flatnonzero(weights)[-1])
    return np.asarray(taken[np.argsort(draws.uniforms("order of a population file", voters), kind="stable")])
