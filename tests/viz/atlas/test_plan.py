"""The plan of an atlas: presets in the order of the page, mistakes in one line each, and which films come first."""

from __future__ import annotations

from typing import Any

import pytest

from political_moat.experiments.errors import UserError
from political_moat.viz.atlas.plan import Plan, film_order, plan_of
from political_moat.viz.scenario import from_fields, of_scene, scenes


def test_the_default_is_every_preset_of_the_page() -> None:
    assert plan_of((), None, None).scenes == tuple(scenes())


def test_presets_keep_the_order_of_the_page() -> None:
    assert plan_of(["crash, realistic", "h1-moat"], None, None).scenes == ("realistic", "crash", "h1-moat")


def test_every_mistake_is_a_line() -> None:
    with pytest.raises(UserError) as raised:
        plan_of(["nowhere"], None, 101)
    first, second = str(raised.value).splitlines()
    assert first.startswith("--presets 'nowhere' is not possible; allowed: realistic, no-access")
    assert second == "--films 101 is not possible; allowed: 1 to 100"


@pytest.mark.parametrize("voters", [0, 100_000_000])
def test_impossible_voters_are_refused_before_anything_is_computed(voters: int) -> None:
    with pytest.raises(UserError, match=f"^--voters {voters}, preset realistic: "):
        plan_of((), voters, None)


def test_fields_are_those_of_the_page() -> None:
    own = of_scene("crash")
    assert from_fields(Plan(("crash",)).fields("crash")) == own
    assert from_fields(Plan(("crash",)).fields("crash", 7)).key == own.with_replicate(7).key
    fewer = from_fields(Plan(("crash",), 300).fields("crash", 7))
    assert fewer.parameters == own.parameters.with_values({"electorate.voters": 300})
    assert fewer.replicate == 7


def test_the_identity_changes_with_the_request() -> None:
    plans = [Plan(("crash",)), Plan(("realistic",)), Plan(("crash",), 300), Plan(("crash",), None, 3)]
    assert len({plan.identity for plan in plans}) == len(plans)


def test_pairs_that_differ_are_filmed_first() -> None:
    def row(replicate: int, **differing: int) -> dict[str, Any]:
        none = dict.fromkeys(("reversed", "prohibited", "neutral", "restricted", "attempted"), 0)
        return {"replicate": replicate, "arms": [{"breadth": 0.0, **none}, {"breadth": 0.3, **none, **differing}]}

    rows = [row(0), row(1), row(2, restricted=1), row(3, reversed=1, restricted=1), row(4, attempted=1), row(5)]
    assert film_order(rows, 0.3) == [0, 3, 2, 4, 1, 5]
    assert film_order([row(0)], 0.0) == [0]
