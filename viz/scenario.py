"""What a visitor may ask for: a scenario read from an address, checked and bounded, and its command."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from ..agents.source_hash import short, versions
from ..experiments.protocols.history.protocol import AGEING, History
from ..experiments.protocols.stress_test.protocol import StressTest
from ..experiments.storage.provenance import canonical_json, short_code_hash
from ..experiments.studies.reader import with_protocol_values
from ..experiments.studies.schema import DEFAULT_SEED
from ..model.parameters.presets import PRESETS, preset
from ..model.parameters.tree import ParameterError, Parameters

MOST_CHARACTERS = 4000
"""Longest address that is read at all."""
MOST_WORK = 40_000_000
"""Voters times months times arms of one film: about a second of one core."""
MOST_LUCK_WORK = 700_000_000
"""The same for a hundred futures at every breadth of the curve, computed in ten pieces."""
LARGEST_SEED = 2**53
LARGEST_REPLICATE = 99_999
MOST_CYCLES = 12
FUTURES = 100
CURVE = (0.0, 0.1, 0.3, 0.6)
"""Breadths of the dose-response curve, beside the visitor's own."""
PAGE_VOTERS = 10_000
_PLAYED = {kind.name: kind for kind in (StressTest, History)}
_OWN = ("scene", "preset", "seed", "replicate", "protocol", "cycles", "version", "code")


class Scene(NamedTuple):
    """A button of the page: label, sentence, preset, values on top, first replicate, terms (0: a stress test).

    Every scene starts from the same luck, replicate 16, picked because its worlds part: the page says so.
    """

    label: str
    sentence: str
    preset: str
    values: dict[str, Any]
    replicate: int = 16
    cycles: int = 0


SCENES: dict[str, Scene] = {
    "realistic": Scene(
        "Realistic stakes",
        "30% of voters hold 4% of their retirement balance in crypto, and see it.",
        "calibrated",
        {"exposure.breadth": 0.3},
    ),
    "no-access": Scene("No access", "Nobody holds crypto in a retirement account.", "calibrated", {}),
    "slow-uptake": Scene(
        "Slow uptake", "5% of voters hold 4% of their balance.", "calibrated", {"exposure.breadth": 0.05}
    ),
    "sleeve": Scene(
        "Default-fund sleeve",
        "45% hold it, but as a barely visible part of a default fund (visibility .1).",
        "calibrated",
        {"exposure.breadth": 0.45, "exposure.visibility": 0.1},
    ),
    "mass-adoption": Scene(
        "Mass adoption",
        "The article's arithmetic: 20% of the average balance, fully visible, held by 45% of voters.",
        "article",
        {"exposure.breadth": 0.45},
    ),
    "crash": Scene(
        "Crash, then election",
        "As mass adoption, but the price halves six months before the opposed government's midterm.",
        "article",
        {"exposure.breadth": 0.45, "market.crash_month": 64, "market.crash_size": -0.69},
    ),
    "caps": Scene(
        "Warnings and caps",
        "Access comes with a cap of 2% of the balance, and holders keep to it.",
        "calibrated",
        {"exposure.breadth": 0.3, "exposure.allocation": 0.02, "policy.cap": 0.02, "policy.cap_low": 0.01},
    ),
    "sorted": Scene(
        "Sorted electorate",
        "30% hold, most of them in the base of the party that made the policy.",
        "calibrated",
        {"exposure.breadth": 0.3, "exposure.skew": 0.8},
    ),
    "history": Scene(
        "Long history",
        "Six presidential terms, elections decide who governs. One history, not an experiment.",
        "calibrated",
        {"exposure.breadth": 0.3},
        cycles=6,
    ),
}
"""Scenes of the page; `scenes()` adds those presets of the model that no scene starts from."""


class AddressError(ValueError):
    """An address that cannot be played; the message holds every mistake, one line each."""


