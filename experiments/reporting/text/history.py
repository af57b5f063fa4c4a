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
from ...protocols.stress_test.dose_response import PRIMARY_BREADTH
from ...storage.atomic_files import replaced_atomically
from ...storage.codebook import Tables
from ...storage.tables import read_results
from .wording import BEYOND_COVERAGE, MORE, NOTICE, SCREEN, collapsed, wrapped

if TYPE_CHECKING:
    import pandas as pd

AGEING = "People age, retire, die and are replaced (people.ageing)."
STATIC = (
    "Nobody ages (people.ageing off): accounts return to their balances and stakes of month 0 at each inauguration."
)
DESCRIPTIVE = "Rates of a history are descriptive: arms differ in the risk set. The causal contrast is the stress test."


_ANSWER_HEAD = (
    f"{'breadth':<13}{'n':>5}{'takeovers':>10}{'at risk':>8}{'P(att)':>7}{'P(restr)':>9}{'P(care)':>8}{'P(net)':>7}"
    f"{'MC err':>7}"
)
_RATES_HEAD = (
    f"{'breadth':>7} {'holding':>9}{'stake':>8}{'care/decade':>12}{'care/opp dec':>13}{'volatility':>11}{'G':>8}"
    f"{'policy':>8}"
)
_ANSWER_LEGEND = (
    "takeovers: mean number per run, by the opponent. at risk: share of them with openness .5 or more.",
    "P(att), P(restr), P(care): share of takeovers at risk whose term brings an attempt, a restriction, a return to "
    "extreme care (openness at or below the guidance of 2022 for six months).",
    "P(net): share back to extreme care and not restored by the end of the next term. MC err: largest Monte Carlo "
    "standard error of the row's shares.",
)
_LEGEND = (
    "holding, stake: share of voters holding and visible stake (years of income, mean over all voters), over the run.",
    "care/decade: terms of the opponent with a return to extreme care, per decade of calendar time; care/opp dec: per "
    "decade under the opponent. volatility: sum of changes of theta, per decade.",
    "G: mean theta under the author minus under the opponent (descriptive). policy: mean openness.",
)
_CAUSES = {"reversed": "extreme care"}
"""Printed names of causes; the others are printed as they are."""
_ENDS = (
    "extreme care: openness at or below its level in the guidance of 2022 for six months, begun under the opponent; "
    "moderated: openness below .5 for six months, begun under the author; court: either, after a court struck a rule; "
    "collapse: price under 10% of its level at inauguration for 12 months. lasting: none of these (Kaplan-Meier).",
)


def _failures(finished: Finished) -> list[str]:
    return [f"FAILED {reason}" for reason in finished.reasons]


def _number(value: float, width: int, sign: str = "") -> str:
    return f"{value:>{sign}{width}.3f}" if math.isfinite(value) else f"{'-':>{width}}"


def _label(row: Any) -> str:
    return "evolves" if row.evolving else f"{row.breadth:g}"


def _answer_cells(row: Any) -> str:
    errors = [getattr(row, f"{name}_mcse") for name in RATIOS if not name.startswith("reversals")]
    largest = max((error for error in errors if math.isfinite(error)), default=math.nan)
    shares = (row.p_attempted, 7), (row.p_restricted, 9), (row.p_reversed, 8), (row.p_net_reversed, 7), (largest, 7)
    return f"{row.n:>5d}{row.takeovers:>10.2f}{_number(row.share_at_risk, 8)}" + "".join(
        _number(value, width) for value, width in shares
    )


def _rates_line(row: Any) -> str:
    mark = "*" if row.beyond_coverage else " "
    numbers = (
        *((row.share_holding_mean, 9), (row.exposure_mean, 8), (row.reversals_per_decade, 12)),
        *((row.reversals_per_opposed_decade, 13), (row.volatility, 11), (row.gap, 8), (row.mean_policy, 8)),
    )
    return f"{_label(row):>7}{mark}" + "".join(_number(value, width) for value, width in numbers)


def _panel(table: pd.DataFrame, visibility: float) -> pd.DataFrame:
    """Return the rows of one visibility, with those of zero exposure."""
    return table[(table["visibility"] == visibility) | (table["breadth"] == 0.0)]


