"""Parties and regulators decide from plain perceptions: no world, no voter, no exposure is within their reach."""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
import types
import typing
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from political_moat.agents import perception
from political_moat.agents.party import choice, decisions, rules
from political_moat.agents.party.parameters import PartyParameters
from political_moat.agents.perception import LawState, Memory, Option, PolicyState, PollReport, Stand
from political_moat.agents.regulator import decisions as agency
from political_moat.agents.regulator import docket
from political_moat.agents.regulator.parameters import RegulatorParameters

PARTY, REGULATOR = PartyParameters(), RegulatorParameters()

FIELDS: dict[str, dict[str, str]] = {
    "Stand": {"openness": "float", "forced": "float", "protected": "float", "backstop": "float"},
    "Option": {
        "name": "str",
        "number": "int",
        "nest": "str",
        "stand": "Stand",
        "theta": "float",
        "kappa": "float",
        "instrument": "str",
        "agency": "str",
        "months": "float",
        "risk": "float",
    },
    "PollReport": {
        "shares": "tuple[float, ...]",
        "n": "int",
        "month": "int",
        "mean_ideal": "float",
        "own_mean_ideal": "float",
        "standing": "int",
    },
    "Memory": {"aims": "tuple[float, ...]", "shares": "tuple[float, ...]"},
    "PolicyState": {
        "month": "int",
        "openness": "float",
        "theta": "float",
        "kappa": "float",
        "in_office": "str",
        "own_role": "str",
        "own_platform": "float",
        "rival_platform": "float",
        "hostile_chambers": "int",
        "terms_in_office": "int",
        "incumbency_share": "float",
        "months_left": "int",
        "pledges": "float",
        "lapse_months": "float",
        "lapse_openness": "float",
    },
    "LawState": {
        "layer": "str",
        "docket": "str",
        "docket_months": "float",
        "vacated": "int",
        "salted": "bool",
        "review": "bool",
    },
}
"""All that a party or a regulator may see. Before a new field is listed here: could it carry a stake?"""

KEEP = Stand(0.75, 0.0, 0.0)
HOLD = Option("hold", 0, "hold", KEEP, 0.75, 0.05, "none", "DOL", 0.0, 0.0)
BAN = Option("prohibit", 5, "restrict", Stand(0.0, 1.0, 0.0), 0.0, 0.0, "rule", "DOL", 18.0, 0.11)
WARN = Option("warn", 2, "restrict", Stand(0.5, 0.0, 1.0), 0.5, 0.05, "guidance", "DOL", 2.0, 0.0)
MENU = (HOLD, WARN, BAN)
NEST_DRAWS = {"hold": 0.1, "restrict": -0.2}
POLL = PollReport((0.52, 0.5, 0.47), 1000, 51)
STATE = PolicyState(51, 0.75, 0.75, 0.05, "opponent", "opponent", 0.25, 0.75, 1, 1, 0.02, 45, 0.0)
LAW = LawState("rule", "", 0.0, 0)
MEMORY = Memory((0.15, 0.25), (0.5, 0.51))


class Untouchable:
    """Stands where a model would: whatever is asked of it, it raises."""

    def __getattribute__(self, name: str) -> Any:
        raise AssertionError(f"a decision reached for {name!r} of the model")

    def __call__(self, *args: object, **kwargs: object) -> Any:
        raise AssertionError("a decision called the model")


