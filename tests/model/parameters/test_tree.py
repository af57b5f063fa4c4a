"""The parameter tree: every number says what it is, wrong ones are named all at once, presets differ where they say."""

from __future__ import annotations

import csv
import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from political_moat.agents.calibration import (
    COLUMNS,
    FILE,
    STATUSES,
    CalibrationError,
    Fact,
    load_facts,
    shipped_facts,
    shipped_folder,
)
from political_moat.agents.parameter_metadata import ROLES
from political_moat.agents.party.rules import RULES
from political_moat.model.parameters.presets import PRESETS, preset
from political_moat.model.parameters.tree import (
    Described,
    ParameterError,
    Parameters,
    describe,
    from_calibration,
    parameter_names,
)

DEFAULT = Parameters()
ALL = describe(DEFAULT)
NUMBERS = [one for one in ALL if isinstance(one.default, int | float) and not isinstance(one.default, bool)]


def by_name(one: Described) -> str:
    return one.name


@pytest.mark.parametrize("one", ALL, ids=by_name)
def test_every_parameter_has_unit_role_status_and_source(one: Described) -> None:
    assert one.known.unit
    assert one.known.role in ROLES
    assert one.known.status in STATUSES
    assert one.known.source.strip()


@pytest.mark.parametrize("one", NUMBERS, ids=by_name)
def test_the_default_lies_in_the_range_and_the_range_in_what_is_allowed(one: Described) -> None:
    known = one.known
    assert math.isfinite(known.low)
    assert math.isfinite(known.high)
    assert known.minimum <= known.low <= one.default <= known.high <= known.maximum


@pytest.mark.parametrize("one", [one for one in NUMBERS if one.known.role in ("swept", "fitted")], ids=by_name)
def test_what_is_swept_or_fitted_has_room_to_move(one: Described) -> None:
    assert one.known.low < one.known.high


@pytest.mark.parametrize("one", [one for one in ALL if one.known.status == "assumed"], ids=by_name)
def test_an_assumed_value_has_a_sentence_of_reasoning(one: Described) -> None:
    """A reference to the design alone is no reasoning: what is left without it must still say something."""
    said = re.sub(r"MODEL\.md[\d ,and]*(rule \d+)?[:;)]?", "", one.known.source)
    assert len(re.findall(r"\w+", said)) >= 3, one.known.source


@pytest.mark.parametrize("one", [one for one in NUMBERS if "0 in range" in one.known.source], ids=by_name)
def test_a_range_said_to_include_0_does(one: Described) -> None:
    assert one.known.low <= 0.0 <= one.known.high


NO_EFFECT = {
    "voting.asset_vote_effect": 0.0,
    "voting.ideal_weight": 0.0,
    "voting.retrospective_weight": 0.0,
    "voting.turnout_gap_weight": 0.0,
    "opinion.ownership_shift": 0.0,
    "opinion.blame_shift": 0.0,
    "opinion.cue_weight": 0.0,
    "opinion.salience_stake": 0.0,
    "opinion.salience_threat": 0.0,
    "opinion.believed_price_fall": 0.0,
    "opinion.believed_sale_loss": 0.0,
    "party.office_rent": 0.0,
    "party.donors": 0.0,
    "party.donors_per_stake": 0.0,
    "party.credibility_cost": 0.0,
    "regulator.reliance_weight": 0.0,
    "polls.hypothetical_bias": 0.0,
    "market.rule_news_jump": 0.0,
    "market.party_control_news_jump": 0.0,
    "market.depth_volatility_elasticity": 0.0,
    "adoption.attitude_weight": 0.0,
    "adoption.age_weight": 0.0,
    "adoption.legitimacy_weight": 0.0,
    "adoption.neighbour_weight": 0.0,
    "adoption.trend_weight": 0.0,
    "adoption.warning_weight": 0.0,
    "adoption.fall_hazard": 0.0,
    "adoption.warning_hazard": 0.0,
    "adoption.ira_takeup": 0.0,
    "adoption.tdf_crypto_sleeve": 0.0,
    "employer.peer_weight": 0.0,
    "employer.suit_weight": 0.0,
    "employer.crash_weight": 0.0,
    "employer.removal_crash": 0.0,
    "employer.removal_suit": 0.0,
    "exposure.breadth": 0.0,
    "exposure.visibility": 0.0,
    "exposure.skew": 0.0,
    "network.influence": 0.0,
    "network.homophily": 0.5,
}


