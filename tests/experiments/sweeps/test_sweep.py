"""A study on disk: rows by content, old rows kept, exports that agree with each other, and every verb on the folder."""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from results_folders import LITTLE, STOP, command, contents, finished, rows, run_here

from political_moat import Study
from political_moat.experiments.errors import UserError
from political_moat.experiments.storage.checksums import verify_checksums
from political_moat.experiments.storage.provenance import outcome_hash_of_texts
from political_moat.experiments.studies.from_options import study_of_run
from political_moat.experiments.sweeps import run as sweep

pytestmark = pytest.mark.usefixtures("drawn_once")

COUNTED = """
import json
from pathlib import Path
from political_moat.experiments.protocols.task import run_task

def counted(payload):
    result = run_task(payload)
    with Path({log!r}).open("a") as stream:
        for row in result.runs:
            stream.write(json.dumps([payload[0].party.office_rent, payload[3], row["arm"]]) + "\\n")
    return result
"""


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("little") / "out"
    finished(LITTLE, place)
    return place


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that tells which (rent, replicate, arm) were run since it was last asked."""
    log = tmp_path / "log"
    name = f"counted_{abs(hash(str(tmp_path)))}"
    (tmp_path / f"{name}.py").write_text(COUNTED.format(log=str(log)), encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sweep, "TASK", f"{name}:counted")

    def message() -> set[tuple[float, int, str]]:
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        assert len(lines) == len(set(lines)), "a run was done twice"
        return {tuple(json.loads(line)) for line in lines}

    return message


ARMS = ["b=0", "b=0.3 v=1", "b=0.3 v=0.1"]


def test_a_row_for_every_point_replicate_and_arm_in_that_order(out: Path) -> None:
    found = rows(out)
    assert [(row["point"], row["replicate"], row["arm"]) for row in found] == [
        (str(point), str(replicate), arm) for point in (0, 1) for replicate in range(3) for arm in ARMS
    ]
    assert len({row["key"] for row in found}) == len(found)
    assert [row["party.office_rent"] for row in found] == ["0.5"] * 9 + ["2.0"] * 9
    assert all(row["exposure.breadth"] == row["breadth"] for row in found)
    assert [row["administration"] for row in rows(out, "cycles")] == ["friendly", "opposed"] * len(found)


def test_arms_of_a_replicate_are_those_of_moat_run_with_the_same_keys(out: Path, tmp_path: Path) -> None:
    options = {"voters": 200, "breadths": "0,.3", "replicates": 3, "settings": ["party.office_rent=2"]}
    alone = study_of_run(**options, fixed={"layers": [], "foresights": [], "returning": False})  # type: ignore[arg-type]
    run_here(alone, tmp_path / "run")
    theirs = {row["key"]: row["outcome_hash"] for row in rows(tmp_path / "run")}
    ours = {row["key"]: row["outcome_hash"] for row in rows(out) if row["point"] == "1"}
    assert ours == theirs


def test_the_tables_agree_with_each_other_and_with_the_codebook(out: Path) -> None:
    codebook = json.loads((out / "codebook.json").read_text())
    text = (out / "codebook.md").read_text()
    for table in ("runs", "cycles", "points"):
        parquet = pq.read_table(out / "export" / f"{table}.parquet")
        plain = rows(out, table)
        declared = codebook["files"][f"export/{table}.csv"]
        assert parquet.column_names == list(plain[0]) == [column["name"] for column in declared]
        assert parquet.num_rows == len(plain)
        for column in declared:
            assert f"| {column['name']} |" in text
            for value, cell in zip(parquet[column["name"]].to_pylist(), plain, strict=True):
                assert str(value) == cell[column["name"]]
                if column["low"] is not None and column["high"] is not None:
                    assert column["low"] <= float(value) <= column["high"]
    with (out / "summary.csv").open(newline="") as stream:
        summary = list(csv.DictReader(stream))
    assert list(summary[0]) == [column["name"] for column in codebook["files"]["summary.csv"]]


def test_the_summary_is_what_pandas_finds_in_the_runs(out: Path) -> None:
    study = Study.from_toml(out)
    runs, summary = study.frame("runs"), study.frame("summary")
    assert len(summary) == 2 * len(ARMS)
    for row in summary.itertuples():
        own = runs[(runs["point"] == row.point) & (runs["arm"] == row.arm)]
        zero = runs[(runs["point"] == row.point) & (runs["arm"] == "b=0")]
        assert row.n == len(own) == 3
        assert row.severity == pytest.approx(own["severity"].mean(), abs=1e-12)
        assert row.severity_mcse == pytest.approx(own["severity"].std() / 3**0.5, abs=1e-12)
        paired = own["severity"].to_numpy() - zero["severity"].to_numpy()
        if row.arm == "b=0":
            assert pd.isna(row.severity_difference)
        else:
            assert row.severity_difference == pytest.approx(paired.mean(), abs=1e-12)
            assert row.rd_reversed_low <= row.rd_reversed <= row.rd_reversed_high


def test_the_folder_holds_what_a_paper_archives(out: Path) -> None:
    assert set(contents(out)) == {
        "study.toml",
        "manifest.json",
        "summary.csv",
        "codebook.md",
        "codebook.json",
        "datapackage.json",
        "read.R",
        "export/runs.dta",
        "SHA256SUMS",
        *(f"export/{table}.{ending}" for table in ("runs", "cycles", "points") for ending in ("csv", "parquet")),
    }
    assert verify_checksums(out) == []
    assert (out / "study.toml").read_text() == LITTLE


def test_the_same_study_again_runs_nothing_and_changes_no_byte(tmp_path: Path, ran: Any) -> None:
    finished(LITTLE, tmp_path / "out")
    assert len(ran()) == 2 * 3 * len(ARMS)
    before = contents(tmp_path / "out")
    Study.from_toml(tmp_path / "out").run(report=False)
    assert ran() == set()
    assert contents(tmp_path / "out") == before


def test_more_replicates_and_another_level_reuse_every_old_row(tmp_path: Path, ran: Any) -> None:
    place = tmp_path / "out"
    finished(LITTLE, place)
    first = {row["key"]: row for row in rows(place)}
    ran()
    finished(LITTLE.replace("min = 3", "min = 4"), place)
    assert {replicate for _, replicate, _ in ran()} == {3}
    more = LITTLE.replace("min = 3", "min = 4").replace("[0, 0.3]", "[0, 0.15, 0.3]").replace("[0.5, 2]", "[0.5, 2, 4]")
    finished(more, place)
    again = ran()
    # The zero arm lends its Congress to the new ones, and is compared with the row that is there.
    assert {arm for rent, _, arm in again if rent < 4} == {"b=0", "b=0.15 v=1", "b=0.15 v=0.1"}
    assert {arm for rent, _, arm in again if rent == 4} == {*ARMS, "b=0.15 v=1", "b=0.15 v=0.1"}
    found = {row["key"]: row for row in rows(place)}
    assert len(found) == 3 * 4 * 5
    assert {key: found[key]["outcome_hash"] for key in first} == {k: row["outcome_hash"] for k, row in first.items()}


def test_a_smaller_study_exports_its_own_rows_only(tmp_path: Path, out: Path) -> None:
    place = tmp_path / "out"
    finished(LITTLE, place)
    finished(LITTLE.replace("[0.5, 2]", "[2]"), place)
    assert [row["key"] for row in rows(place)] == [row["key"] for row in rows(out) if row["point"] == "1"]


def test_other_exposure_factors_with_levels_are_arms_beside_the_dose(tmp_path: Path) -> None:
    text = LITTLE.replace(
        '[factors."exposure.visibility"]\nlevels = [1.0, 0.1]', '[factors."exposure.skew"]\nlevels = [0, 0.5]'
    )
    study = finished(text.replace("[0.5, 2]", "[2]"), tmp_path / "out")
    runs = study.frame()
    assert runs["arm"].unique().tolist() == ["b=0 skew=0", "b=0.3 v=1 skew=0", "b=0 skew=0.5", "b=0.3 v=1 skew=0.5"]
    assert runs.groupby("arm")["exposure.skew"].unique().map(list).to_dict()["b=0.3 v=1 skew=0.5"] == [0.5]
    zero = runs[runs["breadth"] == 0.0].pivot(index="replicate", columns="exposure.skew", values="mean_policy")
    assert (zero[0.0] == zero[0.5]).all(), "without exposure, whom it would have gone to changes nothing"


def test_points_with_equal_values_share_their_runs(tmp_path: Path, ran: Any) -> None:
    (tmp_path / "points.csv").write_text("party.office_rent\n1\n2\n1\n")
    text = LITTLE.replace('kind = "grid"', 'kind = "list"\nfile = "points.csv"')
    text = text.replace('[factors."party.office_rent"]\nlevels = [0.5, 2]', "")
    (tmp_path / "study.toml").write_text(text)
    study = Study.from_toml(tmp_path / "study.toml", tmp_path / "out").run(report=False)
    assert len(ran()) == 2 * 3 * len(ARMS)
    runs = study.frame()
    first, third = (runs[runs["point"] == point].drop(columns="point").reset_index(drop=True) for point in (0, 2))
    pd.testing.assert_frame_equal(first, third)
    frozen = Study.from_toml(tmp_path / "out")
    assert frozen.file.rows == study.file.rows


def test_a_history_is_a_study_too(tmp_path: Path) -> None:
    text = LITTLE.replace("returning = false", 'protocol = "history"\ncycles = 2').replace("[0.5, 2]", "[2]")
    study = finished(text, tmp_path / "out")
    assert len(study.frame("runs")) == 3 * len(ARMS)
    assert len(study.frame("cycles")) == 2 * 3 * len(ARMS)
    assert verify_checksums(tmp_path / "out") == []


def test_other_code_another_seed_and_another_study_are_refused_in_one_line(tmp_path: Path, out: Path) -> None:
    place = tmp_path / "out"
    finished(LITTLE, place)
    before = contents(place)
    for old, new, message in (
        ('name = "little"', 'name = "large"', r"holds other results \(study \"little\" there, \"large\" here\)"),
        ('name = "little"', 'name = "little"\nseed = 7', r"holds other results \(seed 20250807 there, 7 here\)"),
    ):
        with pytest.raises(UserError, match=message):
            finished(LITTLE.replace(old, new), place)
        assert contents(place) == before
    manifest = json.loads((place / "manifest.json").read_text())
    (place / "manifest.json").write_text(json.dumps(manifest | {"code_hash": "0" * 64}))
    with pytest.raises(UserError, match=r"was made by other code .* the two never mix"):
        Study.from_toml(place).run(report=False)
    assert command("rerun", rows(place)[0]["key"], "--results", place) == 2


def test_a_second_outcome_of_a_run_flags_the_study(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "out"
    finished(LITTLE, place)
    with sqlite3.connect(place / "ledger.sqlite") as ledger:  # as if the first time had given another outcome
        query = "SELECT key, row FROM runs WHERE arm = 'b=0' AND replicate = 1"
        for key, row in ledger.execute(query).fetchall():
            cycles = ledger.execute("SELECT number, row FROM cycles WHERE key = ? ORDER BY number", (key,)).fetchall()
            other = row.replace('"court":0', '"court":1')
            hashed = outcome_hash_of_texts(other, cycles)
            ledger.execute("UPDATE runs SET row = ?, outcome_hash = ? WHERE key = ?", (other, hashed, key))
    (tmp_path / "more.toml").write_text(LITTLE.replace("[0, 0.3]", "[0, 0.15, 0.3]"))
    assert command("sweep", tmp_path / "more.toml", "--out", place, "--quiet") == 1
    assert f"gave outcome {hashed[:16]} before and" in capsys.readouterr().err
    assert command("sweep", tmp_path / "more.toml", "--out", place, "--quiet") == 1
    assert "is flagged as non-deterministic" in capsys.readouterr().err
    assert command("status", place) == 1
    assert "do not use these results" in capsys.readouterr().out


def test_replicates_are_added_at_doublings_until_the_error_is_reached(tmp_path: Path) -> None:
    text = LITTLE.replace("min = 3", STOP)
    study = finished(text, tmp_path / "out")
    manifest = json.loads((study.path / "manifest.json").read_text())
    reached, runs, summary = manifest["replicates_reached"], study.frame("runs"), study.frame("summary")
    stages = [analysis["replicates"] for analysis in manifest["interim_analyses"]]
    assert stages == [2, 4, 8, 16][: len(stages)]
    for point, replicates in enumerate(reached):
        own = runs[runs["point"] == point]
        assert own["replicate"].nunique() == replicates
        errors = {}
        for stage in (2, 4, 8, 16):
            table = own[own["replicate"] < stage].pivot(index="replicate", columns="arm", values="severity")
            errors[stage] = max((table[arm] - table["b=0"]).sem() for arm in ARMS[1:])
        stopped = next((stage for stage in (2, 4, 8) if errors[stage] <= 0.04), 16)
        assert replicates == stopped
    assert summary.groupby("point")["n"].first().tolist() == reached
    assert study.frame("points")["replicates"].tolist() == reached
    before = contents(study.path)
    Study.from_toml(study.path).run(report=False)
    assert contents(study.path) == before


def test_a_stopping_rule_cannot_be_split_into_shards(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "study.toml").write_text(LITTLE.replace("min = 3", STOP))
    assert command("shard", "1/2", tmp_path / "study.toml", "--out", tmp_path / "part") == 2
    assert "cannot be split into shards" in capsys.readouterr().err
    assert not (tmp_path / "part").exists()


@pytest.mark.parametrize(("part", "message"), [("3/2", "allowed: 1/2 to 2/2"), ("0/2", "allowed"), ("x", "write i/n")])
def test_a_part_that_cannot_be_is_one_line(
    part: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "study.toml").write_text(LITTLE)
    assert command("shard", part, tmp_path / "study.toml") == 2
    assert message in capsys.readouterr().err
