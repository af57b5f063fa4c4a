"""The results folder of a study: its manifest, and the checks before a study is resumed."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...agents.source_hash import short
from ..errors import NonDeterministic, UserError
from ..storage.atomic_files import disk_errors_in_one_line, remove_file, replaced_atomically
from ..storage.checksums import listed_checksums
from ..storage.folder_files import CHECKSUMS, EXPORT, INPUTS
from ..storage.folder_files import FROZEN as FROZEN
from ..storage.ledger import Ledger
from ..storage.provenance import code_hash, manifest, manifest_text
from ..storage.results_folder import MANIFEST, ResultsFolder, open_results_folder, read_own_manifest
from ..studies.attachments import copy_attachments
from ..studies.reader import StudyFile, read_study
from .stopping_rule import InterimAnalyses


@dataclass(frozen=True)
class Shard:
    """Part `number` (from 1) of `count` parts of a study's work."""

    number: int
    count: int

    def has(self, ordinal: int) -> bool:
        """Return whether the work of this number belongs to the part."""
        return ordinal % self.count == self.number - 1


def default_folder(study: StudyFile, shard: Shard | None = None) -> Path:
    """Return the default folder of a study: results/NAME, and one next to it for each shard."""
    part = "" if shard is None else f"-shard-{shard.number}-of-{shard.count}"
    return Path("results") / f"{study.study.name}{part}"


def manifest_of(study: StudyFile, shard: Shard | None = None) -> dict[str, Any]:
    """Return the manifest; its `request`, with seed and code, must agree for a folder to be resumed.

    The request holds the study's name, so that levels may be added. With study.single_setting it also holds protocol,
    parameters and design: such a study may only get more replicates.
    """
    request: dict[str, Any] = {"study": study.study.name}
    if shard is not None:
        request["shard"] = f"{shard.number}/{shard.count}"
    if study.study.single_setting:
        request |= {
            "preset": study.model.preset,
            "protocol": study.model.protocol,
            "parameters": study.parameters.model_dump(),
            "design": study.protocol.design(study.declared(study.parameters))._asdict(),
        } | study.inputs.identity_of_all()
    return manifest(seed=study.study.seed, request=request)


def open_study(study: StudyFile, out: Path, shard: Shard | None = None) -> ResultsFolder:
    """Open the results folder of a study and freeze the study file in it. UserError in one line."""
    with disk_errors_in_one_line(out):  # a name may be too long even to ask for
        if out.exists() and not out.is_dir():
            raise UserError(f"{out} is a file, not a folder; choose another --out")
        if (out / MANIFEST).is_file():
            read_own_manifest(out)
        if (out / CHECKSUMS).exists():
            listed_checksums(out)  # a damaged list is refused before anything is run or written
    folder = open_results_folder(out, manifest_of(study, shard))
    try:
        refuse_flagged(folder.ledger, out)
        freeze(study, out)
    except BaseException:
        folder.close()
        raise
    return folder


def study_in(path: Path) -> tuple[StudyFile, dict[str, Any]]:
    """Return the study of a results folder and its manifest. UserError if another version made the folder."""
    content = read_own_manifest(path)
    return read_study(path), content


def refuse_changed_code(path: Path, content: dict[str, Any]) -> None:
    """Raise UserError if a folder was made by other code than this."""
    if content.get("code_hash") != code_hash():
        made = short(str(content.get("code_hash")))
        raise UserError(
            f"{path} was made by other code ({made}, now {short(code_hash())}); its rows can be repeated only with the "
            "code that made them"
        )


def refuse_flagged(ledger: Ledger, out: Path) -> None:
    """Raise NonDeterministic for a study in which two executions of a run disagreed."""
    keys = ledger.disagreements()
    if keys:
        raise NonDeterministic(
            f"{out} is flagged as non-deterministic: {len(keys)} run{'s' * (len(keys) != 1)} gave two outcomes "
            f"({keys[0][:16]}); do not use its results"
        )


def refuse_lost_runs(path: Path, analyses: InterimAnalyses) -> None:
    """Raise UserError if runs.csv holds runs of the study that the ledger has lost: an export would hold less."""
    table, ledger = path / EXPORT / "runs.csv", analyses.ledger
    absent = {key for key in _exported_keys(table) if not ledger.recorded([key])}
    lost = absent and absent.intersection(
        key
        for point, state in enumerate(analyses.points)
        for arm_set in analyses.plan.arm_sets(point)
        for replicate in range(state.replicates)
        for key in arm_set.keys(replicate)
    )
    if lost:
        raise UserError(
            f"{table} holds {len(lost)} run{'s' * (len(lost) != 1)} that {ledger.path} has lost; restore the ledger "
            f"from a backup, let moat sweep run them again, or remove {table.name} to do without them"
        )


def _exported_keys(table: Path) -> Iterator[str]:
    """Yield the keys of runs.csv; none if it is not there or not a table of runs, and so no loss."""
    with suppress(OSError, UnicodeDecodeError, csv.Error), table.open(newline="", encoding="utf-8") as stream:
        rows = csv.reader(stream)
        header = next(rows, [])
        if "key" in header:
            place = header.index("key")
            yield from (row[place] for row in rows if len(row) > place)


def freeze(study: StudyFile, out: Path) -> None:
    """Copy the files that a study names into inputs/ of a results folder, then write the study file.

    Copies of files that an earlier form of the study named, which SHA256SUMS lists, are removed.
    """
    copy_attachments(study.attachments(), out)
    kept = {f"{INPUTS}/{attachment.name}" for attachment in study.attachments()}
    for name in listed_checksums(out) if (out / CHECKSUMS).exists() else ():
        if name.startswith(f"{INPUTS}/") and name not in kept:
            remove_file(out / name)
    with replaced_atomically(out / FROZEN) as stream:
        stream.write(study.text)


def completed(content: Mapping[str, Any], study: StudyFile, analyses: InterimAnalyses) -> dict[str, Any]:
    """Return a manifest with the study, and the interim analyses of the stopping rule."""
    added: dict[str, Any] = {"study": study.canonical()}
    if study.replicates.stop is not None:
        added["interim_analyses"] = analyses.recorded()
        added["replicates_reached"] = [state.replicates for state in analyses.points]
    return dict(content) | added


def write_manifest(path: Path, content: Mapping[str, Any]) -> None:
    """Write manifest.json of a results folder."""
    with replaced_atomically(path / MANIFEST) as stream:
        stream.write(manifest_text(content))


def record_study(folder: ResultsFolder, study: StudyFile, analyses: InterimAnalyses) -> None:
    """Write the study, and the interim analyses of the stopping rule, into the manifest."""
    folder.manifest = completed(folder.manifest, study, analyses)
    write_manifest(folder.path, folder.manifest)