@pytest.mark.parametrize("name", NO_EFFECT)
def test_no_effect_lies_inside_every_prior_that_matters(name: str) -> None:
    known = {one.name: one.known for one in ALL}[name]
    assert known.low <= NO_EFFECT[name] <= known.high


def test_the_effect_of_holding_on_the_vote_is_central_at_1_point_and_ranges_from_0_to_6() -> None:
    known = {one.name: one for one in ALL}["voting.asset_vote_effect"]
    assert (known.default, known.known.low, known.known.high) == (1.0, 0.0, 6.0)


CALIBRATED = [one for one in ALL if one.known.fact]


def test_there_are_calibrated_parameters() -> None:
    assert len(CALIBRATED) > 40


@pytest.mark.parametrize("one", CALIBRATED, ids=by_name)
def test_a_calibrated_default_is_the_value_of_its_row(one: Described) -> None:
    with (shipped_folder() / FILE).open(newline="", encoding="utf-8") as stream:
        rows = {row["parameter"]: row for row in csv.DictReader(stream)}
    row = rows[one.known.fact]
    assert one.default == float(row["value"])
    assert (one.known.low, one.known.high) == (float(row["low"]), float(row["high"]))
    assert (one.known.unit, one.known.source, one.known.status) == (row["unit"], row["source"], row["status"])


@pytest.mark.parametrize("fact", shipped_facts().values(), ids=lambda fact: fact.name)
def test_every_shipped_fact_says_how_it_is_known(fact: Fact) -> None:
    assert fact.status in STATUSES
    assert fact.role in ROLES
    assert fact.source.strip()
    assert fact.unit.strip()


def test_no_shipped_fact_stands_twice() -> None:
    lines = (shipped_folder() / FILE).read_text(encoding="utf-8").splitlines()[1:]
    names = [line.split(",")[1] for line in lines if line.strip()]
    assert len(names) == len(set(names))


def test_no_target_is_an_input_and_no_unverified_fact_is_fitted() -> None:
    for one in CALIBRATED:
        assert one.known.role != "target", one.name
        assert (one.known.role, one.known.status) != ("fitted", "memory"), one.name


WRONG: dict[str, tuple[Any, list[str]]] = {
    "exposure.bredth": (0.3, ["'exposure.bredth'", "'exposure.breadth'"]),
    "exposure.breadth": (1.5, ["exposure.breadth = 1.5", "0 to 1", "share of voters"]),
    "policy.layer": ("law", ["policy.layer = law", "guidance, rule, statute"]),
    "electorate.voters": ("many", ["electorate.voters = many", "whole numbers", "model voters"]),
    "regulator.rule_stages": (2.5, ["regulator.rule_stages = 2.5", "whole numbers", "stages"]),
    "market.corr_btc_spx": (math.nan, ["market.corr_btc_spx = nan", "-1 to 1"]),
    "party.office_rent": (-1.0, ["party.office_rent = -1.0", "0 to 1e+06", "utility of winning"]),
    "channels.news": ("perhaps", ["channels.news = perhaps", "true, false"]),
}


def complaint(values: dict[str, Any]) -> list[str]:
    with pytest.raises(ParameterError) as caught:
        DEFAULT.with_values(values)
    return str(caught.value).splitlines()


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_value_is_named_with_what_is_allowed_in_one_line(name: str) -> None:
    value, expected = WRONG[name]
    lines = complaint({name: value})
    assert len(lines) == 1
    for part in expected:
        assert part in lines[0]


def test_all_wrong_values_are_named_at_once_one_line_each() -> None:
    lines = complaint({name: value for name, (value, _) in WRONG.items()})
    assert len(lines) == len(WRONG)
    for value, expected in WRONG.values():
        assert any(all(part in line for part in expected) for line in lines), value


