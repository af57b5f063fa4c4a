"""Outcomes of a history: risk set per takeover, two clocks, competing risks, net reversal, volatility, G."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ....agents.numerics.ordered_sum import ordered_sum
from ....model.parameters.policy import PolicyParameters
from ....model.policy.events import Event
from ....model.record import Month
from ..term_outcomes import COLLAPSE, FALL, LASTING, TOLERANCE, TermOutcomes

Floats = npt.NDArray[np.float64]

AT_RISK = 0.5
"""Smallest openness at takeover that counts as at risk: below it there is little left to reverse."""
CAUSES = ("reversed", "moderated", "court", "collapse")
"""Ways in which a friendly policy ends; they compete, and the first one counts."""
_DECADE = 120.0


class Administration(NamedTuple):
    """One presidential term: its months are those from `start` on, `length` of them."""

    start: int
    length: int
    role: str
    alternated: int
    at_risk: int
    inherited: float
    moderated: int
    outcomes: TermOutcomes


class RunOutcomes(NamedTuple):
    """Outcomes of one run. Months count from January 2025; None where a value does not exist."""

    turnovers: int
    takeovers: int
    takeovers_at_risk: int
    attempted_at_risk: int
    restricted_at_risk: int
    reversed_at_risk: int
    net_reversed_at_risk: int
    net_observed_at_risk: int
    reversals: int
    moderations: int
    months: int
    opposed_months: int
    cause: str
    calendar_months: int
    opportunity_months: int
    volatility: float
    mean_theta: float
    mean_theta_friendly: float | None
    mean_theta_opposed: float | None
    gap: float | None
    mean_policy: float
    platform_distance: float


class Ending(NamedTuple):
    """How and when the friendly policy of a run first ended; cause "none" and the length of the run if it did not."""

    cause: str
    month: int


def administration(
    record: Sequence[Month],
    events: Sequence[Event],
    outcomes: TermOutcomes,
    start: int,
    before: str,
    policy: PolicyParameters,
) -> Administration:
    """Return the term that begins in month `start` and reaches to the end of the record.

    before: role in office until then. Moderated: a fall that ends the policy (`first_ending`) began in the term under
    the author, not by a court, and lasted six months within it. A fall that the term inherited does not count.
    """
    role = record[start].in_office
    inherited = record[start - 1].openness if start > 0 else record[0].openness
    alternated = int(role != before)
    at_risk = int(alternated and role == "opponent" and inherited >= AT_RISK - TOLERANCE)
    # Starts a month early, so that a fall that precedes inauguration counts as inherited.
    since = max(start - 1, min(policy.friendly_month, len(record)))
    own = [cause for first, cause in _falls(record[since:], events, policy) if since + first >= start]
    moderated = int("moderated" in own)
    return Administration(start, len(record) - start, role, alternated, at_risk, inherited, moderated, outcomes)


def restored(term: Administration, following: Administration) -> bool:
    """Return whether openness at the end of the next term is less than .10 below the openness that `term` inherited."""
    return following.outcomes.final_policy > term.inherited - FALL + TOLERANCE


def _lasting_starts(low: Sequence[bool], lasting: int = LASTING) -> Iterator[int]:
    """Yield the first index of every unbroken run of at least `lasting` True values."""
    start = 0
    for index in range(len(low) + 1):
        if index == len(low) or not low[index]:
            if index - start >= lasting:
                yield start
            start = index + 1


def _falls(months: Sequence[Month], events: Sequence[Event], policy: PolicyParameters) -> Iterator[tuple[int, str]]:
    """Yield the first index and the cause of every lasting fall in these months that ends the policy."""
    struck = {event.month for event in events if event.kind == "vacated" and not event.restrictive}
    for start in _lasting_starts([month.openness <= policy.before_theta + TOLERANCE for month in months]):
        mild = "moderated" if months[start].in_office == "author" else "reversed"
        yield start, "court" if months[start].month in struck else mild
    for start in _lasting_starts([month.openness < AT_RISK - TOLERANCE for month in months]):
        if months[start].month in struck:
            yield start, "court"
        elif months[start].in_office == "author":
            yield start, "moderated"


def first_ending(
    months: Sequence[Month],
    events: Sequence[Event],
    terms: Sequence[tuple[int, int]],
    policy: PolicyParameters,
) -> Ending:
    """Return the cause of the first end of the friendly policy, and its first month.

    months: the whole record. terms: (first month, number of months) of each. Falls before policy.friendly_month do not
    count. Reversed: openness at or below policy.before_theta for six months in a row, begun under the opponent.
    Moderated: openness below .5 for six months, begun under the author. Court: either of the two, begun in a month in
    which a court struck a permissive rule. Collapse: price under 10% of its level at inauguration for 12 months within
    a term.
    """
    since = min(policy.friendly_month, len(months))
    endings = [(since + start, CAUSES.index(cause)) for start, cause in _falls(months[since:], events, policy)]
    for first, length in terms:
        term = months[first : first + length]
        for start in _lasting_starts([record.price < COLLAPSE * term[0].price for record in term], 12):
            if first + start >= since:
                endings.append((first + start, CAUSES.index("collapse")))
    if not endings:
        return Ending("none", len(months))
    month_of, cause_of = min(endings)
    return Ending(CAUSES[cause_of], month_of)


def run_outcomes(
    months: Sequence[Month], events: Sequence[Event], terms: Sequence[Administration], policy: PolicyParameters
) -> RunOutcomes:
    """Measure one run from its record, its events and its terms in order."""
    ending = first_ending(months, events, [(term.start, term.length) for term in terms], policy)
    risky = [place for place, term in enumerate(terms) if term.at_risk]
    observed = [place for place in risky if place + 1 < len(terms)]
    net = [p for p in observed if terms[p].outcomes.reversed and not restored(terms[p], terms[p + 1])]
    opposed = np.array([month.in_office == "opponent" for month in months])
    theta = np.array([month.theta for month in months], dtype=np.float64)
    live = np.arange(len(months)) >= policy.friendly_month
    friendly_mean = float(theta[live & ~opposed].mean()) if (live & ~opposed).any() else None
    opposed_mean = float(theta[live & opposed].mean()) if (live & opposed).any() else None
    both = friendly_mean is not None and opposed_mean is not None
    return RunOutcomes(
        turnovers=sum(term.alternated for term in terms),
        takeovers=sum(term.alternated for term in terms if term.role == "opponent"),
        takeovers_at_risk=len(risky),
        attempted_at_risk=sum(terms[place].outcomes.attempted for place in risky),
        restricted_at_risk=sum(terms[place].outcomes.restricted for place in risky),
        reversed_at_risk=sum(terms[place].outcomes.reversed for place in risky),
        net_reversed_at_risk=len(net),
        net_observed_at_risk=len(observed),
        reversals=sum(term.outcomes.reversed for term in terms if term.role == "opponent"),
        moderations=sum(term.moderated for term in terms),
        months=len(months),
        opposed_months=int(opposed.sum()),
        cause=ending.cause,
        calendar_months=ending.month,
        opportunity_months=int(opposed[: ending.month].sum()),
        volatility=float(np.abs(np.diff(theta)).sum()) * _DECADE / len(months),
        mean_theta=float(theta.mean()),
        mean_theta_friendly=friendly_mean,
        mean_theta_opposed=opposed_mean,
        gap=friendly_mean - opposed_mean if both else None,  # type: ignore[operator]
        mean_policy=ordered_sum(month.openness for month in months) / len(months),
        platform_distance=ordered_sum(month.platform_distance for month in months) / len(months),
    )


class Incidence(NamedTuple):
    """Cumulative incidence of each cause at ordered event times, by Aalen and Johansen.

    times: shape (k,). at_risk: number at risk just before each. survival: share without any event just after it.
    incidence and error: cause -> cumulative incidence and its standard error, shape (k,) each.
    """

    times: Floats
    at_risk: Floats
    survival: Floats
    incidence: dict[str, Floats]
    error: dict[str, Floats]

    def at(self, cause: str, time: float) -> tuple[float, float]:
        """Return the cumulative incidence of a cause up to and including a time, and its standard error."""
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        return (float(self.incidence[cause][place]), float(self.error[cause][place])) if place >= 0 else (0.0, 0.0)

    def survival_at(self, time: float) -> float:
        """Return the share without any event up to and including a time."""
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        return float(self.survival[place]) if place >= 0 else 1.0


def cumulative_incidence(
    times: Sequence[float] | Floats, causes: Sequence[str], names: Sequence[str] = CAUSES
) -> Incidence:
    """Return the Aalen-Johansen estimate from independent runs, each with a time and a cause.

    Cause "none": censored at its time. Of an event and a censoring at the same time the event comes first. Standard
    errors by the delta method (Marubini and Valsecchi 1995, ch. 10): sqrt(p (1 - p) / n) exactly where nothing is
    censored. Raises ValueError for unknown causes, unequal lengths, and no runs.
    """
    when, why = np.asarray(times, dtype=np.float64), np.asarray(causes, dtype=str)
    if when.size == 0 or when.size != why.size:
        raise ValueError(f"a time and a cause of every run, not {when.size} times and {why.size} causes")
    unknown = sorted(set(why.tolist()) - {*names, "none"})
    if unknown:
        raise ValueError(f"unknown causes: {', '.join(unknown)}")
    at = np.unique(when[why != "none"])
    n = when.size - np.searchsorted(np.sort(when), at, side="left").astype(np.float64)
    events = {name: np.array([((when == t) & (why == name)).sum() for t in at], dtype=np.float64) for name in names}
    total = sum(events.values(), np.zeros(at.size))
    survival: Floats = np.asarray(np.cumprod(1.0 - total / n), dtype=np.float64)
    before: Floats = np.concatenate(([1.0], survival[:-1])) if at.size else survival
    incidence = {name: np.cumsum(before * d / n) for name, d in events.items()}
    error = {name: _incidence_error(incidence[name], before, d, total, n) for name, d in events.items()}
    return Incidence(at, n, survival, incidence, error)


def _incidence_error(curve: Floats, before: Floats, events: Floats, total: Floats, n: Floats) -> Floats:
    """Return the delta-method standard error of one cumulative incidence at every event time."""
    left = n - total
    hazard = np.divide(total, n * left, out=np.zeros_like(n), where=left > 0.0)
    own = before**2 * events * (n - events) / n**3
    crossed = before * events / n**2
    errors = np.zeros_like(n)
    for place in range(n.size):
        still = curve[place] - curve[: place + 1]
        upto = slice(place + 1)
        variance = (still**2 * hazard[upto]).sum() + own[upto].sum() - 2.0 * (still * crossed[upto]).sum()
        errors[place] = np.sqrt(max(float(variance), 0.0))
    return errors
