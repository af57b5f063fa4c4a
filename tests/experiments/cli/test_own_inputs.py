"""`moat run` with people, ties and events of the user's: the answer, the folder, the view of a replicate, mistakes."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path

import pytest
from own_inputs import PERSONS, write_inputs
from results_folders import command, contents, rows

RUN = ("run", "--breadth", "0,.3", "--replicates", 1, "--workers", 1)


@pytest.fixture
def files(tmp_path: Path) -> tuple[object, ...]:
    write_inputs(tmp_path / "mine")
    mine = tmp_path / "mine"
    return ("--population", mine / "people.csv", "--network", mine / "edges.csv", "--set", "network.influence=.2")


def test_a_run_writes_a_study_that_its_folder_alone_can_repeat(
    files: tuple[object, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    words = (*RUN, *files, "--event", "60:cap", "--event", "70:fund.active=true", "--out", out)
    assert command(*words) == 0
    study = tomllib.loads((out / "study.toml").read_text())
    assert study["model"]["population"] == "people.csv"
    assert "voters" not in study["model"]
    assert study["events"] == [{"month": 60, "move": "cap"}, {"month": 70, "set": {"fund.active": True}}]
    assert {row["voters"] for row in rows(out)} == {str(PERSONS)}
    before = contents(out)
    assert command(*words) == 0
    assert command("verify", out, "--sample", "1") == 0
    assert contents(out) == before
    capsys.readouterr()
    with Path(str(files[1])).open("a", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerow(["new", 40, 50000, 0.5, 0, 0])
    assert command(*words) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "holds other results" in line
    assert "inputs.population" in line
    assert contents(out) == before


def test_the_view_of_a_replicate_dates_the_events(
    files: tuple[object, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = (*RUN[:3], *files, "--event", "60:cap", "--replicate", 1)
    assert command(*words) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:3] == ["Dated events:", "  January 2030, month 60: cap"]
    assert all(" 12 imposed cap (rule)" in line for line in lines if line.startswith("b=") and "(" in line)
    assert sum(" 12 imposed cap (rule)" in line for line in lines) >= 2
    assert command(*words, "--protocol", "history", "--cycles", 2) == 0
    assert "  January 2030, month 60: cap" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--event", "cap"), "--event cap is not possible; write --event 60:cap or --event 60:policy.cap_low=0.01"),
        (("--event", "60:capp"), "events[0].move: 'capp' is not possible; allowed: loosen, warn, cap"),
        (("--event", "96:cap"), "events[0].month = 96 is not possible; allowed: 0 to 95"),
        (("--event", "3:exposure.breadth=.2"), "events[0].set: exposure.breadth cannot change during a run"),
        (("--population", "none.csv"), "model.population: population file none.csv cannot be read"),
        (("--network", "none.csv"), "model.network: network file none.csv cannot be read"),
        (("--set", "network.kind=own"), "network.kind = own needs ties; give them with --network FILE"),
        (
            ("--population", "a/x.csv", "--network", "b/x.csv"),
            "--population, --network, --plugin: two files have one name; rename one of them",
        ),
    ],
)
def test_a_mistake_is_one_line(words: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(*RUN, *words) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line for line in lines if line.startswith(f"moat: {message}")], lines
