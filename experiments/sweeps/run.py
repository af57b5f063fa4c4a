"""Runs a study file: what is missing is run, what is there is kept, and everything is exported at the end."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import NonDeterministic, NothingFinished, UserError
from ..execution.engine import Engine
from ..execution.progress import Progress
from ..execution.tasks import Failure, Task
from ..storage.atomic_files import replaced_atomically
from ..storage.ledger import Ledger
from ..storage.provenance import code_hash, manifest, write_checksums
from ..storage.results_folder import MANIFEST, ResultsFolder, open_results_folder
from ..studies.plan import Cell, Plan
from ..studies.reader import StudyFile
from .outcome import TASK, hung_after_seconds
from .stopping_rule import Looks

if TYPE_CHECKING:
    import pandas as pd

FROZEN = "study.toml"


@dataclass(frozen=True)
class Shard:
    """Part `number` (from 1) of `count` parts of a study's work."""

    number: int
    count: int

    def has(self, ordinal: int) -> bool:
        """Whether the work of this number belongs to the part."""
        return ordinal % self.count == self.number - 1


@dataclass
class Outcome:
    """A study that was run: folder, runs in the ledger, a line for each replicate given up, replicates not run.

    table: rows of summary.csv; own: the protocol's own table, if it has one; looks: what the stopping rule saw.
    notes: what else there is to tell.
    """

    path: Path
    study: StudyFile
    runs: int
    reasons: list[str] = field(default_factory=list)
    table: list[dict[str, Any]] = field(default_factory=list)
    looks: list[dict[str, Any]] = field(default_factory=list)
    absent: int = 0
    own: pd.DataFrame | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def failed(self) -> int:
        """Replicates given up."""
        return len(self.reasons)


def default_folder(study: StudyFile, shard: Shard | None = None) -> Path:
    """Where a study goes unless told otherwise: results/NAME, and a folder beside it for each shard."""
    part = "" if shard is None else f"-shard-{shard.number}-of-{shard.count}"
    return Path("results") / f"{study.study.name}{part}"


def manifest_of(study: StudyFile, shard: Shard | None = None) -> dict[str, Any]:
    """What must agree for a folder to be resumed: the study's name and seed, and the code. Levels may be added."""
    request: dict[str, Any] = {"study": study.study.name}
    if shard is not None:
        request["shard"] = f"{shard.number}/{shard.count}"
    return manifest(seed=study.study.seed, request=request)


def open_study(study: StudyFile, out: Path, shard: Shard | None = None) -> ResultsFolder:
    """Open the results folder of a study and freeze the study file in it. UserError in one line."""
    if out.exists() and not out.is_dir():
        raise UserError(f"{out} is a file, not a folder; choose another --out")
    folder = open_results_folder(out, manifest_of(study, shard))
    try:
        refuse_flagged(folder.ledger, out)
        with replaced_atomically(out / FROZEN) as stream:
            stream.write(study.text)
        if study.design.file is not None:
            _keep_list(study, out)
    except BaseException:
        folder.close()
        raise
    return folder


def _keep_list(study: StudyFile, out: Path) -> None:
    """Freeze the design points of a csv file under the name that the study file gives."""
    import csv

    target = out / Path(study.design.file or "").name
    with replaced_atomically(target) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(study.rows.names)
        writer.writerows([_text(value) for value in row] for row in study.rows.values)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value) if isinstance(value, float) else str(value)


def refuse_flagged(ledger: Ledger, out: Path) -> None:
    """Raise NonDeterministic for a study in which two executions of a run disagreed."""
    wrong = ledger.disagreements()
    if wrong:
        raise NonDeterministic(
            f"{out} is flagged as non-deterministic: {len(wrong)} run{'s' * (len(wrong) != 1)} gave two outcomes "
            f"({wrong[0][:16]}); none of it may be trusted"
        )


def run_sweep(
    study: StudyFile,
    out: Path,
    engine: Engine,
    *,
    quiet: bool = False,
    retry: bool = False,
    shard: Shard | None = None,
) -> Outcome:
    """Run or resume a study into a results folder. Given up runs stay given up unless `retry`.

    A shard runs its part and exports nothing. Raises UserError (nothing half-written), Interrupted (everything finished
    is kept), NonDeterministic, and NothingFinished if there is no row at all.
    """
    if shard is not None and study.replicates.stop is not None:
        raise UserError(
            "a study with replicates.stop cannot be split into shards: each look needs all rows; "
            "leave stop and max out, or use engine kind dask"
        )
    with open_study(study, out, shard) as folder:
        if retry:
            folder.ledger.forgive()
        session = _Session(study, folder, engine, quiet, shard)
        session.run()
        reasons = given_up_reasons(session.plan, session.looks, session.given_up)
        runs = folder.ledger.count()
        if runs == 0 and (shard is None or reasons):
            raise NothingFinished("no run finished; " + (reasons[0] if reasons else "nothing was run"))
        if shard is not None:
            record_study(folder, study, session.looks)
            return Outcome(out, study, runs, reasons)
        return finish(session.plan, session.looks, folder, reasons)


