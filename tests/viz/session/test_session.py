"""One visitor: validated messages, bounded work, replicates as in the command line, portraits as in the model."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from political_moat.experiments.protocols.stress_test.design import StressDesign
from political_moat.experiments.protocols.stress_test.run import run_replicate
from political_moat.model.data_collection import individual_votes, vote_probabilities
from political_moat.viz.recording.film import film
from political_moat.viz.recording.replicates import curve, replicates
from political_moat.viz.recording.standalone_html import standalone_page
from political_moat.viz.recording.voter_portrait import portrait
from political_moat.viz.scenario import AddressError, from_address
from political_moat.viz.session import session as sessions
from political_moat.viz.session.job_pool import Listener
from political_moat.viz.session.jobs import Job, pieces
from political_moat.viz.session.session import Budget, Session

SMALL = {"electorate.voters": "300", "exposure.breadth": "0.3", "seed": "1"}


class SynchronousPool:
    """A pool that computes in the calling thread."""

    def __init__(self) -> None:
        self.requested: list[Job] = []

    def known(self, job: Job) -> bool:
        return False

    def request(self, job: Job, listener: Listener) -> Callable[[], None]:
        self.requested.append(job)
        for piece in pieces(job):
            listener.on_piece(piece)
        listener.on_end(None)
        return lambda: None


@pytest.fixture
def sent() -> list[dict[str, Any]]:
    return []


@pytest.fixture
def visitor(sent: list[dict[str, Any]]) -> Session:
    def send(message: dict[str, Any], buffers: Sequence[bytes]) -> None:
        json.dumps(message, allow_nan=False)
        sent.append(message)

    return Session(SynchronousPool(), send)  # type: ignore[arg-type]


def test_a_film_is_announced_and_sent_in_order(visitor: Session, sent: list[dict[str, Any]]) -> None:
    visitor.handle({"type": "film", "fields": SMALL})
    assert [message["type"] for message in sent] == ["scenario", *["piece"] * 6]
    assert sent[0]["command"].startswith("moat run --preset calibrated")
    assert sent[0]["values"]["exposure.breadth"] == "0.3"


NONSENSE = [
    None,
    "film",
    [],
    {},
    {"type": "eval", "code": "1"},
    {"type": "voter", "index": "0; import os"},
    {"type": "voter", "index": True},
    {"type": ["film"]},
]


@pytest.mark.parametrize("message", NONSENSE, ids=map(str, NONSENSE))
def test_nonsense_is_ignored(visitor: Session, sent: list[dict[str, Any]], message: object) -> None:
    visitor.handle(message)
    assert sent == []


BAD_FIELDS = [
    5,
    {"seed": 5},
    {"seed": "1" * 1000},
    {str(i): "1" for i in range(1000)},
    {"party.rule": "os.system('true')"},
    {"electorate.voters": "99999999"},
]


@pytest.mark.parametrize("fields", BAD_FIELDS, ids=[str(fields)[:30] for fields in BAD_FIELDS])
def test_bad_fields_get_a_problem_message(visitor: Session, sent: list[dict[str, Any]], fields: object) -> None:
    visitor.handle({"type": "film", "fields": fields})
    assert [message["type"] for message in sent] == ["problem"]
    assert visitor.pool.requested == []  # type: ignore[attr-defined]


def test_a_bad_address_shows_the_first_preset_and_the_reason(
    visitor: Session, sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "of_scene", lambda _: from_address("&".join(f"{k}={v}" for k, v in SMALL.items())))
    visitor.handle({"type": "ready", "query": "?exposure.breadth=7"})
    assert sent[0]["type"] == "scenario"
    assert "cannot play this address" in sent[0]["notice"]
    assert "exposure.breadth = 7" in sent[0]["notice"]


def test_a_link_of_another_version_says_so(visitor: Session, sent: list[dict[str, Any]]) -> None:
    visitor.handle({"type": "ready", "query": "?electorate.voters=300&version=0.0.1&code=abc"})
    assert "numbers may differ" in sent[0]["notice"]


def test_a_film_that_came_with_the_page_is_not_sent_again(visitor: Session, sent: list[dict[str, Any]]) -> None:
    scenario = from_address("&".join(f"{k}={v}" for k, v in SMALL.items()))
    visitor.handle({"type": "ready", "query": scenario.address(), "have": scenario.address()})
    assert [message["type"] for message in sent] == ["scenario"]
    assert sent[0]["held"]
    visitor.handle({"type": "page"})
    assert sent[-1]["type"] == "page"
    visitor.handle({"type": "ready", "query": scenario.address(), "have": "another"})
    assert [message["type"] for message in sent[2:]] == ["scenario", *["piece"] * 6]


def test_the_budget_bounds_the_voter_months_of_a_minute() -> None:
    now = [0.0]
    budget = Budget(100, lambda: now[0])
    budget.take(60)
    with pytest.raises(AddressError, match="too many requests within a minute"):
        budget.take(60)
    now[0] = 61.0
    budget.take(60)


def test_visitors_share_nothing_but_the_pool() -> None:
    heard: list[list[dict[str, Any]]] = [[], []]
    both = [Session(SynchronousPool(), lambda message, _, own=own: own.append(message)) for own in heard]  # type: ignore[arg-type, misc]
    both[0].handle({"type": "film", "fields": SMALL})
    both[1].handle({"type": "film", "fields": {**SMALL, "seed": "2"}})
    assert [session.scenario.seed for session in both if session.scenario] == [1, 2]
    assert {message["seed"] for message in heard[0] if message["type"] == "scenario"} == {1}


def test_the_replicates_equal_the_study_of_the_command_line(visitor: Session, sent: list[dict[str, Any]]) -> None:
    visitor.handle({"type": "film", "fields": SMALL})
    visitor.handle({"type": "replicates"})
    last = [message for message in sent if message["type"] == "replicates"][-1]
    assert [row["replicate"] for row in last["rows"]] == list(range(100))
    assert visitor.scenario is not None
    design = StressDesign((0.0, 0.1, 0.3, 0.6), (1.0,), layers=(), returning=False)
    for replicate in (0, 57):
        rows = run_replicate(visitor.scenario.parameters, design, 1, replicate).runs
        arms = last["rows"][replicate]["arms"]
        assert [arm["reversed"] for arm in arms] == [row["reversed"] for row in rows]
        assert [arm["severity"] for arm in arms] == [row["severity"] for row in rows]
    point = last["curve"][2]
    assert point["share"] == sum(row["arms"][2]["reversed"] for row in last["rows"]) / 100
    assert point["low"] <= point["share"] <= point["high"]


def test_the_film_of_a_replicate_has_the_outcomes_of_its_strip() -> None:
    scenario = from_address("&".join(f"{k}={v}" for k, v in SMALL.items()))
    for future in list(replicates(scenario, 1))[:4]:
        outcomes = list(film(scenario.with_replicate(future["replicate"])))[-1].content["outcomes"]
        shown = {arm["breadth"]: arm for arm in future["arms"]}
        assert [row["reversed"] for row in outcomes] == [shown[0.0]["reversed"], shown[0.3]["reversed"]]
        assert [row["severity"] for row in outcomes] == [shown[0.0]["severity"], shown[0.3]["severity"]]
    assert curve([]) == []


def test_the_fans_follow_the_hundred(visitor: Session, sent: list[dict[str, Any]]) -> None:
    visitor.handle({"type": "film", "fields": SMALL})
    visitor.handle({"type": "replicates"})
    kinds = [message["type"] for message in sent]
    assert kinds.count("fans") == 1
    assert kinds[-2:] == ["replicates", "fans"]
    fans = sent[kinds.index("fans")]
    assert fans["replicates"] == list(range(100))
    assert fans["months"] == 96


def test_a_history_has_no_replicates(visitor: Session, sent: list[dict[str, Any]]) -> None:
    visitor.handle({"type": "film", "fields": {**SMALL, "protocol": "history", "cycles": "1"}})
    visitor.handle({"type": "replicates"})
    assert sent[-1]["type"] == "problem"


def test_the_terms_of_a_ballot_sum_to_the_utility_of_the_model() -> None:
    scenario = from_address("electorate.voters=300&preset=article&exposure.breadth=0.6&seed=3&replicate=2")
    seen = set()
    for index in range(0, 300, 11):
        for world in portrait(scenario, index)["worlds"]:
            for vote in world["votes"]:
                terms = dict(vote["terms"])
                utility, turnout = terms.pop("utility"), terms.pop("turnout")
                assert sum(terms.values()) == pytest.approx(utility, abs=1e-9)
                assert abs(terms["rest"]) < 1e-6
                assert 0.0 < turnout < 1.0
                seen |= {name for name, value in terms.items() if abs(value) > 1e-4}
    assert {"partisanship", "season", "issue", "threat", "pocketbook"} <= seen


def test_a_portrait_is_the_voter_of_the_world() -> None:
    from political_moat.experiments.protocols.stress_test.run import with_dose
    from political_moat.model.world import World

    scenario = from_address("electorate.voters=300&preset=article&exposure.breadth=0.6&seed=3")
    world = World(with_dose(scenario.parameters, 0.6, 1.0), 3, scenario.replicate)
    world.advance(23)
    utilities, _ = vote_probabilities(world)
    votes = individual_votes(world)
    for index in np.flatnonzero(world.electorate.column("units") > 0)[:5]:
        shown = portrait(scenario, int(index))["worlds"][1]
        first = shown["votes"][0]
        assert first["terms"]["utility"] == pytest.approx(world.sign * utilities[index], abs=1e-12)
        expected = {1: "author", -1: "opponent", 0: "abstained"}[int(votes[index] * world.sign)]
        assert first["vote"] == expected
        assert shown["months"]["blame"][22] == float(world.electorate.column("blame")[index])


def test_the_standalone_file_holds_the_film_and_escapes_its_data(visitor: Session, sent: list[dict[str, Any]]) -> None:
    visitor.handle({"type": "film", "fields": SMALL})
    visitor.handle({"type": "page"})
    text = sent[-1]["text"]
    assert sent[-1]["type"] == "page"
    assert "://" not in text.replace("http://www.w3.org/2000/svg", "").split("<script")[0]
    about = {"film": 1, "notice": "</script><script>alert(1)</script>"}
    assert "<script>alert" not in standalone_page(about, visitor.chunks)
