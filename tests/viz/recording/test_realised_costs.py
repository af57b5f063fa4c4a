"""Realised costs are differences between worlds that the model also runs by other means."""

from __future__ import annotations

import pytest

from political_moat.viz.recording.film import film
from political_moat.viz.recording.realised_costs import MOST_MONTHS, realised_costs
from political_moat.viz.scenario import Scenario, from_address

from .test_film import joined


def scenario(more: str = "") -> Scenario:
    return from_address(f"preset=article&exposure.breadth=0.45&electorate.voters=400&seed=7{more}")


def test_a_cost_is_the_vote_of_a_film_with_the_one_move_less_that_of_a_film_without_decisions() -> None:
    compared = 0
    for replicate in range(40):
        asked = scenario().with_replicate(replicate)
        free = list(film(asked))
        for number, name in enumerate("AB"):
            record = joined(free, number)
            made = [each for each in record["decisions"] if each["chosen"] != "hold"]
            if len(made) != 1 or any(each["docket_open"] for each in record["decisions"]):
                continue
            idle = joined(list(film(scenario("&party.agenda_gate=0").with_replicate(replicate))), number)
            answer = next(each for each in realised_costs(asked) if each["month"] == made[0]["month"])
            moves = {
                each["name"]: each for world in answer["worlds"] if world["world"] == name for each in world["moves"]
            }
            cost = moves[made[0]["chosen"]]
            author = [each["elections"][-1] for each in (record, idle)]
            assert answer["election"] == author[0]["month"] == author[1]["month"]
            assert cost["realised"] == pytest.approx(100.0 * (author[0]["share"] - author[1]["share"]), abs=1e-9)
            menu = {move["name"]: move["share"] for move in made[0]["moves"]}
            assert cost["polled"] == pytest.approx(100.0 * (menu["hold"] - menu[made[0]["chosen"]]), abs=1e-5)
            compared += 1
        if compared >= 3:
            return
    raise AssertionError(f"only {compared} films have one decision alone")


def test_every_month_with_a_decision_has_its_menu() -> None:
    for more in ("", "&protocol=history&cycles=3", "&party.agenda_gate=1&party.agenda=cost"):
        asked = scenario(more).with_replicate(3)
        chunks = list(film(asked))
        menus: dict[int, dict[str, list[str]]] = {}
        for number, name in enumerate("AB"):
            for decision in joined(chunks, number)["decisions"]:
                moves = [move["name"] for move in decision["moves"][1:]]
                menus.setdefault(decision["month"], {})[name] = moves
        answers = list(realised_costs(asked))
        assert [answer["month"] for answer in answers] == sorted(menus)[:MOST_MONTHS]
        for answer in answers:
            shown = {world["world"]: [move["name"] for move in world["moves"]] for world in answer["worlds"]}
            assert shown == menus[answer["month"]]
