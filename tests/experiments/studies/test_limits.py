"""A study file is read within bounds: whatever it holds, one line a mistake, before memory or time is gone."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from political_moat.experiments.errors import UserError
from political_moat.experiments.studies.limits import MOST_MISTAKES
from political_moat.experiments.studies.reader import StudyFile, parse_study, read_study

FINE = """
[study]
name = "bounded"
[model]
voters = 300
[factors."exposure.breadth"]
levels = [0, 0.3]
[replicates]
min = 2
"""
LIST = FINE.replace("[replicates]", '[design]\nkind = "list"\nfile = "points.csv"\n[replicates]')


def refused(text: str, folder: Path | None = None) -> list[str]:
    with pytest.raises(UserError) as caught:
        parse_study(text, folder=folder)
    return [re.sub(r"^line \d+: ", "", line) for line in str(caught.value).splitlines()]


def levels(name: str, count: int) -> str:
    return f'[factors."{name}"]\nlevels = [{", ".join(str(number / count) for number in range(count))}]\n'


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = " + "[" * 50_000, "study.toml nests arrays or tables too deep; allowed: 20 levels"),
        ("a = " + "[" * 30 + "]" * 30, "study.toml nests arrays or tables too deep at a; allowed: 20 levels"),
        (".".join("a" * 9_000) + " = 1", "study.toml has a key of 9,000 parts in line 1; allowed: 20"),
        ("[" + ".".join("a" * 40) + "]", "study.toml has a key of 40 parts in line 1; allowed: 20"),
        ("x = " + "9" * 5_000, "study.toml has a number of too many digits; allowed: 100"),
        ("x.y = 0x" + "f" * 5_000, "study.toml has a number of too many digits at x.y; allowed: 100"),
        ("x = [" + "0," * 10_001 + "]", "study.toml has a list of 10,001 values at x; allowed: 10,000"),
        ("k" * 300 + " = 1", "study.toml has a key of 300 characters; allowed: 200"),
        ("\n".join(f"k{n} = 1" for n in range(1_001)), "study.toml has 1,001 keys in one table; allowed: 1,000"),
        ("x = [" + ("[" + "0," * 9_000 + "],") * 6 + "]", "study.toml has too many values; allowed: 50,000"),
    ],
    ids=["open", "deep", "dots", "header", "digits", "hex", "list", "key", "keys", "values"],
)
def test_nonsense_is_one_line(text: str, line: str) -> None:
    (said,) = refused(text)
    assert said.startswith(line)


STOP = 'stop = {outcome = "reversed", contrast = "exposure.breadth", mcse = 0.1}'
CEILINGS = {
    "replicates.min = 1000000000000 is not possible": ("min = 2", "min = 1000000000000"),
    "replicates.max = 10000000 is not possible": ("min = 2", f"min = 2\nmax = 10000000\n{STOP}"),
    "model.voters: electorate.voters = 1000000000000 is not": ("voters = 300", "voters = 1000000000000"),
    "study.seed = 18446744073709551616 is not possible; allowed: whole numbers 0 to 18446744073709551615 (2^64 - 1)": (
        'name = "bounded"',
        'name = "bounded"\nseed = 18446744073709551616',
    ),
    "engine.timeout_s = 1e+300 is not possible": ("[replicates]", "[engine]\ntimeout_s = 1e300\n[replicates]"),
    "factors.exposure.breadth.levels: exposure.breadth = [0.3] is": ("[0, 0.3]", "[0, [0.3], {a = 1}]"),
}


@pytest.mark.parametrize(("line", "change"), CEILINGS.items(), ids=["min", "max", "voters", "seed", "timeout", "level"])
def test_sizes_have_a_ceiling(line: str, change: tuple[str, str]) -> None:
    assert refused(FINE.replace(*change))[0].startswith(line)


def test_a_design_that_no_memory_holds_is_refused_before_it_is_made() -> None:
    cells = "".join(levels(name, 1_000) for name in ("party.office_rent", "party.agenda_cost", "policy.cap"))
    (said,) = refused(FINE.replace("[replicates]", cells.replace("[0.0, ", "[") + "[replicates]"))
    assert said == "design: 997,002,999 design points of kind grid; allowed: 1,000,000"
    arms = levels("exposure.visibility", 200) + levels("exposure.allocation", 30)
    (said,) = refused(FINE.replace("[replicates]", arms + "[replicates]"))
    assert said.startswith("factors: 12,000 combinations of the levels of exposure.breadth, exposure.visibility")
    many = "\n".join(f'[factors."{name}"]' for name in ("party.office_rent", "party.agenda_cost", "policy.cap"))
    drawn = FINE.replace("[replicates]", f'{many}\n[design]\nkind = "lhs"\nsamples = 9000000\n[replicates]')
    assert refused(drawn) == ["design: 9,000,000 design points of kind lhs; allowed: 1,000,000"]
    caps = levels("policy.cap", 901).replace("[0.0, ", "[")
    (said,) = refused(FINE.replace("min = 2", "min = 1000000").replace("[replicates]", f"{caps}[replicates]"))
    assert said.startswith("1,800,000,000 runs (900 design points, 2 combinations of exposure, 1,000,000 replicates)")
    assert said.endswith("allowed: 1,000,000,000")


def test_a_draw_of_the_prior_holds_at_most_the_voters_of_the_largest_world() -> None:
    text = FINE.replace("[model]", '[model]\nprotocol = "prior-mass"')
    text = text.replace("[replicates]", '[design]\nkind = "lhs"\nsamples = 2\n[replicates]')
    (said,) = refused(text.replace("min = 2", "min = 70000"))
    assert said.startswith("replicates.min = 70000 is not possible with 300 voters")
    assert said.endswith("allowed: 1 to 66,666")
    assert parse_study(text.replace("min = 2", "min = 66666")).replicates.min == 66666


def test_dots_of_a_remark_or_of_numbers_are_no_key() -> None:
    remark = "# " + "www.example.org and so on. " * 30
    row = "levels = [0, " + ", ".join(f"0.{number}" for number in range(1, 90, 2)) + "]"
    study = parse_study(f"{remark}\n" + FINE.replace("levels = [0, 0.3]", row))
    assert len(study.arm_factors["exposure.breadth"]) == 46


def test_the_largest_seed_is_a_seed() -> None:
    seed = 2**64 - 1
    assert parse_study(FINE.replace('"bounded"', f'"bounded"\nseed = {seed}')).study.seed == seed


def test_mistakes_are_listed_up_to_a_number_and_each_on_one_line() -> None:
    wrong = "".join(f'[factors."a.b{number}"]\nlevels = [1]\n' for number in range(900))
    lines = refused(FINE + wrong)
    assert len(lines) == MOST_MISTAKES + 1
    assert lines[-1].endswith(" more mistakes") or lines[-1].endswith(" more mistake")
    (said,) = refused(FINE.replace("[model]", '[model]\n"a\\nb\\u001b" = 1'))
    assert said.startswith("model.a\\nb\\x1b: unknown key")


def saved(text: str, encoding: str, line_end: str, file: Path) -> Path:
    file.write_bytes(text.replace("\n", line_end).encode(encoding))
    return file


def test_a_study_and_its_list_saved_by_another_editor_are_the_same_study(tmp_path: Path) -> None:
    def study(encoding: str, line_end: str) -> StudyFile:
        saved("party.office_rent,polls.respondents\n1,300\n+2.50,5e2\n", encoding, line_end, tmp_path / "points.csv")
        return read_study(saved(LIST, encoding, line_end, tmp_path / "study.toml"))

    plain = study("utf-8", "\n")
    assert plain.rows.values == ((1.0, 300), (2.5, 500))
    for line_end in ("\n", "\r\n", "\r"):
        assert study("utf-8-sig", line_end) == plain
    saved(LIST, "utf-16", "\n", tmp_path / "study.toml")
    with pytest.raises(UserError, match=r"study\.toml cannot be read: its encoding is UTF-16; save it as UTF-8$"):
        read_study(tmp_path / "study.toml")


def test_a_cell_of_a_list_that_is_no_plain_number_is_refused(tmp_path: Path) -> None:
    for cell in ("1_0", "٥", "５", "0x2", "nan", "inf", "$2", "9" * 5_000):
        for name in ("party.office_rent", "polls.respondents"):
            (tmp_path / "points.csv").write_text(f"{name}\n{cell}\n")
            (said,) = refused(LIST, tmp_path)
            assert said.startswith(f"design.file: points.csv, row 2: {name} = ")


def test_a_list_that_is_no_text_is_one_line(tmp_path: Path) -> None:
    saved("party.office_rent\n1\n", "utf-16", "\n", tmp_path / "points.csv")
    (said,) = refused(LIST, tmp_path)
    assert said.startswith("design.file: points.csv cannot be read (its encoding is UTF-16; save it as UTF-8")
    (tmp_path / "points.csv").unlink()
    os.mkfifo(tmp_path / "points.csv")
    (said,) = refused(LIST, tmp_path)
    assert said.startswith("design.file: points.csv cannot be read (it is a pipe, not a file)")


def test_a_line_that_quotes_a_very_long_name_is_cut_in_its_middle(tmp_path: Path) -> None:
    for named in ('[design]\nkind = "list"\nfile = "NAME.csv"\n', '[plugins]\nfiles = ["NAME.py"]\n'):
        text = '[study]\nname = "long"\n[replicates]\nmin = 1\n' + named.replace("NAME", "x" * 5_000)
        with pytest.raises(UserError) as caught:
            parse_study(text, folder=tmp_path)
        assert max(map(len, str(caught.value).splitlines())) < 2_000
