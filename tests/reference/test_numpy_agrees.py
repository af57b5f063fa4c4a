"""A world of compiled kernels and one of whole-array NumPy make the same decisions, month by month."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import numpy_electorate as arrays
import numpy_votes as votes
import pytest
from busy_worlds import BUSY, OPPOSED
from numpy_world import NumpyWorld

from political_moat import Parameters, World
from political_moat.agents.electorate import columns as at
from political_moat.agents.electorate.accounts.kernel import accounts_month
from political_moat.agents.electorate.network import kernel as network_kernels
from political_moat.agents.electorate.opinion.kernel import opinion_month
from political_moat.agents.electorate.voting.ballots import ballots
from political_moat.agents.electorate.voting.kernel import expected_votes, grieve
from political_moat.agents.regulator.docket import Docket, stage_count
from political_moat.model.phases import election, network, payroll, pipeline, polling, voters
from political_moat.model.phases.agenda import available_options

TOLERANCE = 1e-9
"""Of shares and totals: arithmetic is float64 on both sides, in another order."""
STORED = 1e-6
"""Relative, or absolute below 1, of columns: a few roundings to float32, where the last bit of float64 differs."""
EXPOSED = {"electorate.voters": 700, "exposure.breadth": 0.3, "voting.asset_vote_effect": 6.0}
TALK = {"network.degree": 8, "network.influence": 0.3}
SETTINGS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "nobody holds": {**BUSY, "exposure.breadth": 0.0},
    "everybody holds": {**BUSY, "exposure.breadth": 1.0, "exposure.visibility": 0.1},
    "busy": BUSY,
    "mirror world": {**BUSY, "institutions.author": "D"},
    "blind polls": {**BUSY, "polls.blind": True},
    "small panels": {**BUSY, "polls.respondents": 70, "polls.hypothetical_bias": -0.5},
    "no turnout channel": {**BUSY, "channels.turnout": False, "policy.layer": "guidance"},
    "a small world": {**BUSY, **TALK, "network.kind": "small-world"},
    "blocks, blind polls": {**BUSY, **TALK, "network.kind": "blocks", "polls.blind": True},
    "protected holders": {**BUSY, "exposure.grandfathering": 1.0},
    "ageing": {**BUSY, "people.ageing": True, "people.death_rate_65": 0.2},
    "a backstop": {**BUSY, "party.support_move": True, "market.crash_month": 4},
    "a public fund": {**BUSY, "fund.active": True},
    "opposed voters, ballots": OPPOSED,
    "menus and adoption": {**BUSY, **TALK, "network.kind": "blocks", "exposure.evolves": True},
}


def both(values: dict[str, Any], seed: int) -> tuple[World, NumpyWorld]:
    """The same world twice."""
    p = Parameters().with_values({**EXPOSED, **values})
    return World(p, seed), NumpyWorld(p, seed)


def close(got: Any, expected: Any, tolerance: float, what: str = "") -> None:
    np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance, err_msg=what)


def worlds_agree(compiled: World, numpy: NumpyWorld) -> None:
    """Events, dockets, offices, platforms and winners are equal; shares and columns as close as rounding lets them."""
    assert numpy.events == compiled.events
    assert numpy.month == compiled.month
    assert (numpy.in_office, numpy.law, numpy.docket) == (compiled.in_office, compiled.law, compiled.docket)
    assert [party.platform for party in numpy.parties.values()] == [
        party.platform for party in compiled.parties.values()
    ]
    assert [(result.month, result.winner) for result in numpy.results] == [
        (result.month, result.winner) for result in compiled.results
    ]
    shares = [[result.author_share for result in world.results] for world in (numpy, compiled)]
    close(*shares, TOLERANCE, "vote shares")
    assert len(numpy.record) == len(compiled.record)
    close([month.price for month in numpy.record], [month.price for month in compiled.record], TOLERANCE, "prices")
    close(numpy.account_totals, compiled.account_totals, TOLERANCE, "totals of the accounts")
    if compiled.last_poll is not None:
        assert numpy.last_poll is not None
        assert numpy.last_poll[1] == compiled.last_poll[1]
        close(numpy.last_poll[0].shares, compiled.last_poll[0].shares, TOLERANCE, "poll")
    for name in (*at.FIXED, *at.DYNAMIC):
        close(numpy.electorate.column(name), compiled.electorate.column(name), STORED, name)
        if compiled.blind is not None and numpy.blind is not None:
            close(numpy.blind.column(name), compiled.blind.column(name), STORED, f"{name} of the blind poll")


@pytest.mark.parametrize("rule", ["best-response", "aggregator"])
@pytest.mark.parametrize("setting", SETTINGS)
def test_three_years_of_free_policy_are_the_same(setting: str, rule: str) -> None:
    compiled, numpy = both({**SETTINGS[setting], "party.rule": rule}, 3)
    for world in (compiled, numpy):
        world.released = True
        world.advance(36)
    worlds_agree(compiled, numpy)
    assert len(numpy.results) == 1
    assert setting == "defaults" or numpy.events, "nothing happened, so nothing was compared"
    held = np.count_nonzero(numpy.electorate.column("units"))
    assert (held == 0) == (setting == "nobody holds")


@pytest.mark.parametrize("network", ["none", "small-world"])
def test_a_takeover_is_the_same(network: str) -> None:
    """A friendly term, stakes reset, a fork, and the opponent in office for a year."""
    compiled, numpy = both({**BUSY, **TALK, "network.kind": network}, 2)
    opposed = []
    for world in (compiled, numpy):
        world.advance(48)
        world.electorate.reset_stakes(world.product_prices)
        opposed.append(world.fork())
    for world in opposed:
        world.next_government = "opponent"
        world.released = True
        world.advance(12)
    taken, taken_numpy = opposed
    assert isinstance(taken_numpy, NumpyWorld)
    assert any(event.role == "opponent" for event in taken_numpy.events)
    worlds_agree(taken, taken_numpy)
    worlds_agree(compiled, numpy)


@pytest.mark.parametrize("protection", [0.0, 0.5])
def test_a_forced_sale_and_its_grievance_are_the_same(protection: float) -> None:
    compiled, numpy = both({"exposure.grandfathering": protection, "policy.friendly_month": 1}, 6)
    before = float(numpy.electorate.column("units").sum())
    for world in (compiled, numpy):
        world.advance(5)
        option = next(option for option in available_options(world) if option.name == "prohibit")
        last = stage_count(option.instrument, world.parameters.regulator) - 1
        world.docket = Docket(option, world.in_office, world.month, last, float(world.month), True)
        world.advance(14)
    worlds_agree(compiled, numpy)
    assert float(numpy.electorate.column("grievance").min()) < 0.0
    left = float(numpy.electorate.column("units").sum())
    assert left == 0.0 if protection == 0.0 else 0.0 < left < 0.6 * before


def test_single_steps_are_the_same_as_months_in_a_row() -> None:
    """And the kernels are back in their places afterwards."""
    kernel = pipeline.grieve
    _, numpy = both(BUSY, 1)
    again = numpy.fork()
    numpy.advance(3)
    for _ in range(3):
        again.step()
    assert np.array_equal(numpy.electorate.dynamic, again.electorate.dynamic)
    assert pipeline.grieve is kernel


def test_no_kernel_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the phases know of the electorate's functions may be broken: NumPy stands in for all of them."""

    def broken(*_: Any) -> None:
        raise AssertionError("a compiled kernel was called")

    _, numpy = both({**BUSY, **TALK, "network.kind": "blocks", "party.rule": "aggregator", "polls.blind": True}, 3)
    numpy.released = True
    kernels = set()
    for module in (election, network, payroll, pipeline, polling, voters):
        for name, known in list(vars(module).items()):
            home = str(getattr(known, "__module__", ""))
            if callable(known) and not isinstance(known, type) and home.startswith("political_moat.agents.electorate"):
                monkeypatch.setattr(module, name, broken)
                kernels.add(name)
    assert {"accounts_month", "opinion_month", "expected_votes", "ballots", "grieve", "neighbours_meet"} <= kernels
    numpy.advance(24)
    assert numpy.events


