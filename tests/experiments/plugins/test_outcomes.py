"""Outcomes of the user's own: what a function receives, and what its mistakes cost."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from plugin_toys import MONTHS, PLAIN, users_folder
from results_folders import command, rows

from political_moat import Study
from political_moat.experiments.plugins.shipped import OutcomeCall, own_outcomes
from political_moat.experiments.plugins.source import PluginError, Source
from political_moat.experiments.protocols.finished_run import FinishedRun
from political_moat.experiments.studies.reader import read_study
from political_moat.experiments.sweeps.run import run_study

MINE = """
[plugins]
files = ["mine.py"]
[[outcomes]]
name = "mine"
unit = ""
formula = "see mine.py"
function = "mine.py:mine"
"""


def study_of(folder: Path, body: str, text: str = PLAIN) -> Path:
    """The study of an outcome whose function has this body."""
    study = users_folder(folder, text + MINE)
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    (folder / "mine.py").write_text(f"def mine(run):\n{lines}\n", encoding="utf-8")
    return study


def values(folder: Path, body: str, text: str = PLAIN) -> list[float]:
    study = Study.from_toml(study_of(folder, body, text), folder / "out").run(engine="serial", report=False)
    return [float(row["mine"]) for row in rows(study.path)]


CHECKS = """
import dataclasses
assert run.outcomes["arm"] == run.arm and run.outcomes["replicate"] == run.replicate and run.seed == 20250807
assert [cycle["administration"] for cycle in run.administrations] == ["friendly", "opposed"]
assert len(run.record) == 96 and run.record[-1].openness == run.outcomes["final_policy"]
assert run.elections[-1].author_share == run.outcomes["vote_share_end"]
assert run.parameters.exposure.breadth == run.outcomes["breadth"] and run.law.layer == "rule"
assert set(run.platforms) == {"author", "opponent"} and all(event.month < 96 for event in run.events)
assert run.voters("income").shape == (200,)
exposed = run.outcomes["breadth"] > 0
assert (run.control is not None) == exposed
if exposed:
    assert run.control.arm == "b=0" and run.control.control is None and run.control.record[:48] != ()
for change in (
    lambda: setattr(run, "arm", "x"),
    lambda: run.outcomes.update(arm="x"),
    lambda: run.voters("income").fill(0.0),
    lambda: run.platforms.update(author=1.0),
):
    try:
        change()
    except (AttributeError, ValueError, dataclasses.FrozenInstanceError):
        continue
    raise AssertionError("something of a finished run can be changed")
return exposed
"""


def test_a_function_receives_the_finished_run_and_cannot_change_it(tmp_path: Path) -> None:
    assert {int(value) for value in values(tmp_path, CHECKS)} == {0, 1}


def test_an_outcome_can_stop_a_point(tmp_path: Path) -> None:
    stop = 'min = 2\nmax = 8\nstop = { outcome = "mine", contrast = "exposure.breadth", mcse = 0.001 }'
    text = PLAIN.replace("min = 3", stop)
    assert len(values(tmp_path, "return float(run.control is not None)", text)) == 4


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("return run.replicate / (run.replicate - 1)", "ZeroDivisionError: division by zero"),
        ("return float('nan') if run.replicate == 1 else 0", "returned nan; allowed: a finite number"),
        ("return 'three' if run.replicate == 1 else 0", "returned 'three'; allowed: a finite number"),
        ("return None if run.replicate == 1 else 0", "returned None; allowed: a finite number"),
        (
            "return run.voters('money') if run.replicate == 1 else 0",
            "KeyError: \"no voter column 'money'; there are age,",
        ),
    ],
)
def test_an_error_costs_its_replicate_alone_and_is_recorded(tmp_path: Path, body: str, reason: str) -> None:
    file = read_study(study_of(tmp_path, body))
    study = Study(file, tmp_path / "out")
    with pytest.raises(RuntimeError) as failed:
        study.run(engine="serial", report=False)
    lines = str(failed.value).splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(f"point 0, replicate 1: ValueError: outcome mine (mine.py:mine), arm b=0: {reason}")
    assert {row["replicate"] for row in rows(study.path)} == {"0", "2"}


def test_a_retry_after_the_mistake_is_mended_fills_the_gap(tmp_path: Path) -> None:
    """A mended function is another function: its values are computed for every run."""
    study = study_of(tmp_path, "return run.replicate / (run.replicate - 1)")
    words = (study, "--engine", "serial", "--out", tmp_path / "out", "--no-report", "--quiet")
    assert command("sweep", *words) == 1
    study_of(tmp_path, "return run.replicate")
    assert command("sweep", *words) == 0
    assert [float(row["mine"]) for row in rows(tmp_path / "out")] == [0.0, 0.0, 1.0, 1.0, 2.0, 2.0]


def test_a_protocol_from_outside_gives_what_it_keeps(tmp_path: Path) -> None:
    """MONTHS keeps the world of each arm; a protocol that does not has no record to give."""
    study = users_folder(tmp_path, MONTHS)
    place = tmp_path / "own" / "months_open.py"
    place.write_text(
        place.read_text(encoding="utf-8").replace("keep_world(arm.name, opposed)", "pass"), encoding="utf-8"
    )
    with pytest.raises(Exception, match="this protocol keeps no history of an arm; allowed: outcomes and administrat"):
        Study.from_toml(study, tmp_path / "out").run(engine="serial", report=False)


def test_arms_that_are_added_later_have_the_same_outcomes(tmp_path: Path) -> None:
    """Only the missing arm is run, and its control with it."""
    body = "return 0.0 if run.control is None else run.record[-1].price - run.control.record[-1].price"
    wide = PLAIN.replace("[0, 0.3]", "[0, 0.3, 0.6]")
    at_once = values(tmp_path / "whole", body, wide)
    file = read_study(study_of(tmp_path / "parts", body))
    Study(file, tmp_path / "parts" / "out").run(engine="serial", report=False)
    assert values(tmp_path / "parts", body, wide) == at_once
    assert len(at_once) == 9
    assert any(at_once)


def test_a_source_whose_text_has_another_hash_is_refused() -> None:
    source = Source.of("mine.py", "def mine(run):\n    return 1\n")
    assert own_outcomes([source], [OutcomeCall("mine", "mine.py", "mine")])[0].named == "mine.py:mine"
    with pytest.raises(PluginError, match="its text does not have the hash"):
        own_outcomes([source._replace(text="def mine(run):\n    return 2\n")], [OutcomeCall("mine", "mine.py", "mine")])


def test_a_finished_run_is_frozen() -> None:
    run = FinishedRun("b=0", 0, 1, {}, ())
    with pytest.raises(dataclasses.FrozenInstanceError):
        run.arm = "x"  # type: ignore[misc]
    with pytest.raises(ValueError, match="keeps no history"):
        _ = run.record


def test_a_file_that_changes_between_reading_and_running_is_refused(tmp_path: Path) -> None:
    file = read_study(study_of(tmp_path, "return 1"))
    (tmp_path / "mine.py").write_text("def mine(run):\n    return 2\n", encoding="utf-8")
    with pytest.raises(Exception, match="was changed after the study was read; start it again"):
        run_study(file, tmp_path / "out", _serial(), quiet=True)


def _serial() -> Any:
    from political_moat.experiments.execution.engine import Engine

    return Engine("serial")
