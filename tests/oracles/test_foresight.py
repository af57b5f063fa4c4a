"""The projection of a poll against the months themselves, in a world in which nothing else happens."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pytest

from political_moat.agents.perception import Option
from political_moat.agents.regulator.docket import stage_count
from political_moat.experiments.protocols.stress_test.run import friendly_term, takeover
from political_moat.model.elections.projection import HALF, item_of, months_to_election
from political_moat.model.fast_forward import advance
from political_moat.model.parameters.tree import Parameters
from political_moat.model.phases import polling
from political_moat.model.phases.agenda import available_options
from political_moat.model.phases.pipeline import open_docket
from political_moat.model.policy.menu import restrictive
from political_moat.model.schedule import PHASES
from political_moat.model.state import WorldState

STILL = {
    "electorate.voters": 1000,
    "polls.respondents": 1000,
    "polls.foresight": 1.0,
    "polls.binary": False,
    "exposure.breadth": 0.3,
    "market.btc_log_mean_monthly": 0.0,
    "market.btc_log_sd_monthly": 0.0,
    "market.flow_multiplier": 0.0,
    "elections.valence_level_sd": 0.0,
    "elections.economy_sd": 0.0,
    "elections.incumbent_running_bonus": 0.0,
    "elections.duration_penalty": 0.0,
    "regulator.suit_probability": 0.0,
    "party.platform_gate": 0.0,
}
"""A constant price, no level shock, no courts, no reaction of the rival; everybody's probabilities are added up."""
PEAK = 2.0
"""The coin's peak over its price, so that a fall awakens the opposed all the time."""
SETTINGS: dict[str, dict[str, Any]] = {
    "version one": {"opinion.opposed_share": 0.0, "opinion.threat_from": "openness"},
    "opposed voters": {"opinion.opposed_share": 0.3, "opinion.threat_from": "openness"},
    "believed loss": {
        "opinion.opposed_share": 0.0,
        "opinion.threat_from": "believed-loss",
        "opinion.alarming_loss": 0.6,
        "exposure.grandfathering": 0.2,
    },
}
SETTINGS["both"] = {**SETTINGS["believed loss"], "opinion.opposed_share": 0.3}
UNOPPOSED = {name: name for name in SETTINGS} | {"opposed voters": "version one", "both": "believed loss"}
"""The same settings without opposed voters."""


@lru_cache(maxsize=10)
def at_decision(months: int, trend: float = 0.0, setting: str = "version one") -> WorldState:
    """The opposed government's month of decision so many months after the takeover, before it decides."""
    p = Parameters().with_values({**STILL, **SETTINGS[setting], "market.btc_log_mean_monthly": trend})
    past = friendly_term(p, 1, 0)
    world = takeover(past, "opponent", past)
    world.market = world.market._replace(peak=PEAK * world.market.price)
    world.released = False
    advance(world, months)
    for phase in PHASES[:8]:
        phase.run(world)
    return world


def option_of(world: WorldState, name: str) -> Option:
    return next(option for option in available_options(world) if option.name == name)


def real_share(world: WorldState, option: Option, delay: int) -> float:
    """The government's share at the next presidential election, with an option that takes effect after the delay."""
    twin, months = world.fork(), months_to_election(world)
    if option.name != "hold":
        open_docket(twin, option, restrictive(option, twin.openness))
        assert twin.docket is not None
        last = stage_count(option.instrument, twin.parameters.regulator) - 1
        twin.docket = twin.docket._replace(stage=last, due=float(twin.month + delay))
    for phase in PHASES[8:]:
        phase.run(twin)
    twin.month += 1
    advance(twin, months)
    return 1.0 - twin.results[-1].author_share


def projected_share(world: WorldState, option: Option, delay: int, monkeypatch: pytest.MonkeyPatch) -> float:
    """The share that the poll projects if the delay is known."""
    item = item_of(world, option)
    if item is not None:
        item = item._replace(months=delay - HALF, stages=0, risk=0.0)
    monkeypatch.setattr(polling, "_items", lambda *_: [item])
    pairs = [(world.stand("author"), option.stand)]
    return polling.ask(world, "opponent", pairs, items=[option]).shares[0]


