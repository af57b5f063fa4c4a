"""First screen of `moat run`: the answer in three sentences, then one table of falls by depth and dose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...protocols.contract import Finished
from ...protocols.outcome_names import named_depths
from ...protocols.stress_test.contrasts import ContrastRow
from ...protocols.stress_test.dose_response import PRIMARY_BREADTH
from ...statistics.intervals import monte_carlo_error_of_proportion
from ...statistics.verdicts import MARGIN
from .contrasts import declared_rows, no_verdict
from .wording import NOTICE, SCREEN, collapsed, wrapped

if TYPE_CHECKING:
    import pandas as pd

_SIDES = {
    "moat": f"all below the margin of -{MARGIN:g}",
    "trapdoor": f"all above the margin of +{MARGIN:g}",
    "no effect of political size": f"all within the margin of {MARGIN:g}",
}
_OPEN = f"across a margin of {MARGIN:g}"
_LABEL, _CELL = 20, 15


def first_screen(finished: Finished, curve: pd.DataFrame, moves: pd.DataFrame) -> list[str]:
    """Return the answer in at most SCREEN columns: three sentences, the table, and what was run.

    curve, moves: depth.csv and moves.csv. At the defaults of `moat run` it fits a terminal of 24 lines.
    """
    sentences = [piece for sentence in _sentences(finished, moves) for piece in wrapped(sentence, SCREEN)]
    tail = [piece for line in setting_lines(finished) for piece in wrapped(line, SCREEN)]
    return [*sentences, "", *_table(finished, curve), *tail]


def setting_lines(finished: Finished) -> list[str]:
    """Return what was run, and the notice; a line each."""
    p, n = finished.parameters, finished.runs["replicate"].nunique()
    return [
        f"Preset {finished.preset}, rule {p.party.rule}, {p.electorate.voters:,} voters, {n} "
        f"pair{'s' * (n != 1)}, seed {finished.seed}.",
        f"f = 1: parties project polls. {NOTICE}",
    ]


def _sentences(finished: Finished, moves: pd.DataFrame) -> list[str]:
    foresight = finished.parameters.polls.foresight
    rows = [row for row in declared_rows(finished) if row.version == 2 and row.foresight == foresight]
    if not rows:
        return [no_verdict(finished)]
    visibility = rows[0].visibility
    primary, *others = (row for row in rows if row.visibility == visibility)
    seen = "in full view" if visibility == 1.0 else "partly visible"
    n = finished.runs["replicate"].nunique()
    first = (
        f"{_word(primary)}: with {PRIMARY_BREADTH:.0%} of voters holding crypto {seen} (b = {PRIMARY_BREADTH:g}, "
        f"v = {visibility:g}), policy goes {primary.outcome} in {primary.exposed:.3f} of {n} runs, in "
        f"{primary.at_zero:.3f} without exposure: {primary.difference:+.3f}, {100 * primary.level:.4g}% interval "
        f"{primary.low:+.3f} to {primary.high:+.3f}, {_SIDES.get(primary.verdict, _OPEN)}."
    )
    second = "; ".join(
        f"{row.outcome} {row.difference:+.3f} ({row.low:+.3f} to {row.high:+.3f}), {_word(row).lower()}"
        for row in others
    )
    third = [*_other_visibilities(rows, visibility), *_substitution(moves, foresight, visibility)]
    return [
        first + (f" {primary.note}" if primary.note else ""),
        f"Same level and margin: {second}.",
        f"{'; '.join(third)}.",
    ]


def _word(row: ContrastRow) -> str:
    return "Inconclusive" if row.verdict.startswith("inconclusive") else row.verdict.capitalize()


def _other_visibilities(rows: Sequence[ContrastRow], first: float) -> list[str]:
    """Return the verdicts at the other visibilities, in one clause for each."""
    clauses = []
    for visibility in dict.fromkeys(row.visibility for row in rows if row.visibility != first):
        words = {row.outcome: _word(row).lower() for row in rows if row.visibility == visibility}
        same = len(set(words.values())) == 1
        text = (
            f"all three: {next(iter(words.values()))}"
            if same
            else ", ".join(f"{outcome} {word}" for outcome, word in words.items())
        )
        clauses.append(f"At v = {visibility:g} {text}")
    return clauses


def _substitution(moves: pd.DataFrame, foresight: float, visibility: float) -> list[str]:
    """Return the two moves whose share at the end of the term changes most, as a clause."""
    own = moves[(moves["foresight"] == foresight) & (moves["move"] != "none")]
    exposed = own[(own["breadth"] == PRIMARY_BREADTH) & (own["visibility"] == visibility)].set_index("move")["share"]
    zero = own[own["breadth"] == 0.0].set_index("move")["share"]
    changes = (exposed - zero).abs().sort_values(ascending=False, kind="stable")
    shown = [str(move) for move, change in changes.items() if change > 0.0][:2]
    if not shown:
        return ["the moves in force at the term's end are those without exposure"]
    parts = [f"{move} {exposed[move]:.3f} ({zero[move]:.3f})" for move in shown]
    return [f"in force at the term's end at v = {visibility:g} (without exposure): {', '.join(parts)} of runs"]


def _table(finished: Finished, curve: pd.DataFrame) -> list[str]:
    """Return P without exposure, and the change with every dose, by named depth; equal rows of doses collapse."""
    if curve.empty:
        return ["No breadth above 0 was run: there is nothing to compare."]
    p = finished.parameters
    depths, own = named_depths(p), curve[curve["foresight"] == p.polls.foresight]
    n = int(own["n"].iloc[0])
    visibility = float(own["visibility"].iloc[0])
    names = [depth.name.removeprefix("back to ") for depth in depths]
    lines = [
        f"{'P, change (MC error)':<{_LABEL}}" + "".join(f"{name:>{_CELL}}" for name in names),
        f"{'openness at or below':<{_LABEL}}" + "".join(f"{depth.tau:>{_CELL}g}" for depth in depths),
    ]
    taus = [depth.tau for depth in depths]
    first = own[own["tau"].isin(taus)].drop_duplicates("tau").set_index("tau").loc[taus]
    zeros = [f"{p_zero:.3f} ({monte_carlo_error_of_proportion(p_zero, n):.3f})" for p_zero in first["p_zero"]]
    lines.append(_row("no exposure", "".join(f"{cell:>{_CELL}}" for cell in zeros)))
    lines += [_row(f"b = {label}", cells) for label, cells in _rows(own[own["visibility"] == visibility], taus)]
    for (foresight, seen), arms in curve.groupby(["foresight", "visibility"], sort=False):
        if (foresight, seen) == (p.polls.foresight, visibility):
            continue
        breadths = arms["breadth"].unique()
        dose = PRIMARY_BREADTH if PRIMARY_BREADTH in breadths else max(breadths)
        where = [f"v = {seen:g}"] if foresight == p.polls.foresight else []
        where += [f"f = {foresight:g}"] if foresight != p.polls.foresight and seen == visibility else []
        if where:  # the other foresight at the other visibility stands in the details
            ((_, cells),) = _rows(arms[arms["breadth"] == dose], taus)
            lines.append(_row(", ".join([f"b = {dose:g}", *where]), cells))
    return lines


def _row(label: str, cells: str) -> str:
    return f"{label:<{_LABEL}}{cells}"


def _rows(arms: pd.DataFrame, taus: Sequence[float]) -> list[tuple[str, str]]:
    """Return breadth and cells of each dose, where equal neighbours are one row."""
    return collapsed(
        (f"{breadth:g}", _cells(arm.set_index("tau").loc[list(taus)])) for breadth, arm in arms.groupby("breadth")
    )


def _cells(levels: pd.DataFrame) -> str:
    errors = [f"{error:.3f}" if isinstance(error, float) else "-" for error in levels["rd_mcse"]]
    return "".join(f"{f'{rd:+.3f} ({error})':>{_CELL}}" for rd, error in zip(levels["rd"], errors, strict=True))
