"""Films: both worlds of a scenario recorded month by month, in chunks that the page plays without computing anything.

A film runs the code of the command line, so its numbers equal those of `moat run --replicate`.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from ...agents.draws import draws_of
from ...agents.electorate.columns import AGE, BLAME, PARTISANSHIP, SALIENCE, UNITS
from ...experiments.protocols.history.run import begin_term
from ...experiments.protocols.stress_test.run import last_election, measure, takeover, with_dose, zero_terms
from ...model.data_collection import individual_votes
from ...model.diagnostics import PROHIBITION, utilities
from ...model.fast_forward import advance
from ...model.parameters.tree import Parameters
from ...model.population.builder import build_population
from ...model.state import WorldState
from ..scenario import Scenario
from .decisions import Chances, before_agenda, chances, observed_decision, weighed_parameters
from .outcome_codes import CODED, code_of, code_so_far, returns_to_care

Bytes = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]

CHUNK_MONTHS = 24
SAMPLE_MONTHS = 3
"""Months between two snapshots, and between two values of the vote cost."""
AGE_EDGES = (30.0, 45.0, 65.0)
AGE_BANDS = ("18-29", "30-44", "45-64", "65 and over")
YOUNGEST, OLDEST = 18.0, 95.0
FARTHEST = 7.5
"""Partisanship (logit) at the edge of the drawing."""
FULL_SALIENCE = 0.35
"""Salience that is drawn as the highest of eight steps."""
AUTHOR, OPPONENT, ABSTAINED = 1, 2, 0
SERIES = ("office", "theta", "kappa", "openness", "price", "distance", "threat", "exposure")
SAMPLED = ("cost", "holder_shift", *Chances._fields)
"""Series with a new value every quarter, which the months between repeat; None where the value is not known."""
NO_CHANCES: dict[str, float | None] = dict.fromkeys(Chances._fields)
MEASURED = (
    *("attempted", "restricted", "neutral", "reversed", "prohibited", "withdrawn", "court"),
    *("severity", "mean_policy", "gap"),
)
"""Outcomes that the page shows, named as in `moat run --replicate`."""


class Chunk(NamedTuple):
    """A piece of a film: data for JSON, and compressed bytes."""

    content: dict[str, Any]
    buffers: list[bytes]


class Recorder:
    """Records one world: a value a month in each series, a byte a voter in each snapshot."""

    def __init__(self, world: WorldState, name: str, takeover: int) -> None:
        """Start with a world whose first recorded month is still to come. takeover: 0 in a history."""
        self.name, self.takeover = name, takeover
        self.series: dict[str, list[float | None]] = {
            series: [] for series in (*SERIES, *SAMPLED, "outcome" if takeover else "returns", "author", "opponent")
        }
        self.ages: list[list[float]] = []
        self.agencies: list[list[float]] = []
        self.elections: list[dict[str, Any]] = []
        self.decisions: list[dict[str, Any]] = []
        self.snapshots: list[tuple[int, Bytes]] = []
        self.places_sent = places(world)
        leans_author = world.sign * world.electorate.fixed[PARTISANSHIP] > 0.0
        self.votes: Bytes = np.where(leans_author, AUTHOR, OPPONENT).astype(np.uint8)
        self.party = weighed_parameters(world.parameters)
        self.sampled: dict[str, float | None] = dict.fromkeys(SAMPLED)
        self.outcome = 0
        self.events_sent = 0

    def start(self, world: WorldState) -> None:
        """Record the state before the first month."""
        self.snapshots.append((0, self.snapshot(world)))

    def quarter(self, before: WorldState | None, world: WorldState) -> None:
        """Record the decision of the coming month, and the chances that the government sees, if it may act."""
        if before is not None:
            self.sampled |= chances(before)._asdict()
            decision = observed_decision(before)
            if decision is not None:
                # A dated event may change the parameters; elsewhere the title has them.
                if decision["party"] == self.party:
                    del decision["party"]
                self.decisions.append(decision)
        elif not world.released:
            self.sampled |= NO_CHANCES

    def month(self, world: WorldState, holders: Bools) -> None:
        """Record the month just completed. holders: who holds crypto in World B."""
        last = world.record[-1]
        series = self.series
        for name, value in zip(
            SERIES,
            (
                AUTHOR if last.in_office == "author" else OPPONENT,
                last.theta,
                last.kappa,
                last.openness,
                last.price,
                last.platform_distance,
                last.threat,
                self.share_holding(world),
            ),
            strict=True,
        ):
            series[name].append(value)
        if last.month % SAMPLE_MONTHS == 0 or not series["cost"]:
            self.sampled |= {"cost": vote_cost(world), "holder_shift": vote_shift(world, holders)}
        for name, sampled in self.sampled.items():
            series[name].append(sampled if sampled is None else float(f"{sampled:.5g}"))
        series["outcome" if self.takeover else "returns"].append(self.code(world))
        for role in ("author", "opponent"):
            series[role].append(world.party(role).platform)
        self.agencies.append([agency.ideal for agency in world.agencies.values()])
        voted = bool(world.results) and world.results[-1].month == last.month
        if voted:
            self.ballot(world)
        if voted or world.month % SAMPLE_MONTHS == 0:
            self.snapshots.append((world.month, self.snapshot(world)))

    def code(self, world: WorldState) -> int:
        """Return the outcomes since the takeover; in a history the number of returns to extreme care."""
        if self.takeover == 0:
            return len(returns_to_care(world.record, world.parameters.policy.before_theta))
        if world.record[-1].month >= self.takeover:
            self.outcome = code_so_far(world, self.takeover, self.outcome)
        return self.outcome

    def share_holding(self, world: WorldState) -> float:
        """Return the share of voters who hold crypto, and record the shares by age band."""
        holds = world.electorate.dynamic[UNITS] > 0.0
        bands = np.digitize(world.electorate.fixed[AGE], AGE_EDGES)
        counts = np.bincount(bands, minlength=len(AGE_BANDS))
        holders = np.bincount(bands[holds], minlength=len(AGE_BANDS))
        shares = np.divide(holders, counts, out=np.zeros(len(AGE_BANDS)), where=counts > 0)
        self.ages.append(shares.tolist())
        return float(np.mean(holds))

    def ballot(self, world: WorldState) -> None:
        """Record the ballot of every voter, and the result, of the election in the month just completed."""
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

    def snapshot(self, world: WorldState) -> Bytes:
        """Return a byte a voter: ballot (2 bits), holder (1), salience (3), blame on the policy (2)."""
        dynamic = world.electorate.dynamic
        holds = (dynamic[UNITS] > 0.0).astype(np.uint8)
        salience = np.clip(np.rint(7.0 * dynamic[SALIENCE] / FULL_SALIENCE), 0, 7).astype(np.uint8)
        blame = np.clip(np.ceil(3.0 * dynamic[BLAME]), 0, 3).astype(np.uint8)
        snapshot: Bytes = self.votes | (holds << 2) | (salience << 3) | (blame << 6)
        return snapshot

    def content_from(self, world: WorldState, first: int) -> tuple[dict[str, Any], list[bytes]]:
        """Return the record from month `first` on: data for JSON, and compressed bytes."""
        snapshots, self.snapshots = self.snapshots, self.snapshots[-1:]
        events = world.events[self.events_sent :]
        self.events_sent = len(world.events)
        new, previous = (snapshots, None) if first == 0 else (snapshots[1:], snapshots[0][1])
        buffers = [zlib.compress(b"".join(difference.tobytes() for difference in _differences(new, previous)), 6)]
        current_places = places(world)
        # Places change slowly as people age: differences (modulo 256) once a term keep a long film small.
        if (
            not np.array_equal(current_places, self.places_sent)
            and first % world.parameters.institutions.term_months == 0
        ):
            buffers.append(zlib.compress((current_places - self.places_sent).tobytes(), 6))
            self.places_sent = current_places
        content = {
            "name": self.name,
            "moved": len(buffers) > 1,
            "series": {name: values[first:] for name, values in self.series.items()},
            "ages": self.ages[first:],
            "agencies": self.agencies[first:],
            "elections": [election for election in self.elections if election["month"] >= first],
            "decisions": [decision for decision in self.decisions if decision["month"] >= first],
            "events": [event._asdict() for event in events],
            "snapshots": [month for month, _ in new],
        }
        return content, buffers


def _differences(snapshots: list[tuple[int, Bytes]], previous: Bytes | None) -> Iterator[Bytes]:
    """Yield each snapshot as its difference from the previous one: mostly zeros, which compress well."""
    for _, snapshot in snapshots:
        yield snapshot if previous is None else snapshot ^ previous
        previous = snapshot


def vote_cost(world: WorldState) -> float:
    """Return the points of the two-party vote that the opposed party would lose by promising prohibition.

    The comparison is with the policy in force. All voters are asked today, and the author party keeps its position.
    Positive when prohibition costs votes.
    """
    rival = world.stand("author")
    current = world.stand("opponent")._replace(openness=world.openness, forced=0.0, protected=0.0, backstop=0.0)
    shares = []
    for stand in (current, PROHIBITION):
        utility, turnout = utilities(world, world.electorate, rival, stand)
        shares.append(float((turnout / (1.0 + np.exp(utility))).sum() / turnout.sum()))
    return 100.0 * (shares[0] - shares[1])


def vote_shift(world: WorldState, holders: Bools) -> float | None:
    """Return how far the issue moves these voters to the author party, in points of their vote; None without any.

    The mean over them of the probability of preferring the author party today, minus the same with partisanship alone
    (ODD: logistic of E37 minus logistic of E33). National mood and incumbency are left out. In World A the same persons
    hold nothing, so B minus A is what holding does to the vote of holders.
    """
    if not holders.any():
        return None
    utility, _ = utilities(world, world.electorate, world.stand("author"), world.stand("opponent"))
    leaning = world.sign * world.electorate.fixed[PARTISANSHIP][holders].astype(np.float64)
    return 100.0 * float((expit(utility[holders]) - expit(leaning)).mean())


def places(world: WorldState) -> Bytes:
    """Return the voters' places in the drawing, shape (2, voters): ideology (opposed 0, author 255), then age."""
    fixed = world.electorate.fixed
    across = 0.5 + 0.5 * world.sign * fixed[PARTISANSHIP] / FARTHEST
    up = (fixed[AGE] - YOUNGEST) / (OLDEST - YOUNGEST)
    drawn: Bytes = np.clip(np.rint(255.0 * np.stack([across, up])), 0, 255).astype(np.uint8)
    return drawn


