"""Dose tables of `moat run`, a block per layer, visibility and foresight, with money and vote effects."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from ...protocols.contract import Finished
from ...protocols.outcome_names import OUTCOME_NAMES, printed_name
from ...protocols.stress_test.dose_response import PRIMARY_BREADTH
from ..closed_form import own_rows
from .wording import BEYOND_COVERAGE

if TYPE_CHECKING:
    import pandas as pd

ARTICLE_SHARE = 0.05

_P = {event: f"P({OUTCOME_NAMES[event].head})" for event in ("attempted", "restricted", "reversed")}
_RD = {"restricted": "RD restricted [95%]", "reversed": "RD extreme care [95%]"}
_HEAD = (
    f"{'b':>4} {_P['attempted']:>6}{_P['restricted']:>9}{_P['reversed']:>8}"
    f"{_RD['restricted']:>24}{_RD['reversed']:>24}{'error':>6}{'S':>6}{'G':>6}{'A':>6}"
)
LEGEND = (
    f"Shares of replicates. {_P['attempted']}: {OUTCOME_NAMES['attempted'].level}.",
    f"{_P['restricted']}: {OUTCOME_NAMES['restricted'].level}, for six months in a row.",
    f"{_P['reversed']}, RD extreme care: {printed_name('reversed')}, {OUTCOME_NAMES['reversed'].level}, for six "
    "months in a row.",
    "b: breadth. RD: risk difference from zero exposure. error: largest Monte Carlo standard error of the row's "
    "probabilities and differences.",
    f"S: severity, {OUTCOME_NAMES['severity'].level}. A: mean openness under the opposed government.",
    "G: mean theta if the friendly party returns instead, minus mean theta under the opposed government.",
)


def _line(row: Any) -> str:
    def risk(event: str) -> str:
        if row.breadth == 0.0:
            return "reference"
        low, high = getattr(row, f"rd_{event}_low"), getattr(row, f"rd_{event}_high")
        return f"{getattr(row, f'rd_{event}'):+.3f} [{low:+.3f}, {high:+.3f}]"

    mark = "*" if row.beyond_coverage else " "
    errors = [row.p_attempted_mcse, row.p_restricted_mcse, row.p_reversed_mcse]
    if row.breadth > 0.0:
        errors += [row.rd_restricted_mcse, row.rd_reversed_mcse]
    return (
        f"{row.breadth:>4g}{mark}{row.p_attempted:>6.3f}{row.p_restricted:>9.3f}{row.p_reversed:>8.3f}"
        f"{risk('restricted'):>24}{risk('reversed'):>24}{max(errors):>6.3f}{row.severity:>6.3f}{row.gap:>6.3f}"
        f"{row.mean_policy:>6.3f}"
    )


def _block(rows: pd.DataFrame, title: str) -> list[str]:
    few, many = rows["n"].min(), rows["n"].max()
    n = f"{many:,}" if few == many else f"{few:,} to {many:,}"
    return [f"{title}, {n} replicates", _HEAD, *(_line(row) for row in rows.itertuples())]


def block_lines(finished: Finished) -> list[list[str]]:
    """Return the dose tables: own layer and foresight first, then the other layers and the other foresight."""
    table, p = finished.table, finished.parameters
    layer, first = p.policy.layer, f"{finished.design.visibilities[0]:g}"
    own = own_rows(table, p)
    blocks = [
        _block(rows, f"Doses, v = {visibility:g} ({layer} layer)")
        for visibility, rows in own.groupby("visibility", sort=False)
    ]
    blocks += [
        _block(rows, f"Doses, v = {first} ({other} layer)")
        for other, rows in table[table["layer"] != layer].groupby("layer", sort=False)
    ]
    others = table[table["foresight"] != p.polls.foresight]
    blocks += [
        _block(rows, f"Doses, v = {visibility:g} ({layer} layer, foresight {foresight:g})")
        for (foresight, visibility), rows in others.groupby(["foresight", "visibility"], sort=False)
    ]
    return blocks


def note_lines(finished: Finished) -> list[str]:
    """Return the lines under the dose tables: coverage, layers, money and vote effects."""
    own = own_rows(finished.table, finished.parameters)
    return [
        *([BEYOND_COVERAGE] if own["beyond_coverage"].any() else []),
        *layer_lines(finished.runs, own),
        *money_lines(finished.table),
        *implied_lines(finished),
    ]


def layer_counts(frame: pd.DataFrame, arm: str) -> str:
    """Return the share of runs restricted in an arm, by the layer that held the policy, as text."""
    rows = frame[frame["arm"] == arm]
    shares = rows["restricted_layer"].value_counts() / len(rows)
    return (
        ", ".join(f"{layer} {share:.3f}" for layer, share in shares.sort_index().items() if layer != "none") or "none"
    )


def layer_lines(frame: pd.DataFrame, own: pd.DataFrame) -> list[str]:
    """Return restrictions by layer without and with exposure, and the extensive margin: any holders at all."""
    lines = [f"P(restr) without exposure, by the layer that restricts: {layer_counts(frame, 'b=0')}."]
    first = own[(own["visibility"] == own["visibility"].iloc[0]) & (own["breadth"] > 0.0)]
    declared = first[first["breadth"] == PRIMARY_BREADTH]
    if len(declared):
        counts = layer_counts(frame, declared["arm"].iloc[0])
        lines.append(
            f"P(restr) at b = {PRIMARY_BREADTH:g}, v = {declared['visibility'].iloc[0]:g}, by layer: {counts}."
        )
    if len(first):
        row = first.iloc[0]
        lines.append(
            f"Extensive margin (any holders, here b = {row['breadth']:g}, v = {row['visibility']:g}): RD "
            f"{printed_name('reversed')} {row['rd_reversed']:+.3f} "
            f"[{row['rd_reversed_low']:+.3f}, {row['rd_reversed_high']:+.3f}]."
        )
    return lines


def money_lines(table: pd.DataFrame) -> list[str]:
    """Return the value of each breadth in USD, and the breadth that equals the article's 5% of 401(k) assets."""
    first = (table["layer"] == table["layer"].iloc[0]) & (table["foresight"] == table["foresight"].iloc[0])
    rows = table[(table["breadth"] > 0) & first]
    rows = rows[rows["visibility"] == rows["visibility"].iloc[0]] if len(rows) else rows
    share, breadth = rows["share_of_401k_assets"].tolist(), rows["breadth"].tolist()
    money = "; ".join(
        f"{b:g}: {usd:,.0f} ({s:.1%})" for b, usd, s in zip(breadth, rows["exposed_usd_bn"], share, strict=True)
    )
    lines = [f"Exposed USD bn at each breadth (share of 401(k) assets): {money}."] if money else []
    points = [(0.0, 0.0), *zip(share, breadth, strict=True)]
    for (s0, b0), (s1, b1) in itertools.pairwise(points):
        if s0 < ARTICLE_SHARE <= s1:
            at = b0 + (b1 - b0) * (ARTICLE_SHARE - s0) / (s1 - s0)
            return [*lines, f"The article's 5% of 401(k) assets corresponds to breadth {at:.2f}."]
    return [*lines, "The article's 5% of 401(k) assets is more than the largest dose of this table."]


def implied_lines(finished: Finished) -> list[str]:
    """Return the vote effects that the parameters imply, with a warning beyond the literature."""
    from ....model.diagnostics import LITERATURE_POINTS, implied_effects
    from ...protocols.stress_test.run import with_dose

    lines = []
    for visibility in finished.design.visibilities:
        tree = with_dose(finished.parameters, PRIMARY_BREADTH, visibility)
        e = implied_effects(tree, finished.seed, start=finished.inputs.world)
        lines.append(
            f"Vote effect of a rival who promises prohibition, b = {PRIMARY_BREADTH:g}, v = {visibility:g}, in one "
            f"friendly term: {e.per_holder:.2f} points per holder (mean stake {e.mean_stake:.3f} years of income), "
            f"{e.national:.2f} points nationally; {e.variance_share:.3f} of the variance of the vote."
        )
        if e.per_holder > LITERATURE_POINTS:
            lines.append(
                f"  Beyond the literature: the largest effect found per holder is {LITERATURE_POINTS:g} points."
            )
    return lines
