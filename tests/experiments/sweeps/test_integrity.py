"""Fifteen ways to alter a finished study, checksums rewritten after each: `moat verify` names every one of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import alterations as alter
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from results_folders import LITTLE, contents, finished

from political_moat.experiments.sweeps.status import export_again
from political_moat.experiments.sweeps.verify import Verification, verify

pytestmark = pytest.mark.usefixtures("drawn_once")

ROOT = Path(__file__).parents[3]
ARM = "b=0.3 v=1"
SHOWN = 3
ANOTHER = LITTLE.replace('name = "little"', 'name = "little"\nseed = 7')


def cell(folder: Path, _: Path) -> None:
    alter.edit_cell(folder / "export" / "runs.csv", 3, "severity", "0.12345")


def row_removed(folder: Path, _: Path) -> None:
    alter.edit_lines(folder / "export" / "runs.csv", [line for line in range(19) if line != 4])


def all_rows_removed(folder: Path, _: Path) -> None:
    alter.edit_lines(folder / "export" / "runs.csv", [0])


def row_doubled(folder: Path, _: Path) -> None:
    alter.edit_lines(folder / "export" / "runs.csv", [*range(5), *range(4, 19)])


def cycles(folder: Path, _: Path) -> None:
    alter.edit_cell(folder / "export" / "cycles.csv", 2, "mean_policy", "0.12345")


def summary(folder: Path, _: Path) -> None:
    alter.edit_cell(folder / "summary.csv", 3, "rd_reversed", "-0.5")


def parquet(folder: Path, _: Path) -> None:
    file = folder / "export" / "runs.parquet"
    table = pq.read_table(file)
    place = table.column_names.index("severity")
    values = [0.12345, *table["severity"].to_pylist()[1:]]
    pq.write_table(table.set_column(place, "severity", pa.array(values, pa.float64())), file, compression="zstd")


def manifest(folder: Path, _: Path) -> None:
    file = folder / "manifest.json"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"seed": 20250807,\n  "study"', '"seed": 7,\n  "study"'), encoding="utf-8", newline="")


def study(folder: Path, _: Path) -> None:
    file = folder / "study.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("[0, 0.3]", "[0, 0.4]"), encoding="utf-8", newline="")


def codebook(folder: Path, _: Path) -> None:
    file = folder / "codebook.md"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[2] = "A forecast.\n"
    file.write_text("".join(lines), encoding="utf-8", newline="")


def ledger_row_added(folder: Path, _: Path) -> None:
    alter.copy_run(folder, alter.key_in(folder, 1, ARM), folder, "a" * 64)


def ledger_value(folder: Path, _: Path) -> None:
    alter.set_value(folder, alter.key_in(folder, 1, ARM), "severity", 0.12345)


def ledger_value_and_hash(folder: Path, _: Path) -> None:
    """The exports are made anew too: everything in the folder agrees."""
    key = alter.key_in(folder, 1, ARM)
    alter.set_value(folder, key, "severity", 0.12345)
    alter.rehash(folder, key)
    export_again(folder)


def ledger_cycle_removed(folder: Path, _: Path) -> None:
    alter.drop_cycle(folder, alter.key_in(folder, 1, ARM))


def row_of_another_study(folder: Path, another: Path) -> None:
    key = alter.key_in(another, 1, ARM)
    alter.copy_run(folder, key, another, key)


ALTERATIONS: dict[str, tuple[Callable[[Path, Path], None], str]] = {
    "a cell of runs.csv is edited": (cell, "export/runs.csv"),
    "a row of runs.csv is removed": (row_removed, "export/runs.csv"),
    "all rows of runs.csv are removed": (all_rows_removed, "export/runs.csv"),
    "a row of runs.csv is doubled": (row_doubled, "export/runs.csv"),
    "a cell of cycles.csv is edited": (cycles, "export/cycles.csv"),
    "a cell of summary.csv is edited": (summary, "summary.csv"),
    "a value of runs.parquet is edited": (parquet, "export/runs.parquet"),
    "the seed in manifest.json is edited": (manifest, "manifest.json"),
    "a level in study.toml is edited": (study, "study.toml"),
    "a line of codebook.md is edited": (codebook, "codebook.md"),
    "a run is added to the ledger": (ledger_row_added, "ledger.sqlite"),
    "a value in the ledger is changed": (ledger_value, "ledger.sqlite"),
    "a value in the ledger and its hash are changed, and the exports made anew": (
        ledger_value_and_hash,
        "ledger.sqlite",
    ),
    "a cycle row is removed from the ledger": (ledger_cycle_removed, "ledger.sqlite"),
    "a run of another study is inserted into the ledger": (row_of_another_study, "ledger.sqlite"),
}
"""What is done, and the file that must be named."""


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("little") / "out"
    finished(LITTLE, place)
    return place


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("another") / "out"
    finished(ANOTHER, place)
    return place


@pytest.fixture(scope="module")
def seen(out: Path, another: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Verification]:
    """What `moat verify` says to each alteration."""
    verifications = {}
    for name, (change, _) in ALTERATIONS.items():
        copy = tmp_path_factory.mktemp("altered") / "copy"
        shutil.copytree(out, copy)
        change(copy, another)
        alter.rewrite_checksums(copy)
        verifications[name] = verify(copy)
    return verifications


def row_of(name: str, verification: Verification) -> str:
    places = {problem.file: problem.place for problem in reversed(verification.problems)}
    files = dict.fromkeys(problem.file for problem in verification.problems)
    named = [f"`{file}`" + (f", {places[file]}" if places[file] else "") for file in files]
    more = f"; and {len(named) - SHOWN} more" if len(named) > SHOWN else ""
    return f"| {name} | {'; '.join(named[:SHOWN]) or 'NOT NOTICED'}{more} |"


def test_an_unaltered_study_verifies_and_stays_as_it_is(out: Path) -> None:
    before = contents(out) | {"ledger": (out / "ledger.sqlite").read_bytes()}
    verification = verify(out)
    assert verification.text().splitlines() == [
        f"{out}: verified",
        "ledger: 18 runs of this study, each with its outcome hash",
        "checksums: fine",
        "files: the same bytes as made anew from the ledger",
        "repeated 18 of 18 runs: the same outcome, bit for bit",
    ]
    assert contents(out) | {"ledger": (out / "ledger.sqlite").read_bytes()} == before


@pytest.mark.parametrize("name", ALTERATIONS)
def test_every_alteration_is_noticed_and_its_file_named(name: str, seen: dict[str, Verification]) -> None:
    verification = seen[name]
    print(row_of(name, verification))
    assert ALTERATIONS[name][1] in [problem.file for problem in verification.problems]
    lines = verification.text().splitlines()
    assert lines[0].endswith(": NOT verified")
    assert str(verification.problems[0]) == lines[1]


def test_the_table_in_the_documents_is_what_verify_names(seen: dict[str, Verification]) -> None:
    text = (ROOT / "docs" / "integrity.md").read_text(encoding="utf-8")
    table = text.partition("| alteration | named |\n|---|---|\n")[2].partition("\n\n")[0]
    wanted = [row_of(name, verification) for name, verification in seen.items()]
    print("\n".join(wanted))
    assert len(wanted) == 15
    assert table.splitlines() == wanted
