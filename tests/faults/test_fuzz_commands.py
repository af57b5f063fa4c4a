"""Whatever a command line holds: exit 0 or 2 (1 where a check says no), lines from `moat`, no traceback and no hang."""

from __future__ import annotations

import contextlib
import io
import os
import random
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from hang_guard import no_hang

from political_moat.experiments.cli.main import app, main

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("drawn_once")]

SEED = 20251201
LINES = 400
HUNG_AFTER_S = 60.0
"""A hundred times what an ordinary line takes."""
CHECKS = ("verify", "status", "rerun")
"""Commands whose exit code 1 is an answer."""

DIGITS = "9" * 5_000
NUMBERS = (
    *("0", "1", "2", "-1", "+2", "2.0", "2e0", "1_0", "٢", "２", "0x2", "", " 2 ", "x", "nan", "inf", "1e400", "2.5"),
    *(DIGITS, "1,0", "$2", "--", "1 2"),
)
"""Those that are whole numbers are at most 2, so that nothing runs for long."""
TOO_LARGE = ("1000000000000", "18446744073709551616", "1e30")
SEEDS = ("5", "18446744073709551615", "18446744073709551616", "-5", "5.0", "1e20")
SETTINGS = (
    *("market.crash_month=5e1", "electorate.voters=1_0", "electorate.voters=٥", "x", "=", "x=", "a=b=c", ""),
    *("party.rule=x\ny", "party.rule=" + "x" * 3_000, "exposure.breadth=.3", "exposure.visibility=nan"),
    *("network.kind=own", "policy.layer=\x1b[2J", "market.crash_size=" + DIGITS, "exposure.evolves=yes"),
)
NAMES = ("calibrated", "article", "history", "stress", "targets", "mediation", "prior-mass", "all", "hunter", "x", "")
NAMES = (*NAMES, "json", "csv", "md", "table", "x" * 3_000, "a\nb", "\x1b[2J", "../..", "é", "\udcff")
BREADTHS = ("0,.3", "", ",", "0,,1", "٥", "0,.3,.3", "1_0", "nan", "0;.3", ".3 , 0", "1e-400", DIGITS)
PARTS = ("1/2", "2/1", "0/0", "١/٢", "1/2/3", "1", "x", "", "1/" + "9" * 6)
SHARES = ("100%", "0", "1_0%", "٥%", "-1", "nan", "", "200%", "5 %", ".5")
SERIAL = ("serial", "x", "", "Serial")
"""Engines that need no time to start."""
SAFE = {
    "run": ("--replicates", "1", "--voters", "60", "--breadth", "0,.3", "--workers", "1"),
    "targets": ("--replicates", "1", "--voters", "60", "--cycles", "2", "--workers", "1"),
    "backtest": ("--replicates", "1", "--voters", "60", "--workers", "1"),
    "mediation": ("--replicates", "1", "--voters", "60", "--workers", "1"),
    "prior-mass": ("--replicates", "1", "--draws", "1", "--voters", "60", "--workers", "1"),
    "calibrate": (*("--waves", "1", "--points", "2", "--replicates", "2", "--voters", "60"), "--workers", "1"),
    "plan": ("--pilots", "1"),
    "sweep": ("--workers", "1", "--engine", "serial", "--no-report"),
    "retry": ("--workers", "1", "--engine", "serial", "--no-report"),
    "merge": ("--no-report",),
    "shard": ("--workers", "1", "--engine", "serial"),
}
"""First words of commands that compute: the words of the fuzz come after them and count."""
POOLS = {
    **{"--seed": SEEDS + NUMBERS, "--set": SETTINGS, "--breadth": BREADTHS + NUMBERS, "--sample": SHARES},
    **{"--engine": SERIAL, "--voters": ("60", *TOO_LARGE, *NUMBERS), "--replicates": (*TOO_LARGE, *NUMBERS)},
    **{"--waves": (*TOO_LARGE, *NUMBERS), "--points": (*TOO_LARGE, *NUMBERS)},
    **{"--draws": (*TOO_LARGE, *NUMBERS), "--cycles": (*TOO_LARGE, *NUMBERS), "--replicate": SEEDS + NUMBERS},
}
STUDY = """
[study]
name = "tiny"
[model]
voters = 60
[factors."exposure.breadth"]
levels = [0, 0.3]
[replicates]
min = 1
"""


