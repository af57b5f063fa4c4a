"""The contract of a protocol: every registered one keeps it, and one folder is enough for a new one."""

from __future__ import annotations

import ast
import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from results_folders import command, contents, rows, run_here

from political_moat import Study
from political_moat.experiments.errors import UserError
from political_moat.experiments.protocols import PROTOCOLS, Protocol, find_protocols
from political_moat.experiments.storage.checksums import verify_checksums
from political_moat.experiments.studies.from_options import study_of_run
from political_moat.experiments.studies.plan import Plan
from political_moat.experiments.studies.reader import parse_study

pytestmark = pytest.mark.usefixtures("drawn_once")

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent
SHIPPED = tuple(PROTOCOLS)
COIN = """
[study]
name = "coins"
[model]
protocol = "coin"
[factors."exposure.breadth"]
levels = [0, 0.2, 0.6]
[factors."party.office_rent"]
levels = [0.5, 2]
[replicates]
min = 4
[coin]
tosses = 8
[engine]
kind = "serial"
"""


@pytest.fixture
def coin(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Protocol]]:
    """The toy protocol, registered from its folder as those of the package are."""
    monkeypatch.syspath_prepend(str(HERE))
    package = importlib.import_module("toy_protocols")
    find_protocols("toy_protocols", package.__path__)
    kind = importlib.import_module("toy_protocols.coin.protocol").Coin
    PROTOCOLS.setdefault("coin", kind)
    yield kind
    del PROTOCOLS["coin"]


@pytest.mark.usefixtures("coin")
def test_a_protocol_of_one_folder_is_swept_resumed_exported_verified_and_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = tmp_path / "study.toml", tmp_path / "out"
    file.write_text(COIN.replace("min = 4", "min = 2"))
    assert command("validate", file) == 0
    assert command("sweep", file, "--out", out, "--quiet") == 0
    before = {row["key"] for row in rows(out)}
    file.write_text(COIN)
    assert command("sweep", file, "--out", out, "--quiet") == 0
    assert before < {row["key"] for row in rows(out)}
    shown = capsys.readouterr().out
    assert "\nFirst\noffice rent  breadth  pairs" in shown
    assert f"Report: {out / 'report.html'}" in shown
    assert [row["arm"] for row in rows(out)] == ["b=0", "b=0.2", "b=0.6"] * 8
    assert list(rows(out)[0])[:5] == ["key", "point", "replicate", "arm", "exposure.breadth"]
    assert "<h2>Summary</h2>" in (out / "report.html").read_text(encoding="utf-8")
    assert "| heads | tosses |" in (out / "codebook.md").read_text(encoding="utf-8")
    assert json.loads((out / "manifest.json").read_text())["study"]["coin"] == {"tosses": 8}
    written = contents(out)
    for words in (("status", out), ("verify", out, "--sample", "100%"), ("export", out), ("report", out)):
        assert command(*words) == 0
    assert command("rerun", rows(out)[-1]["key"], "--results", out) == 0
    assert contents(out) == written
    assert verify_checksums(out) == []
    assert Study.from_toml(out).tables == ("runs", "points", "summary")


@pytest.mark.usefixtures("coin")
def test_worker_processes_find_a_protocol_outside_the_package(tmp_path: Path) -> None:
    alone = Study.from_text(COIN, tmp_path / "alone").run(report=False)
    workers = Study.from_text(COIN, tmp_path / "workers").run(engine="process", workers=2, report=False)
    assert contents(workers.path).keys() == contents(alone.path).keys()
    assert rows(workers.path) == rows(alone.path)


