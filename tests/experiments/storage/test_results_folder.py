"""The ledger and the results folder: exactly once, byte for byte, and one clear line for every mistake."""

from __future__ import annotations

import itertools
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from political_moat.experiments.errors import NonDeterministic, UserError
from political_moat.experiments.storage import results_folder as store
from political_moat.experiments.storage.atomic_files import disk_errors_in_one_line, replaced_atomically
from political_moat.experiments.storage.ledger import CycleRecord, Ledger, RunRecord, journal_mode
from political_moat.experiments.storage.provenance import outcome_hash_of_texts
from political_moat.experiments.storage.results_folder import open_results_folder, read_manifest

ARMS = ("none", "low", "high")
MANIFEST = {
    "schema_version": 1,
    "code_hash": "a" * 64,
    "seed": 7,
    "request": {"preset": "calibrated", "design": {"replicates": 20, "breadth": [0.0, 0.3]}},
    "versions": {"python": "3.11.7"},
}


def replicate(number: int, arms: tuple[str, ...] = ARMS) -> tuple[str, list[RunRecord], list[CycleRecord]]:
    draw = random.Random(number)
    runs: list[RunRecord] = []
    cycles: list[CycleRecord] = []
    for arm in arms:
        key = f"{number}-{arm}"
        row = {
            "restricted": draw.random() < 0.5,
            "severity": draw.random() / 3.0,
            "months": None if draw.random() < 0.5 else draw.randrange(48),
            "court": 'stayed, "vacated"\nlater',
        }
        runs.append({"key": key, "replicate": number, "arm": arm, "row": row})
        cycles += [{"key": key, "number": n, "row": {"openness": draw.random()}} for n in (1, 0)]
    return f"r{number}", runs, cycles


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.sqlite") as opened:
        yield opened


