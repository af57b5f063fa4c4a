"""One replicate of the back-test: every case under every variant, on common draws."""

from __future__ import annotations

from typing import Any

from ....model.fast_forward import advance
from ....model.parameters.tree import Parameters
from ....model.record import Month
from ....model.state import WorldState
from ..arms import ReplicateResult
from ..run_inputs import NO_INPUTS, RunInputs
from ..stress_test.run import Events, friendly_term, takeover
from ..term_outcomes import FALL, LASTING, TOLERANCE, lasting_start
from .design import BacktestDesign, Setting, settings_of


def run_backtest(
    preset: Parameters, design: BacktestDesign, seed: int, replicate: int, inputs: RunInputs = NO_INPUTS
) -> ReplicateResult:
    """Run every arm of one replicate; rows by case, then variant.

    Arms whose parameters, Congress, horizon and dated events are equal run once: an outcome is a function of these and
    the draws.
    """
    known: dict[tuple[Any, ...], tuple[dict[str, Any], list[Month]]] = {}
    rows, records = [], {}
    for name, setting in settings_of(preset, design).items():
        events = inputs.events_of(name)
        same = (setting.parameters, setting.congress, setting.horizon, events)
        if same not in known:
            world = opposed_world(setting, seed, replicate, inputs, events)
            known[same] = (_outcomes(world, setting), world.record)
        names = {"arm": name, "case": setting.case, "variant": setting.variant}
        outcomes, records[name] = known[same]
        rows.append({"replicate": replicate, "seed": seed, **names, **outcomes})
    return ReplicateResult(rows, [], records)


def outcomes_of(setting: Setting, seed: int, replicate: int) -> dict[str, Any]:
    """Run one setting and measure it."""
    return _outcomes(opposed_world(setting, seed, replicate), setting)


def opposed_world(
    setting: Setting, seed: int, replicate: int, inputs: RunInputs = NO_INPUTS, events: Events = ()
) -> WorldState:
    """Run the friendly term, whose last election the opponent wins, then the months of the horizon."""
    past = friendly_term(setting.parameters, seed, replicate, inputs=inputs, events=events)
    opposed = takeover(past, "opponent", past)
    opposed.elected_congress = setting.congress
    advance(opposed, setting.horizon + LASTING - 1)
    return opposed


def _outcomes(world: WorldState, setting: Setting) -> dict[str, Any]:
    return measure(world, world.parameters.institutions.term_months, setting.horizon)


def measure(world: WorldState, start: int, horizon: int) -> dict[str, Any]:
    """Return the outcomes of the months from `start` on.

    restricted: openness at least .10 lower for six months in a row, the first of them within the horizon. The record
    dates a reversal by the month in which it takes effect, so the six months may end after the horizon.
    """
    months = [month for month in world.record if month.month >= start]
    events = [event for event in world.events if start <= event.month < start + horizon]
    initial = next(month.openness for month in reversed(world.record) if month.month < start)
    fallen = lasting_start([month.openness <= initial - FALL + TOLERANCE for month in months])
    return {
        "restricted": int(fallen >= 0),
        "months_to_restriction": fallen,
        "attempted": int(any(event.kind == "docketed" and event.restrictive for event in events)),
        "voided": int(any(event.kind == "voided" for event in events)),
        "vacated": int(any(event.kind == "vacated" for event in events)),
        "lapsed": int(any(event.kind == "lapsed" and event.restrictive for event in events)),
        "lowest_openness": min(month.openness for month in months[:horizon]),
    }
