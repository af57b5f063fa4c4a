"""What a plug-in changes: the keys of the runs that use it, and no others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from plugin_toys import MONTHS, OUTCOMES, PLAIN, STRESS, users_folder
from results_folders import command, finished, rows

from political_moat import Study
from political_moat.experiments.storage.provenance import code_hash
from political_moat.experiments.studies.plan import ArmSet, Plan
from political_moat.experiments.studies.reader import parse_study, read_study

FILES = '[plugins]\nfiles = ["midway.py", "phase_down.py"]\n'
ALONE = STRESS.replace(OUTCOMES, "")
"""The rule everywhere and the move at one point; no outcomes."""


def keys(study: Path) -> dict[tuple[int, str], str]:
    """Keys of replicate 0 by design point and arm."""
    return {(s.point, a.name): s.key(n, 0) for s in Plan(read_study(study)) for n, a in enumerate(s.arms)}


def edited(study: Path, file: str, old: str, new: str) -> Path:
    """The study after an edit of one line of a plug-in."""
    place = study.parent / file
    text = place.read_text(encoding="utf-8")
    assert text.count(old) == 1
    place.write_text(text.replace(old, new), encoding="utf-8")
    return study


def test_a_folder_made_without_plugins_is_extended_with_them(tmp_path: Path, monkeypatch: Any) -> None:
    """The runs that use none keep their keys: nothing is run again."""
    out, before = tmp_path / "out", code_hash()
    finished(PLAIN + '[engine]\nkind = "serial"\n', out)
    old = {row["key"] for row in rows(out)}
    factor = '[factors."party.rule"]\nlevels = ["best-response", "midway"]\n[replicates]'
    study = users_folder(tmp_path / "user", PLAIN.replace("[replicates]", factor) + FILES)
    again: list[tuple[str, int]] = []
    real = ArmSet.payload

    def payload(arm_set: ArmSet, replicate: int, places: Any) -> Any:
        again.append((arm_set.values["party.rule"], replicate))
        return real(arm_set, replicate, places)

    monkeypatch.setattr(ArmSet, "payload", payload)
    Study.from_toml(study, out).run(engine="serial", report=False)
    assert sorted(again) == [("midway", 0), ("midway", 1), ("midway", 2)]
    assert old == {row["key"] for row in rows(out) if row["rule"] == "best-response"}
    assert code_hash() == before


def test_a_study_without_plugins_has_its_former_content(tmp_path: Path) -> None:
    """Unused files change no key; without the section, not even the manifest."""
    plain = users_folder(tmp_path / "user", PLAIN)
    before = keys(plain)
    assert not {"plugins", "outcomes"} & read_study(plain).canonical().keys()
    plain.write_text(PLAIN + FILES, encoding="utf-8")
    assert keys(plain) == before


def test_one_changed_line_gives_new_keys_to_the_runs_that_use_it(tmp_path: Path) -> None:
    study = users_folder(tmp_path / "user", ALONE)
    before = keys(study)
    assert len(set(before.values())) == 4
    after = keys(edited(study, "phase_down.py", "0.5 * now.cap", "0.6 * now.cap"))
    assert {place for place in before if before[place] != after[place]} == {(1, "b=0"), (1, "b=0.3 v=1")}
    last = keys(edited(study, "midway.py", "0.5 * (ideal", "0.4 * (ideal"))
    assert not set(last.values()) & set(after.values())


def test_an_outcome_is_part_of_every_run_of_its_study(tmp_path: Path) -> None:
    study = users_folder(tmp_path / "user", PLAIN + FILES)
    without = keys(study)
    study.write_text(PLAIN + FILES + OUTCOMES, encoding="utf-8")
    assert not set(keys(study).values()) & set(without.values())
    text = OUTCOMES.replace('unit = "months"', 'unit = "month"')
    study.write_text(PLAIN + FILES + text, encoding="utf-8")
    assert set(keys(study).values()) == set(keys(users_folder(tmp_path / "two", PLAIN + FILES + OUTCOMES)).values())


def test_all_sources_count_for_a_protocol_from_outside(tmp_path: Path) -> None:
    study = users_folder(tmp_path / "user", MONTHS)
    before = keys(study)
    after = keys(edited(study, "phase_down.py", "0.5 * now.cap", "0.6 * now.cap"))
    assert not set(after.values()) & set(before.values())


def test_line_ends_and_names_of_files_change_no_key(tmp_path: Path) -> None:
    study = users_folder(tmp_path / "user", ALONE)
    before = keys(study)
    file = study.parent / "midway.py"
    (study.parent / "my_rule.py").write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    study.write_text(ALONE.replace("midway.py", "my_rule.py"), encoding="utf-8")
    assert keys(study) == before


def test_rows_of_two_versions_are_never_mixed(tmp_path: Path, capsys: Any) -> None:
    """A sweep into the same folder runs every run of the new version, exports these alone, and verify names the old."""
    out, study = tmp_path / "out", users_folder(tmp_path / "user", ALONE)
    words = ("sweep", study, "--engine", "serial", "--out", out, "--no-report", "--quiet")
    assert command(*words) == 0
    old = {row["key"] for row in rows(out)}
    edited(study, "midway.py", "0.5 * (ideal", "0.1 * (ideal")
    assert command(*words) == 0
    assert len(old) == len(rows(out))
    assert not old & {row["key"] for row in rows(out)}
    assert command("verify", out, "--sample", "0") == 1
    assert "the study has no run with this key" in capsys.readouterr().out


def test_two_versions_in_one_process_keep_their_code(tmp_path: Path) -> None:
    """A study that was read before another version of its rule still runs its own."""
    first = users_folder(tmp_path / "one", ALONE)
    second = edited(users_folder(tmp_path / "two", ALONE), "midway.py", "0.5 * (ideal", "1.0 * (0 * ideal")
    studies = [Study.from_toml(file, tmp_path / f"out{n}") for n, file in enumerate((first, second))]
    outs = [study.run(engine="serial", report=False).frame("runs").drop(columns="key") for study in studies]
    alone = Study.from_toml(first, tmp_path / "alone").run(engine="serial", report=False).frame("runs")
    assert outs[0].equals(alone.drop(columns="key"))
    assert not outs[0].equals(outs[1])


def test_names_of_another_study_are_unknown_again(tmp_path: Path) -> None:
    read_study(users_folder(tmp_path / "user", ALONE))
    parse_study(PLAIN)
    from political_moat.agents.party.rules import RULES
    from political_moat.model.policy.moves import EXTRA_MOVES

    assert "midway" not in RULES
    assert not EXTRA_MOVES
