"""What is measured on a term: attempted, restricted, reversed, severity, and the outcomes that compete with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from political_moat.agents.perception import Option, Stand
from political_moat.experiments.protocols.stress_test.run import friendly_term, measure, takeover
from political_moat.experiments.protocols.term_outcomes import (
    TermOutcomes,
    lasting_lowest,
    lasting_start,
    moves_in_force,
    term_outcomes,
)
from political_moat.model.fast_forward import advance
from political_moat.model.parameters.tree import Parameters
from political_moat.model.policy.events import Event
from political_moat.model.policy.law import Law, enact, friendly_provision, initial_law, lapse
from political_moat.model.policy.menu import MOVES
from political_moat.model.record import Month

TERM, START = 48, 48
INITIAL, BEFORE = 0.75, 0.25

PLAIN = Month(START, "opponent", INITIAL, 0.05, INITIAL, False, 0.0, "rule", 1.0, 0.5, 0.0)


def term(levels: Sequence[float], **fields: Sequence[Any]) -> list[Month]:
    """Months of a term at these levels of openness; theta is the openness unless given."""
    months = []
    for index, level in enumerate(levels):
        own = {name: values[index] for name, values in fields.items()}
        months.append(PLAIN._replace(**{"month": START + index, "openness": level, "theta": level, **own}))
    return months


def path(*spans: tuple[float, int]) -> list[float]:
    levels = [level for level, count in spans for _ in range(count)]
    return levels + [levels[-1]] * (TERM - len(levels))


def outcomes(levels: Sequence[float], events: Sequence[Event] = (), **fields: Sequence[Any]) -> TermOutcomes:
    return term_outcomes(term(levels, **fields), events, INITIAL, BEFORE)


def event(month: int, kind: str = "docketed", restrictive: bool = True) -> Event:
    return Event(START + month, kind, "opponent", "cap", "rule", restrictive)


def test_a_quiet_term_has_no_outcome() -> None:
    found = outcomes(path((0.75, 48)))
    assert (found.attempted, found.restricted, found.reversed, found.pending, found.withdrawn, found.court) == (0,) * 6
    assert (found.severity, found.restricted_layer, found.collapse, found.lapsed) == (0.0, "none", 0, 0)
    assert (found.months_to_attempt, found.months_to_restriction, found.months_to_reversal) == (-1, -1, -1)
    assert found.mean_policy == found.final_policy == pytest.approx(0.75)


@pytest.mark.parametrize(("lasting", "restricted"), [(5, 0), (6, 1), (7, 1)])
def test_restricted_needs_six_months_in_a_row(lasting: int, restricted: int) -> None:
    found = outcomes(path((0.75, 10), (0.5, lasting), (0.75, 1)))
    assert found.restricted == restricted
    assert found.months_to_restriction == (10 if restricted else -1)


def test_two_spells_of_three_months_are_not_six_in_a_row() -> None:
    assert outcomes(path((0.75, 10), (0.5, 3), (0.75, 1), (0.5, 3), (0.75, 1))).restricted == 0


@pytest.mark.parametrize(("level", "restricted"), [(0.66, 0), (0.6501, 0), (0.65, 1), (0.64, 1)])
def test_restricted_is_a_fall_of_a_tenth_or_more(level: float, restricted: int) -> None:
    assert outcomes(path((0.75, 5), (level, 43))).restricted == restricted


@pytest.mark.parametrize(("level", "reversed_"), [(0.5, 0), (0.26, 0), (0.25, 1), (0.1, 1), (0.0, 1)])
def test_reversed_is_the_level_before_the_friendly_policy_or_below(level: float, reversed_: int) -> None:
    found = outcomes(path((0.75, 5), (level, 43)))
    assert found.reversed == reversed_
    assert found.restricted == 1
    assert found.months_to_reversal == (5 if reversed_ else -1)


@pytest.mark.parametrize("lasting", [5, 6])
def test_a_reversal_too_lasts_six_months(lasting: int) -> None:
    assert outcomes(path((0.75, 5), (0.5, 10), (0.25, lasting), (0.5, 1))).reversed == int(lasting == 6)


def test_a_reversal_is_dated_from_when_it_began_and_follows_its_restriction() -> None:
    found = outcomes(path((0.75, 5), (0.5, 10), (0.0, 33)))
    assert (found.months_to_restriction, found.months_to_reversal) == (5, 15)


def test_where_policy_was_never_friendly_there_is_nothing_to_reverse() -> None:
    assert term_outcomes(term(path((0.25, 48))), (), 0.25, 0.25).reversed == 0


@pytest.mark.parametrize(("left", "restricted", "pending"), [(6, 1, 0), (5, 0, 1), (1, 0, 1)])
def test_a_fall_in_the_last_months_of_the_term_is_pending(left: int, restricted: int, pending: int) -> None:
    found = outcomes(path((0.75, TERM - left), (0.5, left)))
    assert (found.restricted, found.pending) == (restricted, pending)


def test_a_term_restricted_early_and_again_at_the_end_is_restricted_and_not_pending() -> None:
    found = outcomes(path((0.75, 4), (0.5, 10), (0.75, 31), (0.5, 3)))
    assert (found.restricted, found.pending) == (1, 0)


@pytest.mark.parametrize("lowest", [0.75, 0.5, 0.25, 0.0])
def test_severity_is_the_largest_fall_over_the_initial_level(lowest: float) -> None:
    assert outcomes(path((0.75, 20), (lowest, 2), (0.75, 1))).severity == pytest.approx((0.75 - lowest) / 0.75)


def test_severity_of_a_loosening_is_0() -> None:
    assert outcomes(path((0.75, 20), (1.0, 28))).severity == 0.0
    assert term_outcomes(term(path((0.0, 48))), (), 0.0, BEFORE).severity == 0.0


def test_an_attempt_is_a_restrictive_item_on_the_docket_whatever_becomes_of_it() -> None:
    found = outcomes(path((0.75, 48)), [event(9), event(15), event(12, "withdrawn")])
    assert (found.attempted, found.months_to_attempt, found.withdrawn, found.restricted) == (1, 9, 1, 0)


def test_a_loosening_on_the_docket_is_no_attempt_and_its_withdrawal_none_either() -> None:
    found = outcomes(path((0.75, 48)), [event(9, restrictive=False), event(12, "withdrawn", restrictive=False)])
    assert (found.attempted, found.months_to_attempt, found.withdrawn) == (0, -1, 0)


def test_what_a_court_strikes_down_is_counted_apart() -> None:
    found = outcomes(path((0.75, 9), (0.5, 4), (0.75, 1)), [event(3), event(13, "vacated")])
    assert (found.court, found.restricted, found.attempted) == (1, 0, 1)
    assert outcomes(path((0.75, 48)), [event(13, "upheld")]).court == 0


@pytest.mark.parametrize(("restrictive", "lapsed"), [(True, 1), (False, 0)])
def test_a_lapse_that_restricts_is_not_counted_as_an_act_of_the_government(restrictive: bool, lapsed: int) -> None:
    sunset = Event(START + 9, "lapsed", "author", "", "rule", restrictive)
    found = outcomes(path((0.75, 9), (0.5, 39)), [sunset])
    assert (found.lapsed, found.restricted, found.attempted, found.court) == (lapsed, 1, 0, 0)


def test_trimming_closing_lapse_and_abolition_have_four_signatures() -> None:
    """A cap, a closing to new money, a sunset and a ban, each in force from month 9 on."""
    closed, protected = [False] * 9 + [True] * 39, [0.0] * 9 + [1.0] * 39
    sunset = Event(START + 9, "lapsed", "author", "", "rule", True)
    cases = {
        "trimmed": outcomes(path((0.75, 9), (0.3, 39)), [event(3)], theta=[0.75] * TERM),
        "closed": outcomes(
            path((0.75, 9), (0.0, 39)), [event(3)], theta=[0.25] * TERM, closed=closed, protected=protected
        ),
        "lapsed": outcomes(path((0.75, 9), (0.5, 39)), [sunset]),
        "abolished": outcomes(path((0.75, 9), (0.0, 39)), [event(3)]),
    }
    signatures = {name: (one.reversed, one.closed, one.lapsed, one.prohibited) for name, one in cases.items()}
    assert all(one.restricted for one in cases.values())
    assert signatures == {
        "trimmed": (0, 0, 0, 0),
        "closed": (1, 1, 0, 0),
        "lapsed": (0, 0, 1, 0),
        "abolished": (1, 0, 0, 1),
    }


def test_prohibited_and_closed_with_holdings_spared_are_kinds_of_reversal() -> None:
    banned = outcomes(path((0.75, 9), (0.0, 39)))
    assert (banned.reversed, banned.prohibited, banned.closed) == (1, 1, 0)
    shut = path((0.75, 9), (0.0, 39))
    theta = path((0.75, 9), (0.25, 39))
    closed = [False] * 9 + [True] * 39
    for protected, expected in ((1.0, 1), (0.4, 0)):
        found = outcomes(shut, theta=theta, closed=closed, protected=[protected] * TERM)
        assert (found.reversed, found.prohibited, found.closed) == (1, 0, expected)


@pytest.mark.parametrize(("price", "months", "collapse"), [(0.09, 12, 1), (0.09, 11, 0), (0.11, 40, 0)])
def test_a_market_collapse_is_a_year_below_a_tenth_of_the_takeover_price(
    price: float, months: int, collapse: int
) -> None:
    prices = [2.0] * 5 + [2.0 * price] * months + [2.0] * (43 - months)
    assert outcomes(path((0.75, 48)), price=prices).collapse == collapse


def test_restricted_names_the_layer_that_bound_when_it_began() -> None:
    layers = ["rule"] * 9 + ["guidance"] * 20 + ["rule"] * 19
    assert outcomes(path((0.75, 9), (0.5, 39)), layer=layers).restricted_layer == "guidance"


def test_means_are_over_the_months_of_the_term() -> None:
    found = outcomes(path((0.75, 12), (0.25, 36)), kappa=[0.05] * 24 + [0.02] * 24, platform_distance=[0.4, 0.6] * 24)
    assert found.mean_policy == pytest.approx(0.375)
    assert found.mean_theta == pytest.approx(0.375)
    assert found.mean_kappa == pytest.approx(0.035)
    assert found.platform_distance == pytest.approx(0.5)
    assert found.final_policy == 0.25


LEVELS = st.lists(st.sampled_from((0.0, 0.25, 0.3, 0.5, 0.65, 0.75, 1.0)), min_size=TERM, max_size=TERM)


@given(LEVELS)
def test_every_reversal_is_a_restriction_and_never_comes_before_it(levels: list[float]) -> None:
    found = outcomes(levels)
    assert found.reversed <= found.restricted
    assert found.prohibited <= found.reversed
    assert found.pending + found.restricted <= 1
    if found.reversed:
        assert 0 <= found.months_to_restriction <= found.months_to_reversal
        assert found.severity >= (INITIAL - BEFORE) / INITIAL - 1e-12
    assert (found.months_to_restriction >= 0) == bool(found.restricted)
    assert 0.0 <= found.severity <= 1.0


@given(LEVELS, st.sampled_from([0.0, 0.1, 0.25, 0.3, 0.5, 0.65, 0.7]))
def test_lasting_openness_is_at_most_tau_exactly_if_six_months_in_a_row_are(levels: list[float], tau: float) -> None:
    found = outcomes(levels)
    spells = [levels[i : i + 6] for i in range(TERM - 5)]
    assert (found.lasting_openness <= tau) == any(max(spell) <= tau for spell in spells)
    assert found.lasting_openness <= INITIAL
    assert found.restricted == (found.lasting_openness <= INITIAL - 0.10 + 1e-9)
    assert found.reversed == (found.lasting_openness <= BEFORE + 1e-9)
    assert found.neutral == (found.lasting_openness <= 0.5 + 1e-9)


def test_lasting_openness_of_a_quiet_or_looser_term_is_that_at_takeover() -> None:
    assert outcomes(path((0.75, 48))).lasting_openness == 0.75
    assert outcomes(path((1.0, 48))).lasting_openness == 0.75
    assert outcomes(path((0.75, 10), (0.2, 5), (0.75, 1))).lasting_openness == 0.75
    assert outcomes(path((0.75, 10), (0.2, 3), (0.4, 3), (0.75, 1))).lasting_openness == 0.4
    assert lasting_lowest([0.1, 0.1, 0.1], 0.75) == 0.75


def test_a_policy_that_was_neutral_at_takeover_cannot_come_back_to_neutral() -> None:
    assert term_outcomes(term(path((0.5, 48))), (), 0.5, BEFORE).neutral == 0
    assert term_outcomes(term(path((0.5, 48))), (), 0.75, BEFORE, neutral=0.4).neutral == 0


def move(name: str, instrument: str, theta: float, kappa: float = 0.05) -> Option:
    return Option(name, MOVES.index(name), "restrict", Stand(0.0, 0.0, 1.0), theta, kappa, instrument, "DOL", 1.0, 0.0)


WARN, CAP = move("warn", "guidance", 0.5), move("cap", "rule", 0.75, 0.02)
PROHIBIT, VOID = move("prohibit", "rule", 0.0, 0.0), move("disapprove", "resolution", 0.0)
FRIENDLY = Law("rule", initial_law(Parameters()).base).with_layer("rule", friendly_provision(Parameters(), 18))


def after(*moves: Option, month: int = START, law: Law = FRIENDLY, role: str = "opponent") -> Law:
    for later, option in enumerate(moves):
        law = enact(law, option, role, month + later)
    return law


def voided_in(month: int, role: str = "opponent") -> Event:
    return Event(month, "voided", role, "disapprove", "resolution", True)


@pytest.mark.parametrize(
    ("law", "events", "expected"),
    [
        (FRIENDLY, (), "none"),
        (after(WARN), (), "warn"),
        (after(CAP, WARN), (), "warn+cap"),
        (after(WARN, CAP), (), "cap"),  # a new rule clears guidance
        (after(CAP, PROHIBIT), (), "prohibit"),
        (after(WARN, month=START - 9), (), "none"),  # before the term
        (after(WARN, role="author"), (), "none"),
        (lapse(after(CAP), "rule"), (), "none"),
        (after(VOID), (voided_in(START),), "disapprove"),
        (after(VOID, WARN), (voided_in(START),), "warn+disapprove"),
        (after(VOID, CAP), (voided_in(START),), "cap"),
        (after(VOID), (voided_in(START, "author"),), "none"),
    ],
)
def test_moves_in_force_are_those_that_the_law_still_holds(law: Law, events: tuple[Event, ...], expected: str) -> None:
    assert moves_in_force(law, events, "opponent", START) == expected


def test_a_backstop_is_in_force_once_its_government_has_enacted_it() -> None:
    supported = enact(FRIENDLY, move("support", "guidance", 0.75), "opponent", START)
    own = Event(START, "enacted", "opponent", "support", "guidance", False)
    assert moves_in_force(supported, (own,), "opponent", START) == "support"
    assert moves_in_force(supported, (), "opponent", START) == "none"


@given(LEVELS, st.integers(1, 12))
def test_a_lasting_spell_is_found_where_it_begins(levels: list[float], lasting: int) -> None:
    months = term(levels)
    found = lasting_start([m.openness <= 0.3 for m in months], lasting)
    low = [level <= 0.3 for level in levels]
    expected = next((i for i in range(TERM - lasting + 1) if all(low[i : i + lasting])), -1)
    assert found == expected


@pytest.mark.parametrize("replicate", range(4))
def test_a_term_is_measured_against_the_policy_that_was_inherited(replicate: int) -> None:
    """The protocol's own worlds: initial openness is that of the last friendly month, `before` the parameter's."""
    parameters = Parameters().with_values(
        {"electorate.voters": 300, "party.agenda_gate": 1.0, "party.agenda_cost": 0.0}
    )
    past = friendly_term(parameters, seed=3, replicate=replicate)
    assert past.record[-1].openness == parameters.policy.friendly_theta
    world = takeover(past, "opponent", past)
    advance(world, TERM)
    own = [month for month in world.record if month.month >= TERM]
    assert len(own) == TERM
    assert {month.in_office for month in own} == {"opponent"}
    events = [one for one in world.events if one.month >= TERM]
    policy = parameters.policy
    expected = term_outcomes(own, events, policy.friendly_theta, policy.before_theta, law=world.law)
    assert measure(world) == expected
    assert measure(past).restricted == measure(past).attempted == 0
    assert measure(past).moves_in_force == "none"
    if expected.restricted and expected.final_policy < 0.65:
        assert expected.moves_in_force != "none"
