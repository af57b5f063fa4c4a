"""Falsifications: what the effect of exposure must do when a link of its mechanism is cut, turned around or replaced.

Each compares arms of b = .30 and 0 at v = 1 on common draws, in a strong setting in which few replicates decide.
The positive control is the same setting with every link in place (`whole`). "Exactly 0" means equal rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from political_moat.agents.draws import Draws
from political_moat.agents.electorate.columns import ELIGIBLE, TURNOUT_MIDTERM, TURNOUT_PRESIDENTIAL
from political_moat.agents.electorate.electorate import Electorate
from political_moat.agents.perception import PollReport
from political_moat.experiments.protocols.stress_test import run as stress_test
from political_moat.experiments.protocols.stress_test.design import StressDesign
from political_moat.experiments.protocols.term_outcomes import TermOutcomes
from political_moat.experiments.statistics.intervals import MeanDifference, paired_mean_difference
from political_moat.model import derived, fast_forward
from political_moat.model.parameters.hypothesis_presets import VERSION_ONE
from political_moat.model.parameters.tree import Parameters
from political_moat.model.phases import agenda, platforms
from political_moat.model.population import builder
from political_moat.model.state import WorldState

pytestmark = pytest.mark.statistical
SEED = 31415
REPLICATES = 250
BREADTH = 0.3
STRONG = {"electorate.voters": 1000, "exposure.allocation": 0.2, "voting.asset_vote_effect": 6.0}
MARGIN = 0.05
"""Difference without political size."""
ELECTIONS_APART = {
    "party.divided_cost": 0.0,
    "regulator.midnight_factor": 1.0,
    "channels.price_impact": False,
    "channels.reliance": False,
}
"""Closes what does not go through polls: cost of a hostile chamber, haste after a lost election, price, courts."""
VOTES = ("vote_share_before", "vote_share_midterm", "vote_share_end")


class Arms:
    """Rows of paired replicates: without exposure, and with it."""

    def __init__(self, values: dict[str, Any], replicates: int = REPLICATES) -> None:
        parameters = Parameters().with_values({**STRONG, **values})
        design = StressDesign((0.0, BREADTH), (1.0,), layers=(), returning=False)
        self.rows = [stress_test.run_replicate(parameters, design, SEED, k).runs for k in range(replicates)]
        assert all(exposed["exposed_usd_bn"] > 0.0 for _, exposed in self.rows)

    def changes(self, outcome: str) -> npt.NDArray[np.float64]:
        return np.array([exposed[outcome] - zero[outcome] for zero, exposed in self.rows], dtype=float)

    def effect(self, outcome: str = "severity", level: float = 0.95) -> MeanDifference:
        changes = self.changes(outcome)
        return paired_mean_difference(changes, np.zeros_like(changes), level)

    def mean(self, outcome: str) -> float:
        """Return the mean without exposure."""
        return float(np.mean([zero[outcome] for zero, _ in self.rows]))

    def equal(self, *columns: str) -> bool:
        return all(zero[name] == exposed[name] for zero, exposed in self.rows for name in columns)


def excess(falsified: Arms, whole: Arms, outcome: str = "severity", level: float = 0.95) -> MeanDifference:
    """Return how much higher the effect is than in the whole model, on common draws."""
    assert falsified.rows != whole.rows, "the change did not reach the model"
    return paired_mean_difference(falsified.changes(outcome), whole.changes(outcome), level)


def stays(falsified: Arms, whole: Arms) -> None:
    """Assert that the effect is there, and is that of the whole model within twice the margin."""
    assert falsified.effect().high < -0.1, falsified.effect()
    assert falsified.effect("reversed").high < 0.0, falsified.effect("reversed")
    more = excess(falsified, whole, level=0.9)
    assert more.low > -2.0 * MARGIN, more
    assert more.high < 2.0 * MARGIN, more


@pytest.fixture(scope="module")
def whole() -> Arms:
    return Arms({})


def test_positive_control_the_whole_model_shows_the_effect(whole: Arms) -> None:
    for outcome in ("restricted", "reversed", "severity"):
        assert whole.effect(outcome).high < -0.1, (outcome, whole.effect(outcome))


def replace_polls(monkeypatch: pytest.MonkeyPatch, answers: Any) -> None:
    """Replace the shares of every poll report: answers(state, role, shares)."""
    asked = agenda.ask

    def replaced(state: WorldState, role: str, *rest: Any, **options: Any) -> PollReport:
        report = asked(state, role, *rest, **options)
        return report._replace(shares=answers(state, role, report.shares))

    for module in (agenda, platforms):
        monkeypatch.setattr(module, "ask", replaced)


def test_polls_replaced_by_noise_leave_exactly_no_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    """Noise is independent of exposure; elections, prices and courts are kept from the parties' decisions."""

    def noise(state: WorldState, role: str, shares: tuple[float, ...]) -> tuple[float, ...]:
        draws = [state.draws.normal(f"noise in polls {role}", k, state.month) for k in range(len(shares))]
        return tuple([0.5 + 0.05 * draw for draw in draws])

    assert not Arms(ELECTIONS_APART, 50).equal(*TermOutcomes._fields), "the settings alone do not close the effect"
    replace_polls(monkeypatch, noise)
    noisy = Arms(ELECTIONS_APART)
    assert noisy.equal(*TermOutcomes._fields)
    assert not noisy.equal("vote_share_end"), "holders vote on their stakes"
    assert noisy.mean("attempted") > 0.2


