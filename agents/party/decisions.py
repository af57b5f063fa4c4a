"""Decisions of a party, as functions of its perception, its parameters and its draws alone.

The functions are in the order of a decision: the utility of a move (D1 to D4), the government's choice of a move (D9,
D10), the challenger's choice of a platform (D13, D14), and the party's memory (D20). `choice` draws the
move; `rules` gives the target. `Party` calls them on its own state.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import attrgetter

from ..perception import EMPTY_MEMORY, LawState, Memory, Option, PolicyState, PollReport
from .agenda import competition
from .choice import choose
from .parameters import PartyParameters
from .rules import RULES

_ROOT_2 = math.sqrt(2.0)
_INSTRUMENT_COST = {
    "guidance": attrgetter("guidance_cost"),
    "enforcement": attrgetter("guidance_cost"),
    "rule": attrgetter("rule_cost"),
    "statute": attrgetter("statute_cost"),
    "resolution": attrgetter("resolution_cost"),
}
"""Reads the cost of an instrument from the party's parameters."""


def win_probability(share: float, level_sd: float) -> float:
    """Return the probability of winning at an expected two-party share: Phi(margin / sd) (ODD D1).

    level_sd: spread of the level shock, in vote share. Without spread the result is 1, 0 or, at a tie, a half.
    """
    margin = share - 0.5
    if level_sd <= 0.0:
        return 0.5 * (1.0 + math.copysign(1.0, margin)) if margin != 0.0 else 0.5
    return 0.5 * math.erfc(-margin / (level_sd * _ROOT_2))


def life_share(option: Option, horizon_months: float, months_left: int) -> float:
    """Return the share of the horizon in which a move is expected to be in force (ODD D2).

    months_left: months to the end of the government's term. A move starts after its delay and may be lost in court.
    Guidance and enforcement end with the government that issues them; the other instruments outlive it.
    """
    if option.instrument == "none":
        return 0.0
    ends = horizon_months
    if option.instrument in ("guidance", "enforcement"):
        ends = min(horizon_months, float(months_left))
    return (1.0 - option.risk) * max(0.0, ends - option.months) / horizon_months


def move_cost(option: Option, hostile_chambers: int, live: bool, parameters: PartyParameters) -> float:
    """Return the cost of a move in utility: agenda, instrument and oversight by hostile chambers (ODD D3).

    live: whether the move is on the docket already, so that its agenda cost is paid. Under agenda competition the rival
    issue takes the place of the agenda cost.
    """
    if option.instrument == "none":
        return 0.0
    instrument = parameters.renewal_cost if option.name == "renew" else _INSTRUMENT_COST[option.instrument](parameters)
    agenda = 0.0 if live or parameters.agenda == "competition" else parameters.agenda_cost
    return agenda + instrument + parameters.divided_cost * hostile_chambers


def share_before_lapse(policy: PolicyState, months: float) -> float:
    """Return the share of the coming months before the next sunset lapses (ODD J17); 1 without a sunset in them."""
    if policy.lapse_months < 0.0 or policy.lapse_months >= months:
        return 1.0
    return policy.lapse_months / months


def move_utility(
    option: Option,
    share: float,
    target: float,
    policy: PolicyState,
    live: bool,
    level_sd: float,
    parameters: PartyParameters,
) -> float:
    """Return the utility of a move to the party in office: office, policy, donors, cost, credibility (ODD D4).

    share: own two-party share polled for the move; target: position from the rule; live: see `move_cost`; level_sd in
    vote share. A rule that does not heed polls gives the office no weight.
    """
    office = 0.0
    if RULES[parameters.rule].heeds_polls:
        office = parameters.office_rent * win_probability(share + policy.incumbency_share, level_sd)
    openness, distance = _expected_policy(option, target, policy, 12.0 * parameters.horizon_years)
    donors = (parameters.donors + parameters.donors_per_stake * policy.pledges) * openness
    cost = move_cost(option, policy.hostile_chambers, live, parameters)
    credibility = parameters.credibility_cost * abs(openness - policy.own_platform)
    return office - parameters.policy_weight * distance + donors - cost - credibility