def _record_month(worlds: list[WorldState], recorders: list[Recorder]) -> None:
    for world, recorder in zip(worlds, recorders, strict=True):
        recorder.quarter(before_agenda(world), world)
        advance(world, 1)
    holders = worlds[1].electorate.dynamic[UNITS] > 0.0
    for world, recorder in zip(worlds, recorders, strict=True):
        recorder.month(world, holders)


def title(scenario: Scenario, world: WorldState) -> Chunk:
    """Return the first chunk: facts of the scenario, and the voters' places in the drawing."""
    p = scenario.parameters
    m, term, lead = p.market, p.institutions.term_months, p.institutions.election_lead
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
            "neutral": p.policy.start_theta,
            "bands": list(AGE_BANDS),
            "full_salience": FULL_SALIENCE,
            "price_causes": price_causes(scenario),
            "author": "R" if world.sign > 0 else "D",
            "agencies": list(world.agencies),
            "coded": list(CODED),
            "levels": named_levels(p),
            "crashes": [m.crash_month] if 0 <= m.crash_month < scenario.months and m.crash_size < 0.0 else [],
            "party": weighed_parameters(p),
        },
        [zlib.compress(places(world).tobytes(), 6)],
    )


def named_levels(p: Parameters) -> list[tuple[str, float]]:
    """Return the named levels of openness, from closed to the default option."""
    policy = p.policy
    named = (("extreme care", policy.before_theta), ("neutral", policy.start_theta))
    return [("closed", 0.0), *named, ("safe harbour", policy.friendly_theta), ("default", 1.0)]