CALLS: dict[str, Callable[[], Any]] = {
    "win_probability": lambda: decisions.win_probability(0.52, 0.039),
    "life_share": lambda: decisions.life_share(BAN, 96.0, 45),
    "move_cost": lambda: decisions.move_cost(BAN, 1, False, PARTY),
    "share_before_lapse": lambda: decisions.share_before_lapse(STATE._replace(lapse_months=12.0), 96.0),
    "move_utility": lambda: decisions.move_utility(BAN, 0.47, 0.15, STATE, False, 0.039, PARTY),
    "agenda_decision": lambda: decisions.agenda_decision(
        MENU, POLL, STATE, LAW, 0.15, 0.039, PARTY, (0.3, 0.1, -0.4), NEST_DRAWS
    ),
    "platform_candidates": lambda: decisions.platform_candidates(0.25, 0.05),
    "platform_decision": lambda: decisions.platform_decision(
        (0.25, 0.3, 0.2), POLL, STATE, 0.15, 0.039, PARTY, (0.3, 0.1, -0.4)
    ),
    "remember": lambda: decisions.remember(MEMORY, POLL, STATE, 0.15, PARTY.model_copy(update={"rule": "hunter"})),
    "agenda_opens": lambda: decisions.agenda_opens(0.2, PARTY),
    "softmax": lambda: choice.softmax([1.0, 2.0]),
    "inclusive_value": lambda: choice.inclusive_value([1.0, 2.0], 0.5),
    "choose": lambda: choice.choose([1.0, 2.0], ["hold", "restrict"], 8.0, 0.5, [0.1, 0.2], NEST_DRAWS),
    "probabilities": lambda: choice.probabilities([1.0, 2.0], ["hold", "restrict"], 8.0, 0.5),
    "confirmation_months": lambda: agency.confirmation_months(0.5, REGULATOR),
    "drift_ideal": lambda: agency.drift_ideal(0.4, 0.9, 0.2, True, REGULATOR),
    "brings_case": lambda: agency.brings_case(0.5, 0.6, 0.7, 0.2, STATE, REGULATOR),
    "stage_count": lambda: docket.stage_count("rule", REGULATOR),
    "stage_months": lambda: [
        docket.stage_months(one, 0.5, 1.2, REGULATOR)
        for one in ("rule", "statute", "guidance", "enforcement", "resolution")
    ],
    "slow_roll_factor": lambda: docket.slow_roll_factor(0.7, 0.2, REGULATOR),
    "expected_months": lambda: [
        docket.expected_months(one, 1.2, REGULATOR)
        for one in ("rule", "statute", "guidance", "enforcement", "resolution")
    ],
    "haste": lambda: [docket.haste(move, "rule", True, REGULATOR) for move in ("cap", "renew")],
    "vacatur_probability": lambda: docket.vacatur_probability(0.0, REGULATOR),
}


def functions(*modules: types.ModuleType) -> dict[str, Callable[..., Any]]:
    """Public functions that modules define themselves."""
    return {
        name: one
        for module in modules
        for name, one in vars(module).items()
        if inspect.isfunction(one) and one.__module__ == module.__name__ and not name.startswith("_")
    }


DECISIONS = functions(decisions, choice, agency, docket)


def test_every_decision_of_a_party_or_regulator_is_called_here() -> None:
    assert set(CALLS) == set(DECISIONS)


