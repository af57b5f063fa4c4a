"""Reads the ties of a network file, an edge list or GraphML, and names every mistake. Imports no numpy."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ...agents.user_input import MOST_TABLE_BYTES, TextFileError, csv_rows, plain_whole, shown
from .population_file import Mistakes

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

GRAPHML = (".graphml", ".xml")
"""Endings of a file in GraphML; any other is an edge list."""
_HEADERS = (("source", "target"), ("from", "to"))


class NetworkFileError(ValueError):
    """A network file that cannot be used; the message holds the mistakes, one line each."""


class TieTable(NamedTuple):
    """Ties heads[i] - tails[i], each once, between `voters` voters: int64 places from 0, both ends different."""

    voters: int
    heads: array[int] | npt.NDArray[np.int64]
    tails: array[int] | npt.NDArray[np.int64]


class _Nodes:
    """The voters that a file may name: ids of a population file, or the numbers 0 to voters - 1."""

    def __init__(self, voters: int, ids: Sequence[str] | None) -> None:
        self.voters = voters
        self._places = None if ids is None else {name: place for place, name in enumerate(ids)}
        self.allowed = f"0 to {voters - 1}" if ids is None else "the ids of the population file"

    def place(self, name: str) -> int | None:
        if self._places is not None:
            return self._places.get(name)
        number = plain_whole(name)
        return number if number is not None and 0 <= number < self.voters else None


def read_ties(path: Path, voters: int, ids: Sequence[str] | None = None) -> TieTable:
    """Read a network file; NetworkFileError with every mistake up to MOST_MISTAKES.

    An edge list has one tie a row, two names of voters between a comma or blanks, with or without a row "source,target"
    above. ids: names of the voters, in their order; by default voters are 0 to voters - 1. Weights are not read.
    """
    problems = Mistakes()
    graphml = path.suffix.lower() in GRAPHML
    try:
        pairs = _graphml_pairs(path) if graphml else _listed_pairs(path)
        table = _checked(pairs, _Nodes(voters, ids), problems)
    except (TextFileError, SyntaxError) as error:
        raise NetworkFileError(f"network file {path} cannot be read: {_line(error)}") from None
    if problems:
        lines = [f"network file {path}, {problem}" for problem in problems]
        if problems.number > len(problems):
            lines.append(f"network file {path}, and {problems.number - len(problems)} mistakes more")
        raise NetworkFileError("\n".join(lines))
    return table


def _line(error: Exception) -> str:
    return " ".join(str(error).split())


def _listed_pairs(path: Path) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the place of each row of an edge list and its names; an empty row holds no tie."""
    for number, row in enumerate(csv_rows(path, MOST_TABLE_BYTES), start=1):
        names = row[0].split() if len(row) == 1 else [cell.strip() for cell in row]
        if not any(names) or (number == 1 and tuple(name.lower() for name in names) in _HEADERS):
            continue
        yield f"row {number}", names


def _graphml_pairs(path: Path) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield each tie of a GraphML file by its number. Raises SyntaxError for what is not GraphML."""
    import networkx as nx

    try:
        graph = nx.read_graphml(path)
    except OSError as error:
        raise TextFileError(error.strerror or type(error).__name__) from error
    except (nx.NetworkXError, KeyError, ValueError, TypeError) as error:
        raise SyntaxError(f"it is not GraphML ({_line(error)})") from error
    if graph.is_directed():
        raise SyntaxError('its graph is directed, but voters are neighbours both ways; write edgedefault="undirected"')
    for number, (head, tail) in enumerate(graph.edges(), start=1):
        yield f"edge {number}", (str(head), str(tail))


def _checked(pairs: Iterable[tuple[str, Sequence[str]]], nodes: _Nodes, problems: Mistakes) -> TieTable:
    seen: dict[int, str] = {}
    heads, tails = array("q"), array("q")
    for where, names in pairs:
        if len(names) != 2:
            problems.append(f"{where}: has {len(names)} cells; allowed: 2, the two voters of a tie")
            continue
        ends = []
        for name in names:
            place = nodes.place(name)
            if place is None:
                problems.append(f"{where}: {shown(name)} is no voter; allowed: {nodes.allowed}")
            else:
                ends.append(place)
        if len(ends) < 2:
            continue
        low, high = sorted(ends)
        if low == high:
            problems.append(f"{where}: ties {shown(names[0])} to itself; every voter counts herself once anyway")
        elif (first := seen.setdefault(low * nodes.voters + high, where)) != where:
            problems.append(f"{where}: the tie {names[0]} - {names[1]} is also {first}; give it once")
        else:
            heads.append(low)
            tails.append(high)
    return TieTable(nodes.voters, heads, tails)
