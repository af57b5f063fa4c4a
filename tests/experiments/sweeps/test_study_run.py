"""A study on disk: same request, same bytes; more replicates extend it; anything else is refused, nothing changed."""

from __future__ import annotations

import csv
import hashlib
import json
import math
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from political_moat.experiments.cli.main import main
from political_moat.experiments.protocols.stress_test.columns import CYCLE_COLUMNS, RUN_COLUMNS
from political_moat.experiments.storage.checksums import verify_checksums
from political_moat.experiments.storage.columns import Column
from political_moat.experiments.storage.ledger import Ledger
from political_moat.experiments.studies.from_options import study_of_run
from political_moat.experiments.studies.plan import Plan
from political_moat.experiments.sweeps import run as study

SCRIPT = Path(sys.executable).with_name("moat")
MOAT = [str(SCRIPT)] if SCRIPT.exists() else [sys.executable, "-m", "political_moat.experiments.cli.main"]
SMALL = ("run", "--voters", "300", "--breadth", "0,.3")
REPLICATES = 6
FAULTY = """
from political_moat.experiments.protocols.task import run_task

def faulty(payload):
    if payload[3] in {failing}:
        raise RuntimeError("two lines\\nof trouble")
    return run_task(payload)
"""


def start(folder: Path, *words: object) -> subprocess.Popen[str]:
    command = [*MOAT, *SMALL, *map(str, words)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=folder, text=True, env={**os.environ}, **pipes)  # type: ignore[call-overload, no-any-return]


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, errors = process.communicate(timeout=120)
    assert "Traceback" not in errors
    return process.returncode, out, errors


def moat(folder: Path, *words: object) -> tuple[int, str, str]:
    return finish(start(folder, *words))


def contents(out: Path) -> dict[str, bytes]:
    """Every file that a paper would archive, by name; the ledger's bytes depend on the order in which runs finished."""
    files = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if name not in (".lock", "ledger.sqlite")}


