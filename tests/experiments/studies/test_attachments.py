"""Files that a study names: found beside it, copied into its results folder, read back from there."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from political_moat.experiments.errors import UserError
from political_moat.experiments.studies.attachments import Attachment, Neighbours, copy_attachments
from political_moat.experiments.studies.reader import read_study
from political_moat.experiments.sweeps.folder import freeze

STUDY = """
[study]
name = "listed"
[model]
voters = 100
[design]
kind = "list"
file = "points.csv"
[replicates]
min = 1
"""


def study_file(folder: Path, points: str = "party.office_rent\n1\n2\n") -> Path:
    """Write a study with a list of points; return its path."""
    folder.mkdir(exist_ok=True)
    (folder / "points.csv").write_bytes(points.encode())
    (folder / "study.toml").write_text(STUDY)
    return folder / "study.toml"


def test_a_results_folder_keeps_the_bytes_and_a_study_read_from_it_takes_them_from_there(tmp_path: Path) -> None:
    content = "party.office_rent\r\n1\r\n2\r\n"
    study = read_study(study_file(tmp_path / "mine", content))
    digest = hashlib.sha256(content.encode()).hexdigest()
    assert study.attachments() == (Attachment("points.csv", tmp_path / "mine" / "points.csv", digest),)
    out = tmp_path / "out"
    freeze(study, out)
    (out / "manifest.json").write_text("{}")  # which makes it a results folder
    again = read_study(out)
    assert again.attachments() == (Attachment("points.csv", out / "inputs" / "points.csv", digest),)
    assert again == study
    assert (out / "inputs" / "points.csv").read_bytes() == content.encode()
    freeze(again, out)
    assert (out / "inputs" / "points.csv").read_bytes() == content.encode()


def test_a_file_that_changes_after_the_study_was_read_is_refused_and_leaves_the_copy_as_it_was(tmp_path: Path) -> None:
    study = read_study(study_file(tmp_path / "mine"))
    copy_attachments(study.attachments(), tmp_path / "out")
    (tmp_path / "mine" / "points.csv").write_text("party.office_rent\n3\n")
    with pytest.raises(UserError, match=r"points\.csv was changed after the study was read; start it again"):
        copy_attachments(study.attachments(), tmp_path / "out")
    assert (tmp_path / "out" / "inputs" / "points.csv").read_text() == "party.office_rent\n1\n2\n"
    assert [file.name for file in (tmp_path / "out" / "inputs").iterdir()] == ["points.csv"]


def test_files_of_one_name_need_one_content(tmp_path: Path) -> None:
    for folder, text in (("a", "1"), ("b", "1"), ("c", "2")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "people.csv").write_text(text)
    beside, problems = Neighbours(tmp_path), list[str]()
    assert len(beside.attach(["a/people.csv", "b/people.csv"], problems)) == 1
    assert not problems
    beside.attach(["a/people.csv", "c/people.csv", "none.csv"], problems)
    assert [line.partition(")")[0] for line in problems] == [
        f"{tmp_path}/a/people.csv and {tmp_path}/c/people.csv have one name and different content; rename one of them",
        "none.csv cannot be read (No such file or directory",
    ]


def test_a_copy_that_the_study_no_longer_names_is_removed_if_the_folder_lists_it(tmp_path: Path) -> None:
    study, out = read_study(study_file(tmp_path / "mine")), tmp_path / "out"
    freeze(study, out)
    (out / "inputs" / "before.csv").write_text("1")
    (out / "inputs" / "mine.txt").write_text("a note")
    (out / "SHA256SUMS").write_text(f"{hashlib.sha256(b'1').hexdigest()}  inputs/before.csv\n")
    freeze(study, out)
    assert sorted(file.name for file in (out / "inputs").iterdir()) == ["mine.txt", "points.csv"]
