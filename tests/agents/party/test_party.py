"""The methods of `Party` give what the decision functions give on the party's state, under every rule."""

from __future__ import annotations

import random
from typing import Any, NamedTuple

import pytest

from political_moat.agents.party import decisions
from political_moat.agents.party.parameters import PartyParameters
from political_moat.agents.party.party import Party
from political_moat.agents.party.rules import RULES
from political_moat.agents.perception import LawState, Memory, Option, PolicyState, PollReport, Stand

LEVEL_SD = 0.039
OPTIONS = (
    Option("hold", 0, "hold", Stand(0.75, 0.0, 0.0), 0.75, 0.05, "none", "DOL", 0.0, 0.0),
    Option("warn", 2, "restrict", Stand(0.5, 0.0, 1.0), 0.5, 0.05, "guidance", "DOL", 2.0, 0.0),
    Option("prohibit", 5, "restrict", Stand(0.0, 1.0, 0.0), 0.0, 0.0, "rule", "DOL", 18.0, 0.11),
)
NEST_DRAWS = {"hold": 0.1, "restrict": -0.2}


class Registry:
    """The part of a model that an agent's constructor calls."""

    def next_agent_number(self) -> int:
        return 1

    def register_agent(self, agent: Any) -> None:
        """Keep nothing."""


class Case(NamedTuple):
    """A party and what it perceives at one decision."""

    party: Party
    poll: PollReport
    policy: PolicyState
    law: LawState
    draws: tuple[float, float, float]


def make_cases(count: int = 40) -> list[Case]:
    """Parties of both roles with short and long memories, with and without an item on the docket."""
    dice = random.Random(11)
    cases = []
    for number in range(count):
        length = number % 5
        memory = Memory(
            tuple(dice.choice((0.15, 0.25, 0.35, 0.6)) for _ in range(length)),
            tuple(0.5 + 0.02 * dice.uniform(-1.0, 1.0) for _ in range(length)),
        )
        role = ("author", "opponent")[number % 2]
        # At an end of the scale there are two candidates, and a poll has one share for each.
        platform = (0.0, 0.3, 0.8, 1.0)[number % 4]
        party = Party(Registry(), "R", role, dice.random(), platform, memory)
        shares = tuple(0.5 + 0.05 * dice.uniform(-1.0, 1.0) for _ in range(3))
        poll = PollReport(shares, 1000, 51, dice.random(), dice.random(), number % 2)
        lapse = (-1.0, 30.0)[number % 2]
        policy = PolicyState(
            51, 0.75, 0.75, 0.05, role, role, platform, dice.random(), 1, 1, 0.02, 45, 0.0, lapse, 0.25
        )
        law = LawState("rule", ("", "prohibit")[number % 3 == 0], 4.0, 0)
        draws = (dice.gauss(0.0, 1.0), dice.gauss(0.0, 1.0), dice.gauss(0.0, 1.0))
        cases.append(Case(party, poll, policy, law, draws))
    return cases


CASES = make_cases()
every_rule = pytest.mark.parametrize("parameters", [PartyParameters(rule=name) for name in RULES], ids=list(RULES))


@every_rule
def test_target_is_that_of_the_rule(parameters: PartyParameters) -> None:
    for party, poll, policy, *_ in CASES:
        expected = RULES[parameters.rule]().target(party.ideal, poll, policy, parameters, party.memory)
        assert party.target(poll, policy, parameters) == expected


@every_rule
def test_utility_of_a_move_is_move_utility_at_the_target(parameters: PartyParameters) -> None:
    for party, poll, policy, law, _ in CASES:
        target = RULES[parameters.rule]().target(party.ideal, poll, policy, parameters, party.memory)
        for option, share in zip(OPTIONS, poll.shares, strict=True):
            live = law.docket != "" and option.name == "prohibit"
            assert party.utility_of(option, share, poll, policy, law, LEVEL_SD, parameters) == decisions.move_utility(
                option, share, target, policy, live, LEVEL_SD, parameters
            )


