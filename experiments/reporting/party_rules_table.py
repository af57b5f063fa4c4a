"""`moat run --rules all`: the primary contrast under every registered party rule, sticker as the control."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...agents.party.rules import RULES
from ..errors import UserError
from ..statistics.intervals import PairedDifference, paired_risk_difference

if TYPE_CHECKING:
    from ..studies.from_options import Request
    from ..sweeps.outcome import Outcome

OUTCOMES = ("attempted", "restricted", "reversed")
_HEAD = f"{'rule':<16}{'n':>6}{'P(rev|0)':>10}{'RD attempted':>27}{'RD restricted':>27}{'RD reversed':>27}"


def rule_requests(request: Request, breadth: float) -> Iterator[tuple[str, Request]]:
    """The request under every rule, on the zero-exposure arm and the declared dose alone."""
    if request.protocol != "stress":
        raise UserError("--rules all belongs to the stress test; give one rule for a history")
    design = request.design._replace(breadths=(0.0, breadth), layers=(), returning=False)
    for rule in sorted(RULES):
        yield rule, replace(request, parameters=request.parameters.with_values({"party.rule": rule}), design=design)


def responsive(rule: str) -> bool:
    """Whether a rule listens to voters at all: through polls, opinion or memory. One that does not is a control."""
    kind = RULES[rule]
    return kind.heeds_polls or kind.needs_opinion or kind.remembers


def contrast(outcome: Outcome, visibility: float, event: str) -> PairedDifference:
    """Paired risk difference of one outcome at one visibility."""
    frame = outcome.frame.sort_values("replicate")
    dose = frame[(frame["breadth"] > 0.0) & (frame["visibility"] == visibility)]
    zero = frame[frame["breadth"] == 0.0]
    return paired_risk_difference(dose[event].to_numpy(), zero[event].to_numpy())


def _cell(found: PairedDifference) -> str:
    return f"{found.estimate:+.3f} [{found.low:+.3f}, {found.high:+.3f}]"


def rules_text(outcomes: dict[str, Outcome], breadth: float, folder: Path) -> str:
    """The table of rules, one panel per visibility, and whether the headline survives the other rules."""
    request = next(iter(outcomes.values())).request
    lines = [
        f"political-moat: preset {request.preset}, every party rule, b = {breadth:g} against 0, seed {request.seed}, "
        f"{request.parameters.electorate.voters:,} voters. A laboratory, not a forecast and not advice."
    ]
    for visibility in request.design.visibilities:
        lines += ["", f"v = {visibility:g}", _HEAD]
        lower = []
        for rule, outcome in outcomes.items():
            cells = {event: contrast(outcome, visibility, event) for event in OUTCOMES}
            found = cells["reversed"]
            lines.append(
                f"{rule:<16}{found.n:>6}{found.control:>10.3f}"
                + "".join(f"{_cell(cells[event]):>27}" for event in OUTCOMES)
            )
            if responsive(rule) and found.high < 0.0:
                lower.append(rule)
        others = [rule for rule in outcomes if responsive(rule)]
        named = f" ({', '.join(lower)})" if lower else ""
        lines.append(f"Reversal falls, interval below 0, under {len(lower)} of {len(others)} responsive rules{named}.")
    lines += ["", "sticker does not heed polls: what moves there is Congress, not deterrence.", f"Files: {folder}/RULE"]
    return "\n".join(lines)
