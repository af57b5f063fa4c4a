"""Recording: both worlds of a scenario month by month, on the code path of the command line, in chunks for the page.

A film is played from what is written here; nothing is computed again. Numbers are those of `moat run --replicate`.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ...agents.draws import draws_of
from ...agents.electorate.columns import AGE, BLAME, PARTISANSHIP, SALIENCE, UNITS
from ...experiments.protocols.history.run import begin_term
from ...experiments.protocols.stress_test.run import measure, takeover, with_dose
from ...model.build import build_state
from ...model.data_collection import individual_votes
from ...model.diagnostics import PROHIBITION, utilities
from ...model.fast_forward import advance
from ...model.population.builder import build_population
from ...model.state import WorldState
from ..scenario import Scenario
from .decisions import observed_decision

Bytes = npt.NDArray[np.uint8]

CHUNK_MONTHS = 24
SNAPSHOT_MONTHS = 3
AGE_EDGES = (30.0, 45.0, 65.0)
AGE_BANDS = ("18-29", "30-44", "45-64", "65 and over")
YOUNGEST, OLDEST = 18.0, 95.0
FARTHEST = 7.5
"""Partisanship (logit) drawn at the edge of the picture."""
FULL_ATTENTION = 0.35
"""Issue weight drawn as full attention."""
AUTHOR, OPPONENT, ABSTAINED = 1, 2, 0
SERIES = ("office", "theta", "kappa", "openness", "price", "distance", "threat", "exposure")
MEASURED = ("attempted", "restricted", "reversed", "withdrawn", "court", "severity", "mean_policy", "gap")
"""Outcomes shown, as `moat run --replicate` prints them."""


class Chunk(NamedTuple):
    """A piece of a film: plain data for JSON, and compressed bytes beside it."""

    content: dict[str, Any]
    buffers: list[bytes]


class Camera:
    """Watches one world: appends a month to the series, a byte per voter to the snapshots."""

    def __init__(self, world: WorldState, name: str) -> None:
        """The world to watch, before its first month on film."""
        self.name = name
        self.series: dict[str, list[float]] = {one: [] for one in (*SERIES, "cost", "author", "opponent")}
        self.ages: list[list[float]] = []
        self.agencies: list[list[float]] = []
        self.elections: list[dict[str, Any]] = []
        self.decisions: list[dict[str, Any]] = []
        self.snapshots: list[tuple[int, Bytes]] = []
        self.placed = places(world)
        lean = world.sign * world.electorate.fixed[PARTISANSHIP] > 0.0
        self.votes: Bytes = np.where(lean, AUTHOR, OPPONENT).astype(np.uint8)
        self.cost = 0.0
        self.told = 0

    def start(self, world: WorldState) -> None:
        """The state before the first month."""
        self.snapshots.append((0, self.picture(world)))

    def month(self, world: WorldState) -> None:
        """The month just done."""
        now = world.record[-1]
        series = self.series
        for name, value in zip(
            SERIES,
            (
                AUTHOR if now.in_office == "author" else OPPONENT,
                now.theta,
                now.kappa,
                now.openness,
                now.price,
                now.platform_distance,
                now.threat,
                self.held(world),
            ),
            strict=True,
        ):
            series[name].append(value)
        if now.month % 3 == 0 or not series["cost"]:
            self.cost = vote_cost(world)
        series["cost"].append(self.cost)
        for role in ("author", "opponent"):
            series[role].append(world.party(role).platform)
        self.agencies.append([agency.ideal for agency in world.agencies.values()])
        voted = bool(world.results) and world.results[-1].month == now.month
        if voted:
            self.ballot(world)
        if voted or world.month % SNAPSHOT_MONTHS == 0:
            self.snapshots.append((world.month, self.picture(world)))

    def held(self, world: WorldState) -> float:
        """Share of voters holding; by age band beside it."""
        holds = world.electorate.dynamic[UNITS] > 0.0
        bands = np.digitize(world.electorate.fixed[AGE], AGE_EDGES)
        counts = np.bincount(bands, minlength=len(AGE_BANDS))
        held = np.bincount(bands[holds], minlength=len(AGE_BANDS))
        self.ages.append([float(h / c) if c else 0.0 for h, c in zip(held, counts, strict=True)])
        return float(np.mean(holds))

    def ballot(self, world: WorldState) -> None:
        """Everybody's own ballot at the election of the month just done."""
        votes = individual_votes(world) * (1 if world.sign > 0 else -1)
        self.votes = np.where(votes > 0, AUTHOR, np.where(votes < 0, OPPONENT, ABSTAINED)).astype(np.uint8)
        last = world.results[-1]
        self.elections.append(
            {
                "month": last.month,
                "presidential": last.presidential,
                "share": last.author_share,
                "winner": last.winner,
                "house": last.congress.house,
                "senate": last.congress.senate,
            }
        )

    def picture(self, world: WorldState) -> Bytes:
        """A byte per voter: ballot (2 bits), holder (1), attention (3), blame on the policy (2)."""
        dynamic = world.electorate.dynamic
        holds = (dynamic[UNITS] > 0.0).astype(np.uint8)
        attention = np.clip(np.rint(7.0 * dynamic[SALIENCE] / FULL_ATTENTION), 0, 7).astype(np.uint8)
        blame = np.clip(np.ceil(3.0 * dynamic[BLAME]), 0, 3).astype(np.uint8)
        picture: Bytes = self.votes | (holds << 2) | (attention << 3) | (blame << 6)
        return picture

    def cut(self, world: WorldState, first: int) -> tuple[dict[str, Any], list[bytes]]:
        """What was filmed from month `first` on."""
        snapshots, self.snapshots = self.snapshots, self.snapshots[-1:]
        events = world.events[self.told :]
        self.told = len(world.events)
        fresh = snapshots if first == 0 else snapshots[1:]
        data = b"".join(one.tobytes() for _, one in _differences(fresh, None if first == 0 else snapshots[0][1]))
        buffers = [zlib.compress(data, 6)]
        now_placed = places(world)
        # People who age move slowly across the picture: steps (modulo 256) once a term keep a long film small.
        if not np.array_equal(now_placed, self.placed) and first % world.parameters.institutions.term_months == 0:
            buffers.append(zlib.compress((now_placed - self.placed).tobytes(), 6))
            self.placed = now_placed
        content = {
            "name": self.name,
            "moved": len(buffers) > 1,
            "series": {name: values[first:] for name, values in self.series.items()},
            "ages": self.ages[first:],
            "agencies": self.agencies[first:],
            "elections": [one for one in self.elections if one["month"] >= first],
            "decisions": [one for one in self.decisions if one["month"] >= first],
            "events": [event._asdict() for event in events],
            "snapshots": [month for month, _ in fresh],
        }
        return content, buffers


