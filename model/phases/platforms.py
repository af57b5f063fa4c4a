"""Phase 8: the challenger's platform."""

from __future__ import annotations

from ...agents.party.decisions import platform_candidates, platform_decision, remember
from ..elections.national_vote import level_sd_share
from ..imposed import hold_platforms
from ..policy.choice_shocks import platform_draws
from ..policy.events import other
from ..policy.law import platform_stand
from ..policy.public_facts import policy_state
from ..state import WorldState
from .polling import ask

QUARTER = 3
"""Least number of months between a party's decisions."""


def platforms(state: WorldState) -> None:
    """Run phase 8: the challenger reconsiders its platform by a poll; an experiment may impose platforms."""
    reconsider(state)
    hold_platforms(state)


def platform_due(state: WorldState, month: int) -> bool:
    """Return whether the present challenger revises its platform this month (quarterly, random gate)."""
    if month % QUARTER != 0:
        return False
    role = other(state.in_office)
    return state.draws.uniform(f"platform gate {role}", 0, month) < state.parameters.party.platform_gate


def reconsider(state: WorldState) -> None:
    """Decide on the challenger's platform, in quarters in which it is due (ODD: platforms)."""
    if not platform_due(state, state.month):
        return
    p, role = state.parameters, other(state.in_office)
    party, rival = state.party(role), state.stand(state.in_office)
    candidates = platform_candidates(party.platform, p.party.platform_step)
    stands = [platform_stand(candidate, p.policy.warn_floor) for candidate in candidates]
    report = ask(state, role, [(stand, rival) if role == "author" else (rival, stand) for stand in stands])
    key, count, month = state.draws.key(f"platform {role}"), len(candidates), state.month
    draws = state.draws.once(("platform", key, count, month), lambda: platform_draws(key, count, month))
    policy = policy_state(state, role)
    party.platform = platform_decision(
        candidates, report, policy, party.ideal, level_sd_share(p), p.party, draws, party.memory
    )
    party.memory = remember(party.memory, report, policy, party.ideal, p.party)
