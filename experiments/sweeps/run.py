"""Runs a study: executes the missing runs, keeps the recorded ones, and exports everything at the end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import NothingFinished, UserError
from ..execution.compiled_kernels import must_compile
from ..execution.engine import Engine
from ..execution.progress import Pace, Progress
from ..execution.tasks import Failure, Task
from ..storage.provenance import code_hash
from ..storage.results_folder import ResultsFolder
from ..studies.plan import ArmSet, Plan
from ..studies.reader import StudyFile
from .folder import Shard, open_study, record_study
from .outcome import Outcome, finish, given_up_reasons
from .stopping_rule import InterimAnalyses

TASK = "political_moat.experiments.protocols.task:run_task"
"""Function that a worker calls for one unit of work of any protocol."""


def run_study(
    study: StudyFile,
    out: Path,
    engine: Engine,
    *,
    quiet: bool = False,
    retry: bool = False,
    shard: Shard | None = None,
) -> Outcome:
    """Run or resume a study into a results folder. Failed replicates are run again only with `retry`.

    A shard runs its part and exports nothing. Raises UserError (nothing half-written), Interrupted (everything finished
    is kept), NonDeterministic, and NothingFinished if there is no row at all.
    """
    if shard is not None and study.replicates.stop is not None:
        raise UserError(
            "a study with replicates.stop cannot be split into shards: each interim analysis needs all rows; "
            "leave stop and max out, or use engine kind dask"
        )
    with open_study(study, out, shard) as folder:
        if retry:
            folder.ledger.forgive()
        session = _StudyRun(study, folder, engine, quiet, shard)
        session.run()
        reasons = given_up_reasons(session.plan, session.analyses, session.given_up)
        runs = folder.ledger.count()
        if runs == 0 and (shard is None or reasons):
            raise NothingFinished(
                f"no {study.protocol.unit} finished; " + (reasons[0] if reasons else "nothing was run")
            )
        if shard is not None:
            record_study(folder, study, session.analyses)
            return Outcome(out, study, runs, reasons)
        return finish(session.plan, session.analyses, folder, reasons)


class _StudyRun:
    """One run of a study: rounds of work until no point needs more replicates."""

    def __init__(
        self, study: StudyFile, folder: ResultsFolder, engine: Engine, quiet: bool, shard: Shard | None
    ) -> None:
        self.study = study
        self.ledger = folder.ledger
        self.plan = Plan(study)
        self.analyses = InterimAnalyses(self.plan, folder.ledger)
        self.engine = engine
        self.quiet = quiet
        self.shard = shard
        self.given_up = folder.ledger.given_up()
        self.flying: dict[str, tuple[ArmSet, int]] = {}
        self._pace = Pace()
        self._timed_at = time.monotonic()

    def run(self) -> None:
        before = -1
        while self._more():
            total = self._total()
            if total == before:
                return  # the rest was given up, or belongs to another shard
            before = total
            self._round(total)

    def _more(self) -> bool:
        return self.analyses.update(self.given_up) if self.shard is None else True

    def _total(self) -> int:
        every = sum(state.replicates for state in self.analyses.points) * self.plan.width
        if self.shard is None:
            return every
        return len(range(self.shard.number - 1, every, self.shard.count))

    def _round(self, total: int) -> None:
        first = self.plan.arm_sets(0)[0]
        limit = first.protocol.hung_after_seconds(first.parameters, first.design)
        units = self.study.protocol.units
        with Progress(total, units, quiet=self.quiet, compiling=must_compile()) as progress:
            self._pace, self._timed_at = progress.pace, time.monotonic()
            self.engine.run(
                self._tasks(progress),
                TASK,
                self._keep,
                self._fail,
                progress,
                timeout_s=limit,
                code=code_hash(),
                together=self.ledger.together,
            )

    def _tasks(self, progress: Progress) -> Iterator[Task]:
        """Yield the tasks that are neither recorded nor given up, each made on request."""
        ordinal = -1
        for point, state in enumerate(self.analyses.points):
            for arm_set in self.plan.arm_sets(point):
                for replicate in range(state.replicates):
                    ordinal += 1
                    if self.shard is not None and not self.shard.has(ordinal):
                        continue
                    keys = arm_set.keys(replicate)
                    recorded = self.ledger.recorded(keys, self.plan.series)
                    name = arm_set.task_key(replicate)
                    # Two design points may hold the same values: their runs are the same, and are run once.
                    if len(recorded) == len(keys) or name in self.given_up or name in self.flying:
                        progress.known()
                        continue
                    self.flying[name] = (arm_set, replicate)
                    missing = [place for place, key in enumerate(keys) if key not in recorded]
                    yield Task(name, arm_set.payload(replicate, missing))

    def _keep(self, task: Task, result: Any) -> None:
        arm_set, replicate = self.flying.pop(task.key)
        runs, cycles = arm_set.records(replicate, result.runs, result.cycles)
        self.ledger.record(task.key, runs, cycles, arm_set.series(replicate, result.records))
        self._add_time()

    def _add_time(self) -> None:
        now = time.monotonic()
        self.ledger.add_time(now - self._timed_at, self._pace.seconds_each)
        self._timed_at = now

    def _fail(self, task: Task, failure: Failure) -> None:
        arm_set, replicate = self.flying[task.key]
        where = f"replicate {replicate}" if self.study.study.single_setting else arm_set.label(replicate)
        reason = f"{where}: {failure.reason}"
        seed = self.study.study.seed
        self.ledger.record_failure(task.key, failure.attempt, reason, seed, failure.detail, final=failure.final)
        self._add_time()
        if failure.final:
            self.given_up[task.key] = reason
            del self.flying[task.key]
