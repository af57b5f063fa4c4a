"""The page weighs a recorded decision as the model does: its own decision functions on the same perceptions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from political_moat.agents.party import decisions as model
from political_moat.agents.party.agenda import competition_probabilities
from political_moat.agents.party.choice import probabilities
from political_moat.agents.party.parameters import PartyParameters
from political_moat.agents.party.rules import RULES
from political_moat.model.phases import agenda
from political_moat.viz.recording import film as film_module
from political_moat.viz.scenario import from_address

pytestmark = pytest.mark.browser
STATIC = Path(__file__).parents[2] / "viz" / "static"
RENTS, PRECISIONS = (None, 0.0, 0.4, 1.7, 6.0, 20.0), (None, 1.0, 30.0)
SETTINGS = {
    "default": "party.agenda_gate=1",
    "cost": "party.agenda=cost&party.agenda_gate=0.5",
    "plain logit": "party.agenda=cost&party.nest_dissimilarity=1&party.choice_precision=3",
    "moves": "party.agenda_scope=moves&party.agenda_gate=1",
    "polarised": "party.polarisation=1.8&party.rival_log_sd=0&party.agenda_gate=1",
    "sticker": "party.rule=sticker&party.agenda=cost",
    "aggregator": "party.rule=aggregator&party.agenda_gate=1",
    "hunter": "party.rule=hunter&party.agenda_gate=1",
    "learner": "party.rule=learner",
    "foresight": "polls.foresight=1&party.donors_per_stake=2&party.support_move=true&market.crash_month=64",
    "sunset and events": "policy.sunset_months=60&events=60:party.office_rent=3&party.agenda_gate=1",
    "history": "protocol=history&cycles=3",
}


class Known(NamedTuple):
    """What the model's decision function was given at one decision."""

    arguments: tuple[Any, ...]

    def weighed(self, rent: float | None, precision: float | None) -> tuple[int, list[float], list[float]]:
        """Return the choice, the probabilities and the utilities at a rent and precision; None: as recorded."""
        options, poll, policy, law, ideal, level_sd, party, moves, nests, memory, rival = self.arguments
        changes = {"office_rent": rent, "choice_precision": precision}
        party = party.model_copy(update={name: value for name, value in changes.items() if value is not None})
        assert isinstance(party, PartyParameters)
        target = RULES[party.rule]().target(ideal, poll, policy, party, memory)
        values = [
            model.move_utility(option, share, target, policy, option.name == law.docket, level_sd, party)
            for option, share in zip(options, poll.shares, strict=True)
        ]
        names = [option.nest for option in options]
        chance = (
            competition_probabilities(values, names, bool(law.docket), party)
            if party.agenda == "competition"
            else probabilities(values, names, party.choice_precision, party.nest_dissimilarity)
        )
        given = (options, poll, policy, law, ideal, level_sd, party, moves, nests, memory, rival)
        return model.agenda_decision(*given), chance, values


def recorded(address: str, replicates: range) -> Iterator[tuple[dict[str, Any], dict[str, Any], Known]]:
    """Yield the title of a film, each decision on it, and what the model was given at the decision."""
    calls: list[Known] = []
    first_call: dict[int, int] = {}
    decide, observe = model.agenda_decision, film_module.observed_decision

    def noted(*given: Any) -> int:
        calls.append(Known(given))
        return decide(*given)

    def observed(before: Any) -> dict[str, Any] | None:
        first = len(calls)
        decision = observe(before)
        first_call[id(decision)] = first
        return decision

    for replicate in replicates:
        query = f"electorate.voters=300&exposure.breadth=0.45&{address}".rstrip("&")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(agenda, "agenda_decision", noted)
            patch.setattr(film_module, "observed_decision", observed)
            chunks = list(film_module.film(from_address(query).with_replicate(replicate)))
        for chunk in chunks[1:-1]:
            for world in chunk.content["worlds"]:
                for decision in world["decisions"]:
                    yield chunks[0].content, decision, calls[first_call[id(decision)]]


@pytest.fixture(scope="module")
def choice(browser: Any) -> Iterator[Any]:
    """A page whose only script is choice.js."""
    page = browser.new_page()
    source = (STATIC / "why" / "choice.js").read_text(encoding="utf-8")
    page.goto("about:blank")
    page.add_script_tag(
        content=source + "\nwindow.choice = { probabilities, chosen, utilities, balance };", type="module"
    )
    page.wait_for_function("window.choice")
    yield page
    page.close()


WEIGH = """([title, decision, dials]) => dials.map(([rent, precision]) => {
  const party = { ...title.party, ...decision.party };
  if (rent !== null) party.office_rent = rent;
  if (precision !== null) party.choice_precision = precision;
  const { choice } = window;
  return [choice.chosen(decision, party), choice.probabilities(decision, party), choice.utilities(decision, party),
    decision.moves.map((_, index) => choice.balance(decision, index, party))];
})"""


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_dial_gives_what_the_model_decides(choice: Any, setting: str) -> None:
    seen, changed = 0, 0
    dials = [(rent, precision) for rent in RENTS for precision in PRECISIONS]
    for title, decision, known in recorded(SETTINGS[setting], range(16, 18)):
        seen += 1
        answers = choice.evaluate(WEIGH, [json.loads(json.dumps(each)) for each in (title, decision, dials)])
        for (rent, precision), (place, chances, values, balances) in zip(dials, answers, strict=True):
            wanted, likely, utilities = known.weighed(rent, precision)
            assert place == wanted, (decision["month"], rent, precision)
            assert chances == pytest.approx(likely, abs=1e-6)
            assert values == pytest.approx(utilities, abs=1e-7)
            for value, balance in zip(utilities, balances, strict=True):
                assert balance["net"] == pytest.approx(value - utilities[0], abs=1e-7)
                assert balance["policy"] - balance["risk"] + balance["rest"] == pytest.approx(balance["net"], abs=1e-9)
            changed += place != answers[0][0]
        place, chances = answers[0][:2]
        assert decision["moves"][place]["name"] == decision["chosen"]
        assert chances == pytest.approx([move["probability"] for move in decision["moves"]], abs=1e-6)
        at_zero = answers[dials.index((0.0, None))][0]
        assert decision["moves"][at_zero]["name"] == decision["wanted"]
    assert seen >= 4
    if RULES[title["party"]["rule"]].heeds_polls:
        assert changed > 0
