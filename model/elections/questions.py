"""Poll questions: threat, feared loss and relief of two stands."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from ...agents.electorate.opinion.parameters import OpinionParameters
from ...agents.perception import Stand
from ..parameters.tree import Parameters
from .vote_effect import believed_loss, feared_size


def threat_of(stands: Sequence[Stand], openness: float, opinion: OpinionParameters) -> float:
    """Return the largest threat of any of the stands to a holding, in [0, 1] (ODD: threat_of).

    By opinion.threat_from: the relative fall in openness, or the loss voters expect over the loss that alarms them.
    """
    if opinion.threat_from == "believed-loss":
        losses = [believed_loss(opinion, openness, stand.openness, stand.forced, stand.protected) for stand in stands]
        return min(1.0, max(0.0, *losses) / opinion.alarming_loss)
    lowest = min([stand.openness for stand in stands])
    return (openness - lowest) / openness if lowest < openness and openness > 0.0 else 0.0


def relieved_size(p: Parameters, backstop: float) -> float:
    """Return the part of a loss's prospect value that a backstop of a share of losses removes (ODD: relieved_size)."""
    return 1.0 - float((1.0 - backstop) ** p.opinion.curvature)


class Questions:
    """Rows of the kernel's question table under one group of opinion parameters.

    Rows are cached: arms ask about the same pairs of stands for years, and computing every row takes a tenth of a run.
    """

    def __init__(self, opinion: OpinionParameters) -> None:
        """Keep the opinion parameters; the feared and the relieved loss depend on no other group."""
        self._parameters = Parameters().model_copy(update={"opinion": opinion})
        self.row = lru_cache(maxsize=4096)(self._row)

    def _row(self, now: float, r: Stand, d: Stand) -> tuple[float, ...]:
        p = self._parameters
        return (
            r.openness,
            d.openness,
            feared_size(p, now, r.openness, r.forced, r.protected),
            feared_size(p, now, d.openness, d.forced, d.protected),
            threat_of((r, d), now, p.opinion),
            relieved_size(p, r.backstop),
            relieved_size(p, d.backstop),
        )
