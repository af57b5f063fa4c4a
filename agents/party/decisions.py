"""Decisions of a party: functions of what it perceives, its own parameters and its draws, and of nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from operator import attrgetter

from ..perception import EMPTY_MEMORY, LawState, Memory, Option, PolicyState, PollReport
from .choice import choose
from .parameters import PartyParameters
from .rules import RULES

_ROOT_2 = math.sqrt(2.0)
_COSTS = {
    "guidance": attrgetter("guidance_cost"),
    "enforcement": attrgetter("guidance_cost"),
    "rule": attrgetter("rule_cost"),
    "statute": attrgetter("statute_cost"),
    "resolution": attrgetter("resolution_cost"),
}
"""The cost of each instrument, of the party's parameters."""


def win_probability(share: float, level_sd: float) -> float:
    """P(win) at an expected two-party share, valence level sd in vote share; Phi(margin / sd)."""
    margin = share - 0.5
    if level_sd <= 0.0:
        return 0.5 * (1.0 + math.copysign(1.0, margin)) if margin != 0.0 else 0.5
    return 0.5 * math.erfc(-margin / (level_sd * _ROOT_2))


def life_share(option: Option, horizon_months: float, months_left: int) -> float:
    """Share of the horizon a move is expected to be in force: starts after its delay, survives the courts.

    Guidance and enforcement last as long as the government that issues them; a rule or statute outlives it.
    """
    if option.instrument == "none":
        return 0.0
    ends = horizon_months
    if option.instrument in ("guidance", "enforcement"):
        ends = min(horizon_months, float(months_left))
    return (1.0 - option.risk) * max(0.0, ends - option.months) / horizon_months


def move_cost(option: Option, hostile_chambers: int, live: bool, parameters: PartyParameters) -> float:
    """Agenda, instrument and oversight cost of a move; a live docket has paid its agenda cost."""
    if option.instrument == "none":
        return 0.0
    instrument = parameters.renewal_cost if option.name == "renew" else _COSTS[option.instrument](parameters)
    agenda = 0.0 if live else parameters.agenda_cost
    return agenda + instrument + parameters.divided_cost * hostile_chambers


def share_before_lapse(policy: PolicyState, months: float) -> float:
    """Share of the coming `months` in which policy stands as it does, if nobody acts; the rest comes after a lapse."""
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
    """Utility of one move to the party in office.

    rent * P(win) - weight * expected squared distance over the move's life + donors - costs - credibility. What the
    move does not cover is policy as it stands and, where a sunset falls into the horizon, policy after the lapse.
    """
    office = _worth_of_office(share, policy, level_sd, parameters)
    distance, donors, cost, broken = _apart_from_office(option, target, policy, live, parameters)
    return office - distance + donors - cost - broken


def _worth_of_office(share: float, policy: PolicyState, level_sd: float, parameters: PartyParameters) -> float:
    """rent * P(win) at the share that a poll gives a move; 0 to a rule that does not heed polls."""
    if not RULES[parameters.rule].heeds_polls:
        return 0.0
    return parameters.office_rent * win_probability(share + policy.incumbency_share, level_sd)


def _apart_from_office(
    option: Option, target: float, policy: PolicyState, live: bool, parameters: PartyParameters
) -> tuple[float, float, float, float]:
    """Weight times distance, donors, costs and credibility lost of a move, which no poll changes."""
    horizon = 12.0 * parameters.horizon_years
    life = life_share(option, horizon, policy.months_left)
    now, then = policy.openness, option.stand.openness
    missed = (now - target) ** 2
    stays = share_before_lapse(policy, (1.0 - life) * horizon)
    if stays < 1.0:
        missed = stays * missed + (1.0 - stays) * (policy.lapse_openness - target) ** 2
        now = stays * now + (1.0 - stays) * policy.lapse_openness
    distance = (1.0 - life) * missed + life * (then - target) ** 2
    expected = (1.0 - life) * now + life * then
    donors = (parameters.donors + parameters.donors_per_stake * policy.pledges) * expected
    broken = parameters.credibility_cost * abs(expected - policy.own_platform)
    cost = move_cost(option, policy.hostile_chambers, live, parameters)
    return parameters.policy_weight * distance, donors, cost, broken


@lru_cache(maxsize=4096)
def _menu_apart_from_office(
    options: tuple[Option, ...], target: float, policy: PolicyState, docket: str, parameters: PartyParameters
) -> list[tuple[float, float, float, float]]:
    """`_apart_from_office` of every option; remembered, as arms of a study meet the same menus in the same politics."""
    return [_apart_from_office(one, target, policy, one.name == docket, parameters) for one in options]


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
) -> int:
    """Index of the chosen option. options, poll.shares and move_draws run in parallel; option 0 is hold.

    With a docket live the menu is to go on or to withdraw.
    """
    target = RULES[parameters.rule]().target(ideal, poll, policy, parameters, memory)
    apart = _menu_apart_from_office(tuple(options), target, policy, law.docket, parameters)
    utilities = [
        _worth_of_office(share, policy, level_sd, parameters) - distance + donors - cost - broken
        for share, (distance, donors, cost, broken) in zip(poll.shares, apart, strict=True)
    ]
    nests = [option.nest for option in options]
    return choose(utilities, nests, parameters.choice_precision, parameters.nest_dissimilarity, move_draws, nest_draws)


def platform_candidates(platform: float, step: float) -> tuple[float, ...]:
    """Stay, one step more open, one step less open; inside [0, 1] and each position once."""
    found = (platform, min(1.0, platform + step), max(0.0, platform - step))
    return tuple(dict.fromkeys(found))


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
    """The challenger's new platform, by logit over the candidates; poll.shares are its own shares.

    Wittman 1983, Calvert 1985: P(win) * (rent - own distance) - (1 - P(win)) * the rival's distance; a rule that does
    not heed polls weighs its own distance alone.
    """
    rule = RULES[parameters.rule]
    target = rule().target(ideal, poll, policy, parameters, memory)
    weight, rent, precision = parameters.policy_weight, parameters.office_rent, parameters.choice_precision
    lost, advantage = weight * (policy.rival_platform - target) ** 2, policy.incumbency_share
    scaled = []
    for candidate, share, draw in zip(candidates, poll.shares, draws, strict=True):
        own = weight * (candidate - target) ** 2
        utility = -own
        if rule.heeds_polls:
            won = win_probability(share - advantage, level_sd)
            utility = won * (rent - own) - (1.0 - won) * lost
        scaled.append(precision * utility + draw)
    return candidates[scaled.index(max(scaled))]


def remember(
    memory: Memory, poll: PollReport, policy: PolicyState, ideal: float, parameters: PartyParameters
) -> Memory:
    """Memory after a decision on this poll: one aim and one share more; unchanged for a rule that does not remember."""
    rule = RULES[parameters.rule]
    if not rule.remembers:
        return memory
    aim = rule().target(ideal, poll, policy, parameters, memory)
    return Memory((*memory.aims, aim), (*memory.shares, poll.shares[poll.standing]))


def agenda_opens(draw: float, parameters: PartyParameters) -> bool:
    """Whether the issue reaches the administration's agenda this quarter; draw is uniform."""
    return draw < parameters.agenda_gate
