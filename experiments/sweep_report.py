"""The report at the end of a sweep: one command from a study file to the folder that a paper archives."""

from __future__ import annotations

from .errors import UserError
from .sweeps.run import Outcome


def report_line(outcome: Outcome) -> str:
    """Write the report of a finished study and tell where it is, or in one line why there is none.

    The report is of the folder's files alone: exports stay as they are, and SHA256SUMS is renewed to hold it.
    """
    reason = _without(outcome)
    if reason is None:
        from .reporting.report import build_report

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
