"""The printed answer of `moat run`: dose-response table, verdict, money, implied vote effects, files."""

from __future__ import annotations

import itertools
import json
import math
from typing import TYPE_CHECKING, Any

from ...agents.calibration import shipped_facts
from ..protocols.contract import Answer, Finished
from ..protocols.stress_test.dose_response import COLUMNS, PRIMARY_BREADTH, primary_contrast, smallest_doses
from ..protocols.stress_test.summary import summary_table
from ..storage.atomic_files import replaced_atomically
from ..storage.codebook import Tables
from .assumption_range import range_lines, shipped
from .wording import NOTICE

if TYPE_CHECKING:
    import pandas as pd

ARTICLE_SHARE = 0.05


_HEAD = (
    f"{'breadth':>7} {'n':>6}{'P(att)':>8}{'P(restr)':>9}{'P(rev)':>7}"
    f"{'RD restricted [95%]':>25}{'RD reversed [95%]':>25}{'MC err':>7}{'severity':>10}{'G':>7}{'policy':>8}"
)
_LEGEND = (
    "P(att), P(restr), P(rev): share of replicates in which the opposed government attempted to restrict the policy,",
    "  restricted it, or reversed it to its level before the friendly policy. RD: risk difference from zero exposure.",
    "MC err: largest Monte Carlo standard error among the row's probabilities and differences.",
    "severity: largest fall of openness, as a share of openness at takeover.",
    "policy: mean openness under the opposed government.",
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
        f"{row.breadth:>7g}{mark}{row.n:>6d}{row.p_attempted:>8.3f}{row.p_restricted:>9.3f}{row.p_reversed:>7.3f}"
        f"{risk('restricted'):>25}{risk('reversed'):>25}{max(errors):>7.3f}{row.severity:>10.3f}{row.gap:>7.3f}"
        f"{row.mean_policy:>8.3f}"
    )


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
            f"Extensive margin (any holders, here b = {row['breadth']:g}, v = {row['visibility']:g}): RD reversed "
            f"{row['rd_reversed']:+.3f} [{row['rd_reversed_low']:+.3f}, {row['rd_reversed_high']:+.3f}]."
        )
    return lines


def verdict_lines(finished: Finished) -> list[str]:
    """Return a sentence with the verdict per visibility, by the rule declared before any run."""
    if PRIMARY_BREADTH not in finished.design.breadths:
        return [
            f"No verdict: the declared contrast needs breadth {PRIMARY_BREADTH:g} (--breadth 0,{PRIMARY_BREADTH:g})."
        ]
    if finished.runs["replicate"].nunique() < 2:
        return ["No verdict: one replicate has no error."]
    layer = finished.parameters.policy.layer
    contrasts = primary_contrast(finished.runs, layer=layer)
    x10 = smallest_doses(finished.runs, layer=layer)
    lines = []
    for visibility, contrast in contrasts.items():
        lines.append(f"Verdict at v = {visibility:g}: {contrast.verdict.sentence}")
        if visibility in x10:
            lines.append(f"  {x10[visibility].sentence}")
    return lines


def money_lines(table: pd.DataFrame) -> list[str]:
    """Return the value of each breadth in USD, and the breadth that equals the article's 5% of 401(k) assets."""
    rows = table[(table["breadth"] > 0) & (table["layer"] == table["layer"].iloc[0])]
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
    from ...model.diagnostics import LITERATURE_POINTS, implied_effects
    from ..protocols.stress_test.run import with_dose

    lines = []
    for visibility in finished.design.visibilities:
        e = implied_effects(with_dose(finished.parameters, PRIMARY_BREADTH, visibility), finished.seed)
        lines.append(
            f"Implied vote effect of a rival who promises prohibition, at b = {PRIMARY_BREADTH:g}, v = {visibility:g}: "
            f"{e.per_holder:.2f} points per holder (mean stake {e.mean_stake:.3f} years of income), {e.national:.2f} "
            f"points nationally. The issue explains {e.variance_share:.3f} of the variance of the vote."
        )
        if e.per_holder > LITERATURE_POINTS:
            lines.append(
                f"  Beyond the literature: the largest effect found per holder is {LITERATURE_POINTS:g} points."
            )
    return lines


