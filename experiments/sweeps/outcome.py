"""The outcome of a study, and the end of every command that has run one: export and own table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..protocols.contract import Finished
from ..storage.checksums import renewed_checksums
from ..storage.ledger import Ledger
from ..storage.results_folder import ResultsFolder
from ..studies.plan import Plan
from ..studies.reader import StudyFile
from .folder import Shard, freeze, record_study, refuse_lost_runs
from .stopping_rule import InterimAnalyses

if TYPE_CHECKING:
    import pandas as pd


@dataclass
class Outcome:
    """A study that was run.

    runs: in the ledger. reasons: a line for each replicate given up. summary: rows of summary.csv in a study of several
    settings. analyses: interim analyses of the stopping rule. absent: replicates not run. own: the protocol's table.
    finished: input of the answer of a study of one setting. notes: further lines to print.
    """

    path: Path
    study: StudyFile
    runs: int
    reasons: list[str] = field(default_factory=list)
    summary: list[dict[str, Any]] = field(default_factory=list)
    analyses: list[dict[str, Any]] = field(default_factory=list)
    absent: int = 0
    own: pd.DataFrame | None = None
    finished: Finished | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def failed(self) -> int:
        """Return the number of replicates given up."""
        return len(self.reasons)


def finish(
    plan: Plan, analyses: InterimAnalyses, folder: ResultsFolder, reasons: list[str], absent: int = 0
) -> Outcome:
    """Record the study in the manifest; write its exports, own table and the checksums of these files."""
    refuse_lost_runs(folder.path, analyses)
    with renewed_checksums(folder.path):
        record_study(folder, plan.study, analyses)
        return write_files(plan, analyses, folder.ledger, folder.path, reasons, absent)


def write_files(
    plan: Plan, analyses: InterimAnalyses, ledger: Ledger, path: Path, reasons: list[str], absent: int
) -> Outcome:
    """Write every file that follows from a study and its ledger into the folder `path`, but the manifest."""
    from ..interchange.files import write_interchange
    from .export import described_runs, export_study, packaged_tables  # with pandas, which only the end needs
    from .own_table import write_own_table

    study = plan.study
    freeze(study, path)
    summary, finished = export_study(plan, analyses, ledger, path, reasons)
    own, note = write_own_table(study, path, whole=not reasons and not absent)
    notes = [*([note] if note else []), *write_interchange(path, described_runs(plan), packaged_tables(plan))]
    return Outcome(
        path,
        study,
        ledger.count(),
        reasons,
        summary,
        analyses.recorded(),
        absent,
        own=own,
        finished=finished,
        notes=notes,
    )


def finish_recorded(study: StudyFile, folder: ResultsFolder) -> Outcome:
    """Finish a study from its ledger; nothing is run."""
    plan = Plan(study)
    state = recorded_state(plan, folder.ledger)
    return finish(plan, state.analyses, folder, state.reasons, state.missing)


class RecordedState(NamedTuple):
    """How far a ledger is: interim analyses, a line for each replicate given up, and the replicates not run."""

    analyses: InterimAnalyses
    reasons: list[str]
    missing: int


def recorded_state(plan: Plan, ledger: Ledger) -> RecordedState:
    """Return how far a study is, from its ledger alone."""
    analyses = InterimAnalyses(plan, ledger)
    given_up = ledger.given_up()
    analyses.update(given_up)
    reasons = given_up_reasons(plan, analyses, given_up)
    return RecordedState(analyses, reasons, work(plan, analyses, ledger, given_up).missing)


def given_up_reasons(plan: Plan, analyses: InterimAnalyses, given_up: Mapping[str, str]) -> list[str]:
    """Return a line for each replicate of a study that is given up, in the order of the points."""
    if not given_up:
        return []
    names = {
        name: None
        for point, state in enumerate(analyses.points)
        for arm_set in plan.arm_sets(point)
        for replicate in range(state.replicates)
        if (name := arm_set.task_key(replicate)) in given_up
    }
    return [given_up[name] for name in names]


class Work(NamedTuple):
    """Numbers of replicates, or of runs: recorded, given up, and missing."""

    done: int = 0
    failed: int = 0
    missing: int = 0

    @property
    def total(self) -> int:
        """Return the number of all of them."""
        return self.done + self.failed + self.missing

    def plus(self, other: Work) -> Work:
        """Return the sum of two."""
        return Work(self.done + other.done, self.failed + other.failed, self.missing + other.missing)


class PointWork(NamedTuple):
    """Progress of one design point: its replicates, and the runs in them. A replicate is done with all of its runs."""

    replicates: Work = Work()
    runs: Work = Work()


def work_by_point(
    plan: Plan, analyses: InterimAnalyses, ledger: Ledger, given_up: Mapping[str, str], shard: Shard | None = None
) -> list[PointWork]:
    """Return the progress of each design point of a study, or of one part of it."""
    points = []
    ordinal = -1
    for point, state in enumerate(analyses.points):
        replicates = runs = Work()
        for arm_set in plan.arm_sets(point):
            for replicate in range(state.replicates):
                ordinal += 1
                if shard is not None and not shard.has(ordinal):
                    continue
                keys = arm_set.keys(replicate)
                recorded = len(ledger.recorded(keys, plan.series))
                absent = len(keys) - recorded
                failed = absent > 0 and arm_set.task_key(replicate) in given_up
                replicates = replicates.plus(Work(int(absent == 0), int(failed), int(absent > 0 and not failed)))
                runs = runs.plus(Work(recorded, absent if failed else 0, 0 if failed else absent))
        points.append(PointWork(replicates, runs))
    return points


def work(plan: Plan, analyses: InterimAnalyses, ledger: Ledger, given_up: Mapping[str, str]) -> Work:
    """Return the progress of a study in replicates."""
    total = Work()
    for point in work_by_point(plan, analyses, ledger, given_up):
        total = total.plus(point.replicates)
    return total
