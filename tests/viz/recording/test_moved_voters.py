"""Moved voters are those whose ballots differ, and their terms add up to what decided the ballots."""

from __future__ import annotations

import numpy as np
import pytest

from political_moat.model.data_collection import individual_votes, vote_probabilities
from political_moat.model.fast_forward import advance
from political_moat.viz.recording.moved_voters import SHOWN, ballot_draws, moved_voters
from political_moat.viz.recording.voter_portrait import TERMS, portrait
from political_moat.viz.scenario import Scenario, from_address

from .test_film import film_votes


def scenario(more: str = "") -> Scenario:
    return from_address(f"preset=article&exposure.breadth=0.45&electorate.voters=1000&seed=7&replicate=16{more}")


@pytest.mark.parametrize("more", ["", "&protocol=history&cycles=1", "&elections.takeover=decree"])
def test_the_voters_are_those_whose_ballots_on_the_film_differ(more: str) -> None:
    asked = scenario(more)
    (answer,) = moved_voters(asked)
    votes = [film_votes(asked, number) for number in (0, 1)]
    assert answer["elections"]
    for election in answer["elections"]:
        a, b = (votes[number][election["month"]] for number in (0, 1))
        differ = np.flatnonzero(a != b)
        assert election["differ"] == differ.size
        assert election["to_author"] + election["to_opponent"] + election["turnout"] == differ.size
        assert len(election["rows"]) == min(SHOWN, differ.size)
        assert {row["index"] for row in election["rows"]} <= set(differ.tolist())


def test_her_terms_sum_to_what_decided_her_ballot_and_equal_her_portrait() -> None:
    asked = scenario()
    (answer,) = moved_voters(asked)
    rows = [(election, row) for election in answer["elections"] for row in election["rows"]]
    assert len(rows) > 5
    for _, row in rows:
        for side in (row["a"], row["b"]):
            assert sum(side["terms"]) == pytest.approx(side["sum"], abs=1e-3)
            votes = "author" if side["sum"] > row["draw"] else "opponent"
            assert side["vote"] == (votes if row["going"] < side["turnout"] else "abstained")
    election, row = rows[0]
    per_point = scale(asked)
    for number, name in enumerate("ab"):
        worlds = portrait(asked, row["index"])["worlds"]
        (vote,) = [vote for vote in worlds[number]["votes"] if vote["month"] == election["month"]]
        assert vote["vote"] == row[name]["vote"]
        for place, term in enumerate(TERMS):
            assert row[name]["terms"][place] * per_point == pytest.approx(vote["terms"][term], abs=1e-4)


def scale(asked: Scenario) -> float:
    world = asked.inputs.world(asked.parameters, asked.seed, asked.replicate, None, ())
    return float(world.electorate.logit_per_point)


@pytest.mark.parametrize("author", ["R", "D"])
def test_the_draws_are_those_of_the_ballots(author: str) -> None:
    asked = scenario(f"&institutions.author={author}" if author == "D" else "")
    world = asked.inputs.world(asked.parameters, asked.seed, asked.replicate, None, ())
    advance(world, 23)
    choice, going = ballot_draws(world)
    utilities, turnouts = vote_probabilities(world)
    votes = np.where(going < turnouts, np.where(world.sign * utilities > choice, 1, -1), 0)
    assert np.array_equal(votes, world.sign * individual_votes(world))
