"""Rungs, layers and the menu of moves: what an administration may do under the law as it stands."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from political_moat.agents.perception import Option, Stand
from political_moat.model.parameters.tree import Parameters
from political_moat.model.policy.law import (
    LAYERS,
    RUNGS,
    Law,
    Provision,
    binding_layer,
    dol_provision,
    effective,
    enact,
    friendly_provision,
    initial_law,
    lapse,
    next_expiry,
    openness,
    platform_stand,
    rung_above,
    rung_below,
    salted,
    stand_of,
)
from political_moat.model.policy.legislature import EVERYTHING, NOTHING, Passage
from political_moat.model.policy.menu import MOVES, NESTS, SUPPORT_AFTER, menu, restrictive
from political_moat.model.world import World

P = Parameters()
CAP = P.policy.cap
IDEALS = {"DOL": 0.5, "SEC": 0.5}


def provision(theta: float, kappa: float = CAP, **more: Any) -> Provision:
    base = Provision(theta, kappa, 0.0, 0.0, False, "author", 0)
    return replace(base, **more)


def friendly(layer: str = "rule") -> Law:
    """The author's policy in force on a layer, on top of neutral policy on none."""
    start = initial_law(P.with_values({"policy.layer": layer}))
    return start.with_layer(layer, friendly_provision(P, 18))


def moves(law: Law, passage: Passage = EVERYTHING, fallen: float = 0.0, p: Parameters = P) -> dict[str, Option]:
    return {option.name: option for option in menu(law, p, IDEALS, passage, fallen)}


def late(law: Law, passage: Passage = EVERYTHING, fallen: float = 0.0, p: Parameters = P) -> list[Option]:
    """The menu when everything is open: the rule can be reviewed and every sunset is near."""
    return menu(law, p, IDEALS, passage, fallen, review=True, month=900)


def sold(terms: Stand | Provision) -> float:
    """Share of an existing holding that a stand, or the policy in force, has sold."""
    return terms.forced * (1.0 - terms.protected)


THETAS = st.sampled_from(RUNGS)
PROVISIONS = st.builds(
    provision,
    THETAS,
    st.sampled_from((0.0, 0.02, CAP, 0.15, 1.0)),
    closed=st.booleans(),
    expires=st.sampled_from((-1, 900, 905)),
)
MAYBE = st.none() | PROVISIONS
NEUTRAL = initial_law(P).base
SALTS = st.none() | st.sampled_from((0.1, 0.4, 0.65))
LAYER = st.sampled_from(("guidance", "rule", "statute"))
LAWS = st.builds(
    Law, LAYER, st.just(NEUTRAL), MAYBE, MAYBE, MAYBE, MAYBE, former=MAYBE, salted_from=SALTS, salted_to=SALTS
)
PASSAGES = st.builds(Passage, *[st.booleans()] * 4)


@given(st.floats(0.0, 1.0))
def test_a_rung_up_and_a_rung_down_are_the_nearest_other_rungs(theta: float) -> None:
    assert rung_below(theta) in RUNGS
    assert rung_above(theta) in RUNGS
    assert rung_below(theta) <= theta <= rung_above(theta)
    assert rung_above(theta) - rung_below(theta) <= 0.5


def test_rungs_end_at_prohibited_and_at_the_default() -> None:
    assert [rung_below(r) for r in RUNGS] == [0.0, 0.0, 0.25, 0.5, 0.75]
    assert [rung_above(r) for r in RUNGS] == [0.25, 0.5, 0.75, 1.0, 1.0]


@pytest.mark.parametrize(("theta", "kappa", "expected"), [(0.75, CAP, 0.75), (0.75, 1.0, 0.75), (0.5, 0.0, 0.0)])
def test_openness_counts_a_cap_below_the_starting_one(theta: float, kappa: float, expected: float) -> None:
    assert openness(provision(theta, kappa), CAP) == pytest.approx(expected)
    assert openness(provision(theta, 0.4 * CAP), CAP) == pytest.approx(0.4 * theta)
    assert openness(provision(theta, kappa, closed=True), CAP) == 0.0


