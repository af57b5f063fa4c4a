"""`moat backtest`: scores of the frozen model on the record, and what it said of every case beside what happened."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...protocols.backtest.columns import case_columns
from ...protocols.backtest.design import ABLATIONS, MODEL, VARIANTS
from ...protocols.backtest.options import cases_of
from ...protocols.backtest.scores import REFERENCE, case_table, score_table
from ...protocols.contract import Answer, Finished
from ...record.baselines import BASELINES
from ...record.cases import Case, transition
from ...statistics.forecast_scores import case_log_scores
from ...storage.atomic_files import replaced_atomically
from ...storage.codebook import Tables
from .wording import NOTICE, wrapped

if TYPE_CHECKING:
    import pandas as pd

MISSES = 5
"""Cases named as the worst misses."""
_CRITICAL = 1.96
_SHORT = {name: name.removeprefix("without ").split()[0] for name in ABLATIONS}


class BacktestAnswer(Answer):
    """Scores of model, baselines and ablations; then every case by transition, the worst misses, and the figure."""

    def tables(self, design: Any) -> Tables:
        """Return the columns of summary.csv."""
        return (("summary.csv: a row per case", case_columns((*VARIANTS, *BASELINES), len(VARIANTS))),)

    def write(self, finished: Finished) -> pd.DataFrame:
        """Write summary.csv and the calibration plot."""
        from ..figures.calibration_plot import calibration_figure

        table = case_table(finished.runs, cases_of(finished.options))
        with replaced_atomically(finished.path / "summary.csv") as stream:
            table.to_csv(stream, index=False, lineterminator="\n")
        calibration_figure(table, finished.path / "figures", (MODEL, REFERENCE))
        return table

    def text(self, finished: Finished) -> str:
        """Return the printed answer."""
        cases = cases_of(finished.options)
        scores = score_table(finished.runs, cases)
        blocks = [
            _head(finished, cases),
            score_lines(scores),
            meaning_lines(scores),
            case_lines(finished.table),
            miss_lines(finished.table),
        ]
        lines = [piece for block in blocks for line in ("", *block) for piece in wrapped(line)][1:]
        files = "summary.csv, backtest.csv, export/runs.csv, codebook.md, figures/"
        lines += ["", f"Files: {finished.path}", f"  ({files})"]
        return "\n".join([*lines, *(f"FAILED {reason}" for reason in finished.reasons)])

    def json(self, finished: Finished) -> str:
        """Return the answer for programs."""
        scores = score_table(finished.runs, cases_of(finished.options))
        rows = {row.pop("forecast"): _finite(row) for row in scores.drop(columns="point").to_dict("records")}
        content = {
            "preset": finished.preset,
            "seed": finished.seed,
            "replicates": int(finished.runs["replicate"].nunique()),
            "model": rows[MODEL],
            "baselines": {name: rows[name] for name in BASELINES},
            "ablations": {name: rows[name] for name in ABLATIONS},
            "cases": [_case_json(row) for row in finished.table.to_dict("records")],
            "files": str(finished.path),
            "failed": list(finished.reasons),
            "notice": NOTICE,
        }
        return json.dumps(content, indent=2, allow_nan=False)


def _head(finished: Finished, cases: Sequence[Case]) -> list[str]:
    judged = [case for case in cases if case.alternation]
    n = int(finished.runs["replicate"].nunique())
    return [
        f"political-moat: back-test, preset {finished.preset}, parameters frozen, "
        f"{finished.parameters.electorate.voters:,} voters, {n} replicates, seed {finished.seed}: {len(judged)} "
        f"scored cases of {len({transition(case) for case in judged})} changes of government",
        NOTICE,
    ]


def score_lines(scores: pd.DataFrame) -> list[str]:
    """Return the table of scores, with the verdict of each forecast beside layer + contest."""
    lines = [
        "Scores (lower is better). Error: sample of cases, bootstrap over changes of government. MC: replicates.",
        f"{'forecast':<27}{'log score':>9}{'error':>6}{'MC':>6}{'Brier':>6}{'error':>6}"
        f"{'from layer + contest':>21}{'error':>6}  verdict",
    ]
    for row in scores.to_dict("records"):
        name = row["forecast"]
        mcse = _blank(6) if name in BASELINES else _number(row["log_score_mcse"], 6)
        beside, word = _blank(21) + _blank(6), ""
        if name != REFERENCE:
            beside, word = f"{row['from_reference']:>+21.3f}{_number(row['from_reference_error'], 6)}", verdict(row)
        lines.append(
            f"{name:<27}{row['log_score']:>9.3f}{_number(row['log_score_error'], 6)}{mcse}"
            f"{row['brier']:>6.3f}{_number(row['brier_error'], 6)}{beside}  {word}".rstrip()
        )
    return lines


def verdict(row: Mapping[Any, Any]) -> str:
    """Return how a forecast's log score stands to that of layer + contest, errors of cases and replicates together."""
    return _word(row["from_reference"], row["from_reference_error"], row["log_score_mcse"], "better", "worse")


