"""One replicate in detail: every arm's outcomes and dated events, for `moat run --replicate`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...model.calendar import date_of
from ...model.fast_forward import advance
from ..protocols.arms import ReplicateResult
from ..protocols.outcome_names import printed_name
from ..protocols.run_inputs import NO_INPUTS, RunInputs
from .text.wording import wrapped

if TYPE_CHECKING:
    from ...model.parameters.tree import Parameters
    from ...model.state import WorldState
    from ..protocols.history.design import HistoryDesign
    from ..protocols.stress_test.design import StressDesign
    from ..protocols.stress_test.run import Events

_OF_THE_ARM = ("replicate", "seed", "arm")
_SHOWN = ("attempted", "restricted", "neutral", "reversed", "severity", "lasting_openness", "gap")
_HEADS = {"reversed": "extreme_care", "lasting_openness": "lasting_A"}


def replicate_rows(
    result: ReplicateResult, form: str, preset: str, seed: int, replicate: int, inputs: RunInputs = NO_INPUTS
) -> str:
    """Return the rows of a replicate: each arm with its columns, or everything as JSON."""
    if form == "json":
        return json.dumps({"runs": result.runs, "cycles": result.cycles}, indent=2)
    lines = [f"replicate {replicate}, seed {seed}, preset {preset}", *dated_lines(inputs)]
    for row in result.runs:
        lines.append(str(row["arm"]))
        lines += [f"  {name:<30} {value}" for name, value in row.items() if name not in _OF_THE_ARM]
    return "\n".join(lines)


def dated_lines(inputs: RunInputs) -> list[str]:
    """Return a line for each dated event of a study, with its date; none without events."""
    if not inputs.events:
        return []
    lines = ["Dated events:"]
    for event in inputs.events:
        what = event.move or ", ".join(f"{name} = {value}" for name, value in event.values)
        arms = f" (arms {', '.join(event.arms)})" if event.arms else ""
        lines.append(f"  {date_of(event.month)}, month {event.month}: {what}{arms}")
    return lines


def stress_replicate(
    p: Parameters,
    design: StressDesign,
    seed: int,
    replicate: int,
    preset: str,
    form: str = "table",
    inputs: RunInputs = NO_INPUTS,
) -> str:
    """Return the outcomes of every arm of one replicate, and the events of its opposed term."""
    from ..protocols.stress_test.design import arm_list
    from ..protocols.stress_test.run import friendly_term, on_layer, run_replicate, takeover, with_dose, with_foresight

    result = run_replicate(p, design, seed, replicate, inputs)
    if form == "json":
        return replicate_rows(result, form, preset, seed, replicate)
    lines = [f"replicate {replicate}, seed {seed}, preset {preset}", *dated_lines(inputs)]
    lines.append(f"{'arm':<24}{_heads(_SHOWN)}")
    lines += [f"{row['arm']:<24}{_cells(row, _SHOWN)}" for row in result.runs]
    zeros: dict[tuple[float | None, Events], WorldState] = {}
    population = inputs.population(p, seed, replicate)
    lines += ["", "What the opposed government did, in months after takeover:"]
    term = p.institutions.term_months
    for arm in arm_list(p, design):
        p_arm = with_foresight(p, arm.foresight)
        events = inputs.events_of(arm.name)
        if (arm.foresight, events) not in zeros:
            p_zero = with_dose(p_arm, 0.0, design.visibilities[0])
            zeros[arm.foresight, events] = friendly_term(p_zero, seed, replicate, population, None, inputs, events)
        zero = zeros[arm.foresight, events]
        p_dose = with_dose(p_arm, arm.breadth, arm.visibility)
        past = friendly_term(p_dose, seed, replicate, population, zero, inputs, events)
        past = past if arm.layer == p.policy.layer else on_layer(past, arm.layer)
        world = takeover(past, "opponent", zero)
        advance(world, term)
        noted = [
            f"{e.month - term} {e.kind}{f' {e.move}' * bool(e.move)} ({e.instrument})"
            for e in world.events
            if e.month >= term
        ]
        lines += wrapped(f"{arm.name:<24}" + ("; ".join(noted) if noted else "nothing"), hang=24)
    return "\n".join(lines)


def _heads(names: Sequence[str]) -> str:
    return "".join(f"{_HEADS.get(name, name):>{_width(name)}}" for name in names)


def _cells(row: Mapping[str, Any], names: Sequence[str]) -> str:
    return "".join(
        f"{row[name]:>{_width(name)}.3f}" if isinstance(row[name], float) else f"{row[name]:>{_width(name)}}"
        for name in names
    )


def _width(name: str) -> int:
    return max(len(_HEADS.get(name, name)) + 2, 8)


_SHOWN_OF_HISTORY = (
    "attempted",
    "restricted",
    "reversed",
    "withdrawn",
    "court",
    "severity",
    "final_policy",
    "vote_share",
)


def history_replicate(
    p: Parameters,
    design: HistoryDesign,
    seed: int,
    replicate: int,
    preset: str,
    form: str = "table",
    inputs: RunInputs = NO_INPUTS,
) -> str:
    """Return every term of every arm of one replicate; rows equal the study's rows."""
    from ..protocols.history.run import run_history

    result = run_history(p, design, seed, replicate, inputs)
    if form == "json":
        return replicate_rows(result, form, preset, seed, replicate)
    head = f"replicate {replicate}, seed {seed}, preset {preset}, history of {design.cycles} terms"
    lines = [head, *dated_lines(inputs)]
    lines.append(f"{'arm':<14}{'term':>4} {'in office':<9}{'A before':>9}{_heads(_SHOWN_OF_HISTORY)}")
    for row in result.cycles:
        cells = _cells(row, _SHOWN_OF_HISTORY)
        lines.append(f"{row['arm']:<14}{row['number']:>4} {row['role']:<9}{row['inherited_policy']:>9.3f}{cells}")
    lines += ["", "How the friendly policy first ended, in months since January 2025 and months under the opponent:"]
    for row in result.runs:
        lines.append(
            f"{row['arm']:<16}{printed_name(row['cause'])} ({row['calendar_months']}, {row['opportunity_months']})"
        )
    return "\n".join(lines)
