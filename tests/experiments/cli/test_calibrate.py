"""`moat calibrate` from a study and a targets file to its files: what is left passes, and the same command resumes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from calibration_toy import files_of, write_toy
from results_folders import command

from political_moat.experiments.errors import Interrupted
from political_moat.experiments.matching import wave_studies
from political_moat.experiments.matching.implausibility import cutoff
from political_moat.experiments.matching.targets_file import read_targets
from political_moat.experiments.storage.checksums import differences
from political_moat.experiments.storage.tables import read_results
from political_moat.experiments.studies.reader import read_study
from political_moat.experiments.sweeps import run as sweep

WAVES = 2


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("calibrate")
    write_toy(folder)
    return folder


def toy(place: Path, out: Path, *more: object) -> int:
    asked = (place / "toy.toml", "--targets", place / "toy-targets.csv", "--waves", WAVES, "--out", out)
    return command("calibrate", *asked, *more)


@pytest.fixture(scope="module")
def out(place: Path) -> Path:
    folder = place / "out"
    assert toy(place, folder) == 0
    return folder


def test_what_is_left_passes_every_target_by_its_own_simulation(place: Path, out: Path) -> None:
    region, targets = read_results(out / "region.csv"), read_targets(place / "toy-targets.csv")
    points = sum(len(read_results(out / f"wave-{wave}.csv")) for wave in (1, 2))
    assert 2 <= len(region) < points, "the toy rules out some draws and leaves some"
    limit = cutoff(len(targets))
    for target in targets:
        spread = np.sqrt(region[f"error {target.name}"] ** 2 + target.error**2 + target.discrepancy**2)
        distance = np.abs(region[f"estimate {target.name}"] - target.value) / spread
        assert distance.to_numpy() == pytest.approx(region[f"implausibility {target.name}"].to_numpy())
        assert (distance <= limit).all()
    for wave, draw in zip(region["wave"], region["draw"], strict=True):
        written = read_results(out / f"wave-{wave}.csv").iloc[draw]
        own = region[(region["wave"] == wave) & (region["draw"] == draw)].iloc[0]
        assert all(own[name] == written[name] for name in written.index)


def test_a_wave_is_a_study_that_leaves_out_what_no_target_needs(out: Path) -> None:
    study = read_study(out / "wave-2" / "study.toml")
    assert study.study.name == "wave-2"
    assert study.options.model_dump()["leave_out"] == [
        "first terms",
        "stress takeovers",
        "controls",
        "contests",
        "costs",
    ]
    assert read_study(out / "wave-1" / "study.toml").study.seed == study.study.seed == 5
    runs = read_results(out / "wave-2" / "export" / "runs.csv")
    assert runs["contest takeovers"].isna().all()
    assert len(runs) == 36


def test_the_files_are_listed_and_the_studies_that_go_on_are_valid(out: Path) -> None:
    assert not differences(out).changed
    matched = read_study(out / "matched-prior.toml")
    region = read_results(out / "region.csv")
    assert len(matched.rows.values) == len(region)
    assert matched.options.model_dump()["baseline"] == "given"
    assert matched.study.seed == 6
    for place, name in enumerate(matched.rows.names):
        assert [row[place] for row in matched.rows.values] == region[name].tolist()
    box = read_study(out / "sobol-matched.toml")
    for name in matched.rows.names:
        factor = box.factors[name]
        assert (factor.low, factor.high) == (region[name].min(), region[name].max())
    assert not matched.parameters.people.ageing, "only the histories of targets have people who age"
    pairs = read_results(out / "pair-plot.csv")
    assert pairs["not_ruled_out"].sum() == len(region)


def test_the_answer_names_what_rules_out_what_and_how_to_go_on(
    place: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files_of(out)
    assert toy(place, out) == 0
    printed = capsys.readouterr().out
    assert files_of(out) == before, "the same command again changes no byte"
    for words in ("share of the prior not ruled out", "drop_out", "most narrowed inputs", "Not ruled out: "):
        assert words in printed
    assert f"moat sweep {out / 'matched-prior.toml'}" in printed
    assert max(map(len, printed.splitlines())) <= 160
    assert toy(place, out, "--format", "json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["draws_not_ruled_out"] == len(read_results(out / "region.csv"))
    assert [wave["wave"] for wave in answer["waves"]] == [1, 2]
    assert 0.0 <= answer["share_not_ruled_out"] <= answer["waves"][0]["share_not_ruled_out"] + 0.1


def test_ctrl_c_in_a_wave_is_one_line_and_the_rest_gives_the_same_bytes(
    place: Path, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    again = tmp_path / "again"
    shutil.copytree(out, again)
    shutil.rmtree(again / "wave-2")
    run_study = wave_studies.run_study

    def interrupted(study: Any, folder: Path, *rest: Any, **more: Any) -> Any:
        if study.study.name == "wave-2":
            raise Interrupted(3, 0)
        return run_study(study, folder, *rest, **more)

    monkeypatch.setattr(wave_studies, "run_study", interrupted)
    assert toy(place, again) == 130
    assert capsys.readouterr().err.splitlines()[-1] == ("moat: interrupted after 3 finished; the same command resumes")
    monkeypatch.undo()
    assert toy(place, again) == 0
    assert files_of(again) == files_of(out)


def test_more_waves_go_on_from_those_that_are_there(place: Path, out: Path, tmp_path: Path) -> None:
    longer = tmp_path / "longer"
    shutil.copytree(out, longer)
    assert toy(place, longer, "--waves", 3) == 0
    for name in ("wave-1.csv", "wave-2.csv", "calibration.json"):
        assert (longer / name).read_bytes() == (out / name).read_bytes()
    assert len(read_results(longer / "waves.csv")) == 3


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("drop_out,0.13", "drop_out,0.14", "targets.drop_out.value 0.13 there, 0.14 here"),
        ("swing_sd,7", "unified,0.5", "targets.swing_sd"),
    ],
)
def test_other_targets_in_the_same_folder_are_refused_in_one_line(
    place: Path, out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, message: str
) -> None:
    other = tmp_path / "other.csv"
    other.write_text((place / "toy-targets.csv").read_text().replace(old, new))
    before = files_of(out)
    assert toy(place, out, "--targets", other) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert f"{out} holds another calibration" in line
    assert message in line
    assert files_of(out) == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--points", "1"), "--points 1 is not possible"),
        (("--waves", "0"), "--waves 0 is not possible; allowed: 1 to 20"),
        (("--replicates", "1"), "--replicates 1 is not possible"),
        (("--workers", "0"), "--workers 0 is not possible"),
        (("--voters", "-5"), "--voters: "),
        (("--format", "xml"), "format 'xml' is not possible"),
        (("--seed", "-1"), "--seed -1 is not possible"),
        (("--targets", "nowhere.csv"), "targets file nowhere.csv cannot be read"),
    ],
)
def test_a_wrong_option_is_one_line_and_nothing_is_written(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], message: str
) -> None:
    assert toy(place, tmp_path / "new", *options) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("moat: ")
    assert message in line
    assert not (tmp_path / "new").exists()


def test_an_unknown_statistic_is_one_line_with_the_nearest_name(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t.csv").write_text("name,value,error,discrepancy,source\ndropout,0.1,0.1,0.1,mine\n")
    assert toy(place, tmp_path / "new", "--targets", tmp_path / "t.csv") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "row 2" in line
    assert "drop_out" in line
    assert not (tmp_path / "new").exists()


def test_without_scikit_learn_one_line_says_what_to_install(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr("political_moat.experiments.statistics.input_checks.importlib.import_module", missing)
    assert toy(place, tmp_path / "new") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "political-moat[analysis]" in line
    assert not (tmp_path / "new").exists()


def test_a_folder_of_other_files_is_refused(place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert toy(place, tmp_path) == 2
    assert "holds other files and no calibration.json" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


BROKEN = """
from political_moat.experiments.protocols.task import run_task

