"""The one frozen tree of parameters: every number of the model, with unit, range, role, status and source."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from ...agents.calibration import Fact, load_facts, shipped_facts
from ...agents.electorate.accounts.parameters import AccountsParameters
from ...agents.electorate.adoption.parameters import AdoptionParameters
from ...agents.electorate.demography.parameters import PeopleParameters
from ...agents.electorate.network.parameters import NetworkParameters, network_contradictions
from ...agents.electorate.opinion.parameters import AttitudeParameters, OpinionParameters
from ...agents.electorate.parameters import ElectorateParameters, ExposureParameters
from ...agents.electorate.voting.parameters import VotingParameters
from ...agents.employer.parameters import EmployerParameters
from ...agents.notebook_table import notebook_table
from ...agents.parameter_metadata import Group, Quantity, quantity_of
from ...agents.party.parameters import PartyParameters
from ...agents.party.rules import RULES
from ...agents.regulator.parameters import RegulatorParameters
from ...agents.user_input import plain_number, shown
from ..policy.moves import EXTRA_MOVES, NO_MOVE
from .channels import ChannelsParameters
from .elections import ElectionsParameters
from .institutions import InstitutionsParameters
from .market import MarketParameters
from .policy import PolicyParameters
from .polls import PollsParameters
from .products import ProductParameters
from .public_fund import FundParameters

MOST_UNKNOWN = 50
"""Unknown rows of a calibration that are named: the search for a near name takes milliseconds each."""


class ParameterError(ValueError):
    """Wrong parameters; the message holds every mistake, one line each."""


class Described(NamedTuple):
    """One parameter with its value, default and metadata."""

    name: str
    value: Any
    default: Any
    known: Quantity


class Parameters(Group):
    """All parameters of one world. Frozen; make a changed copy with `with_values`."""

    electorate: ElectorateParameters = ElectorateParameters()
    accounts: AccountsParameters = AccountsParameters()
    exposure: ExposureParameters = ExposureParameters()
    people: PeopleParameters = PeopleParameters()
    adoption: AdoptionParameters = AdoptionParameters()
    employer: EmployerParameters = EmployerParameters()
    product: ProductParameters = ProductParameters()
    network: NetworkParameters = NetworkParameters()
    fund: FundParameters = FundParameters()
    attitude: AttitudeParameters = AttitudeParameters()
    opinion: OpinionParameters = OpinionParameters()
    voting: VotingParameters = VotingParameters()
    policy: PolicyParameters = PolicyParameters()
    market: MarketParameters = MarketParameters()
    party: PartyParameters = PartyParameters()
    regulator: RegulatorParameters = RegulatorParameters()
    polls: PollsParameters = PollsParameters()
    elections: ElectionsParameters = ElectionsParameters()
    institutions: InstitutionsParameters = InstitutionsParameters()
    channels: ChannelsParameters = ChannelsParameters()

    def __repr__(self) -> str:
        """Return the call that makes this tree: the values that differ from the defaults (preset calibrated)."""
        changed = {name: here for name, (here, _) in self.difference(Parameters()).items()}
        return f"Parameters().with_values({changed!r})" if changed else "Parameters()"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        rows = describe(self)
        changed = [row for row in rows if row.value != row.default]
        caption = f"Parameters: {len(changed)} of {len(rows)} differ from the defaults (preset calibrated)"
        cells = [(row.name, row.value, row.default, row.known.unit) for row in changed]
        return notebook_table(caption, cells, ("parameter", "value", "default", "unit") if cells else ())

    def with_values(self, values: Mapping[str, Any]) -> Parameters:
        """Return a copy with dotted names set, such as {"exposure.breadth": 0.3}.

        Values may be text, as on a command line. Raises ParameterError naming every mistake at once: the
        parameter, its unit and what is allowed, and for an unknown name the nearest one.
        """
        tree = self.model_dump()
        problems = []
        for name, value in values.items():
            group, _, leaf = name.partition(".")
            if group not in tree or leaf not in tree[group]:
                problems.append(unknown_name(name, parameter_names(type(self)), "parameter"))
            else:
                number = plain_number(value) if isinstance(value, str) and _is_number(tree[group][leaf]) else value
                if number is None:
                    problems.append(_impossible(group, leaf, value))
                else:
                    tree[group][leaf] = number
        return _validated(tree, problems)

    def values(self) -> dict[str, Any]:
        """Return every value by its dotted name."""
        return {
            f"{group}.{leaf}": value for group, leaves in self.model_dump().items() for leaf, value in leaves.items()
        }

    def canonical(self) -> str:
        """Return the canonical text of the tree: sorted keys, shortest float text; equal trees give equal text."""
        return json.dumps(_unsigned_zero(self.model_dump()), sort_keys=True, separators=(",", ":"), allow_nan=False)

    def difference(self, other: Parameters) -> dict[str, tuple[Any, Any]]:
        """Return the parameters in which two trees differ: name -> (value here, value there)."""
        there = other.values()
        return {name: (value, there[name]) for name, value in self.values().items() if value != there[name]}


def _unsigned_zero(tree: dict[str, Any]) -> dict[str, Any]:
    """Return the tree with -0.0 replaced by 0.0: the two are equal, so their text must be equal."""
    return {
        name: _unsigned_zero(value) if isinstance(value, dict) else value + 0.0 if isinstance(value, float) else value
        for name, value in tree.items()
    }


def _groups(tree: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    for name, field in tree.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield name, field.annotation


def parameter_names(tree: type[BaseModel] = Parameters) -> list[str]:
    """Return the dotted names of all parameters, in the order of the tree."""
    return [f"{group}.{leaf}" for group, model in _groups(tree) for leaf in model.model_fields]


def describe(parameters: Parameters) -> list[Described]:
    """Return every parameter with value, default and metadata, in the order of the tree."""
    rows = []
    for group, model in _groups(Parameters):
        part = getattr(parameters, group)
        for leaf, field in model.model_fields.items():
            rows.append(Described(f"{group}.{leaf}", getattr(part, leaf), field.default, quantity_of(model, leaf)))
    return rows


def unknown_name(name: str, known: list[str], what: str) -> str:
    """Return one line about an unknown name, with the nearest known one."""
    name = name[:200]  # the search for a near name slows with length
    leaves = {dotted.rpartition(".")[2]: dotted for dotted in known}
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    if not near:
        close = difflib.get_close_matches(name.rpartition(".")[2], list(leaves), n=1, cutoff=0.5)
        near = [leaves[close[0]]] if close else []
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"unknown {what} {shown(name)}{hint}"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _allowed(known: Quantity, annotation: Any) -> str:
    choices = getattr(annotation, "__args__", None)
    if choices and all(isinstance(choice, str) for choice in choices):
        return f"allowed: {', '.join(choices)}"
    if annotation is bool:
        return "allowed: true, false"
    if annotation is str:
        return f"allowed: {', '.join(_named_in(known.unit))}"
    whole = "whole numbers " if annotation is int else ""
    return f"allowed: {whole}{known.minimum:g} to {known.maximum:g} {known.unit}"


def _named_in(unit: str) -> list[str]:
    """Return the names that a parameter of text takes: those of rules, or of further moves."""
    return [NO_MOVE, *EXTRA_MOVES] if unit.endswith("ExtraMove") else list(RULES)


def _impossible(group: str, leaf: str, value: object) -> str:
    model = dict(_groups(Parameters))[group]
    allowed = _allowed(quantity_of(model, leaf), model.model_fields[leaf].annotation)
    return f"{group}.{leaf} = {shown(value, quotes=False)} is not possible; {allowed}"


def _problem(error: Any, tree: Mapping[str, Any]) -> str:
    group, leaf = str(error["loc"][0]), str(error["loc"][1])
    return _impossible(group, leaf, tree[group][leaf])


def _validated(tree: dict[str, Any], problems: list[str]) -> Parameters:
    try:
        result = Parameters.model_validate(tree)
    except ValidationError as failure:
        problems = problems + [_problem(error, tree) for error in failure.errors()]
        for error in failure.errors():
            group, leaf = str(error["loc"][0]), str(error["loc"][1])
            tree[group].pop(leaf, None)
        problems = problems + _contradictions(Parameters.model_validate(tree))
    else:
        problems = problems + _contradictions(result)
        if not problems:
            return result
    raise ParameterError("\n".join(problems))


def _contradictions(p: Parameters) -> list[str]:
    """Return contradictions between values, one line each."""
    problems = []
    if p.party.rule not in RULES:
        problems.append(
            unknown_name(p.party.rule, list(RULES), "party rule") + f" (party.rule; there are {', '.join(RULES)})"
        )
    if p.policy.extra_move not in (NO_MOVE, *EXTRA_MOVES):
        names = [NO_MOVE, *EXTRA_MOVES]
        problems.append(
            unknown_name(p.policy.extra_move, names, "policy move")
            + f" (policy.extra_move; there are {', '.join(names)})"
        )
    if p.regulator.confirmation_latest < p.regulator.confirmation_soonest:
        problems.append("regulator.confirmation_latest must not be below regulator.confirmation_soonest (months)")
    if p.regulator.guidance_latest < p.regulator.guidance_soonest:
        problems.append("regulator.guidance_latest must not be below regulator.guidance_soonest (months)")
    if p.regulator.resolution_latest < p.regulator.resolution_soonest:
        problems.append("regulator.resolution_latest must not be below regulator.resolution_soonest (months)")
    if p.institutions.term_months % 2:
        problems.append("institutions.term_months must be even (months): a midterm falls halfway")
    problems += network_contradictions(p.network, p.electorate.voters)
    shares = p.electorate
    total = shares.cvap_share_18_29 + shares.cvap_share_30_44 + shares.cvap_share_45_64 + shares.cvap_share_65p
    if abs(total - 1.0) > 1e-6:
        problems.append(f"the four electorate.cvap_share values add up to {total:g}; they must add up to 1")
    return problems


def from_calibration(folder: Path) -> Parameters:
    """Return the default tree with calibrated values from the user's folder; absent rows keep the default.

    Raises CalibrationError (unreadable or malformed folder) or ParameterError (unknown rows, values not possible).
    """
    facts: dict[str, Fact] = load_facts(folder)
    known = shipped_facts()
    unknown = [name for name in facts if name not in known]
    if unknown:
        lines = [unknown_name(name, list(known), "calibration row") for name in unknown[:MOST_UNKNOWN]]
        raise ParameterError("\n".join(lines))
    fitted = [row for row in describe(Parameters()) if row.known.fact in facts]
    values = {row.name: facts[row.known.fact].value for row in fitted}
    return Parameters().with_values(values)