def _differences(snapshots: list[tuple[int, Bytes]], before: Bytes | None) -> Iterator[tuple[int, Bytes]]:
    """Snapshots as what changed since the one before: mostly zeros, so that they compress."""
    for month, one in snapshots:
        yield month, one if before is None else one ^ before
        before = one


def vote_cost(world: WorldState) -> float:
    """Points of the two-party vote the opposed party would lose by standing for prohibition, not for what is in force.

    Asked of all voters today, the other party's stand held; positive when prohibition costs votes.
    """
    rival = world.stand("author")
    now = world.stand("opponent")._replace(openness=world.openness, forced=0.0, protected=0.0, backstop=0.0)
    shares = []
    for stand in (now, PROHIBITION):
        utility, turnout = utilities(world, world.electorate, rival, stand)
        shares.append(float((turnout / (1.0 + np.exp(utility))).sum() / turnout.sum()))
    return 100.0 * (shares[0] - shares[1])


def places(world: WorldState) -> Bytes:
    """Where voters are drawn: ideology from the opposed party's side to the author's, then age; a byte each."""
    fixed = world.electorate.fixed
    across = 0.5 + 0.5 * world.sign * fixed[PARTISANSHIP] / FARTHEST
    up = (fixed[AGE] - YOUNGEST) / (OLDEST - YOUNGEST)
    both: Bytes = np.clip(np.rint(255.0 * np.stack([across, up])), 0, 255).astype(np.uint8)
    return both


def _film(world: WorldState, camera: Camera, months: int) -> None:
    for _ in range(months):
        found = observed_decision(world)
        advance(world, 1)
        if found is not None:
            camera.decisions.append(found)
        camera.month(world)


