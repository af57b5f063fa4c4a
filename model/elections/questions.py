"""What a poll question asks of voters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from ...agents.electorate.opinion.parameters import OpinionParameters
from ...agents.perception import Stand
from ..identity_cache import by_identity
from ..parameters.tree import Parameters
from .vote_effect import feared_size


def threat_of(stands: Sequence[Stand], openness: float) -> float:
    """Largest relative fall in openness that any of the stands means, in [0, 1] (ODD: threat_of)."""
    lowest = min([stand.openness for stand in stands])
    return (openness - lowest) / openness if lowest < openness and openness > 0.0 else 0.0


def relieved_size(p: Parameters, backstop: float) -> float:
    """Part of the prospect value of a loss that a backstop of a share of losses takes away (ODD: relieved_size)."""
    return 1.0 - float((1.0 - backstop) ** p.opinion.curvature)


@by_identity
def _judged(opinion: OpinionParameters) -> Callable[[float, Stand, Stand], tuple[float, ...]]:
    """A question as far as it hangs on openness and the stands of R and D; all arms ask about the same pairs for years.

    What is feared of a stand and what it relieves depends on no other group of parameters.
    """
    p = Parameters().model_copy(update={"opinion": opinion})

    @lru_cache(maxsize=4096)
    def judged(now: float, r: Stand, d: Stand) -> tuple[float, ...]:
        feared_r = feared_size(p, now, r.openness, r.forced, r.protected)
        feared_d = feared_size(p, now, d.openness, d.forced, d.protected)
        threat = threat_of((r, d), now)
        return (
            r.openness,
            d.openness,
            feared_r,
            feared_d,
            threat,
            relieved_size(p, r.backstop),
            relieved_size(p, d.backstop),
        )

    return judged
