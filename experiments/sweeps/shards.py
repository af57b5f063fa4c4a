"""Parts of a study for job arrays: each part runs alone in a folder of its own; merging checks that they agree."""

from __future__ import annotations

import heapq
import itertools
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from ...agents.source_hash import short
from ..errors import UserError
from ..storage.ledger import Ledger
from ..storage.provenance import code_hash
from ..storage.results_folder import LEDGER, read_own_manifest, recorded_ledger
from ..studies.plan import Plan
from ..studies.reader import StudyFile, read_study
from .folder import FROZEN, Shard, default_folder, open_study, refuse_flagged
from .ledger_check import refuse_unsound
from .outcome import Outcome, finish_recorded


def parse_shard(text: str) -> Shard:
    """Return "3/16" as a part. UserError says how parts are written."""
    part = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text)
    if part is None:
        raise UserError(f"part {text} is not possible; write i/n, such as 3/16")
    number, count = int(part[1]), int(part[2])
    if not 1 <= number <= count:
        raise UserError(f"part {text} is not possible; allowed: 1/{count} to {count}/{count}")
    return Shard(number, count)


def _checked(parts: Sequence[Path]) -> StudyFile:
    """Return the one study that all parts belong to."""
    first: StudyFile | None = None
    for part in parts:
        content = read_own_manifest(part)
        if content.get("code_hash") != code_hash():
            made = short(str(content.get("code_hash")))
            raise UserError(f"{part} was made by other code ({made}, now {short(code_hash())}); the two never mix")
        if not (part / FROZEN).is_file() or not (part / LEDGER).is_file():
            raise UserError(f"{part} holds no part of a study; give folders of moat shard or moat sweep")
        study = read_study(part)
        if first is None:
            first = study
        elif study.canonical() != first.canonical():
            raise UserError(f"{part} is a part of another study than {parts[0]}; their study.toml differ")
    if first is None:
        raise UserError("there is nothing to merge; give the folders of moat shard")
    return first


def _refuse_altered_rows(study: StudyFile, folders: Sequence[Path]) -> None:
    """Raise UserError in one line unless every row gives its hash and is of the study, and no two folders disagree."""
    plan = Plan(study)
    with ExitStack() as stack:
        ledgers = [stack.enter_context(recorded_ledger(folder)) for folder in folders]
        for folder, ledger in zip(folders, ledgers, strict=True):
            refuse_flagged(ledger, folder)
            refuse_unsound(folder, plan, ledger)
        # Every ledger yields its runs by replicate, then key: merged, the copies of a run stand together.
        rows = heapq.merge(*map(_hashes, folders, ledgers), key=lambda row: row[:2])
        for (_, key), copies in itertools.groupby(rows, key=lambda row: row[:2]):
            (_, _, first, there), *others = copies
            for _, _, hashed, here in others:
                if hashed != first:
                    raise UserError(
                        f"run {key[:16]} has one outcome in {there} and another in {here}; neither is merged"
                    )


def _hashes(folder: Path, ledger: Ledger) -> Iterator[tuple[int, str, str, str]]:
    for run in ledger.texts():
        yield run.replicate, run.key, run.outcome_hash, str(folder)


def merge_shards(parts: Sequence[Path], out: Path | None = None) -> Outcome:
    """Merge parts into a results folder and export it; parts may be merged again when more of them are done.

    Raises UserError, and leaves the target as it was, if a row of a part or of the target is not as its hash says.
    """
    study = _checked(parts)
    target = out or default_folder(study)
    if any(part.resolve() == target.resolve() for part in parts):
        raise UserError(f"{target} is one of the parts; choose another --out")
    _refuse_altered_rows(study, [*parts, *([target] if (target / LEDGER).is_file() else [])])
    with open_study(study, target) as folder:
        for part in parts:
            folder.ledger.copy_from(part / LEDGER)
        if folder.ledger.count() == 0:
            raise UserError("the parts hold no run; let them finish first")
        return finish_recorded(study, folder)
