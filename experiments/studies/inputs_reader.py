"""Reads what a study gives its runs beside parameters: own people and ties, dated events, columns of the series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from ...model.parameters.fixed import FIXED, fixed_line
from ...model.parameters.tree import ParameterError, Parameters
from ...model.policy.moves import MOVES, NO_MOVE
from ...model.population.network_file import NetworkFileError, TieTable, read_ties
from ...model.population.population_file import PersonTable, PopulationFileError, read_persons
from ...model.record import RECORDED
from ..protocols import PROTOCOLS, Protocol
from ..protocols.contract import Declared
from ..protocols.messages import nearest, not_allowed
from ..protocols.run_inputs import DATED, PEOPLE, TIES, RunInputs, SeriesRequest, StudyEvent
from ..storage.checksums import file_digest
from .attachments import Neighbours
from .factors import check_set
from .schema import EventSection, ModelSection, SeriesSection

SERIES_COLUMNS = tuple(name for name in RECORDED if name != "month")
"""Columns that a series may have; it always has the month."""
_VOTERS, _KIND = "electorate.voters", "network.kind"
_SHOWN_ARMS = 8


class Asked(NamedTuple):
    """What a study asks for: its protocol, base tree, declarations, suffixes of its arms, events and series."""

    protocol: Protocol
    tree: Parameters
    declared: Declared
    suffixes: list[str]
    events: Mapping[str, EventSection]
    series: SeriesSection | None


def read_people(
    model: ModelSection | None, protocol: type[Protocol], beside: Neighbours, problems: list[str]
) -> PersonTable | None:
    """Return the persons of the population file; None without one, or with mistakes in it."""
    if model is None or model.population is None:
        return None
    if PEOPLE not in protocol.takes:
        problems.append(_not_taken("model.population", protocol, PEOPLE))
        return None
    try:
        return read_persons(beside.path(model.population))
    except PopulationFileError as error:
        problems += [f"model.population: {line}" for line in str(error).splitlines()]
        return None


def _not_taken(place: str, protocol: type[Protocol], what: str) -> str:
    takers = ", ".join(name for name, other in PROTOCOLS.items() if what in other.takes)
    return f"{place}: protocol {protocol.name} takes none; allowed with protocol {takers}"


def set_by_files(model: ModelSection, people: PersonTable | None) -> dict[str, Any]:
    """Return the values of parameters that follow from the files: the number of voters, and ties of the study's own."""
    counted = {_VOTERS: len(people)} if people is not None and not people.weighted else {}
    return counted | ({_KIND: "own"} if model.network is not None else {})


def fixed_by_files(model: ModelSection, people: PersonTable | None, factors: Mapping[str, object]) -> list[str]:
    """Return a line for each value or factor of the study that contradicts its files."""
    problems = []
    wanted = model.set.get(_VOTERS, model.voters)
    if people is not None and not people.weighted and wanted not in (None, len(people)):
        problems.append(
            f"model.voters = {wanted} is not possible: {model.population} has {len(people)} persons; leave voters out, "
            "or add a column weight to draw from"
        )
    if people is not None and people.weighted and model.network is not None:
        problems.append(
            f"model.network: {model.population} has a column weight, so that a person may be drawn twice or not at "
            "all; leave the weights or the network out"
        )
    if model.set.get(_KIND, "own") != "own" and model.network is not None:
        problems.append(f"model.set: {_KIND} = {model.set[_KIND]} contradicts model.network; leave it out")
    by_file = {_VOTERS: model.population if people is not None and not people.weighted else None, _KIND: model.network}
    if model.network is not None:
        by_file[_VOTERS] = model.network
    problems += [f"factors.{name}: given by {by_file[name]}; leave it out" for name in factors if by_file.get(name)]
    return problems


def read_inputs(
    asked: Asked, model: ModelSection, people: PersonTable | None, beside: Neighbours, problems: list[str]
) -> RunInputs:
    """Return the inputs of the runs of a study; add a line for each mistake to `problems`."""
    ties = _read_ties(asked, model, people, beside, problems)
    files = {PEOPLE: model.population, TIES: model.network}
    digests = {} if problems else {what: file_digest(beside.path(name)) for what, name in files.items() if name}
    return RunInputs(
        None if people is None else replace(people, ids=None),
        ties,
        digests,
        _read_events(asked, problems),
        _read_series(asked, problems),
    )


