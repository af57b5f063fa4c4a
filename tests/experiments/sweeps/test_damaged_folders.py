"""No command replaces results by less: what docs/damaged-folders.md says is refused is refused, and nothing changes."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from damaged_folders import DAMAGE, RUN, documented, everything, observed, verbs
from results_folders import LITTLE, command, finished, rows

from political_moat import Study
from political_moat.agents import calibration
from political_moat.experiments.errors import UserError
from political_moat.experiments.storage.folder_files import is_reserved
from political_moat.experiments.sweeps.status import export_again

pytestmark = pytest.mark.usefixtures("drawn_once")
READ_THE_LEDGER = {"status", "export", "verify", "rerun", "merge", "archive", "retry", "sweep", "run"}
READ_THE_MANIFEST = READ_THE_LEDGER | {"report", "figure", "analyze", "view"}
READ_THE_STUDY = READ_THE_MANIFEST - {"figure", "run", "view"} | {"plan"}
LOST_AT_THE_END = {"log cut in half": {"status", "rerun", "merge", "retry", "sweep", "run", "verify"}}
"""Such a ledger is sound, and lacks its last runs: commands that read it or run what is missing may work."""
NOT_REFUSED = {"row altered": {"status", "verify"}, "another study's ledger": {"verify"}}
"""Such a ledger is whole: `verify` reports what is wrong with it, and `status` reads no row."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole") / "out"
    assert command(*RUN, "--out", out) == 0
    return out


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_refused_is_one_line_and_changes_nothing(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(whole, tmp_path / "out")
    DAMAGE[damage](tmp_path / "out")
    before = everything(tmp_path)
    for verb, words in verbs(tmp_path / "out", tmp_path, rows(whole)[0]["key"][:16]).items():
        if documented()[damage][verb] == "refuses":
            code, complaint = observed(words)
            assert (verb, code, complaint.count("\n")) == (verb, 2, 1), complaint
            assert complaint.startswith("moat: ")
            assert everything(tmp_path) == before, verb


def test_every_damage_is_refused_by_every_command_that_reads_the_damaged_part() -> None:
    needed = {"ledger": READ_THE_LEDGER, "manifest": READ_THE_MANIFEST, "study": READ_THE_STUDY}
    own = dict.fromkeys(("page overwritten", "runs table dropped", "meta table dropped", "meta empty"), READ_THE_LEDGER)
    own |= dict.fromkeys(("row altered", "other format", "another study's ledger"), READ_THE_LEDGER)
    own |= dict.fromkeys((name for name in DAMAGE if name.startswith("log ")), READ_THE_LEDGER)
    own |= dict.fromkeys(("runs.csv a link", "runs.csv a folder"), READ_THE_MANIFEST)
    own |= {"exports missing": {"report", "figure", "analyze", "archive", "view"}}
    own |= {key: {"archive"} for key in (name for name in DAMAGE if name.startswith("checksums "))}
    table = documented()
    assert set(table) == set(DAMAGE)
    for damage in DAMAGE:
        commands = own.get(damage) or needed[damage.partition(" ")[0]]
        commands = commands - LOST_AT_THE_END.get(damage, set()) - NOT_REFUSED.get(damage, set())
        assert {table[damage][verb] for verb in commands} == {"refuses"}, damage
    assert len(DAMAGE) >= 20


def test_lost_runs_are_run_again_and_then_exported(whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(whole, out)
    DAMAGE["log cut in half"](out)
    assert command("export", out) == 2
    assert command(*RUN, "--out", out) == 0
    assert (out / "export" / "runs.csv").read_bytes() == (whole / "export" / "runs.csv").read_bytes()


def test_a_run_that_the_study_no_longer_has_is_not_lost(tmp_path: Path) -> None:
    out = tmp_path / "out"
    finished(LITTLE, out)
    with closing(sqlite3.connect(out / "ledger.sqlite")) as ledger, ledger:
        ledger.execute("DELETE FROM cycles WHERE key IN (SELECT key FROM runs WHERE replicate = 2)")
        ledger.execute("DELETE FROM runs WHERE replicate = 2")
    with pytest.raises(UserError, match=r"runs\.csv holds 6 runs that .*ledger\.sqlite has lost"):
        export_again(out)
    finished(LITTLE.replace("min = 3", "min = 2"), out)
    assert len(rows(out)) == 12


def test_every_name_in_a_results_folder_is_reserved(whole: Path) -> None:
    assert not [entry.name for entry in whole.iterdir() if not is_reserved(entry.name)]


def test_inputs_and_outputs_do_not_lie_in_the_results_folder(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    finished(LITTLE, out)
    (out / "notes.toml").write_text(LITTLE)
    shutil.copytree(Path(str(calibration.__file__)).parent, out / "calibration")
    before = everything(tmp_path)
    for words in (
        ("sweep", out / "notes.toml", "--out", out),
        ("run", "--calibration", out / "calibration", "--out", out),
        ("figure", whole, "--out", whole / "figures"),
        ("figure", whole, "--out", out),
        ("archive", whole, "--out", out / "SHA256SUMS"),
        (*RUN, "--out", out / "below"),
        ("archive", out, "--out", out / "out.zip"),
    ):
        assert command(*words) == 2
        complaint = capsys.readouterr().err
        assert "inside" in complaint
        assert complaint.count("\n") == 1
    with pytest.raises(UserError, match="lies inside the results folder"):
        Study.from_toml(out / "notes.toml", out)
    assert command("figure", out, "--out", tmp_path / "figures") == 2
    assert "notes.toml is not listed; keep files of your own outside the folder" in capsys.readouterr().err
    assert everything(tmp_path) == before
    (out / "export" / "runs.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(UserError, match=r"runs\.parquet (cannot be read|was changed)"):
        Study.from_toml(out).frame()
    assert command("sweep", out / "study.toml", "--out", out, "--quiet", "--no-report") == 0