def test_a_name_far_from_any_other_gets_no_senseless_hint() -> None:
    (line,) = complaint({"zzzz.qqqqqqqq": 1})
    assert "did you mean" not in line


def test_an_unknown_party_rule_names_the_nearest_and_all() -> None:
    (line,) = complaint({"party.rule": "stiker"})
    assert "'sticker'" in line
    for name in RULES:
        assert name in line


def test_values_that_contradict_each_other_are_named() -> None:
    lines = complaint({"regulator.guidance_latest": 0.1, "electorate.cvap_share_65p": 0.9, "party.rule": "x"})
    assert len(lines) == 3
    for part in ("regulator.guidance_latest", "cvap_share", "party rule 'x'"):
        assert any(part in line for line in lines)


def test_a_contradiction_is_named_beside_a_wrong_value() -> None:
    """Every mistake at once: a bad number does not hide an unknown rule."""
    lines = complaint({"exposure.breadth": 1.5, "party.rule": "stiker"})
    assert any("exposure.breadth" in line for line in lines)
    assert any("stiker" in line for line in lines)


def test_text_from_a_command_line_is_read_as_its_type() -> None:
    tree = DEFAULT.with_values({"exposure.breadth": "0.3", "electorate.voters": "1000", "channels.news": "false"})
    assert (tree.exposure.breadth, tree.electorate.voters, tree.channels.news) == (0.3, 1000, False)


@pytest.mark.parametrize(("part", "name"), [(DEFAULT, "exposure"), (DEFAULT.exposure, "breadth"), (DEFAULT, "new")])
def test_the_tree_is_frozen(part: Any, name: str) -> None:
    with pytest.raises(ValidationError):
        setattr(part, name, getattr(part, name, 0.5))


def test_a_name_unknown_to_a_group_is_refused() -> None:
    with pytest.raises(ValidationError):
        Parameters.model_validate({"exposure": {"breadth": 0.3, "unknown": 1}})


def test_with_values_changes_what_it_names_and_nothing_else() -> None:
    tree = DEFAULT.with_values({"exposure.breadth": 0.3, "party.rule": "sticker"})
    assert DEFAULT.exposure.breadth == 0.0
    assert tree.difference(DEFAULT) == {"exposure.breadth": (0.3, 0.0), "party.rule": ("sticker", "best-response")}
    assert DEFAULT.with_values({}) == DEFAULT


def test_every_value_can_be_given_by_its_dotted_name() -> None:
    values = DEFAULT.values()
    assert list(values) == parameter_names() == [one.name for one in ALL]
    assert DEFAULT.with_values(values) == DEFAULT
    assert DEFAULT.with_values({name: str(value) for name, value in values.items()}) == DEFAULT


def test_canonical_text_is_sorted_and_tells_every_difference() -> None:
    text = DEFAULT.canonical()
    assert text != DEFAULT.with_values({"exposure.breadth": math.nextafter(0.0, 1.0)}).canonical()
    assert Parameters.model_validate(json.loads(text)) == DEFAULT
    groups = json.loads(text)
    assert list(groups) == sorted(groups)
    assert all(list(leaves) == sorted(leaves) for leaves in groups.values())
    assert "\n" not in text


@pytest.mark.parametrize(
    "way",
    [{}, {"exposure.breadth": 0}, {"exposure.breadth": "0"}, {"exposure.skew": -0.0}, DEFAULT.values()],
    ids=["no change", "whole number", "text", "negative zero", "every value"],
)
def test_equal_trees_give_equal_canonical_text(way: dict[str, Any]) -> None:
    tree = DEFAULT.with_values(way)
    assert tree == DEFAULT
    assert tree.canonical() == DEFAULT.canonical()


ARTICLE = {"exposure.allocation", "exposure.average_balance", "exposure.visibility", "exposure.grandfathering",
           "market.depth_switch"}  # fmt: skip