def _read_ties(
    asked: Asked, model: ModelSection, people: PersonTable | None, beside: Neighbours, problems: list[str]
) -> TieTable | None:
    if model.network is None:
        if asked.tree.network.kind == "own":
            problems.append(f"{_KIND} = own needs ties; allowed with it: model.network, an edge list or GraphML file")
        return None
    if TIES not in asked.protocol.takes:
        problems.append(_not_taken("model.network", type(asked.protocol), TIES))
        return None
    if model.population is not None and people is None:  # whose mistakes come first: ties may name its ids
        return None
    try:
        ids = None if people is None else people.ids
        return read_ties(beside.path(model.network), asked.tree.electorate.voters, ids)
    except NetworkFileError as error:
        problems += [f"model.network: {line}" for line in str(error).splitlines()]
        return None


def _read_series(asked: Asked, problems: list[str]) -> SeriesRequest | None:
    series = asked.series
    if series is None:
        return None
    if not asked.protocol.keeps_series:
        takers = ", ".join(name for name, protocol in PROTOCOLS.items() if protocol.keeps_series)
        problems.append(
            f"series: a run of protocol {asked.protocol.name} has no months; allowed with protocol {takers}"
        )
    problems += [not_allowed("series.columns", name, SERIES_COLUMNS) for name in series.columns if name not in RECORDED]
    if "month" in series.columns:
        problems.append("series.columns: month is always there; leave it out")
    if len(set(series.columns)) < len(series.columns):
        problems.append("series.columns names one column twice; allowed: each once")
    return SeriesRequest(tuple(series.columns), series.every)


def _read_events(asked: Asked, problems: list[str]) -> tuple[StudyEvent, ...]:
    if not asked.events:
        return ()
    if DATED not in asked.protocol.takes:
        problems.append(_not_taken("events", type(asked.protocol), DATED))
        return ()
    months, bare = None, []
    if not problems:  # else there may be no design
        design = asked.protocol.design(asked.declared)
        months = asked.protocol.months(asked.tree, design)
        bare = [arm.name for arm in asked.protocol.arms(asked.tree, design)]
    arms = [name + suffix for suffix in asked.suffixes for name in bare]
    for place, event in asked.events.items() if bare else ():
        problems += [_unknown_arm(place, arm, arms) for arm in event.arms if arm not in arms and arm not in bare]
    return checked_events(asked.events, asked.tree, months, problems)


def checked_events(
    events: Mapping[str, EventSection], tree: Parameters, months: int | None, problems: list[str]
) -> tuple[StudyEvent, ...]:
    """Return events by their places; add a line for each mistake but unknown arms. months: of a run, if known."""
    checked, extra = [], tree.policy.extra_move
    moves = (*MOVES[1:], *([] if extra == NO_MOVE else [extra]))
    for place, event in events.items():
        if months is not None and event.month >= months:
            allowed = f"0 to {months - 1}, the last month of a run"
            problems.append(f"{place}.month = {event.month} is not possible; allowed: {allowed}")
        if event.set and event.move is not None:
            problems.append(f"{place}: has both set and move; allowed: one of them")
        if not event.set and event.move is None:
            problems.append(f"{place}: has neither set nor move; allowed: one of them")
        if event.move is not None and event.move not in moves:
            problems.append(not_allowed(f"{place}.move", event.move, moves))
        values = _values(place, event.set, tree, problems)
        checked.append(StudyEvent(event.month, values, event.move or "", tuple(event.arms)))
    return tuple(checked)


def _unknown_arm(place: str, arm: str, arms: Sequence[str]) -> str:
    more = f" and {len(arms) - _SHOWN_ARMS} more" if len(arms) > _SHOWN_ARMS else ""
    allowed = ", ".join(arms[:_SHOWN_ARMS])
    return f"{place}.arms: {arm!r} is no arm of the study; allowed: {allowed}{more}{nearest(arm, arms)}"


def _values(
    place: str, values: Mapping[str, Any], tree: Parameters, problems: list[str]
) -> tuple[tuple[str, Any], ...]:
    """Return the new values of an event as the parameters' own kinds; a line for each that cannot change in a run."""
    wrong, fine = check_set(values, tree)
    problems += [f"{place}.set: {line}" for _, line in wrong]
    fixed = [name for name in fine if name in FIXED]
    if fixed:
        problems.append(f"{place}.set: {fixed_line(fixed, 'during a run')}")
    if fine.get("polls.blind") and not tree.polls.blind:
        problems.append(f"{place}.set: polls.blind cannot be switched on during a run; allowed: in model.set")
    try:
        known = tree.with_values(fine).values()
    except ParameterError as error:
        problems += [f"{place}.set: {line}" for line in str(error).splitlines()]
        return ()
    return tuple((name, known[name]) for name in fine)
