"""Three factors, the first point without effect: every place names each point and holds the right difference.

The numbers are computed here again from runs.csv, with pandas alone.
"""

from __future__ import annotations

import html
import re
from pathlib import Path

import pandas as pd
import pytest
from results_folders import command

from political_moat.experiments.reporting.latex import effects_tex, signed

pytestmark = pytest.mark.usefixtures("drawn_once")
STUDY = """
[study]
name = "three-factors"
title = "What <b>visibility</b> & 100% of vote_effect do"
seed = 7
[model]
voters = 200
set = { "market.jump_probability" = 0.05 }
[factors."exposure.breadth"]
levels = [0, 0.3]
[factors."exposure.visibility"]
levels = [0, 1]
[factors."voting.asset_vote_effect"]
levels = [1, 4]
[replicates]
min = 16
[engine]
kind = "serial"
"""
POINTS = [(visibility, effect) for visibility in (0, 1) for effect in (1, 4)]
"""In the order of tables."""


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The results folder, and the text that the command printed at its end."""
    place = tmp_path_factory.mktemp("three")
    (place / "study.toml").write_text(STUDY, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        printed: list[str] = []
        patch.setattr("typer.echo", lambda message="", **_: printed.append(str(message)))
        assert command("sweep", place / "study.toml", "--out", place / "out", "--quiet") == 0
    return place / "out", "\n".join(printed)


@pytest.fixture(scope="module")
def wanted(swept: tuple[Path, str]) -> dict[tuple[int, int], tuple[float, float, float]]:
    """P at zero exposure, P exposed and their difference, for back to extreme care, by (visibility, vote effect)."""
    runs = pd.read_csv(swept[0] / "export" / "runs.csv", keep_default_na=False)
    values = {}
    for visibility, effect in POINTS:
        point = runs[runs["voting.asset_vote_effect"] == effect]
        zero = point[point["breadth"] == 0.0].set_index("replicate")["reversed"]
        exposed = point[(point["breadth"] == 0.3) & (point["visibility"] == visibility)].set_index("replicate")
        differences = exposed["reversed"] - zero
        assert differences.notna().sum() == 16
        values[visibility, effect] = zero.mean(), exposed["reversed"].mean(), differences.mean()
    return values


def words(folder: Path) -> str:
    page = re.sub(r"base64,[A-Za-z0-9+/=]+", "", (folder / "report.html").read_text(encoding="utf-8"))
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_only_visible_exposure_has_an_effect(wanted: dict[tuple[int, int], tuple[float, float, float]]) -> None:
    assert wanted[0, 1][2] == wanted[0, 4][2] == 0.0
    assert wanted[1, 4][2] < 0.0, "otherwise this study cannot show which point a number belongs to"
    assert wanted[1, 4][2] != wanted[1, 1][2]


def test_the_printed_text_names_every_point(
    swept: tuple[Path, str], wanted: dict[tuple[int, int], tuple[float, float, float]]
) -> None:
    lines = swept[1].splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("Back to extreme care"))
    head, *rows = (line.split() for line in lines[start + 1 : start + 6])
    assert head[:5] == ["visibility", "vote", "effect", "breadth", "pairs"]
    for (visibility, effect), row in zip(POINTS, rows, strict=True):
        zero, exposed, difference = wanted[visibility, effect]
        assert row[:4] == [str(visibility), str(effect), "0.3", "16"]
        assert row[4:7] == [f"{zero:.3f}", f"{exposed:.3f}", f"{difference:+.3f}"]
    assert max(map(len, lines[:-2])) <= 100
    assert not re.search(r"\bpoint 0\b|0\.000 \(0\.000\)", swept[1])


def test_no_error_is_zero(swept: tuple[Path, str]) -> None:
    summary = pd.read_csv(swept[0] / "summary.csv")
    exposed = summary[summary["exposure.breadth"] > 0.0]
    differences = ("rd_attempted", "rd_restricted", "rd_reversed", "severity_difference", "mean_policy_difference")
    for name in differences:
        assert (exposed[f"{name}_mcse"] > 0.0).all()
        assert (exposed[f"{name}_low"] < exposed[name]).all()
        assert (exposed[name] < exposed[f"{name}_high"]).all()
    assert (exposed["pairs"] == 16).all()


def test_the_report_names_every_point_in_tables_titles_and_statements(
    swept: tuple[Path, str], wanted: dict[tuple[int, int], tuple[float, float, float]]
) -> None:
    text = words(swept[0])
    assert "What <b>visibility</b> & 100% of vote_effect do" in text
    assert "<b>visibility</b>" not in (swept[0] / "report.html").read_text(encoding="utf-8")
    table = text[text.index("All design points") : text.index("Each design point")]
    minus = "\N{MINUS SIGN}"
    for (visibility, effect), (zero, exposed, difference) in wanted.items():
        row = f"{visibility} {effect} 0.3 16 {zero:.3f} {exposed:.3f} {difference:+.3f} [".replace("-", minus)
        assert row in table
        sentence = f"At visibility {visibility}, vote effect {effect}: "
        statement = text[text.index(sentence) :][:400]
        assert f"a difference of {difference:+.3f}" in statement
    for effect in (1, 4):
        assert f"Vote effect {effect} How far policy falls" in text, "a section with its depth curve"
    fixed = "Preset calibrated, market.jump_probability = 0.05; 200 voters, 16 paired replicates, seed 7."
    assert text.count(fixed) > 6, "in every caption"
    assert not re.search(r"\b[Pp]oint \d", text)


def test_latex_holds_every_point(
    swept: tuple[Path, str], wanted: dict[tuple[int, int], tuple[float, float, float]]
) -> None:
    text = (swept[0] / "tables" / "effects.tex").read_text(encoding="utf-8")
    body = text[text.index("Back to extreme care}") : text.index("Restricted}")]
    for (visibility, effect), (_, _, difference) in wanted.items():
        row = next(line for line in body.splitlines() if line.startswith(f"{visibility} & {effect} & 0.3 & 16 & "))
        assert f" & {signed(difference)} [" in row
    doses = (swept[0] / "tables" / "dose-response.tex").read_text(encoding="utf-8")
    assert doses.count("vote effect") == 1
    assert signed(wanted[1, 4][2]) in doses
    depths = (swept[0] / "tables" / "depth.tex").read_text(encoding="utf-8")
    assert "\n4 & 1 & 0 & restricted" in depths


def test_data_of_the_figures_hold_every_point(
    swept: tuple[Path, str], tmp_path: Path, wanted: dict[tuple[int, int], tuple[float, float, float]]
) -> None:
    effects = pd.read_csv(swept[0] / "figures" / "effects.csv")
    effects = effects[effects["outcome"] == "reversed"].set_index("label")
    assert command("figure", swept[0], "--by", "exposure.visibility", "--out", tmp_path) == 0
    curves = pd.read_csv(tmp_path / "reversed-by-visibility.csv").set_index(["panel", "curve", "x"])
    assert len(curves) == 2 * len(wanted), "zero exposure and one dose of each curve"
    for (visibility, effect), (_, _, difference) in wanted.items():
        drawn = effects.loc[f"visibility {visibility}, vote effect {effect}", "difference"]
        curve = curves.loc[(f"vote effect {effect}", f"visibility {visibility}", 0.3), "difference"]
        assert drawn == curve == pytest.approx(difference)
    depth = pd.read_csv(swept[0] / "figures" / "depth-print-2.csv")
    care = depth[(depth["tau"] == 0.25) & (depth["visibility"] == 1.0)]
    assert care["rd"].item() == pytest.approx(wanted[1, 4][2])


def test_the_run_shown_has_the_visible_exposure(swept: tuple[Path, str]) -> None:
    arms = pd.read_csv(swept[0] / "figures" / "one-run-2.csv")["arm"].unique()
    assert list(arms) == ["no exposure", "exposed (b = 0.3, v = 1)"]


def test_the_depth_curve_is_drawn_by_factor(
    swept: tuple[Path, str], tmp_path: Path, wanted: dict[tuple[int, int], tuple[float, float, float]]
) -> None:
    assert command("figure", swept[0], "--by", "vote effect", "--outcome", "depth", "--out", tmp_path) == 0
    curves = pd.read_csv(tmp_path / "depth-by-vote-effect.csv")
    care = curves[curves["x"] == 0.25].set_index(["panel", "curve"])["difference"]
    for (visibility, effect), (_, _, difference) in wanted.items():
        assert care[f"visibility {visibility}", f"vote effect {effect}"] == pytest.approx(difference)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--by", "visiblity"), "--by 'visiblity' is no factor of this study; allowed: exposure.visibility"),
        (("--x", "visibility", "--by", "visibility"), "--by exposure.visibility is the x axis"),
        (("--outcome", "mood"), "--outcome 'mood' is not possible; allowed: attempted, restricted, reversed"),
        (("--where", "visibility=3"), "--where exposure.visibility=3 has no design point; allowed: 0, 1"),
        (("--where", "visibility"), "--where 'visibility' is not possible; allowed: NAME=VALUE"),
        (("--x", "visibility", "--by", "breadth"), ""),
    ],
)
def test_a_figure_that_cannot_be_drawn_gives_one_line(
    options: tuple[str, ...], message: str, swept: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = command("figure", swept[0], *options, "--out", tmp_path / "figure")
    assert code == (2 if message else 0)
    assert message in capsys.readouterr().err
    assert (tmp_path / "figure").exists() == (not message)


def test_hostile_names_are_escaped_in_latex() -> None:
    numbers = {"p_reversed_zero": 0.5, "p_reversed": 0.4, "rd_reversed": -0.1, "rd_reversed_mcse": 0.05}
    row = {"party.rule": r"my_rule & <b> 50% \x{} $a$", "arm": "b=0.3", "pairs": 4, **numbers}
    text = effects_tex(pd.DataFrame([row | {"rd_reversed_low": -0.2, "rd_reversed_high": 0.0}]), "100% of a_b")
    assert r"my\_rule \& <b> 50\% \textbackslash{}x\{\} \$a\$ & 4 & .500" in text
    assert r"100\% of a\_b" in text
