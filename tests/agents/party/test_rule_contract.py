"""The contract of every party rule, and the target of each shipped rule against an independent plain version."""

from __future__ import annotations

import copy
import importlib
import itertools
import pickle
import pkgutil
import random
import subprocess
import sys
import types
import typing
from pathlib import Path
from typing import Any

import pytest

from political_moat.agents.party import decisions, rules
from political_moat.agents.party.parameters import PartyParameters
from political_moat.agents.party.rules import RULES, Rule
from political_moat.agents.perception import EMPTY_MEMORY, Memory, PolicyState, PollReport
from political_moat.model.parameters.tree import Parameters

PARTY = PartyParameters()
every_rule = pytest.mark.parametrize("name", RULES)


class Case(typing.NamedTuple):
    """One call of a target."""

    ideal: float
    poll: PollReport
    policy: PolicyState
    memory: Memory


def state(role: str, own: float, rival: float, openness: float) -> PolicyState:
    return PolicyState(51, openness, openness, 0.05, "opponent", role, own, rival, 1, 1, 0.02, 45, 0.0)


def cases(count: int = 300) -> list[Case]:
    """Make perceptions with short and long memories, aims at the ends of the scale, and polls that rise and fall."""
    dice = random.Random(3)
    result = []
    for number in range(count):
        length = number % 9
        aims = [dice.choice((0.0, 0.15, 0.25, 0.35, 0.6, 0.95, 1.0)) for _ in range(length)]
        shares = [0.5 + 0.02 * dice.uniform(-1.0, 1.0) for _ in range(length)]
        polled = tuple(0.5 + 0.02 * dice.uniform(-1.0, 1.0) for _ in range(3))
        poll = PollReport(polled, 1000, 51, dice.uniform(0.1, 0.9), dice.uniform(0.1, 0.9), number % 2)
        policy = state(dice.choice(("author", "opponent")), dice.random(), dice.random(), dice.random())
        result.append(Case(dice.random(), poll, policy, Memory(tuple(aims), tuple(shares))))
    return result


CASES = cases()


def target(name: str, case: Case, parameters: PartyParameters = PARTY) -> float:
    return RULES[name]().target(case.ideal, case.poll, case.policy, parameters, case.memory)


class Untouchable:
    """A stand-in for the model that raises on every access."""

    def __getattribute__(self, name: str) -> Any:
        raise AssertionError(f"a rule reached for {name!r} of the model")


@every_rule
def test_the_target_is_a_position_on_the_scale(name: str) -> None:
    for case in CASES:
        aim = target(name, case)
        assert isinstance(aim, float)
        assert 0.0 <= aim <= 1.0


@every_rule
def test_the_same_perception_gives_the_same_target_in_any_order(name: str) -> None:
    rule = RULES[name]()
    first = [rule.target(*case[:3], PARTY, case.memory) for case in CASES]
    assert [target(name, case) for case in reversed(CASES)] == first[::-1]
    assert vars(rule) == {}, "a rule keeps no state: what it needs to remember is Memory"


