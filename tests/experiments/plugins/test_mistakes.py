"""A mistake in a plug-in is one line; what a plug-in may not do is refused when the study is read."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from plugin_toys import MONTHS, OUTCOMES, PLAIN, STRESS, users_folder

from political_moat.experiments.errors import UserError
from political_moat.experiments.studies.reader import read_study

RULE = (Path(__file__).parent / "toy" / "midway.py").read_text(encoding="utf-8")
MOVE = (Path(__file__).parent / "toy" / "phase_down.py").read_text(encoding="utf-8")
NAMED = PLAIN + '[plugins]\nfiles = ["mine.py"]\n'


def problems(study: Path) -> list[str]:
    with pytest.raises(UserError) as caught:
        read_study(study)
    lines = str(caught.value).replace(f"{study.parent}/", "").splitlines()
    assert all(re.match(r"line \d+: ", line) for line in lines)
    return [line.partition(": ")[2] for line in lines]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (None, "plugins.files: mine.py is not there; give the path of a Python file"),
        ("def f(:\n", "plugins.files: mine.py, line 1: invalid syntax"),
        ("x = 1\n", "plugins.files: mine.py defines no Rule, ExtraMove or Protocol, and no outcome names it"),
        ("\n\n1 / 0\n", "plugins.files: mine.py, line 3: ZeroDivisionError: division by zero"),
        (
            "import nowhere_at_all\n",
            "plugins.files: mine.py, line 1: ModuleNotFoundError: No module named 'nowhere_at_",
        ),
        (
            "import midway\n",
            "plugins.files: mine.py, line 1: imports midway, a file beside it; a plug-in is one file, which may import "
            "this package and installed libraries",
        ),
        (
            "from . import midway\n",
            "plugins.files: mine.py, line 1: imports ..midway, a file beside it; a plug-in is on",
        ),
        (
            RULE.replace('"midway"', '"hunter"'),
            "plugins.files: mine.py, line 6: two rules are called 'hunter'; taken: aggregator, best-response, ",
        ),
        (RULE.replace('name = "midway"', ""), "plugins.files: mine.py, line 6: rule Midway has no name; allowed: name"),
        (
            RULE.replace("def target(self, ideal, poll,", "def target(self, ideal,"),
            "plugins.files: mine.py: rule Midway: target(self, ideal, poll, policy, parameters, memory) is called with "
            "these arguments, but takes self, ideal, policy, parameters, memory",
        ),
        (
            RULE.replace("def target", "def aim"),
            "plugins.files: mine.py: rule Midway has no method target(self, ideal, poll, policy, parameters, memory)",
        ),
        (
            RULE.replace("import Rule", "import Rule, World"),
            "plugins.files: mine.py, line 3: a file with a rule imports political_moat.World, and a rule must not see "
            "voters; allowed: political_moat.Rule, political_moat.agents.party, political_moat.agents.perception; put "
            "the rule into a file of its own",
        ),
        (
            MOVE.replace('"phase-down"', '"cap"', 1),
            "plugins.files: mine.py, line 6: two moves are called 'cap'",
        ),
        (
            MOVE.replace("def terms(self, now, parameters)", "def terms(self)"),
            "plugins.files: mine.py: policy move PhaseDown: terms(self, now, parameters) is called with these",
        ),
    ],
)
def test_one_mistake_is_one_line(tmp_path: Path, text: str | None, line: str) -> None:
    study = users_folder(tmp_path, NAMED)
    if text is not None:
        (tmp_path / "mine.py").write_text(text, encoding="utf-8")
    lines = problems(study)
    assert len(lines) == 1
    assert lines[0].startswith(line)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            ":months_below",
            ":months_above",
            "outcomes[1].function: phase_down.py has no function months_above; an outcome",
        ),
        ("phase_down.py:mo", "else.py:mo", "outcomes[1].function: outcome months_below: there is no file else.py"),
        (
            "phase_down.py:mo",
            "no",
            "outcomes[1].function = 'nonths_below' is not possible; allowed: file.py:function, or",
        ),
        (
            'name = "months_below"',
            'name = "severity"',
            "outcomes[1].name = 'severity' is not possible; allowed: a name ",
        ),
        (
            'name = "months_below"',
            'name = "Months"',
            "outcomes[1].name = 'Months' is not possible; allowed: lower-case",
        ),
        ('unit = "months"\n', "", "outcomes[1].unit: missing; allowed: text, such as months"),
        (
            'unit = "months"',
            "units = 3",
            "outcomes[1].units: unknown key; allowed: name, unit, formula, function, meaning",
        ),
        ("[[outcomes]]", "[outcomes]", "outcomes = "),
        (
            '["midway.py", "phase_down.py"]',
            '["midway.py", "phase_down.toml"]',
            "plugins.files: phase_down.toml is not po",
        ),
        ('"phase_down.py"]', '"phase_down.py", "own/phase_down.py"]', "plugins.files: own/phase_down.py is not there"),
        ("files = [", "file = [", "plugins.file: unknown key; allowed: files; did you mean 'files'?"),
        (
            'files = ["midway.py", ',
            'files = ["midway.py", 3, ',
            "plugins.files.1 = 3 is not possible; allowed: a list of",
        ),
        (
            '"party.rule" = "midway"',
            '"party.rule" = "midwy"',
            "model.set: unknown party rule 'midwy'; did you mean 'midw",
        ),
        (
            '"none", "phase-down"',
            '"none", "phase"',
            "factors.policy.extra_move.levels: unknown policy move 'phase'; did ",
        ),
    ],
)
def test_a_mistake_in_the_study_is_named(tmp_path: Path, old: str, new: str, line: str) -> None:
    assert old in STRESS
    text = (
        STRESS.replace(old, new, 1) if old != "[[outcomes]]" else STRESS.replace(OUTCOMES, "[outcomes]\nname = 'x'\n")
    )
    assert any(found_line.startswith(line) for found_line in problems(users_folder(tmp_path, text)))


def test_every_mistake_is_listed_at_once(tmp_path: Path) -> None:
    study = users_folder(tmp_path, NAMED.replace('"mine.py"', '"mine.py", "yours.py"').replace("min = 3", "min = 0"))
    assert len(problems(study)) == 3


def test_one_name_in_two_files_is_refused(tmp_path: Path) -> None:
    study = users_folder(tmp_path, NAMED.replace('"mine.py"', '"mine.py", "midway.py"'))
    (tmp_path / "mine.py").write_text(RULE, encoding="utf-8")
    assert problems(study) == ["plugins: rule midway is in mine.py and in midway.py; allowed: one of them"]


def test_an_option_of_a_protocol_from_outside_is_checked(tmp_path: Path) -> None:
    study = users_folder(tmp_path, MONTHS.replace("level = 0.6", "level = 6"))
    assert problems(study) == ["months-open.level = 6 is not possible; allowed: openness, 0 to 1"]


def test_a_mistake_leaves_no_name_behind(tmp_path: Path) -> None:
    study = users_folder(tmp_path, NAMED)
    (tmp_path / "mine.py").write_text(RULE + "\n1 / 0\n", encoding="utf-8")
    problems(study)
    (tmp_path / "mine.py").write_text(RULE, encoding="utf-8")
    assert read_study(study).plugins.sources[0].name == "mine.py"


@pytest.mark.parametrize("text", [PLAIN, STRESS])
def test_reading_imports_no_heavy_library(tmp_path: Path, text: str) -> None:
    study = users_folder(tmp_path, text)
    code = (
        "import sys; from political_moat.experiments.cli.main import main; "
        f"sys.argv = ['moat', 'validate', {str(study)!r}]; main(); "
        "print(sorted({'mesa', 'numba', 'pandas', 'numpy'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_code_of_a_folder_is_not_run_where_it_is_not_wanted(tmp_path: Path) -> None:
    """The page shows folders that somebody sent: it reads no study that has plug-ins."""
    study = users_folder(tmp_path, NAMED)
    (tmp_path / "mine.py").write_text(RULE + f"\nopen({str(tmp_path / 'ran')!r}, 'w')\n", encoding="utf-8")
    with pytest.raises(UserError, match="plugins: nothing runs the Python files of this study here"):
        read_study(study, plugins=False)
    assert not (tmp_path / "ran").exists()
    read_study(study)
    assert (tmp_path / "ran").exists()
