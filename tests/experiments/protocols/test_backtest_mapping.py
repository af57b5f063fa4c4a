"""The mapping of covariates to parameters: what each value becomes, the traps, and that nothing else is touched."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from case_files import covariates, shipped

from political_moat.agents.draws import draws_of
from political_moat.agents.electorate.columns import ASSIGNED_STAKE, VISIBILITY
from political_moat.experiments.protocols.backtest.covariates import Covariates, covariates_of
from political_moat.experiments.protocols.backtest.design import MODEL, VARIANTS, setting_of
from political_moat.experiments.protocols.backtest.mapping import (
    DIVIDED,
    MAPPING,
    UNIFIED,
    congress_of,
    mapped_names,
    mapped_values,
    mapping_markdown,
)
from political_moat.experiments.protocols.backtest.run import outcomes_of
from political_moat.experiments.protocols.stress_test.run import friendly_term, takeover
from political_moat.experiments.protocols.targets.design import CONTESTS
from political_moat.model.build import build_state
from political_moat.model.fast_forward import advance
from political_moat.model.parameters.presets import PRESETS, preset
from political_moat.model.parameters.tree import Parameters, parameter_names
from political_moat.model.policy.legislature import passage
from political_moat.model.policy.public_facts import review_open
from political_moat.model.state import WorldState

PRESET = Parameters().with_values({"electorate.voters": 300})
DOCS = Path(__file__).parents[3] / "docs" / "backtest.md"


def tree(**changed: object) -> Parameters:
    """Parameters of the made-up case with these covariates."""
    return setting_of(covariates(**changed), MODEL, PRESET).parameters


def at_takeover(case: Covariates, replicate: int = 0) -> WorldState:
    """The world of a case in the first month of the opposed government."""
    parameters = setting_of(case, MODEL, PRESET).parameters
    past = friendly_term(parameters, 1, replicate)
    opposed = takeover(past, "opponent", past)
    opposed.elected_congress = congress_of(case)
    advance(opposed, 1)
    return opposed


@pytest.mark.parametrize("name", ["calibrated", "article", "version-one", "h1-moat"])
def test_every_parameter_outside_the_table_is_the_presets(name: str) -> None:
    frozen = preset(name)
    for case in map(covariates_of, shipped()):
        for variant, kind in VARIANTS.items():
            changed = setting_of(case, variant, frozen).parameters.difference(frozen)
            assert changed.keys() <= mapped_names() | kind.values.keys(), (case.case, variant)


def test_every_row_of_the_table_sets_the_parameters_that_it_names() -> None:
    for row in MAPPING:
        if row.of is None:
            continue
        assert set(row.targets) <= set(parameter_names())
        for case in map(covariates_of, shipped()):
            assert row.of(case, PRESET).keys() <= set(row.targets), (row.covariates, case.case)


def test_no_parameter_is_set_by_two_rows() -> None:
    names = [name for row in MAPPING if row.of is not None for name in row.targets]
    assert len(names) == len(set(names))


def test_every_column_of_the_case_file_is_mapped_or_named_with_a_reason() -> None:
    text = mapping_markdown()
    assert [name for name in shipped()[0]._fields if name != "id" and f"`{name}`" not in text] == []


def test_the_page_shows_the_table_of_the_code() -> None:
    assert mapping_markdown() in DOCS.read_text(encoding="utf-8")


def test_contest_is_the_distance_between_the_parties_and_has_one_source() -> None:
    assert tree(contested=True).party == PRESET.party
    edges = tree(contested=False).party
    assert (edges.author_ideal, edges.opponent_ideal) == (0.75, 0.4)
    assert CONTESTS["uncontested"] == {"party.author_ideal": 0.75, "party.opponent_ideal": 0.4}


@pytest.mark.parametrize("layer", ["rule", "guidance", "statute", "EO"])
def test_an_executive_order_is_guidance_and_other_layers_stay(layer: str) -> None:
    assert tree(layer=layer).policy.layer == ("guidance" if layer == "EO" else layer)


@pytest.mark.parametrize(("millions", "breadth"), [(0.02, 0.0), (0.1, 0.0), (0.11, 0.15)])
def test_a_case_without_holders_has_zero_exposure(millions: float, breadth: float) -> None:
    parameters = tree(exposed_millions=millions)
    assert parameters.exposure.breadth == breadth
    stakes = build_state(parameters, draws_of(1, 0)).electorate.dynamic[ASSIGNED_STAKE]
    assert int((stakes > 0.0).sum()) == round(breadth * 300)


@pytest.mark.parametrize("stake", [0.0003, 0.003, 0.03, 0.3, 4.0])
def test_the_mean_visible_stake_of_a_holder_is_that_of_the_case(stake: float) -> None:
    case = covariates(stake=stake, visibility=0.3, breadth=0.5)
    parameters = setting_of(case, MODEL, PRESET.with_values({"electorate.voters": 20_000})).parameters
    electorate = build_state(parameters, draws_of(1, 0)).electorate
    stakes, seen = electorate.dynamic[ASSIGNED_STAKE], electorate.dynamic[VISIBILITY]
    assert float((stakes * seen)[stakes > 0.0].mean(dtype=np.float64)) == pytest.approx(0.3 * stake, rel=0.05)


@pytest.mark.parametrize("skew", [-0.5, 0.5])
def test_holders_of_positive_skew_lean_to_the_party_that_made_the_policy(skew: float) -> None:
    parameters = setting_of(covariates(skew=skew), MODEL, PRESET.with_values({"electorate.voters": 4000})).parameters
    state = build_state(parameters, draws_of(1, 0))
    towards_author = state.sign * state.electorate.column("partisanship")
    holds = state.electorate.dynamic[ASSIGNED_STAKE] > 0.0
    difference = float(towards_author[holds].mean() - towards_author[~holds].mean())
    assert difference * skew > 0.0


def test_grandfathering_is_all_or_nothing() -> None:
    assert (tree(grandfathered=True).exposure.grandfathering, tree().exposure.grandfathering) == (1.0, 0.0)


@pytest.mark.parametrize(("age", "month"), [(0, 47), (1, 47), (5, 43), (15, 33), (47, 1), (48, 0), (785, 0)])
def test_a_policy_is_as_old_at_the_takeover_as_in_the_record(age: int, month: int) -> None:
    assert tree(age=age).policy.friendly_month == month


@pytest.mark.parametrize(
    ("changed", "is_open"),
    [
        *(({"age": age}, True) for age in range(6)),
        ({"age": 6}, False),
        ({"age": 1, "jurisdiction": "UK"}, False),
        ({"age": 1, "took_office": 1993}, False),
        ({"age": 1, "layer": "guidance"}, False),
    ],
)
def test_the_review_act_applies_to_rules_of_the_last_months_and_to_no_others(
    changed: dict[str, object], is_open: bool
) -> None:
    assert review_open(at_takeover(covariates(**changed))) is is_open


def test_a_young_contested_rule_can_be_voided_by_congress() -> None:
    young, old = (setting_of(covariates(age=age, breadth=0.0), MODEL, PRESET) for age in (2, 36))
    assert sum(outcomes_of(young, 1, replicate)["voided"] for replicate in range(40)) > 0
    assert sum(outcomes_of(old, 1, replicate)["voided"] for replicate in range(40)) == 0


@pytest.mark.parametrize(
    ("lapses", "sunset", "expires"),
    [(True, 11, 59), (True, None, 72), (True, 0, 48), (True, 60, 108), (True, -3, -1), (False, None, -1)],
)
def test_a_policy_lapses_in_its_recorded_month(lapses: bool, sunset: int | None, expires: int) -> None:
    case = covariates(layer="statute", lapses=lapses, sunset=sunset, age=46)
    provision = at_takeover(case).law.statute if sunset != 0 else None
    if provision is not None:
        assert provision.expires == expires
    months = setting_of(case, MODEL, PRESET).parameters.policy.sunset_months
    assert months == (0 if expires < 0 else expires - 2)


def test_a_sunset_outside_the_term_is_no_lapse() -> None:
    inside = covariates(layer="statute", lapses=True, sunset=11, horizon=17, unified=False, contested=False)
    lapses = {}
    for name, case in {
        "inside": inside,
        "after": inside._replace(sunset=40),
        "before": inside._replace(sunset=-2),
        "never": inside._replace(lapses=False, sunset=None),
    }.items():
        setting = setting_of(case, MODEL, PRESET)
        lapses[name] = sum(outcomes_of(setting, 1, replicate)["lapsed"] for replicate in range(10))
    assert lapses["inside"] > 0
    assert (lapses["after"], lapses["before"], lapses["never"]) == (0, 0, 0)


def test_the_shipped_sunset_of_the_premium_credits_falls_in_december_2025() -> None:
    (case,) = (covariates_of(case) for case in shipped() if case.id == "EPTC")
    assert (case.sunset, case.lapses, case.horizon) == (11, True, 17)


@pytest.mark.parametrize(
    ("layer", "recorded", "on_money"),
    [("statute", None, True), ("statute", False, False), ("rule", None, False), ("rule", True, True)],
)
def test_a_statute_is_on_money_unless_the_record_says_otherwise(
    layer: str, recorded: bool | None, on_money: bool
) -> None:
    assert tree(layer=layer, on_money=recorded).policy.on_money is on_money


def test_a_statute_on_money_passes_a_unified_congress_with_half_of_the_senate() -> None:
    institutions = tree(layer="statute").institutions
    assert not passage(UNIFIED, "opponent", institutions).restricting_statute
    assert passage(UNIFIED, "opponent", institutions, reconciled=True).restricting_statute
    assert not passage(DIVIDED, "opponent", institutions, reconciled=True).restricting_statute


def test_a_parliament_passes_the_bills_of_its_government() -> None:
    institutions = tree(jurisdiction="UK").institutions
    assert institutions.chambers == "parliamentary"
    assert passage(DIVIDED, "opponent", institutions).restricting_statute


@pytest.mark.parametrize(("unified", "congress"), [(True, UNIFIED), (False, DIVIDED)])
def test_the_congress_of_the_case_sits_from_the_takeover_to_the_midterm(unified: bool, congress: object) -> None:
    state = at_takeover(covariates(unified=unified))
    assert state.congress == congress
    assert all(state.congress.controls("opponent")) is unified
    advance(state, 25)
    assert state.congress != congress


def test_seats_are_those_of_the_models_own_takeovers() -> None:
    past = [friendly_term(PRESET, 1, replicate).elected_congress for replicate in range(150)]
    congresses = [each for each in past if each is not None]
    unified = [each for each in congresses if all(each.controls("opponent"))]
    house_alone = [each for each in congresses if each.controls("opponent") == (True, False)]
    for seats, own in ((UNIFIED, unified), (DIVIDED, house_alone)):
        assert seats.house == pytest.approx(float(np.mean([each.house for each in own])), abs=0.012)
        assert seats.senate == pytest.approx(float(np.mean([each.senate for each in own])), abs=0.012)


def test_presets_with_a_term_of_their_own_are_none() -> None:
    assert all("institutions.term_months" not in each.values for each in PRESETS.values())


def test_mapped_values_do_not_depend_on_the_outcome() -> None:
    for case in shipped():
        flipped = case._replace(reversal_48m=1 - case.reversal_48m, severity=0.5, source="other")
        assert covariates_of(flipped) == covariates_of(case)
        assert mapped_values(covariates_of(flipped), PRESET) == mapped_values(covariates_of(case), PRESET)
