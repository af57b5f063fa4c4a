"""The verdict follows from the result: made-up studies of each kind, in the words of the paper."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest
from paper_folders import SOURCES, made_up, text_of

from political_moat.experiments.paper.build import write_paper

pytestmark = pytest.mark.usefixtures("undrawn")


class Kind(NamedTuple):
    """A made-up result: shares of returns to extreme care without and with exposure, pairs, and its verdict."""

    at_zero: float
    exposed: float
    pairs: int
    verdict: str


KINDS = {
    "moat": Kind(0.5, 0.2, 200, "exposure lowers the probability of a return to extreme care by a political size, as"),
    "trapdoor": Kind(0.2, 0.5, 200, "exposure raises the probability of a return to extreme care by a political size"),
    "null": Kind(0.5, 0.5, 400, "exposure has no effect of political size on the probability of a return to extreme"),
    "inconclusive": Kind(0.5, 0.4, 20, "pairs do not decide how exposure changes the probability of a return to"),
}


@pytest.fixture(scope="module", params=KINDS)
def paper(request: pytest.FixtureRequest, one_setting: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The paper of a made-up result; its folder has the name of the kind."""
    target = tmp_path_factory.mktemp("kinds") / request.param
    kind = KINDS[request.param]
    return write_paper(made_up(one_setting, target, kind.at_zero, kind.exposed, kind.pairs)).parent


def test_the_verdict_is_that_of_the_result_alone(paper: Path) -> None:
    own = paper.parent.name
    for name in ("parts/abstract.tex", "parts/result.tex"):
        text = text_of(paper, name)
        for kind, (_, _, _, verdict) in KINDS.items():
            assert (verdict in text) == (kind == own), f"{name}: {verdict}"


def test_the_verdict_names_difference_interval_margin_and_pairs(paper: Path) -> None:
    own = paper.parent.name
    kind = KINDS[own]
    numbers = dict(re.findall(r"\\newcommand\{\\(\w+)\}\{(.*)\} % ", (paper / "numbers.tex").read_text("utf-8")))
    text = text_of(paper, "parts/result.tex")
    shown = ["Difference", "Low", "High", "Error", "Zero", "Exposed"]
    assert all(rf"\ContrastACare{name}{{}}" in text for name in shown)
    assert r"\ContrastAPairs{}" in text
    assert (numbers["ContrastAPairs"], numbers["Margin"], numbers["ContrastLevel"]) == (
        str(kind.pairs),
        "0.05",
        r"98.33\%",
    )
    change = kind.exposed - kind.at_zero
    sign = "$+$" if change > 0.0 else "$-$" if change < 0.0 else ""
    assert numbers["ContrastACareDifference"] == f"{sign}{abs(change):.3f}".replace("0.", ".", 1)


def test_the_text_takes_no_side_and_promises_nothing(paper: Path) -> None:
    text = " ".join(text_of(paper, name) for name in SOURCES)
    assert "It takes no side." in text
    assert "The model is a laboratory, not a forecast and not advice." in text
    for name in (*SOURCES, "parts/abstract.tex", "parts/result.tex"):
        assert re.findall(r"\b(?:proves?|should|must not|unfortunately|clearly)\b", text_of(paper, name)) == []