def _sentences(finished: Finished) -> list[str]:
    table, design = finished.table, finished.design
    terms = f"{design.cycles} presidential term{'s' * (design.cycles != 1)}"
    zero = next(table[table["breadth"] == 0.0].itertuples())
    doses = _panel(table, design.visibilities[0])
    doses = doses[doses["breadth"] > 0.0]
    sentences = [
        f"In {terms} without exposure the opponent takes office {zero.takeovers:.2f} times a run; of the takeovers "
        f"with openness .5 or more, {_share(zero, 'restricted')} bring a restriction and {_share(zero, 'reversed')} a "
        "return to extreme care (Monte Carlo error)."
    ]
    if len(doses):
        declared = doses[doses["breadth"] == PRIMARY_BREADTH]
        dose = next((declared if len(declared) else doses.iloc[-1:]).itertuples())
        who = "With evolving exposure" if dose.evolving else f"With {dose.breadth:.0%} of voters holding crypto"
        sentences.append(
            f"{who} (v = {dose.visibility:g}) these shares are {_share(dose, 'restricted')} and "
            f"{_share(dose, 'reversed')}."
        )
    return [*sentences, DESCRIPTIVE]


def _share(row: Any, name: str) -> str:
    share, error = getattr(row, f"p_{name}"), getattr(row, f"p_{name}_mcse")
    return f"{share:.3f} ({error:.3f})" if math.isfinite(share) else "none"


def _answer(finished: Finished) -> list[str]:
    """Return the sentences, a table for each visibility, and what was run, in at most SCREEN columns."""
    p, n = finished.parameters, finished.runs["replicate"].nunique()
    lines = [piece for sentence in _sentences(finished) for piece in wrapped(sentence, SCREEN)]
    for visibility in finished.design.visibilities:
        rows = [(_label(row), _answer_cells(row)) for row in _panel(finished.table, visibility).itertuples()]
        title = [f"v = {visibility:g}"] if len(finished.design.visibilities) > 1 else []
        cells = [*rows[:1], *collapsed(rows[1:])]
        lines += ["", *title, _ANSWER_HEAD, *(f"{label:<13}{line}" for label, line in cells)]
    setting = (
        f"Preset {finished.preset}, rule {p.party.rule}, {p.electorate.voters:,} voters, {n} pair{'s' * (n != 1)}, "
        f"seed {finished.seed}."
    )
    return [*lines, *wrapped(setting, SCREEN), NOTICE]


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
    return read_results(finished.path / "export" / "cycles.csv")


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
    terms = list(range(0, last + 1, math.ceil((last + 1) / 10)))
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

    def brief(self, finished: Finished) -> str:
        """Return the answer on one screen: sentences, one table, what was run, and where the rest is."""
        return "\n".join([*_answer(finished), f"Files: {finished.path}; {MORE}", *_failures(finished)])

    def text(self, finished: Finished) -> str:
        """Return the whole printed answer: that of `brief`, then every detail."""
        runs, table, design, p = finished.runs, finished.table, finished.design, finished.parameters
        lines = [*_answer(finished), "", *_ANSWER_LEGEND]
        for visibility in design.visibilities:
            lines += ["", f"Rates, v = {visibility:g} ({p.policy.layer} layer)", _RATES_HEAD]
            lines += [_rates_line(row) for row in _panel(table, visibility).itertuples()]
            lines += _incidence_lines(finished, visibility)
        lines += ["", *_LEGEND, "Standard errors in brackets.", *_ENDS]
        if design.evolving:
            lines += ["", *evolving_lines(cycles_of(finished))]
        lines += [
            "",
            *([BEYOND_COVERAGE] if table["beyond_coverage"].any() else []),
            f"Holders have {100 * p.exposure.allocation:g}% of their balance in crypto.",
            AGEING if p.people.ageing else STATIC,
            f"Price at the end, 1 in January 2025: median {runs['final_price'].median():.3g}, largest "
            f"{runs['final_price'].max():.3g}; market depth grows with the price, so savers' flows move it less.",
            "",
        ]
        files = "summary.csv, incidence.csv, export/runs.csv, export/cycles.csv, codebook.md"
        shown = [piece for line in lines for piece in wrapped(line)]
        return "\n".join([*shown, f"Files: {finished.path}", f"  ({files})", *_failures(finished)])

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
