"""Polls: one panel answers about every hypothetical policy; parties see only the report."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from ...agents.electorate.columns import IDEAL, TURNOUT_PRESIDENTIAL
from ...agents.electorate.electorate import Electorate
from ...agents.electorate.foresight.kernel import projected_votes
from ...agents.electorate.voting.ballots import ballots
from ...agents.electorate.voting.kernel import NO_MOODS, expected_votes
from ...agents.party.rules import RULES
from ...agents.perception import NOT_ASKED, Option, PollReport, Stand
from ..elections.projection import (
    Item,
    expected_growth,
    friendly_item,
    item_of,
    months_to_election,
    outlooks,
    stretch_table,
    table_after,
)
from ..imposed import polled
from ..policy.public_facts import remaining_months
from ..state import WorldState


def question_rows(state: WorldState, pairs: Sequence[tuple[Stand, Stand]], openness: float) -> list[tuple[float, ...]]:
    """Return rows of the kernel's question table, one per pair (author's stand, opponent's stand), as R and D."""
    p, now = state.parameters, state.threat
    row_of, attention = state.derived.questions.row, p.polls.hypothetical_attention
    if state.sign < 0:
        pairs = [(opponent, author) for author, opponent in pairs]
    rows: list[tuple[float, ...]] = []
    for r_stand, d_stand in pairs:
        r, d, feared_r, feared_d, threat, relieved_r, relieved_d = row_of(openness, r_stand, d_stand)
        rows.append((r, d, feared_r, feared_d, now + attention * (threat - now), relieved_r, relieved_d))
    return rows


def question_row(state: WorldState, author: Stand, opponent: Stand, openness: float) -> tuple[float, ...]:
    """Return one row of the kernel's question table (ODD: question_row)."""
    return question_rows(state, [(author, opponent)], openness)[0]


def mean_ideals(
    state: WorldState, electorate: Electorate, side: float, first: int, count: int, question: npt.NDArray[np.float64]
) -> tuple[float, float]:
    """Return the mean ideal policy of a panel, and of one side's supporters in it (ODD: mean_ideals).

    side: +1 for R, -1 for D. A respondent counts as a supporter with the probability that she votes for the side: to
    turn out times to choose it, at this question.
    """
    panel = np.arange(first, first + count) % len(electorate)
    fixed, dynamic = electorate.fixed.take(panel, axis=1), electorate.dynamic.take(panel, axis=1)
    utilities, turnouts = ballots(
        fixed,
        dynamic,
        state.product_prices,
        state.incumbent_sign,
        0.0,
        state.threat,
        TURNOUT_PRESIDENTIAL,
        state.parameters.channels.turnout,
        question,
        state.vote_coefficients,
    )
    ideals = dynamic[IDEAL].astype(np.float64)
    support_for = turnouts * expit(side * utilities)
    return float(ideals.mean()), float((ideals * support_for).sum() / support_for.sum())


def poll_moods(state: WorldState, respondents: int) -> npt.NDArray[np.float64]:
    """Return the moods of this month's respondents to stay at home and to prefer D; shape (2, respondents).

    Logistic draws by position in the panel (ODD: poll_moods), the same for both parties and all arms; read-only. None
    (NO_MOODS) unless polls.binary is on.
    """
    if not state.parameters.polls.binary:
        return NO_MOODS
    draws, month, sign = state.draws, state.month, state.sign

    def drawn() -> npt.NDArray[np.float64]:
        stays = logit(draws.uniforms("poll turnout", respondents, month))
        return np.stack([stays, sign * logit(draws.uniforms("poll choice", respondents, month))])

    return draws.once(("poll moods", respondents, month, sign), drawn)