def title(scenario: Scenario, world: WorldState) -> Chunk:
    """What the page must know before the first month."""
    p = scenario.parameters
    term, lead = p.institutions.term_months, p.institutions.election_lead
    elections = [month for month in range(scenario.months) if (month + lead) % (term // 2) == 0]
    return Chunk(
        {
            "part": "title",
            "months": scenario.months,
            "term": term,
            "takeover": 0 if scenario.cycles else term,
            "history": bool(scenario.cycles),
            "elections": elections,
            "presidential": [month for month in elections if (month + lead) % term == 0],
            "voters": len(world.electorate),
            "breadth": scenario.breadth,
            "friendly_month": p.policy.friendly_month,
            "before": p.policy.before_theta,
            "bands": list(AGE_BANDS),
            "full_attention": FULL_ATTENTION,
            "prices_equal": prices_equal(scenario),
            "author": "R" if world.sign > 0 else "D",
            "agencies": list(world.agencies),
        },
        [zlib.compress(places(world).tobytes(), 6)],
    )


def prices_equal(scenario: Scenario) -> bool:
    """Whether both worlds have one price path by construction: no flow impact, no depth, no news of any kind."""
    m, on = scenario.parameters.market, scenario.parameters.channels
    impact = on.price_impact and m.flow_multiplier != 0.0
    depth = on.depth and m.depth_switch
    news = on.news and (m.rule_news_jump != 0.0 or m.party_control_news_jump != 0.0)
    return not (impact or depth or news)


def film(scenario: Scenario) -> Iterator[Chunk]:
    """The whole film in chunks: a title, pieces of CHUNK_MONTHS of both worlds, and the ending with the outcomes."""
    yield from _history(scenario) if scenario.cycles else _stress(scenario)


def _pieces(worlds: list[WorldState], cameras: list[Camera], first: int, months: int) -> Iterator[Chunk]:
    """Film all worlds side by side."""
    last = first + months
    while first < last:
        step = min(CHUNK_MONTHS, last - first)
        content: list[dict[str, Any]] = []
        buffers: list[bytes] = []
        for world, camera in zip(worlds, cameras, strict=True):
            _film(world, camera, step)
            piece, data = camera.cut(world, first)
            content.append(piece)
            buffers += data
        yield Chunk({"part": "months", "first": first, "count": step, "worlds": content}, buffers)
        first += step


def _start(scenario: Scenario) -> tuple[list[WorldState], list[Camera]]:
    p, seed, replicate = scenario.parameters, scenario.seed, scenario.replicate
    population = build_population(p, draws_of(seed, replicate))
    doses = (0.0, scenario.breadth)
    worlds = [
        build_state(with_dose(p, dose, p.exposure.visibility), draws_of(seed, replicate), population) for dose in doses
    ]
    cameras = [Camera(world, name) for world, name in zip(worlds, "AB", strict=True)]
    for world, camera in zip(worlds, cameras, strict=True):
        camera.start(world)
    return worlds, cameras


def _stress(scenario: Scenario) -> Iterator[Chunk]:
    term = scenario.parameters.institutions.term_months
    pasts, cameras = _start(scenario)
    yield title(scenario, pasts[0])
    yield from _pieces(pasts, cameras, 0, term)
    for past in pasts:
        past.electorate.reset_stakes(past.product_prices)
    worlds = [takeover(past, "opponent", pasts[0]) for past in pasts]
    yield from _pieces(worlds, cameras, term, term)
    rows = []
    for past, opposed in zip(pasts, worlds, strict=True):
        returned = takeover(past, "author", pasts[0])
        advance(returned, term)
        rows.append(outcome_row(opposed, returned))
    yield Chunk({"part": "end", "outcomes": rows}, [])


def outcome_row(opposed: WorldState, returned: WorldState) -> dict[str, Any]:
    """Outcomes of the opposed term, named and computed as the command line's."""
    out = measure(opposed)
    row = out._asdict() | {"gap": measure(returned).mean_theta - out.mean_theta}
    return {name: row[name] for name in (*MEASURED, "months_to_attempt", "months_to_restriction", "months_to_reversal")}


def _history(scenario: Scenario) -> Iterator[Chunk]:
    term = scenario.parameters.institutions.term_months
    worlds, cameras = _start(scenario)
    firsts = [world.electorate.dynamic.copy() for world in worlds]
    yield title(scenario, worlds[0])
    for world in worlds:
        world.released = True
    for number in range(scenario.cycles):
        for world, first in zip(worlds, firsts, strict=True):
            begin_term(world, first, number)
        yield from _pieces(worlds, cameras, number * term, term)
    yield Chunk({"part": "end", "outcomes": []}, [])
