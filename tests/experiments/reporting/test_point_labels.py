"""Design points are named by their factor values; captions name everything that was fixed."""

from __future__ import annotations

import doctest

import numpy as np
import pytest

from political_moat.experiments.reporting import point_labels
from political_moat.experiments.reporting.point_labels import (
    caption_text,
    ordered_factors,
    point_label,
    short_names,
    sort_key,
    value_text,
    varying,
)
from political_moat.experiments.studies.reader import parse_study
from political_moat.model.parameters.tree import parameter_names

STUDY = """
[study]
name = "three"
seed = 7
[model]
voters = 400
set = { "market.jump_probability" = 0.05, "polls.blind" = true }
[design]
kind = "grid"
[factors."exposure.breadth"]
levels = [0, 0.3]
[factors."voting.asset_vote_effect"]
levels = [1, 2]
[replicates]
min = 40
"""


def test_examples() -> None:
    assert doctest.testmod(point_labels).failed == 0


def test_a_label_names_factor_values_of_any_kind() -> None:
    values = {"exposure.visibility": np.float64(1.0), "party.rule": "best-response", "polls.blind": np.bool_(False)}
    assert point_label(values) == "visibility 1, rule best-response, blind no"
    assert point_label({}) == ""


def test_all_parameters_have_different_names_side_by_side() -> None:
    names = parameter_names()
    assert len(set(short_names(names).values())) == len(names)


def test_factors_sort_by_the_order_of_the_file_with_breadth_last() -> None:
    names = ordered_factors(["exposure.breadth", "exposure.visibility", "party.rule"])
    assert names == ["exposure.visibility", "party.rule", "exposure.breadth"]
    rows = [
        {"exposure.visibility": v, "party.rule": rule, "exposure.breadth": b}
        for v, rule, b in ((10.0, "b", 0.3), (2.0, "b", 0.1), (2.0, "a", 0.3), (2.0, "b", 0.05))
    ]
    ordered = sorted(rows, key=lambda row: sort_key(row, names))
    assert [row["exposure.breadth"] for row in ordered] == [0.3, 0.05, 0.1, 0.3]
    assert varying(ordered[:3], names) == ["party.rule", "exposure.breadth"]


def test_a_caption_names_preset_set_values_factor_values_voters_replicates_and_seed() -> None:
    study = parse_study(STUDY)
    assert caption_text(study, {"voting.asset_vote_effect": 2.0}) == (
        "Preset calibrated, market.jump_probability = 0.05, polls.blind = yes; vote effect 2; "
        "400 voters, 40 paired replicates, seed 7."
    )
    assert caption_text(study, replicates=(40, 1600)).endswith("400 voters, 40 to 1,600 paired replicates, seed 7.")


def test_a_caption_takes_voters_from_the_point_where_they_are_a_factor() -> None:
    text = STUDY.replace("voters = 400\n", "").replace("voting.asset_vote_effect", "electorate.voters")
    study = parse_study(text.replace("[1, 2]", "[300, 600]"))
    assert "; voters by design point, 40 paired" in caption_text(study)
    assert "; 600 voters, 40 paired" in caption_text(study, {"electorate.voters": 600})


@pytest.mark.parametrize(("value", "text"), [(0.1 + 0.2, "0.3"), (1e-7, "1e-07"), (np.int64(3), "3"), ("a b", "a b")])
def test_values_are_written_as_a_reader_would(value: object, text: str) -> None:
    assert value_text(value) == text
