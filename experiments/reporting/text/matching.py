"""Printed answer of `moat calibrate`, and its list of measured statistics."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from ...matching.calibration import Calibrated
from ...matching.measured import STATISTICS
from ...matching.outputs import by_narrowing, kept_draws, passed, targets_table, waves_table
from ...statistics.intervals import wilson
from .wording import NOTICE, wrapped

NARROWED = 10
"""Inputs printed, those narrowed most."""
_ROUGH = 1.5
"""Root mean square of an emulator's errors from which the answer warns."""
_REASONS = 3


def statistics_text() -> str:
    """Return the names that a targets file may use, with unit and meaning."""
    width = max(map(len, STATISTICS))
    rows = [f"{each.name:<{width}}  {each.unit:<20}  {each.meaning}" for each in STATISTICS.values()]
    head = "Statistics that a targets file may name (column name), with unit and meaning:"
    return "\n".join([head, "", *rows, "", "Columns of a targets file: name, value, error, discrepancy, source."])


def calibration_text(done: Calibrated) -> str:
    """Return the answer in plain words: waves, targets, inputs, and how to go on."""
    blocks = [_head(done), _waves(done), _targets(done), _verdict(done), _inputs(done), _next(done), _files(done)]
    return "\n\n".join("\n".join(line for each in block for line in _fitted(each)) for block in blocks if block)


def _fitted(line: str) -> list[str]:
    return [line] if "  " in line.strip() else wrapped(line)


def _head(done: Calibrated) -> list[str]:
    asked = done.asked
    waves = _number(len(done.matched.waves), "wave")
    return [
        f"political-moat: history matching, preset {asked.study.model.preset}, {len(asked.inputs)} inputs, "
        f"{len(asked.targets)} targets; {waves} of up to {asked.points} draws, each with "
        f"{asked.replicates} histories of {asked.cycles} terms and {asked.parameters.electorate.voters:,} voters; "
        f"seed {asked.seed}. {NOTICE}"
    ]


def _waves(done: Calibrated) -> list[str]:
    lines = [f"{'wave':<6}{'draws':>7}{'left out':>10}{'pass':>7}   share of the prior not ruled out (standard error)"]
    for wave in done.matched.waves:
        out = len(done.left_out[wave.number].numbers)
        passes = passed(done.matched, done.left_out, wave.number)
        lines.append(
            f"{wave.number:<6}{wave.points:>7}{out:>10}{passes:>7}   "
            f"{_share(wave.share, wave.draws)} ({_share(wave.error)})"
        )
    first = done.matched.waves[0]
    sampled = first.points - len(done.left_out[first.number].numbers)
    if sampled:
        passes = passed(done.matched, done.left_out, first.number)
        low, high = wilson(passes, sampled)
        lines.append(
            f"Pass: draws that pass every target by their own simulation. The first wave is a sample of the prior: "
            f"{passes} of {sampled} pass, {passes / sampled:.1%} (95% interval {low:.1%} to {high:.1%}). The share "
            "beside it is that of the emulators, which rule nothing out where they cannot predict."
        )
    reasons = [
        (f"wave {number}: {reason}", what)
        for number, left in sorted(done.left_out.items())
        for what, lines_of in (("refused", left.refused), ("failed", left.failed))
        for reason in lines_of.values()
    ]
    for what, meaning in (("refused", "no possible parameters"), ("failed", "a run failed")):
        own = [reason for reason, kind in reasons if kind == what]
        if own:
            more = f", and {len(own) - _REASONS} more" if len(own) > _REASONS else ""
            lines.append(f"Left out, {meaning} ({len(own)}): {'; '.join(own[:_REASONS])}{more}.")
    return lines


def _targets(done: Calibrated) -> list[str]:
    table = targets_table(done.matched, done.left_out)
    width = max(map(len, table["target"])) + 2
    lines = [
        f"{'target':<{width}}{'record':>8}{'error':>8}{'discr.':>8}   {'prior, 5-95%':<19}{'not ruled out':<19}"
        f"{'rules out':>10}{'only it':>9}"
    ]
    for row in table.to_dict("records"):
        spans = (_span(row["prior_low"], row["prior_high"]), _span(row["region_low"], row["region_high"]))
        lines.append(
            f"{row['target']:<{width}}{row['value']:>8.4g}{row['error']:>8.3g}{row['discrepancy']:>8.3g}   "
            f"{spans[0]:<19}{spans[1]:<19}{row['rules_out']:>10.1%}{row['only_it']:>9.1%}"
        )
    lines += [
        "Rules out: share of the prior that the target rules out alone. Only it: share that no other target rules out.",
        f"A draw is ruled out where it lies more than {done.matched.cutoff:.2f} standard deviations from a target: "
        "those of the record, of the declared discrepancy, and of Monte Carlo or emulator together.",
    ]
    rough = [
        target.name
        for target, check in zip(done.matched.targets, done.matched.waves[-1].checks, strict=True)
        if check is not None and check.rms > _ROUGH
    ]
    if rough:
        lines.append(f"Emulators widened, because they miss new points by more than they say: {', '.join(rough)}.")
    absent = [
        target.name
        for target, check in zip(done.matched.targets, done.matched.waves[-1].checks, strict=True)
        if check is None
    ]
    if absent:
        lines.append(f"Measured at too few draws for an emulator, so these rule out little: {', '.join(absent)}.")
    return lines


