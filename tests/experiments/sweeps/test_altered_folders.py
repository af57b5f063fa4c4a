"""Commands refuse a results folder that was altered, in one line, and change nothing; `moat export` mends exports."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import alterations as alter
import pytest
from results_folders import LITTLE, STOP, command, contents, finished

from political_moat import Study
from political_moat.experiments.errors import UserError
from political_moat.experiments.storage.checksums import differences, verify_checksums

pytestmark = pytest.mark.usefixtures("drawn_once")

SINGLE = LITTLE.replace('name = "little"', 'name = "little"\nsingle_setting = true').replace(
    '[factors."party.office_rent"]\nlevels = [0.5, 2]\n', ""
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("little") / "out"
    finished(LITTLE, place)
    return place


@pytest.fixture
def out(made: Path, tmp_path: Path) -> Path:
    """A copy that may be altered."""
    shutil.copytree(made, tmp_path / "out")
    return tmp_path / "out"


def state(folder: Path) -> dict[str, bytes]:
    return contents(folder) | {"ledger": (folder / "ledger.sqlite").read_bytes()}


READERS = ("report", "analyze", "figure", "export", "archive", "view")


@pytest.mark.parametrize("verb", READERS)
@pytest.mark.parametrize(
    ("file", "way_out"),
    [("export/runs.csv", "moat export --replace"), ("manifest.json", "put back what was written")],
)
def test_an_edited_file_is_refused_and_nothing_is_written(
    out: Path, verb: str, file: str, way_out: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with (out / file).open("a", encoding="utf-8") as stream:
        stream.write("\n")
    before = state(out)
    assert command(verb, out) == 2
    (line,) = capsys.readouterr().err.splitlines()
    # A study of several settings has no figure, whatever its files.
    assert verb == "figure" or (f"{file} was changed" in line and way_out in line)
    assert state(out) == before
    assert [path.name for path in out.parent.iterdir()] == ["out"]


def test_a_figure_refuses_an_edited_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    finished(SINGLE, tmp_path / "out")
    alter.edit_cell(tmp_path / "out" / "export" / "runs.csv", 2, "reversed", "1.0")
    assert command("figure", tmp_path / "out", "--out", tmp_path / "figures") == 2
    assert "export/runs.csv was changed" in capsys.readouterr().err
    assert not (tmp_path / "figures").exists()


def test_the_page_and_python_refuse_an_edited_table(out: Path) -> None:
    study = Study.from_toml(out)
    assert len(study.frame("runs")) == 18
    (out / "export" / "runs.parquet").write_bytes((out / "export" / "points.parquet").read_bytes())
    with pytest.raises(UserError, match=r"export/runs\.parquet was changed"):
        study.frame("runs")
    assert len(study.frame("cycles")) == 36


def test_report_and_analysis_no_longer_hide_an_edit(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("analyze", out) == 0
    assert verify_checksums(out) == []
    alter.edit_cell(out / "export" / "runs.csv", 3, "severity", "0.12345")
    for verb in ("report", "analyze"):
        assert command(verb, out) == 2
    capsys.readouterr()
    assert command("verify", out, "--sample", "0") == 1
    assert "export/runs.csv: line 3, column severity: 0.12345, made anew " in capsys.readouterr().out


def test_export_replaces_edited_exports_only_when_asked(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(out)
    alter.edit_lines(out / "export" / "runs.csv", [0])
    assert command("export", out) == 2
    assert "moat export --replace" in capsys.readouterr().err
    assert command("export", out, "--replace") == 0
    assert contents(out) == before
    (out / "SHA256SUMS").unlink()
    assert command("export", out) == 0
    assert contents(out) == before


def test_a_file_that_a_command_did_not_write_keeps_its_checksum(out: Path) -> None:
    (out / "report.html").write_text("page", encoding="utf-8")
    alter.rewrite_checksums(out)
    (out / "report.html").write_text("edited", encoding="utf-8")
    (out / "notes.txt").write_text("foreign", encoding="utf-8")
    assert command("sweep", out, "--no-report", "--quiet") == 0
    assert differences(out) == (["report.html"], [], ["notes.txt"])


def test_exports_are_not_made_from_a_ledger_with_altered_rows(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = alter.key_in(out, 2, "b=0")
    alter.set_value(out, key, "severity", 0.12345)
    before = state(out)
    assert command("export", out, "--replace") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert f"ledger.sqlite: run {key[:16]}: its row and 2 cycle rows do not give its outcome hash" in line
    assert state(out) == before


def test_every_sort_of_fault_in_the_ledger_is_a_line(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second, third = (alter.key_in(out, replicate, "b=0") for replicate in range(3))
    alter.set_value(out, first, "mood", 1)
    alter.rehash(out, first)
    with alter.ledger_of(out) as ledger:
        ledger.execute("UPDATE runs SET row = '{' WHERE key = ?", (second,))
        ledger.execute("UPDATE runs SET arm = 'b=0.3 v=1' WHERE key = ?", (third,))
        ledger.execute("INSERT INTO cycles VALUES (?, 1, '{}')", ("b" * 64,))
    assert command("verify", out) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:5] == [
        f"ledger.sqlite: run {first[:16]}: column mood of its row is declared or present, but not both",
        f"ledger.sqlite: run {second[:16]}: its row is not JSON",
        f"ledger.sqlite: run {third[:16]}: recorded for arm 'b=0.3 v=1', its key is of 'b=0'",
        f"ledger.sqlite: run {'b' * 16}: cycle rows without their run",
    ]
    assert "files: not compared with the ledger, which has rows that cannot be read" in lines


def test_a_run_that_is_recorded_twice_is_named(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = alter.key_in(out, 1, "b=0")
    with alter.ledger_of(out) as ledger:
        ledger.execute("CREATE TABLE plain AS SELECT * FROM runs")
        ledger.execute("INSERT INTO plain SELECT * FROM runs WHERE key = ?", (key,))
        ledger.execute("DROP TABLE runs")
        ledger.execute("ALTER TABLE plain RENAME TO runs")
    assert command("verify", out, "--sample", "0") == 1
    assert f"ledger.sqlite: run {key[:16]}: recorded twice" in capsys.readouterr().out


def test_a_damaged_list_of_checksums_is_refused_before_anything_is_run(
    out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (out / "SHA256SUMS").write_bytes(b"\xff\xfe\x00")
    (out / "study.toml").write_text(LITTLE.replace("min = 3", "min = 4"), encoding="utf-8")
    before = state(out)
    for words in (("sweep", out), ("report", out), ("export", out), ("verify", out)):
        assert command(*words) == 2
        assert "SHA256SUMS cannot be read" in capsys.readouterr().err
    assert state(out) == before


def test_a_removed_run_is_missing_and_further_replicates_are_no_mistake(
    out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = alter.key_in(out, 2, "b=0")
    with alter.ledger_of(out) as ledger:
        for table in ("runs", "cycles"):
            ledger.execute(f"DELETE FROM {table} WHERE key = ?", (key,))
    assert command("verify", out, "--sample", "0") == 1
    assert f"ledger.sqlite: run {key[:16]} is missing (point " in capsys.readouterr().out
    finished(LITTLE.replace("min = 3", "min = 2"), out)
    assert command("verify", out, "--sample", "0") == 0
    assert "5 further runs, beyond the replicates of the study, are not exported" in capsys.readouterr().out


def test_a_manifest_that_names_other_code_is_noticed_by_the_keys(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    text = json.dumps(content | {"code_hash": "0" * 64}, indent=2, sort_keys=True)
    (out / "manifest.json").write_text(text, encoding="utf-8")
    alter.rewrite_checksums(out)
    assert command("verify", out, "--sample", "0") == 1
    assert f'manifest.json: code_hash: "{"0" * 64}", but study.toml, ledger and code give' in capsys.readouterr().out
    with alter.ledger_of(out) as ledger:
        ledger.execute("UPDATE runs SET key = '00000000' || substr(key, 9)")
    assert command("verify", out, "--sample", "0") == 2
    assert "was made by other code" in capsys.readouterr().err


def test_the_sample_is_a_share_or_at_least_twenty_runs(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words, message in (
        ((), "repeated 18 of 18 runs: the same outcome, bit for bit"),
        (("--sample", "10%"), "repeated 2 of 18 runs: the same outcome, bit for bit"),
        (("--sample", "0.01"), "repeated 1 of 18 runs: the same outcome, bit for bit"),
    ):
        assert command("verify", made, *words) == 0
        assert capsys.readouterr().out.splitlines()[-1] == message
    assert command("verify", made, "--sample", "0") == 0
    assert "repeated" not in capsys.readouterr().out
    assert command("verify", made, "--sample", "much") == 2


def test_failed_replicates_are_listed_and_no_mistake(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with alter.ledger_of(out) as ledger:
        (task,) = ledger.execute("SELECT task FROM runs WHERE replicate = 2 LIMIT 1").fetchone()
        ledger.execute("DELETE FROM cycles WHERE key IN (SELECT key FROM runs WHERE task = ?)", (task,))
        ledger.execute("DELETE FROM runs WHERE task = ?", (task,))
        ledger.execute("INSERT INTO given_up VALUES (?, 'point 0, replicate 2: broken')", (task,))
    assert command("export", out) == 2  # runs.csv still holds them
    (out / "export" / "runs.csv").unlink()
    assert command("export", out) == 1
    capsys.readouterr()
    assert command("verify", out) == 0
    shown = capsys.readouterr().out
    assert "FAILED point 0, replicate 2: broken" in shown
    assert "repeated 15 of 15 runs" in shown


def test_a_study_with_a_stopping_rule_and_a_list_of_points_verifies(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("party.office_rent\n0.5\n2\n", encoding="utf-8")
    text = LITTLE.replace('kind = "grid"', 'kind = "list"\nfile = "points.csv"').replace("min = 3", STOP)
    text = text.replace('[factors."party.office_rent"]\nlevels = [0.5, 2]\n', "")
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    out = tmp_path / "out"
    assert command("sweep", tmp_path / "study.toml", "--out", out, "--no-report", "--quiet") == 0
    assert command("verify", out) == 0
    (out / "inputs" / "points.csv").write_text("party.office_rent\n0.5\n3\n", encoding="utf-8")
    alter.rewrite_checksums(out)
    assert command("verify", out, "--sample", "0") == 1


@pytest.mark.parametrize(("entry", "name"), [("versions", "scipy"), ("platform", "machine")])
def test_what_the_code_hash_covers_cannot_be_misstated_in_the_manifest(
    out: Path, capsys: pytest.CaptureFixture[str], entry: str, name: str
) -> None:
    content = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    content[entry] |= {name: "another"}
    (out / "manifest.json").write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    alter.rewrite_checksums(out)
    assert command("verify", out, "--sample", "0") == 1
    assert f"manifest.json: {entry}.{name}: " in capsys.readouterr().out