@every_rule
def test_a_rule_works_without_the_model(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [target(name, case) for case in CASES]
    for module in list(sys.modules):
        if module.startswith(
            ("political_moat.model", "political_moat.agents.electorate", "political_moat.experiments")
        ):
            monkeypatch.setitem(sys.modules, module, typing.cast(types.ModuleType, Untouchable()))
    assert [target(name, case) for case in CASES] == expected


@every_rule
def test_a_rule_is_copied_and_pickled_by_name(name: str) -> None:
    rule = RULES[name]
    assert rule.name == name
    assert pickle.loads(pickle.dumps(rule)) is rule
    for copied in (pickle.loads(pickle.dumps(rule())), copy.deepcopy(rule())):
        assert type(copied) is rule
        assert [copied.target(*case[:3], PARTY, case.memory) for case in CASES] == [target(name, c) for c in CASES]


@every_rule
def test_the_role_of_a_party_does_not_change_its_target(name: str) -> None:
    swap = {"author": "opponent", "opponent": "author"}
    for case in CASES:
        p = case.policy
        swapped = case._replace(policy=p._replace(own_role=swap[p.own_role], in_office=swap[p.in_office]))
        assert target(name, swapped) == target(name, case)


@every_rule
def test_on_the_mirrored_scale_the_target_is_mirrored(name: str) -> None:
    """A party that wants openness .15 and one that wants .85 are treated alike."""
    for case in CASES:
        p, poll, aims = case.policy, case.poll, tuple(1.0 - aim for aim in case.memory.aims)
        mirrored = Case(
            1.0 - case.ideal,
            poll._replace(mean_ideal=1.0 - poll.mean_ideal, own_mean_ideal=1.0 - poll.own_mean_ideal),
            state(p.own_role, 1.0 - p.own_platform, 1.0 - p.rival_platform, 1.0 - p.openness),
            Memory(aims, case.memory.shares),
        )
        assert target(name, mirrored) == pytest.approx(1.0 - target(name, case))


@every_rule
def test_a_rule_uses_only_what_it_declares(name: str) -> None:
    for case in CASES:
        bare = case
        if not RULES[name].needs_opinion:
            bare = bare._replace(poll=PollReport(*case.poll[:3], standing=case.poll.standing))
        if not RULES[name].remembers:
            bare = bare._replace(memory=EMPTY_MEMORY)
        assert target(name, bare) == target(name, case)


@every_rule
def test_the_parameter_takes_every_registered_name(name: str) -> None:
    assert Parameters().with_values({"party.rule": name}).party.rule == name


def steps(memory: Memory) -> list[float]:
    return [later - earlier for earlier, later in itertools.pairwise(memory.aims)]


def plain_hunter(case: Case) -> float:
    if len(case.memory.aims) == 0:
        return case.ideal
    last = case.memory.aims[-1]
    changes = [step for step in steps(case.memory) if step != 0.0]
    gain = case.poll.shares[case.poll.standing] - case.memory.shares[-1]
    upwards = (changes[-1] > 0.0) == (gain > 0.0005) if changes else case.policy.rival_platform > last
    return min(last + 0.1, 1.0) if upwards else max(last - 0.1, 0.0)


def plain_learner(case: Case) -> float:
    if len(case.memory.aims) == 0:
        return case.ideal
    aims, shares = list(case.memory.aims), list(case.memory.shares)
    payoffs = [*shares[1:], case.poll.shares[case.poll.standing]]
    n = len(shares)
    # The aspiration in closed form: all shares polled, with weights that fall geometrically with their age.
    weights = [0.75 ** (n - 1)] + [0.25 * 0.75 ** (n - 1 - i) for i in range(1, n)]
    if payoffs[-1] >= sum(w * s for w, s in zip(weights, shares, strict=True)) - 0.0005:
        return aims[-1]

    def close(aim: float, other: float) -> bool:
        return abs(aim - other) < 1e-6

    def mean_payoff(aim: float) -> float:
        same = [payoff for past, payoff in zip(aims, payoffs, strict=True) if close(past, aim)]
        return sum(same) / len(same)

    best = sorted(aims, key=mean_payoff)[-1]
    for step in (0.1, -0.1) if case.policy.rival_platform > best else (-0.1, 0.1):
        candidate = min(1.0, max(0.0, best + step))
        if not any(close(candidate, aim) for aim in aims):
            return candidate
    return best


PLAIN = {
    "sticker": lambda case: case.ideal,
    "best-response": lambda case: case.ideal,
    "aggregator": lambda case: case.poll.own_mean_ideal,
    "hunter": plain_hunter,
    "learner": plain_learner,
}


@pytest.mark.parametrize("name", PLAIN)
def test_the_target_is_that_of_the_plain_reference(name: str) -> None:
    for case in CASES:
        assert target(name, case) == pytest.approx(PLAIN[name](case), abs=1e-12)


def test_an_aggregator_without_the_opinion_of_the_panel_keeps_its_ideal() -> None:
    assert target("aggregator", CASES[5]._replace(poll=PollReport((0.5,), 10, 3))) == CASES[5].ideal


def polled(share: float) -> PollReport:
    return PollReport((share,), 1000, 51)


@pytest.mark.parametrize(("share", "expected"), [(0.51, 0.35), (0.49, 0.15), (0.5, 0.15), (0.5004, 0.15)])
def test_a_hunter_keeps_its_direction_after_a_noticed_gain_and_reverses_otherwise(
    share: float, expected: float
) -> None:
    case = Case(0.15, polled(share), state("opponent", 0.2, 0.75, 0.75), Memory((0.15, 0.25), (0.5, 0.5)))
    assert target("hunter", case) == pytest.approx(expected)


def test_a_satisfied_learner_stays_and_a_dissatisfied_learner_searches_on_both_sides_before_it_settles() -> None:
    policy = state("opponent", 0.2, 0.75, 0.75)
    aims = []
    memory = EMPTY_MEMORY
    # The first aim satisfies once, then every share falls short; the ideal stays the best aim known.
    for share in (0.5, 0.5, 0.49, 0.47, 0.45, 0.44):
        aims.append(target("learner", Case(0.15, polled(share), policy, memory)))
        memory = Memory(tuple(aims), (*memory.shares, share))
    assert aims == pytest.approx([0.15, 0.15, 0.25, 0.05, 0.15, 0.15])


@every_rule
def test_memory_grows_by_one_decision_for_a_rule_that_remembers_and_stays_otherwise(name: str) -> None:
    party = PARTY.model_copy(update={"rule": name})
    for case in CASES[:20]:
        after = decisions.remember(case.memory, case.poll, case.policy, case.ideal, party)
        if RULES[name].remembers:
            assert after.aims == (*case.memory.aims, target(name, case))
            assert after.shares == (*case.memory.shares, case.poll.shares[case.poll.standing])
        else:
            assert after is case.memory


def test_every_file_of_the_folder_is_imported() -> None:
    files = {module.name for module in pkgutil.iter_modules(rules.__path__)} - {"contract"}
    modules = {
        rule.__module__.rpartition(".")[2] for rule in RULES.values() if rule.__module__.startswith(rules.__name__)
    }
    assert modules == files


def test_a_new_file_in_the_folder_is_a_new_rule(tmp_path: Path) -> None:
    """`party.rule` takes the name of a rule in a new file; no other file changes."""
    (tmp_path / "middle.py").write_text(
        "from political_moat.agents.party.rules import Rule\n\n\n"
        "class Middle(Rule):\n"
        "    name = 'middle'\n\n"
        "    def target(self, ideal, poll, policy, parameters, memory):\n"
        "        return 0.5\n"
    )
    program = (
        "import importlib, political_moat.agents.party as party\n"
        "spec = importlib.util.find_spec('political_moat.agents.party.rules')\n"
        f"spec.submodule_search_locations.append({str(tmp_path)!r})\n"
        "module = importlib.util.module_from_spec(spec)\n"
        "import sys; sys.modules[spec.name] = module; spec.loader.exec_module(module)\n"
        "from political_moat.model.parameters.tree import Parameters\n"
        "print(Parameters().with_values({'party.rule': 'middle'}).party.rule, *module.RULES)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[0] == "middle"
    assert set(done.stdout.split()[1:]) == {*RULES, "middle"}


def test_a_second_rule_of_the_same_name_raises_an_error() -> None:
    with pytest.raises(ValueError, match="two rules are called 'sticker'"):
        type("Second", (Rule,), {"name": "sticker"})
    assert RULES["sticker"].__name__ == "Sticker"


def test_the_contract_is_imported_from_the_public_face_and_from_its_folder() -> None:
    assert importlib.import_module("political_moat").Rule is Rule
    assert RULES["sticker"] is importlib.import_module("political_moat.agents.party.rules.sticker").Sticker
