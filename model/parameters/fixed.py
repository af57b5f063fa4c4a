"""Parameters that shape a world when it is built: no fork and no dated event can change them."""

from __future__ import annotations

from collections.abc import Iterable

from .tree import ParameterError, Parameters, parameter_names

FIXED_GROUPS = ("electorate", "attitude")
"""Groups all of whose parameters are fixed: who the people are."""
_FIXED_NAMES = {
    "accounts": (
        *(f"balance_median_{band}" for band in ("u25", "25_34", "35_44", "45_54", "55_64", "65p")),
        *(f"balance_lognormal_sigma_{band}" for band in ("u25", "25_34", "35_44", "45_54", "55_64", "65p")),
        *(f"deferral_{band}" for band in ("u25", "25_34", "35_44", "45_54", "55_64", "65p")),
        *("match", "share_adults_active_401k", "share_with_account", "ira_share_of_balance"),
        *("largest_balance_to_income", "equity_share_young", "equity_share_60s"),
    ),
    "exposure": ("breadth", "allocation", "visibility", "skew", "average_balance", "direct_owners"),
    "people": ("ageing",),
    "employer": ("employers", "size_log_sd", "sectors", "record_keepers", "share_plans_offering_crypto_t0"),
    "network": ("kind", "degree", "rewiring", "homophily", "built_directly_above"),
    "opinion": ("opposed_share", "belief_log_sd"),
    "voting": ("turnout_person_sd",),
    "policy": ("layer", "start_theta"),
    "party": ("author_ideal", "opponent_ideal"),
    "regulator": ("dol_independence", "sec_independence"),
    "institutions": ("author", "term_months", "election_lead"),
}
FIXED: tuple[str, ...] = tuple(
    name
    for name in parameter_names()
    if name.partition(".")[0] in FIXED_GROUPS or name.partition(".")[2] in _FIXED_NAMES.get(name.partition(".")[0], ())
)
"""Names of all fixed parameters: people and their accounts, assigned exposure, ties, employers, offices, calendar."""


def may_change() -> str:
    """Return the parameters that may change during a run as one text, such as "adoption.*, people.* but ageing"."""
    parts = []
    names = parameter_names()
    for group in dict.fromkeys(name.partition(".")[0] for name in names):
        own = [name.partition(".")[2] for name in names if name.startswith(f"{group}.")]
        fixed = [leaf for leaf in own if f"{group}.{leaf}" in FIXED]
        free = [leaf for leaf in own if leaf not in fixed]
        if not fixed:
            parts.append(f"{group}.*")
        elif len(free) <= len(fixed):
            parts += [f"{group}.{leaf}" for leaf in free]
        else:
            parts.append(f"{group}.* but {', '.join(fixed)}")
    return "; ".join(parts)


def fixed_line(names: Iterable[str], when: str) -> str:
    """Return the line about fixed parameters that somebody wants to change; when: "at a fork" or the like."""
    return f"{', '.join(names)} cannot change {when}: fixed when a world is built (World.fork lists what may change)"


def refuse_fixed(before: Parameters, after: Parameters, when: str) -> None:
    """Raise ParameterError in one line, with all their names, if fixed parameters differ; or blind polls begin."""
    changed = [name for group in _groups_that_differ(before, after) for name in _changed(group, before, after)]
    if changed:
        raise ParameterError(fixed_line(changed, when))
    if after.polls.blind and not before.polls.blind:
        raise ParameterError(f"polls.blind cannot be switched on {when}: the shadow electorate has no past")


def _groups_that_differ(before: Parameters, after: Parameters) -> list[str]:
    return [group for group in (*FIXED_GROUPS, *_FIXED_NAMES) if getattr(before, group) != getattr(after, group)]


def _changed(group: str, before: Parameters, after: Parameters) -> list[str]:
    was, now = getattr(before, group), getattr(after, group)
    leaves = (name.partition(".")[2] for name in FIXED if name.startswith(f"{group}."))
    return [f"{group}.{leaf}" for leaf in leaves if getattr(was, leaf) != getattr(now, leaf)]