@pytest.mark.usefixtures("coin")
def test_moat_run_takes_every_protocol(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("run", "--protocol", "coin", "--workers", "1", "--out", tmp_path / "out")
    assert command(*words) == 0
    assert "\nFirst\n" in capsys.readouterr().out
    assert len(rows(tmp_path / "out")) == 5 * 2
    assert command(*words, "--format", "json") == 0
    assert len(json.loads(capsys.readouterr().out)["summary"]) == 2
    assert command(*words, "--replicate", "1") == 0
    assert "heads" in capsys.readouterr().out
    assert command(*words, "--cycles", "3") == 2
    assert "--cycles is the length of a history" in capsys.readouterr().err


@pytest.mark.usefixtures("coin")
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("tosses = 8", "tosses = 0", "coin.tosses = 0 is not possible; allowed: 1 to 100 tosses"),
        ("tosses = 8", "toses = 8", "coin.toses: unknown key; allowed: tosses; did you mean 'tosses'?"),
        ('"coin"', '"coins"', "model.protocol = 'coins' is not possible; allowed: backtest, stress, history"),
        ('protocol = "coin"', "", "coin: only with protocol coin, this one is stress; leave the table out"),
    ],
)
def test_options_of_a_new_protocol_are_checked_like_those_of_the_package(old: str, new: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        parse_study(COIN.replace(old, new))
    assert any(re.sub(r"^line \d+: ", "", line).startswith(message) for line in str(caught.value).splitlines())


@pytest.mark.usefixtures("coin")
def test_two_protocols_may_not_share_a_name() -> None:
    with pytest.raises(ValueError, match="two protocols are called 'coin'"):
        type("Other", (PROTOCOLS["coin"],), {})


@pytest.mark.parametrize("name", SHIPPED)
def test_a_protocol_keeps_the_contract(name: str) -> None:
    protocol = PROTOCOLS[name]()
    columns = [column.name for column in protocol.run_columns()]
    assert columns[0] == "key"
    assert columns[-1] == "outcome_hash"
    assert columns.index("replicate") < columns.index("arm")
    assert {*protocol.stop_outcomes, *protocol.summary_events, *protocol.summary_means} <= set(columns)
    assert protocol.sentence
    if not protocol.draws_prior:  # `moat run` draws no prior
        study = study_of_run(protocol=name, voters=300)
        (arm_set,) = Plan(study).arm_sets(0)
        assert len(set(arm_set.digests)) == len(arm_set.arms) == len({arm.name for arm in arm_set.arms})
        assert protocol.hung_after_seconds(study.parameters, arm_set.design) >= 600.0
        for place in range(len(arm_set.arms)):
            reduced = arm_set.payload(0, [place])[1]
            assert arm_set.arms[place] in protocol.arms(study.parameters, reduced)


def test_declarations_bring_nothing_heavy() -> None:
    ask = (
        "import sys\nfrom political_moat.experiments.protocols import PROTOCOLS\n"
        "print(*sorted({'numba', 'numpy', 'mesa', 'pandas', 'scipy'} & set(sys.modules)), len(PROTOCOLS))\n"
    )
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout == f"{len(SHIPPED)}\n"


CLASSES = {kind.__name__ for kind in PROTOCOLS.values()}
TYPES_OF_DESIGNS = ("type(design)", "type(study.design)", "type(self.design)")
BY_TEXT = ("startswith", "endswith", "get")
"""Methods that ask a text, or a table, for a protocol's name."""


def is_protocol(part: ast.Name | ast.Attribute) -> bool:
    """Whether a name, or the last part of a dotted one, is the class of a shipped protocol."""
    return (part.id if isinstance(part, ast.Name) else part.attr) in CLASSES


def names_compared(source: str) -> list[str]:
    """Places where code asks for a protocol by its name or class, or for the kind of a design."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare):
            parts = [part for side in (node.left, *node.comparators) for part in ast.walk(side)]
            worded = any(isinstance(part, ast.Constant) and part.value in SHIPPED for part in parts)
            named = any(isinstance(part, ast.Name | ast.Attribute) and is_protocol(part) for part in parts)
            typed = any(isinstance(part, ast.Call) and ast.unparse(part) in TYPES_OF_DESIGNS for part in parts)
            found += [ast.unparse(node)] if worded or named or typed else []
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in BY_TEXT:
            found += [
                ast.unparse(node) for part in node.args if isinstance(part, ast.Constant) and part.value in SHIPPED
            ]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("isinstance", "issubclass"):
            asked, kinds = (ast.unparse(argument) for argument in node.args)
            found += [ast.unparse(node)] if "Design" in kinds or asked.split(".")[-1] == "design" else []
        elif isinstance(node, ast.Dict):
            named = [key.value for key in node.keys if isinstance(key, ast.Constant) and key.value in SHIPPED]
            found += [f"dict keyed by {', '.join(named)}"] if len(named) > 1 else []
        elif isinstance(node, ast.Match):
            found += [
                ast.unparse(part) for part in ast.walk(node) if isinstance(part, ast.Constant) and part.value in SHIPPED
            ]
    return found


@pytest.mark.parametrize("room", ["experiments", "viz", "model", "agents", "benchmarks"])
def test_no_code_outside_the_protocols_asks_which_protocol_it_is(room: str) -> None:
    own = ROOT / "experiments" / "protocols"
    files = [file for file in (ROOT / room).rglob("*.py") if not file.is_relative_to(own)]
    assert files
    questions = {
        file.relative_to(ROOT).as_posix(): found
        for file in files
        if (found := names_compared(file.read_text(encoding="utf-8")))
    }
    # The keys of its TABLES are names of tables, and a protocol's own table has the protocol's name.
    tables_of_latex = questions.pop("experiments/reporting/latex.py", [])
    assert tables_of_latex == (["dict keyed by mediation, prior-mass"] if room == "experiments" else [])
    # The commands of the help: some have the name of the protocol that they run.
    commands = questions.pop("experiments/cli/groups.py", [])
    assert commands == (["dict keyed by backtest, targets, mediation, prior-mass"] if room == "experiments" else [])
    assert questions == {}


@pytest.mark.parametrize(
    "planted",
    [
        "x = protocol == 'history'",
        "x = protocol in ('mediation', 'prior-mass')",
        "x = {'stress': 1, 'history': 2}[protocol]",
        "x = isinstance(design, StressDesign)",
        "x = isinstance(study.design, Kind)",
        "x = type(design) is Kind",
        "x = study.protocol.startswith('history')",
        "x = name == History.name",
        "match protocol:\n    case 'targets':\n        pass",
    ],
)
def test_a_planted_question_is_found(planted: str) -> None:
    assert names_compared(planted)


@pytest.mark.parametrize(
    "words",
    [
        (name,)
        for name in (
            ["run", "sweep", "status", "export", "report", "verify", "merge", "retry", "analyze", "archive", "figure"]
        )
    ],
)
def test_a_folder_of_the_version_before_is_refused_in_one_line(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both kinds of folders: of `moat run`, whose manifest held the request, and of `moat sweep`."""
    study = study_of_run(voters=200, breadths="0,.3", replicates=1, settings=["exposure.visibility=1"])
    requests = {
        "run": {"preset": "calibrated", "protocol": "stress", "parameters": study.parameters.model_dump()},
        "sweep": {"study": "calibrated-stress"},
    }
    for name, request in requests.items():
        out = tmp_path / name
        run_here(study, out)
        manifest = json.loads((out / "manifest.json").read_text()) | {"schema_version": 2, "request": request}
        (out / "manifest.json").write_text(json.dumps(manifest))
        before = contents(out)
        capsys.readouterr()
        if words == ("run",):
            options = ("--voters", "200", "--breadth", "0,.3", "--replicates", "1", "--set", "exposure.visibility=1")
            code = command(*words, *options, "--out", out)
        elif words == ("sweep",):
            code = command(*words, out / "study.toml", "--out", out)
        else:
            code = command(*words, out)
        errors = capsys.readouterr().err.splitlines()
        assert code == 2
        assert len(errors) == 1
        assert "was made by another version of political-moat (results format 2, this version uses" in errors[0]
        assert contents(out) == before
