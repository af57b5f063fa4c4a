"""The folder of a paper: no typed number, every macro defined, whole or not there, and only of a finished study."""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path

import pytest
from alterations import rewrite_checksums
from paper_folders import ONE_SETTING, finished_study
from results_folders import LITTLE, command, contents

from political_moat.experiments.archiving.archive import archive_folder
from political_moat.experiments.errors import UserError
from political_moat.experiments.paper import build
from political_moat.experiments.paper.build import build_paper, write_paper
from political_moat.experiments.paper.subject import refuse_other_protocol
from political_moat.experiments.storage.checksums import listed_checksums, verify_checksums
from political_moat.experiments.studies.reader import parse_study
from political_moat.experiments.sweeps.verify import verify

pytestmark = pytest.mark.usefixtures("undrawn")

LENGTHS = ("\\documentclass", "\\usepackage", "\\newcolumntype", "\\setlength", "\\setcounter", "\\renewcommand")
"""Beginnings of the lines of the preamble that hold lengths and counts of LaTeX, the only digits of the text."""


@pytest.fixture(scope="module")
def paper(one_setting: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The paper of a copy of the study."""
    folder = shutil.copytree(one_setting, tmp_path_factory.mktemp("built") / "one")
    return build_paper(folder).parent


def texts(paper: Path) -> dict[str, str]:
    """Every LaTeX file of a paper but numbers and tables, which the study fills."""
    files = sorted(paper.rglob("*.tex"))
    own = [file for file in files if file.name != "numbers.tex" and file.parent.name != "tables"]
    return {file.relative_to(paper).as_posix(): file.read_text(encoding="utf-8") for file in own}


def typed_numbers(text: str) -> list[str]:
    """Lines with digits, but for those that set lengths."""
    return [line for line in text.splitlines() if re.search(r"\d", line) and not line.startswith(LENGTHS)]


def test_no_number_is_typed(paper: Path) -> None:
    assert len(texts(paper)) >= 8
    assert {name: typed_numbers(text) for name, text in texts(paper).items() if typed_numbers(text)} == {}


def test_a_typed_number_would_be_found() -> None:
    assert typed_numbers("In 40 pairs\n\\setlength{\\a}{2em}\n\\Pairs{} pairs") == ["In 40 pairs"]


def test_every_macro_is_defined_and_every_table_and_figure_is_there(paper: Path) -> None:
    whole = "\n".join(texts(paper).values())
    defined = set(re.findall(r"\\newcommand\{\\(\w+)\}", (paper / "numbers.tex").read_text(encoding="utf-8")))
    calls = set(re.findall(r"\\([A-Z]\w+)\{\}", whole)) - {"DoseCaption", "DepthCaption"}
    assert calls - defined == set()
    assert len(calls) > 40
    assert {"ContrastACareDifference", "Seed", "CodeHash", "Pairs", "VersionOfNumpy"} <= defined
    inputs = re.findall(r"\\input\{([\w/-]+)\}", re.sub(r"\\IfFileExists\{.*?\}\{.*?\}\{\}", "", whole, flags=re.S))
    assert [name for name in inputs if not (paper / f"{name}.tex").is_file()] == []
    drawn = re.findall(r"\\includegraphics\[width=\\linewidth\]\{([\w/-]+)\}", whole)
    assert sorted(drawn) == ["figures/depth", "figures/dose-response"]
    assert all((paper / f"{name}.pdf").is_file() for name in drawn)


def test_every_citation_has_an_entry_and_no_entry_is_left(paper: Path) -> None:
    cited = {
        key for text in texts(paper).values() for group in re.findall(r"\\cite[pt]\{([\w,-]+)\}", text)
        for key in group.split(",")
    }  # fmt: skip
    entries = re.findall(r"@article\{([\w-]+),", (paper / "references.bib").read_text(encoding="utf-8"))
    assert sorted(cited) == sorted(entries)


def test_the_paper_belongs_to_the_folder_and_verify_makes_it_anew(paper: Path) -> None:
    folder = paper.parent
    assert "paper/numbers.tex" in listed_checksums(folder)
    assert verify_checksums(folder) == []
    assert verify(folder, 0.0).problems == []
    before = contents(folder)
    build_paper(folder, force=True)
    assert contents(folder) == before


def test_an_archive_holds_the_paper_and_its_script_writes_it_again(paper: Path, tmp_path: Path) -> None:
    archive_folder(paper.parent, tmp_path / "archive.zip")
    with zipfile.ZipFile(tmp_path / "archive.zip") as archive:
        assert "results/paper/tables/contrasts.tex" in archive.namelist()
        script = archive.read("reproduce.sh").decode()
    assert 'moat paper "$work/results"' in script
    assert "moat analyze" not in script


def test_verify_finds_an_altered_number(paper: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(paper.parent, tmp_path / "altered")
    numbers = folder / "paper" / "numbers.tex"
    numbers.write_text(numbers.read_text(encoding="utf-8").replace("{0.05}", "{0.06}"), encoding="utf-8")
    rewrite_checksums(folder)
    assert [problem.file for problem in verify(folder, 0.0).problems] == ["paper/numbers.tex"]


def test_files_of_latex_are_no_part_of_the_folder(paper: Path) -> None:
    for ending in ("pdf", "aux", "log", "bbl"):
        (paper / f"paper.{ending}").write_bytes(b"typeset")
    assert verify_checksums(paper.parent) == []
    (paper / "notes.txt").write_text("mine")
    assert verify_checksums(paper.parent) == ["paper/notes.txt"]
    build_paper(paper.parent, force=True)
    assert not (paper / "paper.pdf").exists()
    assert verify_checksums(paper.parent) == []


def test_a_paper_is_not_replaced_unless_asked(paper: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (paper / "paper.tex").write_text("mine", encoding="utf-8")
    assert command("paper", paper.parent) == 2
    assert "perhaps with changes of yours; --force replaces it" in capsys.readouterr().err
    assert (paper / "paper.tex").read_text(encoding="utf-8") == "mine"
    assert command("paper", paper.parent, "--force") == 0
    assert "pdflatex paper && bibtex paper" in capsys.readouterr().out
    assert verify_checksums(paper.parent) == []


def test_a_failure_leaves_the_old_paper(paper: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(paper.parent)

    def full(*_: object) -> None:
        raise UserError("the disk is full")

    monkeypatch.setattr(build, "draw_figures", full)
    with pytest.raises(UserError, match="the disk is full"):
        build_paper(paper.parent, force=True)
    assert contents(paper.parent) == before


def refused(folder: Path, words: str) -> None:
    with pytest.raises(UserError, match=words) as error:
        build_paper(folder)
    assert "\n" not in str(error.value)
    assert not (folder / "paper").exists()


def test_an_altered_folder_is_refused(one_setting: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(one_setting, tmp_path / "altered")
    runs = folder / "export" / "runs.csv"
    runs.write_text(runs.read_text(encoding="utf-8").replace("rule", "role", 1), encoding="utf-8")
    refused(folder, "export/runs.csv was changed")


def test_an_unfinished_study_is_refused(one_setting: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(one_setting, tmp_path / "unfinished")
    study = folder / "study.toml"
    study.write_text(study.read_text(encoding="utf-8").replace("min = 3", "min = 5"), encoding="utf-8")
    refused(folder, "is not finished: 2 replicates missing; moat sweep .* runs what is missing")


def test_other_protocols_and_folders_without_results_are_refused(tmp_path: Path) -> None:
    model = LITTLE[: LITTLE.index("[design]")].replace("returning = false", 'protocol = "history"\ncycles = 2')
    history = parse_study(model + '[design]\nkind = "grid"\n[replicates]\nmin = 2\n')
    with pytest.raises(UserError, match="protocol history; moat paper writes about the protocol stress alone"):
        refuse_other_protocol(tmp_path, history)
    refused(tmp_path, "manifest.json")


def test_one_replicate_is_refused(tmp_path: Path) -> None:
    refused(finished_study(tmp_path / "single", ONE_SETTING.replace("min = 3", "min = 1")), "one replicate")


def test_a_study_of_two_settings_shows_both_by_their_values(tmp_path: Path) -> None:
    paper = write_paper(finished_study(tmp_path / "two", LITTLE)).parent
    table = (paper / "tables" / "contrasts.tex").read_text(encoding="utf-8")
    assert "\noffice rent & $v$ &" in table
    assert all(f"\n{rent} & 1 & 0 & extreme care &" in table for rent in ("0.5", "2"))
    assert r"\newcommand{\SettingB}{office rent 2}" in (paper / "numbers.tex").read_text(encoding="utf-8")
    assert sorted(file.name for file in (paper / "figures").iterdir()) == [
        f"{kind}-{place}.pdf" for kind in ("depth", "dose-response") for place in "ab"
    ]
    assert r"\ContrastsInconclusive{} do not decide" in (paper / "parts" / "abstract.tex").read_text(encoding="utf-8")
    assert {name: typed_numbers(text) for name, text in texts(paper).items() if typed_numbers(text)} == {}


def test_set_values_events_and_files_of_the_study_are_in_its_design(tmp_path: Path) -> None:
    text = ONE_SETTING.replace("returning = false", 'returning = false\nset = { "party.office_rent" = 2 }')
    text += '\n[[events]]\nmonth = 60\nmove = "cap"\narms = ["b=0.3 v=1"]\n'
    paper = write_paper(finished_study(tmp_path / "events", text)).parent
    table = (paper / "tables" / "design.tex").read_text(encoding="utf-8")
    assert r"\texttt{party.office\_rent} & 2 & fixed \\" in table
    assert r"month 60 & move cap & event, arms b=0.3 v=1 \\" in table
    assert "{1 dated event is imposed, as the table says. }" in (paper / "numbers.tex").read_text(encoding="utf-8")


def test_a_stopping_rule_that_was_not_met_is_named(tmp_path: Path) -> None:
    text = ONE_SETTING.replace("min = 3", "min = 2")
    rule = 'max = 4\nstop = { outcome = "vote_share_end", contrast = "exposure.breadth", mcse = 1e-9 }\n[engine]'
    paper = write_paper(finished_study(tmp_path / "stopped", text.replace("[engine]", rule))).parent
    numbers = (paper / "numbers.tex").read_text(encoding="utf-8")
    assert r"or up to \StageB{} replicates, with analyses at \StageA{} and \StageB{}." in numbers
    assert r"At the last analysis \PointsAbove{} had a larger error." in numbers
    assert r"\newcommand{\PointsAbove}{1 design point}" in numbers
