"""One replicate, looked at closely: every arm's outcomes and what happened when."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ...model.fast_forward import advance
from ..protocols.history.run import run_history
from ..protocols.history.summary import design_of
from ..protocols.stress_test.design import arm_list
from ..protocols.stress_test.run import friendly_term, on_layer, run_replicate, takeover, with_dose
from ..studies.from_options import Request

if TYPE_CHECKING:
    from ..studies.from_options import Request

_SHOWN = ("attempted", "restricted", "reversed", "withdrawn", "court", "severity", "mean_policy", "gap")


def one_replicate(request: Request, replicate: int, form: str = "table") -> str:
    """Outcomes of every arm of one replicate, and the events of its opposed term; rows equal the study's rows."""
    result = run_replicate(request.parameters, request.design, request.seed, replicate)
    if form == "json":
        return json.dumps({"runs": result.runs, "cycles": result.cycles}, indent=2)
    lines = [f"replicate {replicate}, seed {request.seed}, preset {request.preset}"]
    lines.append(f"{'arm':<22}" + "".join(f"{name:>12}" for name in _SHOWN))
    for row in result.runs:
        cells = "".join(
            f"{row[name]:>12.3f}" if isinstance(row[name], float) else f"{row[name]:>12}" for name in _SHOWN
        )
        lines.append(f"{row['arm']:<22}{cells}")
    arms = {arm.name: arm for arm in arm_list(request.parameters, request.design)}
    zero = friendly_term(with_dose(request.parameters, 0.0, request.design.visibilities[0]), request.seed, replicate)
    lines += ["", "What the opposed government did, in months after takeover:"]
    for name in arms:
        arm = arms[name]
        past = friendly_term(with_dose(request.parameters, arm.breadth, arm.visibility), request.seed, replicate)
        past = past if arm.layer == request.parameters.policy.layer else on_layer(past, arm.layer)
        world = takeover(past, "opponent", zero)
        advance(world, request.parameters.institutions.term_months)
        start = request.parameters.institutions.term_months
        told = [
            f"{e.month - start} {e.kind}{f' {e.move}' * bool(e.move)} ({e.instrument})"
            for e in world.events
            if e.month >= start
        ]
        lines.append(f"{name:<22}" + ("; ".join(told) if told else "nothing"))
    return "\n".join(lines)


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


def one_history(request: Request, replicate: int, form: str = "table") -> str:
    """Every term of every arm of one replicate; rows equal the study's rows."""
    design = design_of(request)
    result = run_history(request.parameters, design, request.seed, replicate)
    if form == "json":
        return json.dumps({"runs": result.runs, "cycles": result.cycles}, indent=2)
    lines = [f"replicate {replicate}, seed {request.seed}, preset {request.preset}, history of {design.cycles} terms"]
    lines.append(
        f"{'arm':<16}{'term':>5}{'in office':>11}{'A before':>10}" + "".join(f"{n:>13}" for n in _SHOWN_OF_HISTORY)
    )
    for row in result.cycles:
        cells = "".join(
            f"{v:>13.3f}" if isinstance(v := row[name], float) else f"{v:>13}" for name in _SHOWN_OF_HISTORY
        )
        lines.append(f"{row['arm']:<16}{row['number']:>5}{row['role']:>11}{row['inherited_policy']:>10.3f}{cells}")
    lines += ["", "How the friendly policy first ended, in months since January 2025 and months under the opponent:"]
    for row in result.runs:
        lines.append(f"{row['arm']:<16}{row['cause']} ({row['calendar_months']}, {row['opportunity_months']})")
    return "\n".join(lines)
