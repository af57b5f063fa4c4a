"""Histories are measured as MODEL.md 5 says: first end of the policy, competing risks, net reversal, two clocks."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from political_moat.experiments.protocols.history.outcomes import (
    Administration,
    Ending,
    administration,
    cumulative_incidence,
    first_ending,
    restored,
    run_outcomes,
)
from political_moat.experiments.protocols.term_outcomes import term_outcomes
from political_moat.model.parameters.tree import Parameters
from political_moat.model.policy.events import Event
from political_moat.model.record import Month

POLICY = Parameters().policy
TERM = 48


def record(*stretches: tuple[str, int, float], price: float = 1.0) -> list[Month]:
    """Months from stretches of (role in office, number of months, openness)."""
    flat = [(role, level) for role, count, level in stretches for _ in range(count)]
    return [
        Month(number, role, level, 0.05, level, False, 0.0, "rule", price, 0.2, 0.0)
        for number, (role, level) in enumerate(flat)
    ]


def terms(months: list[Month], events: list[Event] | None = None) -> list[Administration]:
    found: list[Administration] = []
    for start in range(0, len(months), TERM):
        seen = months[: start + TERM]
        initial = seen[start - 1].openness if start else seen[0].openness
        own = [event for event in events or [] if start <= event.month < start + TERM]
        outcomes = term_outcomes(seen[start:], own, initial, POLICY.before_theta)
        found.append(administration(seen, events or [], outcomes, start, found[-1].role if found else "author", POLICY))
    return found


def ending(months: list[Month], events: list[Event] | None = None) -> Ending:
    return first_ending(months, events or [], [(one.start, one.length) for one in terms(months)], POLICY)


FRIENDLY = (("author", 18, 0.5), ("author", 30, 0.75))


def test_aalen_johansen_against_a_hand_worked_example() -> None:
    # Six runs: a at 1, censored at 2, a and b at 3, censored at 5, b at 6.
    found = cumulative_incidence([1, 2, 3, 3, 5, 6], ["a", "none", "b", "a", "none", "b"], ("a", "b"))
    assert found.times.tolist() == [1, 3, 6]
    assert found.at_risk.tolist() == [6, 4, 1]
    assert found.survival == pytest.approx([5 / 6, 5 / 12, 0])
    assert found.incidence["a"] == pytest.approx([1 / 6, 9 / 24, 9 / 24])
    assert found.incidence["b"] == pytest.approx([0, 5 / 24, 15 / 24])
    assert found.at("a", 0.5) == (0.0, 0.0)
    assert found.at("a", 2.9)[0] == pytest.approx(1 / 6)
    assert (found.survival_at(0.5), found.survival_at(3)) == (1.0, pytest.approx(5 / 12))


def test_with_one_cause_it_is_one_minus_kaplan_meier_person_by_person() -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        times, happened = rng.integers(0, 12, 40), rng.random(40) < 0.6
        found = cumulative_incidence(times, np.where(happened, "a", "none").tolist(), ("a",))
        alive, greenwood = 1.0, 0.0
        # Events before censorings at one time; each person leaves those still there.
        order = sorted(zip(times.tolist(), (~happened).tolist(), strict=True))
        for place, (time, censored) in enumerate(order):
            if not censored:
                left = len(order) - place
                alive *= 1.0 - 1.0 / left
                greenwood += 1.0 / (left * (left - 1)) if left > 1 else 0.0
            if place + 1 == len(order) or order[place + 1][0] != time:
                incidence, error = found.at("a", time)
                assert incidence == pytest.approx(1.0 - alive, abs=1e-12)
                assert found.survival_at(time) == pytest.approx(alive, abs=1e-12)
                if alive > 1e-12:
                    assert error == pytest.approx(alive * np.sqrt(greenwood), abs=1e-9)  # Greenwood 1926


def test_causes_and_survival_add_up_and_agree_with_statsmodels() -> None:
    duration = pytest.importorskip("statsmodels.duration.survfunc")
    rng = np.random.default_rng(2)
    times, causes = rng.integers(1, 30, 200), rng.choice(["none", "a", "b", "c"], 200)
    found = cumulative_incidence(times, causes.tolist(), ("a", "b", "c"))
    total = sum(found.incidence[name] for name in "abc")
    assert total + found.survival == pytest.approx(np.ones(found.times.size))
    status = np.array(["none", "a", "b", "c"])
    other = duration.CumIncidenceRight(times, [int(np.flatnonzero(status == one)[0]) for one in causes])
    for name, curve in zip("abc", other.cinc, strict=True):
        for time, value in zip(other.times, curve, strict=True):
            assert found.at(name, time)[0] == pytest.approx(value)


def test_without_censoring_it_is_the_share_with_the_binomial_error() -> None:
    causes = ["a"] * 3 + ["b"] * 5 + ["none"] * 12
    times = [4.0, 1, 2, 2, 6, 7, 1, 1] + [48.0] * 12
    found = cumulative_incidence(times, causes, ("a", "b"))
    for name, share in (("a", 3 / 20), ("b", 5 / 20)):
        incidence, error = found.at(name, 48)
        assert incidence == pytest.approx(share)
        assert error == pytest.approx(np.sqrt(share * (1 - share) / 20))


def test_no_event_at_all_and_wrong_input() -> None:
    nothing = cumulative_incidence([5, 6], ["none", "none"])
    assert nothing.at("reversed", 99) == (0.0, 0.0)
    assert nothing.survival_at(99) == 1.0
    with pytest.raises(ValueError, match="unknown causes: war"):
        cumulative_incidence([1], ["war"])
    for times, causes in (([], []), ([1, 2], ["none"])):
        with pytest.raises(ValueError, match="a time and a cause"):
            cumulative_incidence(times, causes)


STRUCK = [Event(60, "vacated", "author", "", "rule", False)]


@pytest.mark.parametrize(
    ("later", "events", "expected"),
    [
        ((("opponent", 48, 0.75),), None, Ending("none", 96)),
        ((("opponent", 12, 0.75), ("opponent", 36, 0.25)), None, Ending("reversed", 60)),
        ((("opponent", 43, 0.75), ("opponent", 5, 0.25)), None, Ending("none", 96)),
        ((("opponent", 48, 0.3),), None, Ending("none", 96)),
        ((("author", 12, 0.75), ("author", 36, 0.3)), None, Ending("moderated", 60)),
        ((("author", 12, 0.75), ("author", 36, 0.25)), None, Ending("moderated", 60)),
        ((("author", 12, 0.75), ("author", 36, 0.5)), None, Ending("none", 96)),
        ((("opponent", 12, 0.75), ("opponent", 36, 0.25)), STRUCK, Ending("court", 60)),
        ((("opponent", 12, 0.75), ("opponent", 36, 0.4)), STRUCK, Ending("court", 60)),
        # The author does not moderate what it inherits restricted, but may finish what the opponent began.
        ((("opponent", 48, 0.3), ("author", 48, 0.3)), None, Ending("none", 144)),
        ((("opponent", 48, 0.3), ("author", 48, 0.1)), None, Ending("moderated", 96)),
        ((("author", 48, 0.4), ("opponent", 48, 0.1)), None, Ending("moderated", 48)),
        ((("opponent", 45, 0.75), ("opponent", 3, 0.1), ("author", 48, 0.1)), None, Ending("reversed", 93)),
    ],
)
def test_the_first_end_of_the_policy(
    later: tuple[tuple[str, int, float], ...], events: list[Event] | None, expected: Ending
) -> None:
    assert ending(record(*FRIENDLY, *later), events) == expected


def test_a_struck_restriction_is_no_end_by_court() -> None:
    lifted = [Event(60, "vacated", "opponent", "", "rule", True)]
    months = record(*FRIENDLY, ("opponent", 12, 0.75), ("opponent", 36, 0.25))
    assert ending(months, lifted) == Ending("reversed", 60)


@pytest.mark.parametrize(
    ("stretches", "events", "expected"),
    [
        # Fell in office without a court, for six months; by a court; too late to last; and not below a half.
        ((("author", 20, 0.75), ("author", 28, 0.4)), None, [0, 1]),
        ((("author", 20, 0.75), ("author", 28, 0.4)), [Event(68, "vacated", "author", "", "rule", False)], [0, 0]),
        ((("author", 43, 0.75), ("author", 5, 0.4)), None, [0, 0]),
        ((("author", 20, 0.75), ("author", 28, 0.5)), None, [0, 0]),
        # What the opponent left low, or the author itself four years before, is inherited.
        ((("opponent", 48, 0.4), ("author", 48, 0.4)), None, [0, 0, 0]),
        ((("author", 20, 0.75), ("author", 76, 0.4)), None, [0, 1, 0]),
        ((("author", 46, 0.75), ("author", 50, 0.4)), None, [0, 0, 0]),
        # It may finish what the opponent began.
        ((("opponent", 48, 0.4), ("author", 10, 0.4), ("author", 38, 0.1)), None, [0, 0, 1]),
        ((("opponent", 48, 0.1),), None, [0, 0]),
    ],
)
def test_an_author_that_moderates_its_own_policy_is_reported_by_its_term(
    stretches: tuple[tuple[str, int, float], ...], events: list[Event] | None, expected: list[int]
) -> None:
    months = record(*FRIENDLY, *stretches)
    found = terms(months, events)
    assert [one.moderated for one in found] == expected
    run = run_outcomes(months, events or [], found, POLICY)
    assert run.moderations == sum(expected)
    if expected == [0, 1]:
        assert run.cause == "moderated"


def test_a_policy_that_comes_into_force_low_was_moderated_in_that_term() -> None:
    assert [one.moderated for one in terms(record(("author", 96, 0.25)))] == [1, 0]


def test_nothing_counts_before_the_friendly_policy() -> None:
    months = record(("author", 18, 0.25), ("author", 30, 0.75), ("opponent", 48, 0.75))
    assert ending(months) == Ending("none", 96)
    assert ending(record(("author", 48, 0.25))) == Ending("moderated", POLICY.friendly_month)


@pytest.mark.parametrize(("low", "expected"), [(11, Ending("none", 96)), (12, Ending("collapse", 60))])
def test_collapse_is_a_tenth_of_the_price_at_inauguration_for_a_year(low: int, expected: Ending) -> None:
    months = record(*FRIENDLY, ("opponent", 48, 0.75), price=8.0)
    fallen = [m._replace(price=0.79) if 60 <= m.month < 60 + low else m for m in months]
    assert ending(fallen) == expected


def test_the_risk_set_is_a_takeover_by_the_opponent_with_openness_of_a_half_or_more() -> None:
    for level, risk in ((0.75, 1), (0.5, 1), (0.4, 0)):
        second = terms(record(("author", 48, level), ("opponent", 48, level)))[1]
        assert (second.alternated, second.inherited, second.at_risk) == (1, level, risk)
    stayed = terms(record(("author", 48, 0.75), ("opponent", 48, 0.75), ("opponent", 48, 0.75), ("author", 48, 0.75)))
    assert [one.alternated for one in stayed] == [0, 1, 0, 1]
    assert [one.at_risk for one in stayed] == [0, 1, 0, 0]


@pytest.mark.parametrize(("back_to", "expected"), [(0.75, 1), (0.7, 1), (0.65, 0), (0.25, 0)])
def test_net_reversal_is_one_the_next_term_does_not_restore(back_to: float, expected: int) -> None:
    months = record(*FRIENDLY, ("opponent", 48, 0.25), ("author", 40, 0.25), ("author", 8, back_to))
    found = terms(months)
    assert found[1].outcomes.reversed == 1
    assert restored(found[1], found[2]) is bool(expected)
    run = run_outcomes(months, [], found, POLICY)
    assert (run.reversed_at_risk, run.net_observed_at_risk) == (1, 1)
    assert run.net_reversed_at_risk == 1 - expected


def test_a_reversal_in_the_last_term_has_no_net_yet() -> None:
    months = record(*FRIENDLY, ("opponent", 48, 0.25))
    run = run_outcomes(months, [], terms(months), POLICY)
    assert (run.takeovers_at_risk, run.reversed_at_risk) == (1, 1)
    assert (run.net_observed_at_risk, run.net_reversed_at_risk) == (0, 0)


def test_two_clocks_volatility_and_the_descriptive_gap() -> None:
    months = record(
        *FRIENDLY, ("opponent", 48, 0.75), ("author", 48, 0.75), ("opponent", 10, 0.75), ("opponent", 38, 0.0)
    )
    run = run_outcomes(months, [], terms(months), POLICY)
    assert (run.cause, run.calendar_months, run.opportunity_months) == ("reversed", 154, 58)
    assert (run.months, run.opposed_months, run.turnovers, run.takeovers) == (192, 96, 3, 2)
    theta = [one.theta for one in months]
    assert run.volatility == pytest.approx(sum(abs(b - a) for a, b in itertools.pairwise(theta)) * 120 / 192)
    assert run.volatility == pytest.approx(1.0 * 120 / 192)
    assert run.mean_theta_friendly == pytest.approx(0.75)  # since the friendly policy
    assert run.mean_theta_opposed == pytest.approx(0.75 * 58 / 96)
    assert run.gap == pytest.approx(0.75 - 0.75 * 58 / 96)


def test_a_run_without_the_opponent_has_no_gap() -> None:
    months = record(*FRIENDLY)
    run = run_outcomes(months, [], terms(months), POLICY)
    assert (run.mean_theta_opposed, run.gap, run.opposed_months) == (None, None, 0)
    assert (run.cause, run.calendar_months, run.opportunity_months) == ("none", 48, 0)