def broken(payload):
    if payload[0].elections.midterm_penalty > 3.0:
        raise ArithmeticError("broken on purpose")
    return run_task(payload)
"""


def test_draws_that_are_refused_or_fail_are_reported_and_left_out(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refuse = wave_studies.WaveRunner._refused

    def first_refused(self: Any, values: Any) -> dict[int, str]:
        return refuse(self, values) | {0: "party.rival_value = 9 is not possible"}

    (tmp_path / "broken_history.py").write_text(BROKEN)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sweep, "TASK", "broken_history:broken")
    monkeypatch.setattr(wave_studies.WaveRunner, "_refused", first_refused)
    assert toy(place, tmp_path / "new", "--waves", 1) == 0
    shown = capsys.readouterr().out
    assert "Left out, no possible parameters (1): wave 1: party.rival_value = 9 is not possible." in shown
    assert "broken on purpose" in shown
    draws, region = read_results(tmp_path / "new" / "wave-1.csv"), read_results(tmp_path / "new" / "region.csv")
    assert len(draws) == 11
    failed = int((draws["elections.midterm_penalty"] > 3.0).sum())
    assert failed in (2, 3), "a quarter of twelve strata, one of which may be refused"
    assert f"Left out, a run failed ({failed}): " in shown
    assert 0 not in set(region["draw"])
    assert (region["elections.midterm_penalty"] <= 3.0).all()
    waves = read_results(tmp_path / "new" / "waves.csv")
    assert waves[["refused", "failed"]].to_numpy().tolist() == [[1, failed]]
