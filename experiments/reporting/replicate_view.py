"""One replicate, looked at closely: every arm's outcomes and what happened when."""

from __future__ import annotations

import json

from ..protocols.arms import arm_list
from ..protocols.stress_test.run import friendly_term, on_layer, run_replicate, takeover, with_dose
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
        world.advance(request.parameters.institutions.term_months)
        start = request.parameters.institutions.term_months
        told = [
            f"{e.month - start} {e.kind}{f' {e.move}' * bool(e.move)} ({e.instrument})"
            for e in world.events
            if e.month >= start
        ]
        lines.append(f"{name:<22}" + ("; ".join(told) if told else "nothing"))
    return "\n".join(lines)
