"""What a population is built with agrees with plain Python: order, bands, draws by weight."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from political_moat.agents.draws import Draws, normal
from political_moat.agents.electorate import columns
from political_moat.agents.numerics.exponential import logistic
from political_moat.model.economy.employers import drawn_by_weight
from political_moat.model.parameters.tree import Parameters
from political_moat.model.population.builder import build_population, falling_order
from political_moat.model.population.traits import by_band

SIZES = (0, 1, 2, 511, 512, 513, 2500)
"""Around the blocks that kernels work through."""
ANY = st.floats(allow_nan=False) | st.sampled_from((0.0, -0.0, 1.0, -1.0, 5e-324, -5e-324))
EDGES = st.lists(st.integers(-999, 999).map(lambda tenths: tenths / 10), min_size=1, max_size=7, unique=True).map(
    sorted
)


def plain_order(values: list[float], first: list[bool]) -> list[int]:
    return sorted(range(len(values)), key=lambda j: (not first[j], -values[j]))


@given(st.lists(st.tuples(ANY, st.booleans()), max_size=60))
@example([(0.0, True), (-0.0, True), (0.0, False), (-0.0, False)])
def test_the_order_is_that_of_a_stable_sort(persons: list[tuple[float, bool]]) -> None:
    values, first = [value for value, _ in persons], [is_first for _, is_first in persons]
    found = falling_order(np.array(values, dtype=np.float64), np.array(first, dtype=np.bool_))
    assert found.tolist() == plain_order(values, first)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("decimals", [0, 2, 17])
def test_the_order_of_many_some_of_them_equal(size: int, decimals: int) -> None:
    random = np.random.default_rng(size)
    values, first = np.round(random.normal(size=size), decimals), random.random(size) < 0.6
    assert falling_order(values, first).tolist() == plain_order(values.tolist(), first.tolist())


@pytest.mark.parametrize("skew", [0.0, 0.5, -1.0])
def test_voters_are_exposed_in_the_order_of_their_latent_values(skew: float) -> None:
    p = Parameters().with_values({"electorate.voters": 5000, "exposure.skew": skew})
    draws = Draws(4, 2)
    people = build_population(p, draws)
    lean = people.column("partisanship").astype(float)  # of the author R: towards the author
    own = np.array([normal(draws.key("exposure"), agent) for agent in range(5000)])
    latent = skew * (lean - lean.mean()) / lean.std() + (1.0 - skew**2) ** 0.5 * own
    order = people.exposure_order
    eligible = people.column("eligible")[order] > 0.0
    assert sorted(order.tolist()) == list(range(5000))
    assert np.all(np.diff(eligible.astype(int)) <= 0)
    for group in (latent[order[eligible]], latent[order[~eligible]]):
        assert np.all(np.diff(group) <= 1e-6)  # columns are float32, the lean that was sorted by was not
    if skew == 0.0:
        expected = plain_order(own.tolist(), (people.column("eligible") > 0.0).tolist())
        assert order.tolist() == expected


@given(edges=EDGES, ages=st.lists(st.floats(-150.0, 150.0), max_size=30), data=st.data())
def test_everybody_has_the_value_of_her_band(edges: list[float], ages: list[float], data: st.DataObject) -> None:
    values = data.draw(st.lists(st.floats(-1e6, 1e6), min_size=len(edges) + 1, max_size=len(edges) + 1))
    on_edges = ages + edges
    found = by_band(values, edges, np.array(on_edges))
    assert found.tolist() == [values[bisect_right(edges, age)] for age in on_edges]


def plain_draws(weights: list[float], uniforms: list[float], who: list[bool]) -> list[float]:
    reached = list(accumulate(weights))
    numbers = [min(bisect_right(reached, u * reached[-1]), len(weights) - 1) for u in uniforms]
    return [float(number) if chosen else -1.0 for number, chosen in zip(numbers, who, strict=True)]


@given(
    weights=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=70).filter(lambda some: sum(some) > 0.0),
    uniforms=st.lists(st.floats(0.0, 1.0, exclude_max=True), max_size=30),
    data=st.data(),
)
def test_draws_by_weight_are_those_of_a_search(
    weights: list[float], uniforms: list[float], data: st.DataObject
) -> None:
    who = data.draw(st.lists(st.booleans(), min_size=len(uniforms), max_size=len(uniforms)))
    found = drawn_by_weight(np.array(weights), np.array(uniforms, dtype=np.float64), np.array(who, dtype=np.bool_))
    assert found.tolist() == plain_draws(weights, uniforms, who)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [1, 2, 3, 63, 64, 300])
def test_draws_by_weight_of_many(size: int, count: int) -> None:
    random = np.random.default_rng(count)
    weights, uniforms, who = random.exponential(size=count), random.random(size), random.random(size) < 0.5
    found = drawn_by_weight(weights, uniforms, who)
    assert found.tolist() == plain_draws(weights.tolist(), uniforms.tolist(), who.tolist())


@pytest.mark.parametrize("size", SIZES)
def test_a_shifted_logistic_is_that_of_shifted_values(size: int) -> None:
    values = np.random.default_rng(size).normal(0.0, 3.0, size)
    assert logistic(values, 0.7).tobytes() == logistic(values + 0.7).tobytes()


def test_an_endowment_is_taken_out_of_the_holders_own_account() -> None:
    """`assign_exposure` person by person, in float32 where columns are (ODD: P22)."""
    people = build_population(Parameters().with_values({"electorate.voters": 700}), Draws(3, 0))
    before = people.fork()
    people.assign_exposure(0.9, 0.3, 0.5)
    holders = set(before.exposure_order[:630].tolist())
    granted = 0
    for voter in range(700):
        then, now, fixed = before.dynamic[:, voter], people.dynamic[:, voter], people.fixed[:, voter]
        if voter not in holders:
            assert then.tolist() == now.tolist()
            continue
        stake, income = float(fixed[columns.POTENTIAL_STAKE]), float(fixed[columns.INCOME])
        has_account = fixed[columns.ELIGIBLE] > 0.0
        granted += not has_account
        ira = then[columns.IRA] if has_account else np.float32(stake * income)
        assert now[columns.PLAN] == then[columns.PLAN] * np.float32(0.7)
        assert now[columns.IRA] == ira * np.float32(0.7)
        assert now[columns.UNITS] == np.float32(0.3 * (stake * income))
        assert now[columns.ASSIGNED_STAKE] == np.float32(0.3 * stake)
        assert now[columns.VISIBILITY] == np.float32(0.5)
    assert granted > 0