def price_causes(scenario: Scenario) -> list[str]:
    """Return what makes the prices of the two worlds differ: flows, depth, news; none if they are equal."""
    m, on = scenario.parameters.market, scenario.parameters.channels
    causes = {
        "flows": on.price_impact and m.flow_multiplier != 0.0,
        "depth": on.depth and m.depth_switch,
        "news": on.news and (m.rule_news_jump != 0.0 or m.party_control_news_jump != 0.0),
    }
    return [cause for cause, acts in causes.items() if acts]


def film(scenario: Scenario) -> Iterator[Chunk]:
    """Yield the film: a title, chunks of CHUNK_MONTHS of both worlds, and an end with the outcomes."""
    yield from _history(scenario) if scenario.cycles else _stress(scenario)


def _chunks(worlds: list[WorldState], recorders: list[Recorder], first: int, months: int) -> Iterator[Chunk]:
    """Advance and record all worlds side by side."""
    last = first + months
    while first < last:
        step = min(CHUNK_MONTHS, last - first)
        content: list[dict[str, Any]] = []
        buffers: list[bytes] = []
        for _ in range(step):
            _record_month(worlds, recorders)
        for world, recorder in zip(worlds, recorders, strict=True):
            piece, data = recorder.content_from(world, first)
            content.append(piece)
            buffers += data
        yield Chunk({"part": "months", "first": first, "count": step, "worlds": content}, buffers)
        first += step