def test_a_recorded_task_is_there_for_the_next_process(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        assert ledger.record(*replicate(3))
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        assert ledger.done() == {"r3"}
        assert "r3" in ledger.done()
        assert "r4" not in ledger.done()
        assert ledger.count() == 3
    assert [file.name for file in tmp_path.iterdir()] == ["ledger.sqlite"]


def test_the_ledger_is_flushed_and_logs_ahead(ledger: Ledger) -> None:
    pragmas = [ledger._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert pragmas == ["wal", 2]


def test_without_shared_memory_the_journal_rolls_back(tmp_path: Path) -> None:
    """SQLite's dot-file locks, as on some network folders, cannot do a write-ahead log."""
    address = f"{(tmp_path / 'x').as_uri()}?vfs={'win32-none' if sys.platform == 'win32' else 'unix-dotfile'}"
    connection = sqlite3.connect(address, uri=True)
    assert journal_mode(connection) == "delete"
    connection.close()


def test_a_repeated_task_changes_nothing(ledger: Ledger) -> None:
    assert ledger.record(*replicate(1))
    before = list(ledger.texts())
    assert not ledger.record(*replicate(1))
    assert ledger.count() == 3
    assert list(ledger.texts()) == before


@pytest.mark.parametrize("where", ["run", "cycle"])
def test_a_repeat_that_disagrees_flags_the_study(ledger: Ledger, where: str) -> None:
    ledger.record(*replicate(1))
    task, runs, cycles = replicate(1)
    if where == "run":
        runs[1]["row"] = {**runs[1]["row"], "severity": 0.5}
    else:
        cycles[2]["row"] = {"openness": 0.5}
    with pytest.raises(NonDeterministic, match="1-low"):
        ledger.record(task, runs, cycles)
    assert ledger.disagreements() == ["1-low"]
    assert ledger.count() == 3


def test_a_task_is_written_whole_or_not_at_all(ledger: Ledger) -> None:
    task, runs, cycles = replicate(1)
    with pytest.raises(sqlite3.IntegrityError):
        ledger.record(task, runs, [*cycles, cycles[0]])
    assert (ledger.count(), ledger.done(), list(ledger.texts())) == (0, set(), [])
    assert ledger.record(task, runs, cycles)


def test_nan_and_unknown_columns_raise_an_error_that_names_them(ledger: Ledger) -> None:
    task, runs, cycles = replicate(1)
    runs[0]["row"] = {"severity": float("nan")}
    with pytest.raises(ValueError, match="severity"):
        ledger.record(task, runs, cycles)
    task, runs, cycles = replicate(1)
    with pytest.raises(ValueError, match="1-high"):
        ledger.record(task, runs[:2], cycles)
    assert ledger.count() == 0


def test_failures_are_kept_and_open_until_the_task_succeeds(ledger: Ledger) -> None:
    ledger.record_failure("r1", 1, "died: SIGKILL", 2**64 - 1)
    ledger.record_failure("r2", 1, "exception: ValueError", None, "Traceback ...")
    ledger.record(*replicate(1))
    assert ledger.failures() == [
        {"task": "r2", "attempt": 1, "reason": "exception: ValueError", "detail": "Traceback ...", "seed": None}
    ]
    assert [found["seed"] for found in ledger.failures(open_only=False)] == [2**64 - 1, None]


def test_what_a_ledger_holds_does_not_depend_on_the_order_of_finishing(tmp_path: Path) -> None:
    held = set()
    for number, order in enumerate(itertools.islice(itertools.permutations(range(8, 13)), 0, 120, 24)):
        with Ledger(tmp_path / f"{number}.sqlite") as ledger:
            for replicate_number in order:
                task, runs, cycles = replicate(replicate_number)
                ledger.record(task, runs[::-1] if number % 2 else runs, cycles)
            held.add(tuple(ledger.texts()))
    assert len(held) == 1


def test_stored_texts_give_the_outcome_hash_and_come_by_replicate(ledger: Ledger) -> None:
    for number in (10, 2):
        ledger.record(*replicate(number))
    runs = list(ledger.texts())
    assert [run.replicate for run in runs] == [2, 2, 2, 10, 10, 10]
    assert all(outcome_hash_of_texts(run.row, run.cycles) == run.outcome_hash for run in runs)
    assert {run.key: json.loads(run.row) for run in runs} == {
        run["key"]: run["row"] for number in (2, 10) for run in replicate(number)[1]
    }
    assert [[number for number, _ in run.cycles] for run in runs] == [[0, 1]] * 6
    assert ledger.orphans() == []
    ledger._connection.execute("DELETE FROM runs WHERE key = '2-low'")
    assert ledger.orphans() == ["2-low"]


def test_a_reader_beside_the_writer_sees_what_is_acknowledged(ledger: Ledger) -> None:
    ledger.record(*replicate(1))
    with Ledger(ledger.path, read_only=True) as reader:
        assert reader.count() == 3
        ledger.record(*replicate(2))
        assert reader.count() == 6
        with pytest.raises(UserError, match="cannot write"):
            reader.record(*replicate(3))


def test_a_full_ledger_is_one_line_and_loses_nothing(ledger: Ledger) -> None:
    ledger._connection.execute("PRAGMA max_page_count=30")
    recorded = 0
    with pytest.raises(UserError, match=r"^the disk is full while writing .*ledger\.sqlite$"):  # noqa: PT012
        for number in range(1000):
            ledger.record(*replicate(number))
            recorded += 1
    assert len(ledger.done()) == recorded > 0
    ledger._connection.execute("PRAGMA max_page_count=3000")
    assert ledger.record(*replicate(recorded))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's full device")
def test_a_full_disk_is_one_line() -> None:
    with (
        pytest.raises(UserError, match=r"^the disk is full while writing x\.csv$"),
        disk_errors_in_one_line(Path("x.csv")),
        Path("/dev/full").open("w") as stream,
    ):
        stream.write("x")


def test_a_damaged_ledger_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_text("not a database, but long enough to be looked at" * 100)
    with pytest.raises(UserError, match="damaged"):
        Ledger(tmp_path / "ledger.sqlite")


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "summary.csv"
    target.write_text("old")
    with pytest.raises(KeyError), replaced_atomically(target) as stream:  # noqa: PT012
        stream.write("half")
        raise KeyError
    assert [(f.name, f.read_text()) for f in tmp_path.iterdir()] == [("summary.csv", "old")]


def test_a_new_folder_is_made_with_its_parents_and_resumed(tmp_path: Path) -> None:
    out = tmp_path / "results" / "calibrated-stress-7"
    with open_results_folder(out, MANIFEST) as folder:
        assert not folder.resumed
        folder.ledger.record(*replicate(1))
    again = {**MANIFEST, "versions": {"python": "3.12.1"}}
    with open_results_folder(out, again) as folder:
        assert folder.resumed
        assert folder.ledger.done() == {"r1"}
        assert folder.manifest == MANIFEST
        assert folder.export == out / "export"
    assert read_manifest(out) == MANIFEST
    assert sorted(file.name for file in out.iterdir()) == [".lock", "ledger.sqlite", "manifest.json"]


def test_an_empty_folder_is_taken_and_relative_paths_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    with open_results_folder(Path("out"), MANIFEST) as folder:
        assert not folder.resumed


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"seed": 8}, r"holds other results \(seed 7 there, 8 here\); choose another --out"),
        (
            {"seed": 8, "request": {"preset": "history", "design": {"replicates": 20, "breadth": [0.0, 0.3]}}},
            r'\(seed 7 there, 8 here; preset "calibrated" there, "history" here\)',
        ),
        (
            {"request": {"preset": "calibrated", "design": {"replicates": 20}}},
            r"breadth \[0.0,0.3\] there, not set here",
        ),
        ({"request": {n: list(range(99)) for n in "abcde"}}, r"and 5 more\); choose"),
        ({"code_hash": "b" * 64}, "was made by other code \\(aaaaaaaaaaaaaaaa, now bbbbbbbbbbbbbbbb\\)"),
        ({"schema_version": 2}, "schema_version 1 there, 2 here"),
    ],
)
def test_other_results_are_refused_in_one_line(tmp_path: Path, change: dict[str, Any], line: str) -> None:
    out = tmp_path / "out"
    open_results_folder(out, MANIFEST).close()
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    with pytest.raises(UserError, match=line) as caught:
        open_results_folder(out, {**MANIFEST, **change})
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before


