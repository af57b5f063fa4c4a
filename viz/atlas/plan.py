"""What an atlas holds: its presets, the requests whose answers are recorded, and how many films fit."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ...agents.user_input import shown
from ...experiments.errors import UserError
from ...experiments.storage.provenance import canonical_json
from ..recording.grid import Axes
from ..scenario import REPLICATES, SCENES, Scenario, check_size, code, from_fields, of_scene, scenes, version
from ..session.comparisons import MAP_AXES, map_axes

MOST_BYTES = 24_000_000
"""Bytes of a whole atlas without the pages of results folders: 1 MB less than promised."""
PAGES_BYTES = 3_000_000
"""Bytes of these that are left to index.html, the other pages and the maps."""
_OUTCOMES = ("reversed", "prohibited", "neutral", "restricted", "attempted")
"""Outcomes by which a pair may differ, the most telling first."""
_SOURCES = Path(__file__).parent.parent


class Plan(NamedTuple):
    """The request for an atlas.

    voters: of each world, None for the page's number; films: most films of a preset; maps: whether step 5 has its
    comparisons and maps.
    """

    scenes: tuple[str, ...]
    voters: int | None = None
    films: int = REPLICATES
    maps: bool = True

    @property
    def film_bytes(self) -> int:
        """Return the bytes that the data of one preset may fill."""
        return (MOST_BYTES - PAGES_BYTES) // len(scenes())

    def fields(self, scene: str, replicate: int | None = None) -> dict[str, str]:
        """Return the fields of a request for the film of a preset; replicate: None for that of the preset."""
        chosen = {} if replicate is None else {"replicate": str(replicate)}
        if self.voters is None:
            return {"scene": scene} | chosen
        own = {name: text for name, text in of_scene(scene).fields().items() if name != "scene"}
        return own | {"electorate.voters": str(self.voters)} | chosen

    def map_requests(self, scene: str) -> list[dict[str, Any]]:
        """Return the requests for the maps of a preset: every axis for those of the page, else the first axis."""
        axes = list(MAP_AXES) if scene in SCENES else list(MAP_AXES)[:1]
        return [{"type": "map", "axis": axis} for axis in axes if self.maps]

    def has_grid(self, scene: str) -> bool:
        """Return whether a preset has a map over all axes at once: the first one, for it takes three minutes."""
        return self.maps and scene == self.scenes[0]

    def scenario(self, scene: str) -> Scenario:
        """Return the scenario of a preset."""
        return from_fields(self.fields(scene))

    @property
    def identity(self) -> str:
        """Return a hash equal for plans with equal atlases: the request, and the code of model and page."""
        return hashlib.sha256(canonical_json([*self, version(), code(), _page_hash()]).encode()).hexdigest()


@functools.cache
def _page_hash() -> str:
    """Return the hash of the sources of the page."""
    digest = hashlib.sha256()
    for file in sorted(_SOURCES.rglob("*")):
        if file.suffix in (".py", ".js", ".css"):
            digest.update(file.relative_to(_SOURCES).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def grid_axes(scenario: Scenario) -> Axes:
    """Return the axes of the grid of a preset: breadth, and every axis of a map, with the scenario's own values."""
    across, _ = map_axes(scenario)
    return (across, *(map_axes(scenario, name)[1] for name in MAP_AXES))


def plan_of(presets: Sequence[str], voters: int | None, films: int | None, maps: bool = True) -> Plan:
    """Return the plan of the options of `moat site`. Raises UserError with a line for each mistake."""
    known = scenes()
    names = [name.strip() for text in presets for name in text.split(",") if name.strip()]
    problems = [
        f"--presets {shown(name)} is not possible; allowed: {', '.join(known)}" for name in names if name not in known
    ]
    if films is not None and not 1 <= films <= REPLICATES:
        problems.append(f"--films {films} is not possible; allowed: 1 to {REPLICATES}")
    plan = Plan(tuple(name for name in known if not names or name in names), voters, films or REPLICATES, maps)
    for name in plan.scenes if not problems else ():
        try:
            check_size(plan.scenario(name))
        except ValueError as error:
            problems += [f"--voters {voters}, preset {name}: {line}" for line in str(error).splitlines()]
            break
    if problems:
        raise UserError("\n".join(problems))
    return plan


def film_order(rows: Sequence[Mapping[str, Any]], breadth: float) -> list[int]:
    """Return the replicates in the order in which their films are recorded: 0, pairs that differ, all others.

    rows: of the `replicates` message. Pairs that differ in a return to extreme care come before those that differ in
    depth.
    """

    def rank(row: Mapping[str, Any]) -> tuple[int, int]:
        unexposed = next(arm for arm in row["arms"] if arm["breadth"] == 0.0)
        exposed = next(arm for arm in row["arms"] if arm["breadth"] == breadth)
        differs = [index for index, name in enumerate(_OUTCOMES) if unexposed[name] != exposed[name]]
        return (-1 if row["replicate"] == 0 else min(differs, default=len(_OUTCOMES))), row["replicate"]

    return [row["replicate"] for row in sorted(rows, key=rank)]
