"""Phase 8: the challenger's platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...agents.party.decisions import platform_candidates, platform_decision, remember
from ..elections.national_vote import level_sd
from ..policy.choice_shocks import platform_draws
from ..policy.events import other
from ..policy.law import platform_stand
from .imposed import hold_platforms
from .polling import ask
from .public_facts import policy_state

if TYPE_CHECKING:
    from ..world import World


QUARTER = 3
"""Months between a party's decisions, at least."""


def platforms(world: World) -> None:
    """Phase 8: the challenger reconsiders its platform on the quarter's panel; an experiment may hold platforms."""
    reconsider(world)
    hold_platforms(world)


def platform_due(world: World, month: int) -> bool:
    """Whether the challenger of now gets to its platform in a month: some quarters, by its own draws."""
    if month % QUARTER != 0:
        return False
    role = other(world.in_office)
    return world.draws.uniform(f"platform gate {role}", 0, month) < world.parameters.party.platform_gate


def reconsider(world: World) -> None:
    """The challenger's decision on its platform, once a quarter and where it gets to it (ODD: platforms)."""
    if not platform_due(world, world.month):
        return
    p, role = world.parameters, other(world.in_office)
    party, rival = world.party(role), world.stand(world.in_office)
    candidates = platform_candidates(party.platform, p.party.platform_step)
    stands = [platform_stand(candidate, p.policy.warn_floor) for candidate in candidates]
    report = ask(world, role, [(one, rival) if role == "author" else (rival, one) for one in stands])
    draws = platform_draws(world.draws.key(f"platform {role}"), len(candidates), world.month)
    state = policy_state(world, role)
    party.platform = platform_decision(
        candidates, report, state, party.ideal, 0.01 * level_sd(p), p.party, draws, party.memory
    )
    party.memory = remember(party.memory, report, state, party.ideal, p.party)
