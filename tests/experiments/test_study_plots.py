"""The user's story of a study in Python: ten lines from a study file to frames, a figure and a table."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from matplotlib.figure import Figure
from results_folders import LITTLE

from political_moat import Study
from political_moat.experiments.errors import UserError

THREE = LITTLE.replace(
    '"party.office_rent"]\nlevels = [0.5, 2]', '"voting.asset_vote_effect"]\nlevels = [1, 2]'
).replace('unit = "share of voters"\n', "")
STORY = """
from political_moat import Study
study = Study.from_toml("three.toml").run(report=False)
runs = study.frame("runs")
by_factor = runs.groupby(["exposure.visibility", "voting.asset_vote_effect", "exposure.breadth"])["reversed"].mean()
figure = study.plot(x="exposure.breadth", by="exposure.visibility", outcome="reversed")
figure.savefig("figure.png")
table = study.table("reversed").set_index(["exposure.visibility", "voting.asset_vote_effect"])
effect = table.loc[(1.0, 2.0), "rd_reversed"]
"""


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The names that the story leaves behind."""
    folder = tmp_path_factory.mktemp("story")
    (folder / "three.toml").write_text(THREE, encoding="utf-8")
    names: dict[str, Any] = {"folder": folder}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        exec(compile(STORY, "story", "exec"), names)
        names["study"].path = names["study"].path.absolute()
    return names


def test_the_story_has_at_most_ten_lines() -> None:
    assert len(STORY.strip().splitlines()) <= 10


def test_runs_have_the_factors_as_columns(story: dict[str, Any]) -> None:
    runs = story["runs"]
    assert {"exposure.breadth", "exposure.visibility", "voting.asset_vote_effect", "replicate"} <= set(runs.columns)
    assert len(runs) == 2 * 3 * 3
    assert len(story["by_factor"]) == 2 * 3


def test_the_table_has_a_row_for_each_point_whose_numbers_follow_from_the_runs(story: dict[str, Any]) -> None:
    runs, table = story["runs"], story["study"].table("reversed")
    assert list(table["exposure.visibility"]) == [0.1, 0.1, 1.0, 1.0]
    assert list(table["voting.asset_vote_effect"]) == [1.0, 2.0, 1.0, 2.0]
    for row in table.to_dict("records"):
        point = runs[runs["voting.asset_vote_effect"] == row["voting.asset_vote_effect"]]
        zero = point[point["exposure.breadth"] == 0.0]
        exposed = point[
            (point["exposure.breadth"] == 0.3) & (point["exposure.visibility"] == row["exposure.visibility"])
        ]
        assert row["pairs"] == len(exposed) == 3
        assert row["p_reversed_zero"] == pytest.approx(zero["reversed"].mean())
        assert row["p_reversed"] == pytest.approx(exposed["reversed"].mean())
        assert row["rd_reversed"] == pytest.approx(row["p_reversed"] - row["p_reversed_zero"])
        assert row["rd_reversed_low"] <= row["rd_reversed"] <= row["rd_reversed_high"]
        assert row["rd_reversed_mcse"] > 0.0
    assert story["effect"] == table["rd_reversed"].iloc[3]


@pytest.mark.parametrize("outcome", ["severity", "gap", "mean_policy"])
def test_every_outcome_of_the_summary_has_a_table(story: dict[str, Any], outcome: str) -> None:
    table = story["study"].table(outcome)
    assert f"{outcome}_difference" in table.columns
    assert "rd_reversed" not in table.columns
    assert len(table) == 4


def test_the_table_of_the_report_is_the_default(story: dict[str, Any]) -> None:
    columns = set(story["study"].table().columns)
    assert {"rd_reversed", "rd_restricted", "severity_difference"} <= columns
    assert "arm" not in columns, "the factors name every row"


def words(figure: Figure) -> list[str]:
    texts = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    for axes in figure.axes:
        texts += [axes.get_title(loc="left"), axes.get_xlabel(), axes.get_ylabel()]
    return texts