@dataclass(frozen=True)
class Scenario:
    """One pair of worlds: everything that decides it, and nothing else. cycles: terms of a history, 0 a stress test."""

    scene: str
    preset: str
    parameters: Parameters
    seed: int
    replicate: int
    cycles: int = 0

    @property
    def breadth(self) -> float:
        """Share of voters who hold crypto in World B."""
        return float(self.parameters.exposure.breadth)

    @property
    def months(self) -> int:
        """Months of the film."""
        return self.parameters.institutions.term_months * (self.cycles or 2)

    @functools.cached_property
    def key(self) -> str:
        """Name of the film by its content: parameters, seed, replicate, protocol and version of the code."""
        return canonical_json([self.parameters.canonical(), self.seed, self.replicate, self.cycles, code()])

    def with_replicate(self, replicate: int) -> Scenario:
        """The same scenario with another luck."""
        return replace(self, replicate=replicate)

    def settings(self) -> dict[str, Any]:
        """Values that differ from the preset's, by dotted name."""
        base = preset(self.preset)
        return {name: here for name, (here, _) in self.parameters.difference(base).items()}

    def fields(self) -> dict[str, str]:
        """Names and texts that lead back here: the preset and every value that differs from it, seed, replicate."""
        fields = {
            **({"scene": self.scene} if self.scene else {}),
            "preset": self.preset,
            **{name: _text(value) for name, value in self.settings().items()},
            "seed": str(self.seed),
            "replicate": str(self.replicate),
        }
        if not self.cycles:
            return fields
        # People age in histories unless told otherwise, so that it must be said either way.
        fields[AGEING] = _text(self.parameters.people.ageing)
        return fields | {"protocol": History.name, "cycles": str(self.cycles)}

    def address(self) -> str:
        """Query string of `fields`, with the version of the code."""
        return urlencode(self.fields() | {"version": version(), "code": code()})

    def command(self, futures: int | None = None) -> str:
        """Command line that prints this pair's numbers, or with `futures` the same study over many replicates."""
        words = ["moat run", f"--preset {self.preset}"]
        named = {name: value for name, value in self.settings().items() if name not in _BY_OPTION}
        named["exposure.visibility"] = self.parameters.exposure.visibility
        if self.cycles:
            named[AGEING] = self.parameters.people.ageing
        words += [f"--set {name}={_text(value)}" for name, value in sorted(named.items())]
        words += [f"--voters {self.parameters.electorate.voters}", f"--seed {self.seed}"]
        doses = {0.0, self.breadth} if futures is None else {*CURVE, self.breadth}
        words.append("--breadth " + ",".join(_text(dose) for dose in sorted(doses)))
        if self.cycles:
            words.append(f"--protocol {History.name} --cycles {self.cycles}")
        words.append(f"--replicate {self.replicate}" if futures is None else f"--replicates {futures}")
        return " ".join(words)


_BY_OPTION = ("exposure.breadth", "electorate.voters")


@functools.cache
def version() -> str:
    """Version of the package."""
    return versions(["political-moat"])["political-moat"]


@functools.cache
def code() -> str:
    """First 8 characters of the hash of the code that decides outcomes."""
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
    """Every scene in the order of the page: the page's own, then presets of the model that none of them starts from."""
    started = {scene.preset for scene in SCENES.values()}
    return SCENES | {
        name: Scene(_label(name), one.sentence, name, {"exposure.breadth": 0.3})
        for name, one in PRESETS.items()
        if name not in started
    }


def of_scene(name: str) -> Scenario:
    """The scenario behind a button. KeyError for an unknown one."""
    scene = scenes()[name]
    cycles = scene.cycles
    values: dict[str, Any] = {"electorate.voters": PAGE_VOTERS, **scene.values}
    values = with_protocol_values(values, History if cycles else StressTest, scene.preset)
    p = preset(scene.preset).with_values(values)
    return Scenario(name, scene.preset, p, DEFAULT_SEED, scene.replicate, cycles)