def test_calibrated_is_the_default_and_the_article_differs_from_it_only_where_declared() -> None:
    assert preset("calibrated") == DEFAULT
    article = preset("article")
    assert set(article.difference(DEFAULT)) <= ARTICLE
    assert set(PRESETS["article"].values) == ARTICLE
    exposure = article.exposure
    assert (exposure.allocation, exposure.visibility, exposure.grandfathering) == (0.2, 1.0, 0.0)
    assert exposure.allocation * exposure.average_balance == pytest.approx(0.45)
    assert article.market.depth_switch


def test_presets_have_a_sentence_and_an_unknown_one_names_the_nearest() -> None:
    for one in PRESETS.values():
        assert len(one.sentence.split()) >= 5
    with pytest.raises(ParameterError, match="did you mean 'article'") as caught:
        preset("artikle")
    assert len(str(caught.value).splitlines()) == 1


GOOD = (shipped_folder() / FILE).read_text(encoding="utf-8")
HEADER, FIRST = GOOD.splitlines()[:2]


def test_the_shipped_folder_gives_the_default_tree() -> None:
    assert from_calibration(shipped_folder()) == DEFAULT


def test_a_users_value_replaces_the_default(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(f"{HEADER}\nmarket,corr_btc_spx,.1,0,.2,corr,mine,seen,input\n", encoding="utf-8")
    assert from_calibration(tmp_path).difference(DEFAULT) == {"market.corr_btc_spx": (0.1, DEFAULT.market.corr_btc_spx)}


BROKEN: dict[str, bytes | None] = {
    "no file": None,
    "empty": b"",
    "other header": b"a,b\n1,2\n",
    "not text": b"\xff\xfe\x00block",
    "not a number": f"{HEADER}\n{FIRST.replace(FIRST.split(',')[2], 'x', 1)}\n".encode(),
    "too few columns": f"{HEADER}\n{FIRST}\naccounts,a,1\n".encode(),
    "too many columns": f"{HEADER}\n{FIRST}\n{FIRST},more\n".encode(),
    "outside its range": f"{HEADER}\nmarket,corr_btc_spx,.5,0,.2,corr,s,seen,input\n".encode(),
    "not a number at all": f"{HEADER}\nmarket,corr_btc_spx,nan,0,.2,corr,s,seen,input\n".encode(),
    "no use": f"{HEADER}\nmarket,corr_btc_spx,.1,0,.2,corr,s,seen,\n".encode(),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_an_unusable_calibration_is_reported_in_one_line_that_names_the_file(kind: str, tmp_path: Path) -> None:
    content = BROKEN[kind]
    if content is not None:
        (tmp_path / FILE).write_bytes(content)
    with pytest.raises(CalibrationError) as caught:
        from_calibration(tmp_path)
    assert len(str(caught.value).splitlines()) == 1
    assert str(tmp_path / FILE) in str(caught.value)


def test_a_calibrated_value_that_cannot_be_is_named_as_a_parameter(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(f"{HEADER}\nmarket,corr_btc_spx,5,1,7,corr,s,seen,input\n", encoding="utf-8")
    with pytest.raises(ParameterError, match=r"market\.corr_btc_spx = 5\.0"):
        from_calibration(tmp_path)


def test_a_fact_given_twice_is_refused(tmp_path: Path) -> None:
    """One row, one fact: of two rows for one parameter neither can be preferred silently."""
    rows = [f"market,corr_btc_spx,{value},0,.9,corr,s,seen,input" for value in (0.1, 0.5)]
    (tmp_path / FILE).write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    with pytest.raises(CalibrationError, match="corr_btc_spx"):
        load_facts(tmp_path)


def test_a_status_that_is_not_declared_is_refused(tmp_path: Path) -> None:
    row = "market,corr_btc_spx,.1,0,.9,corr,s,guessed,input"
    (tmp_path / FILE).write_text(f"{HEADER}\n{row}\n", encoding="utf-8")
    with pytest.raises(CalibrationError, match="guessed"):
        load_facts(tmp_path)


def test_the_columns_are_those_of_the_shipped_file() -> None:
    assert tuple(HEADER.split(",")) == COLUMNS
