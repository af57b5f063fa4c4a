"""Mediation and prior mass as studies: one file, one ledger, one folder with their table, and every verb on it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from results_folders import command, contents, finished, rows

from political_moat import Study
from political_moat.experiments.errors import UserError
from political_moat.experiments.protocols.mediation.design import ARMS
from political_moat.experiments.protocols.mediation.shapley import CHANNELS
from political_moat.experiments.storage.checksums import verify_checksums
from political_moat.experiments.studies.from_options import study_of_dose
from political_moat.experiments.studies.plan import Plan
from political_moat.experiments.studies.prior import prior_factors
from political_moat.experiments.studies.reader import StudyFile, parse_study, read_study
from political_moat.experiments.sweeps import run as sweep
from political_moat.experiments.sweeps.statement_codebook import statement_files
from political_moat.model.parameters import channels as switches

pytestmark = pytest.mark.usefixtures("drawn_once")

STUDIES = Path(__file__).parents[3] / "experiments" / "studies"
MEDIATION = """
[study]
name = "channels"
[model]
protocol = "mediation"
voters = 300
set = { "exposure.allocation" = 0.2, "voting.asset_vote_effect" = 6.0, "party.donors_per_stake" = 1.0 }
[factors."exposure.breadth"]
levels = [0, 0.6]
[replicates]
min = 4
[engine]
kind = "serial"
"""
PRIOR = """
[study]
name = "assumptions"
[model]
protocol = "prior-mass"
voters = 200
[design]
kind = "lhs"
samples = 6
[factors."exposure.breadth"]
levels = [0, 0.3]
[replicates]
min = 4
[engine]
kind = "serial"
"""
STOP = 'stop = { outcome = "reversed", contrast = "exposure.breadth", mcse = 0.1 }'
OWN = {"mediation": (MEDIATION, "mediation"), "prior-mass": (PRIOR, "prior_mass")}


@pytest.fixture(scope="module")
def channels(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return finished(MEDIATION, tmp_path_factory.mktemp("mediation") / "out")


@pytest.fixture(scope="module")
def assumptions(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return finished(PRIOR, tmp_path_factory.mktemp("prior") / "out")


def all_keys(study: StudyFile) -> list[str]:
    return [key for arm_set in Plan(study) for key in arm_set.keys(0)]


def test_the_commands_are_the_ready_studies() -> None:
    dose: dict[str, Any] = {"seed": 20250807, "breadth": 0.3, "visibility": 1.0}
    for protocol, more in (
        ("mediation", {"replicates": 200, "options": {"terms": 1}}),
        ("prior-mass", {"replicates": 60, "draws": 3}),
    ):
        ready = (STUDIES / f"{protocol}.toml").read_text(encoding="utf-8").replace("samples = 200", "samples = 3")
        asked = study_of_dose(protocol, "calibrated", (), 1000, **dose, **more)
        assert all_keys(asked) == all_keys(parse_study(ready))


def test_the_parts_add_up_to_the_risk_difference_of_the_summary(channels: Study) -> None:
    table, summary = channels.frame("mediation"), channels.frame("summary").set_index("arm")
    for outcome, own in table.groupby("outcome"):
        parts = own.set_index("channel")["shapley"]
        name = f"{outcome}_difference" if outcome == "severity" else f"rd_{outcome}"
        assert parts.drop("total").sum() == pytest.approx(parts["total"], abs=1e-12)
        assert parts["total"] == pytest.approx(summary.loc["+".join(CHANNELS), name], abs=1e-12)
    assert (table["n"] == 4).all()
    assert table["shapley"].abs().max() > 0.0


def test_a_row_for_every_cell_of_every_replicate(channels: Study) -> None:
    runs = channels.frame()
    assert runs["arm"].tolist() == list(ARMS) * 4
    assert runs["replicate"].tolist() == [number for number in range(4) for _ in ARMS]
    assert runs["key"].is_unique
    manifest = json.loads((channels.path / "manifest.json").read_text())
    assert manifest["study"]["mediation"] == {"terms": 1}


def test_with_every_channel_off_every_part_is_zero(tmp_path: Path) -> None:
    off = "".join(f', "channels.{name}" = false' for name in switches.CHANNELS)
    study = finished(
        MEDIATION.replace('"party.donors_per_stake" = 1.0', f'"party.donors_per_stake" = 1.0{off}'), tmp_path / "o"
    )
    table = study.frame("mediation")
    assert (table["shapley"] == 0.0).all()
    assert (table[table["channel"].isin(CHANNELS)][["smallest", "largest", "alone", "last"]].to_numpy() == 0.0).all()


def test_every_design_point_has_its_own_table(tmp_path: Path, channels: Study) -> None:
    factor = '[factors."party.office_rent"]\nlevels = [0.5, 2]\n[replicates]'
    study = finished(MEDIATION.replace("[replicates]", factor).replace("min = 4", "min = 2"), tmp_path / "out")
    table = study.frame("mediation")
    assert table.groupby("point").size().tolist() == [len(channels.frame("mediation"))] * 2
    assert study.frame("runs").groupby("point")["party.office_rent"].unique().map(list).tolist() == [[0.5], [2.0]]


def test_a_stopping_rule_looks_at_every_cell_of_the_factorial(tmp_path: Path) -> None:
    rule = 'stop = { outcome = "severity", contrast = "exposure.breadth", mcse = 0.1 }'
    study = finished(MEDIATION.replace("min = 4", f"min = 2\nmax = 8\n{rule}"), tmp_path / "out")
    manifest = json.loads((study.path / "manifest.json").read_text())
    table = study.frame().pivot(index="replicate", columns="arm", values="severity")
    for analysis in manifest["interim_analyses"]:
        seen = table[table.index < analysis["replicates"]]
        largest = max((seen[arm] - seen["zero"]).sem() for arm in ARMS[1:])
        assert analysis["largest_mcse"] == pytest.approx(largest, abs=1e-12)
    assert manifest["interim_analyses"][-1]["replicates"] == len(table)
    assert manifest["interim_analyses"][-1]["largest_mcse"] <= 0.1 or len(table) == 8


def test_the_three_shares_add_up_and_come_with_their_errors(assumptions: Study) -> None:
    table, points = assumptions.frame("prior_mass"), assumptions.frame("points")
    for _, own in table.groupby("outcome"):
        assert own["share"].sum() == pytest.approx(1.0)
        assert own["raw_share"].sum() == pytest.approx(1.0)
        assert own[["error", "raw_error", "noise_error"]].notna().all(axis=None)
    assert (table["draws"] + table["left_out"] == 6).all()
    assert (table["replicates"] == 4).all()
    assert points["replicates"].tolist() == [4] * 6
    drawn = prior_factors(assumptions.parameters)
    assert set(drawn) <= set(points.columns)
    pd.testing.assert_frame_equal(assumptions.frame()[list(drawn)], points[list(drawn)])


def test_draws_of_ones_own_are_taken_from_a_list(tmp_path: Path) -> None:
    (tmp_path / "posterior.csv").write_text("party.office_rent,party.choice_precision\n0.5,8\n2,20\n1,10\n")
    text = PRIOR.replace('kind = "lhs"\nsamples = 6', 'kind = "list"\nfile = "posterior.csv"')
    (tmp_path / "study.toml").write_text(text)
    study = Study.from_toml(tmp_path / "study.toml", tmp_path / "out").run(report=False)
    assert study.frame()["party.office_rent"].tolist() == [0.5, 2.0, 1.0]
    assert (study.frame("prior_mass")[["draws", "left_out"]].sum(axis=1) == 3).all()


@pytest.mark.parametrize("protocol", OWN)
def test_every_verb_works_on_the_folder(
    protocol: str, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    study: Study = request.getfixturevalue("channels" if protocol == "mediation" else "assumptions")
    name = OWN[protocol][1]
    out, piece = study.path, "replicates" if protocol == "mediation" else "draws"
    before = contents(out)
    assert {
        f"{name}.csv",
        "codebook.md",
        "codebook-statements.md",
        "export/runs.parquet",
        "SHA256SUMS",
    } <= before.keys()
    assert "export/cycles.csv" not in before
    assert command("status", out) == 0
    assert f"{piece} done, 0 missing, 0 failed" in capsys.readouterr().out
    assert command("verify", out, "--sample", "100%") == 0
    assert (
        f"repeated {len(rows(out))} of {len(rows(out))} runs: the same outcome, bit for bit" in capsys.readouterr().out
    )
    assert command("rerun", rows(out)[-1]["key"][:20], "--results", out) == 0
    assert command("export", out) == 0
    assert contents(out) == before
    explained = before["codebook.json"].decode()
    for column in study.frame().columns:
        assert f'"name": "{column}"' in explained
    assert list(study.frame(name).columns) == [column.name for column in statement_files()[f"{name}.csv"]]
    assert f"## {name}.csv" in before["codebook-statements.md"].decode()
    capsys.readouterr()
    assert command("analyze", out) == 2
    assert "holds no stress test" in capsys.readouterr().err
    with pytest.raises(UserError, match=f"allowed: runs, points,.* {name}"):
        study.frame("cycles")
    assert command("view", out) == 2
    assert f"its table is {name}.csv" in capsys.readouterr().err
    assert contents(out) == before


@pytest.mark.parametrize(("protocol", "title"), [("mediation", "Mediation"), ("prior-mass", "Prior mass")])
def test_parts_and_merge_give_the_folder_of_one_machine_with_its_report(
    protocol: str, title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("study.toml").write_text(OWN[protocol][0])
    for number in (1, 2):
        assert command("shard", f"{number}/2", "study.toml", "--out", f"part-{number}", "--quiet") == 0
    assert command("merge", "part-1", "part-2", "--out", "merged") == 0
    assert command("sweep", "study.toml", "--out", "alone", "--quiet") == 0
    assert contents(Path("merged")) == contents(Path("alone"))
    page = Path("merged", "report.html").read_text(encoding="utf-8")
    assert f"<h2>{title}</h2>" in page
    assert "Not in this report" not in page
    assert verify_checksums(Path("merged")) == []


def test_more_replicates_of_a_factorial_reuse_every_old_row(tmp_path: Path, channels: Study) -> None:
    study = finished(MEDIATION.replace("min = 4", "min = 2"), tmp_path / "out")
    before = {row["key"] for row in rows(study.path)}
    finished(MEDIATION, study.path)
    assert contents(study.path) == contents(channels.path)
    assert before < {row["key"] for row in rows(study.path)}


BROKEN = """
from political_moat.experiments.protocols.task import run_task

