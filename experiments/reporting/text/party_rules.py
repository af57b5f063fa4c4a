"""`moat run --rules all`: the primary contrast under every registered party rule, with sticker as the control."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ....agents.party.rules import RULES
from ...protocols.contract import Finished
from ...protocols.outcome_names import OUTCOME_NAMES, printed_name
from ...statistics.intervals import PairedDifference, paired_risk_difference
from .wording import NOTICE, wrapped

OUTCOMES = ("attempted", "restricted", "reversed")
_HEAD = f"{'rule':<14}{'n':>5}{'P(care)':>8}" + "".join(f"{f'RD {printed_name(name)}':>24}" for name in OUTCOMES)


def responsive(rule: str) -> bool:
    """Return whether a rule uses polls, opinion or memory. A rule that uses none of them is a control."""
    kind = RULES[rule]
    return kind.heeds_polls or kind.needs_opinion or kind.remembers


def contrast(finished: Finished, visibility: float, event: str) -> PairedDifference:
    """Return the paired risk difference of one outcome at one visibility."""
    frame = finished.runs.sort_values("replicate")
    dose = frame[(frame["breadth"] > 0.0) & (frame["visibility"] == visibility)]
    zero = frame[frame["breadth"] == 0.0]
    return paired_risk_difference(dose[event].to_numpy(), zero[event].to_numpy())


def _cell(difference: PairedDifference) -> str:
    return f"{difference.estimate:+.3f} [{difference.low:+.3f}, {difference.high:+.3f}]"


def rules_text(studies: Mapping[str, Finished], breadth: float, folder: Path) -> str:
    """Return the table of rules, a panel per visibility, and the number of rules with fewer returns to extreme care."""
    first = next(iter(studies.values()))
    answer, tables = [], []
    for visibility in first.design.visibilities:
        tables += ["", f"v = {visibility:g}, b = {breadth:g} against 0", _HEAD]
        lower = []
        for rule, finished in studies.items():
            differences = {event: contrast(finished, visibility, event) for event in OUTCOMES}
            care = differences["reversed"]
            tables.append(
                f"{rule:<14}{care.n:>5}{care.control:>8.3f}"
                + "".join(f"{_cell(differences[event]):>24}" for event in OUTCOMES)
            )
            if responsive(rule) and care.high < 0.0:
                lower.append(rule)
        others = [rule for rule in studies if responsive(rule)]
        named = f" ({', '.join(lower)})" if lower else ""
        answer.append(
            f"At v = {visibility:g} P({printed_name('reversed')}) falls (95% interval below 0) under {len(lower)} of "
            f"{len(others)} responsive rules{named}."
        )
    notes = [
        "",
        f"P(care): {printed_name('reversed')} at zero exposure: {OUTCOME_NAMES['reversed'].level}.",
        "RD: risk difference, with its 95% interval. sticker ignores polls: under it only Congress can respond.",
        f"Preset {first.preset}, {first.parameters.electorate.voters:,} voters, seed {first.seed}. {NOTICE}",
    ]
    lines = [piece for line in (*answer, *tables, *notes) for piece in wrapped(line)]
    return "\n".join([*lines, f"Files: {folder}/RULE"])