Block = npt.NDArray[np.float32]
PRICES = np.array([1.3, 0.4, 1.0, 2.5, 0.9, 7.0])
SIZES = (1, 3, 700, arrays.WHOLE + 1, 2 * arrays.SLICE + 1)
"""One voter, few, more than a block of totals, more than one pass."""


def electorate(voters: int, holders: float, seed: int = 0) -> tuple[Block, Block]:
    """Columns of a population whose holders hold all kinds of products; some have sold out, some are not aware."""
    draw = np.random.default_rng(seed)
    fixed, dynamic = (np.zeros((len(names), voters), dtype=np.float32) for names in (at.FIXED, at.DYNAMIC))
    fixed[at.AGE] = draw.uniform(18, 90, voters)
    fixed[at.INCOME] = 60_000 * np.exp(draw.normal(0, 0.7, voters))
    fixed[at.PARTISANSHIP] = draw.normal(0, 3, voters)
    fixed[[at.ATTENTION, at.IDEAL_BASE, at.EQUITY]] = draw.random((3, voters))
    fixed[at.BELIEF] = np.exp(draw.normal(0, 0.6, voters))
    fixed[at.ELIGIBLE] = draw.random(voters) < 0.5
    fixed[at.CONTRIBUTION] = fixed[at.ELIGIBLE] * draw.uniform(0, 2500, voters)
    fixed[at.TURNOUT_PRESIDENTIAL : at.TURNOUT_MIDTERM + 1] = draw.normal(0.5, 1.5, (2, voters))
    holds = draw.random(voters) < holders
    dynamic[[at.PLAN, at.IRA]] = fixed[at.INCOME] * draw.exponential(1.0, (2, voters)) * (draw.random(voters) < 0.8)
    dynamic[at.UNITS] = holds * (draw.random(voters) < 0.9) * draw.exponential(30_000, voters)
    dynamic[at.ASSIGNED_STAKE] = holds * (draw.random(voters) < 0.9) * draw.random(voters)
    dynamic[at.VISIBILITY] = holds * draw.choice([0.0, 0.1, 1.0], voters)
    dynamic[at.PRODUCT] = draw.integers(0, len(at.PRODUCTS), voters)
    dynamic[at.REFERENCE] = np.exp(draw.normal(0, 0.8, voters))
    dynamic[[at.IDEAL, at.BLAME]] = draw.random((2, voters))
    dynamic[at.SALIENCE] = draw.exponential(0.1, voters)
    dynamic[at.GRIEVANCE] = draw.normal(0, 0.3, voters)
    fixed[at.OPPOSED] = draw.random(voters) < 0.3
    return fixed, dynamic


