"""Macros: names of letters, one value for a name, numbers as LaTeX prints them."""

from __future__ import annotations

import pytest

from political_moat.experiments.paper.macros import Macros, letters, plain


def test_a_macro_is_a_name_a_value_and_its_meaning() -> None:
    macros = Macros()
    assert macros.signed("RiskDifference", -0.0912, "paired difference") == r"\RiskDifference{}"
    assert list(macros.lines())[1:] == [r"\newcommand{\RiskDifference}{$-$.091} % paired difference"]


def test_numbers_are_printed_as_in_the_tables() -> None:
    macros = Macros()
    macros.whole("A", 12345, "")
    macros.whole("B", 625, "")
    macros.share("C", 0.25, "")
    macros.number("D", -0.05, "")
    macros.text("E", "50% of a_b", "")
    values = [line.partition("}{")[2].rpartition("} %")[0] for line in list(macros.lines())[1:]]
    assert values == [r"12\,345", "625", ".250", "$-$0.05", r"50\% of a\_b"]


def test_a_name_has_letters_alone_and_one_value() -> None:
    macros = Macros()
    for name in ("V1", "", "a b", "é"):
        with pytest.raises(ValueError, match="letters alone"):
            macros.text(name, 1, "")
    macros.text("Twice", 1, "")
    macros.text("Twice", 1, "")
    with pytest.raises(ValueError, match="two values"):
        macros.text("Twice", 2, "")
    assert len(list(macros.lines())) == 2


def test_every_place_has_its_own_letters() -> None:
    names = [letters(place) for place in range(800)]
    assert len(set(names)) == 800
    assert all(name.isalpha() for name in names)
    assert (names[26], names[51], names[52], names[702]) == ("AA", "AZ", "BA", "AAA")


def test_characters_without_a_glyph_become_question_marks() -> None:
    assert plain("Größe  θ\n中") == "Größe θ ?"
