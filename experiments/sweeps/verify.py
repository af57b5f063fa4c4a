"""`moat verify`: checks that the files, the ledger and the code agree."""

from __future__ import annotations

import csv
import hashlib
import math
from collections.abc import Iterator
from pathlib import Path

from ..execution.progress import Progress
from ..storage.ledger import Ledger
from ..storage.provenance import CHECKSUMS, outcome_hash, verify_checksums
from ..storage.results_folder import LEDGER, MANIFEST, identity_of, read_own_manifest
from ..studies.plan import Plan
from .status import plan_of, repeat

_SHOWN = 5


def exported(path: Path) -> Iterator[tuple[str, str]]:
    """Yield key and outcome hash of every row of runs.csv."""
    with (path / "export" / "runs.csv").open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            yield row["key"], row["outcome_hash"]


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(name[:16] if len(name) == 64 else name for name in names[:_SHOWN]) + more


def _ledger_problems(path: Path, ledger: Ledger) -> list[str]:
    """Return a line for exported runs that differ from the ledger or their hash, and one for flagged runs."""
    problems = []
    wrong = []
    count = 0
    for key, hashed in exported(path):
        count += 1
        run = ledger.run_row(key)
        cycles = [{"number": number, "row": row} for number, row in ledger.cycle_rows(key)]
        if run is None or run[0] != hashed or outcome_hash(run[1], cycles) != hashed:
            wrong.append(key)
    if wrong:
        problems.append(f"{len(wrong)} of {count} exported runs are not what the ledger holds: {_some(wrong)}")
    flagged = ledger.disagreements()
    if flagged:
        problems.append(f"flagged as non-deterministic: {_some(flagged)}")
    return problems


def sampled(key: str, share: float) -> bool:
    """Return whether a run is in the sample: a function of its key, so the same share names the same runs."""
    number = int(hashlib.sha256(f"sample {key}".encode()).hexdigest()[:12], 16)
    return number < share * 16**12


def _repeat_sample(path: Path, plan: Plan, ledger: Ledger, share: float) -> tuple[int, list[str]]:
    recorded = dict(exported(path))
    chosen = {key for key in recorded if sampled(key, share)}
    if share > 0.0 and not chosen and recorded:
        chosen = {min(recorded, key=lambda key: hashlib.sha256(f"sample {key}".encode()).hexdigest())}
    wrong: list[str] = []
    repeated = 0
    highest = max((run[1] for key in chosen for run in ledger.find(key)), default=-1)
    with Progress(len(chosen), "repeated runs") as progress:
        for arm_set in plan:
            for replicate in range(highest + 1):
                places = {place: key for place, key in enumerate(arm_set.keys(replicate)) if key in chosen}
                if not places:
                    continue
                again = repeat(arm_set, replicate, list(places))
                wrong += [key for key, hashed in zip(places.values(), again, strict=True) if hashed != recorded[key]]
                chosen.difference_update(places.values())
                repeated += len(places)
                for _ in places:
                    progress.advance()
            if not chosen:
                break
    return repeated, wrong + sorted(chosen)


def verify_text(path: Path, share: float) -> tuple[str, bool]:
    """Return a line per check, and whether all agree. UserError if the code has changed, as nothing is comparable."""
    plan = plan_of(path)
    problems = []
    lines = []
    for name in (CHECKSUMS, "export/runs.csv"):
        if not (path / name).is_file():
            problems.append(f"there is no {name}: the study has not been exported")
    if problems:
        return "\n".join([f"{path}: NOT verified", *problems]), False
    changed = verify_checksums(path)
    lines.append(f"checksums: {'fine' if not changed else 'NOT as written: ' + _some(changed)}")
    with Ledger(path / LEDGER, read_only=True) as ledger:
        problems = _ledger_problems(path, ledger)
        if ledger.study != identity_of(read_own_manifest(path)):
            problems.append(f"{LEDGER} belongs to another study than {MANIFEST}")
        lines += problems or ["export and ledger: every run agrees"]
        repeated, wrong = _repeat_sample(path, plan, ledger, share)
    if wrong:
        lines.append(f"repeated {repeated} runs, NOT the same outcome: {_some(wrong)}")
    elif share > 0.0 and math.isfinite(share):
        lines.append(f"repeated {repeated} run{'s' * (repeated != 1)}: the same outcome, bit for bit")
    fine = not changed and not problems and not wrong
    return "\n".join([f"{path}: {'verified' if fine else 'NOT verified'}", *lines]), fine