@given(LAWS)
def test_policy_in_force_is_the_smaller_theta_of_the_two_regulators(law: Law) -> None:
    now, labour = effective(law), dol_provision(law)
    posture = 1.0 if law.enforcement is None else law.enforcement.theta
    assert now.theta == min(labour.theta, posture)
    assert (now.kappa, now.closed, now.protected) == (labour.kappa, labour.closed, labour.protected)
    assert 0.0 <= openness(now, CAP) <= 1.0


@given(LAWS, THETAS)
def test_each_regulator_can_lower_policy_alone_and_neither_can_raise_it_alone(law: Law, posture: float) -> None:
    """Openness of the two combined is the smaller: monotone in each, and never above either."""
    labour = openness(dol_provision(law), CAP)
    with_posture = law.with_layer("enforcement", provision(posture))
    combined = openness(effective(with_posture), CAP)
    assert combined == pytest.approx(
        min(dol_provision(law).theta, posture) * (labour / max(dol_provision(law).theta, 1e-9))
    )
    assert combined <= labour + 1e-12
    stricter = openness(effective(law.with_layer("enforcement", provision(rung_below(posture)))), CAP)
    assert stricter <= combined + 1e-12
    assert effective(law.with_layer("enforcement", provision(1.0))).theta == dol_provision(law).theta
    assert (binding_layer(with_posture) == "enforcement") == (posture < dol_provision(law).theta)


@given(LAWS)
def test_guidance_binds_at_most_one_rung_below_a_rule_or_statute(law: Law) -> None:
    if law.rule is None and law.statute is None:
        return
    standing = law.standing().theta
    assert rung_below(standing) <= dol_provision(law).theta <= standing


@given(LAWS)
def test_the_binding_layer_is_one_that_says_something(law: Law) -> None:
    layer = binding_layer(law)
    assert layer == "base" or getattr(law, layer) is not None
    if layer == "base":
        assert effective(law) == law.base


@given(PROVISIONS, PROVISIONS, PROVISIONS)
def test_a_statute_stands_above_a_rule_and_a_rule_above_nothing(a: Provision, b: Provision, c: Provision) -> None:
    assert Law("rule", a, b, c).standing() == b
    assert Law("rule", a, None, c).standing() == c
    assert Law("rule", a).standing() == a


def test_law_and_provision_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        friendly().layer = "statute"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        provision(0.5).theta = 1.0  # type: ignore[misc]


def test_january_2025_is_neutral_on_no_layer() -> None:
    law = initial_law(P)
    assert effective(law).theta == 0.5
    assert binding_layer(law) == "base"
    assert all(getattr(law, layer) is None for layer in LAYERS)


def test_the_menu_under_a_friendly_rule_is_the_table_of_the_design() -> None:
    """theta, kappa, share of existing holdings sold and instrument of every move from .75 by rule."""
    found = {name: (o.theta, round(o.kappa, 9), sold(o.stand), o.instrument) for name, o in moves(friendly()).items()}
    assert found == {
        "hold": (0.75, CAP, 0.0, "none"),
        "loosen": (1.0, round(CAP + 0.10, 9), 0.0, "rule"),
        "warn": (0.5, CAP, 0.0, "guidance"),
        "enforce": (0.5, CAP, 0.0, "enforcement"),
        "cap": (0.75, P.policy.cap_low, 0.0, "rule"),
        "close": (0.25, 0.0, 0.0, "rule"),
        "prohibit": (0.0, 0.0, 1.0, "rule"),
    }


@given(LAWS, PASSAGES, st.floats(0.0, 1.0))
def test_every_menu_starts_with_hold_and_names_each_move_once(law: Law, passage: Passage, fallen: float) -> None:
    options = late(law, passage, fallen, P.with_values({"party.support_move": True}))
    names = [option.name for option in options]
    assert names[0] == "hold"
    assert len(names) == len(set(names))
    now = effective(law)
    for option in options:
        assert MOVES[option.number] == option.name
        assert option.nest in NESTS
        assert 0.0 <= option.stand.openness <= 1.0
        assert option.months >= 0.0
        assert option.stand.openness <= openness(now, CAP) + 1e-12 or option.nest == "loosen"
        assert option.stand.openness >= openness(now, CAP) - 1e-12 or option.nest == "restrict"
        assert (option.name == "support") <= (fallen >= SUPPORT_AFTER)