def finish(plan: Plan, looks: Looks, folder: ResultsFolder, reasons: list[str], absent: int = 0) -> Outcome:
    """Record the study and its looks in the manifest, export, and tell."""
    from .export import export_sweep
    from .protocol_table import write_own_table

    study = plan.study
    record_study(folder, study, looks)
    table = export_sweep(plan, looks, folder)
    own, note = write_own_table(study.model.protocol, folder.path, whole=not reasons and not absent)
    write_checksums(folder.path)
    notes = [note] if note else []
    return Outcome(
        folder.path, study, folder.ledger.count(), reasons, table, looks.recorded(), absent, own=own, notes=notes
    )


def record_study(folder: ResultsFolder, study: StudyFile, looks: Looks) -> None:
    """Put the study, and the looks that the stopping rule took, into the manifest."""
    content = dict(folder.manifest) | {"study": study.canonical()}
    if study.replicates.stop is not None:
        content["looks"] = looks.recorded()
        content["replicates_reached"] = [state.replicates for state in looks.points]
    text = json.dumps(content, indent=2, sort_keys=True, allow_nan=False) + "\n"
    if (folder.path / MANIFEST).read_text(encoding="utf-8") != text:
        with replaced_atomically(folder.path / MANIFEST) as stream:
            stream.write(text)
    folder.manifest = content


class _Session:
    """One session of a study: rounds of work until no point wants more replicates."""

    def __init__(
        self, study: StudyFile, folder: ResultsFolder, engine: Engine, quiet: bool, shard: Shard | None
    ) -> None:
        self.study = study
        self.ledger = folder.ledger
        self.plan = Plan(study)
        self.looks = Looks(self.plan, folder.ledger)
        self.engine = engine
        self.quiet = quiet
        self.shard = shard
        self.given_up = folder.ledger.given_up()
        self.flying: dict[str, tuple[Cell, int]] = {}

    def run(self) -> None:
        before = -1
        while self._more():
            total = self._total()
            if total == before:
                return  # what is missing is missing for good: given up, or another shard's
            before = total
            self._round(total)

    def _more(self) -> bool:
        return self.looks.update(self.given_up) if self.shard is None else True

    def _total(self) -> int:
        every = sum(state.replicates for state in self.looks.points) * self.plan.width
        if self.shard is None:
            return every
        return len(range(self.shard.number - 1, every, self.shard.count))

    def _round(self, total: int) -> None:
        cell = self.plan.cells(0)[0]
        limit = hung_after_seconds(cell.parameters, cell.cost, cell.cycles)
        with Progress(total, self.study.piece, quiet=self.quiet) as progress:
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
        """Work that is neither recorded nor given up, made as it is asked for."""
        ordinal = -1
        for point, state in enumerate(self.looks.points):
            for cell in self.plan.cells(point):
                for replicate in range(state.replicates):
                    ordinal += 1
                    if self.shard is not None and not self.shard.has(ordinal):
                        continue
                    keys = cell.keys(replicate)
                    there = self.ledger.recorded(keys)
                    name = cell.task_key(replicate)
                    # Two design points may hold the same values: their runs are the same, and run once.
                    if len(there) == len(keys) or name in self.given_up or name in self.flying:
                        progress.known()
                        continue
                    self.flying[name] = (cell, replicate)
                    missing = [place for place, key in enumerate(keys) if key not in there]
                    yield Task(name, cell.payload(replicate, missing))

    def _keep(self, task: Task, result: Any) -> None:
        cell, replicate = self.flying.pop(task.key)
        runs, cycles = cell.records(replicate, result.runs, result.cycles)
        self.ledger.record(task.key, runs, cycles)

    def _fail(self, task: Task, failure: Failure) -> None:
        cell, replicate = self.flying[task.key]
        reason = f"{cell.told(replicate)}: {failure.reason}"
        seed = self.study.study.seed
        self.ledger.record_failure(task.key, failure.attempt, reason, seed, failure.detail, final=failure.final)
        if failure.final:
            self.given_up[task.key] = reason
            del self.flying[task.key]


def given_up_reasons(plan: Plan, looks: Looks, given_up: Mapping[str, str]) -> list[str]:
    """A line for each replicate of a study that is given up, in the order of the points."""
    if not given_up:
        return []
    names = {
        name: None
        for point, state in enumerate(looks.points)
        for cell in plan.cells(point)
        for replicate in range(state.replicates)
        if (name := cell.task_key(replicate)) in given_up
    }
    return [given_up[name] for name in names]


class Work(NamedTuple):
    """Replicates of a study: with all of their runs, failed for good, and neither."""

    done: int
    failed: int
    missing: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.done + self.failed + self.missing


def work(plan: Plan, looks: Looks, ledger: Ledger, given_up: Mapping[str, str], shard: Shard | None = None) -> Work:
    """How far a study is (or one part of it)."""
    done = failed = missing = 0
    ordinal = -1
    for point, state in enumerate(looks.points):
        for cell in plan.cells(point):
            for replicate in range(state.replicates):
                ordinal += 1
                if shard is not None and not shard.has(ordinal):
                    continue
                keys = cell.keys(replicate)
                if len(ledger.recorded(keys)) == len(keys):
                    done += 1
                elif cell.task_key(replicate) in given_up:
                    failed += 1
                else:
                    missing += 1
    return Work(done, failed, missing)