class StressAnswer(Answer):
    """The dose-response table of every layer, its verdict and its figure."""

    def tables(self, design: Any) -> Tables:
        """Return the columns of summary.csv."""
        return (("summary.csv: the printed table", COLUMNS),)

    def write(self, finished: Finished) -> pd.DataFrame:
        """Write summary.csv, and the dose-response figure where there are two doses and two replicates."""
        assets = 1e3 * shipped_facts()["assets_401k"].value
        own = finished.parameters.policy.layer
        table = summary_table(finished.runs, own, assets)
        with replaced_atomically(finished.path / "summary.csv") as stream:
            table.to_csv(stream, index=False, lineterminator="\n")
        if table["n"].min() >= 2 and len(finished.design.breadths) >= 2:
            from .closed_form import closed_form_of_table
            from .figures.dose_response import dose_response_figure

            figures, shown = finished.path / "figures", table[table["layer"] == own]
            formula = closed_form_of_table(finished.parameters, shown, finished.seed)
            dose_response_figure({finished.preset: shown}, figures, "dose-response", closed_form=formula)
        return table

    def text(self, finished: Finished) -> str:
        """Return the whole printed answer."""
        runs, table, p = finished.runs, finished.table, finished.parameters
        n = runs["replicate"].nunique()
        lines = [
            f"political-moat: preset {finished.preset}, stress test, rule {p.party.rule}, {p.electorate.voters:,} "
            f"voters, {n} paired replicate{'s' * (n != 1)}, seed {finished.seed}, "
            f"allocation {100 * p.exposure.allocation:g}%",
            NOTICE,
        ]
        own = table[table["layer"] == p.policy.layer]
        for visibility in own["visibility"].drop_duplicates():
            lines += ["", f"v = {visibility:g} ({p.policy.layer} layer)", _HEAD]
            lines += [_line(row) for row in own[own["visibility"] == visibility].itertuples()]
        others = table[table["layer"] != p.policy.layer]
        for layer in others["layer"].drop_duplicates():
            lines += ["", f"v = {finished.design.visibilities[0]:g} ({layer} layer)", _HEAD]
            lines += [_line(row) for row in others[others["layer"] == layer].itertuples()]
        lines += ["", *_LEGEND]
        if own["beyond_coverage"].any():
            lines.append(
                "* beyond current coverage: holders without an account get an IRA with the median balance of their age."
            )
        lines += layer_lines(runs, own)
        lines += [*money_lines(table), *implied_lines(finished), "", *verdict_lines(finished)]
        lines.append(
            "No data exist for office rent and choice precision (moat params --assumed), and both change the result: "
            "the verdict is one point of a range."
        )
        lines += range_lines(shipped())
        files = "summary.csv, export/runs.csv, export/cycles.csv, codebook.md, figures/"
        lines += ["", f"Files: {finished.path} ({files})"]
        lines += [f"FAILED {reason}" for reason in finished.reasons]
        return "\n".join(lines)

    def json(self, finished: Finished) -> str:
        """Return table and verdict for programs."""
        rows = [
            {k: (None if isinstance(v, float) and not math.isfinite(v) else v) for k, v in row.items()}
            for row in finished.table.to_dict(orient="records")
        ]
        content = {
            "preset": finished.preset,
            "seed": finished.seed,
            "replicates": int(finished.runs["replicate"].nunique()),
            "table": rows,
            "verdict": verdict_lines(finished),
            "files": str(finished.path),
            "failed": list(finished.reasons),
            "notice": NOTICE,
        }
        return json.dumps(content, indent=2, allow_nan=False)