def rows(out: Path, name: str) -> list[dict[str, str]]:
    with (out / "export" / name).open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the same study run side by side by one worker and by two."""
    place = tmp_path_factory.mktemp("studies")
    running = [start(place, "--replicates", REPLICATES, "--workers", n, "--out", f"workers-{n}") for n in (1, 2)]
    for process in running:
        code, _, errors = finish(process)
        assert code == 0, errors
    return place


@pytest.fixture(scope="module")
def out(folder: Path) -> Path:
    return folder / "workers-1"


def test_one_worker_and_two_write_the_same_bytes(folder: Path) -> None:
    one, two = contents(folder / "workers-1"), contents(folder / "workers-2")
    for name in ("export/runs.csv", "export/cycles.csv", "summary.csv", "figures/dose-response.svg", "codebook.md"):
        assert name in one
    assert {name for name in one.keys() | two.keys() if one.get(name) != two.get(name)} == set()


def test_the_same_command_only_prints_and_more_replicates_extend(
    folder: Path, out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(out)
    code, again, errors = moat(folder, "--replicates", REPLICATES, "--out", out.name)
    assert (code, errors) == (0, "")  # no progress: nothing was run
    assert f" {REPLICATES} pairs," in again
    assert contents(out) == before

    extended = folder / "workers-2"
    words = ("--replicates", str(REPLICATES + 2), "--workers", "1", "--out", extended.name)
    assert command(monkeypatch, folder, *words) == 0
    assert capsys.readouterr().err.splitlines()[0].startswith(f"replicates: {REPLICATES + 1} of {REPLICATES + 2} ")
    for name in ("export/runs.csv", "export/cycles.csv"):
        longer = (extended / name).read_bytes()
        assert longer.startswith(before[name])
        assert len(longer) > len(before[name])
    assert verify_checksums(extended) == []
    manifest = json.loads((extended / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["study"]["replicates"].pop("min") == REPLICATES + 2
    old = json.loads(before["manifest.json"])
    assert old["study"]["replicates"].pop("min") == REPLICATES
    assert manifest == old
    assert {row["replicate"] for row in rows(extended, "runs.csv")} == {str(n) for n in range(REPLICATES + 2)}


def test_another_request_is_refused_in_one_line_and_changes_nothing(folder: Path, out: Path) -> None:
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    code, shown, errors = moat(folder, "--replicates", REPLICATES, "--seed", 7, "--out", out.name)
    assert (code, shown) == (2, "")
    assert errors == "moat: workers-1 holds other results (seed 20250807 there, 7 here); choose another --out\n"
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def is_number(column: Column) -> bool:
    return not (math.isinf(column.low) and math.isinf(column.high))


@pytest.mark.parametrize(("name", "columns"), [("runs.csv", RUN_COLUMNS), ("cycles.csv", CYCLE_COLUMNS)])
def test_the_exports_hold_the_declared_columns_within_their_ranges(
    out: Path, name: str, columns: tuple[Column, ...]
) -> None:
    found = rows(out, name)
    assert list(found[0]) == [column.name for column in columns]
    for column in columns:
        for row in found:
            value = row[column.name]
            assert value not in ("", "nan", "inf", "None", "True", "False"), (column.name, value)
            if is_number(column):
                assert column.low <= float(value) <= column.high, (column.name, value)
            if column.unit == "0 or 1":
                assert value in ("0", "1"), (column.name, value)


def test_every_replicate_has_every_arm_once_and_three_administrations_each(out: Path) -> None:
    arms = [arm.name for arm in Plan(study_of_run(voters=300, breadths="0,.3")).arm_sets(0)[0].arms]
    runs, cycles = rows(out, "runs.csv"), rows(out, "cycles.csv")
    assert [(row["replicate"], row["arm"]) for row in runs] == [
        (str(n), arm) for n in range(REPLICATES) for arm in arms
    ]
    assert len({row["key"] for row in runs}) == len({row["outcome_hash"] for row in runs}) == len(runs)
    administrations = [(row["key"], row["administration"]) for row in cycles]
    names = ("friendly", "opposed", "returned")
    assert administrations == [(row["key"], administration) for row in runs for administration in names]
    assert {row["role"] for row in cycles if row["administration"] == "opposed"} == {"opponent"}


def test_the_checksums_hold_and_a_changed_file_is_named(out: Path) -> None:
    assert verify_checksums(out) == []
    listed = dict(reversed(line.split("  ")) for line in (out / "SHA256SUMS").read_text().splitlines())
    assert listed["export/runs.csv"] == hashlib.sha256((out / "export" / "runs.csv").read_bytes()).hexdigest()
    assert listed.keys() == contents(out).keys() - {"SHA256SUMS"}


def test_the_manifest_tells_the_request_and_neither_host_nor_place(out: Path) -> None:
    text = (out / "manifest.json").read_text(encoding="utf-8")
    manifest = json.loads(text)
    assert manifest["seed"] == 20250807
    assert manifest["request"]["parameters"]["electorate"]["voters"] == 300
    assert manifest["request"]["design"]["breadths"] == [0.0, 0.3]
    assert {"python", "numpy", "numba", "mesa"} <= manifest["versions"].keys()
    strings = [line.partition('": ')[2].strip(' ",') for line in text.splitlines()]
    assert [one for one in strings if one.startswith(("/", "~", "\\")) or ":\\" in one] == []
    for private in (socket.gethostname(), str(Path.home()), str(out.parent), str(Path.cwd())):
        assert private not in strings
        assert len(private) < 5 or private not in text


def test_one_replicate_looked_at_is_the_studys(folder: Path, out: Path) -> None:
    code, shown, _ = moat(folder, "--replicate", 3, "--format", "json")
    assert code == 0
    printed = json.loads(shown)
    for name, found in (("runs.csv", printed["runs"]), ("cycles.csv", printed["cycles"])):
        written = [row for row in rows(out, name) if row["replicate"] == "3"]
        assert len(written) == len(found)
        for row, drilled in zip(written, found, strict=True):
            assert {column: str(value) for column, value in drilled.items()} == {
                column: value for column, value in row.items() if column not in ("key", "outcome_hash")
            }


def test_one_replicate_is_a_table_with_its_events(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, tmp_path, "--replicate", "3") == 0
    lines = capsys.readouterr().out.splitlines()
    written = [row for row in rows(out, "runs.csv") if row["replicate"] == "3"]
    columns = {"extreme_care": "reversed", "lasting_A": "lasting_openness"}
    head = [columns.get(name, name) for name in lines[1].split()[1:]]
    for line, row in zip(lines[2:], written, strict=False):
        assert line.startswith(row["arm"])
        cells = [float(cell) for cell in line.removeprefix(row["arm"]).split()]
        assert cells == [pytest.approx(float(row[name]), abs=5.1e-4) for name in head]
    for row in written:
        events = lines[lines.index("What the opposed government did, in months after takeover:") :]
        (printed,) = (line for line in events if line[:24].rstrip() == row["arm"])
        assert f"{row['months_to_attempt']} docketed" in printed or row["attempted"] == "0"
    assert not list(tmp_path.iterdir())


def command(monkeypatch: pytest.MonkeyPatch, folder: Path, *words: str) -> int:
    """`moat run` in this process; returns the exit code."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["moat", *SMALL, *words])
    try:
        main()
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def fail_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *replicates: int) -> None:
    """Let these replicates raise, through a module that the runner finds by its name."""
    name = f"faulty_{tmp_path.name.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text(FAULTY.format(failing=set(replicates)), encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(study, "TASK", f"{name}:faulty")


def test_a_failing_replicate_is_named_costs_itself_alone_and_is_taken_up_again(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--replicates", str(REPLICATES), "--workers", "1", "--out", "out")
    with monkeypatch.context() as faulty:
        fail_in(faulty, tmp_path, 2)
        assert command(faulty, tmp_path, *words) == 1
    shown = capsys.readouterr().out
    assert shown.splitlines()[-1] == "FAILED replicate 2: RuntimeError: two lines of trouble"
    assert f" {REPLICATES - 1} pairs," in shown
    assert {row["replicate"] for row in rows(tmp_path / "out", "runs.csv")} == {"0", "1", "3", "4", "5"}
    with Ledger(tmp_path / "out" / "ledger.sqlite", read_only=True) as ledger:
        failures = ledger.failures()
    assert [(one["attempt"], one["seed"]) for one in failures] == [(1, 20250807), (2, 20250807)]
    assert all("Traceback" in one["detail"] for one in failures)

    assert command(monkeypatch, tmp_path, *words) == 0
    assert "FAILED" not in capsys.readouterr().out
    assert contents(tmp_path / "out") == contents(out)


def test_a_study_without_any_finished_replicate_is_one_line_and_exit_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_in(monkeypatch, tmp_path, 0, 1)
    assert (
        command(monkeypatch, tmp_path, "--replicates", "2", "--workers", "1", "--out", "out", "--format", "json") == 1
    )
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "moat: no replicate finished; replicate 0: RuntimeError: two lines of trouble\n"
