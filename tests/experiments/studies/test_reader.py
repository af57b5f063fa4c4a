"""A study file: what is right is read, and what is wrong is reported at once, by key, with what is allowed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from political_moat.experiments.errors import UserError
from political_moat.experiments.protocols import PROTOCOLS
from political_moat.experiments.studies.reader import StudyFile, parse_study, read_study
from political_moat.model.parameters.presets import PRESETS

STUDIES = Path(__file__).parents[3] / "experiments" / "studies"
COUNT = "a whole number, 1 or more, at most 1,000,000"
FINE = """
[study]
name = "one"
[factors."exposure.breadth"]
levels = [0, 0.3]
unit = "share of voters"
[replicates]
min = 5
"""
TLS = 'tls = { ca = "ca.pem", cert = "/etc/cert.pem", key = "key.pem" }'


def study(text: str, folder: Path | None = None) -> StudyFile:
    return parse_study(text, folder=folder)


def located_problems(text: str, folder: Path | None = None) -> list[str]:
    with pytest.raises(UserError) as caught:
        study(text, folder)
    return str(caught.value).splitlines()


def problems(text: str, folder: Path | None = None) -> list[str]:
    """Return the messages without the lines of the file on which the mistakes stand."""
    return [re.sub(r"^line \d+: ", "", line) for line in located_problems(text, folder)]


def test_defaults_are_those_of_moat_run() -> None:
    found = study(FINE)
    assert found.study.seed == 20250807
    assert (found.model.preset, found.model.protocol, found.engine.kind) == ("calibrated", "stress", "process")
    assert found.parameters.electorate.voters == 4000
    assert found.arm_factors == {"exposure.breadth": [0, 0.3]}
    assert found.stages == [5]


@pytest.mark.parametrize("file", sorted(STUDIES.glob("*.toml")), ids=lambda file: file.stem)
def test_every_shipped_study_is_fine_and_named_like_its_file(file: Path) -> None:
    assert read_study(file).study.name == file.stem


FIVE = """
[study]
name = "five"
sed = 3
[model]
preset = "calibratd"
set = { "market.crash_mont" = 40 }
[design]
kind = "gird"
[factors."exposure.breadth"]
levels = [0, 1.5]
unit = "share of people"
[replicates]
min = 0
"""


def test_different_mistakes_are_all_reported_with_line_key_what_is_allowed_and_the_nearest_name() -> None:
    assert located_problems(FIVE) == [
        "line 4: study.sed: unknown key; allowed: name, seed, title, single_setting; did you mean 'seed'?",
        f"line 6: model.preset: unknown preset 'calibratd'; did you mean 'calibrated'? (allowed: {', '.join(PRESETS)})",
        "line 7: model.set: unknown parameter 'market.crash_mont'; did you mean 'market.crash_month'? "
        "(allowed: any name of moat params)",
        "line 9: design.kind = 'gird' is not possible; allowed: grid, lhs, sobol, morris, list; did you mean 'grid'?",
        "line 11: factors.exposure.breadth.levels: exposure.breadth = 1.5 is not possible; "
        "allowed: 0 to 1 share of voters",
        "line 12: factors.exposure.breadth.unit = 'share of people' is not possible; allowed: 'share of voters'; "
        "did you mean 'share of voters'?",
        f"line 14: replicates.min = 0 is not possible; allowed: {COUNT}",
    ]


def test_an_unknown_key_of_the_model_hides_no_other_mistake_of_the_model() -> None:
    text = FINE + '[model]\nvoter = 3\nvoters = 0\npreset = "artcle"\n[model.set]\n"party.office_rnt" = 1\n'
    assert [line.split(";")[0] for line in located_problems(text)] == [
        "line 10: model.voter: unknown key",
        "line 11: model.voters: electorate.voters = 0 is not possible",
        "line 12: model.preset: unknown preset 'artcle'",
        "line 14: model.set: unknown parameter 'party.office_rnt'",
    ]


def test_syntax_errors_are_all_reported_with_the_other_mistakes_of_the_file() -> None:
    text = FINE.replace("min = 5", "min = 5\nmax =\nmin = 6\nmn = 3").replace('name = "one"', "name = one")
    assert located_problems(text) == [
        "line 3: not TOML: Invalid value (column 8)",
        "line 9: not TOML: Invalid value (column 6)",
        "line 10: not TOML: Cannot overwrite a value (column 8)",
        "line 11: replicates.mn: unknown key; allowed: min, max, stop; did you mean 'min'?",
    ]


STOP = 'stop = { outcome = "reversed", contrast = "exposure.breadth", mcse = 0.01 }'


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = "one"', 'name = "a/b"', "study.name = 'a/b' is not possible; allowed: letters, digits"),
        ('name = "one"', "", "study.name: missing; allowed: letters, digits"),
        ("[study]", "[stud]", "stud: unknown key; allowed: study, model, design, replicates, backtest, mediation, "),
        (
            "min = 5",
            'min = "5"',
            f"replicates.min = '5' is not possible; allowed: {COUNT}",
        ),
        (
            "min = 5",
            "min = 5.0",
            f"replicates.min = 5.0 is not possible; allowed: {COUNT}",
        ),
        ("min = 5", "min = 5\nmax = 50", "replicates.stop: missing; max needs it"),
        ("min = 5", f"min = 5\n{STOP}", "replicates.max: missing; stop needs it"),
        ("min = 5", f"min = 5\nmax = 4\n{STOP}", "replicates.max = 4 is not possible; allowed: min (5) or more"),
        (
            "min = 5",
            f"min = 5\nmax = 9\n{STOP.replace('reversed', 'reversal')}",
            "replicates.stop.outcome = 'reversal' is not possible; allowed: attempted, ",
        ),
        (
            "min = 5",
            f"min = 5\nmax = 9\n{STOP.replace('breadth', 'skew')}",
            "replicates.stop.contrast = 'exposure.skew' is not possible; allowed: exposure factors with levels: "
            "exposure.breadth",
        ),
        ("levels = [0, 0.3]", "levels = []", "factors.exposure.breadth.levels = [] is not possible; allowed: a list"),
        ("levels = [0, 0.3]", "levels = [0, 0.0]", "factors.exposure.breadth.levels name one value twice"),
        ("levels = [0, 0.3]", 'levels = ["0.3"]', "factors.exposure.breadth.levels: exposure.breadth = '0.3' is not"),
        ("levels = [0, 0.3]", "levels = [0, 0.3]\nlow = 0", "factors.exposure.breadth: levels and a range; allowed"),
        ("levels = [0, 0.3]", "low = 0\nhigh = 0.5", "factors.exposure.breadth: a grid needs levels"),
        ("exposure.breadth", "exposure.bredth", "factors.exposure.bredth: unknown parameter 'exposure.bredth'; did"),
        ("[replicates]", "[model]\nvoters = 0\n[replicates]", "model.voters: electorate.voters = 0 is not possible"),
        (
            "[replicates]",
            "[model]\ncycles = 3\n[replicates]",
            "model.cycles: only with protocol history, this one",
        ),
        ("[replicates]", '[model]\nlayers = ["rules"]\n[replicates]', "model.layers: 'rules' is not possible; allowed"),
        ("[replicates]", '[model]\nlayers = ["rule", "rule"]\n[replicates]', "model.layers names one layer twice"),
        ("[replicates]", "[model]\nforesights = [1.5]\n[replicates]", "model.foresights: 1.5 is not possible; allowed"),
        ("[replicates]", "[model]\nforesights = [1, 1]\n[replicates]", "model.foresights names one value twice"),
        (
            "[replicates]",
            "[model]\nlayer_breadth = 0.7\n[replicates]",
            "model.layer_breadth = 0.7 is not possible; allowed",
        ),
        (
            "[replicates]",
            '[model]\nset = { "exposure.breadth" = 0.2 }\n[replicates]',
            "factors.exposure.breadth: also in model.set; give it once",
        ),
        ("[replicates]", '[design]\nkind = "lhs"\n[replicates]', "design.samples: missing; kind lhs needs it"),
        (
            "[replicates]",
            '[design]\nkind = "sobol"\nsamples = 12\n[replicates]',
            "design.samples = 12 is not possible; allowed: powers of 2, 8 or 16",
        ),
        ("[replicates]", "[design]\nsamples = 8\n[replicates]", "design.samples: not a key of kind grid; allowed with"),
        ("[replicates]", "[design]\nprior = true\n[replicates]", "design.prior: not a key of kind grid; allowed with"),
        ("[replicates]", '[design]\nkind = "lhs"\nsamples = 8\n[replicates]', "factors: kind lhs samples factors with"),
        (
            "[replicates]",
            '[engine]\nkind = "ray"\n[replicates]',
            "engine.kind = 'ray' is not possible; allowed: serial",
        ),
        ("[replicates]", "[engine]\nmemory_mb = 3\n[replicates]", "engine.memory_mb = 3 is not possible; allowed: 256"),
        ("[replicates]", '[engine]\naddress = "x"\n[replicates]', "engine.address: allowed only with kind dask"),
        ("[replicates]", f"[engine]\n{TLS}\n[replicates]", "engine.tls: allowed only with kind dask"),
        (
            "[replicates]",
            f'[engine]\nkind = "dask"\naddress = "tcp://node:1"\n{TLS}\n[replicates]',
            "engine.address = 'tcp://node:1' is not encrypted; allowed with engine.tls: an address with tls://",
        ),
        (
            "[replicates]",
            '[engine]\nkind = "dask"\ntls = { ca = "ca.pem", cert = "c.pem" }\n[replicates]',
            "engine.tls.key: missing; allowed: the name of a file in PEM format",
        ),
        (
            "[replicates]",
            f'[engine]\nkind = "dask"\n{TLS[:-2]}, password = "x" }}\n[replicates]',
            "engine.tls.password: unknown key; allowed: ca, cert, key",
        ),
        (
            "[replicates]",
            '[engine]\nkind = "serial"\ntimeout_s = 3\n[replicates]',
            "engine.timeout_s: nothing can end a run of kind serial",
        ),
    ],
)
def test_one_mistake_is_one_line(old: str, new: str, message: str) -> None:
    found = problems(FINE.replace(old, new))
    assert any(line.startswith(message) for line in found), found
    assert len(found) <= 2


def test_certificates_are_files_beside_the_study_which_reading_does_not_open(tmp_path: Path) -> None:
    text = FINE.replace("[replicates]", f'[engine]\nkind = "dask"\n{TLS}\n[replicates]')
    tls = parse_study(text, folder=tmp_path).engine.tls
    assert tls is not None
    assert (tls.ca, tls.cert, tls.key) == (
        str(tmp_path / "ca.pem"),
        str(tmp_path / "/etc/cert.pem"),
        str(tmp_path / "key.pem"),
    )


def test_text_that_is_no_toml_and_a_file_that_is_not_there_are_one_line(tmp_path: Path) -> None:
    assert located_problems("[study") == [
        "not TOML: Expected ']' at the end of a table declaration (at end of document)"
    ]
    assert located_problems("[study\n") == [
        "line 1: not TOML: Expected ']' at the end of a table declaration (column 7)"
    ]
    for place, message in ((tmp_path / "none.toml", "is not there"), (tmp_path, "holds no study.toml")):
        with pytest.raises(UserError, match=message):
            read_study(place)


LIST = FINE.replace("[replicates]", '[design]\nkind = "list"\nfile = "points.csv"\n[replicates]')


def test_a_list_reads_points_from_csv_in_the_parameters_own_kinds(tmp_path: Path) -> None:
    rows = (
        "party.office_rent,party.rule,market.depth_switch,market.crash_month\n1,hunter,true,50\n2.5,sticker,false,-1\n"
    )
    (tmp_path / "points.csv").write_text(rows)
    found = study(LIST, tmp_path)
    assert found.rows.values == ((1.0, "hunter", True, 50), (2.5, "sticker", False, -1))
    assert found.factor_names == ["exposure.breadth", *rows.splitlines()[0].split(",")]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("party.ofice_rent\n1\n", "design.file: points.csv, header: unknown parameter 'party.ofice_rent'; did you"),
        ("party.office_rent\n", "design.file: points.csv has no design point"),
        ("party.office_rent,party.rule\n1\n", "design.file: points.csv, row 2: 1 cells; allowed: 2"),
        ("party.office_rent\nmuch\n", "design.file: points.csv, row 2: party.office_rent = much is not possible"),
        ("party.office_rent,party.office_rent\n1,1\n", "design.file: points.csv, header: names a parameter twice"),
        ("exposure.breadth\n0.1\n", "factors.exposure.breadth: also a column of points.csv; give it once"),
        (None, "design.file: points.csv cannot be read (No such file or directory)"),
    ],
)
def test_mistakes_in_a_list_are_reported_by_row(tmp_path: Path, rows: str | None, message: str) -> None:
    if rows is not None:
        (tmp_path / "points.csv").write_text(rows)
    (line,) = problems(LIST, tmp_path)
    assert line.startswith(message)


@pytest.mark.parametrize(
    "name",
    [
        "ledger.sqlite",
        "Manifest.JSON",
        "summary.csv",
        "phase-map.csv",
        "export",
        ".DS_Store",
        "x.partial",
        "../points.csv",
        "below/points.csv",
        "/dev/zero",
        "..",
    ],
)
def test_a_list_is_a_file_beside_the_study_file_that_no_results_folder_writes(tmp_path: Path, name: str) -> None:
    """The results folder keeps a copy of the list under its name; nothing is read before the name is checked."""
    (line,) = problems(LIST.replace("points.csv", name), tmp_path)
    assert line.startswith(
        f"design.file = {name} is not possible; allowed: the name of a csv file beside the study file"
    )


def test_interim_analyses_are_doublings_that_end_at_max() -> None:
    assert study(FINE.replace("min = 5", f"min = 5\nmax = 33\n{STOP}")).stages == [5, 10, 20, 33]
    assert study(FINE.replace("min = 5", f"min = 5\nmax = 5\n{STOP}")).stages == [5]


def test_outcomes_of_the_stopping_rule_are_columns_with_a_number_in_every_run() -> None:
    for protocol in PROTOCOLS.values():
        known = {column.name: column for column in protocol().run_columns()}
        for name in protocol.stop_outcomes:
            assert "empty" not in known[name].meaning


LIGHT = """
import sys
sys.argv = ["moat", "validate", {file!r}]
from political_moat.experiments.cli.main import main
try:
    main()
except SystemExit as stop:
    assert stop.code in (0, 2, None)
print(sorted({{"mesa", "pandas", "numba", "scipy", "numpy", "matplotlib", "pyarrow"}} & sys.modules.keys()))
"""


@pytest.mark.parametrize("text", [FINE, FIVE])
def test_validate_imports_nothing_heavy(tmp_path: Path, text: str) -> None:
    """What it costs is printed by benchmarks/startup.py: no test is timed."""
    file = tmp_path / "study.toml"
    file.write_text(text)
    code = LIGHT.format(file=str(file))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]"