def _word(difference: float, error: float, mcse: float, below: str, above: str) -> str:
    limit = _CRITICAL * math.hypot(error, mcse)
    if not math.isfinite(limit) or abs(difference) <= limit:
        return "not decided"
    return below if difference < 0.0 else above


def meaning_lines(scores: pd.DataFrame) -> list[str]:
    """Return a sentence for each ablation: what the score loses without the mechanism."""
    lines = ["Ablations: change of the log score without one mechanism (above 0: the mechanism carries skill)."]
    for row in scores.to_dict("records"):
        if row["forecast"] in ABLATIONS:
            error, mcse = row["from_model_error"], row["from_model_mcse"]
            word = _word(row["from_model"], error, mcse, "the mechanism costs skill", "the mechanism carries skill")
            changed = f"{row['from_model']:+.3f} (error{_number(error)}, MC{_number(mcse)})"
            lines.append(f"  {row['forecast']:<28}{changed}  {word}; {VARIANTS[row['forecast']].sentence}")
    return lines


def case_lines(table: pd.DataFrame) -> list[str]:
    """Return a line for each case by transition: what the model and its ablations said, and what happened."""
    short = "".join(f"{name:>{_wide(name)}}" for name in _SHORT.values())
    lines = [
        "Cases: probability of reversal by the model (MC error) and without each mechanism, and what happened. "
        "cont.: contested. summary.csv has the whole names.",
        f"{'':<2}{'case':<10}{'policy':<19}{'layer':<9}{'cont.':<5}{'model':>12}{short}  happened",
    ]
    for name, rows in table.groupby("transition", sort=False):
        lines.append(str(name))
        for row in rows.to_dict("records"):
            said = f"{row[MODEL]:.2f} ({row[f'{MODEL}_mcse']:.2f})"
            others = "".join(f"{row[each]:>{_wide(_SHORT[each])}.2f}" for each in ABLATIONS)
            happened = ("kept", "reversed")[row["outcome"]] + ("" if row["scored"] else "*")
            lines.append(
                f"  {str(row['case'])[:9]:<10}{str(row['policy'])[:18]:<19}{row['legal_layer']:<9}"
                f"{'yes' if row['contested'] else 'no':<5}{said:>12}{others}  {happened}"
            )
    if not table["scored"].all():
        lines.append("* not scored: the later government was not an opposed one")
    return lines


def _wide(name: str) -> int:
    return max(8, len(name) + 1)


def miss_lines(table: pd.DataFrame) -> list[str]:
    """Return the scored cases to which the model gave the least probability of what happened, all below .5."""
    rows = table[table["scored"] == 1]
    losses = case_log_scores(rows[MODEL].to_numpy(), rows["outcome"].to_numpy())
    wrong = rows.assign(loss=losses)[losses > math.log(2.0)]
    worst = wrong.sort_values(["loss", "case"], ascending=[False, True], kind="stable")[:MISSES]
    lines = ["Worst misses:" + " none; what happened had a probability of .5 or more" * wrong.empty]
    for row in worst.to_dict("records"):
        happened = "was reversed" if row["outcome"] else "was kept"
        lines.append(
            f"  {row['case']} ({row['policy']}, {row['transition']}): the model said {row[MODEL]:.2f}; it {happened}"
        )
    return lines


def _blank(width: int) -> str:
    return f"{'-':>{width}}"


def _number(value: float, width: int = 7) -> str:
    return f"{value:>{width}.3f}" if math.isfinite(value) else _blank(width)


def _finite(row: dict[Any, Any]) -> dict[str, Any]:
    """Return a row with None for numbers that are not finite, which JSON has not."""
    return {
        str(name): None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in row.items()
    }


def _case_json(row: dict[Any, Any]) -> dict[str, Any]:
    plain = _finite(row)
    names = ("policy", "transition", "legal_layer", "contested", "exposure", "scored", "outcome")
    return {
        "id": plain["case"],
        **{("layer" if name == "legal_layer" else name): plain[name] for name in names},
        "probability": plain[MODEL],
        "probability_mcse": plain[f"{MODEL}_mcse"],
        "ablations": {name: plain[name] for name in ABLATIONS},
        "baselines": {name: plain[name] for name in BASELINES},
    }