def moat(words: list[str]) -> tuple[int, str, str]:
    """Run a command line in this process; return exit code, standard output and standard error."""
    output, errors, previous = io.StringIO(), io.StringIO(), sys.argv
    sys.argv = ["moat", *words]
    try:
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors), no_hang(HUNG_AFTER_S):
            main()
        code = 0
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 1
    finally:
        sys.argv = previous
    return code, output.getvalue(), errors.getvalue()


def options_of(command: Any) -> list[tuple[str, bool]]:
    """Return the options of a command, and whether each takes no value."""
    return [
        (name, bool(getattr(option, "is_flag", False)))
        for option in command.params
        if option.param_type_name == "option"
        for name in (*option.opts, *option.secondary_opts)
        if name != "--help"
    ]


def places(folder: Path) -> tuple[str, ...]:
    """Return names of files and folders, few of which are what a command wants."""
    (folder / "study.toml").write_text(STUDY)
    (folder / "wrong.toml").write_text(STUDY.replace("voters", "voter").replace("[0, 0.3]", "[nan, [1], 0.3]"))
    (folder / "utf16.toml").write_text(STUDY, encoding="utf-16")
    (folder / "deep.toml").write_text("a = " + "[" * 9_000)
    (folder / "empty").mkdir()
    os.mkfifo(folder / "pipe")
    assert moat(["sweep", "study.toml", "--engine", "serial", "--quiet"])[0] == 0
    tiny = ["--replicates", "2", "--voters", "60", "--breadth", "0,.3", "--workers", "1"]
    assert moat(["run", *tiny, "--out", "results/run"])[0] == 0
    assert moat(["run", *tiny, "--protocol", "history", "--cycles", "2", "--out", "results/history"])[0] == 0
    studies = ("study.toml", "study.toml", "wrong.toml", "utf16.toml", "deep.toml", "pipe")
    results = ("results/tiny", "results/tiny", "results/run", "results/history", "empty", "nowhere")
    return (*studies, *results, "", "/dev/zero", "/proc/self/mem", "x" * 300, "study.toml/x", "\udcff", "a\nb")


def command_line(source: random.Random, commands: dict[str, Any], files: tuple[str, ...]) -> list[str]:
    """Return the words of one command line."""
    name = source.choice(list(commands))
    words = [name, *SAFE.get(name, ())]
    arguments = [param for param in commands[name].params if param.param_type_name == "argument"]
    for argument in arguments:
        pool = PARTS if argument.name == "part" else ("0", "abc", "") if argument.name == "key" else files
        if name == "view":  # a folder with results would start a server
            pool = ("nowhere", "", "study.toml", "/dev/zero", "x" * 300)
        if source.random() < 0.95 or name == "view":
            words.append(source.choice(pool))
    for _ in range(source.choice((0, 0, 1, 1, 2, 3))):
        option, flag = source.choice([*options_of(commands[name]), ("--nonsense", False)])
        words.append(option)
        pool = POOLS.get(option, NUMBERS if option in ("--workers", "--pilots", "--port", "--terms") else NAMES)
        pool = ("out", "study.toml", "pipe", "x" * 300, "study.toml/x") if option in ("--out", "--results") else pool
        if option == "--workers":
            pool = ("1", *(text for text in NUMBERS if text not in ("2", "+2", "2.0", "2e0", " 2 ")))
        if not flag and source.random() < 0.95:
            words.append(source.choice(pool))
    return words


def test_command_lines_end_with_a_result_or_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = places(tmp_path)
    commands = dict(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    codes = {0: 0, 1: 0, 2: 0}
    for number in range(LINES):
        words = command_line(random.Random(SEED * 1_000_000 + number), commands, files)
        where = f"command line {number}: {[word[:60] for word in words]}"
        try:
            code, _, errors = moat(words)
        except BaseException as error:
            error.add_note(where)
            raise
        assert code in ((0, 1, 2) if words[0] in CHECKS else (0, 2)), (where, code, errors[-500:])
        assert "Traceback" not in errors, where
        if code == 2:
            lines = errors.splitlines()
            assert [line for line in lines if line.startswith("moat: ")], (where, errors)
            assert len(errors) < 20_000, (where, len(errors))
        codes[code] += 1
    assert min(codes[0], codes[2]) > 50, codes
