"""Text that the commands of a study print at their end."""

from __future__ import annotations

import json
import math

from ...errors import UserError
from ...protocols.outcome_names import named
from ...sweeps.export import answer_of
from ...sweeps.folder import Shard
from ...sweeps.outcome import Outcome
from ..effects import effects_of
from .points import effect_lines
from .wording import NOTICE


def outcome_text(outcome: Outcome, shard: Shard | None = None, *, verbose: bool = False) -> str:
    """Return the answer of a study of one setting, else summary, interim analyses, failures and files.

    verbose: the whole answer, not the first screen alone.
    """
    study = outcome.study
    answer = answer_of(study)
    if answer is not None and outcome.finished is not None:
        return answer.text(outcome.finished) if verbose else answer.brief(outcome.finished)
    units = study.protocol.units
    model = study.model
    lines = [
        f"political-moat: study {study.study.name}, preset {model.preset}, protocol {model.protocol}, "
        f"seed {study.study.seed}, {outcome.runs:,} runs",
        NOTICE,
    ]
    if shard is not None:
        lines.append(f"part {shard.number} of {shard.count}; moat merge combines the parts")
    if outcome.own is not None:
        lines += [
            "",
            named(outcome.own).to_string(index=False, float_format=lambda number: f"{number:.3f}", na_rep=""),
            "",
        ]
        lines.append("Columns are explained in codebook-statements.md.")
    elif outcome.summary:
        effects = effects_of(outcome.summary, study.factor_names, study.protocol)
        lines += ["", *effect_lines(effects, study.protocol.summary_events), ""]
    rule = study.replicates.stop
    if rule is not None:
        lines.append(
            f"Stopping rule: Monte Carlo error of the difference in {rule.outcome} over {rule.contrast} at most "
            f"{rule.mcse:g}; interim analyses at {', '.join(map(str, study.stages))} replicates."
        )
        for analysis in outcome.analyses:
            largest = analysis["largest_mcse"]
            error = "not known" if largest is None or not math.isfinite(largest) else f"{largest:.4f}"
            lines.append(
                f"  {analysis['replicates']} replicates: {analysis['points']} points, largest error {error}, "
                f"{analysis['points_going_on']} went on"
            )
        last = outcome.analyses[-1] if outcome.analyses else None
        if last and last["points_above_mcse"] and last["points_going_on"] == 0:
            above = last["points_above_mcse"]
            lines.append(f"  {above} point{'s' * (above != 1)} reached max with an error above the limit")
    lines += outcome.notes
    lines.append(f"Files: {outcome.path}")
    if outcome.absent:
        lines.append(f"MISSING {outcome.absent} {units} have not been run (other parts, or an unfinished one)")
    lines += [f"FAILED {reason}" for reason in outcome.reasons]
    if outcome.reasons:
        lines.append("moat retry runs the failed ones again; all others are complete")
    return "\n".join(lines)


def outcome_json(outcome: Outcome) -> str:
    """Return the same answer for programs."""
    answer = answer_of(outcome.study)
    if answer is not None and outcome.finished is not None:
        return answer.json(outcome.finished)
    own = None if outcome.own is None else json.loads(outcome.own.to_json(orient="records"))
    content = {
        "study": outcome.study.canonical(),
        "runs": outcome.runs,
        "summary": outcome.summary,
        "table": own,
        "files": str(outcome.path),
        "failed": outcome.reasons,
        "notice": NOTICE,
    }
    return json.dumps(content, indent=2, allow_nan=False)


def report_line(outcome: Outcome) -> str:
    """Write the report of a finished study; return a line with its path, or with the reason why there is none.

    The report uses the folder's files alone: exports do not change, and SHA256SUMS is renewed.
    """
    reason = _no_report(outcome)
    if reason is None:
        from ..report import build_report

        try:
            return f"Report: {build_report(outcome.path)}"
        except UserError as error:
            reason = f"{error}; the exports are complete"
    old = outcome.path / "report.html"
    return f"No report: {reason}" + (f" ({old} is of an earlier state)" if old.is_file() else "")


def _no_report(outcome: Outcome) -> str | None:
    if outcome.failed or outcome.absent:
        # A report does not show which replicates are missing, and failed ones may differ from the others.
        return f"replicates are missing; moat report {outcome.path} makes one without them"
    return None
