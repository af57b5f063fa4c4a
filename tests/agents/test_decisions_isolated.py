"""Parties and regulators decide from plain perceptions: they reach no world, no voter and no exposure."""

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
from political_moat.agents.party import agenda, choice, decisions, rules
from political_moat.agents.party.parameters import PartyParameters
from political_moat.agents.perception import LawState, Memory, Option, PolicyState, PollReport, Stand
from political_moat.agents.regulator import decisions as agency
from political_moat.agents.regulator import docket
from political_moat.agents.regulator.parameters import RegulatorParameters

PARTY, REGULATOR = PartyParameters(), RegulatorParameters()
GAINS, WISHES = (0.6, 0.8, 0.7), ("hold", "restrict", "restrict")

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
"""All that a party or a regulator may perceive. Before you list a new field, ask whether it could carry a stake."""

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
    """A stand-in for the model that raises on every access."""

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
    "platform_utility": lambda: decisions.platform_utility(0.3, 0.5, 0.15, STATE, 0.039, PARTY),
    "platform_decision": lambda: decisions.platform_decision(
        (0.25, 0.3, 0.2), POLL, STATE, 0.15, 0.039, PARTY, (0.3, 0.1, -0.4)
    ),
    "remember": lambda: decisions.remember(MEMORY, POLL, STATE, 0.15, PARTY.model_copy(update={"rule": "hunter"})),
    "agenda_opens": lambda: decisions.agenda_opens(0.2, PARTY),
    "rival_value": lambda: agenda.rival_value(0.3, -0.2, PARTY),
    "slot_opens": lambda: agenda.slot_opens(0.2, 0.1, PARTY),
    "slot_probability": lambda: agenda.slot_probability(0.2, PARTY),
    "best_move": lambda: agenda.best_move(GAINS),
    "competing_moves": lambda: agenda.competing_moves(GAINS, WISHES, 0.1, PARTY),
    "competition": lambda: agenda.competition(GAINS, WISHES, False, 0.1, PARTY, (0.3, 0.1, -0.4), NEST_DRAWS),
    "competition_probabilities": lambda: agenda.competition_probabilities(GAINS, WISHES, False, PARTY),
    "softmax": lambda: choice.softmax([1.0, 2.0]),
    "inclusive_value": lambda: choice.inclusive_value([1.0, 2.0], 0.5),
    "choose": lambda: choice.choose([1.0, 2.0], ["hold", "restrict"], 8.0, 0.5, [0.1, 0.2], NEST_DRAWS),
    "probabilities": lambda: choice.probabilities([1.0, 2.0], ["hold", "restrict"], 8.0, 0.5),
    "confirmation_months": lambda: agency.confirmation_months(0.5, REGULATOR),
    "drift_goal": lambda: agency.drift_goal(0.9, 0.2, REGULATOR),
    "drift_ideal": lambda: agency.drift_ideal(0.4, 0.9, 0.2, True, REGULATOR),
    "brings_case": lambda: agency.brings_case(0.5, 0.6, 0.7, 0.2, STATE, REGULATOR),
    "stage_count": lambda: docket.stage_count("rule", REGULATOR),
    "stage_months": lambda: [
        docket.stage_months(instrument, 0.5, 1.2, REGULATOR)
        for instrument in ("rule", "statute", "guidance", "enforcement", "resolution")
    ],
    "slow_roll_factor": lambda: docket.slow_roll_factor(0.7, 0.2, REGULATOR),
    "expected_months": lambda: [
        docket.expected_months(instrument, 1.2, REGULATOR)
        for instrument in ("rule", "statute", "guidance", "enforcement", "resolution")
    ],
    "haste": lambda: [docket.haste(move, "rule", True, REGULATOR) for move in ("cap", "renew")],
    "vacatur_probability": lambda: docket.vacatur_probability(0.0, REGULATOR),
}


def functions(*modules: types.ModuleType) -> dict[str, Callable[..., Any]]:
    """Public functions that the modules define, not those they import."""
    return {
        name: member
        for module in modules
        for name, member in vars(module).items()
        if inspect.isfunction(member) and member.__module__ == module.__name__ and not name.startswith("_")
    }


DECISIONS = functions(decisions, agenda, choice, agency, docket)


def test_every_decision_of_a_party_or_regulator_is_called_here() -> None:
    assert set(CALLS) == set(DECISIONS)


@pytest.fixture
def without_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace every module of the model, the electorate and the experiments by an object that raises on access."""
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
    """Yield the types that an annotation is made of."""
    arguments = typing.get_args(annotation)
    if not arguments:
        yield annotation
    for argument in arguments:
        if argument is not Ellipsis:
            yield from leaves(argument)


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_takes_and_returns_plain_values_alone(name: str) -> None:
    for place, hint in typing.get_type_hints(DECISIONS[name]).items():
        for leaf in leaves(hint):
            assert leaf in PLAIN + ALLOWED, f"{name}: {place} is a {leaf}"


def perceptions() -> dict[str, type[Any]]:
    return {
        name: member
        for name, member in vars(perception).items()
        if inspect.isclass(member) and hasattr(member, "_fields")
    }


def fields_of(record: type[Any]) -> dict[str, str]:
    return {
        name: str(hint) if typing.get_args(hint) else getattr(hint, "__name__", str(hint))
        for name, hint in typing.get_type_hints(record).items()
    }


def test_perceptions_have_these_fields_and_no_others() -> None:
    assert {name: fields_of(record) for name, record in perceptions().items()} == FIELDS


@pytest.mark.parametrize("name", FIELDS)
def test_the_fields_of_a_perception_are_plain(name: str) -> None:
    for hint in typing.get_type_hints(perceptions()[name]).values():
        assert hint in (int, float, str, bool, Stand) or hint == tuple[float, ...]


@pytest.mark.parametrize("record", [KEEP, HOLD, POLL, MEMORY, STATE, LAW], ids=lambda record: type(record).__name__)
def test_a_perception_is_frozen(record: Any) -> None:
    with pytest.raises(AttributeError):
        setattr(record, record._fields[0], record[0])
    with pytest.raises(AttributeError):
        record.voters = ()


EXPOSURE_WORDS = ("stake", "exposure", "exposed", "holder", "breadth", "visibility", "electorate", "voters")


@pytest.mark.parametrize("name", FIELDS)
def test_no_field_of_a_perception_speaks_of_exposure(name: str) -> None:
    assert not [field for field in FIELDS[name] for word in EXPOSURE_WORDS if word in field]


AGENTS = Path(perception.__file__).parent
FORBIDDEN = ("electorate", "model", "experiments", "viz", "all_agents", "lazy_agent_set")


class Import(NamedTuple):
    """One import: the file that holds it, and the absolute name that it imports."""

    file: str
    target: str


def imports(path: Path, package: Sequence[str]) -> list[Import]:
    """Return every import of a file of a package, also inside functions; relative imports are made absolute."""
    result = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            result += [Import(path.name, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) - node.level + 1]) if node.level else []
            stem = ".".join([*base, *([node.module] if node.module else [])])
            result += [Import(path.name, f"{stem}.{alias.name}") for alias in node.names]
    return result


def reaching(folder: Path, package: Sequence[str]) -> list[Import]:
    """Return the imports of a folder that reach voters, the model or a package above it."""
    return [
        item
        for path in sorted(folder.glob("*.py"))
        for item in imports(path, package)
        if item.target.startswith("political_moat.") and set(item.target.split(".")) & set(FORBIDDEN)
    ]


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