def _expected_policy(option: Option, target: float, policy: PolicyState, horizon_months: float) -> tuple[float, float]:
    """Return expected openness and expected squared distance from the target over the horizon (ODD D4, J17).

    For the rest of the horizon, policy stays as it is until a sunset, if there is one, and lapses after it.
    """
    life = life_share(option, horizon_months, policy.months_left)
    openness, distance = policy.openness, (policy.openness - target) ** 2
    stays = share_before_lapse(policy, (1.0 - life) * horizon_months)
    if stays < 1.0:
        distance = stays * distance + (1.0 - stays) * (policy.lapse_openness - target) ** 2
        openness = stays * openness + (1.0 - stays) * policy.lapse_openness
    moved = option.stand.openness
    return (1.0 - life) * openness + life * moved, (1.0 - life) * distance + life * (moved - target) ** 2


def agenda_opens(draw: float, parameters: PartyParameters) -> bool:
    """Return whether the issue reaches the government's agenda this quarter (ODD D9); draw is uniform."""
    return draw < parameters.agenda_gate


def agenda_decision(
    options: Sequence[Option],
    poll: PollReport,
    policy: PolicyState,
    law: LawState,
    ideal: float,
    level_sd: float,
    parameters: PartyParameters,
    move_draws: Sequence[float],
    nest_draws: dict[str, float],
    memory: Memory = EMPTY_MEMORY,
    rival: float = 0.0,
) -> int:
    """Return the index of the government's option (ODD D10).

    options, poll.shares, move_draws: one per option; option 0 is hold. With an item on the docket the options are to
    withdraw it (hold) and to go on. nest_draws: one per nest; draws are Gumbel values. level_sd in vote share. rival:
    value of the best rival issue in utility, which counts under agenda competition.
    """
    target = RULES[parameters.rule]().target(ideal, poll, policy, parameters, memory)
    utilities = [
        move_utility(option, share, target, policy, option.name == law.docket, level_sd, parameters)
        for option, share in zip(options, poll.shares, strict=True)
    ]
    nests = [option.nest for option in options]
    if parameters.agenda == "competition":
        return competition(utilities, nests, bool(law.docket), rival, parameters, move_draws, nest_draws)
    return choose(utilities, nests, parameters.choice_precision, parameters.nest_dissimilarity, move_draws, nest_draws)


def platform_candidates(platform: float, step: float) -> tuple[float, ...]:
    """Return the positions a challenger considers (ODD D13): stay, one step more open, one step less open.

    Positions are openness, kept in [0, 1]; each occurs once.
    """
    return tuple(dict.fromkeys((platform, min(1.0, platform + step), max(0.0, platform - step))))


def platform_utility(
    candidate: float, share: float, target: float, policy: PolicyState, level_sd: float, parameters: PartyParameters
) -> float:
    """Return the utility of a platform to the challenger (ODD D14; Wittman 1983, Calvert 1985).

    If it wins, it gains the rent less its own distance from the target; if it loses, it bears the rival's distance.
    share: own two-party share polled for the candidate; level_sd in vote share. A rule that does not heed polls
    weighs its own distance alone.
    """
    own_distance = parameters.policy_weight * (candidate - target) ** 2
    if not RULES[parameters.rule].heeds_polls:
        return -own_distance
    rival_distance = parameters.policy_weight * (policy.rival_platform - target) ** 2
    win = win_probability(share - policy.incumbency_share, level_sd)
    return win * (parameters.office_rent - own_distance) - (1.0 - win) * rival_distance


def platform_decision(
    candidates: Sequence[float],
    poll: PollReport,
    policy: PolicyState,
    ideal: float,
    level_sd: float,
    parameters: PartyParameters,
    draws: Sequence[float],
    memory: Memory = EMPTY_MEMORY,
) -> float:
    """Return the platform that the challenger chooses by logit over the candidates (ODD D14), in openness.

    candidates, poll.shares, draws: one per candidate; draws are Gumbel values; level_sd in vote share.
    """
    target = RULES[parameters.rule]().target(ideal, poll, policy, parameters, memory)
    values = [
        parameters.choice_precision * platform_utility(candidate, share, target, policy, level_sd, parameters) + draw
        for candidate, share, draw in zip(candidates, poll.shares, draws, strict=True)
    ]
    return candidates[values.index(max(values))]


def remember(
    memory: Memory, poll: PollReport, policy: PolicyState, ideal: float, parameters: PartyParameters
) -> Memory:
    """Return the memory after a decision on this poll: one aim and one share longer (ODD D20).

    A rule that does not declare `remembers` keeps its memory unchanged.
    """
    rule = RULES[parameters.rule]
    if not rule.remembers:
        return memory
    aim = rule().target(ideal, poll, policy, parameters, memory)
    return Memory((*memory.aims, aim), (*memory.shares, poll.shares[poll.standing]))