@given(LAWS)
def test_what_congress_would_not_pass_is_not_on_the_menu(law: Law) -> None:
    assert all(option.instrument not in ("statute", "resolution") for option in late(law, NOTHING))


@given(LAWS, PASSAGES)
def test_congress_is_asked_for_every_bill_in_its_direction_and_no_other(law: Law, passage: Passage) -> None:
    """The menu under a Congress is the menu without one, less the bills that fail in the direction they go."""
    now = openness(effective(law), CAP)
    due = next_expiry(law)
    expected = []
    for option in late(law):
        opens = option.stand.openness >= now
        if option.name == "renew" and due is not None:
            opens = now >= openness(effective(lapse(law, due[0])), CAP)
        if passage.of(option.instrument, opens):
            expected.append(option)
    assert late(law, passage) == expected


@given(LAWS)
def test_no_rule_is_made_that_congress_has_voided_the_like_of(law: Law) -> None:
    for option in late(law):
        if option.instrument == "rule" and option.name != "renew":
            assert not salted(law, openness(provision(option.theta, option.kappa, closed=option.name == "close"), CAP))


@given(LAWS)
def test_a_restriction_never_opens_and_a_warning_never_prohibits(law: Law) -> None:
    current = openness(effective(law), CAP)
    for name, option in {option.name: option for option in late(law)}.items():
        if option.nest == "restrict":
            assert option.stand.openness <= current + 1e-12, name
        if name in ("warn", "enforce"):
            assert option.theta >= P.policy.warn_floor
            assert sold(option.stand) == 0.0


@pytest.mark.parametrize("low", [0.01, 0.02, 0.04])
def test_a_cap_is_no_restriction_where_it_would_open(low: float) -> None:
    """A new rule clears the guidance about the old one: after a warning, a cap by rule can leave policy more open."""
    p = P.with_values({"policy.cap_low": low})
    warned = enact(friendly(), moves(friendly(), p=p)["warn"], "opponent", 60)
    cap = moves(warned, p=p).get("cap")
    assert cap is None or cap.stand.openness <= openness(effective(warned), CAP)


@given(LAWS, PASSAGES)
def test_what_a_move_promises_is_what_it_brings(law: Law, passage: Passage) -> None:
    """An option's stand is the openness in force once it is enacted, whatever layers stand above and below it."""
    for option in late(law, passage):
        if option.name == "hold":
            assert option.stand.openness == pytest.approx(openness(effective(law), CAP))
            continue
        after = effective(enact(law, option, "opponent", 60))
        assert openness(after, CAP) == pytest.approx(option.stand.openness, abs=1e-9), option


@pytest.mark.parametrize("layer", ["guidance", "rule", "statute"])
def test_only_prohibition_and_nothing_else_forces_a_sale(layer: str) -> None:
    found = moves(friendly(layer))
    assert {name for name, option in found.items() if sold(option.stand) > 0.0} == {"prohibit"}
    for name in set(found) & {"warn", "enforce", "cap", "close", "prohibit"}:
        after = effective(enact(friendly(layer), found[name], "opponent", 60))
        assert sold(after) == sold(found[name].stand)


@given(LAWS)
def test_the_protection_a_move_promises_is_what_its_provision_grants(law: Law) -> None:
    """A move's own g: what it sells of holdings is what is sold once it is in force, voiding and renewal too."""
    for option in late(law):
        after = effective(enact(law, option, "opponent", 900, 48)) if option.instrument != "none" else effective(law)
        assert sold(after) == pytest.approx(sold(option.stand)), option
        if option.name in ("disapprove", "renew", "loosen", "warn", "enforce"):
            assert sold(after) <= max(sold(effective(law)), 0.0 if law.former is None else sold(law.former))


@pytest.mark.parametrize(("layer", "formal", "hard"), [("guidance", "guidance", "rule"), ("rule", "rule", "rule"),
                                                      ("statute", "statute", "statute")])  # fmt: skip