def from_address(query: str) -> Scenario:
    """Scenario of a query string; an empty one is the first scene. Nothing in it is evaluated or used as a path.

    Raises AddressError naming every mistake: unknown names, values out of range, more work than the page does.
    """
    if len(query) > MOST_CHARACTERS:
        raise AddressError(f"the address has {len(query)} characters; allowed: {MOST_CHARACTERS}")
    try:
        pairs = parse_qsl(query.lstrip("?"), keep_blank_values=True, strict_parsing=bool(query.lstrip("?")))
    except ValueError as error:
        raise AddressError("the address cannot be read: it must be name=value pairs joined by &") from error
    given = dict(pairs)
    if len(given) != len(pairs):
        raise AddressError("the address gives one name twice")
    return from_fields(given)


def from_fields(given: Mapping[str, str]) -> Scenario:
    """Scenario of names and texts. Raises AddressError as `from_address` does."""
    problems: list[str] = []
    known, scene = scenes(), given.get("scene", "")
    if scene and scene not in known:
        problems.append(f"unknown scene {scene[:40]!r} (there are {', '.join(known)})")
        scene = ""
    if not scene and not given.keys() - {"version", "code"}:
        scene = "realistic"
    bare = not given.get("preset") and not any(name not in _OWN for name in given)
    start = of_scene(scene or "realistic")
    seed = _whole(given, "seed", start.seed, 0, LARGEST_SEED, problems)
    replicate = _whole(given, "replicate", start.replicate, 0, LARGEST_REPLICATE, problems)
    protocol = given.get("protocol", (History if bare and start.cycles else StressTest).name)
    if protocol not in _PLAYED:
        problems.append(f"protocol {protocol[:40]!r} is not possible; allowed: {', '.join(_PLAYED)}")
    kind = _PLAYED.get(protocol, StressTest)
    has_terms = "cycles" in kind.options.model_fields
    cycles = _whole(given, "cycles", start.cycles or 6, 1, MOST_CYCLES, problems) if has_terms else 0
    named, parameters = given.get("preset") or start.preset, start.parameters
    if not bare:
        values: dict[str, Any] = {"electorate.voters": PAGE_VOTERS}
        values |= {name: value for name, value in given.items() if name not in _OWN}
        values = with_protocol_values(values, kind, named)
        try:
            parameters = preset(named[:60]).with_values(values)
        except ParameterError as error:
            problems += str(error).splitlines()
    if problems:
        raise AddressError("\n".join(problem[:300] for problem in problems[:20]))
    found = Scenario(scene, named, parameters, seed, replicate, cycles)
    check_work(found)
    # A button is lit only where everything is as it says.
    same = (found.parameters, found.cycles) == (start.parameters, start.cycles)
    return found if same else replace(found, scene="")


def _whole(given: Mapping[str, str], name: str, default: int, low: int, high: int, problems: list[str]) -> int:
    text = given.get(name, "")
    if not text:
        return default
    if text.isascii() and text.isdigit() and len(text) <= 20 and low <= int(text) <= high:
        return int(text)
    problems.append(f"{name} {text[:40]!r} is not possible; allowed: whole numbers {low} to {high}")
    return default


def work(scenario: Scenario) -> int:
    """Voters times months times arms of a film: two worlds, and in a stress test the returning party in both."""
    p = scenario.parameters
    arms = 2 if scenario.cycles else 4
    return p.electorate.voters * scenario.months * arms


def luck_work(scenario: Scenario) -> int:
    """The same for a hundred futures at every breadth of the curve."""
    doses = {*CURVE, scenario.breadth}
    return scenario.parameters.electorate.voters * scenario.months * len(doses) * FUTURES


def check_work(scenario: Scenario) -> None:
    """Raise AddressError for more work than one request may ask for."""
    asked = work(scenario)
    if asked > MOST_WORK:
        raise AddressError(
            f"{scenario.parameters.electorate.voters:,} voters over {scenario.months} months are more than this page "
            f"computes for one visitor ({asked:,} voter-months of {MOST_WORK:,}); the command line has no limit"
        )
