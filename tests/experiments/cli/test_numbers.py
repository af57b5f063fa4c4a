"""Every option that is a number is read by the one strict reader."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest

from political_moat.experiments.cli.main import app, main
from political_moat.experiments.cli.numbers import _number, _whole
from political_moat.model.parameters.tree import ParameterError, Parameters


def number_options() -> Iterator[tuple[str, Any]]:
    """Name and declaration of every parameter of a command that is an int or a float."""
    for command in app.registered_commands:
        assert command.callback is not None
        for name, hint in get_type_hints(command.callback, include_extras=True).items():
            kind, declared = get_args(hint) if get_origin(hint) is Annotated else (hint, None)
            if {int, float} & {kind, *get_args(kind)}:
                yield f"{command.callback.__name__} {name}", declared


def test_no_option_leaves_its_number_to_int_or_float() -> None:
    options = dict(number_options())
    assert [name for name, option in options.items() if getattr(option, "parser", None) not in (_whole, _number)] == []
    assert {"run seed", "run voters", "mediation breadth", "plan pilots", "view port"} <= options.keys()


SLIPS = ("1_0", "٥", "５", "0x10", "nan", "inf", "1,000", "9" * 5_000)


@pytest.mark.parametrize("words", [("run", "--voters"), ("mediation", "--breadth")])
def test_a_slip_is_refused_in_one_line(
    words: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for text in (*SLIPS, ""):
        monkeypatch.setattr(sys, "argv", ["moat", *words, text])
        with pytest.raises(SystemExit) as stop:
            main()
        assert stop.value.code == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith(f"moat: Invalid value for '{words[1]}': ")
        assert line.endswith((" is not a whole number.", " is not a number."))


@pytest.mark.parametrize("name", ["electorate.voters", "party.office_rent"])
def test_values_of_parameters_in_text_are_plain_numbers(name: str) -> None:
    for text in SLIPS:
        with pytest.raises(ParameterError, match=f"^{name} = .* is not possible; allowed: [^\n]*$"):
            Parameters().with_values({name: text})


def test_plain_forms_of_a_value_are_the_same_value() -> None:
    for text in ("500", "500.0", "+500", "5e2", " 500 "):
        assert Parameters().with_values({"electorate.voters": text}).electorate.voters == 500
        assert Parameters().with_values({"electorate.citizens": text}).electorate.citizens == 500.0
