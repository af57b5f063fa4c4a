"""Requests of step 5: the map grows, is bounded and can be stopped; the contrast has the curves of its three panels."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from political_moat.viz.recording.contrast import PANELS, panel_scenario
from political_moat.viz.recording.grid import BREADTH, VISIBILITY, grid
from political_moat.viz.recording.paired_answer import paired_answers
from political_moat.viz.recording.replicates import curve, replicates
from political_moat.viz.scenario import AddressError, from_address
from political_moat.viz.session import comparisons
from political_moat.viz.session.comparisons import MAP_AXES, map_axes
from political_moat.viz.session.job_pool import PRIORITY, Listener
from political_moat.viz.session.jobs import Job, pieces
from political_moat.viz.session.session import Session

SMALL = {"preset": "h1-moat", "electorate.voters": "300", "exposure.breadth": "0.3", "seed": "1"}


class LazyPool:
    """A pool that computes when it is asked to, in the calling thread; it knows which requests were cancelled."""

    def __init__(self) -> None:
        self.requests: list[tuple[Job, Listener]] = []
        self.cancelled: list[Job] = []

    def known(self, job: Job) -> bool:
        return False

    def request(self, job: Job, listener: Listener) -> Callable[[], None]:
        self.requests.append((job, listener))
        return lambda: self.cancelled.append(job)

    def compute(self, kind: str) -> None:
        for job, listener in self.requests:
            if job.kind == kind:
                for piece in pieces(job):
                    listener.on_piece(piece)


@pytest.fixture
def visit(monkeypatch: pytest.MonkeyPatch) -> tuple[Session, LazyPool, list[dict[str, Any]]]:
    """Return a visitor whose blocks are few, her pool, and what she was sent."""
    monkeypatch.setattr(comparisons, "BLOCKS", 1)
    sent: list[dict[str, Any]] = []
    pool = LazyPool()

    def send(message: dict[str, Any], buffers: Sequence[bytes]) -> None:
        json.dumps(message, allow_nan=False)
        sent.append(message)

    return Session(pool, send), pool, sent  # type: ignore[arg-type]


def test_a_map_grows_and_has_the_cells_of_the_grid(visit: tuple[Session, LazyPool, list[dict[str, Any]]]) -> None:
    visitor, pool, sent = visit
    visitor.handle({"type": "film", "fields": SMALL})
    visitor.handle({"type": "map", "axis": "voting.asset_vote_effect"})
    pool.compute("map")
    maps = [message for message in sent if message["type"] == "map"]
    assert [message["done"] for message in maps] == [5, 10]
    assert maps[-1]["total"] == 100
    assert maps[-1]["question"] == sent[0]["question"]
    scenario = from_address("&".join(f"{name}={value}" for name, value in SMALL.items()))
    axes = map_axes(scenario, "voting.asset_vote_effect")
    assert maps[-1]["axes"] == [{"name": axis.name, "values": list(axis.values)} for axis in axes]
    assert maps[-1]["cells"] == list(grid(scenario, axes, 10))[-1]["cells"]


def test_the_axes_hold_the_values_of_the_scenario() -> None:
    scenario = from_address("preset=calibrated&exposure.breadth=0.45&exposure.visibility=0.25")
    across, upward = map_axes(scenario)
    assert (across.name, across.values) == (BREADTH, (0.1, 0.3, 0.45, 0.6))
    assert (upward.name, upward.values) == (VISIBILITY, (0.1, 0.25, 0.3, 0.6, 1.0))
    for name in MAP_AXES:
        assert map_axes(scenario, name)[1].name == name
    for wrong in ("policy.layer", "<b>", None, 5, ["exposure.visibility"]):
        with pytest.raises(AddressError, match="the map has no axis"):
            map_axes(scenario, wrong)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({**SMALL, "electorate.voters": "90000"}, "exceeds the limit"),
        ({**SMALL, "protocol": "history", "cycles": "2"}, "no takeover to compare"),
    ],
)
def test_a_map_that_is_too_large_is_refused(
    visit: tuple[Session, LazyPool, list[dict[str, Any]]], fields: dict[str, str], reason: str
) -> None:
    visitor, pool, sent = visit
    visitor.handle({"type": "film", "fields": fields})
    visitor.handle({"type": "map", "axis": VISIBILITY})
    assert sent[-1]["type"] == "problem"
    assert sent[-1]["what"] == "map"
    assert reason in sent[-1]["text"]
    assert [job.kind for job, _ in pool.requests] == ["film"]


def test_maps_count_for_the_budget_of_a_visitor(visit: tuple[Session, LazyPool, list[dict[str, Any]]]) -> None:
    visitor, _, sent = visit
    for seed in range(4):
        visitor.handle({"type": "film", "fields": SMALL | {"electorate.voters": "10000", "seed": str(seed)}})
        visitor.handle({"type": "map", "axis": VISIBILITY})
    assert "too many requests within a minute" in sent[-1]["text"]


def test_a_map_is_stopped_by_the_visitor_and_by_another_scenario(
    visit: tuple[Session, LazyPool, list[dict[str, Any]]],
) -> None:
    visitor, pool, _ = visit
    visitor.handle({"type": "film", "fields": SMALL})
    visitor.handle({"type": "map", "axis": VISIBILITY})
    visitor.handle({"type": "cancel-map"})
    assert [job.kind for job in pool.cancelled] == ["map"]
    visitor.handle({"type": "map", "axis": VISIBILITY})
    visitor.handle({"type": "film", "fields": SMALL | {"seed": "2"}})
    assert [job.kind for job in pool.cancelled].count("map") == 2


def test_the_contrast_has_curve_and_paired_difference_of_each_panel(
    visit: tuple[Session, LazyPool, list[dict[str, Any]]],
) -> None:
    visitor, pool, sent = visit
    visitor.handle({"type": "contrast"})
    assert [job.scenario.preset for job, _ in pool.requests] == ["h1-moat", "h0-invisible", "h2-trapdoor"]
    assert visitor.budget.spent == []
    assert {job.kind for job, _ in pool.requests} <= set(PRIORITY)
    rows = []
    for job, listener in pool.requests:
        rows.append(list(itertools.islice(pieces(job), 5)))
        for replicate in rows[-1]:
            listener.on_piece(replicate)
    (message,) = sent
    assert (message["type"], message["total"]) == ("contrast", 100)
    for panel, own in zip(message["panels"], rows, strict=True):
        assert panel["done"] == 5
        assert panel["curve"] == curve(own)
        assert panel["paired"] == paired_answers(own)
        assert panel["breadth"] in [answer["breadth"] for answer in panel["paired"]]


def test_the_panels_are_scenarios_that_the_page_can_play() -> None:
    for panel in PANELS:
        scenario = panel_scenario(panel.name)
        assert from_address(scenario.address()) == scenario
        assert scenario.breadth > 0.0
        rows = list(replicates(scenario, 0))[:2]
        assert len(curve(rows)) == len(paired_answers(rows)) + 1 == 4
