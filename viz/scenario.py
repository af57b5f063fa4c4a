"""Scenarios: what a visitor may request, read from an address and validated, and the matching command line."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from ..agents.source_hash import short, versions
from ..agents.user_input import plain_whole
from ..experiments.protocols.history.protocol import AGEING, History
from ..experiments.protocols.run_inputs import NO_INPUTS, RunInputs, StudyEvent
from ..experiments.protocols.stress_test.protocol import StressTest
from ..experiments.storage.provenance import canonical_json, short_code_hash
from ..experiments.studies.from_options import parse_events
from ..experiments.studies.inputs_reader import checked_events
from ..experiments.studies.mistakes import checked_section
from ..experiments.studies.reader import with_protocol_values
from ..experiments.studies.schema import DEFAULT_SEED, EventSection
from ..model.parameters.presets import PRESETS, preset
from ..model.parameters.tree import ParameterError, Parameters

MOST_CHARACTERS = 4000
"""Longer addresses are refused unread."""
MOST_VOTER_MONTHS = 40_000_000
"""Voters times months times arms of one film: about one second of one core."""
MOST_REPLICATES_VOTER_MONTHS = 700_000_000
"""The same for the hundred replicates at every breadth of the curve, computed as ten jobs."""
LARGEST_SEED = 2**53
LARGEST_REPLICATE = 99_999
MOST_CYCLES = 12
MOST_EVENTS = 20
REPLICATES = 100
CURVE = (0.0, 0.1, 0.3, 0.6)
"""Breadths of the dose-response curve, besides that of the scenario."""
PAGE_VOTERS = 10_000
_PLAYED = {protocol.name: protocol for protocol in (StressTest, History)}
_NOT_PARAMETERS = ("scene", "preset", "seed", "replicate", "protocol", "cycles", "events", "version", "code", "step")


class Scene(NamedTuple):
    """A preset button of the page: texts, model preset, values on top of it, and the replicate shown first.

    Every scene starts with replicate 29, chosen because its two worlds differ. The page says so.
    """

    label: str
    sentence: str
    preset: str
    values: dict[str, Any]
    replicate: int = 29
    cycles: int = 0


SCENES: dict[str, Scene] = {
    "realistic": Scene(
        "Realistic stakes",
        "30% of voters hold 4% of their retirement balance in crypto and see its full value.",
        "calibrated",
        {"exposure.breadth": 0.3},
    ),
    "no-access": Scene("No access", "Nobody holds crypto in a retirement account.", "calibrated", {}),
    "slow-uptake": Scene(
        "Slow uptake", "5% of voters hold 4% of their balance.", "calibrated", {"exposure.breadth": 0.05}
    ),
    "sleeve": Scene(
        "Default-fund sleeve",
        "45% of voters hold crypto as a part of a default fund that they hardly see (visibility .1).",
        "calibrated",
        {"exposure.breadth": 0.45, "exposure.visibility": 0.1},
    ),
    "mass-adoption": Scene(
        "Mass adoption",
        "The numbers of the article: 45% of voters hold crypto, fully visible, 20% of the average balance.",
        "article",
        {"exposure.breadth": 0.45},
    ),
    "crash": Scene(
        "Crash, then election",
        "Mass adoption, and the price halves six months before the midterm of the opposed government.",
        "article",
        {"exposure.breadth": 0.45, "market.crash_month": 64, "market.crash_size": -0.69},
    ),
    "caps": Scene(
        "Warnings and caps",
        "The policy caps crypto at 2% of the balance; 30% of voters hold that much.",
        "calibrated",
        {"exposure.breadth": 0.3, "exposure.allocation": 0.02, "policy.cap": 0.02, "policy.cap_low": 0.01},
    ),
    "sorted": Scene(
        "Sorted electorate",
        "30% of voters hold crypto; most of them lean to the author party.",
        "calibrated",
        {"exposure.breadth": 0.3, "exposure.skew": 0.8},
    ),
    "history": Scene(
        "Long history",
        "Six presidential terms; elections decide who governs. One history, not an experiment.",
        "calibrated",
        {"exposure.breadth": 0.3},
        cycles=6,
    ),
}
"""Scenes of the page. `scenes()` adds the presets of the model that no scene uses."""


class AddressError(ValueError):
    """An address that the page cannot play. The message lists every problem, one a line."""


@dataclass(frozen=True)
class Scenario:
    """One pair of worlds: exactly what determines it.

    cycles: terms of a history; 0 for a stress test. events: dated events, which happen in both worlds.
    """

    scene: str
    preset: str
    parameters: Parameters
    seed: int
    replicate: int
    cycles: int = 0
    events: tuple[StudyEvent, ...] = ()

    @property
    def inputs(self) -> RunInputs:
        """Return what the worlds get beside parameters: the events."""
        return RunInputs(events=self.events) if self.events else NO_INPUTS

    @property
    def breadth(self) -> float:
        """Return the share of voters who hold crypto in World B."""
        return float(self.parameters.exposure.breadth)

    @property
    def months(self) -> int:
        """Return the number of months of the film."""
        return self.parameters.institutions.term_months * (self.cycles or 2)

    @functools.cached_property
    def key(self) -> str:
        """Return a key equal for equal films: parameters, seed, replicate, protocol and version of the code."""
        events = [event.identity() for event in self.events]
        content = [self.parameters.canonical(), self.seed, self.replicate, self.cycles, code()]
        return canonical_json([*content, events] if events else content)

    def with_replicate(self, replicate: int) -> Scenario:
        """Return the same scenario with another replicate."""
        return replace(self, replicate=replicate)

    def settings(self) -> dict[str, Any]:
        """Return the values that differ from the preset, by dotted name."""
        base = preset(self.preset)
        return {name: value for name, (value, _) in self.parameters.difference(base).items()}

    def fields(self) -> dict[str, str]:
        """Return names and texts that `from_fields` reads: preset, values that differ from it, seed, replicate."""
        fields = {
            **({"scene": self.scene} if self.scene else {}),
            "preset": self.preset,
            **{name: _text(value) for name, value in self.settings().items()},
            "seed": str(self.seed),
            "replicate": str(self.replicate),
            **({"events": ",".join(self._event_texts())} if self.events else {}),
        }
        if not self.cycles:
            return fields
        # The default of ageing depends on the protocol, so the address always states it.
        fields[AGEING] = _text(self.parameters.people.ageing)
        return fields | {"protocol": History.name, "cycles": str(self.cycles)}

    def _event_texts(self) -> list[str]:
        """Return the events as `moat run --event` takes them, one for each value."""
        texts = []
        for event in self.events:
            texts += [f"{event.month}:{event.move}"] if event.move else []
            texts += [f"{event.month}:{name}={_text(value)}" for name, value in event.values]
        return texts

    def address(self) -> str:
        """Return `fields` as a query string, with the version of the code."""
        return urlencode(self.fields() | {"version": version(), "code": code()})

    def command(self, replicates: int | None = None) -> str:
        """Return the command line that prints these numbers; replicates: as a study of so many replicates."""
        words = ["moat run", f"--preset {self.preset}"]
        named = {name: value for name, value in self.settings().items() if name not in _OPTION_PARAMETERS}
        named["exposure.visibility"] = self.parameters.exposure.visibility
        if self.cycles:
            named[AGEING] = self.parameters.people.ageing
        words += [f"--set {name}={_text(value)}" for name, value in sorted(named.items())]
        words += [f"--voters {self.parameters.electorate.voters}", f"--seed {self.seed}"]
        words += [f"--event {text}" for text in self._event_texts()]
        doses = {0.0, self.breadth} if replicates is None else {*CURVE, self.breadth}
        words.append("--breadth " + ",".join(_text(dose) for dose in sorted(doses)))
        if self.cycles:
            words.append(f"--protocol {History.name} --cycles {self.cycles}")
        words.append(f"--replicate {self.replicate}" if replicates is None else f"--replicates {replicates}")
        return " ".join(words)


_OPTION_PARAMETERS = ("exposure.breadth", "electorate.voters")
"""Parameters that the command line sets by options of their own."""


@functools.cache
def version() -> str:
    """Return the version of the package."""
    return versions(["political-moat"])["political-moat"]


@functools.cache
def code() -> str:
    """Return the first 8 characters of the hash of the code that determines outcomes."""
    return short(short_code_hash())[:8]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        short_form = f"{value:g}"
        return short_form if float(short_form) == value else repr(value)
    return str(value)


def _label(name: str) -> str:
    words = name.replace("-", " ")
    return (words[0].upper() + words[1:]).replace("Esg", "ESG")


def scenes() -> dict[str, Scene]:
    """Return every scene in the order of the page: its own, then the presets of the model that none of them uses."""
    used = {scene.preset for scene in SCENES.values()}
    return SCENES | {
        name: Scene(_label(name), model_preset.sentence, name, {"exposure.breadth": 0.3})
        for name, model_preset in PRESETS.items()
        if name not in used
    }


def of_scene(name: str) -> Scenario:
    """Return the scenario of a scene. Raises KeyError for an unknown name."""
    scene = scenes()[name]
    cycles = scene.cycles
    values: dict[str, Any] = {"electorate.voters": PAGE_VOTERS, **scene.values}
    values = with_protocol_values(values, History if cycles else StressTest, scene.preset)
    p = preset(scene.preset).with_values(values)
    return Scenario(name, scene.preset, p, DEFAULT_SEED, scene.replicate, cycles)


def from_address(query: str) -> Scenario:
    """Return the scenario of a query string; an empty one is the first scene. Nothing is evaluated or used as a path.

    Raises AddressError with every problem: unknown names, values out of range, more computation than the page allows.
    """
    if len(query) > MOST_CHARACTERS:
        raise AddressError(f"the address has {len(query)} characters; allowed: {MOST_CHARACTERS}")
    try:
        pairs = parse_qsl(query.lstrip("?"), keep_blank_values=True, strict_parsing=bool(query.lstrip("?")))
    except ValueError as error:
        raise AddressError("the address cannot be read; it must be name=value pairs joined by &") from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise AddressError("the address contains a name twice")
    return from_fields(fields)


def from_fields(fields: Mapping[str, str]) -> Scenario:
    """Return the scenario of names and texts. Raises AddressError as `from_address` does."""
    problems: list[str] = []
    scene = fields.get("scene", "")
    if scene and scene not in scenes():
        problems.append(f"unknown scene {scene[:40]!r} (known: {', '.join(scenes())})")
        scene = ""
    if not scene and not fields.keys() - {"version", "code", "step"}:
        scene = "realistic"
    only_scene = not fields.get("preset") and all(name in _NOT_PARAMETERS for name in fields)
    start = of_scene(scene or "realistic")
    seed = _whole(fields, "seed", start.seed, 0, LARGEST_SEED, problems)
    replicate = _whole(fields, "replicate", start.replicate, 0, LARGEST_REPLICATE, problems)
    name = fields.get("protocol", (History if only_scene and start.cycles else StressTest).name)
    if name not in _PLAYED:
        problems.append(f"protocol {name[:40]!r} is not possible; allowed: {', '.join(_PLAYED)}")
    protocol = _PLAYED.get(name, StressTest)
    has_terms = "cycles" in protocol.options.model_fields
    cycles = _whole(fields, "cycles", start.cycles or 6, 1, MOST_CYCLES, problems) if has_terms else 0
    preset_name, parameters = fields.get("preset") or start.preset, start.parameters
    if not only_scene:
        values: dict[str, Any] = {"electorate.voters": PAGE_VOTERS}
        values |= {name: value for name, value in fields.items() if name not in _NOT_PARAMETERS}
        values = with_protocol_values(values, protocol, preset_name)
        try:
            parameters = preset(preset_name[:60]).with_values(values)
        except ParameterError as error:
            problems += str(error).splitlines()
    months = parameters.institutions.term_months * (cycles or 2)
    events = _events(fields.get("events", ""), parameters, months, problems)
    if problems:
        raise AddressError("\n".join(problem[:300] for problem in problems[:20]))
    scenario = Scenario(scene, preset_name, parameters, seed, replicate, cycles, events)
    check_size(scenario)
    # The page marks a button only if the scenario is exactly that of the button.
    unchanged = (scenario.parameters, scenario.cycles, events) == (start.parameters, start.cycles, ())
    return scenario if unchanged else replace(scenario, scene="")


def _events(text: str, p: Parameters, months: int, problems: list[str]) -> tuple[StudyEvent, ...]:
    """Return the dated events of an address, such as "60:cap,70:policy.cap_low=0.01"; a line for each mistake."""
    texts = text.split(",") if text else []
    if len(texts) > MOST_EVENTS:
        problems.append(f"events: {len(texts)} are given; allowed: {MOST_EVENTS}")
        return ()
    tables, wrong = parse_events(texts)
    problems += [line.replace("--event", "events =") for line in wrong]
    sections = {f"events[{number}]": table for number, table in enumerate(tables)}
    checked = {place: checked_section(EventSection, place, table, problems) for place, table in sections.items()}
    return checked_events({place: event for place, event in checked.items() if event}, p, months, problems)


def _whole(fields: Mapping[str, str], name: str, default: int, low: int, high: int, problems: list[str]) -> int:
    text = fields.get(name, "")
    if not text:
        return default
    number = plain_whole(text)
    if number is not None and low <= number <= high:
        return number
    problems.append(f"{name} {text[:40]!r} is not possible; allowed: whole numbers {low} to {high}")
    return default


def voter_months(scenario: Scenario) -> int:
    """Return voters times months times arms of a film: both worlds, and in a stress test both returning terms."""
    arms = 2 if scenario.cycles else 4
    return scenario.parameters.electorate.voters * scenario.months * arms


def replicates_voter_months(scenario: Scenario) -> int:
    """Return voters times months times arms of the hundred replicates at every breadth of the curve."""
    doses = {*CURVE, scenario.breadth}
    return scenario.parameters.electorate.voters * scenario.months * len(doses) * REPLICATES


def no_replicates(scenario: Scenario) -> str:
    """Return why the page runs no hundred replicates of a scenario, as a clause; "" if it does."""
    if scenario.cycles:
        return (
            "this is one long history, in which elections decide who governs; its worlds have no common takeover, so "
            "they are no pairs of takeovers"
        )
    if replicates_voter_months(scenario) > MOST_REPLICATES_VOTER_MONTHS:
        return (
            f"{REPLICATES} replicates of {scenario.parameters.electorate.voters:,} voters exceed the limit of this "
            f"page; the command line has no limit: {scenario.command(REPLICATES)}"
        )
    return ""


def fans_voter_months(scenario: Scenario) -> int:
    """Return voters times months times worlds of the hundred replicates in World A and World B."""
    return scenario.parameters.electorate.voters * scenario.months * 2 * REPLICATES


def check_size(scenario: Scenario) -> None:
    """Raise AddressError for a film with more voter-months than one request may have."""
    requested = voter_months(scenario)
    if requested > MOST_VOTER_MONTHS:
        raise AddressError(
            f"{scenario.parameters.electorate.voters:,} voters over {scenario.months} months exceed the limit of this "
            f"page ({requested:,} voter-months; allowed: {MOST_VOTER_MONTHS:,}); the command line has no limit"
        )
