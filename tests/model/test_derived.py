"""What follows from a tree is computed once per tree; what arms of a replicate share, once per replicate."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from political_moat.agents.draws import MOST_KEPT, Draws
from political_moat.experiments.protocols.stress_test.design import StressDesign
from political_moat.experiments.protocols.stress_test.run import run_replicate
from political_moat.model import derived as module
from political_moat.model.derived import VOTE_EFFECT_GROUPS, derive
from political_moat.model.elections.vote_effect import solve_vote_effect
from political_moat.model.parameters.presets import PRESETS, preset
from political_moat.model.parameters.tree import Parameters
from political_moat.model.policy import menu

SMALL = {"electorate.voters": 200}


def test_equal_trees_have_one_derived_object() -> None:
    assert derive(Parameters().with_values(SMALL)) is derive(Parameters().with_values(SMALL))


def test_a_tree_with_other_values_has_its_own_results() -> None:
    p = Parameters()
    assert derive(p).allocations[0] == p.exposure.allocation
    assert derive(p.with_values({"exposure.allocation": 0.02})).allocations[0] == 0.02
    assert derive(p).allocations[0] == p.exposure.allocation


@pytest.mark.parametrize("name", PRESETS)
def test_the_vote_effect_depends_on_no_other_groups(name: str) -> None:
    p = preset(name)
    assert derive(p).vote_effect == solve_vote_effect(p)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("electorate.partisanship_sd", 1.9),
        ("attitude.low_confidence_u50", 0.2),
        ("opinion.belief_log_sd", 1.3),
        ("voting.reference_stake", 0.5),
        ("policy.friendly_theta", 1.0),
    ],
)
def test_every_group_named_moves_the_vote_effect(name: str, value: float) -> None:
    p = Parameters().with_values({"voting.asset_vote_effect": 6.0})
    assert derive(p.with_values({name: value})).vote_effect != derive(p).vote_effect
    assert name == "policy.friendly_theta" or name.partition(".")[0] in VOTE_EFFECT_GROUPS


def test_arms_of_a_study_share_one_vote_effect_one_store_of_questions_and_the_moves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    solved: list[Parameters] = []
    made: list[Any] = []

    def counted(p: Parameters) -> Any:
        solved.append(p)
        return solve_vote_effect(p)

    class Menu(menu._Menu):
        def __init__(self, *arguments: Any) -> None:
            made.append(arguments)
            super().__init__(*arguments)

    monkeypatch.setattr(module, "solve_vote_effect", counted)
    monkeypatch.setattr(menu, "_Menu", Menu)
    p = Parameters().with_values({**SMALL, "voting.asset_vote_effect": 1.2345})
    run_replicate(p, StressDesign(breadths=(0.0, 0.1, 0.3)), 1, 0)
    assert len(solved) == 1
    arm = p.model_copy(update={"exposure": p.exposure.model_copy(update={"breadth": 0.3})})
    assert derive(arm).questions is derive(p).questions
    assert len(made) == len({(law, passage) for law, _, passage in made}) > 0


def test_a_key_is_computed_once_for_a_replicate() -> None:
    calls: list[int] = []
    draws = Draws(1, 0)
    assert [draws.once(("a", 1), lambda: calls.append(1) or len(calls)) for _ in range(3)] == [1, 1, 1]
    assert draws.once(("a", 2), lambda: 7) == 7
    assert Draws(1, 0).once(("a", 1), lambda: 8) == 8


def test_what_a_replicate_keeps_is_bounded_and_not_pickled() -> None:
    draws = Draws(3, 2)
    for number in range(MOST_KEPT + 5):
        assert draws.once((number,), lambda number=number: number) == number  # type: ignore[misc]
    assert len(draws._once) == 5
    again = pickle.loads(pickle.dumps(draws))
    assert (again.seed, again.replicate, again._once) == (3, 2, {})