def ask(
    state: WorldState,
    role: str,
    pairs: Sequence[tuple[Stand, Stand]],
    standing: int = 0,
    items: Sequence[Option] = (),
) -> PollReport:
    """Ask this quarter's panel for its vote at each pair (author's stand, opponent's stand); return the report.

    Shares are those of the asking role. The first pair is the baseline of the hypothetical bias;
    standing is the index of the pair that describes the status quo. Ideal policies are asked for only if the
    party's rule needs them. items: the administration's options, one per pair, if it is the one that asks.
    The panel is a block of the population, another one every quarter; voters are exchangeable, so a block is a
    random sample. With foresight the report mixes the answers with their projection to the next presidential election.
    """
    p = state.parameters
    electorate = polled(state, role)
    n = min(p.polls.respondents, len(electorate))
    first = (state.month // 3) * n % len(electorate)
    own = 0 if (role == "author") == (state.sign > 0) else 1
    foresight, raw = p.polls.foresight, [0.0] * len(pairs)
    if foresight < 1.0:
        raw = present_shares(state, electorate, first, n, pairs, own)
    if foresight > 0.0:
        ahead = projected_shares(state, electorate, first, n, pairs, items, own)
        raw = [(1.0 - foresight) * now + foresight * then for now, then in zip(raw, ahead, strict=True)]
    asked, bias = raw[0], 1.0 + p.polls.hypothetical_bias
    shares = tuple([asked + bias * (share - asked) for share in raw])
    opinion = (NOT_ASKED, NOT_ASKED)
    if RULES[p.party.rule].needs_opinion:
        row = np.array(question_row(state, *pairs[standing], state.openness))
        opinion = mean_ideals(state, electorate, 1.0 if own == 0 else -1.0, first, n, row)
    return PollReport(shares, n, state.month, *opinion, standing)


def present_shares(
    state: WorldState, electorate: Electorate, first: int, n: int, pairs: Sequence[tuple[Stand, Stand]], own: int
) -> list[float]:
    """Return the two-party share that a panel would give a side now, one per pair; own: 0 for R, 1 for D."""
    totals = expected_votes(
        electorate.fixed,
        electorate.dynamic,
        first,
        n,
        state.product_prices,
        state.incumbent_sign,
        0.0,
        state.threat,
        TURNOUT_PRESIDENTIAL,
        state.parameters.channels.turnout,
        np.array(question_rows(state, pairs, state.openness)),
        state.vote_coefficients,
        poll_moods(state, n),
    )
    return own_shares(totals, own)


def own_shares(totals: npt.NDArray[np.float64], own: int) -> list[float]:
    """Return the two-party shares of a side from its votes and the rival's; own: 0 for R, 1 for D."""
    return [(d if own else r) / (r + d) if r + d > 0.0 else 0.5 for r, d in totals.tolist()]


def projected_shares(
    state: WorldState,
    electorate: Electorate,
    first: int,
    n: int,
    pairs: Sequence[tuple[Stand, Stand]],
    options: Sequence[Option],
    own: int,
) -> list[float]:
    """Return the expected two-party share of a side at the next presidential election, one per pair (ODD: foresight).

    options: what the administration puts on its agenda, one per pair; without any, the live item goes on.
    """
    months, items = months_to_election(state), _items(state, options, len(pairs))
    tables = [state.standing_products]
    expected = []
    for question, ((author, opponent), item) in enumerate(zip(pairs, items, strict=True)):
        r, d = (author, opponent) if state.sign > 0 else (opponent, author)
        law = 0
        if item is not None:
            law = len(tables)
            tables.append(table_after(state, item))
        expected += [(question, outlook) for outlook in outlooks(state, r, d, item, law, months)]
    totals = projected_votes(
        electorate.fixed,
        electorate.dynamic,
        first,
        n,
        state.product_prices,
        expected_growth(state.derived),
        months,
        state.incumbent_sign,
        state.parameters.channels.turnout,
        np.array([outlook.question for _, outlook in expected]),
        stretch_table(state, [outlook.stretches for _, outlook in expected]),
        np.array(tables),
        state.parameters.accounts.rebalancing,
        state.opinion_coefficients,
        state.vote_coefficients,
        poll_moods(state, n),
    )
    shares = [0.0] * len(pairs)
    for (question, outlook), share in zip(expected, own_shares(totals, own), strict=True):
        shares[question] += outlook.probability * share
    return shares


def _items(state: WorldState, options: Sequence[Option], count: int) -> list[Item | None]:
    """Return the item that goes on under each question: an option of the menu, else what is under way."""
    docket = state.docket
    stage = 0 if docket is None else docket.stage
    if options:
        return [item_of(state, option, stage) or friendly_item(state) for option in options]
    if docket is None:
        return [friendly_item(state)] * count
    live = docket.option._replace(months=remaining_months(state, docket))
    return [item_of(state, live, stage) or friendly_item(state)] * count