def coefficients(**values: float) -> tuple[Any, Any]:
    """Coefficients of opinion and vote of a world with everything on, with some of them replaced."""
    world = World(Parameters().with_values({"electorate.voters": 10, "party.support_move": True}), 0)
    return tuple(
        coefficients._replace(**{name: value for name, value in values.items() if name in coefficients._fields})
        for coefficients in (world.opinion_coefficients, world.vote_coefficients)
    )


@pytest.mark.parametrize("holders", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("voters", SIZES)
@pytest.mark.parametrize("keep_share", [1.0, 0.6, 0.0])
@pytest.mark.parametrize("drawdown", [0.0, 0.01])
@pytest.mark.parametrize("one_product", [False, True])
def test_accounts_agree(voters: int, holders: float, keep_share: float, drawdown: float, one_product: bool) -> None:
    fixed, dynamic = electorate(voters, holders)
    if one_product:
        dynamic[at.PRODUCT] = at.ASSIGNED
    other, before = dynamic.copy(), dynamic.copy()
    table = np.array([PRICES, PRICES[::-1], [0.1, 0.0, 0.2, 0.0, 0.05, 0.0], [1, 0, 1, 0, 1, 1], 6 * [0.1], 6 * [0.5]])
    rest = (0.02, 0.003, 0.3, keep_share, drawdown, 65.0)
    close(
        arrays.accounts_month(fixed, other, table, *rest),
        accounts_month(fixed, dynamic, table, *rest),
        TOLERANCE,
    )
    close(other, dynamic, STORED)
    assert not np.array_equal(other, before)


@pytest.mark.parametrize("holders", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("voters", SIZES)
@pytest.mark.parametrize(
    "changed", [{}, {"public_usd": 9e3, "salience_up": 0.01}, {"blame_up": 0.0, "unprotected": 0.0}]
)
def test_opinions_and_ballots_agree(voters: int, holders: float, changed: dict[str, float]) -> None:
    fixed, dynamic = electorate(voters, holders)
    other = dynamic.copy()
    opinion, vote = coefficients(**changed)
    arguments = (PRICES, 0.7, 0.4, 1.0, 0.9, 0.1, 0.6, opinion)
    arrays.opinion_month(fixed, other, *arguments)
    opinion_month(fixed, dynamic, *arguments)
    close(other, dynamic, STORED)
    questions = np.array([[0.9, 0.1, 0.0, 0.5, 0.8, 0.0, 0.0], [0.2, 0.8, 0.7, -0.1, 0.1, 0.3, 0.6]])
    for turnout in (True, False):
        asked = (PRICES, -1.0, 0.2, 0.4, at.TURNOUT_MIDTERM, turnout)
        panel = (voters // 2, voters)
        close(
            votes.expected_votes(fixed, dynamic, *panel, *asked, questions, vote),
            expected_votes(fixed, dynamic, *panel, *asked, questions, vote),
            TOLERANCE,
        )
        arguments = (*asked, questions[1], vote)
        for got, expected in zip(
            votes.ballots(fixed, dynamic, *arguments), ballots(fixed, dynamic, *arguments), strict=True
        ):
            close(got, expected, TOLERANCE)
    votes.grieve(fixed, other, PRICES, 0.6, -1.0, vote)
    grieve(fixed, dynamic, PRICES, 0.6, -1.0, vote)
    close(other, dynamic, STORED)


@pytest.mark.parametrize("kind", ["small-world", "blocks"])
def test_talk_agrees(kind: str) -> None:
    p = Parameters().with_values({"electorate.voters": 6000, "network.kind": kind})
    network = World(p, 4).network
    assert network is not None
    _, dynamic = electorate(6000, 0.4)
    other = dynamic.copy()
    arrays.neighbours_meet(other, arrays.talk_matrix(network.starts, network.neighbours), 0.3)
    network_kernels.neighbours_meet(dynamic, network.starts, network.neighbours, 0.3)
    close(other, dynamic, STORED)
    flags = (dynamic[at.UNITS] > 0.0).astype(np.float32)
    shares = (
        module.neighbours_share(network.starts, network.neighbours, flags) for module in (arrays, network_kernels)
    )
    close(*shares, STORED)
