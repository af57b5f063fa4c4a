"""The command `moat` as a user meets it: its output, its exit codes, and one clear line for a mistake."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Protocol

import pytest
from results_folders import command
from typer.testing import CliRunner

from political_moat.agents.calibration import shipped_folder
from political_moat.experiments.cli.groups import GROUPS
from political_moat.experiments.cli.main import GLOSSARY, app
from political_moat.model.parameters.presets import PRESETS
from political_moat.model.parameters.tree import Parameters, describe

SCRIPT = Path(sys.executable).with_name("moat")
MOAT = [str(SCRIPT)] if SCRIPT.exists() else [sys.executable, "-m", "political_moat.experiments.cli.main"]
SMALL = ("--voters", "300", "--replicates", "4", "--breadth", "0,.3", "--workers", "1")
HEAVY = ("mesa", "numba", "pandas", "scipy", "numpy", "matplotlib")


def moat(*words: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*MOAT, *map(str, words)],
        cwd=cwd,
        env={**os.environ, "COLUMNS": "120"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done


class Refused(Protocol):
    """Runs a command that is refused; returns the lines."""

    def __call__(self, *words: object, cwd: Path | None = None) -> list[str]: ...


@pytest.fixture
def refused(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Refused:
    """Lines of a refusal, in this process: exit code 2, nothing on standard output, every line from `moat`."""

    def lines_of(*words: object, cwd: Path | None = None) -> list[str]:
        monkeypatch.setenv("COLUMNS", "120")
        monkeypatch.chdir(cwd or Path.cwd())
        code = command(*words)
        out, errors = capfd.readouterr()
        assert (code, out) == (2, ""), errors
        lines = errors.splitlines()
        assert lines
        assert all(line.startswith("moat: ") for line in lines), lines
        return [line.removeprefix("moat: ") for line in lines]

    return lines_of


@pytest.mark.parametrize("words", [("--help",), ("run", "--help"), ("params", "--help"), ("figure", "--help")])
def test_help_says_what_the_command_does(words: tuple[str, ...]) -> None:
    done = moat(*words)
    assert (done.returncode, done.stderr) == (0, "")
    expected = {"run": "--replicates", "params": "--assumed", "figure": "dose-response"}.get(words[0], "not a forecast")
    assert expected in done.stdout


def test_the_help_of_every_command_ends_with_the_glossary() -> None:
    names = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]
    assert len(names) > 15
    for words in ([], *([name.replace("_", "-")] for name in names)):
        shown = CliRunner().invoke(app, [*words, "--help"])
        assert shown.output.split()[-5:] == GLOSSARY.split(), words


@pytest.mark.parametrize("words", [["moat", "--help"], ["moat", "run", "--help"]])
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    code = (
        f"import sys; sys.argv = {words!r}\n"
        "from political_moat.experiments.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit as stop:\n    assert not stop.code\n"
        f"print(sorted(set({HEAVY!r}) & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_mistake_is_answered_before_the_world_is_imported(tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv = ['moat', 'run', '--breadth', '2']\n"
        "from political_moat.experiments.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit as stop:\n    assert stop.code == 2\n"
        "print(sorted({'mesa', 'numba', 'pandas', 'scipy'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == "[]"


def test_no_command_is_help_and_exit_2() -> None:
    done = moat()
    assert done.returncode == 2
    assert "Usage: moat" in done.stdout + done.stderr


def test_params_lists_every_parameter_with_its_source() -> None:
    shown = moat("params").stdout
    every = describe(Parameters())
    lines = shown.splitlines()
    assert [line.split()[0] for line in lines if line[:1].isalpha() and "." in line.split()[0]] == [
        one.name for one in every
    ]
    whole = " ".join(shown.split())
    assert all(f"{one.known.role}, {one.known.status}: {' '.join(one.known.source.split())}" in whole for one in every)
    assert max(map(len, lines)) <= 100
    assert lines[-1].startswith(f"{len(every)} parameters.")
    assert "e+" not in "".join(line for line in lines if line.startswith("electorate."))


def test_params_can_be_narrowed_by_the_beginning_of_the_name_and_by_words() -> None:
    def names(*words: str) -> set[str]:
        return {row["name"] for row in csv.DictReader(io.StringIO(moat("params", "--format", "csv", *words).stdout))}

    every = describe(Parameters())
    assert names("market") == {one.name for one in every if one.name.startswith("market.")}
    assert names("exposure.b") == {one.name for one in every if one.name.startswith("exposure.b")}
    assert "party.office_rent" in names("--search", "office RENT")
    assert names("--search", "census") < names()
    assert names("party", "--assumed") == {
        one.name for one in every if one.name.startswith("party.") and one.known.status == "assumed"
    }


def test_version_is_that_of_the_package() -> None:
    from importlib.metadata import version

    done = moat("--version")
    assert (done.returncode, done.stdout) == (0, f"political-moat {version('political-moat')}\n")


def test_help_lists_every_command_in_a_group_with_one_line() -> None:
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "80"}).output
    listed = {name: text for commands in GROUPS.values() for name, text in commands.items()}
    names = [(command.name or command.callback.__name__).replace("_", "-") for command in app.registered_commands]
    assert set(names) <= listed.keys()
    for name in names:
        (line,) = (line for line in shown.splitlines() if line.startswith(f"│ {name} "))
        assert listed[name] in line
    places = [shown.index(panel) for panel in GROUPS]
    assert places == sorted(places)


def test_params_as_csv_holds_exact_values_and_the_assumed_are_a_part_of_them() -> None:
    rows = list(csv.DictReader(io.StringIO(moat("params", "--format", "csv", "--preset", "article").stdout)))
    tree = Parameters().with_values({row["name"]: row["value"] for row in rows})
    assert {"exposure.allocation", "exposure.average_balance"} <= tree.difference(Parameters()).keys()
    assert {row["name"]: row["default"] for row in rows}["exposure.allocation"] == "0.04"
    assumed = csv.DictReader(io.StringIO(moat("params", "--format", "csv", "--assumed").stdout))
    assert {row["name"] for row in assumed} == {row["name"] for row in rows if row["status"] == "assumed"}


def test_params_marks_what_a_preset_moves() -> None:
    shown = moat("params", "--preset", "article").stdout
    words = " ".join(shown.split())
    assert "exposure.allocation 0.2 share of the balance, 0.01 to 0.2; 0.04 in calibrated" in words


def test_presets_says_how_the_article_differs() -> None:
    lines = moat("presets").stdout.splitlines()
    named = [line.partition(":")[0] for line in lines if not line.startswith(" ")]
    assert named == list(PRESETS)
    article = lines[named.index("article") + 1 : lines.index("    3 parameters differ from calibrated.")]
    assert "    exposure.allocation: 0.04 -> 0.2  (+84% of its range)" in article


def test_cite_gives_a_line_and_a_sentence_to_paste() -> None:
    citation, computed, *_ = moat("cite").stdout.splitlines()
    assert citation.startswith("political-moat authors (2026). political-moat")
    for one in ("code hash ", "numpy ", "numba ", "mesa ", "python "):
        assert one in computed


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (("--preset", "calibratd"), ["unknown preset 'calibratd'; did you mean 'calibrated'? (there are "]),
        (("--breadth", "1.2"), ["breadth 1.2 is not possible; allowed: 0 to 1 share of voters"]),
        (("--breadth", "some"), ["breadth 'some' is not a number; allowed: 0 to 1 share of voters"]),
        (("--voters", "-5"), ["electorate.voters = -5 is not possible; allowed: whole numbers "]),
        (("--voters", "2.5"), ["Invalid value for '--voters': "]),
        (("--set", "exposure.alocation=.1"), ["unknown parameter 'exposure.alocation'; did you mean 'exposure.alloc"]),
        (("--set", "exposure.allocation"), ["--set exposure.allocation is not possible; write --set NAME=VALUE"]),
        (("--protocol", "past"), ["protocol 'past' is not possible; allowed: backtest, stress, history"]),
        (("--rules", "unknown"), ["unknown party rule 'unknown' (there are "]),
        (("--format", "unknown"), ["format 'unknown' is not possible; allowed: table, json"]),
        (("--workers", "0"), ["--workers 0 is not possible; allowed: 1 or more"]),
        (("--replicates", "0"), ["--replicates 0 is not possible; allowed: 1 or more"]),
        (
            ("--replicate", "-1"),
            ["--replicate -1 is not possible; allowed: whole numbers 0 to 18446744073709551615 (2^64 - 1)"],
        ),
        (("--calibration", "nowhere"), ["calibration file nowhere/parameters.csv cannot be read: No such file"]),
        (("--bogus", "1"), ["No such option: --bogus"]),
        (("--seed",), ["Option '--seed' requires an argument."]),
        (
            ("--breadth", "2,x", "--workers", "0", "--format", "xml", "--set", "a", "--preset", "artcle"),
            ["format 'xml'", "--workers 0", "--set a", "breadth 2", "breadth 'x'", "unknown preset 'artcle'; did you"],
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_mistake_is_reported_and_nothing_is_written(
    tmp_path: Path, refused: Refused, words: tuple[str, ...], lines: list[str]
) -> None:
    said = refused("run", *words, cwd=tmp_path)
    assert len(said) == len(lines)
    for line in lines:
        assert any(one.startswith(line) for one in said), (line, said)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("value", "reason"), [("many", "is 'many', not a number"), ("10", "is outside its range")])
def test_a_malformed_calibration_is_reported_by_row(tmp_path: Path, refused: Refused, value: str, reason: str) -> None:
    text = (shipped_folder() / "parameters.csv").read_text(encoding="utf-8")
    (tmp_path / "parameters.csv").write_text(text.replace("u25,1948,", f"u25,{value},"), encoding="utf-8")
    (said,) = refused("run", "--calibration", ".", cwd=tmp_path)
    assert said.startswith("calibration file parameters.csv, row 2: value ")
    assert reason in said
    assert [entry.name for entry in tmp_path.iterdir()] == ["parameters.csv"]


def test_an_output_folder_with_other_files_and_a_file_are_refused(tmp_path: Path, refused: Refused) -> None:
    notes = tmp_path / "other" / "notes.txt"
    notes.parent.mkdir()
    notes.write_text("mine")
    assert refused("run", *SMALL, "--out", "other", cwd=tmp_path) == [
        "other holds other files and no manifest.json; choose another --out"
    ]
    assert refused("run", *SMALL, "--out", "other/notes.txt", cwd=tmp_path) == [
        "other/notes.txt is a file, not a folder; choose another --out"
    ]
    (below,) = refused("run", *SMALL, "--out", "other/notes.txt/below", cwd=tmp_path)
    assert below == "cannot write other/notes.txt/below: Not a directory"
    assert notes.read_text() == "mine"
    assert [entry.name for entry in tmp_path.rglob("*")] == ["other", "notes.txt"]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("figure", "nowhere"), "nowhere holds no results (there is no manifest.json in it)"),
        (("params", "--preset", "artcle"), "unknown preset 'artcle'; did you mean 'article'?"),
        (("params", "markt"), "no parameter begins with 'markt'; the groups are electorate, "),
        (("params", "--search", "zebra"), "no such parameter has 'zebra' in its name, unit or source"),
        (("params", "--format", "xml"), "format 'xml' is not possible; allowed: table, csv"),
        (("rum",), "No such command 'rum'."),
    ],
)
def test_mistakes_with_other_commands_are_one_line(
    tmp_path: Path, refused: Refused, words: tuple[str, ...], line: str
) -> None:
    (said,) = refused(*words, cwd=tmp_path)
    assert said.startswith(line)
    assert not list(tmp_path.iterdir())


def test_a_mistake_ends_the_process_with_exit_2_and_one_line() -> None:
    done = moat("run", "--breadth", "1.2")
    line = "moat: breadth 1.2 is not possible; allowed: 0 to 1 share of voters\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", line)


def test_two_presets_in_one_figure_and_the_article_differs_where_it_says(
    tmp_path: Path,
    refused: Refused,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    drawn_once: None,
) -> None:
    monkeypatch.chdir(tmp_path)
    for preset in ("calibrated", "article"):
        assert command("run", *SMALL, "--preset", preset) == 0
    calibrated, article = (tmp_path / "results" / f"{preset}-stress-20250807" for preset in ("calibrated", "article"))
    trees = [json.loads((folder / "manifest.json").read_text())["request"] for folder in (calibrated, article)]
    assert {
        f"{group}.{name}"
        for group, values in trees[0]["parameters"].items()
        for name, value in values.items()
        if value != trees[1]["parameters"][group][name]
    } == {"exposure.allocation", "exposure.average_balance", "market.depth_switch"}
    assert trees[0]["design"] == trees[1]["design"]

    capfd.readouterr()
    assert command("figure", calibrated, article, "--out", tmp_path / "both") == 0
    assert [Path(line).name for line in capfd.readouterr().out.splitlines()] == [
        f"dose-response.{ending}" for ending in ("svg", "pdf", "png", "csv")
    ]
    with (tmp_path / "both" / "dose-response.csv").open(newline="") as stream:
        assert {row["label"] for row in csv.DictReader(stream)} == {"calibrated", "article"}
    (said,) = refused("figure", article, article, "--out", tmp_path / "twice")
    assert said == "two results folders are of preset 'article'; give one of each"
    assert not (tmp_path / "twice").exists()