def broken(payload):
    if payload[0].party.office_rent == 2.0:
        raise ArithmeticError("broken on purpose")
    return run_task(payload)
"""


def test_a_draw_that_fails_is_named_and_there_is_no_table_without_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_draw.py").write_text(BROKEN)
    (tmp_path / "posterior.csv").write_text("party.office_rent\n0.5\n2\n1\n")
    (tmp_path / "study.toml").write_text(
        PRIOR.replace('kind = "lhs"\nsamples = 6', 'kind = "list"\nfile = "posterior.csv"')
    )
    out = tmp_path / "out"
    words = ("--out", out, "--quiet", "--no-report")
    with monkeypatch.context() as broken:
        broken.syspath_prepend(str(tmp_path))
        broken.setattr(sweep, "TASK", "broken_draw:broken")
        assert command("sweep", tmp_path / "study.toml", *words) == 1
    shown = capsys.readouterr().out
    assert "FAILED point 1, replicate 0: ArithmeticError: broken on purpose" in shown
    assert "No prior_mass.csv: replicates are missing" in shown
    assert not (out / "prior_mass.csv").exists()
    assert verify_checksums(out) == []
    assert command("retry", tmp_path / "study.toml", *words) == 0
    assert (out / "prior_mass.csv").is_file()


@pytest.mark.parametrize(
    ("text", "old", "new", "message"),
    [
        (
            MEDIATION,
            "[0, 0.6]",
            "[0, 0.3, 0.6]",
            "factors.exposure.breadth: protocol mediation takes one dose; allowed",
        ),
        (
            MEDIATION,
            '[factors."exposure.breadth"]\nlevels = [0, 0.6]',
            "",
            "factors.exposure.breadth: protocol mediation",
        ),
        (
            MEDIATION,
            "[replicates]",
            '[factors."exposure.visibility"]\nlevels = [1, 0.1]\n[replicates]',
            "factors.exposure.visibility: protocol mediation takes one level",
        ),
        (
            MEDIATION,
            "[replicates]",
            '[factors."exposure.skew"]\nlevels = [0, 0.5]\n[replicates]',
            "factors.exposure.skew: protocol mediation takes exposure as one arm",
        ),
        (
            MEDIATION,
            "set = {",
            'set = { "exposure.evolves" = true,',
            "model.set: protocol mediation needs assigned exposure",
        ),
        (MEDIATION, "voters = 300", 'voters = 300\nlayers = ["statute"]', "model.layers: only with protocol stress"),
        (MEDIATION, "voters = 300", "voters = 300\ncycles = 3", "model.cycles: only with protocol history"),
        (
            MEDIATION,
            "[replicates]",
            "[mediation]\nterms = 0\n[replicates]",
            "mediation.terms = 0 is not possible; allowed: 1",
        ),
        (
            MEDIATION,
            "[replicates]",
            "[prior-mass]\n[replicates]",
            "prior-mass: only with protocol prior-mass, this one is",
        ),
        (PRIOR, 'kind = "lhs"\nsamples = 6', 'kind = "grid"', "design.kind = 'grid' is no sample of a prior; allowed"),
        (PRIOR, "min = 4", f"min = 4\nmax = 9\n{STOP}", "replicates.stop: a draw has a fixed number of pairs"),
        (
            PRIOR,
            "[replicates]",
            "[prior-mass]\ncalibration_replicates = 5\n[replicates]",
            "prior-mass.calibration_replicates = 5 is not possible; allowed: 1 to 4",
        ),
        (
            PRIOR,
            "[replicates]",
            "[prior-mass]\nband = [0.7, 0.4]\n[replicates]",
            "prior-mass.band = [0.7, 0.4] is not possible; allowed",
        ),
        (
            PRIOR,
            '"prior-mass"',
            '"prior_mass"',
            "model.protocol = 'prior_mass' is not possible; allowed: backtest, stress, history",
        ),
    ],
)
def test_what_a_protocol_cannot_take_is_one_line(text: str, old: str, new: str, message: str) -> None:
    assert old in text
    with pytest.raises(UserError) as caught:
        parse_study(text.replace(old, new))
    lines = str(caught.value).splitlines()
    assert any(re.sub(r"^line \d+: ", "", line).startswith(message) for line in lines), lines


def test_the_calibration_of_a_draw_can_be_set_and_is_part_of_its_key(assumptions: Study) -> None:
    asked = parse_study(PRIOR.replace("[replicates]", "[prior-mass]\ncalibration_replicates = 4\n[replicates]"))
    assert not set(all_keys(asked)) & set(all_keys(assumptions.file))
    same = parse_study(PRIOR.replace("[replicates]", "[prior-mass]\ncalibration_replicates = 2\n[replicates]"))
    assert all_keys(same) == all_keys(assumptions.file), "half of the pairs is the default"


def test_the_ready_studies_ask_for_what_their_pages_say() -> None:
    assert read_study(STUDIES / "mediation.toml").stages == [200]
    prior = read_study(STUDIES / "prior-mass.toml")
    assert (prior.design.samples, prior.pairs, prior.stages) == (200, 60, [1])
