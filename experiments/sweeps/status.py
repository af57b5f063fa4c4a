"""Looking into a results folder: how far it is, its exports again, one run again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...agents.source_hash import short
from ..errors import UserError
from ..execution.worker import resolve
from ..storage.ledger import Ledger
from ..storage.provenance import code_hash, outcome_hash
from ..storage.results_folder import LEDGER, read_manifest
from ..studies.plan import Cell, Plan
from ..studies.reader import read_study
from .export import read_looks
from .outcome import TASK
from .run import FROZEN, Outcome, Shard, default_folder, finish, given_up_reasons, open_study, work

_SHOWN_FAILURES = 20


def parse_share(text: str) -> float:
    """ "5%" or "0.05" as a share. UserError says what is allowed."""
    found = re.fullmatch(r"\s*([0-9]*\.?[0-9]+)\s*(%?)\s*", text)
    value = float(found[1]) / (100.0 if found[2] else 1.0) if found is not None else -1.0
    if not 0.0 <= value <= 1.0:
        raise UserError(f"--sample {text} is not possible; allowed: 0% to 100%, or 0 to 1")
    return value


def refuse_changed_code(path: Path, found: dict[str, Any]) -> None:
    """UserError if a folder was made by other code than this."""
    if found.get("code_hash") != code_hash():
        made = short(str(found.get("code_hash")))
        raise UserError(
            f"{path} was made by other code ({made}, now {short(code_hash())}); its rows can be repeated only with the "
            "code that made them"
        )


@dataclass(frozen=True)
class Source:
    """A results folder as far as repeating its runs needs it: its cells."""

    path: Path
    cells: tuple[Cell, ...] | Plan

    def __iter__(self) -> Iterator[Cell]:
        """Every cell."""
        return iter(self.cells)


def read_source(path: Path) -> Source:
    """The cells of a folder of `moat sweep`, `moat shard` or `moat run`. UserError in one line."""
    found = read_manifest(path)
    refuse_changed_code(path, found)
    if "study" in found.get("request", {}):
        study = read_study(path)
        return Source(path, Plan(study))
    request = found["request"]
    from ...model.parameters.tree import Parameters
    from ..protocols.stress_test.design import StressDesign

    content: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in request["design"].items()}
    design = StressDesign()._replace(**content)
    parameters = Parameters.model_validate(request["parameters"])
    cell = Cell.of(parameters, design, request.get("cycles"), found["seed"])
    return Source(path, (cell,))


def repeat(cell: Cell, replicate: int, places: Sequence[int]) -> list[str]:
    """Run the arms at some places of one replicate again in this process; returns their outcome hashes."""
    result = resolve(TASK)(cell.payload(replicate, places))
    runs, cycles = cell.records(replicate, result.runs, result.cycles)
    rows = {run["key"]: run["row"] for run in runs}
    found = []
    for key in (cell.key(place, replicate) for place in places):
        own = sorted((one for one in cycles if one["key"] == key), key=lambda one: one["number"])
        found.append(outcome_hash(rows[key], [{"number": one["number"], "row": one["row"]} for one in own]))
    return found


def _folders_with(key: str, results: Path | None) -> list[Path]:
    places = [results] if results is not None else sorted(p.parent for p in Path("results").glob(f"**/{LEDGER}"))
    found = []
    for place in places:
        if results is not None:
            read_manifest(place)  # says what is wrong with the folder
        with Ledger(place / LEDGER, read_only=True) as ledger:
            if ledger.find(key):
                found.append(place)
    return found


def rerun_text(key: str, results: Path | None) -> tuple[str, bool]:
    """Repeat the run of a key and compare; a line for the user, and whether the outcome hashes agree."""
    if re.fullmatch(r"[0-9a-f]{6,64}", key) is None:
        raise UserError(f"key {key} is not possible; allowed: 6 to 64 digits 0-9 a-f, from the column key of runs.csv")
    folders = _folders_with(key, results)
    if not folders:
        where = "under results/ (give --results FOLDER)" if results is None else f"in {results}"
        raise UserError(f"there is no run {key} {where}")
    path = folders[0]
    with Ledger(path / LEDGER, read_only=True) as ledger:
        runs = ledger.find(key)
        if len(runs) > 1:
            raise UserError(f"{key} is the beginning of several keys; give more of it")
        ((full, replicate, arm),) = runs
        recorded = ledger.run_row(full)
    assert recorded is not None
    source = read_source(path)
    for cell in source:
        for place in range(len(cell.arms)):
            if cell.arms[place].name == arm and cell.key(place, replicate) == full:
                (again,) = repeat(cell, replicate, [place])
                agrees = again == recorded[0]
                told = f"{full[:16]} ({cell.told(replicate)}, arm {arm}{cell.variant}, seed {cell.seed})"
                verdict = "the same outcome" if agrees else "ANOTHER OUTCOME"
                return f"{told}: {verdict}\n  recorded {recorded[0]}\n  repeated {again}", agrees
    raise UserError(f"run {full[:16]} belongs to a level that {path / FROZEN} no longer has; add it again to repeat it")


def _place(path: Path) -> Path:
    """The results folder meant by a folder or a study file."""
    if path.is_dir() or not path.exists():
        return path
    return default_folder(read_study(path))


def status_text(path: Path) -> tuple[str, bool]:
    """How far a results folder is, and whether something in it has failed. Reads beside a running coordinator."""
    place = _place(path)
    found = read_manifest(place)
    with Ledger(place / LEDGER, read_only=True) as ledger:
        request = found["request"]
        flagged = ledger.disagreements()
        lines = [f"{place}: made with code {short(str(found['code_hash']))}, seed {found['seed']}"]
        if found["code_hash"] != code_hash():
            lines.append(f"  the code here is another ({short(code_hash())}): nothing can be added to it")
            lines.append(f"  {ledger.count():,} runs recorded")
        elif "study" in request:
            study = read_study(place)
            plan = Plan(study)
            looks = read_looks(plan, ledger)
            number, _, count = str(request.get("shard", "1/1")).partition("/")
            shard = Shard(int(number), int(count))
            state = work(plan, looks, ledger, ledger.given_up(), shard)
            part = f", part {request['shard']}" if "shard" in request else ""
            lines.append(
                f"  study {request['study']}{part}: {state.done:,} of {state.total:,} {study.piece} done, "
                f"{state.missing:,} missing, {state.failed:,} failed; {ledger.count():,} runs recorded"
            )
        else:
            lines.append(f"  moat run, preset {request['preset']}: {ledger.count():,} runs recorded")
        failed = ledger.given_up() if "study" in request else {f["task"]: f["reason"] for f in ledger.failures()}
        lines += [f"FAILED {reason}" for reason in list(failed.values())[:_SHOWN_FAILURES]]
        if len(failed) > _SHOWN_FAILURES:
            lines.append(f"... and {len(failed) - _SHOWN_FAILURES} more")
        if flagged:
            lines.append(f"NON-DETERMINISTIC: {len(flagged)} runs gave two outcomes; none of it may be trusted")
        return "\n".join(lines), bool(failed or flagged)


def export_again(path: Path) -> Outcome:
    """Write the exports of a study again from its ledger."""
    found = read_manifest(path)
    if "study" not in found.get("request", {}):
        raise UserError(f"{path} is a folder of moat run; the same moat run writes its exports again")
    if "shard" in found["request"]:
        raise UserError(f"{path} is a part of a study; moat merge exports the whole")
    study = read_study(path)
    with open_study(study, path) as folder:
        plan = Plan(study)
        looks = read_looks(plan, folder.ledger)
        given_up = folder.ledger.given_up()
        reasons = given_up_reasons(plan, looks, given_up)
        missing = work(plan, looks, folder.ledger, given_up).missing
        return finish(plan, looks, folder, reasons, missing)
