"""The results explorer on a sweep and on a run: dose-response, phase map, and links that reproduce runs."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pandas as pd
import pytest

from political_moat import Study
from political_moat.experiments.execution.engine import Engine
from political_moat.experiments.statistics.verdicts import WORDS, phase_table
from political_moat.experiments.studies.from_options import study_of_run
from political_moat.experiments.sweeps.run import run_study
from political_moat.viz.explorer.explorer import ExplorerError, explore
from political_moat.viz.explorer.phase_map import NEEDED
from political_moat.viz.recording.film import film
from political_moat.viz.scenario import Scenario, from_address

SWEEP = """
[study]
name = "little"
seed = 7
[model]
voters = 300
returning = false
layers = ["statute"]
set = { "market.crash_month" = 60, "market.crash_size" = -0.5{more} }
[factors."exposure.breadth"]
levels = [0, 0.3]
[factors."exposure.visibility"]
levels = [1.0, 0.1]
[factors."party.office_rent"]
levels = [0, 4]
[factors."people.ageing"]
levels = [true]
[replicates]
min = 3
[engine]
kind = "serial"
"""


def sweep(place: Path, more: str = "") -> Path:
    Study.from_text(SWEEP.replace("{more}", more), place).run(report=False)
    return place


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sweep(tmp_path_factory.mktemp("sweep") / "out")


def runs_of(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "export" / "runs.csv", keep_default_na=False)


def played(shown: str) -> list[Scenario]:
    """Return the scenarios of the links of a page, decoded as a browser does."""
    return [from_address(html.unescape(address)) for address in re.findall(r'<a href="\./\?([^"]*)">', shown)]


def test_the_dose_response_of_a_sweep_is_that_of_the_chosen_point(swept: Path) -> None:
    runs = runs_of(swept)
    for point in (0, 1):
        shown = explore(swept, {"outcome": "mean_policy", "point": str(point), "arm": "b=0.3 v=0.1"})
        arm = runs[(runs["point"] == point) & (runs["arm"] == "b=0.3 v=0.1")]
        assert f"<td>{arm['mean_policy'].mean():.3f}</td>" in shown
        assert f'<option value="{point}" selected>office rent {4 * point}</option>' in shown
        assert "design point" not in shown
    assert runs.groupby("point")["mean_policy"].mean().nunique() == 2


@pytest.mark.parametrize("arm", ["b=0.3 v=1", "b=0.3 v=0.1", "statute b=0.3 v=1"])
def test_a_link_plays_the_run_with_its_own_parameters_and_outcomes(swept: Path, arm: str) -> None:
    runs = runs_of(swept)
    mine = runs[(runs["point"] == 1) & (runs["arm"] == arm)].sort_values("replicate").to_dict("records")
    scenarios = played(explore(swept, {"point": "1", "arm": arm}))
    assert [played.replicate for played in scenarios] == [row["replicate"] for row in mine] == [0, 1, 2]
    for scenario, row in zip(scenarios, mine, strict=True):
        p = scenario.parameters
        assert (scenario.seed, p.party.office_rent, p.people.ageing) == (7, 4.0, True)
        assert (p.electorate.voters, p.market.crash_month, p.policy.layer) == (300, 60, row["layer"])
        assert (p.exposure.breadth, p.exposure.visibility) == (row["breadth"], row["visibility"])
        outcomes: dict[str, Any] = list(film(scenario))[-1].content["outcomes"][1]
        for name in ("attempted", "restricted", "reversed", "severity", "mean_policy"):
            assert outcomes[name] == pytest.approx(row[name], rel=1e-12)


def test_the_phase_map_has_the_letters_and_numbers_of_the_analysis(swept: Path) -> None:
    shown = explore(swept, {})
    table = phase_table(runs_of(swept))
    drawing = shown[shown.index('<svg class="map"') : shown.index("Letters of the map")]
    assert len(table) == drawing.count("<rect") == 4
    for cell in table.to_dict("records"):
        letter = WORDS[cell["word"]].letter
        assert f">{letter}  {cell['rd_reversed']:+.2f}</text>" in drawing
        assert f"{letter} {cell['word']}</a><br>{cell['rd_reversed']:+.3f} ({cell['rd_reversed_low']:+.3f} to " in shown
        assert f"<b>{letter}</b> {cell['word']}" in shown
    for words in ("office rent 0, visibility 1", "office rent 4, visibility 0.1"):
        assert f'<th scope="row">{words}</th>' in shown


def test_a_link_of_the_map_opens_the_runs_of_its_cell(swept: Path) -> None:
    shown = explore(swept, {})
    in_table = [html.unescape(link) for link in re.findall(r'<td><a href="\?([^"]*)#curve">', shown)]
    in_drawing = [html.unescape(link) for link in re.findall(r'<a href="\?([^"]*)#pairs"', shown)]
    assert len(in_table) == 4
    assert in_drawing == in_table
    last = dict(parse_qsl(in_table[-1]))
    assert last == {"outcome": "reversed", "point": "1", "arm": "b=0.3 v=0.1"}
    opened = explore(swept, last)
    assert '<h2 id="pairs">layer rule, breadth 0.3, visibility 0.1; office rent 4</h2>' in opened
    assert "3 pairs with the same luck (back to extreme care): exposure prevented" in opened


def test_without_a_second_factor_the_page_says_what_a_map_needs(tmp_path: Path) -> None:
    study = study_of_run(replicates=2, voters=300, breadths="0,0.3", settings=["exposure.visibility=1"])
    run_study(study, tmp_path / "out", Engine("serial"), quiet=True)
    shown = explore(tmp_path / "out", {})
    assert html.escape(NEEDED) in shown
    assert 'class="map"' not in shown


@pytest.mark.parametrize("wrong", ["2", "-1", "0.5", "1e0", "", "<b>", "²"])
def test_an_unknown_design_point_raises_an_error(swept: Path, wrong: str) -> None:
    with pytest.raises(ExplorerError, match="there is no design point"):
        explore(swept, {"point": wrong})


def test_the_explorer_says_why_it_does_not_play_an_arm_that_changes_its_layer(tmp_path: Path) -> None:
    folder = sweep(tmp_path / "out", ', "policy.sunset_months" = 60')
    shown = explore(folder, {"arm": "statute b=0.3 v=1"})
    assert played(shown) == []
    assert "changes its legal layer at takeover" in shown
    assert len(played(explore(folder, {"arm": "b=0.3 v=1"}))) == 3


EVENTS = '\n[[events]]\nmonth = 60\nmove = "cap"\narms = ["b=0.3 v=1"]\n'


def test_a_link_plays_the_dated_events_of_its_arm_alone(tmp_path: Path) -> None:
    text = SWEEP.replace("{more}", "").replace("min = 3", "min = 1").replace('layers = ["statute"]\n', "")
    out = tmp_path / "out"
    Study.from_text(text.replace("levels = [0, 4]", "levels = [4]") + EVENTS, out).run(report=False)
    runs = runs_of(out)
    (dated,) = played(explore(out, {"arm": "b=0.3 v=1"}))
    (plain,) = played(explore(out, {"arm": "b=0.3 v=0.1"}))
    assert [(event.month, event.move) for event in dated.events] == [(60, "cap")]
    assert plain.events == ()
    for scenario, arm in ((dated, "b=0.3 v=1"), (plain, "b=0.3 v=0.1")):
        outcomes: dict[str, Any] = list(film(scenario))[-1].content["outcomes"][1]
        (row,) = runs[runs["arm"] == arm].to_dict("records")
        assert outcomes["mean_policy"] == pytest.approx(row["mean_policy"], rel=1e-12)
