"""`moat verify`: do the files of a results folder follow from its ledger, and the ledger from study and code?"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..execution.progress import Progress
from ..interchange.data_package import DATA_PACKAGE
from ..storage.checksums import CHECKSUMS, differences
from ..storage.ledger import Ledger
from ..storage.provenance import code_hash
from ..storage.results_folder import LEDGER, MANIFEST, identity_of
from ..studies.plan import Plan
from .export import ordered_runs
from .folder import FROZEN, refuse_changed_code, study_in
from .ledger_check import Fault, StudyRuns, ledger_problems
from .outcome import RecordedState, recorded_state
from .regeneration import Problem, regeneration_problems
from .status import repeat

SHARE, LEAST = 0.01, 20
"""The sample where none is asked for: this share of the runs, and at least this number."""
_SHOWN = 5
_CAUSES = (FROZEN, MANIFEST)
"""Files that come first: what is wrong in them makes other files differ."""


@dataclass
class Verification:
    """What was checked and holds (`notes`, a line each), and what does not (`problems`)."""

    path: Path
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def text(self) -> str:
        """Return the verdict, a line for each problem (of one file at most five), then what holds."""
        lines = [f"{self.path}: {'NOT verified' if self.problems else 'verified'}"]
        shown: dict[str, int] = {}
        for problem in self.problems:
            shown[problem.file] = shown.get(problem.file, 0) + 1
            if shown[problem.file] <= _SHOWN:
                lines.append(str(problem))
        lines += [f"{file}: and {count - _SHOWN} more" for file, count in shown.items() if count > _SHOWN]
        return "\n".join([*lines, *self.notes])


def verify(path: Path, share: float | None = None) -> Verification:
    """Check a results folder and repeat a share of its runs; None: one in a hundred, at least twenty.

    Changes nothing. Raises UserError if the folder is of another version or other code: nothing could be compared.
    """
    study, manifest = study_in(path)
    outcome = Verification(path)
    plan = Plan(study)
    with Ledger(path / LEDGER, read_only=True) as ledger:
        _refuse_other_code(path, manifest, plan, ledger)
        faults = _check_ledger(outcome, plan, ledger)
        if not (path / CHECKSUMS).is_file():
            outcome.problems.append(Problem(CHECKSUMS, "", "is missing: the study has not been exported"))
            return outcome
        _check_checksums(outcome)
        if Fault.UNREADABLE in faults:
            outcome.notes.append("files: not compared with the ledger, which has rows that cannot be read")
            return outcome
        state = recorded_state(plan, ledger)
        foreign = faults.count(Fault.FOREIGN)
        _check_rows(outcome, plan, ledger, state, foreign)
        before = len(outcome.problems)
        outcome.problems += regeneration_problems(path, plan, manifest, ledger, state, foreign=foreign > 0)
        if ledger.study != identity_of(manifest) and all(problem.file not in _CAUSES for problem in outcome.problems):
            outcome.problems.append(Problem(LEDGER, "", f"belongs to another study than {MANIFEST}"))
        if len(outcome.problems) == before:
            outcome.notes.append("files: the same bytes as made anew from the ledger")
        _repeat_sample(outcome, plan, ledger, share)
    # datapackage.json holds the hashes of the tables, and so comes last.
    outcome.problems.sort(key=lambda problem: (problem.file not in _CAUSES, problem.file == DATA_PACKAGE))
    return outcome


def _refuse_other_code(path: Path, manifest: Mapping[str, Any], plan: Plan, ledger: Ledger) -> None:
    """Raise UserError for a folder of other code. Keys of this code show that the manifest alone says otherwise."""
    if manifest.get("code_hash") != code_hash() and not any(ledger.recorded(arm_set.keys(0)) for arm_set in plan):
        refuse_changed_code(path, dict(manifest))


def _check_checksums(outcome: Verification) -> None:
    changed, missing, unlisted = differences(outcome.path)
    outcome.problems += [Problem(name, "", f"not as {CHECKSUMS} says") for name in changed]
    outcome.problems += [Problem(name, "", f"listed in {CHECKSUMS}, and missing") for name in missing]
    outcome.problems += [Problem(name, "", f"not listed in {CHECKSUMS}") for name in unlisted]
    if not (changed or missing or unlisted):
        outcome.notes.append("checksums: fine")


def _check_ledger(outcome: Verification, plan: Plan, ledger: Ledger) -> list[Fault]:
    """Check hash, columns and key of every recorded run; return the fault of each that has one."""
    problems = list(ledger_problems(plan, ledger))
    outcome.problems += [Problem(LEDGER, "", problem.what) for problem in problems]
    flagged = ledger.disagreements()
    outcome.problems += [Problem(LEDGER, "", f"run {key[:16]}: two executions gave two outcomes") for key in flagged]
    if not problems and not flagged:
        outcome.notes.append(f"ledger: {ledger.count():,} runs of this study, each with its outcome hash")
    return [problem.fault for problem in problems]


def _check_rows(outcome: Verification, plan: Plan, ledger: Ledger, state: RecordedState, foreign: int) -> None:
    """Add every run of the study that is neither recorded nor given up; count those beyond its replicates."""
    given_up, wanted = ledger.given_up(), set()
    for arm_set, replicate, place, key in ordered_runs(plan, state.analyses):
        if ledger.recorded([key]):
            wanted.add(key)
            if plan.series is not None and not ledger.recorded([key], plan.series):
                outcome.problems.append(Problem(LEDGER, "", f"the series of run {key[:16]} is missing"))
        elif arm_set.task_key(replicate) not in given_up:
            what = f"run {key[:16]} is missing ({arm_set.label(replicate)}, arm {arm_set.arms[place].name})"
            outcome.problems.append(Problem(LEDGER, "", what))
    further = ledger.count() - foreign - len(wanted)
    if further:
        outcome.notes.append(f"ledger: {further:,} further runs, beyond the replicates of the study, are not exported")
    outcome.notes += [f"FAILED {reason}" for reason in state.reasons[:_SHOWN]]
    if len(state.reasons) > _SHOWN:
        outcome.notes.append(f"FAILED and {len(state.reasons) - _SHOWN} more {plan.study.protocol.units}")


def _repeat_sample(outcome: Verification, plan: Plan, ledger: Ledger, share: float | None) -> None:
    """Repeat runs that are drawn anew each time, so that nobody can know which rows would be safe to alter."""
    count = ledger.count()
    number = max(LEAST, math.ceil(SHARE * count)) if share is None else math.ceil(share * count)
    draw = random.SystemRandom()
    chosen = heapq.nsmallest(number, _known(plan, ledger), key=lambda _: draw.random())
    if not chosen:
        return
    hashes: dict[int, dict[str, str]] = {}
    for key, replicate, hashed in chosen:
        hashes.setdefault(replicate, {})[key] = hashed
    wrong = []
    with Progress(len(chosen), "repeated runs") as progress:
        for arm_set in plan:
            for replicate, waiting in hashes.items():
                places = {place: key for place, key in enumerate(arm_set.keys(replicate)) if key in waiting}
                if not places:
                    continue
                again = repeat(arm_set, replicate, list(places))
                for key, (hashed, series) in zip(places.values(), again, strict=True):
                    kept = None if plan.series is None else ledger.series_digest(key, plan.series)
                    if hashed != waiting.pop(key) or kept not in (None, series):
                        wrong.append(key)
                    progress.advance()
    outcome.problems += [Problem(LEDGER, "", f"run {key[:16]}: repeated, and the outcome is another") for key in wrong]
    if not wrong:
        outcome.notes.append(f"repeated {len(chosen):,} of {count:,} runs: the same outcome, bit for bit")


def _known(plan: Plan, ledger: Ledger) -> Iterator[tuple[str, int, str]]:
    """Yield key, replicate and outcome hash of every recorded run that the study has."""
    runs = StudyRuns(plan)
    for run in ledger.texts():
        if runs.arm_of(run.key, run.replicate) is not None:
            yield run.key, run.replicate, run.outcome_hash