def test_answers_shuffled_among_the_moves_leave_little_of_the_effect(
    monkeypatch: pytest.MonkeyPatch, whole: Arms
) -> None:
    """Parties read the answer about another move of the same poll, so nothing says which move costs votes.

    Respondents' stakes are not shuffled: a sum over respondents does not change by that (see the permuted holdings).
    Holders still make some answers worse, which adds churn: what remains is below half of the effect,
    and below a quarter of the effect on restrictions.
    """

    def shuffled(state: WorldState, role: str, shares: tuple[float, ...]) -> tuple[float, ...]:
        draws = [state.draws.uniform(f"shuffled answers {role}", k, state.month) for k in range(len(shares))]
        return tuple([shares[k] for k in np.argsort(draws)])

    replace_polls(monkeypatch, shuffled)
    arms = Arms({})
    assert excess(arms, whole).low > 0.15, excess(arms, whole)
    assert arms.effect().low > 0.5 * whole.effect().estimate, arms.effect()
    assert arms.effect("restricted").low > 0.25 * whole.effect("restricted").estimate, arms.effect("restricted")


@pytest.fixture
def negated(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Turn the sign of the solved weight of a threatened loss."""
    solve = derived.solve_vote_effect

    def turned(parameters: Parameters) -> Any:
        effect = solve(parameters)
        assert effect.loss_weight > 0.0
        return effect._replace(loss_weight=-effect.loss_weight)

    derived.derive.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(derived, "solve_vote_effect", turned)
        yield
    derived.derive.cache_clear()


def test_a_negated_loss_weight_turns_the_sign(negated: None) -> None:
    """Holders who vote for their loss draw restrictions to them."""
    arms = Arms({})
    for outcome in ("restricted", "reversed", "severity"):
        assert arms.effect(outcome).low > 0.0, (outcome, arms.effect(outcome))


def replace_population(monkeypatch: pytest.MonkeyPatch, change: Any) -> None:
    """Change every population after it is built: change(electorate, draws)."""
    build = builder.build_population

    def changed(parameters: Parameters, draws: Draws) -> Electorate:
        electorate = build(parameters, draws)
        change(electorate, draws)
        return electorate

    monkeypatch.setattr(builder, "build_population", changed)


def test_holders_who_never_vote_have_exactly_no_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    """In both arms, those who hold with exposure never turn out, so that arms differ in their holdings alone."""

    def silence(electorate: Electorate, draws: Draws) -> None:
        holders = electorate.exposure_order[: round(BREADTH * len(electorate))]
        electorate.fixed[TURNOUT_PRESIDENTIAL, holders] = electorate.fixed[TURNOUT_MIDTERM, holders] = -1e4

    replace_population(monkeypatch, silence)
    arms = Arms({"channels.price_impact": False, "channels.reliance": False})
    assert arms.equal(*TermOutcomes._fields, *VOTES)
    assert arms.mean("attempted") > 0.2


def test_holdings_permuted_among_voters_have_the_same_effect(monkeypatch: pytest.MonkeyPatch, whole: Arms) -> None:
    """Other persons with an account hold; arms without exposure do not change."""

    def permute(electorate: Electorate, draws: Draws) -> None:
        able = int((electorate.fixed[ELIGIBLE] > 0.0).sum())
        order = electorate.exposure_order
        order[:able] = order[:able][np.argsort(draws.uniforms("permuted holdings", able))]

    replace_population(monkeypatch, permute)
    arms = Arms({})
    stays(arms, whole)
    assert [zero for zero, _ in arms.rows] == [zero for zero, _ in whole.rows]


def test_without_price_impact_the_effect_stays(whole: Arms) -> None:
    stays(Arms({"channels.price_impact": False}), whole)


def test_with_half_yearly_decisions_the_effect_stays(monkeypatch: pytest.MonkeyPatch, whole: Arms) -> None:
    """Half as many decisions make fewer attempts, with and without exposure."""
    for module in (agenda, platforms, fast_forward):
        monkeypatch.setattr(module, "QUARTER", 6)
    arms = Arms({})
    assert arms.mean("attempted") < whole.mean("attempted")
    assert arms.effect().high < -0.1, arms.effect()
    assert arms.effect().estimate < 0.5 * whole.effect().estimate
    assert arms.effect("reversed").high < 0.0


def test_eight_thousand_voters_have_the_effect_of_one_thousand(whole: Arms) -> None:
    """Within the errors: the two populations are other people."""
    large = Arms({"electorate.voters": 8000}, 120)
    for outcome in ("restricted", "reversed", "severity"):
        effects = (large.effect(outcome), whole.effect(outcome))
        error = np.hypot(*(effect.monte_carlo_error for effect in effects))
        assert large.effect(outcome).high < 0.0
        assert abs(effects[0].estimate - effects[1].estimate) < 2.6 * error, (outcome, effects)


def test_in_a_plain_logit_the_effect_keeps_its_sign(whole: Arms) -> None:
    arms = Arms({"party.nest_dissimilarity": 1.0})
    assert arms.rows != whole.rows
    for outcome in ("restricted", "reversed", "severity"):
        assert arms.effect(outcome).high < 0.0, (outcome, arms.effect(outcome))


def test_without_attention_to_hypothetical_threats_the_effect_shrinks(whole: Arms) -> None:
    """Respondents then judge each move with the attention of today: the effect is nearer to 0, and still there."""
    arms = Arms({"polls.hypothetical_attention": 0.0})
    assert excess(arms, whole).low > 0.0, excess(arms, whole)
    assert arms.effect().high < 0.0, arms.effect()


UNTOUCHABLE = {"opinion.believed_price_fall": 0.0, "opinion.believed_sale_loss": 0.0}
"""Nobody expects a restriction to cost holders anything."""


def test_an_asset_that_policy_cannot_touch_has_no_effect() -> None:
    """Where a threat is a believed loss, its holders stay calm; version one, a fall in openness, alarmed them."""
    believed = {**UNTOUCHABLE, "opinion.threat_from": "believed-loss"}
    calm = Arms(believed)
    for outcome in ("restricted", "reversed", "severity"):
        effect = calm.effect(outcome, level=0.9)
        assert effect.low > -MARGIN, (outcome, effect)
        assert effect.high < MARGIN, (outcome, effect)
    alarmed = Arms({**VERSION_ONE.values, **UNTOUCHABLE})
    more = excess(Arms({**VERSION_ONE.values, **believed}), alarmed, "reversed")
    assert more.low > 0.0, more
