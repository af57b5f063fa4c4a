"""Parts of a study for job arrays: each part runs alone in a folder of its own; merging checks that they agree."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ...agents.source_hash import short
from ..errors import UserError
from ..storage.provenance import code_hash
from ..storage.results_folder import LEDGER, read_own_manifest
from ..studies.reader import StudyFile, read_study
from .folder import FROZEN, Shard, default_folder, open_study
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


def merge_shards(parts: Sequence[Path], out: Path | None = None) -> Outcome:
    """Merge parts into a results folder and export it; parts may be merged again when more of them are done."""
    study = _checked(parts)
    target = out or default_folder(study)
    if any(part.resolve() == target.resolve() for part in parts):
        raise UserError(f"{target} is one of the parts; choose another --out")
    with open_study(study, target) as folder:
        for part in parts:
            folder.ledger.copy_from(part / LEDGER)
        if folder.ledger.count() == 0:
            raise UserError("the parts hold no run; let them finish first")
        return finish_recorded(study, folder)
