"""A party as a Mesa agent: a state, and methods that call `decisions` on that state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..mesa.agent import ModelAgent, of_state
from ..perception import EMPTY_MEMORY, LawState, Memory, Option, PolicyState, PollReport
from . import decisions
from .parameters import PartyParameters
from .rules import RULES
from .state import PartyState


class Party(ModelAgent):
    """One of the two parties. label is R or D; role is author or opponent of the friendly policy.

    A decision takes four steps: the party reads a poll, its rule gives a target, every move or platform gets a
    utility, and a logit draws one of them. In office it decides on the agenda, out of office on its platform. The
    methods change no state; the phases of a month do.
    """

    label = of_state("label")
    role = of_state("role")
    ideal = of_state("ideal")
    platform = of_state("platform")
    memory = of_state("memory")

    def __init__(
        self, model: Any, label: str, role: str, ideal: float, platform: float, memory: Memory = EMPTY_MEMORY
    ) -> None:
        """Make a party with a state of its own; units as in `PartyState`."""
        self.state = PartyState(label, role, ideal, platform, memory)
        super().__init__(model)

    @classmethod
    def with_state(cls, model: Any, state: PartyState) -> Party:
        """Return the agent of a state that the model already has."""
        party = cls(model, state.label, state.role, state.ideal, state.platform, state.memory)
        party.state = state
        return party

    def target(self, poll: PollReport, policy: PolicyState, parameters: PartyParameters) -> float:
        """Return the openness that the party's rule aims at (ODD D22 to D25)."""
        return RULES[parameters.rule]().target(self.ideal, poll, policy, parameters, self.memory)

    def utility_of(
        self,
        option: Option,
        share: float,
        poll: PollReport,
        policy: PolicyState,
        law: LawState,
        level_sd: float,
        parameters: PartyParameters,
    ) -> float:
        """Return the utility of one move to the party in office (ODD D4); share: own share polled for the move."""
        target, live = self.target(poll, policy, parameters), option.name == law.docket
        return decisions.move_utility(option, share, target, policy, live, level_sd, parameters)

    def agenda_decision(
        self,
        options: Sequence[Option],
        poll: PollReport,
        policy: PolicyState,
        law: LawState,
        level_sd: float,
        parameters: PartyParameters,
        move_draws: Sequence[float],
        nest_draws: dict[str, float],
        rival: float = 0.0,
    ) -> int:
        """Return the index of the option that the party in office chooses (ODD D10); option 0 is hold.

        rival: value of the best rival issue, in utility, which counts under agenda competition (ODD D26).
        """
        return decisions.agenda_decision(
            options, poll, policy, law, self.ideal, level_sd, parameters, move_draws, nest_draws, self.memory, rival
        )

    def platform_candidates(self, parameters: PartyParameters) -> tuple[float, ...]:
        """Return the platforms within one step of the present one (ODD D13)."""
        return decisions.platform_candidates(self.platform, parameters.platform_step)

    def platform_utility(
        self,
        candidate: float,
        share: float,
        poll: PollReport,
        policy: PolicyState,
        level_sd: float,
        parameters: PartyParameters,
    ) -> float:
        """Return the utility of one platform to the challenger (ODD D14); share: own share polled for it."""
        target = self.target(poll, policy, parameters)
        return decisions.platform_utility(candidate, share, target, policy, level_sd, parameters)

    def platform_decision(
        self,
        poll: PollReport,
        policy: PolicyState,
        level_sd: float,
        parameters: PartyParameters,
        draws: Sequence[float],
    ) -> float:
        """Return the platform that the challenger chooses among its candidates (ODD D14).

        poll.shares and draws: one per candidate, in the order of `platform_candidates`.
        """
        candidates = self.platform_candidates(parameters)
        return decisions.platform_decision(
            candidates, poll, policy, self.ideal, level_sd, parameters, draws, self.memory
        )

    def memory_after(self, poll: PollReport, policy: PolicyState, parameters: PartyParameters) -> Memory:
        """Return the party's memory after a decision on this poll (ODD D20)."""
        return decisions.remember(self.memory, poll, policy, self.ideal, parameters)
