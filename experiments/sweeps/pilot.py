"""`moat plan`: points, runs, time and disk of a study, from a few replicates run in this process. Writes nothing."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from ..errors import UserError
from ..execution.engine import Engine
from ..execution.progress import in_words
from ..execution.worker import resolve
from ..storage.provenance import canonical_json
from ..studies.plan import ArmSet, Plan
from ..studies.reader import StudyFile
from ..studies.sampling import check_points
from .run import TASK

_PILOT_SECONDS = 30.0
_CHECKED_POINTS = 2_000
_EXPORT_SHARE = 1.3
"""Csv, Parquet and indices relative to the size of the ledger's rows, measured on the shipped smoke study."""

_FACTOR_BYTES, _POINT_BYTES = 14, 65
"""Bytes of a factor's value: in a row of the exports (half of them: the ledger has no factors), in points.csv."""


@dataclass(frozen=True)
class Pilots:
    """Cost of the pilots: seconds and bytes of rows of one replicate of an arm set, and the number of pilots."""

    seconds: float
    bytes: float
    count: int


def _spread(count: int, wanted: int) -> list[int]:
    """Return numbers spread evenly over range(count), the first and the last among them."""
    wanted = min(count, wanted)
    return sorted({round(place * (count - 1) / max(wanted - 1, 1)) for place in range(wanted)})


def run_pilots(study: StudyFile, plan: Plan, wanted: int) -> Pilots:
    """Time replicates at points spread over the design; the first, which also compiles, is not timed."""
    call = resolve(TASK)
    arm_sets = [plan.arm_sets(point)[0] for point in _spread(len(plan.points), wanted)]
    arm_sets = [arm_sets[place % len(arm_sets)] for place in range(wanted)]
    call(_payload(arm_sets[0], 0))
    took: list[float] = []
    sizes: list[int] = []
    started = time.perf_counter()
    for replicate, arm_set in enumerate(arm_sets):
        before = time.perf_counter()
        result = call(_payload(arm_set, replicate))
        took.append(time.perf_counter() - before)
        runs, cycles = arm_set.records(replicate, result.runs, result.cycles)
        series = sum(2 * len(record.rows) for record in arm_set.series(replicate, result.records))
        sizes.append(series + _weight(runs) + _weight(cycles) + _FACTOR_BYTES * len(plan.factors) * len(runs))
        if time.perf_counter() - started > _PILOT_SECONDS:
            break
    return Pilots(sum(took) / len(took), sum(sizes) / len(sizes), len(took))


def _payload(arm_set: ArmSet, replicate: int) -> Any:
    return arm_set.payload(replicate, range(len(arm_set.arms)))


def _weight(records: Any) -> int:
    return sum(len(canonical_json(json.loads(json.dumps(record)))) + 100 for record in records)


def plan_text(study: StudyFile, engine: Engine, pilots: int) -> str:
    """Return an estimate of points, runs, time and disk; UserError names contradictory design points."""
    plan = Plan(study)
    wrong = check_points(study, plan.points, _spread(len(plan.points), _CHECKED_POINTS))
    if wrong:
        raise UserError("\n".join(wrong))
    pilot = run_pilots(study, plan, pilots)
    points, width = len(plan.points), plan.width
    arms = sum(len(arm_set.arms) for arm_set in plan.arm_sets(0))
    first, last = study.stages[0], study.stages[-1]
    model = study.model
    lines = [
        f"study {study.study.name}: {study.design.kind}, {model.protocol}, preset {model.preset}, "
        f"{plan.arm_sets(0)[0].parameters.electorate.voters:,} voters",
        f"design points   {points:>14,}",
        f"arms per point  {arms:>14,}   {', '.join(study.arm_factors) or 'zero exposure and the preset'}",
        f"replicates      {_span(first * study.pairs, last * study.pairs):>14}   of each point"
        + ("" if study.replicates.stop is None else f", stopping at {', '.join(map(str, study.stages))}"),
        f"runs            {_span(points * arms * first, points * arms * last):>14}   rows of runs.csv",
    ]
    where = f"{engine.workers} worker{'s' * (engine.workers != 1)}" if engine.address is None else engine.address
    workers = 1 if engine.kind == "serial" else engine.workers
    seconds = [pilot.seconds * points * width * n / workers for n in (first, last)]
    times = [in_words(number) for number in seconds]
    lines.append(
        f"time            {times[0] if first == last else ' to '.join(times):>14}   {engine.kind}, {where}; "
        f"{pilot.seconds:.3g} s {_unit_text(study, len(plan.arm_sets(0)[0].arms))}"
    )
    fixed = _POINT_BYTES * points * len(plan.points.names)
    sizes = [fixed + _EXPORT_SHARE * 2 * pilot.bytes * points * width * n for n in (first, last)]
    disk = [_in_bytes(number) for number in sizes]
    lines.append(f"disk            {disk[0] if first == last else ' to '.join(disk):>14}   ledger and exports")
    unit = study.protocol.unit if pilot.count == 1 else study.protocol.units
    lines.append(
        f"From {pilot.count} pilot {unit} in this process; the time is longer on a busy machine. Nothing was written."
    )
    return "\n".join(lines)


def _unit_text(study: StudyFile, arms: int) -> str:
    return f"a draw of {study.pairs} pairs" if study.pairs > 1 else f"a replicate of {arms} arms"


def _span(first: int, last: int) -> str:
    return f"{first:,}" if first == last else f"{first:,} to {last:,}"


def _in_bytes(count: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} TB"