@pytest.fixture
def without_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every module of the model and of the electorate replaced by an object that raises on any access."""
    importlib.import_module("political_moat.experiments.protocols.stress_test.run")
    for name in list(sys.modules):
        if name.startswith(("political_moat.model", "political_moat.agents.electorate", "political_moat.experiments")):
            monkeypatch.setitem(sys.modules, name, typing.cast(types.ModuleType, Untouchable()))


def test_the_stand_in_raises_on_any_access(without_model: None) -> None:
    with pytest.raises(AssertionError, match="reached for"):
        _ = sys.modules["political_moat.model.world"].World
    with pytest.raises(AssertionError, match="called the model"):
        Untouchable()()


@pytest.mark.parametrize("name", CALLS)
def test_a_decision_needs_no_model_and_is_the_same_without_one(name: str, request: pytest.FixtureRequest) -> None:
    with_model = CALLS[name]()
    request.getfixturevalue("without_model")
    assert CALLS[name]() == with_model


@pytest.mark.parametrize("name", rules.RULES)
def test_the_target_of_every_rule_needs_no_model(name: str, without_model: None) -> None:
    target = rules.RULES[name]().target(0.15, POLL, STATE, PARTY, MEMORY)
    assert 0.0 <= target <= 1.0
    again = rules.RULES[name]().target(0.15, POLL, STATE, PARTY, MEMORY)
    assert again == target


@pytest.mark.parametrize("name", rules.RULES)
def test_every_rule_decides_on_agenda_and_platform_without_a_model(name: str, without_model: None) -> None:
    party = PARTY.model_copy(update={"rule": name})
    chosen = decisions.agenda_decision(MENU, POLL, STATE, LAW, 0.15, 0.039, party, (0.3, 0.1, -0.4), NEST_DRAWS)
    assert chosen in range(len(MENU))
    assert decisions.platform_decision((0.25, 0.3, 0.2), POLL, STATE, 0.15, 0.039, party, (0.0,) * 3) in (
        0.25,
        0.3,
        0.2,
    )


PLAIN = (int, float, str, bool, type(None))
ALLOWED = (
    Stand,
    Option,
    PollReport,
    Memory,
    PolicyState,
    LawState,
    PartyParameters,
    RegulatorParameters,
    docket.Docket,
)


def leaves(annotation: Any) -> Iterator[Any]:
    """Types an annotation is made of."""
    inside = typing.get_args(annotation)
    if not inside:
        yield annotation
    for one in inside:
        if one is not Ellipsis:
            yield from leaves(one)


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_takes_and_gives_plain_values_alone(name: str) -> None:
    for place, hint in typing.get_type_hints(DECISIONS[name]).items():
        for leaf in leaves(hint):
            assert leaf in PLAIN + ALLOWED, f"{name}: {place} is a {leaf}"


def perceptions() -> dict[str, type[Any]]:
    return {name: one for name, one in vars(perception).items() if inspect.isclass(one) and hasattr(one, "_fields")}


def fields_of(one: type[Any]) -> dict[str, str]:
    return {name: getattr(hint, "__name__", str(hint)) if not typing.get_args(hint) else str(hint)
            for name, hint in typing.get_type_hints(one).items()}  # fmt: skip


def test_perceptions_have_these_fields_and_no_others() -> None:
    assert {name: fields_of(one) for name, one in perceptions().items()} == FIELDS


@pytest.mark.parametrize("name", FIELDS)
def test_the_fields_of_a_perception_are_plain(name: str) -> None:
    for hint in typing.get_type_hints(perceptions()[name]).values():
        assert hint in (int, float, str, bool, Stand) or hint == tuple[float, ...]


@pytest.mark.parametrize("one", [KEEP, HOLD, POLL, MEMORY, STATE, LAW], ids=lambda one: type(one).__name__)
def test_a_perception_is_frozen(one: Any) -> None:
    with pytest.raises(AttributeError):
        setattr(one, one._fields[0], one[0])
    with pytest.raises(AttributeError):
        one.voters = ()


EXPOSURE_WORDS = ("stake", "exposure", "exposed", "holder", "breadth", "visibility", "electorate", "voters")


@pytest.mark.parametrize("name", FIELDS)
def test_no_field_of_a_perception_speaks_of_exposure(name: str) -> None:
    assert not [field for field in FIELDS[name] for word in EXPOSURE_WORDS if word in field]


AGENTS = Path(perception.__file__).parent
FORBIDDEN = ("electorate", "model", "experiments", "viz", "everyone", "lazy_set")


class Import(NamedTuple):
    """One import: the file it stands in, relative to the agents package, and the absolute name it means."""

    file: str
    target: str


def imports(path: Path, package: Sequence[str]) -> list[Import]:
    """Every import of a file of a package, relative ones made absolute, wherever in the file it stands."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [Import(path.name, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) - node.level + 1]) if node.level else []
            stem = ".".join([*base, *([node.module] if node.module else [])])
            found += [Import(path.name, f"{stem}.{alias.name}") for alias in node.names]
    return found


def reaching(folder: Path, package: Sequence[str]) -> list[Import]:
    """Imports of a folder that reach for voters, the model or what stands on it."""
    parts = [(one, one.target.split(".")) for path in sorted(folder.glob("*.py")) for one in imports(path, package)]
    return [one for one, names in parts if names[0] == "political_moat" and set(names) & set(FORBIDDEN)]


@pytest.mark.parametrize("folder", ["party", "party/rules", "regulator"])
def test_party_and_regulator_import_nothing_of_voters_and_model(folder: str) -> None:
    package = ("political_moat", "agents", *folder.split("/"))
    assert list((AGENTS / folder).glob("*.py"))
    assert reaching(AGENTS / folder, package) == []


@pytest.mark.parametrize(
    "planted",
    [
        "from ..electorate import columns",
        "from ..electorate.columns import UNITS",
        "from .. import electorate",
        "from ...model.world import World",
        "import political_moat.model.population.builder",
        "def late():\n    from political_moat.experiments.protocols import term_outcomes",
    ],
)
def test_a_planted_import_is_found(planted: str, tmp_path: Path) -> None:
    (tmp_path / "planted.py").write_text(planted + "\n", encoding="utf-8")
    assert reaching(tmp_path, ("political_moat", "agents", "party")) != []
