"""Computes an atlas: asks a session about each preset and writes the answers. A second call goes on where one ended."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from ...experiments.storage.atomic_files import replaced_atomically
from ...model.parameters.presets import preset
from ..scenario import PAGE_VOTERS
from ..session.job_pool import Pool
from .packs import Answer, data_script, pack, request_key, script_bytes, unpack
from .plan import Plan, film_order, grid_axes
from .visitor import Visitor

DATA, FINISHED = "data", "finished"
"""Folders of the data files, and of a file for each finished preset."""
HUNDRED = {"type": "replicates"}
"""Request for all replicates of a preset."""
CONTRAST = {"type": "contrast"}
GRID = "grid"
"""Key of the map over all axes at once, of which the page shows single cells."""
ONE_PAIR = ({"type": "moved"},)
"""Requests about one pair, recorded with each film."""


def finished(folder: Path, plan: Plan) -> dict[str, dict[str, Any]]:
    """Return the index entries of the presets that a folder already holds."""
    entries = {}
    for name in plan.scenes:
        file = folder / FINISHED / f"{name}.json"
        if file.is_file():
            entries[name] = json.loads(file.read_text(encoding="utf-8"))
    return entries


def missing(folder: Path, plan: Plan) -> list[str]:
    """Return the presets that are still to be computed."""
    done = finished(folder, plan)
    return [name for name in plan.scenes if name not in done]


def build(folder: Path, plan: Plan, workers: int | None) -> Iterator[str]:
    """Write the data of every preset that the folder lacks; yield the name of each once it is written.

    Raises UserError if a computation fails. Whatever ends the loop, finished presets stay and nothing is half-written.
    """
    names = missing(folder, plan)
    if not names:
        return
    stopped = threading.Event()
    pool = Pool(workers)
    # One preset more than workers: none is idle while a preset writes.
    threads = ThreadPoolExecutor(pool.count + 1)
    try:
        tasks = {threads.submit(_build_scene, pool, plan, name, folder, stopped): name for name in names}
        for task in as_completed(tasks):
            task.result()
            yield tasks[task]
    finally:
        stopped.set()
        threads.shutdown(wait=False, cancel_futures=True)
        pool.close()


def _build_scene(pool: Pool, plan: Plan, name: str, folder: Path, stopped: threading.Event) -> None:
    """Record all of one preset, and write its index entry last."""
    visitor = Visitor(pool)
    writer = _Writer(folder / DATA)

    def ask(request: Mapping[str, Any]) -> list[Answer]:
        return visitor.ask(request, stopped)

    def one_pair(replicate: int | None = None) -> dict[str, list[Answer]]:
        film = _marked(ask({"type": "film", "fields": plan.fields(name, replicate)}), name)
        return {"film": film, **{request_key(request): ask(request) for request in ONE_PAIR}}

    first = one_pair()
    scenario = first["film"][0].message
    films = {str(scenario["replicate"]): writer.write(name, first)}
    answers: dict[str, str] = {}
    if plan.maps:
        key = request_key(CONTRAST)
        answers[key] = writer.write(f"{name}-contrast", {key: ask(CONTRAST)})
    if scenario["replicates"]:
        key, own = request_key(HUNDRED), plan.scenario(name)
        hundred = {key: ask(HUNDRED)}
        maps = {request_key(request): ask(request) for request in plan.map_requests(name)}
        answers[key] = writer.write(f"{name}-hundred", hundred)
        if maps:
            answers |= dict.fromkeys(maps, writer.write(f"{name}-maps", maps))
        if plan.has_grid(name):
            answers[GRID] = writer.write(f"{name}-grid", {GRID: visitor.draw(own, grid_axes(own), stopped)})
        message = hundred[key][0].message
        order = film_order(message["rows"], message["breadth"])
        for replicate in [number for number in order if str(number) not in films][: plan.films - 1]:
            pair = one_pair(replicate)
            if not writer.fits(pair, plan.film_bytes):
                break
            films[str(replicate)] = writer.write(f"{name}-{replicate}", pair)
    defaults = _defaults(scenario["fields"]["preset"])
    entry = {"fields": scenario["fields"], "values": defaults, "films": films, "answers": answers}
    (folder / FINISHED).mkdir(exist_ok=True)
    with replaced_atomically(folder / FINISHED / f"{name}.json") as stream:
        json.dump(entry, stream, indent=1)


def _marked(answers: Sequence[Answer], scene: str) -> list[Answer]:
    """Return the answers to a film request as those of a scene: with other voters a session names no scene."""
    return [
        Answer(answer.message | {"scene": scene}, answer.buffers) if answer.message["type"] == "scenario" else answer
        for answer in answers
    ]


def _defaults(preset_name: str) -> dict[str, str]:
    """Return the values that a command line names even if an address does not."""
    values = preset(preset_name).values() | {"electorate.voters": PAGE_VOTERS}
    names = ("exposure.breadth", "exposure.visibility", "electorate.voters", "people.ageing")
    return {name: str(values[name]).lower() for name in names}


def hundreds(folder: Path, entries: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the recorded `replicates` message of each preset that has one."""
    key = request_key(HUNDRED)
    messages = {}
    for name, entry in entries.items():
        if key in entry["answers"]:
            text = (folder / DATA / f"{entry['answers'][key]}.js").read_text(encoding="ascii")
            messages[name] = unpack(script_bytes(text))[key][0].message
    return messages


class _Writer:
    """Writes the data files of one preset and counts their bytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bytes = 0

    def write(self, name: str, recording: Mapping[str, Sequence[Answer]]) -> str:
        """Write a data file, and return its name."""
        text = data_script(name, pack(recording))
        with replaced_atomically(self.folder / f"{name}.js") as stream:
            stream.write(text)
        self.bytes += len(text)
        return name

    def fits(self, recording: Mapping[str, Sequence[Answer]], most: int) -> bool:
        """Return whether a recording fits into the bytes of its preset."""
        return self.bytes + len(data_script("", pack(recording))) <= most
