"""docs/glossary.md defines each term once, with parameters, equations and outcomes that exist."""

from __future__ import annotations

import re
from pathlib import Path

from political_moat.experiments.protocols.term_outcomes import FALL, LASTING, TermOutcomes
from political_moat.experiments.statistics.verdicts import MARGIN
from political_moat.model.parameters.tree import parameter_names

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "glossary.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| ([^|`]+) \| (.+) \|$", TEXT, re.MULTILINE))
TERMS = [re.sub(r" \(.*\)", "", term) for terms in ROWS if terms not in ("term", "---") for term in terms.split(", ")]
MEASURES = ("restricted_layer", "months_", "mean_", "final_", "platform_")
OUTCOMES = [name for name in TermOutcomes._fields if not name.startswith(MEASURES)]


def test_every_term_is_defined_once() -> None:
    assert sorted({term for term in TERMS if TERMS.count(term) > 1}) == []


def test_the_terms_of_the_field_are_defined() -> None:
    terms = (
        "exposure, breadth, visibility, allocation, theta, kappa, openness, stake, salience, platform, docket, layer, "
        "author, opponent, restricted, reversed, severity, RD, notice and comment, replicate, arm, placebo, "
        "positive control, interim analysis, burn-in, forked run, Monte Carlo error"
    )
    assert set(terms.split(", ")) - set(TERMS) == set()


def test_every_outcome_of_a_term_is_defined() -> None:
    assert set(OUTCOMES) - set(TERMS) == set()


def test_parameters_and_equations_named_on_the_page_exist() -> None:
    named = re.findall(r"`(\w+\.\w+)`", TEXT)
    named = [name for name in named if not name.endswith((".csv", ".min"))]
    assert len(named) > 10
    assert set(named) <= set(parameter_names())
    odd = "".join(path.read_text(encoding="utf-8") for path in (DOCS / "odd.md", *DOCS.glob("odd/*.md")))
    equations = re.findall(r"\b[EPDJLMQRSU]\d+\b", TEXT)
    assert len(equations) > 20
    assert [equation for equation in equations if not re.search(rf"\({equation}\)", odd)] == []


def test_numbers_on_the_page_are_those_of_the_code() -> None:
    assert f"at least {FALL:.2f}".replace("0.", ".") in ROWS["restricted"]
    assert LASTING == 6
    assert "six months in a row" in ROWS["restricted"]
    assert f"{MARGIN}".lstrip("0") in ROWS["margin"]