@every_rule
def test_agenda_decision_is_the_function_on_the_state(parameters: PartyParameters) -> None:
    chosen = set()
    for party, poll, policy, law, draws in CASES:
        expected = decisions.agenda_decision(
            OPTIONS, poll, policy, law, party.ideal, LEVEL_SD, parameters, draws, NEST_DRAWS, party.memory
        )
        assert party.agenda_decision(OPTIONS, poll, policy, law, LEVEL_SD, parameters, draws, NEST_DRAWS) == expected
        chosen.add(expected)
    assert len(chosen) > 1, "all cases choose the same move"


@every_rule
def test_agenda_decision_takes_the_move_of_the_largest_utility_when_choice_is_precise(
    parameters: PartyParameters,
) -> None:
    precise = parameters.model_copy(update={"choice_precision": 1e6, "nest_dissimilarity": 1.0})
    for party, poll, policy, law, draws in CASES:
        utilities = [
            party.utility_of(option, share, poll, policy, law, LEVEL_SD, precise)
            for option, share in zip(OPTIONS, poll.shares, strict=True)
        ]
        chosen = party.agenda_decision(OPTIONS, poll, policy, law, LEVEL_SD, precise, draws, NEST_DRAWS)
        assert utilities[chosen] == pytest.approx(max(utilities), abs=1e-4)


@every_rule
def test_platform_decision_is_the_function_on_the_state(parameters: PartyParameters) -> None:
    moves = set()
    for party, poll, policy, _, draws in CASES:
        candidates = decisions.platform_candidates(party.platform, parameters.platform_step)
        assert party.platform_candidates(parameters) == candidates
        asked, drawn = poll._replace(shares=poll.shares[: len(candidates)]), draws[: len(candidates)]
        expected = decisions.platform_decision(
            candidates, asked, policy, party.ideal, LEVEL_SD, parameters, drawn, party.memory
        )
        assert party.platform_decision(asked, policy, LEVEL_SD, parameters, drawn) == expected
        moves.add(candidates.index(expected))
    assert len(moves) > 1, "all cases choose the same platform"


@every_rule
def test_platform_utility_is_the_function_at_the_target(parameters: PartyParameters) -> None:
    for party, poll, policy, *_ in CASES:
        target = RULES[parameters.rule]().target(party.ideal, poll, policy, parameters, party.memory)
        for candidate, share in zip(party.platform_candidates(parameters), poll.shares, strict=False):
            utility = party.platform_utility(candidate, share, poll, policy, LEVEL_SD, parameters)
            assert utility == decisions.platform_utility(candidate, share, target, policy, LEVEL_SD, parameters)


@every_rule
def test_memory_after_a_decision_is_remember_on_the_state(parameters: PartyParameters) -> None:
    for party, poll, policy, *_ in CASES:
        expected = decisions.remember(party.memory, poll, policy, party.ideal, parameters)
        assert party.memory_after(poll, policy, parameters) == expected
        assert (len(expected.aims) > len(party.memory.aims)) == RULES[parameters.rule].remembers


def test_methods_change_no_state() -> None:
    parameters = PartyParameters(rule="hunter")
    for party, poll, policy, law, draws in CASES:
        before = (party.label, party.role, party.ideal, party.platform, party.memory)
        party.agenda_decision(OPTIONS, poll, policy, law, LEVEL_SD, parameters, draws, NEST_DRAWS)
        count = len(party.platform_candidates(parameters))
        party.platform_decision(poll._replace(shares=poll.shares[:count]), policy, LEVEL_SD, parameters, draws[:count])
        party.memory_after(poll, policy, parameters)
        assert (party.label, party.role, party.ideal, party.platform, party.memory) == before


def test_a_platform_is_worth_its_two_outcomes_weighed_by_the_chance_of_winning() -> None:
    """D14 by hand: at a tie the challenger wins with probability one half."""
    party = Party(Registry(), "D", "opponent", 0.2, 0.3)
    policy = PolicyState(51, 0.75, 0.75, 0.05, "author", "opponent", 0.3, 0.9, 1, 1, 0.02, 45, 0.0)
    parameters = PartyParameters(office_rent=2.0, policy_weight=3.0)
    utility = party.platform_utility(0.4, 0.52, PollReport((0.52,), 1000, 51), policy, LEVEL_SD, parameters)
    assert utility == pytest.approx(0.5 * (2.0 - 3.0 * 0.2**2) - 0.5 * 3.0 * 0.7**2)
