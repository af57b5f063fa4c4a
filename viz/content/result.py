"""The page of the package's headline: how far policy falls, beside the closed form, the moves and the party rules."""

from __future__ import annotations

import math

from ...experiments.reporting.shipped.headline import BREADTH, DepthRow, Headline, shipped_headline
from ...experiments.reporting.shipped.rules_comparison import RuleRow, shipped_rules
from ...experiments.reporting.shipped.tables import other_code_lines
from ...experiments.reporting.text.headline import banded, how_read
from .html import Html, h


def result_body() -> list[Html]:
    """Return the elements of the page; a sentence where the package ships no headline."""
    headline, rules = shipped_headline(), shipped_rules()
    if not headline.depths:
        return [h("p", None, "This copy of the package ships no headline.")]
    return [*_depths(headline.depths), *_closed_form(headline.depths), *_moves(headline), *_rules(rules)]


def _wide(label: str, table: Html) -> Html:
    """Return a table that scrolls sideways, also by keyboard, where the screen is narrow."""
    return h("div", {"class": "wide", "tabindex": "0", "role": "region", "aria-label": label}, table)


def _depths(rows: list[DepthRow]) -> list[Html]:
    arms = list(dict.fromkeys((row.foresight, row.visibility) for row in rows))
    heads = [h("th", {"scope": "col"}, f"RD at v = {v:g}, {how_read(f)}") for f, v in arms]
    body = []
    for depth, tau in dict.fromkeys((row.depth, row.tau) for row in rows):
        at = {(row.foresight, row.visibility): row for row in rows if row.depth == depth}
        cells = [h("td", None, banded(at[arm].rd, at[arm].band_low, at[arm].band_high)) for arm in arms]
        levels = [h("td", None, f"{tau:g}"), h("td", None, f"{at[arms[0]].p_zero:.3f}")]
        body.append(h("tr", None, h("th", {"scope": "row"}, depth), levels, cells))
    head = h("tr", None, [h("th", {"scope": "col"}, name) for name in ("depth", "tau", "P at b = 0")], heads)
    sentence = (
        "An opposed government takes office. RD(tau) is the probability that policy falls to openness tau or below for "
        f"six months if {100 * BREADTH:g}% of voters hold crypto, minus the probability if nobody does. v = 1: holders "
        "see their whole stake; v = 0.1: a sleeve in a default fund. In brackets: 95% bands, simultaneous over tau. "
        f"{rows[0].replicates} paired replicates of moat run."
    )
    warnings = [h("p", None, line.strip()) for line in other_code_lines(rows, "This table")]
    return [h("p", None, sentence), _wide("Depths", h("table", None, head, body)), *warnings]


def _closed_form(rows: list[DepthRow]) -> list[Html]:
    sentences = [
        f"At v = {row.visibility:g} they predict {row.closed_form:+.3f} for {row.depth}; the model gives {row.rd:+.3f} "
        f"(Monte Carlo error {row.rd_mcse:.3f}). "
        for row in rows
        if not math.isnan(row.closed_form)
    ]
    text = (
        "What choice precision, office rent and the vote effect alone predict, three assumed numbers. The rest comes "
        "from Congress, courts, substitution between moves, and platforms."
    )
    return [h("h2", None, "Closed form"), h("p", None, text), h("p", None, sentences)]


def _moves(headline: Headline) -> list[Html]:
    shares: dict[tuple[float, float, float], dict[str, float]] = {}
    for row in headline.moves:
        shares.setdefault((row.foresight, row.breadth, row.visibility), {})[row.move] = row.share
    moves = list(dict.fromkeys(row.move for row in headline.moves))
    head = h("tr", None, [h("th", {"scope": "col"}, name) for name in ("arm", *moves)])
    body = [
        h("tr", None, h("th", {"scope": "row"}, _arm(*arm)), [h("td", None, f"{held[move]:.3f}") for move in moves])
        for arm, held in shares.items()
    ]
    caption = h("caption", None, "Share of runs with a move in force in the last month of the opposed term.")
    table = _wide("Moves", h("table", None, caption, head, body))
    return [h("h2", None, "Moves in force at the end"), table]


def _arm(foresight: float, breadth: float, visibility: float) -> str:
    dose = "b = 0" if breadth == 0.0 else f"b = {breadth:g}, v = {visibility:g}"
    return f"{dose}; {how_read(foresight)}"


def _rules(rows: list[RuleRow]) -> list[Html]:
    names = ("party rule", "P(restricted) at b = 0", "RD restricted", "P(extreme care) at b = 0", "RD extreme care")
    head = h("tr", None, [h("th", {"scope": "col"}, name) for name in names])
    body = []
    for row in rows:
        restricted = f"{row.rd_restricted:+.3f} ({row.rd_restricted_mcse:.3f})"
        care = f"{row.rd_reversed:+.3f} ({row.rd_reversed_mcse:.3f})"
        cells = (f"{row.p_restricted:.3f}", restricted, f"{row.p_reversed:.3f}", care)
        body.append(h("tr", None, h("th", {"scope": "row"}, row.rule), [h("td", None, cell) for cell in cells]))
    text = (
        f"The same contrast at v = 1 under each rule, {rows[0].replicates} replicates. In brackets: Monte Carlo error."
    )
    table = _wide("Party rules", h("table", None, h("caption", None, text), head, body))
    return [h("h2", None, "Party rules"), table]
