"""What a user may ask of `moat run`; every mistake is reported at once, a line each, before anything runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from political_moat.agents.calibration import shipped_folder
from political_moat.experiments.errors import UserError
from political_moat.experiments.protocols.stress_test.protocol import DEFAULT_BREADTHS, SLEEVE_VISIBILITY
from political_moat.experiments.studies.from_options import parse_breadths, parse_settings, run_folder, study_of_run
from political_moat.experiments.studies.plan import Plan
from political_moat.experiments.studies.reader import StudyFile
from political_moat.experiments.sweeps.folder import manifest_of
from political_moat.model.parameters.presets import PRESETS


def design_of(study: StudyFile) -> Any:
    return study.protocol.design(study.declared(study.parameters))


def mistakes(**given: Any) -> list[str]:
    with pytest.raises(UserError) as caught:
        study_of_run(**given)
    return str(caught.value).splitlines()


def calibration(folder: Path, old: str, new: str) -> Path:
    """A calibration folder that differs from the shipped one in one place."""
    text = (shipped_folder() / "parameters.csv").read_text(encoding="utf-8")
    assert text.count(old) == 1
    folder.mkdir()
    (folder / "parameters.csv").write_text(text.replace(old, new), encoding="utf-8")
    return folder


def test_nothing_given_is_the_declared_headline_study() -> None:
    study = study_of_run()
    assert (study.model.preset, study.study.seed, study.replicates.min) == ("calibrated", 20250807, 625)
    assert design_of(study).breadths == DEFAULT_BREADTHS
    assert design_of(study).visibilities == (1.0, SLEEVE_VISIBILITY)
    assert study.parameters.electorate.voters == 4000
    assert run_folder(study) == Path("results/calibrated-stress-20250807")


def test_everything_given_arrives() -> None:
    study = study_of_run(
        preset_name="article",
        settings=["party.office_rent=0.5", " exposure.visibility = .5 "],
        replicates=7,
        voters=300,
        seed=3,
        breadths=".3,0.1",
        rule="sticker",
    )
    p = study.parameters
    assert (p.party.office_rent, p.party.rule, p.electorate.voters, p.exposure.allocation) == (0.5, "sticker", 300, 0.2)
    assert design_of(study).breadths == (0.0, 0.1, 0.3)
    assert design_of(study).visibilities == (0.5,)
    assert (study.study.seed, study.replicates.min) == (3, 7)


@pytest.mark.parametrize(
    ("text", "doses"), [("0", (0.0,)), (".3", (0.0, 0.3)), ("1, 0.5", (0.0, 0.5, 1.0)), ("3e-1", (0.0, 0.3))]
)
def test_breadths_are_sorted_and_always_hold_the_reference(text: str, doses: tuple[float, ...]) -> None:
    assert parse_breadths(text) == doses


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("1.2", ["breadth 1.2 is not possible; allowed: 0 to 1 share of voters"]),
        ("-.1", ["breadth -0.1 is not possible; allowed: 0 to 1 share of voters"]),
        ("nan", ["breadth 'nan' is not a number; allowed: 0 to 1 share of voters"]),
        ("many", ["breadth 'many' is not a number; allowed: 0 to 1 share of voters"]),
        ("", ["breadth '' is not a number; allowed: 0 to 1 share of voters"]),
        (
            "0,x,2",
            [
                "breadth 'x' is not a number; allowed: 0 to 1 share of voters",
                "breadth 2 is not possible; allowed: 0 to 1 share of voters",
            ],
        ),
        ("0.3,.3", ["breadths 0.3,.3 name one value twice"]),
    ],
)
def test_wrong_breadths_are_named(text: str, lines: list[str]) -> None:
    assert mistakes(breadths=text) == lines


def test_settings_that_are_none_do_not_hide_the_others() -> None:
    values, problems = parse_settings(["a=1", "b", "=2", "c=", "a=3", "d=x=y"])
    assert values == {"a": "1", "d": "x=y"}
    assert [line.split()[1] for line in problems] == ["b", "=2", "c=", "a"]


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (
            {"preset_name": "artcle"},
            "unknown preset 'artcle'; did you mean 'article'? (there are calibrated, article, version-one, ",
        ),
        ({"settings": ["exposure.alocation=.1"]}, "unknown parameter 'exposure.alocation'; did you mean "),
        ({"settings": ["allocation=.1"]}, "unknown parameter 'allocation'; did you mean 'exposure.allocation'?"),
        ({"settings": ["exposure.allocation=2"]}, "exposure.allocation = 2 is not possible; allowed: 0 to 1 share"),
        ({"settings": ["exposure.allocation=much"]}, "exposure.allocation = much is not possible; allowed: 0 to 1"),
        ({"settings": ["exposure.allocation=nan"]}, "exposure.allocation = nan is not possible; allowed: 0 to 1"),
        ({"settings": ["market.depth_switch=perhaps"]}, "market.depth_switch = perhaps is not possible; allowed: true"),
        ({"settings": ["exposure.allocation"]}, "--set exposure.allocation is not possible; write --set NAME=VALUE"),
        ({"settings": ["exposure.breadth=.3"]}, "exposure.breadth is the dose of the experiment; give it with --bread"),
        ({"settings": ["exposure.skew=0", "exposure.skew=1"]}, "--set exposure.skew is given twice"),
        ({"voters": -5}, "electorate.voters = -5 is not possible; allowed: whole numbers "),
        ({"voters": 300, "settings": ["electorate.voters=400"]}, "--voters and --set electorate.voters are the same"),
        ({"rule": "best-reply"}, "unknown party rule 'best-reply'; did you mean 'best-response'? (there are "),
        ({"settings": ["party.rule=all"]}, "unknown party rule 'all' (there are "),
        ({"replicates": 0}, "--replicates 0 is not possible; allowed: 1 or more"),
        ({"seed": -1}, "--seed -1 is not possible; allowed: whole numbers 0 to 18446744073709551615 (2^64 - 1)"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_is_allowed(given: dict[str, Any], line: str) -> None:
    (said,) = mistakes(**given)
    assert said.startswith(line)


def test_all_mistakes_are_reported_at_once() -> None:
    said = mistakes(
        preset_name="x",
        settings=["y", "exposure.z=1", "exposure.skew=9"],
        replicates=0,
        voters=-1,
        seed=-1,
        breadths="2",
        rule="w",
        calibration=Path("nowhere"),
    )
    for one in (
        "'y'",
        "exposure.z",
        "exposure.skew",
        "--replicates",
        "voters",
        "--seed",
        "breadth 2",
        "'w'",
        "nowhere",
    ):
        assert sum(one.strip("'") in line for line in said) >= 1, one
    assert f"unknown preset 'x' (there are {', '.join(PRESETS)})" in said
    assert len(said) == 10


def test_a_calibration_folder_replaces_its_values_under_the_preset(tmp_path: Path) -> None:
    folder = calibration(tmp_path / "own", "balance_median_u25,1948,", "balance_median_u25,1000,")
    study = study_of_run(preset_name="article", calibration=folder)
    assert study.parameters.accounts.balance_median_u25 == 1000.0
    assert study.parameters.exposure.allocation == 0.2


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("_u25,1948,779", "_u25,many,779", "row 2: value of balance_median_u25 is 'many', not a number"),
        ("_u25,1948,779", "_u25,10,779", "row 2: value 10 of balance_median_u25 is outside its range 779 to 1948"),
        ("_u25,1948,779", "_u25,nan,779", "row 2: value of balance_median_u25 is 'nan', not a number"),
        ("_u25,1948,779", "_u25,1_948,779", "row 2: value of balance_median_u25 is '1_948', not a number"),
        ("_u25,1948,779", "_u25,1948", "row 2: must have 9 columns"),
        ("block,parameter,value", "block,parameter", " must start with the header block,parameter,value,low,high"),
    ],
)
def test_a_malformed_calibration_file_is_one_line_with_its_row(tmp_path: Path, old: str, new: str, line: str) -> None:
    (said,) = mistakes(calibration=calibration(tmp_path / "own", old, new))
    assert said.startswith(f"calibration file {tmp_path / 'own' / 'parameters.csv'}")
    assert line in said


def test_a_calibration_saved_by_another_editor_is_the_same(tmp_path: Path) -> None:
    folder = calibration(tmp_path / "own", "_u25,1948,779", "_u25,1900,779")
    plain = study_of_run(calibration=folder).parameters
    file = folder / "parameters.csv"
    file.write_bytes(file.read_text(encoding="utf-8").replace("\n", "\r\n").encode("utf-8-sig"))
    assert study_of_run(calibration=folder).parameters == plain != study_of_run().parameters


def test_a_calibration_folder_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    (said,) = mistakes(calibration=tmp_path / "none")
    assert said == f"calibration file {tmp_path / 'none' / 'parameters.csv'} cannot be read: No such file or directory"
    (tmp_path / "parameters.csv").write_bytes(b"\xff\xfe\xfa")
    (said,) = mistakes(calibration=tmp_path)
    assert said.endswith("cannot be read: its encoding is UTF-16; save it as UTF-8 (in Excel: CSV UTF-8)")


def test_the_article_differs_from_calibrated_only_in_what_it_declares() -> None:
    calibrated, article = study_of_run(), study_of_run(preset_name="article")
    different = calibrated.parameters.difference(article.parameters)
    assert different.keys() <= PRESETS["article"].values.keys()
    assert {name: there for name, (_, there) in different.items()} == {
        "exposure.allocation": 0.2,
        "exposure.average_balance": 2.25,
        "market.depth_switch": True,
    }
    assert design_of(calibrated) == design_of(article)


def test_more_replicates_are_the_same_request_and_anything_else_is_another() -> None:
    def facts(**given: Any) -> tuple[object, str]:
        study = study_of_run(**given)
        return manifest_of(study), Plan(study).arm_sets(0)[0].task_key(0)

    assert facts(replicates=5) == facts(replicates=6)
    others = [
        {"seed": 1},
        {"voters": 300},
        {"breadths": "0,.3"},
        {"preset_name": "article"},
        {"rule": "sticker"},
        {"settings": ["exposure.visibility=1"]},
        {"settings": ["party.office_rent=1.5"]},
    ]
    manifests = [facts(), *(facts(**given) for given in others)]
    assert len({str(manifest) for manifest, _ in manifests}) == len({key for _, key in manifests}) == len(manifests)


def test_the_command_line_names_the_declared_defaults() -> None:
    import inspect

    from political_moat.experiments.cli.main import run

    given = inspect.signature(run).parameters
    study = study_of_run()
    help_ = str(given["replicates"].annotation)
    for protocol in ("stress", "history"):
        assert str(study_of_run(protocol=protocol).replicates.min) in help_
    assert given["seed"].default == study.study.seed
    assert given["preset"].default == study.model.preset
    for name, text in (("breadth", ",".join(f"{b:g}" for b in DEFAULT_BREADTHS)), ("voters", "4,000")):
        assert text.replace("0.", ".") in str(given[name].annotation).replace("0.", ".")
