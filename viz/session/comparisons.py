"""Requests of step 5: the phase map of a scenario, and the three settings side by side."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from ..recording.contrast import PANELS, contrast_content, panel_scenario
from ..recording.grid import BREADTH, VISIBILITY, Axes, Axis, arms_of, map_content
from ..recording.replicates import BLOCKS
from ..scenario import REPLICATES, AddressError, Scenario
from .jobs import Job

MOST_MAP_VOTER_MONTHS = 2_100_000_000
"""Voters times months times worlds of a map: about half a minute of one core."""
MAP_BREADTHS = (0.1, 0.3, 0.6)
MAP_AXES: dict[str, tuple[float, ...]] = {
    VISIBILITY: (0.1, 0.3, 0.6, 1.0),
    "voting.asset_vote_effect": (0.0, 1.0, 2.0, 4.0),
    "party.office_rent": (0.0, 1.0, 2.0, 4.0),
}
"""What the upward axis of a map can be, and its values, to which the scenario's own is added."""
SENT_EVERY = 5
"""Replicates between two updates of the page."""

Request = Callable[[str, Job, Callable[[Any], None]], None]
Send = Callable[[dict[str, Any], Sequence[bytes]], None]


def map_axes(scenario: Scenario, upward: object = VISIBILITY) -> Axes:
    """Return the axes of a map: breadth across, one parameter upward. Raises AddressError for an unknown one."""
    if not isinstance(upward, str) or upward not in MAP_AXES:
        raise AddressError(f"the map has no axis {str(upward)[:40]!r}; allowed: {', '.join(MAP_AXES)}")
    own = float(scenario.parameters.values()[upward])
    breadths = {*MAP_BREADTHS, scenario.breadth} - {0.0}
    return Axis(BREADTH, tuple(sorted(breadths))), Axis(upward, tuple(sorted({*MAP_AXES[upward], own})))


def map_voter_months(scenario: Scenario, axes: Axes) -> int:
    """Return voters times months times worlds of a map."""
    return scenario.parameters.electorate.voters * scenario.months * arms_of(scenario, axes) * REPLICATES


class Comparisons:
    """Maps and contrasts of one visitor."""

    def __init__(self, request: Request, send: Send) -> None:
        """Start without results. request: asks for a job; send: takes a message to the browser."""
        self._request, self._send = request, send
        self._lock = threading.Lock()

    def draw_map(self, scenario: Scenario, axes: Axes) -> None:
        """Send the map as it grows."""
        outcomes: dict[int, list[list[int]]] = {}
        question = scenario.with_replicate(0).key

        def on_piece(part: dict[str, Any]) -> None:
            with self._lock:
                outcomes[part["replicate"]] = part["outcomes"]
                now = dict(outcomes)
            if len(now) % SENT_EVERY == 0:
                content = map_content(scenario, axes, now)
                self._send({"type": "map", "question": question, "fields": scenario.fields(), **content}, ())

        for job in map_jobs(scenario, axes):
            self._request("map", job, on_piece)

    def compare(self) -> None:
        """Send the contrast as its replicates arrive.

        All visitors share these jobs, so they count for nobody's budget.
        """
        rows: dict[str, dict[int, dict[str, Any]]] = {panel.name: {} for panel in PANELS}

        def listener(name: str) -> Callable[[dict[str, Any]], None]:
            def on_piece(replicate: dict[str, Any]) -> None:
                with self._lock:
                    rows[name][replicate["replicate"]] = replicate
                    now = {panel: [row for _, row in sorted(own.items())] for panel, own in rows.items()}
                if sum(map(len, now.values())) % (SENT_EVERY * len(PANELS)) == 0:
                    self._send({"type": "contrast", **contrast_content(now)}, ())

            return on_piece

        # Block by block, so that the three panels grow together.
        for block in range(BLOCKS):
            for panel in PANELS:
                self._request("contrast", Job("replicates", panel_scenario(panel.name), block), listener(panel.name))


def map_jobs(scenario: Scenario, axes: Axes) -> list[Job]:
    """Return the jobs of a map, a block of replicates each."""
    return [Job("map", scenario, block, axes) for block in range(BLOCKS)]