def _verdict(done: Calibrated) -> list[str]:
    matched, kept = done.matched, kept_draws(done.matched, done.left_out)
    lines = []
    if matched.unmatchable:
        lines.append(f"No draw meets: {', '.join(matched.unmatchable)}.")
    else:
        lines.append("Every target can be met alone.")
    lines += [f"No place meets both {first} and {second}, by the emulators." for first, second in matched.conflicts]
    last = matched.waves[-1]
    lines.append(
        f"Not ruled out: {_share(last.share, last.draws)} of the prior by the emulators, and {len(kept)} of the "
        f"{len(matched.values)} simulated draws, which pass every target by their own simulation as well."
    )
    if not kept:
        lines.append(
            "Nothing is left: raise a discrepancy that is too small, widen a range, or say which target the model "
            "misses. More draws (--points) find a small region that these have missed."
        )
    return lines


def _inputs(done: Calibrated) -> list[str]:
    if len(kept_draws(done.matched, done.left_out)) < 2:
        return []
    ranges = [each for each in by_narrowing(done.matched)[:NARROWED] if math.isfinite(each.narrowed)]
    lines = [f"{'most narrowed inputs':<36}{'prior, 5-95%':<19}{'not ruled out':<19}{'narrowed by (error)':>20}"]
    lines += [
        f"{each.name:<36}{_span(each.prior_low, each.prior_high):<19}{_span(each.low, each.high):<19}"
        f"{each.narrowed:>12.0%} ({each.error:.0%})"
        for each in ranges
    ]
    lines.append(
        "Narrowed: 1 - standard deviation over the draws not ruled out / over the prior. The first of many inputs are "
        "the largest by luck as well: those within two errors of 0 are not narrowed."
    )
    return lines


def _next(done: Calibrated) -> list[str]:
    named = {path.name: path for path in done.files}
    if "matched-prior.toml" not in named:
        return []
    return [
        f"The effect over what is not ruled out:  moat sweep {named['matched-prior.toml']}",
        f"Which inputs drive it there:            moat sweep {named['sobol-matched.toml']}",
    ]


def _files(done: Calibrated) -> list[str]:
    return [f"Files: {done.out} ({', '.join(path.name for path in done.files)})"]


def calibration_json(done: Calibrated) -> str:
    """Return the same answer for programs."""
    asked, matched = done.asked, done.matched
    content = {
        "preset": asked.study.model.preset,
        "seed": asked.seed,
        "inputs": len(asked.inputs),
        "histories": asked.replicates,
        "terms": asked.cycles,
        "voters": asked.parameters.electorate.voters,
        "cutoff": matched.cutoff,
        "waves": _records(waves_table(matched, done.left_out)),
        "targets": _records(targets_table(matched, done.left_out)),
        "inputs_by_narrowing": [_plain(each._asdict()) for each in by_narrowing(matched)],
        "share_not_ruled_out": matched.share,
        "draws_not_ruled_out": len(kept_draws(matched, done.left_out)),
        "draws": len(matched.values),
        "cannot_be_met": list(matched.unmatchable),
        "cannot_be_met_together": [list(pair) for pair in matched.conflicts],
        "left_out": list(_left_out(done)),
        "files": [str(path) for path in done.files],
        "notice": NOTICE,
    }
    return json.dumps(content, indent=2, allow_nan=False)


def _left_out(done: Calibrated) -> Iterator[dict[str, Any]]:
    for wave, left in sorted(done.left_out.items()):
        for what, reasons in (("refused", left.refused), ("failed", left.failed)):
            for number, reason in reasons.items():
                yield {"wave": wave, "draw": number, "why": what, "reason": reason}


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [_plain(row) for row in table.to_dict("records")]


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): None if isinstance(value, float) and math.isnan(value) else value for name, value in row.items()}


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def _share(share: float, draws: int = 0) -> str:
    """Return a share in percent, with digits enough for small ones; none of `draws` draws is below 1 in so many."""
    if share == 0.0 and draws:
        return f"less than 1 in {draws:,}"
    return f"{share:.2%}" if share >= 0.001 or share == 0.0 else f"{share:.4%}"


def _span(low: float, high: float) -> str:
    return "-" if math.isnan(low) else f"{low:.3g} to {high:.3g}"
