"""The printed answer of `moat run --protocol history`: risk set, two clocks, competing risks, volatility, files."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..protocols.arms import HistoryDesign
from ..protocols.history.columns import CLOCKS, HISTORY_SUMMARY_COLUMNS, INCIDENCE_COLUMNS, MEANS, RATIOS
from ..protocols.history.naive_regression import naive_lines, naive_table
from ..protocols.history.outcomes import CAUSES, Incidence, cumulative_incidence
from ..protocols.history.run import run_history
from ..statistics.intervals import monte_carlo_error_of_mean
from .stress_test_text import NOTICE

if TYPE_CHECKING:
    import pandas as pd

    from ..studies.from_options import Request
    from ..sweeps.outcome import Outcome

_DECADE = 120.0
_FIXED = ("layer", "visibility", "breadth", "evolving", "allocation", "voters", "beyond_coverage")
AGEING = "People age, retire, die and are replaced (people.ageing)."
STATIC = (
    "Nobody ages (people.ageing off): accounts are brought back to month-0 balances and stakes at each inauguration."
)
DESCRIPTIVE = "Rates of a history are descriptive: arms differ in the risk set. The causal contrast is the stress test."


def design_of(request: Request) -> HistoryDesign:
    """The design of a history; ValueError for a request of another protocol."""
    if request.history is None:
        raise ValueError(f"the request is no history but a {request.protocol} test")
    return request.history


def ratio(above: Any, below: Any) -> tuple[float, float]:
    """Sum of one count over the sum of another, and its linearised standard error with replicates as clusters."""
    top, bottom = np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    total = float(bottom.sum())
    if total == 0.0:
        return math.nan, math.nan
    found = float(top.sum()) / total
    n = top.size
    rest = top - found * bottom
    return found, math.sqrt(n / (n - 1.0) * float((rest**2).sum())) / total if n > 1 else math.nan


def history_summary(frame: pd.DataFrame) -> pd.DataFrame:
    """One row per arm, in the order of the frame, with the columns of HISTORY_SUMMARY_COLUMNS."""
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for arm, runs in frame.groupby("arm", sort=False):
        row: dict[str, Any] = {"arm": arm, "n": len(runs)} | {name: runs[name].iloc[0] for name in _FIXED}
        row |= {name: float(runs[name].mean()) for name in ("mean_stake", "exposed_usd_bn")}
        for name, (above, below, unit, _) in RATIOS.items():
            scale = 1.0 if unit == "share" else _DECADE
            found, error = ratio(runs[above], runs[below])
            row |= {name: scale * found, f"{name}_mcse": scale * error}
        for name in MEANS:
            # A run in which one side never governs has no gap.
            values = pd.to_numeric(runs[name], errors="coerce").dropna().to_numpy(dtype=np.float64)
            row[name] = float(values.mean()) if values.size else math.nan
            row[f"{name}_mcse"] = monte_carlo_error_of_mean(values) if values.size else math.nan
        rows.append(row)
    return pd.DataFrame(rows, columns=[column.name for column in HISTORY_SUMMARY_COLUMNS])


def incidences(frame: pd.DataFrame) -> dict[tuple[str, str], Incidence]:
    """Cumulative incidence by (arm, clock)."""
    return {
        (str(arm), clock): cumulative_incidence(runs[column].to_numpy(dtype=np.float64), runs["cause"].tolist())
        for arm, runs in frame.groupby("arm", sort=False)
        for clock, column in CLOCKS.items()
    }


def incidence_table(frame: pd.DataFrame) -> pd.DataFrame:
    """Cumulative incidence every 12 months on both clocks, with the columns of INCIDENCE_COLUMNS."""
    import pandas as pd

    curves = incidences(frame)
    rows: list[dict[str, Any]] = []
    for arm, runs in frame.groupby("arm", sort=False):
        for clock, column in CLOCKS.items():
            curve, told = curves[str(arm), clock], runs[column].to_numpy(dtype=np.float64)
            for months in range(0, int(runs["months"].max()) + 1, 12):
                row: dict[str, Any] = {name: runs[name].iloc[0] for name in ("arm", "breadth", "visibility")}
                row |= {"clock": clock, "months": months, "at_risk": int((told >= months).sum())}
                row["survival"] = curve.survival_at(months)
                for cause in CAUSES:
                    row[f"incidence_{cause}"], row[f"incidence_{cause}_mcse"] = curve.at(cause, months)
                rows.append(row)
    return pd.DataFrame(rows, columns=[column.name for column in INCIDENCE_COLUMNS])


_HEAD = (
    f"{'breadth':>7} {'n':>6}{'holding':>9}{'stake':>8}{'takeovers':>11}"
    f"{'at risk':>9}{'P(att)':>8}{'P(restr)':>9}{'P(rev)':>8}{'P(net)':>8}"
    f"{'MC err':>8}{'rev/decade':>12}{'rev/opp dec':>13}{'volatility':>12}{'G':>8}{'policy':>8}"
)
_LEGEND = (
    "holding, stake: share of voters holding and visible stake (years of income, mean over all voters), over the run.",
    "takeovers: mean times per run that the opponent took office. at risk: share of them with openness .5 or more.",
    "P(att), P(restr), P(rev): share of takeovers at risk with an attempt, restriction, reversal in the term begun.",
    "P(net): share reversed and not restored by the end of the next term. MC err: largest Monte Carlo standard error",
    "  of the row's shares. rev/decade: terms of the opponent with a reversal, per decade of calendar time;",
    "  rev/opp dec: per decade under the opponent. volatility: changes of theta added up, per decade.",
    "G: mean theta under the author minus under the opponent (descriptive). policy: mean openness.",
)
_ENDS = (
    "reversed: openness at or below its level before the friendly policy for six months, begun under the opponent;",
    "moderated: openness below .5 for six months, begun under the author; court: either, when a court struck a rule;",
    "collapse: price under 10% of its level at inauguration for 12 months. lasting: none of them (Kaplan-Meier).",
)


def _number(value: float, width: int, sign: str = "") -> str:
    return f"{value:>{sign}{width}.3f}" if math.isfinite(value) else f"{'-':>{width}}"


def _label(row: Any) -> str:
    return "evolves" if row.evolving else f"{row.breadth:g}"


def _line(row: Any) -> str:
    errors = [getattr(row, f"{name}_mcse") for name in RATIOS if not name.startswith("reversals")]
    largest = max((one for one in errors if math.isfinite(one)), default=math.nan)
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


def _horizons(request: Request, frame: pd.DataFrame) -> dict[str, int]:
    design, term = design_of(request), request.parameters.institutions.term_months
    return {"calendar": int(frame["months"].max()), "opportunity": term * max(1, design.cycles // 3)}


def _incidence_lines(request: Request, frame: pd.DataFrame, visibility: float) -> list[str]:
    runs = frame[(frame["visibility"] == visibility) | (frame["breadth"] == 0.0)]
    curves, lines = incidences(runs), []
    title = {
        "calendar": "months since January 2025 (calendar time)",
        "opportunity": "months under the opponent (opportunity time)",
    }
    for clock, months in _horizons(request, frame).items():
        lines += ["", f"How the policy first ended, cumulative incidence by {months} {title[clock]}"]
        lines.append(f"{'breadth':>7} {'runs left':>10}" + "".join(f"{c:>18}" for c in CAUSES) + f"{'lasting':>10}")
        for arm, one in runs.groupby("arm", sort=False):
            curve = curves[str(arm), clock]
            left = int((one[CLOCKS[clock]] >= months).sum())
            cells = "".join(f"{'{:.3f} ({:.3f})'.format(*curve.at(cause, months)):>18}" for cause in CAUSES)
            lines.append(f"{_label(one.iloc[0]):>7} {left:>10d}{cells}{curve.survival_at(months):>10.3f}")
    return lines


def history_text(outcome: Outcome) -> str:
    """The whole printed answer of a history."""
    request, frame, table = outcome.request, outcome.frame, outcome.table
    p, design = request.parameters, design_of(request)
    n = frame["replicate"].nunique()
    terms = f"{design.cycles} presidential term{'s' * (design.cycles != 1)}"
    lines = [
        f"political-moat: preset {request.preset}, history of {terms}, rule {p.party.rule}, "
        f"{p.electorate.voters:,} voters, {n} paired replicate{'s' * (n != 1)}, seed {request.seed}, "
        f"allocation {100 * p.exposure.allocation:g}%",
        NOTICE,
        DESCRIPTIVE,
    ]
    for visibility in design.visibilities:
        rows = table[(table["visibility"] == visibility) | (table["breadth"] == 0.0)]
        lines += ["", f"v = {visibility:g} ({p.policy.layer} layer)", _HEAD]
        lines += [_line(row) for row in rows.itertuples()]
        lines += _incidence_lines(request, frame, visibility)
    lines += ["", *_LEGEND, "Standard errors in brackets.", *_ENDS]
    if design.evolving:
        lines += ["", *evolving_lines(cycles_of(outcome))]
    lines.append("")
    if table["beyond_coverage"].any():
        lines.append("* beyond current coverage: holders without an account are given an IRA of their age's median.")
    lines += [
        AGEING if p.people.ageing else STATIC,
        f"Price at the end, 1 in January 2025: median {frame['final_price'].median():.3g}, largest "
        f"{frame['final_price'].max():.3g}; the market grows with it, and savers' flows move it less and less.",
        "",
        f"Files: {outcome.path} (summary.csv, incidence.csv, export/runs.csv, export/cycles.csv, codebook.md)",
    ]
    return "\n".join([*lines, *(f"FAILED {reason}" for reason in outcome.reasons)])


def _plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(k): (None if isinstance(v, float) and not math.isfinite(v) else v) for k, v in row.items()}
        for row in table.to_dict(orient="records")
    ]


def cycles_of(outcome: Outcome) -> pd.DataFrame:
    """cycles.csv of a finished history."""
    import pandas as pd

    return pd.read_csv(outcome.path / "export" / "cycles.csv", keep_default_na=False)


def _over_time(cycles: pd.DataFrame, column: str, decimals: int, terms: list[int]) -> list[str]:
    """Mean over runs at the inauguration of some terms, a line per arm, with the largest Monte Carlo error."""
    lines = []
    for _, rows in cycles.groupby("arm", sort=False):
        by_term = rows.groupby("number")[column]
        mean, error = by_term.mean(), by_term.sem()
        cells = "".join(f"{mean[term]:>8.{decimals}f}" for term in terms)
        lines.append(f"{_label(rows.iloc[0]):>7}{cells}{_number(float(error.max()), 10)}")
    return lines


def evolving_lines(cycles: pd.DataFrame) -> list[str]:
    """Exposure over time of every arm, and the naive regression beside the assigned one."""
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


def history_json(outcome: Outcome) -> str:
    """The same answer for programs."""
    design = design_of(outcome.request)
    content = {
        "preset": outcome.request.preset,
        "protocol": "history",
        "cycles": design.cycles,
        "seed": outcome.request.seed,
        "replicates": int(outcome.frame["replicate"].nunique()),
        "table": _plain(outcome.table),
        "incidence": _plain(incidence_table(outcome.frame)),
        "files": str(outcome.path),
        "failed": outcome.reasons,
        **({"naive_regression": _plain(naive_table(cycles_of(outcome)))} if design.evolving else {}),
        "notice": f"{NOTICE} {DESCRIPTIVE}",
    }
    return json.dumps(content, indent=2, allow_nan=False)


_SHOWN = ("attempted", "restricted", "reversed", "withdrawn", "court", "severity", "final_policy", "vote_share")


def one_history(request: Request, replicate: int, form: str = "table") -> str:
    """Every term of every arm of one replicate; rows equal the study's rows."""
    design = design_of(request)
    result = run_history(request.parameters, design, request.seed, replicate)
    if form == "json":
        return json.dumps({"runs": result.runs, "cycles": result.cycles}, indent=2)
    lines = [f"replicate {replicate}, seed {request.seed}, preset {request.preset}, history of {design.cycles} terms"]
    lines.append(f"{'arm':<16}{'term':>5}{'in office':>11}{'A before':>10}" + "".join(f"{n:>13}" for n in _SHOWN))
    for row in result.cycles:
        cells = "".join(f"{v:>13.3f}" if isinstance(v := row[name], float) else f"{v:>13}" for name in _SHOWN)
        lines.append(f"{row['arm']:<16}{row['number']:>5}{row['role']:>11}{row['inherited_policy']:>10.3f}{cells}")
    lines += ["", "How the friendly policy first ended, in months since January 2025 and months under the opponent:"]
    for row in result.runs:
        lines.append(f"{row['arm']:<16}{row['cause']} ({row['calendar_months']}, {row['opportunity_months']})")
    return "\n".join(lines)
