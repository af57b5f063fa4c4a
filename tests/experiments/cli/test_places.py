"""Results in places with difficult names, and in places that cannot be written."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest
from results_folders import command

from political_moat import Study
from political_moat.experiments.errors import UserError
from political_moat.experiments.storage.atomic_files import disk_errors_in_one_line

pytestmark = pytest.mark.usefixtures("drawn_once")
SMALL = ("--replicates", "2", "--voters", "200", "--breadth", "0,.3", "--workers", "1")
STUDY = """
[study]
name = "little"
[model]
voters = 200
[factors."exposure.breadth"]
levels = [0, 0.3]
[replicates]
min = 2
[engine]
kind = "serial"
"""


@pytest.fixture(scope="module")
def latin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder named by Latin-1 bytes that are no UTF-8, as on an old share."""
    folder = tmp_path_factory.mktemp("places") / os.fsdecode(b"caf\xe9")
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("this file system takes names in UTF-8 alone")
    return folder


def test_every_command_works_below_a_folder_whose_name_is_not_utf8(
    latin: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    study = latin / "study.toml"
    study.write_text(STUDY, encoding="utf-8")
    out, single = latin / "results", latin / "single"
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # as `prepare_streams` does
    for words in (
        ("validate", study),
        ("sweep", study, "--out", out),
        ("status", out),
        ("analyze", out),
        ("export", out),
        ("report", out),
        ("verify", out, "--sample", "100%"),
        ("archive", out),
        ("run", *SMALL, "--out", single),
        ("figure", single, "--out", latin / "figures"),
    ):
        assert command(*words) == 0, words
    assert len(Study.from_toml(out).frame("runs")) == 4
    assert (latin / "results.zip").is_file()
    assert str(latin) not in capfd.readouterr().out


@pytest.mark.parametrize("name", ["a" * 300, f"{'a' * 300}/below", "file/below"])
def test_a_place_that_cannot_be_is_one_line_and_exit_2(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    assert command("run", *SMALL, "--out", name) == 2
    _, errors = capsys.readouterr()
    reason = "Not a directory" if "file" in name else "File name too long"
    assert errors == f"moat: cannot write {name}: {reason}\n"
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]
    with pytest.raises(UserError, match=f"^cannot write {name}: {reason}$"):
        Study.from_text(STUDY, out=name).run()


@pytest.mark.skipif(sys.platform != "linux", reason="/proc of Linux")
def test_proc_is_no_place_for_results(capsys: pytest.CaptureFixture[str]) -> None:
    assert command("run", *SMALL, "--out", "/proc/results") == 2
    assert capsys.readouterr().err == "moat: cannot write /proc/results: No such file or directory\n"


@pytest.mark.parametrize("verb", ["status", "report", "verify", "export", "archive", "validate", "sweep", "view"])
def test_a_name_of_300_characters_is_one_line_for_every_command_that_reads(
    verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert command(verb, "a" * 300) == 2
    _, errors = capsys.readouterr()
    (line,) = errors.splitlines()
    assert line.startswith("moat: ")
    assert "File name too long" in line
    assert not list(tmp_path.iterdir())


def test_too_many_open_files_name_the_limit() -> None:
    expected = "^cannot write x: too many files are open; ulimit -n shows and sets how many may be$"
    with pytest.raises(UserError, match=expected), disk_errors_in_one_line(Path("x")):
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE), "y")