def test_a_folder_of_an_earlier_version_is_refused_for_its_code(tmp_path: Path) -> None:
    """Version 0.1.0 kept the whole parameter tree of `moat run` in the request; no setting is named as different."""
    out = tmp_path / "results"
    (out / "export").mkdir(parents=True)
    request = {
        "preset": "calibrated",
        "protocol": "stress",
        "design": {"breadths": [0.0]},
        "parameters": {"accounts": {}},
    }
    earlier = {"schema_version": 2, "code_hash": "8d9384ba" * 8, "seed": 7, "request": request}
    (out / "manifest.json").write_text(json.dumps(earlier), encoding="utf-8")
    (out / "export" / "runs.csv").write_text("key\n", encoding="utf-8")
    with Ledger(out / "ledger.sqlite") as ledger:
        ledger.record(*replicate(1))
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    wanted = {**MANIFEST, "schema_version": 3, "request": {"study": "stress"}}
    with pytest.raises(UserError) as caught:
        open_results_folder(out, wanted)
    assert str(caught.value) == (
        f"{out} was made by other code (8d9384ba8d9384ba, now {'a' * 16}); the two never mix: choose another --out"
    )
    after = {path: path.read_bytes() for path in out.rglob("*") if path.is_file() and path.name != ".lock"}
    assert after == before


def test_a_folder_of_other_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("precious")
    with pytest.raises(UserError, match=r"holds other files and no manifest.json; choose another --out"):
        open_results_folder(tmp_path, MANIFEST)
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_file_in_the_way_and_a_broken_manifest_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(UserError, match=r"^cannot write "):
            open_results_folder(out, MANIFEST)
    for content in ("{", "[]", "\xff"):
        (tmp_path / "out").mkdir(exist_ok=True)
        (tmp_path / "out" / "manifest.json").write_text(content, encoding="latin-1")
        with pytest.raises(UserError, match="manifest"):
            open_results_folder(tmp_path / "out", MANIFEST)
    with pytest.raises(UserError, match="holds no results"):
        read_manifest(tmp_path)


def test_a_creation_cut_short_is_taken_up_but_runs_without_manifest_are_not(tmp_path: Path) -> None:
    out = tmp_path / "out"
    open_results_folder(out, MANIFEST).close()
    (out / "manifest.json").rename(out / "manifest.json.partial")
    with open_results_folder(out, MANIFEST) as folder:
        assert not folder.resumed
        folder.ledger.record(*replicate(1))
    (out / "manifest.json").unlink()
    with pytest.raises(UserError, match="runs without a manifest"):
        open_results_folder(out, MANIFEST)
    with Ledger(out / "ledger.sqlite") as ledger:
        assert ledger.count() == 3


@pytest.mark.parametrize("broken", ["Ledger", "replaced_atomically"])
def test_a_failed_creation_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    def full(*_: object) -> None:
        raise UserError("the disk is full while writing x")

    monkeypatch.setattr(store, broken, full)
    with pytest.raises(UserError, match="the disk is full"):
        open_results_folder(tmp_path / "a" / "b", MANIFEST)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX folders")
def test_a_folder_that_may_not_be_written_is_one_line() -> None:
    program = (
        "import os, sys; from pathlib import Path\n"
        "from political_moat.experiments.storage import results_folder as store\n"
        "out = Path(sys.argv[1])\n"
        "os.chmod(out, 0o555)\n"
        "if os.getuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "try: store.open_results_folder(out / 'x', {})\n"
        "except store.UserError as error: print(error)\n"
    )
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are closed to other users
        out = Path(folder)
        done = subprocess.run([sys.executable, "-c", program, folder], capture_output=True, text=True, timeout=30)
        assert done.stdout == f"cannot write {out / 'x'}: Permission denied\n", done.stderr


def test_a_second_coordinator_is_refused(tmp_path: Path) -> None:
    program = (
        "import json, sys; from pathlib import Path\n"
        "from political_moat.experiments.storage import results_folder as store\n"
        "try: store.open_results_folder(Path(sys.argv[1]), json.loads(sys.argv[2])).close(); print('opened')\n"
        "except store.UserError as error: print(error)\n"
    )
    out = tmp_path / "out"
    second = [sys.executable, "-c", program, str(out), json.dumps(MANIFEST)]
    run: Callable[[], str] = lambda: subprocess.run(second, capture_output=True, text=True, timeout=30).stdout  # noqa: E731
    with open_results_folder(out, MANIFEST) as folder:
        assert run() == f"{out} is in use by another moat; wait for it, or choose another --out\n"
        folder.ledger.record(*replicate(1))
    assert run() == "opened\n"
