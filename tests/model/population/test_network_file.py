"""A network file: ties as they are written, by number or by id, and each mistake in one line."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from political_moat.model.population.network import own_network, placed
from political_moat.model.population.network_file import NetworkFileError, TieTable, read_ties


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def pairs(table: TieTable) -> set[tuple[int, int]]:
    return {(int(head), int(tail)) for head, tail in zip(table.heads, table.tails, strict=True)}


def lines_of(path: Path, voters: int, ids: list[str] | None = None) -> list[str]:
    with pytest.raises(NetworkFileError) as caught:
        read_ties(path, voters, ids)
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    "text",
    ["0,1\n3,2\n", "source,target\n0,1\n3,2\n", "From, To\n0 , 1\n\n2,3\n", "0 1\n2\t3\n", '"0","1"\r\n2,3\r\n'],
)
def test_an_edge_list_is_read_with_or_without_header_by_comma_or_blanks(text: str, tmp_path: Path) -> None:
    table = read_ties(written(tmp_path / "edges.csv", text), 5)
    assert pairs(table) == {(0, 1), (2, 3)}
    network = own_network(table, 5)
    assert network.ties == 2
    assert [network.of(voter).tolist() for voter in range(5)] == [[1], [0], [3], [2], []]


def test_graphml_and_edge_list_of_one_graph_are_the_same_network_as_from_python(tmp_path: Path) -> None:
    graph = nx.barabasi_albert_graph(60, 3, seed=2)
    nx.write_graphml(graph, tmp_path / "ties.graphml")
    nx.write_edgelist(graph, tmp_path / "ties.txt", data=False)
    wanted = own_network(graph, 60)
    for name in ("ties.graphml", "ties.txt"):
        network = own_network(read_ties(tmp_path / name, 60), 60)
        assert np.array_equal(network.starts, wanted.starts)
        assert np.array_equal(network.neighbours, wanted.neighbours)


def test_ids_name_the_voters(tmp_path: Path) -> None:
    path = written(tmp_path / "edges.csv", "ann,bob\ncy,ann\n")
    assert pairs(read_ties(path, 3, ["ann", "bob", "cy"])) == {(0, 1), (0, 2)}
    (line,) = lines_of(path, 2, ["ann", "bob"])
    assert line == f"network file {path}, row 2: 'cy' is no voter; allowed: the ids of the population file"


def test_ties_between_persons_follow_them_to_their_places_among_the_voters() -> None:
    persons = np.array([2, 0, 3, 1])
    table = placed(TieTable(4, np.array([0, 1]), np.array([2, 3])), persons)
    tied = {frozenset(int(persons[end]) for end in pair) for pair in pairs(table)}
    assert tied == {frozenset({0, 2}), frozenset({1, 3})}


def test_every_mistake_is_one_line_with_its_row(tmp_path: Path) -> None:
    path = written(tmp_path / "edges.csv", "0,1\n1,0\n2 2\n3,9\n1,2,3\nx,1\n")
    assert [line.removeprefix(f"network file {path}, ") for line in lines_of(path, 5)] == [
        "row 2: the tie 1 - 0 is also row 1; give it once",
        "row 3: ties '2' to itself; every voter counts herself once anyway",
        "row 4: '9' is no voter; allowed: 0 to 4",
        "row 5: has 3 cells; allowed: 2, the two voters of a tie",
        "row 6: 'x' is no voter; allowed: 0 to 4",
    ]


def test_many_mistakes_are_counted_and_files_that_cannot_be_read_are_one_line(tmp_path: Path) -> None:
    path = written(tmp_path / "edges.csv", "0,99\n" * 30)
    assert len(lines_of(path, 5)) == 21
    assert lines_of(path, 5)[-1] == f"network file {path}, and 10 mistakes more"
    nx.write_graphml(nx.DiGraph([(0, 1)]), tmp_path / "directed.graphml")
    written(tmp_path / "half.graphml", "<a><b>")
    for name, words in (
        ("none.csv", "No such file or directory"),
        ("none.graphml", "No such file or directory"),
        ("half.graphml", "no element found"),
        ("directed.graphml", 'its graph is directed, but voters are neighbours both ways; write edgedefault="undi'),
    ):
        (line,) = lines_of(tmp_path / name, 5)
        assert line.startswith(f"network file {tmp_path / name} cannot be read: {words}")
