"""The printed answer of `moat run --protocol history`: risk set, two clocks, competing risks, volatility, files."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from ...protocols.contract import Answer, Finished
from ...protocols.history.columns import CLOCKS, HISTORY_SUMMARY_COLUMNS, INCIDENCE_COLUMNS, RATIOS
from ...protocols.history.naive_regression import NAIVE_COLUMNS, naive_lines, naive_table
from ...protocols.history.outcomes import CAUSES
from ...protocols.history.summary import history_summary, incidence_table, incidences
from ...storage.atomic_files import replaced_atomically
from ...storage.codebook import Tables
from ...storage.tables import read_frame
from .wording import NOTICE

if TYPE_CHECKING:
    import pandas as pd

AGEING = "People age, retire, die and are replaced (people.ageing)."
STATIC = (
    "Nobody ages (people.ageing off): accounts return to their balances and stakes of month 0 at each inauguration."
)
DESCRIPTIVE = "Rates of a history are descriptive: arms differ in the risk set. The causal contrast is the stress test."


_HEAD = (
    f"{'breadth':>7} {'n':>6}{'holding':>9}{'stake':>8}{'takeovers':>11}"
    f"{'at risk':>9}{'P(att)':>8}{'P(restr)':>9}{'P(care)':>8}{'P(net)':>8}"
    f"{'MC err':>8}{'care/decade':>12}{'care/opp dec':>13}{'volatility':>12}{'G':>8}{'policy':>8}"
)
_LEGEND = (
    "holding, stake: share of voters holding and visible stake (years of income, mean over all voters), over the run.",
    "takeovers: mean number per run, by the opponent. at risk: share of them with openness .5 or more.",
    "P(att), P(restr), P(care): share of takeovers at risk whose term brings an attempt, a restriction, a return to",
    "  extreme care (openness at or below the guidance of 2022 for six months). P(net): share back to extreme care and",
    "  not restored by the end of the next term. MC err: largest Monte Carlo standard error of the row's shares.",
    "care/decade: terms of the opponent with a return to extreme care, per decade of calendar time; care/opp dec: per",
    "  decade under the opponent. volatility: sum of changes of theta, per decade.",
    "G: mean theta under the author minus under the opponent (descriptive). policy: mean openness.",
)
_CAUSES = {"reversed": "extreme care"}
"""Printed names of causes; the others are printed as they are."""
_ENDS = (
    "extreme care: openness at or below its level in the guidance of 2022 for six months, begun under the opponent;",
    "moderated: openness below .5 for six months, begun under the author; court: either, after a court struck a rule;",
    "collapse: price under 10% of its level at inauguration for 12 months. lasting: none of these (Kaplan-Meier).",
)


def _number(value: float, width: int, sign: str = "") -> str:
    return f"{value:>{sign}{width}.3f}" if math.isfinite(value) else f"{'-':>{width}}"


def _label(row: Any) -> str:
    return "evolves" if row.evolving else f"{row.breadth:g}"


def _line(row: Any) -> str:
    errors = [getattr(row, f"{name}_mcse") for name in RATIOS if not name.startswith("reversals")]
    largest = max((error for error in errors if math.isfinite(error)), default=math.nan)
    mark = "*" if row.beyond_coverage else " "
    shares = (row.p_attempted, 8), (row.p_restricted, 9), (row.p_reversed, 8), (row.p_net_reversed, 8), (largest, 8)
    rates = (row.reversals_per_decade, 12), (row.reversals_per_opposed_decade, 13), (row.volatility, 12)
    return (
        f"{_label(row):>7}{mark}{row.n:>6d}{_number(row.share_holding_mean, 9)}{_number(row.exposure_mean, 8)}"
        + f"{row.takeovers:>11.2f}{_number(row.share_at_risk, 9)}"
        + "".join(_number(value, width) for value, width in (*shares, *rates))
        + _number(row.gap, 8)
        + _number(row.mean_policy, 8)
    )


def _horizons(finished: Finished) -> dict[str, int]:
    term = finished.parameters.institutions.term_months
    return {
        "calendar": int(finished.runs["months"].max()),
        "opportunity": term * max(1, finished.design.cycles // 3),
    }


def _incidence_lines(finished: Finished, visibility: float) -> list[str]:
    frame = finished.runs
    runs = frame[(frame["visibility"] == visibility) | (frame["breadth"] == 0.0)]
    curves, lines = incidences(runs), []
    title = {
        "calendar": "months since January 2025 (calendar time)",
        "opportunity": "months under the opponent (opportunity time)",
    }
    for clock, months in _horizons(finished).items():
        lines += ["", f"How the policy first ended, cumulative incidence by {months} {title[clock]}"]
        lines.append(
            f"{'breadth':>7} {'runs left':>10}"
            + "".join(f"{_CAUSES.get(cause, cause):>18}" for cause in CAUSES)
            + f"{'lasting':>10}"
        )
        for arm, rows in runs.groupby("arm", sort=False):
            curve = curves[str(arm), clock]
            left = int((rows[CLOCKS[clock]] >= months).sum())
            cells = "".join(f"{'{:.3f} ({:.3f})'.format(*curve.at(cause, months)):>18}" for cause in CAUSES)
            lines.append(f"{_label(rows.iloc[0]):>7} {left:>10d}{cells}{curve.survival_at(months):>10.3f}")
    return lines


def _plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(k): (None if isinstance(v, float) and not math.isfinite(v) else v) for k, v in row.items()}
        for row in table.to_dict(orient="records")
    ]


def cycles_of(finished: Finished) -> pd.DataFrame:
    """Return cycles.csv of a finished history."""
    return read_frame(finished.path / "export" / "cycles.csv", keep_default_na=False)


def _over_time(cycles: pd.DataFrame, column: str, decimals: int, terms: list[int]) -> list[str]:
    """Return a line per arm: means over runs at the inauguration of some terms, the largest Monte Carlo error."""
    lines = []
    for _, rows in cycles.groupby("arm", sort=False):
        by_term = rows.groupby("number")[column]
        mean, error = by_term.mean(), by_term.sem()
        cells = "".join(f"{mean[term]:>8.{decimals}f}" for term in terms)
        lines.append(f"{_label(rows.iloc[0]):>7}{cells}{_number(float(error.max()), 10)}")
    return lines


def evolving_lines(cycles: pd.DataFrame) -> list[str]:
    """Return the exposure over time of every arm, and the naive regression with the assigned one."""
    last = int(cycles["number"].max())
    terms = list(range(0, last + 1, math.ceil((last + 1) / 12)))
    head = f"{'term':>7}" + "".join(f"{term:>8d}" for term in terms) + f"{'MC err':>10}"
    return [
        "Exposure at inauguration, mean over runs: share of voters holding",
        head,
        *_over_time(cycles, "share_holding", 3, terms),
        "and visible stake, years of income, mean over all voters",
        head,
        *_over_time(cycles, "exposure", 4, terms),
        "",
        *naive_lines(naive_table(cycles)),
    ]


class HistoryAnswer(Answer):
    """Rates of a history, first endings of the policy, and with evolving exposure the naive regression."""

    def tables(self, design: Any) -> Tables:
        """Return the columns of all tables except runs and cycles."""
        tables: Tables = (
            ("summary.csv: the printed table, a row per arm", HISTORY_SUMMARY_COLUMNS),
            ("incidence.csv: how the friendly policy first ended, by arm, clock and time", INCIDENCE_COLUMNS),
        )
        if not design.evolving:
            return tables
        return (
            *tables,
            (
                "naive_regression.csv: return to extreme care regressed on exposure, naive beside assigned",
                NAIVE_COLUMNS,
            ),
        )

    def write(self, finished: Finished) -> pd.DataFrame:
        """Write summary.csv and incidence.csv, and with evolving exposure naive_regression.csv and its figure."""
        tables = {"summary.csv": history_summary(finished.runs), "incidence.csv": incidence_table(finished.runs)}
        for name, table in tables.items():
            with replaced_atomically(finished.path / name) as stream:
                table.to_csv(stream, index=False, lineterminator="\n")
        if finished.design.evolving:
            from ..figures.naive_regression import write_naive

            write_naive(cycles_of(finished), finished.path)
        return tables["summary.csv"]

    def text(self, finished: Finished) -> str:
        """Return the whole printed answer."""
        runs, table, design, p = finished.runs, finished.table, finished.design, finished.parameters
        n = runs["replicate"].nunique()
        terms = f"{design.cycles} presidential term{'s' * (design.cycles != 1)}"
        lines = [
            f"political-moat: preset {finished.preset}, history of {terms}, rule {p.party.rule}, "
            f"{p.electorate.voters:,} voters, {n} paired replicate{'s' * (n != 1)}, seed {finished.seed}, "
            f"allocation {100 * p.exposure.allocation:g}%",
            NOTICE,
            DESCRIPTIVE,
        ]
        for visibility in design.visibilities:
            rows = table[(table["visibility"] == visibility) | (table["breadth"] == 0.0)]
            lines += ["", f"v = {visibility:g} ({p.policy.layer} layer)", _HEAD]
            lines += [_line(row) for row in rows.itertuples()]
            lines += _incidence_lines(finished, visibility)
        lines += ["", *_LEGEND, "Standard errors in brackets.", *_ENDS]
        if design.evolving:
            lines += ["", *evolving_lines(cycles_of(finished))]
        lines.append("")
        if table["beyond_coverage"].any():
            lines.append(
                "* beyond current coverage: holders without an account get an IRA with the median balance of their age."
            )
        lines += [
            AGEING if p.people.ageing else STATIC,
            f"Price at the end, 1 in January 2025: median {runs['final_price'].median():.3g}, largest "
            f"{runs['final_price'].max():.3g}; market depth grows with the price, so savers' flows move it less.",
            "",
            f"Files: {finished.path} (summary.csv, incidence.csv, export/runs.csv, export/cycles.csv, codebook.md)",
        ]
        return "\n".join([*lines, *(f"FAILED {reason}" for reason in finished.reasons)])

    def json(self, finished: Finished) -> str:
        """Return the same answer for programs."""
        design = finished.design
        content = {
            "preset": finished.preset,
            "protocol": "history",
            "cycles": design.cycles,
            "seed": finished.seed,
            "replicates": int(finished.runs["replicate"].nunique()),
            "table": _plain(finished.table),
            "incidence": _plain(incidence_table(finished.runs)),
            "files": str(finished.path),
            "failed": list(finished.reasons),
            **({"naive_regression": _plain(naive_table(cycles_of(finished)))} if design.evolving else {}),
            "notice": f"{NOTICE} {DESCRIPTIVE}",
        }
        return json.dumps(content, indent=2, allow_nan=False)
