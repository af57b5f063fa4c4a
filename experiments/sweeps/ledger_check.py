"""Whether a ledger holds the runs of its study, each as its outcome hash says: for verify, merge and export."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from ..errors import UserError
from ..storage.ledger import Ledger, RecordedRun
from ..storage.provenance import outcome_hash_of_texts
from ..storage.results_folder import LEDGER
from ..studies.plan import Plan, key_of

_BESIDE_ROW = {"key", "replicate", "arm", "number", "outcome_hash"}


class Fault(Enum):
    """What is wrong with a recorded run."""

    UNREADABLE = "unreadable"
    ALTERED = "altered"
    FOREIGN = "foreign"
    ORPHAN = "orphan"


class LedgerProblem(NamedTuple):
    """A run of a ledger that is not what the study and its hash say; `what` names its key."""

    fault: Fault
    what: str


class StudyRuns:
    """The runs that a study has, by key, whatever the replicate number. Memory grows with design points."""

    def __init__(self, plan: Plan) -> None:
        """Build every arm set once."""
        self._seed = plan.study.study.seed
        self._arms = {
            digest: arm.name for arm_set in plan for digest, arm in zip(arm_set.digests, arm_set.arms, strict=True)
        }
        self._replicate = -1
        self._names: dict[str, str] = {}

    def arm_of(self, key: str, replicate: int) -> str | None:
        """Return the arm of the run with a key in one replicate; None if the study has no such run.

        Fast while calls come by replicate, as `Ledger.texts` does.
        """
        if replicate != self._replicate:
            self._names = {key_of(digest, replicate, self._seed): name for digest, name in self._arms.items()}
            self._replicate = replicate
        return self._names.get(key)


def ledger_problems(plan: Plan, ledger: Ledger) -> Iterator[LedgerProblem]:
    """Yield every run whose row cannot be read, does not give its outcome hash, or is no run of the study."""
    runs = StudyRuns(plan)
    protocol = plan.study.protocol
    columns = {column.name for column in protocol.columns()} - _BESIDE_ROW
    cycle_columns = {column.name for column in protocol.cycle_columns()} - _BESIDE_ROW
    before: RecordedRun | None = None
    for run in ledger.texts():
        name = f"run {run.key[:16] if isinstance(run.key, str) else run.key}"
        unreadable = _unreadable(run, columns, cycle_columns)
        if unreadable is not None:
            yield LedgerProblem(Fault.UNREADABLE, f"{name}: {unreadable}")
        elif (arm := runs.arm_of(run.key, run.replicate)) is None:
            yield LedgerProblem(
                Fault.FOREIGN, f"{name}: the study has no run with this key (no factor level of study.toml gives it)"
            )
        elif outcome_hash_of_texts(run.row, run.cycles) != run.outcome_hash:
            rows = f"row and {len(run.cycles)} cycle rows" if cycle_columns else "row"
            yield LedgerProblem(Fault.ALTERED, f"{name}: its {rows} do not give its outcome hash")
        elif before is not None and before.key == run.key:
            yield LedgerProblem(Fault.ALTERED, f"{name}: recorded twice")
        elif arm != run.arm:
            yield LedgerProblem(Fault.ALTERED, f"{name}: recorded for arm {run.arm!r}, its key is of {arm!r}")
        before = run
    for key in ledger.orphans():
        yield LedgerProblem(Fault.ORPHAN, f"run {key[:16]}: cycle rows without their run")


def refuse_unsound(path: Path, plan: Plan, ledger: Ledger, but: Collection[Fault] = ()) -> None:
    """Raise UserError in one line, with folder and key, for the first fault of a ledger that is not among `but`."""
    for problem in ledger_problems(plan, ledger):
        if problem.fault not in but:
            raise UserError(f"{path / LEDGER}: {problem.what}; nothing is made from it (moat verify {path} names all)")


def _unreadable(run: RecordedRun, columns: set[str], cycle_columns: set[str]) -> str | None:
    """Return why a run cannot be read: SQLite lets any value stand in any column."""
    named = (run.key, run.task, run.arm, run.outcome_hash, run.row, *(text for _, text in run.cycles))
    numbers = (run.replicate, *(number for number, _ in run.cycles))
    if not all(isinstance(text, str) for text in named) or not all(isinstance(number, int) for number in numbers):
        return "values of another type than the ledger writes"
    for what, text, declared in (
        ("row", run.row, columns),
        *(("cycle row", text, cycle_columns) for _, text in run.cycles),
    ):
        try:
            row = json.loads(text)
        except (ValueError, RecursionError):
            return f"its {what} is not JSON"
        if not isinstance(row, dict):
            return f"its {what} is not a row"
        wrong = sorted(row.keys() ^ declared)
        if wrong:
            return f"column {wrong[0]} of its {what} is declared or present, but not both"
    return None
