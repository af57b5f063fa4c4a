"""What the commands of a study print at their end."""

from __future__ import annotations

import math

from ..errors import UserError
from ..sweeps.run import Outcome, Shard
from ..sweeps.summary import printed

NOTICE = "A laboratory, not a forecast and not advice."


def outcome_text(outcome: Outcome, shard: Shard | None = None) -> str:
    """Summary, looks of the stopping rule, failures and files."""
    study = outcome.study
    model = study.model
    lines = [
        f"political-moat: study {study.study.name}, preset {model.preset}, protocol {model.protocol}, "
        f"seed {study.study.seed}, {outcome.runs:,} runs",
        NOTICE,
    ]
    if shard is not None:
        lines.append(f"part {shard.number} of {shard.count}; moat merge puts the parts together")
    if outcome.own is not None:
        lines += ["", outcome.own.to_string(index=False, float_format=lambda one: f"{one:.3f}", na_rep=""), ""]
        lines.append("Look at the errors first; columns are explained in codebook-statements.md.")
    elif outcome.table:
        lines += ["", *printed(outcome.table, study.factor_names, model.protocol), ""]
    rule = study.replicates.stop
    if rule is not None:
        lines.append(
            f"Stopping rule: Monte Carlo error of the difference in {rule.outcome} over {rule.contrast} at most "
            f"{rule.mcse:g}, looked at at {', '.join(map(str, study.stages))} replicates."
        )
        for look in outcome.looks:
            largest = look["largest_mcse"]
            told = "not known" if largest is None or not math.isfinite(largest) else f"{largest:.4f}"
            lines.append(
                f"  {look['replicates']} replicates: {look['points']} points, largest error {told}, "
                f"{look['points_going_on']} went on"
            )
        if outcome.looks and outcome.looks[-1]["points_above_mcse"] and outcome.looks[-1]["points_going_on"] == 0:
            above = outcome.looks[-1]["points_above_mcse"]
            lines.append(f"  {above} point{'s' * (above != 1)} reached max above the error asked for")
    lines += outcome.notes
    lines.append(f"Files: {outcome.path}")
    if outcome.absent:
        lines.append(f"MISSING {outcome.absent} {study.piece} have not been run (other parts, or an unfinished one)")
    lines += [f"FAILED {reason}" for reason in outcome.reasons]
    if outcome.reasons:
        lines.append("moat retry runs the failed ones again; all others are whole")
    return "\n".join(lines)


def report_line(outcome: Outcome) -> str:
    """Write the report of a finished study and tell where it is, or in one line why there is none.

    The report is of the folder's files alone: exports stay as they are, and SHA256SUMS is renewed to hold it.
    """
    reason = _without(outcome)
    if reason is None:
        from .report import build_report

        try:
            return f"Report: {build_report(outcome.path)}"
        except UserError as error:
            reason = f"{error}; the exports are whole"
    old = outcome.path / "report.html"
    return f"No report: {reason}" + (f" ({old} is of an earlier state)" if old.is_file() else "")


def _without(outcome: Outcome) -> str | None:
    if outcome.study.model.protocol == "history":
        return "it tells stress tests; a history's tables are summary.csv and export/ (docs/history.md)"
    if outcome.failed or outcome.absent:
        # A report leaves no trace of replicates that are not there, and those that fail need not be like the others.
        return f"replicates are missing; moat report {outcome.path} makes one without them"
    return None