def test_policy_is_undone_on_the_layer_it_rests_on(layer: str, formal: str, hard: str) -> None:
    found = moves(friendly(layer))
    assert {found[name].instrument for name in ("cap", "close", "loosen")} == {formal}
    assert found["prohibit"].instrument == hard


def test_under_a_statute_a_divided_government_can_only_enforce() -> None:
    assert set(moves(friendly("statute"), NOTHING)) == {"hold", "enforce"}


def test_support_needs_its_switch_and_a_fall_of_30_percent_and_is_given_once() -> None:
    on = P.with_values({"party.support_move": True})
    assert "support" in moves(friendly(), fallen=0.3, p=on)
    assert "support" not in moves(friendly(), fallen=0.29, p=on)
    assert "support" not in moves(friendly(), fallen=0.9)
    option = moves(friendly(), fallen=0.3, p=on)["support"]
    given_ = enact(friendly(), option, "author", 60)
    assert effective(given_) == effective(friendly())
    assert "support" not in moves(given_, fallen=0.5, p=on)


def test_a_warning_is_undone_by_guidance_and_an_enforcement_posture_by_dropping_it() -> None:
    law = friendly()
    for name, instrument in (("warn", "guidance"), ("enforce", "enforcement")):
        warned = enact(law, moves(law)[name], "opponent", 60)
        assert openness(effective(warned), CAP) == 0.5
        back = moves(warned)["loosen"]
        assert (back.instrument, back.theta) == (instrument, 0.75)
        assert openness(effective(enact(warned, back, "author", 108)), CAP) == 0.75


def test_a_new_rule_clears_the_guidance_about_the_old_one() -> None:
    warned = enact(friendly(), moves(friendly())["warn"], "opponent", 60)
    assert warned.guidance is not None
    assert enact(warned, moves(warned)["cap"], "opponent", 80).guidance is None


@pytest.mark.parametrize(("fall", "counts"), [(0.09, False), (0.10, True), (0.3, True), (-0.1, False), (0.0, False)])
def test_an_attempt_is_a_fall_of_openness_by_a_tenth_or_more(fall: float, counts: bool) -> None:
    option = moves(friendly())["hold"]._replace(stand=Stand(0.75 - fall, 0.0, 0.0))
    assert restrictive(option, 0.75) is counts


def test_every_restrictive_move_under_the_friendly_rule_is_an_attempt() -> None:
    found = moves(friendly())
    assert {name for name, option in found.items() if restrictive(option, 0.75)} == {
        "warn", "enforce", "cap", "close", "prohibit",
    }  # fmt: skip


@given(st.floats(0.0, 1.0))
def test_a_platform_below_discouraged_implies_part_of_a_forced_sale(platform: float) -> None:
    stand = platform_stand(platform, 0.25)
    assert stand.openness == platform
    assert stand.forced == pytest.approx(max(0.0, 1.0 - 4.0 * platform))
    assert stand.protected == 0.0


def test_a_stand_in_office_is_the_policy_in_force() -> None:
    assert stand_of(provision(0.75), CAP) == Stand(0.75, 0.0, 0.0)
    banned = stand_of(provision(0.0, 0.0, forced=1.0), CAP)
    assert (banned.openness, sold(banned)) == (0.0, 1.0)


def test_the_friendly_policy_of_a_world_comes_into_force_in_its_month() -> None:
    world = World(P.with_values({"electorate.voters": 200}), seed=1)
    world.advance(24)
    at = [month.openness for month in world.record]
    assert at == [0.5] * 18 + [0.75] * 6
    assert world.record[-1].layer == "rule"


@pytest.mark.parametrize("disagreement", [0.0, 0.4])
def test_an_agency_that_disagrees_makes_a_rule_slower(disagreement: float) -> None:
    ideals = {"DOL": disagreement, "SEC": 0.5}
    rule = next(option for option in menu(friendly(), P, ideals, EVERYTHING, 0.0) if option.name == "prohibit")
    assert rule.months == pytest.approx(P.regulator.rule_months * (1.0 + P.regulator.slow_roll * disagreement))
