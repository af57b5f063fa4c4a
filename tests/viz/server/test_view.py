"""`moat view`: one-line errors, the explorer of a run, plain pages, and the data of the page."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from political_moat.experiments.reporting.shipped.headline import shipped_headline
from political_moat.experiments.reporting.shipped.rules_comparison import shipped_rules
from political_moat.experiments.storage.results_folder import read_manifest
from political_moat.viz.content.catalogue import parameter_cards
from political_moat.viz.content.lessons import LESSONS
from political_moat.viz.content.scripts import STYLE, address, modules, style
from political_moat.viz.content.teachers import ClassPage
from political_moat.viz.content.texts import GLOSSARY, MAIN_PARAMETERS, TOUR
from political_moat.viz.explorer.explorer import explore
from political_moat.viz.explorer.runs import base_of, scenario_of
from political_moat.viz.recording.film import film
from political_moat.viz.scenario import from_address, scenes
from political_moat.viz.server import documents
from political_moat.viz.server.app import adapt_page
from political_moat.viz.server.classroom import guessed_scenes
from political_moat.viz.server.preloaded_film import document_head


def moat(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "political_moat.experiments.cli.main", *words]
    environment = {**os.environ, "COLUMNS": "120"}
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=environment)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("results") / "study"
    words = ["run", "--replicates", "4", "--voters", "300", "--breadth", "0,.3", "--out", str(out), "--workers", "1"]
    assert moat(*words).returncode == 0
    return out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("view", "no-such-folder"), "holds no results"),
        (("view", "--port", "0"), "--port 0 is not possible; allowed: 1 to 65535"),
        (("view", "--host", "example.org"), "allowed: localhost or an address of this machine"),
    ],
)
def test_an_invalid_option_gives_a_one_line_error(words: tuple[str, ...], message: str) -> None:
    done = moat(*words)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("moat: ")
    assert message in line


def test_the_explorer_shows_the_numbers_of_the_export_and_plays_its_runs(study: Path) -> None:
    import pandas as pd

    runs = pd.read_csv(study / "export" / "runs.csv")
    shown = explore(study, {"outcome": "severity", "arm": "b=0.3 v=1"})
    mean = runs[(runs["arm"] == "b=0.3 v=1")]["severity"].mean()
    assert f"<td>{mean:.3f}</td>" in shown
    manifest = read_manifest(study)
    for row in runs[runs["arm"] == "b=0.3 v=1"].to_dict("records"):
        scenario = scenario_of(base_of(study, manifest), manifest, row)
        assert from_address(scenario.address()).key == scenario.key
        outcomes = list(film(scenario))[-1].content["outcomes"]
        for name in ("attempted", "restricted", "reversed"):
            assert outcomes[1][name] == row[name]
        assert outcomes[1]["severity"] == pytest.approx(row["severity"], rel=1e-12)


@pytest.mark.parametrize("query", ["outcome=nonsense", "arm=../../x", "outcome=<script>"])
def test_the_explorer_refuses_unknown_outcomes_and_arms(study: Path, query: str) -> None:
    status, page = documents.results(study, query)
    assert status == 400
    assert "there is no" in page
    assert "<script>" not in page


def test_without_a_folder_the_explorer_says_how_to_open_one() -> None:
    status, page = documents.results(None, "outcome=/etc/passwd")
    assert status == 200
    assert "moat view RESULTS" in page


def test_every_parameter_has_a_card_with_unit_range_status_and_source() -> None:
    cards = {card["name"]: card for card in parameter_cards()}
    assert set(MAIN_PARAMETERS) <= set(cards)
    assert all(card["unit"] and card["source"] and card["status"] and card["role"] for card in cards.values())
    assert cards["party.rule"]["kind"] == "choice"
    assert "hunter" in cards["party.rule"]["choices"]
    assert cards["market.depth_switch"]["kind"] == "switch"


def test_pages_for_teachers_and_the_glossary_are_complete() -> None:
    shown = ClassPage(["http://192.0.2.10:8765/"], "http://192.0.2.10:8765/", guessed_scenes(), True, True)
    teachers = documents.teachers(shown, '{"imports":{}}', "/modules/1/teachers/teachers.js")
    assert teachers.count("<ol>") == len(LESSONS)
    assert "Lesson of 20 minutes" in teachers
    assert "Lesson of 50 minutes" in teachers
    assert teachers.count("<option") == len([scene for scene in scenes().values() if not scene.cycles])
    assert documents.glossary().count("<dt>") == len(GLOSSARY)
    for page in (teachers, documents.glossary()):
        assert "A laboratory, not a forecast and not advice" in page
        assert '<html lang="en">' in page


def test_the_result_page_shows_the_shipped_headline_closed_form_moves_and_rules() -> None:
    shown, (depths, moves) = documents.result(), shipped_headline()
    for one in depths:
        assert f"<td>{one.rd:+.3f} [{one.band_low:+.3f}, {one.band_high:+.3f}]</td>" in shown
    for one in depths:
        if one.closed_form == one.closed_form:
            assert f"they predict {one.closed_form:+.3f} for {one.depth}" in shown
    assert all(f"<td>{one.share:.3f}</td>" in shown for one in moves)
    assert all(f'<th scope="row">{one.rule}</th>' in shown for one in shipped_rules())
    assert "A laboratory, not a forecast and not advice" in shown


def test_the_tour_goes_through_the_steps_and_there_is_a_scene_for_every_preset() -> None:
    from political_moat.model.parameters.presets import PRESETS

    assert {stop[0] for stop in TOUR} == {"guess", "watch", "pairs", "why", "break"}
    assert set(PRESETS) <= {scene.preset for scene in scenes().values()}


def test_the_script_requests_and_evaluates_nothing() -> None:
    text = "".join(modules().values()).replace("http://www.w3.org/2000/svg", "") + style()
    for word in ("http:", "https:", "eval(", "new Function", "innerHTML", "fetch(", "XMLHttpRequest", "import("):
        assert word not in text


def test_solaras_page_is_adapted() -> None:
    original = '<html>\n<meta content="initial-scale=1, maximum-scale=1, user-scalable=no, minimal-ui"><body data-x>hi'
    adapted = adapt_page(original, first="<p>Does retirement exposure lock in crypto policy?</p>")
    assert 'lang="en"' in adapted
    assert "user-scalable" not in adapted
    assert "Does retirement exposure lock in crypto policy?" in adapted
    assert adapted.endswith("hi")
    assert "Setting up" not in adapt_page(original)


def test_the_head_names_the_style_the_map_and_every_module() -> None:
    head = document_head("/prefix")
    assert head.index("importmap") < head.index("modulepreload")
    assert all(f'href="{address(file, "/prefix")}"' in head for file in [*modules(), STYLE])
    assert adapt_page("<html><head><title>a</title>", head).startswith(f'<html lang="en"><head>{head}<title>')