def test_the_figure_names_axes_curves_and_panels_by_factor_value(story: dict[str, Any]) -> None:
    figure = story["figure"]
    assert isinstance(figure, Figure)
    assert (story["folder"] / "figure.png").read_bytes()[:4] == b"\x89PNG"
    assert figure._repr_png_()[:4] == b"\x89PNG"
    shown = words(figure)
    assert {"visibility 0.1", "visibility 1", "vote effect 1", "vote effect 2"} <= set(shown)
    assert "Share of voters who hold a stake" in shown
    assert any("change against zero exposure" in text for text in shown)
    assert not any("point" in text for text in shown)


def test_the_curves_are_the_numbers_of_the_table(story: dict[str, Any]) -> None:
    table = story["study"].table("severity")
    figure = story["study"].plot(by="visibility", outcome="severity", where={"voting.asset_vote_effect": 2})
    (axes,) = (axes for axes in figure.axes if axes.get_visible())
    drawn = {
        (round(float(x), 6), round(float(y), 6))
        for line in axes.get_lines()
        for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)
    }
    rows = table[table["voting.asset_vote_effect"] == 2.0]
    for difference in rows["severity_difference"]:
        assert (0.3, round(difference, 6)) in drawn


def test_any_factor_can_be_the_axis_and_several_can_be_curves(story: dict[str, Any]) -> None:
    figure = story["study"].plot(x="voting.asset_vote_effect", by=["exposure.visibility"])
    assert any(text.startswith("vote effect, points of P(vote") for text in words(figure))
    both = story["study"].plot(by=["exposure.visibility", "voting.asset_vote_effect"])
    assert "visibility 1, vote effect 2" in words(both)
    assert any("Depth" in text for text in words(story["study"].plot(by="visibility", outcome="depth")))


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            {"by": "exposure.visability"},
            r"^by 'exposure.visability' is no factor of this study; allowed: .*did you mean",
        ),
        ({"x": "nothing"}, r"^x 'nothing' is no factor of this study"),
        ({"by": "exposure.breadth"}, r"^by exposure.breadth is the x axis; allowed: exposure.visibility"),
        ({"outcome": "happiness"}, r"^outcome 'happiness' is not possible; allowed: attempted, restricted, reversed"),
        ({"where": {"exposure.visibility": 3}}, r"^where exposure.visibility=3 has no design point; allowed: 0.1, 1"),
    ],
)
def test_a_wrong_question_is_one_clear_line(story: dict[str, Any], asked: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        story["study"].plot(**asked)


def test_a_wrong_outcome_of_a_table_is_one_clear_line(story: dict[str, Any]) -> None:
    with pytest.raises(UserError, match=r"^outcome 'happiness' is not possible; allowed: attempted, restricted"):
        story["study"].table("happiness")


def test_a_study_without_results_or_doses_says_so(tmp_path: Path) -> None:
    new = Study.from_text(THREE, tmp_path / "new")
    for ask in (new.table, new.plot):
        with pytest.raises(UserError, match="new"):
            ask()


def test_the_command_draws_the_same_numbers(story: dict[str, Any], tmp_path: Path) -> None:
    from political_moat.experiments.reporting.by_factor import curves_by_factor, draw_by_factor

    paths = draw_by_factor(story["study"].path, tmp_path, ["exposure.visibility"], outcome="severity")
    written = pd.read_csv(next(path for path in paths if path.suffix == ".csv"))
    curves, _ = curves_by_factor(story["study"].path, ["exposure.visibility"], outcome="severity")
    assert written["difference"].to_list() == pytest.approx(curves.table["difference"].to_list())


def test_drawing_leaves_the_style_of_the_user_alone(story: dict[str, Any]) -> None:
    import matplotlib as mpl

    assert importlib.util.find_spec("matplotlib") is not None
    with mpl.rc_context({"font.size": 13.0}):
        story["study"].plot()
        assert mpl.rcParams["font.size"] == 13.0
