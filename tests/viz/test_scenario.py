"""Addresses are untrusted: which are valid, how much they may compute, and that each reproduces its scenario."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from political_moat.viz.scenario import (
    MOST_CHARACTERS,
    MOST_VOTER_MONTHS,
    AddressError,
    from_address,
    of_scene,
    scenes,
    voter_months,
)

REFUSED = [
    ("exposure.breadth=2", "exposure.breadth = 2 is not possible"),
    ("exposure.breadth=nan", "exposure.breadth"),
    ("exposure.breath=.3", "did you mean 'exposure.breadth'"),
    ("preset=nonsense", "unknown preset 'nonsense'"),
    ("scene=nonsense", "unknown scene 'nonsense'"),
    ("party.rule=__import__('os')", "unknown party rule"),
    ("preset=../../etc/passwd", "unknown preset"),
    ("seed=-1", "seed '-1' is not possible"),
    ("seed=1_000", "seed '1_000' is not possible"),
    ("seed=٣", "seed '٣' is not possible"),
    ("seed=" + "9" * 300, "is not possible"),
    ("replicate=100000", "allowed: whole numbers 0 to 99999"),
    ("protocol=forecast", "allowed: stress, history"),
    ("protocol=history&cycles=13", "allowed: whole numbers 1 to 12"),
    ("seed=1&seed=2", "contains a name twice"),
    ("electorate.voters=1000000", "exceed the limit of this page"),
    ("electorate.voters=100000&protocol=history&cycles=12", "exceed the limit of this page"),
    ("events=60:capp", "events[0].move: 'capp' is not possible; allowed: loosen, warn, cap"),
    ("events=200:cap", "events[0].month = 200 is not possible; allowed: 0 to 95"),
    ("events=3:exposure.breadth=.2", "exposure.breadth cannot change during a run"),
    ("events=cap", "write events = 60:cap"),
    ("events=" + ",".join(["60:cap"] * 21), "events: 21 are given; allowed: 20"),
    ("nonsense", "cannot be read"),
    ("%00=%ff", "unknown parameter"),
    ("a=" + "b" * MOST_CHARACTERS, "characters"),
]


@pytest.mark.parametrize(("query", "message"), REFUSED, ids=[query[:30] for query, _ in REFUSED])
def test_an_invalid_address_raises_an_error_with_a_message(query: str, message: str) -> None:
    with pytest.raises(AddressError) as caught:
        from_address(query)
    assert message in str(caught.value)
    assert len(str(caught.value)) < 7000


def test_the_error_lists_every_problem() -> None:
    with pytest.raises(AddressError) as caught:
        from_address("exposure.breadth=2&seed=x&protocol=y")
    assert len(str(caught.value).splitlines()) == 3


@pytest.mark.parametrize("name", list(scenes()))
def test_the_address_of_a_scene_reproduces_it(name: str) -> None:
    scenario = of_scene(name)
    reproduced = from_address(scenario.address())
    assert reproduced == scenario
    assert reproduced.key == scenario.key
    assert voter_months(scenario) <= MOST_VOTER_MONTHS


def test_the_address_holds_every_value_that_differs_and_seed_and_version() -> None:
    scenario = from_address("electorate.voters=500&exposure.breadth=0.123456789012345&market.depth_switch=true&seed=5")
    fields = dict(parse_qsl(scenario.address()))
    assert fields["exposure.breadth"] == "0.123456789012345"
    assert fields["market.depth_switch"] == "true"
    assert fields["seed"] == "5"
    assert {"version", "code", "preset", "replicate"} <= set(fields)
    assert from_address(scenario.address()).key == scenario.key


def test_the_key_depends_on_the_content_alone() -> None:
    sleeve = from_address("scene=sleeve")
    same = from_address("preset=calibrated&exposure.breadth=.45&exposure.visibility=.1&electorate.voters=10000")
    assert sleeve.with_replicate(3).key == same.with_replicate(3).key
    assert sleeve.with_replicate(4).key != sleeve.with_replicate(3).key
    assert from_address("scene=sleeve&seed=9").key != sleeve.key


def test_the_command_names_the_dose_by_its_option_and_the_rest_by_set() -> None:
    command = from_address("preset=article&exposure.breadth=0.45&party.office_rent=2&seed=3&replicate=4").command()
    assert command == (
        "moat run --preset article --set exposure.visibility=1 --set party.office_rent=2 --voters 10000 --seed 3 "
        "--breadth 0,0.45 --replicate 4"
    )


def test_a_scenario_keeps_its_scene_only_if_no_value_differs() -> None:
    assert from_address("").scene == "realistic"
    assert from_address("scene=sleeve&seed=4").scene == "sleeve"
    assert from_address("scene=sleeve&preset=calibrated&exposure.breadth=.2").scene == ""


def test_dated_events_are_part_of_address_command_and_key() -> None:
    plain = from_address("scene=realistic")
    dated = from_address("scene=realistic&events=60:cap,60:policy.cap_low=.01,70:fund.active=true")
    assert [event.month for event in dated.events] == [60, 60, 70]
    assert from_address(dated.address()) == dated
    assert " --event 60:cap --event 60:policy.cap_low=0.01 --event 70:fund.active=true " in dated.command()
    assert dated.key != plain.key
    assert dated.scene == "", "a scene of the page has no events"
    assert "events" not in plain.fields()
