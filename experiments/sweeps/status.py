"""Commands on a results folder: its progress, its exports again, one run again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ...agents.source_hash import short
from ..errors import UserError
from ..execution.progress import in_words
from ..execution.worker import resolve
from ..reporting.point_labels import point_label
from ..storage.checksums import CHECKSUMS, refuse_altered
from ..storage.folder_files import INPUTS
from ..storage.ledger import Ledger
from ..storage.provenance import code_hash, outcome_hash
from ..storage.results_folder import LEDGER, MANIFEST, check_ledger, read_own_manifest, recorded_ledger
from ..studies.plan import ArmSet, Plan
from ..studies.reader import read_study
from .folder import FROZEN, Shard, default_folder, open_study, refuse_changed_code, refuse_lost_runs, study_in
from .ledger_check import Fault, refuse_unsound
from .outcome import Outcome, PointWork, Work, finish_recorded, recorded_state, work_by_point
from .run import TASK
from .stopping_rule import InterimAnalyses

_SHOWN_FAILURES = 20
_SHOWN_POINTS = 30


def parse_share(text: str) -> float:
    """Return "5%" or "0.05" as a share. UserError names the allowed values."""
    number = re.fullmatch(r"\s*([0-9]*\.?[0-9]+)\s*(%?)\s*", text)
    value = float(number[1]) / (100.0 if number[2] else 1.0) if number is not None else -1.0
    if not 0.0 <= value <= 1.0:
        raise UserError(f"--sample {text} is not possible; allowed: 0% to 100%, or 0 to 1")
    return value


def plan_of(path: Path) -> Plan:
    """Return the plan of a results folder. UserError in one line, also if other code made it."""
    content = read_own_manifest(path)
    refuse_changed_code(path, content)
    return Plan(read_study(path))


class Repeated(NamedTuple):
    """A run done again: its outcome hash, and the digest of its series (None in a study without series)."""

    outcome: str
    series: str | None


def repeat(arm_set: ArmSet, replicate: int, places: Sequence[int]) -> list[Repeated]:
    """Run the arms at some places of one replicate again in this process."""
    result = resolve(TASK)(arm_set.payload(replicate, places))
    runs, cycles = arm_set.records(replicate, result.runs, result.cycles)
    rows = {run["key"]: run["row"] for run in runs}
    digests = {record.key: record.digest for record in arm_set.series(replicate, result.records)}
    again = []
    for key in (arm_set.key(place, replicate) for place in places):
        own = sorted((cycle for cycle in cycles if cycle["key"] == key), key=lambda cycle: cycle["number"])
        content: list[dict[str, Any]] = [{"number": cycle["number"], "row": cycle["row"]} for cycle in own]
        again.append(Repeated(outcome_hash(rows[key], content), digests.get(key)))
    return again


def _folders_with(key: str, results: Path | None) -> list[Path]:
    places = [results] if results is not None else sorted(p.parent for p in Path("results").glob(f"**/{LEDGER}"))
    folders = []
    for place in places:
        try:
            with recorded_ledger(place) as ledger:
                if ledger.find(key):
                    folders.append(place)
        except UserError:
            if results is not None:
                raise  # of many folders, those that cannot be read do not matter
    return folders


def rerun_text(key: str, results: Path | None) -> tuple[str, bool]:
    """Repeat the run of a key; return a line for the user, and whether the outcome hashes agree."""
    if re.fullmatch(r"[0-9a-f]{6,64}", key) is None:
        raise UserError(f"key {key} is not possible; allowed: 6 to 64 digits 0-9 a-f, from the column key of runs.csv")
    folders = _folders_with(key, results)
    if not folders:
        where = "under results/ (give --results FOLDER)" if results is None else f"in {results}"
        raise UserError(f"there is no run {key} {where}")
    path = folders[0]
    check_ledger(path)
    with recorded_ledger(path) as ledger:
        runs = ledger.find(key)
        if len(runs) > 1:
            raise UserError(f"{key} is the beginning of several keys; give more of it")
        ((full, replicate, arm),) = runs
        recorded = ledger.run_row(full)
    assert recorded is not None
    for arm_set in plan_of(path):
        for place in range(len(arm_set.arms)):
            if arm_set.arms[place].name == arm and arm_set.key(place, replicate) == full:
                ((again, _),) = repeat(arm_set, replicate, [place])
                agrees = again == recorded[0]
                where = f"{arm_set.label(replicate)}, arm {arm}{arm_set.variant}, seed {arm_set.seed}"
                verdict = "the same outcome" if agrees else "ANOTHER OUTCOME"
                text = f"{full[:16]} ({where}): {verdict}\n  recorded {recorded[0]}\n  repeated {again}"
                return text, agrees
    raise UserError(f"run {full[:16]} belongs to a level that {path / FROZEN} no longer has; add it again to repeat it")


def _place(path: Path) -> Path:
    """Return the results folder of a study file; a folder stands for itself."""
    if path.is_dir() or not path.exists():
        return path
    return default_folder(read_study(path))


def status_text(path: Path) -> tuple[str, bool]:
    """Return the progress of a results folder, and whether anything in it failed. A study may be running in it.

    Totals of replicates, runs and rows, time spent and time left; in a study of several design points also a line for
    each, with its factor values.
    """
    place = _place(path)
    content = read_own_manifest(place)
    with recorded_ledger(place) as ledger:
        flagged = ledger.disagreements()
        lines = [f"{place}: made with code {short(str(content['code_hash']))}, seed {content['seed']}"]
        if content["code_hash"] != code_hash():
            lines.append(f"  the installed code differs ({short(code_hash())}): nothing can be added to the folder")
            lines.append(f"  {ledger.count():,} runs recorded")
        else:
            lines += _progress_lines(place, content["request"], ledger)
        failed = ledger.given_up()
        lines += [f"FAILED {reason}" for reason in list(failed.values())[:_SHOWN_FAILURES]]
        if len(failed) > _SHOWN_FAILURES:
            lines.append(f"... and {len(failed) - _SHOWN_FAILURES} more")
        if flagged:
            lines.append(f"NON-DETERMINISTIC: {len(flagged)} runs gave two outcomes; do not use these results")
        return "\n".join(lines), bool(failed or flagged)


def _progress_lines(place: Path, request: dict[str, Any], ledger: Ledger) -> list[str]:
    study = read_study(place)
    plan = Plan(study)
    analyses = InterimAnalyses(plan, ledger)
    analyses.update(ledger.given_up())
    number, _, count = str(request.get("shard", "1/1")).partition("/")
    points = work_by_point(plan, analyses, ledger, ledger.given_up(), Shard(int(number), int(count)))
    replicates = runs = Work()
    for point in points:
        replicates, runs = replicates.plus(point.replicates), runs.plus(point.runs)
    part = f", part {request['shard']}" if "shard" in request else ""
    units, share = study.protocol.units, 100 * replicates.done // max(1, replicates.total)
    rows = f"{ledger.count():,} rows of runs.csv"
    if cycles := ledger.administrations():
        rows += f", {cycles:,} of cycles.csv"
    return [
        f"  study {study.study.name}{part}: {len(points):,} design point{'s' * (len(points) != 1)}",
        f"  {_counts(replicates, units)} ({share}%)",
        f"  {_counts(runs, 'runs')}; recorded: {rows}",
        *_time_line(ledger, replicates),
        *(_point_lines(plan, points) if len(points) > 1 else []),
    ]


def _counts(work: Work, units: str) -> str:
    return f"{work.done:,} of {work.total:,} {units} done, {work.missing:,} missing, {work.failed:,} failed"


def _time_line(ledger: Ledger, replicates: Work) -> list[str]:
    """Return the time spent and left as a line; none for a ledger that was never timed."""
    spent, each = ledger.time_taken()
    if spent == 0.0:
        return []
    left = ""
    if replicates.missing:
        left = "; time left not known yet" if each is None else f"; about {in_words(each * replicates.missing)} left"
    return [f"  time: {in_words(spent)} spent{left}"]


def _point_lines(plan: Plan, points: Sequence[PointWork]) -> list[str]:
    """Return a line per design point with its factor values; those that are not complete first."""
    lines = [f"  {'done':>6}{'missing':>9}{'failed':>8}  design point"]
    order = sorted(range(len(points)), key=lambda point: points[point].replicates.missing == 0)
    for point in order[:_SHOWN_POINTS]:
        done, failed, missing = points[point].replicates
        lines.append(f"  {done:>6,}{missing:>9,}{failed:>8,}  {point_label(plan.points.of(point)) or point}")
    if len(points) > _SHOWN_POINTS:
        lines.append(f"  ... and {len(points) - _SHOWN_POINTS:,} more points")
    return lines


def export_again(path: Path, *, replace: bool = False) -> Outcome:
    """Write the exports of a study again from its ledger; replace: also those that somebody changed.

    Raises UserError, and changes nothing, if files were changed, or a row of the ledger does not give its outcome hash.
    """
    study, content = study_in(path)
    if "shard" in content["request"]:
        raise UserError(f"{path} is a part of a study; moat merge exports the whole")
    if (path / CHECKSUMS).exists():
        request = {MANIFEST, FROZEN, *(f"{INPUTS}/{attachment.name}" for attachment in study.attachments())}
        refuse_altered(path, only=request if replace else None, lost=True)
    with recorded_ledger(path) as ledger:
        plan = Plan(study)
        refuse_unsound(path, plan, ledger, but=(Fault.FOREIGN, Fault.ORPHAN))
        refuse_lost_runs(path, recorded_state(plan, ledger).analyses)
    with open_study(study, path) as folder:
        return finish_recorded(study, folder)