def costs(world: WorldState, name: str, delay: int, monkeypatch: pytest.MonkeyPatch) -> tuple[float, float]:
    """Real and projected change of the share against hold, in points."""
    option, hold = option_of(world, name), option_of(world, "hold")
    real = real_share(world, option, delay) - real_share(world, hold, 0)
    projected = projected_share(world, option, delay, monkeypatch) - projected_share(world, hold, 0, monkeypatch)
    return 100.0 * real, 100.0 * projected


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("months", [3, 27])
@pytest.mark.parametrize("delay", [2, 9, 18, 60])
@pytest.mark.parametrize("move", ["close", "cap", "warn", "loosen"])
def test_the_projected_cost_of_a_move_is_the_real_one(
    move: str, delay: int, months: int, setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, projected = costs(at_decision(months, setting=setting), move, delay, monkeypatch)
    assert projected == pytest.approx(real, rel=0.015, abs=5e-4)


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("months", [3, 27])
@pytest.mark.parametrize("delay", [2, 9, 18, 60])
def test_the_projected_cost_of_a_forced_sale_is_the_real_one(
    delay: int, months: int, setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # While a holding is sold off, one mean holding stands for its attention: up to a tenth too much of what holders
    # cost, and until its end the holding silences: up to a fiftieth of what the opposed add, who may favour the move.
    real, projected = costs(at_decision(months, setting=setting), "prohibit", delay, monkeypatch)
    of_holders = costs(at_decision(months, setting=UNOPPOSED[setting]), "prohibit", delay, monkeypatch)[0]
    assert projected == pytest.approx(real, abs=0.1 * abs(of_holders) + 0.02 * abs(real - of_holders))
    assert abs(of_holders) > 0.02


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("platform", [0.75, 0.2])
def test_hold_is_projected_exactly(setting: str, platform: float, monkeypatch: pytest.MonkeyPatch) -> None:
    world = against_a_platform(platform, setting)
    hold = option_of(world, "hold")
    assert projected_share(world, hold, 0, monkeypatch) == pytest.approx(real_share(world, hold, 0), abs=2e-6)


def against_a_platform(platform: float, setting: str) -> WorldState:
    """The month of decision of a government whose rival has just announced another platform."""
    world = at_decision(27, setting=setting).fork()
    world.parties["author"].platform = platform
    return world


@pytest.mark.parametrize("setting", ["opposed voters", "believed loss"])
def test_positive_control_the_vote_to_be_projected_depends_on_the_setting(setting: str) -> None:
    worlds = [against_a_platform(0.2, name) for name in ("version one", setting)]
    shares = [real_share(world, option_of(world, "hold"), 0) for world in worlds]
    assert abs(shares[0] - shares[1]) > 1e-4


@pytest.mark.parametrize("trend", [0.02, -0.01])
@pytest.mark.parametrize("move", ["prohibit", "close"])
def test_a_trend_of_the_price_is_foreseen(move: str, trend: float, monkeypatch: pytest.MonkeyPatch) -> None:
    real, projected = costs(at_decision(3, trend), move, 18, monkeypatch)
    assert projected == pytest.approx(real, rel=0.15)


def test_without_foresight_the_poll_overstates_what_a_prohibition_costs() -> None:
    world = at_decision(3)
    option, hold = option_of(world, "prohibit"), option_of(world, "hold")
    rival = world.stand("author")
    now = polling.present_shares(world, world.electorate, 0, 1000, [(rival, hold.stand), (rival, option.stand)], own=1)
    real = real_share(world, option, 18) - real_share(world, hold, 0)
    assert now[1] - now[0] < 1.5 * real < 0.0


def _unused(*_: Any) -> None:
    raise AssertionError("a poll without foresight projects nothing")


def test_without_foresight_nothing_is_projected(monkeypatch: pytest.MonkeyPatch) -> None:
    world = at_decision(3)
    blind_to_the_future = world.fork(world.parameters.with_values({"polls.foresight": 0.0}))
    pairs = [(world.stand("author"), option.stand) for option in available_options(world)]
    monkeypatch.setattr(polling, "projected_shares", _unused)
    shares = polling.ask(blind_to_the_future, "opponent", pairs).shares
    assert list(shares) == polling.present_shares(world, world.electorate, 17 * 1000 % 1000, 1000, pairs, own=1)
