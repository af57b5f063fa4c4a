"""Sections about depth: each design point its own, named levels, and plain sentences where files do not allow them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from alterations import rewrite_checksums
from results_folders import run_here

from political_moat.experiments.reporting.closed_form import departure_lines, rows_of_table
from political_moat.experiments.reporting.latex import depth_tex
from political_moat.experiments.reporting.report import build_report
from political_moat.experiments.reporting.sections.depth import (
    MEASURED,
    declared_or_largest,
    named_rows,
)
from political_moat.experiments.studies.from_options import study_of_run
from political_moat.model.parameters.tree import Parameters

pytestmark = pytest.mark.usefixtures("drawn_once")
DEPTHS = (("restricted", 0.65), ("back to extreme care", 0.25), ("no new money", 0.0))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("depth") / "results"
    run_here(study_of_run(replicates=4, voters=300, breadths="0,.3"), folder)
    build_report(folder)
    return folder


def words(folder: Path) -> str:
    """Text of the page, without drawings."""
    page = re.sub(r"base64,[A-Za-z0-9+/=]+", "", (folder / "report.html").read_text(encoding="utf-8"))
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def curve() -> pd.DataFrame:
    """A depth curve of two visibilities, two foresights and four levels, in no useful order."""
    rows = [
        {"foresight": f, "visibility": v, "breadth": 0.3, "tau": tau, "p": 0.4, "p_zero": 0.5, "rd": -0.1 * v}
        for tau in (0.0, 0.25, 0.5, 0.65)
        for f in (1.0, 0.0)
        for v in (0.1, 1.0)
    ]
    return pd.DataFrame(rows).assign(rd_low=-0.2, rd_high=0.1, rd_mcse=0.02, band_low=-0.3, band_high=0.1, n=50)


def test_runs_without_the_measured_columns_give_a_plain_sentence(made: Path, tmp_path: Path) -> None:
    copy = tmp_path / "old"
    shutil.copytree(made, copy)
    runs = pd.read_csv(copy / "export" / "runs.csv", keep_default_na=False)
    runs.drop(columns=[name for name in MEASURED if name in runs]).to_csv(copy / "export" / "runs.csv", index=False)
    rewrite_checksums(copy)
    build_report(copy)
    names = ", ".join(MEASURED)
    sentence = f"How far policy falls: these runs were made before depth was measured: they have no {names}"
    assert sentence in words(copy)


def test_the_page_holds_the_closed_form_beside_the_model(made: Path) -> None:
    manifest = json.loads((made / "manifest.json").read_text())
    summary = pd.read_csv(made / "summary.csv", keep_default_na=False, na_values=[""])
    p = Parameters.model_validate(manifest["request"]["parameters"])
    rule = summary[summary["layer"] == "rule"]
    own = rule[rule["foresight"] == p.polls.foresight] if "foresight" in rule.columns else rule
    rows = rows_of_table(p, own, manifest["seed"])
    assert {row.visibility for row in rows} == set(own["visibility"])
    for row in rows:
        assert row.word in words(made)
        assert f"<td>{row.predicted:.3f}</td>" in (made / "report.html").read_text(encoding="utf-8")
    for line in departure_lines(p):
        assert line in words(made)
    data = pd.read_csv(made / "figures" / "dose-response-print.csv")
    assert (data.loc[data["breadth"] == 0.3, "rd_reversed_closed_form"] < 0.0).all()


def test_other_code_has_no_closed_form(made: Path, tmp_path: Path) -> None:
    copy = tmp_path / "other"
    shutil.copytree(made, copy)
    manifest = json.loads((copy / "manifest.json").read_text())
    (copy / "manifest.json").write_text(json.dumps(manifest | {"code_hash": "f" * 64}))
    rewrite_checksums(copy)
    build_report(copy)
    assert "Closed form: made by other code" in words(copy)
    assert "rd_reversed_closed_form" not in pd.read_csv(copy / "figures" / "dose-response-print.csv").columns


def test_named_rows_are_the_curve_at_the_named_levels_arm_by_arm() -> None:
    rows = named_rows(curve(), DEPTHS)
    assert list(rows["depth"]) == [name for name, _ in DEPTHS] * 4
    assert list(rows["tau"]) == [tau for _, tau in DEPTHS] * 4
    assert list(rows["visibility"].iloc[::3]) == [1.0, 1.0, 0.1, 0.1]
    assert list(rows["foresight"].iloc[::3]) == [0.0, 1.0, 0.0, 1.0]


def test_the_declared_breadth_is_shown_or_else_the_largest() -> None:
    more = pd.concat([curve(), curve().assign(breadth=0.6)])
    assert set(declared_or_largest(more)["breadth"]) == {0.3}
    assert set(declared_or_largest(more[more["breadth"] == 0.6])["breadth"]) == {0.6}


@pytest.mark.parametrize("points", [1, 2])
def test_the_table_in_latex_is_whole(points: int) -> None:
    rows_of_depth = named_rows(curve(), DEPTHS)
    values = [{"party.office_rent": number / 2} for number in range(points)] if points > 1 else [{}]
    parts = [pd.concat([pd.DataFrame([each] * len(rows_of_depth)), rows_of_depth], axis=1) for each in values]
    text = depth_tex(pd.concat(parts), "seed 1, a_b")
    body = text.split(r"\midrule")[1].split(r"\bottomrule")[0].strip().splitlines()
    rows = [line for line in body if line != r"\addlinespace"]
    assert len(rows) == 12 * points
    assert all(line.count(" & ") == 6 + (points > 1) and line.endswith(r"\\") for line in rows)
    assert "$-$.100 [$-$.300, .100]" in text
    assert r"seed 1, a\_b" in text
    assert "$n = 50$ paired replicates" in text
    assert ("office rent & $v$" in text) == (points > 1)
    assert ("\n0.5 & 1 & 0 &" in text) == (points > 1)


def test_the_page_begins_with_the_depth_curve_of_the_files(made: Path) -> None:
    page, table = words(made), pd.read_csv(made / "figures" / "depth-print.csv")
    written = pd.read_csv(made / "depth.csv")
    pd.testing.assert_frame_equal(
        table.sort_values(["foresight", "visibility", "tau"], ignore_index=True),
        written[written["breadth"] == 0.3].sort_values(["foresight", "visibility", "tau"], ignore_index=True),
    )
    assert page.index("How far policy falls") < page.index("Dose and response")
    for name in ("restricted", "back to neutral", "back to extreme care", "no new money"):
        assert name in page
    assert "Share of runs by move in force in the last month of the opposed term" in page
    assert (made / "tables" / "depth.tex").is_file()
    assert (made / "figures" / "depth.png").is_file()
