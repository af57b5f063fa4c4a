"""Merging refuses altered, foreign and contradictory rows in one line, and leaves the target as it was."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import alterations as alter
import pytest
from results_folders import LITTLE, command, contents, finished

pytestmark = pytest.mark.usefixtures("drawn_once")

KEY, PARTS = "key", ("part-1", "part-2")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two parts of a study, and the folder `another` of a study with another seed."""
    place = tmp_path_factory.mktemp("parts")
    (place / "study.toml").write_text(LITTLE, encoding="utf-8")
    for number, part in enumerate(PARTS, 1):
        assert command("shard", f"{number}/2", place / "study.toml", "--out", place / part, "--quiet") == 0
    finished(LITTLE.replace('name = "little"', 'name = "little"\nseed = 7'), place / "another")
    return place


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "parts")
    return tmp_path / "parts"


def first_key(part: Path) -> str:
    with alter.ledger_of(part) as ledger:
        return str(ledger.execute("SELECT key FROM runs ORDER BY key").fetchone()[0])


def altered(place: Path) -> tuple[str, str]:
    key = first_key(place / "part-2")
    alter.set_value(place / "part-2", key, "severity", 0.12345)
    return key, "its row and 2 cycle rows do not give its outcome hash"


def without_cycle(place: Path) -> tuple[str, str]:
    key = first_key(place / "part-2")
    alter.drop_cycle(place / "part-2", key)
    return key, "its row and 1 cycle rows do not give its outcome hash"


def foreign(place: Path) -> tuple[str, str]:
    key = first_key(place / "another")
    alter.copy_run(place / "part-2", key, place / "another", key)
    return key, "the study has no run with this key"


def contradictory(place: Path) -> tuple[str, str]:
    key = first_key(place / "part-1")
    alter.copy_run(place / "part-2", key, place / "part-1", key)
    alter.set_value(place / "part-2", key, "severity", 0.12345)
    alter.rehash(place / "part-2", key)
    return key, f"has one outcome in {place / 'part-1'} and another in {place / 'part-2'}"


def orphaned(place: Path) -> tuple[str, str]:
    key = first_key(place / "part-2")
    with alter.ledger_of(place / "part-2") as ledger:
        ledger.execute("DELETE FROM runs WHERE key = ?", (key,))
    return key, "cycle rows without their run"


ALTERATIONS = (altered, without_cycle, foreign, contradictory, orphaned)


def merge(place: Path, target: Path) -> int:
    return command("merge", *(place / part for part in PARTS), "--out", target, "--no-report")


@pytest.mark.parametrize("change", ALTERATIONS)
def test_an_altered_part_does_not_merge(
    place: Path, change: Callable[[Path], tuple[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    key, what = change(place)
    assert merge(place, place / "merged") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert str(place / "part-2") in line
    assert key[:16] in line
    assert what in line
    assert not (place / "merged").exists()


def test_a_target_that_is_there_stays_as_it_was(place: Path) -> None:
    target = place / "merged"
    assert command("merge", place / "part-1", "--out", target, "--no-report") == 1
    altered(place)
    before = contents(target) | {"ledger": (target / "ledger.sqlite").read_bytes()}
    assert merge(place, target) == 2
    assert contents(target) | {"ledger": (target / "ledger.sqlite").read_bytes()} == before


def test_a_target_with_another_outcome_is_named(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = place / "merged"
    assert command("merge", place / "part-1", "--out", target, "--no-report") == 1
    key = first_key(target)
    alter.set_value(target, key, "severity", 0.12345)
    alter.rehash(target, key)
    capsys.readouterr()
    assert merge(place, target) == 2
    assert f"run {key[:16]} has one outcome in {place / 'part-1'} and another in {target}" in capsys.readouterr().err


def test_a_part_that_was_flagged_does_not_merge(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with alter.ledger_of(place / "part-1") as ledger:
        ledger.execute("INSERT INTO disagreements VALUES ('a', 'b', 'c')")
    assert merge(place, place / "merged") == 1
    assert "is flagged as non-deterministic" in capsys.readouterr().err
    assert not (place / "merged").exists()


def test_parts_that_share_equal_rows_merge(place: Path) -> None:
    key = first_key(place / "part-1")
    alter.copy_run(place / "part-2", key, place / "part-1", key)
    assert merge(place, place / "merged") == 0
    assert command("verify", place / "merged") == 0