def _start(scenario: Scenario) -> tuple[list[WorldState], list[Recorder]]:
    p, seed, replicate = scenario.parameters, scenario.seed, scenario.replicate
    population = build_population(p, draws_of(seed, replicate))
    inputs, events = scenario.inputs, scenario.inputs.events_of("")
    doses = (0.0, scenario.breadth)
    worlds = [
        inputs.world(with_dose(p, dose, p.exposure.visibility), seed, replicate, population, events) for dose in doses
    ]
    takeover = 0 if scenario.cycles else p.institutions.term_months
    recorders = [Recorder(world, name, takeover) for world, name in zip(worlds, "AB", strict=True)]
    for world, recorder in zip(worlds, recorders, strict=True):
        recorder.start(world)
    return worlds, recorders


def _stress(scenario: Scenario) -> Iterator[Chunk]:
    term = scenario.parameters.institutions.term_months
    pasts, recorders = _start(scenario)
    yield title(scenario, pasts[0])
    p = pasts[0].parameters
    zeros = zero_terms(
        p, scenario.seed, scenario.replicate, inputs=scenario.inputs, events=scenario.inputs.events_of("")
    )
    for past in pasts:
        past.interventions = last_election(p, zeros["opponent"])
    yield from _chunks(pasts, recorders, 0, term)
    for past in pasts:
        past.electorate.reset_stakes(past.product_prices)
    worlds = [takeover(past, "opponent", zeros["opponent"]) for past in pasts]
    yield from _chunks(worlds, recorders, term, term)
    rows = []
    for past, opposed in zip(pasts, worlds, strict=True):
        returned = takeover(past, "author", zeros["author"])
        advance(returned, term)
        rows.append(outcome_row(opposed, returned))
    yield Chunk({"part": "end", "outcomes": rows}, [])


def outcome_row(opposed: WorldState, returned: WorldState) -> dict[str, Any]:
    """Return the outcomes of the opposed term, with the names and numbers of the command line."""
    out = measure(opposed)
    row = out._asdict() | {"gap": measure(returned).mean_theta - out.mean_theta}
    names = (*MEASURED, "months_to_attempt", "months_to_restriction", "months_to_reversal")
    return {name: row[name] for name in names} | {"outcome": code_of(row)}


def _history(scenario: Scenario) -> Iterator[Chunk]:
    term = scenario.parameters.institutions.term_months
    worlds, recorders = _start(scenario)
    firsts = [world.electorate.dynamic.copy() for world in worlds]
    yield title(scenario, worlds[0])
    for world in worlds:
        world.released = True
    for number in range(scenario.cycles):
        for world, first in zip(worlds, firsts, strict=True):
            begin_term(world, first, number)
        yield from _chunks(worlds, recorders, number * term, term)
    yield Chunk({"part": "end", "outcomes": []}, [])
